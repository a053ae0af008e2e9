"""`rso demo`: the example office from nothing to pages that can be read. A second run changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

EXAMPLE = Path(__file__).resolve().parent.parent / "data" / "office-2022"
#: Password of every account of the cast. They exist on the loopback address only: see `run_demo`.
PASSWORD = "recorded-once-2022"  # noqa: S105  printed for whoever runs the example


def run_demo(port: int, *, serve: bool) -> None:
    from rso import cli
    from rso.serving import PortTaken, check_port, serve_on

    if serve:
        try:
            check_port(port)
        except PortTaken as error:
            cli.stop(str(error))
    cli.start()
    _refuse_elsewhere()
    try:
        _prepare()
        _load()
        _open_cast()
        _compile()
    except OSError as error:
        cli.stop(_sentence(error))
    _tell(port)
    if serve:
        try:
            serve_on(port, 2)
        except PortTaken as error:
            cli.stop(str(error))


def _refuse_elsewhere() -> None:
    """The cast's password is public: refuse where others could reach the site."""
    from django.conf import settings

    from rso import cli

    reachable = set(settings.ALLOWED_HOSTS) - {"localhost", "127.0.0.1", "[::1]"}
    if reachable:
        cli.stop(
            f"The example's accounts have a public password and are not opened where others can sign in ({', '.join(sorted(reachable))})."
        )


def _sentence(error: OSError) -> str:
    import errno

    if error.errno == errno.ENOSPC:
        return f"The disk is full: {error.filename or 'a file'} could not be written. Free some space and run it again."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"There is no permission to write {error.filename}. Set RSO_VAR to a folder of yours."
    return f"{error.filename or 'A file'}: {error.strerror}."


def _prepare() -> None:
    from django.core.management import call_command

    from rso.serving import collect

    call_command("migrate", verbosity=0)
    collect()


def _load() -> None:
    from rso import cli
    from rso.core.loading.load import BadFolder

    try:
        counts = cli.load_folder(EXAMPLE)
    except BadFolder as error:
        cli.stop(str(error))
    added, changed = sum(c.added for c in counts), sum(c.changed for c in counts)
    cli.out.print(
        f"The example office: {added} records added, {changed} changed, {sum(c.unchanged for c in counts)} unchanged."
    )


def _open_cast() -> None:
    """Gives the cast the example's password, once: hashing is slow on purpose."""
    from django.utils import timezone

    from rso.accounts.actions import platform, set_password
    from rso.accounts.models import Role, User

    for user in User.objects.exclude(role=Role.SERVICE).order_by("ref"):
        if not user.has_usable_password():
            set_password(user, password=PASSWORD, by=platform(), now=timezone.now())


def _compile() -> None:
    from django.conf import settings

    from rso import cli
    from rso.reports.models import Report

    for report in Report.objects.order_by("order", "ref"):
        written: Any = cli.compile_one(report.ref)
        shown = written.folder.relative_to(Path.cwd()) if written.folder.is_relative_to(Path.cwd()) else written.folder
        cli.out.print(
            f"{report.title}: {shown}/ ({written.pdf.name}, web/index.html, data/datapackage.json), {written.figures} figures"
        )
    assert settings.VAR


def _tell(port: int) -> None:
    from rso import cli
    from rso.accounts.models import Role, User

    cli.out.print(f"\nAccounts of the example, on this machine only; password of all: {PASSWORD}")
    rows = [
        {"sign in as": user.email, "name": user.name, "role": str(user.get_role_display())}
        for user in User.objects.exclude(role=Role.SERVICE).order_by("ref")
    ]
    cli.show(rows, cli.Format.TABLE)
    cli.out.print(f"\nThe site: http://localhost:{port}  (make demo serves it)")
