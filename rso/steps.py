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


def open_database() -> None:
    """Loads Django and makes the tables of an empty database. One with older tables is not touched."""
    start()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from rso.core.folders import alone
    from rso.versions import refuse_newer, steps_waiting

    with alone(settings.VAR):
        if not connection.introspection.table_names():
            call_command("migrate", verbosity=0)
            return
    refuse_newer()
    if steps_waiting():
        stop("The database is of an older version of RSO. Run: rso migrate")


def open_office() -> None:
    """Opens the database for what reads from it: an empty one would answer zero to every question."""
    open_database()
    from rso.core.models import Office

    if not Office.objects.exists():
        stop("There is no office in the database. Load one: rso load DIR")


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
    from rso.reports.typeset import CannotTypeset

    report = find_report(ref)
    try:
        return write_editions(report, to or Path(settings.VAR) / "reports" / ref, as_at=as_at)
    except CannotCompile as error:
        stop(*map(str, error.faults), f"{ref} was not compiled; nothing was changed.")
    except CannotTypeset as error:
        stop(f"{ref} cannot be typeset, nothing was changed: {error}")


def find_report(ref: str) -> Any:
    """The report, or stops with those that there are."""
    from rso.reports.models import Report

    report = Report.objects.filter(ref=ref).first()
    if report is None:
        known = ", ".join(Report.objects.order_by("order", "ref").values_list("ref", flat=True)) or "none"
        stop(f"There is no report “{ref}”; there are {known}")
    return report
