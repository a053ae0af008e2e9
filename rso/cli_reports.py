"""The commands `rso report …`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from rso.steps import compile_one, find_report, open_office
from rso.terminal import Format, out, show, stop

reports = typer.Typer(
    help="Reports: list, compile, publish them; what moved since; read figures back, prove a file.",
    no_args_is_help=True,
)
FormatOption = Annotated[Format, typer.Option("--format", help="How to print it.")]
ReportArgument = Annotated[str, typer.Argument(help="Ref of a report, such as annual-2022.")]


@reports.command("list")
def report_list(form: FormatOption = Format.TABLE) -> None:
    """Reports that can be compiled."""
    open_office()
    from rso.reports.models import Report

    rows = Report.objects.order_by("order", "ref").values("ref", "title", "definition", "period")
    show(rows, form)


@reports.command("compile")
def report_compile(
    report: ReportArgument,
    to: Annotated[Path | None, typer.Option("--out", help="Folder to write; var/reports/REPORT by default.")] = None,
    as_at: Annotated[
        datetime | None, typer.Option("--as-at", formats=["%Y-%m-%d"], help="Date of stocks and of the PDF.")
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Compile a report's editions: web pages, PDF, data."""
    open_office()
    written = compile_one(report, to, as_at.date() if as_at else None)
    rows = [
        {"edition": name, "where": str(path)}
        for name, path in (("PDF", written.pdf), ("web", written.web), ("data", written.data))
    ]
    show(rows, form)
    if form is Format.TABLE:
        out.print(f"{written.figures} figures, {written.records} records behind them.")


@reports.command("plan")
def report_plan(form: FormatOption = Format.TABLE) -> None:
    """What each planned change would break: sections, charts, tables, notes, saved views."""
    open_office()
    from rso.reports.planning import plans, uses

    rows = [
        {"change": change.name, "from": change.from_on, "kind": use.kind, "place": use.place, "says": use.says}
        for change in plans()
        for use in uses(change)
    ]
    show(rows, form)


@reports.command("facts")
def report_facts(
    file: Annotated[Path, typer.Argument(help="An HTML page of an edition.")], form: FormatOption = Format.TABLE
) -> None:
    """Read the printed figures back from a page alone; no database is asked."""
    from rso.reports.facts import facts

    try:
        show(facts(file.read_text(encoding="utf-8")), form)
    except (ValueError, KeyError):
        stop(f"{file} is no page of a report: it is not UTF-8, or a figure in it lacks what every figure says.")


# -- published editions ------------------------------------------------------------------------------------------------


@reports.command("publish")
def report_publish(
    report: ReportArgument,
    by: Annotated[str, typer.Option("--by", help="Ref of the co-manager who publishes.")],
    and_by: Annotated[str, typer.Option("--and-by", help="Ref of the other co-manager.")],
    note: Annotated[str, typer.Option("--note", help="Public note: needed from the second edition on.")] = "",
) -> None:
    """Publish a report's next edition: frozen, sealed, kept for good."""
    open_office()
    from django.utils import timezone

    from rso.core.verbs import Refused
    from rso.reports.publishing import publish

    found = find_report(report)
    try:
        edition = publish(found, by=_account(by), and_by=_account(and_by), now=timezone.now(), note=note)
    except Refused as error:
        stop(*(str(problem.says) for problem in error.problems), f"{report} was not published.")
    out.print(f"{edition} is published: {edition.address}")


def _account(ref: str) -> Any:
    from rso.accounts.models import User

    found = User.objects.filter(ref=ref).first()
    if found is None:
        stop(f"There is no account “{ref}”.")
    return found


@reports.command("drift")
def report_drift(
    report: ReportArgument,
    number: Annotated[int | None, typer.Option("--edition", help="Its number; the last where none is named.")] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """What moved since a report was published, and which records are why."""
    open_office()
    from rso.reports.drift import drift

    editions = find_report(report).editions.order_by("-number")
    edition = editions.filter(number=number).first() if number is not None else editions.first()
    if edition is None:
        known = ", ".join(str(e.number) for e in editions) or "none"
        stop(f"There is no such edition of {report}; there are {known}.")
    moved = drift(edition)
    if form is Format.TABLE and not moved:
        out.print(f"Nothing moved since edition {edition.number} was published.")
    else:
        show([movement.as_row() for movement in moved], form)


@reports.command("verify")
def report_verify(
    file: Annotated[Path, typer.Argument(help="PDF, HTML page or data archive of a published edition.")],
    key: Annotated[
        str, typer.Option("--key", help="The office's public key, from /reports/key; this office's own by default.")
    ] = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """Prove a file: that it is the one published, and that its evidence adds up. No database is asked."""
    from rso.reports.proof import NotProved, prove

    known = key.strip() or _own_key()
    try:
        found = prove(file, known)
    except NotProved as error:
        stop(*error.faults)
    except OSError as error:
        stop(f"{file} cannot be read: {error.strerror}.")
    rows = [
        {
            "file": str(file),
            "edition": found.edition,
            "key": found.key,
            "figures": found.figures,
            "records": found.records,
        }
    ]
    show(rows, form)
    if form is Format.TABLE:
        whose = (
            "the key given"
            if key
            else "this office's own key"
            if known
            else "the key above: compare it with the office's /reports/key"
        )
        added = (
            "Its evidence adds up to its figures."
            if found.figures
            else "Its evidence lies in data.zip of the same edition."
        )
        out.print(f"It is the file that was published, sealed with {whose}. {added}")


def _own_key() -> str:
    """The public key of the office on this machine; nothing where it has published nothing."""
    from rso.environment import read_environment
    from rso.reports.seals import public_of, signing_key

    kept = read_environment().var / "keys" / "office"
    return public_of(signing_key(kept.read_text())) if kept.is_file() else ""
