"""`rso demo`: the example office from nothing to pages that can be read. A second run changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer
from django.db.models import Q

from rso.steps import compile_one, load_folder, start
from rso.terminal import Format, err, out, show, stop

EXAMPLE = Path(__file__).resolve().parent.parent / "data" / "office-2022"
#: The accounts that the example brings; nobody else's is touched.
CAST = Q(email__endswith="@rso.example") & ~Q(role="service")


def run_demo(port: int, *, serve: bool) -> None:
    from rso.serving import check_port, serve_on

    if serve:
        check_port(port)
    start()
    from django.conf import settings

    from rso.core.folders import alone

    _refuse_elsewhere()
    with alone(settings.VAR):
        _prepare()
        _load()
        _open_cast()
        _compile()
    _tell(port)
    if serve:
        serve_on(port, 2)


def _refuse_elsewhere() -> None:
    """The cast's password is public: refuse where others could reach the site."""
    from django.conf import settings

    if settings.ENV.is_reachable:
        stop(
            "The example's accounts have a public password and are not opened where others can sign in. "
            "Unset RSO_ALLOWED_HOSTS and RSO_BEHIND_HTTPS."
        )


def _prepare() -> None:
    from django.core.management import call_command

    from rso.serving import collect
    from rso.versions import refuse_newer

    refuse_newer()
    call_command("migrate", verbosity=0)
    collect()


def _load() -> None:
    from rso.core.loading.load import BadFolder
    from rso.core.models import Office

    try:
        counts = load_folder(EXAMPLE)
    except BadFolder as error:
        if not Office.objects.exists():
            stop(str(error))
        err.print(f"{error}\nThe example office stays as it is: its files no longer fit what was done in it.")
        return
    added, changed = sum(c.added for c in counts), sum(c.changed for c in counts)
    out.print(
        f"The example office: {added} records added, {changed} changed, {sum(c.unchanged for c in counts)} unchanged."
    )


def _open_cast() -> None:
    """Gives the cast the example's password and second factor, once: hashing is slow on purpose."""
    from allauth.mfa.utils import is_mfa_enabled
    from django.utils import timezone

    from rso.accounts.actions import give_app, platform, set_password
    from rso.accounts.example import PASSWORD, secret_of
    from rso.accounts.models import User

    for user in User.objects.filter(CAST).order_by("ref"):
        if not user.has_usable_password():
            set_password(user, password=PASSWORD, by=platform(), now=timezone.now())
        if not is_mfa_enabled(user):
            give_app(user, secret=secret_of(user.ref), by=platform(), now=timezone.now())


def show_code(name: str) -> None:
    """Prints the code of this half-minute of one of the cast, named by the beginning of its ref or address."""
    from rso.accounts.example import code_of
    from rso.accounts.models import User

    _refuse_elsewhere()
    found = User.objects.filter(CAST).filter(Q(ref__startswith=name) | Q(email__startswith=name)).order_by("ref")
    if len(found) != 1:
        known = ", ".join((found or User.objects.filter(CAST).order_by("ref")).values_list("ref", flat=True))
        stop(f"“{name}” is not one of the example's people: {known}")
    print(code_of(found[0].ref))


#: Reports of the example that readers see. The newsletter is still being written: its photograph waits for consent.
PUBLISHED = ("annual-2022", "monthly-2022-09", "finance-2022-H2")
#: Sent for review by the monitoring officer, signed by the two co-managers.
RELEASED_BY = ("tran-thi-mai", "harriet-lowe", "bagus-santoso")


def _compile() -> None:
    from rso.reports.models import Report

    for report in Report.objects.order_by("order", "ref"):
        try:
            written: Any = _published(report) if report.ref in PUBLISHED else compile_one(report.ref)
        except typer.Exit:
            if report.ref in PUBLISHED:
                raise
            continue  # Why is told: someone writes it, and the site is there to go on with it.
        shown = written.folder.relative_to(Path.cwd()) if written.folder.is_relative_to(Path.cwd()) else written.folder
        out.print(
            f"{report.title}: {shown}/ ({written.pdf.name}, web/index.html, data/datapackage.json), {written.figures} figures"
            + (
                f", published as edition {edition.number}"
                if (edition := report.editions.order_by("-number").first())
                else ""
            )
        )


def _published(report: Any) -> Any:
    """The first edition, published once; its files lie beside those of reports that are only compiled."""
    from django.utils import timezone

    from rso.accounts.models import User
    from rso.core.verbs import Refused
    from rso.reports.publishing import hand_out, publish, release

    edition = report.editions.order_by("-number").first()
    if edition is None:
        writer, by, and_by = (User.objects.get(ref=ref) for ref in RELEASED_BY)
        try:
            release(report, writer=writer, co_managers=(by, and_by), now=timezone.now())
            edition = publish(report, by=by, and_by=and_by, now=timezone.now())
        except Refused as error:
            stop(str(error), f"{report.ref} was not published.")
    return hand_out(edition)


def _tell(port: int) -> None:
    from rso.accounts.example import PASSWORD
    from rso.accounts.models import User

    out.print(f"\nAccounts of the example, on this machine only; password of all: {PASSWORD}")
    rows = [
        {"sign in as": user.email, "name": user.name, "role": str(user.get_role_display())}
        for user in User.objects.filter(CAST).order_by("ref")
    ]
    show(rows, Format.TABLE)
    out.print("Signing in also asks for a code: `rso demo-code NAME` prints it, as in `rso demo-code naree`.")
    out.print(f"\nThe site: http://localhost:{port}  (make demo serves it)")
