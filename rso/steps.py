"""Steps that commands share: begin, load a folder before somebody's eyes, compile a report or say why not."""

from __future__ import annotations

import os
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

from rso.terminal import err, stop


def start() -> None:
    """Loads Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rso.settings")
    import django

    django.setup()


def load_folder(
    folder: Path,
    *,
    dry_run: bool = False,
    prune: bool = False,
    take: Collection[tuple[str, str, str]] = (),
    quiet: bool = False,
) -> list[Any]:
    """Loads with a progress bar. Raises BadFolder."""
    from django.utils import timezone
    from rich.progress import Progress

    from rso.accounts.actions import platform
    from rso.core.loading.load import load as load_it

    with Progress(console=err, transient=True, disable=quiet or not err.is_terminal) as progress:
        task = progress.add_task("Loading", total=1)

        def step(file: str, done: int, of: int) -> None:
            progress.update(task, description=f"Loading {file}" if file else "Checking", completed=done, total=of)

        now = timezone.now()
        return load_it(folder, by=platform(), now=now, dry_run=dry_run, prune=prune, take=take, progress=step)


def compile_one(ref: str, to: Path | None = None, as_at: date | None = None) -> Any:
    """Compiles a report or stops with the reasons."""
    from django.conf import settings

    from rso.reports.compiler import CannotCompile
    from rso.reports.editions import write_editions
    from rso.reports.models import Report
    from rso.reports.typeset import CannotTypeset

    report = Report.objects.filter(ref=ref).first()
    if report is None:
        known = ", ".join(Report.objects.order_by("order", "ref").values_list("ref", flat=True)) or "none"
        stop(f"There is no report “{ref}”; there are {known}")
    try:
        return write_editions(report, to or Path(settings.VAR) / "reports" / ref, as_at=as_at)
    except CannotCompile as error:
        stop(*map(str, error.faults), f"{ref} was not compiled; nothing was changed.")
    except CannotTypeset as error:
        stop(f"{ref} cannot be typeset, nothing was changed: {error}")
