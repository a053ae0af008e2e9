"""The command `rso`. Exit codes: 0 done, 1 refused with a sentence, 2 wrong usage."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from rso.cli_reports import reports
from rso.steps import load_folder, open_database, open_office, start
from rso.terminal import Format, err, out, show, stop
from rso.troubles import sentence


class Commands(TyperGroup):
    """Commands that tell trouble with the machine - settings, database, disk, permissions - in a sentence."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            if says := sentence(error):
                stop(says)
            raise


app = typer.Typer(
    name="rso",
    cls=Commands,
    help="The working platform of a regional support office. Recorded once, counted everywhere.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
fonts = typer.Typer(help="Fonts of web and print, made at development time.", no_args_is_help=True)
app.add_typer(reports, name="report")
app.add_typer(fonts, name="fonts")

FormatOption = Annotated[Format, typer.Option("--format", help="How to print it.")]
PeriodArgument = Annotated[
    str, typer.Argument(help="2022, 2022-H1, 2022-Q3, 2022-09, FY2022 or 2022-07-01..2023-06-30 (last day included).")
]


# -- loading and exporting ---------------------------------------------------------------------------------------------


@app.command()
def migrate() -> None:
    """Brings the tables of the database to this version."""
    start()
    from django.core.management import call_command

    from rso.accounts.secrets import rekey
    from rso.core.search.index import rebuild
    from rso.versions import refuse_newer

    refuse_newer()
    call_command("migrate", verbosity=0)
    rekey()
    rebuild()
    out.print("The database has the tables of this version.")


@app.command()
def reindex() -> None:
    """Make the index of the search anew from the records."""
    open_database()
    from rso.core.search.index import rebuild

    out.print(f"{rebuild()} records can be searched.")


@app.command()
def load(
    folder: Annotated[Path, typer.Argument(help="Folder with an office's CSV and YAML files.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do all of it and take it back.")] = False,
    prune: Annotated[bool, typer.Option("--prune", help="Remove what the files no longer have.")] = False,
    take: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE:REF:COLUMN", help="Take the file's value of a cell that the office has corrected."),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Load an office's folder: all or nothing, as often as you like."""
    open_database()
    from rso.core.loading.load import BadFolder

    places = list(map(parse_place, take or ()))
    try:
        counts = load_folder(folder, dry_run=dry_run, prune=prune, take=places, quiet=form is not Format.TABLE)
    except BadFolder as error:
        number = len(error.faults)
        stop(*map(str, error.faults), f"{number} fault{'s' if number > 1 else ''}; nothing was changed.")
    rows = [asdict(c) for c in counts]
    lists = ("gone", "corrections", "merged")
    show(rows if form is Format.JSON else ({**row, **{name: len(row[name]) for name in lists}} for row in rows), form)
    for c in counts:
        for told in (*c.corrections, *c.merged) if form is Format.TABLE else ():
            out.print(str(told))
        if c.gone and form is Format.TABLE:
            more = f" and {len(c.gone) - 5} more" if len(c.gone) > 5 else ""
            out.print(f"{c.file}: kept though gone from the file: {', '.join(c.gone[:5])}{more}. --prune removes them.")
    if dry_run and form is Format.TABLE:
        out.print("Dry run: nothing was changed.")


def parse_place(text: str) -> tuple[str, str, str]:
    file, _colon, rest = text.partition(":")
    ref, _colon, column = rest.partition(":")
    if not column:
        raise typer.BadParameter(f"“{text}” names no cell; write FILE:REF:COLUMN, such as events.csv:e2022-01:title")
    return file, ref, column


@app.command("export")
def export_command(
    folder: Annotated[Path, typer.Argument(help="Where to write; made if it is not there.")],
    form: FormatOption = Format.TABLE,
) -> None:
    """Write the office's folder back, one file a table."""
    open_office()
    from rso.core.loading.export import export

    show([{"file": name, "rows": rows} for name, rows in export(folder)], form)


@app.command()
def files(
    guide: Annotated[bool, typer.Option("--guide", help="As the page of the guide.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Files and columns that an office's folder may hold."""
    start()
    from rso.core.loading.guide import as_guide, columns_of_files

    if guide:
        print(as_guide(), end="")
    else:
        show(columns_of_files(), form)


# -- keeping it alive --------------------------------------------------------------------------------------------------


@app.command()
def backup(
    file: Annotated[
        Path,
        typer.Argument(
            help="The file to write. One that is there is replaced once the new one is whole.", dir_okay=False
        ),
    ],
    form: FormatOption = Format.TABLE,
) -> None:
    """Write the whole office into one file, records and papers, while others go on working."""
    open_database()
    from django.utils import timezone

    from rso.backup.make import back_up
    from rso.metrics import ended_well

    taken = back_up(file.absolute())
    ended_well("backup", timezone.now())
    show(({"what": name, "value": value} for name, value in taken.shown().items()), form)
    for ref in taken.missing:
        err.print(f"The file {ref} was lost before; the backup does not hold it. See: rso check-integrity")


@app.command("check-integrity")
def check_integrity() -> None:
    """Hold every row against every constraint and every file against its digest; exit 1 where one is wrong."""
    open_database()
    from rso.integrity import faults

    if found := list(faults()):
        stop(
            *found, f"{len(found)} fault{'s' if len(found) > 1 else ''}. A backup from before it happened: rso restore"
        )
    out.print("Every constraint holds, and every file is the one that was kept.")


@app.command("restore")
def restore_command(
    file: Annotated[Path, typer.Argument(help="A file that rso backup wrote.", exists=True, dir_okay=False)],
    form: FormatOption = Format.TABLE,
) -> None:
    """Make the office anew from a backup, in the empty database that DATABASE_URL names."""
    start()
    from rso.backup.restore import restore

    manifest = restore(file)
    records = sum(part.rows for part in manifest["parts"])
    files = sum(part.name.startswith("files/") for part in manifest["parts"])
    show(
        [
            {"what": "taken", "value": manifest["made_at"]},
            {"what": "records", "value": records},
            {"what": "files", "value": files},
        ],
        form,
    )
    from rso.accounts.secrets import unreadable

    if lost := unreadable():
        err.print(
            f"The second factors of {len(lost)} people open by another secret key alone. Name it in RSO_SECRET_KEY or"
            " RSO_OLD_SECRET_KEYS, or reset these factors."
        )


@app.command("rekey")
def rekey_command() -> None:
    """Close the secrets of second factors anew by RSO_SECRET_KEY, so that RSO_OLD_SECRET_KEYS may go."""
    open_database()
    from rso.accounts.secrets import rekey, unreadable

    out.print(f"{rekey()} secrets of second factors are closed by the newest key.")
    if lost := unreadable():
        stop(f"No key opens those of: {', '.join(lost)}")


# -- figures -----------------------------------------------------------------------------------------------------------


def parse_period(text: str) -> Any:
    from rso.core.periods import Period, UnknownPeriod

    try:
        return Period.parse(text)
    except UnknownPeriod as error:
        stop(str(error))


@app.command()
def figures(
    period: PeriodArgument,
    names: Annotated[
        list[str] | None, typer.Argument(help="Figures or tables; all figures where none is named.")
    ] = None,
    by: Annotated[str, typer.Option("--by", help="Split each by this dimension.")] = "",
    office: Annotated[bool, typer.Option("--office", help="As the office sees it: nothing suppressed.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Figures of a period, counted from the records."""
    open_office()
    from rso.core.figures import Refusal, UnknownFigure
    from rso.core.figures.reading import OFFICE, PUBLIC
    from rso.core.snapshot import snapshot
    from rso.reports.listing import figure_rows, figures_split

    reader, when = OFFICE if office else PUBLIC, parse_period(period)
    wanted = names or figures_split(when, by, reader)
    if not wanted:
        stop(f"No figure of {when} is split by “{by}”.")
    try:
        with snapshot():
            rows = figure_rows(wanted, when, by, reader)
    except (UnknownFigure, Refusal) as error:
        stop(f"{error}")
    if form is Format.JSON:
        show(rows, form)
    else:
        show([flat for row in rows for flat in _flat(row)], form)


def _flat(row: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """A figure as one line, or a line for each row of its breakdown."""
    kept = {name: row[name] for name in ("slug", "value", "unit", "status", "basis")}
    if "rows" not in row:
        yield kept
    for cell in row.get("rows", ()):
        places = {name: cell[name] for name in cell if name not in ("value", "status", "basis")}
        yield {"slug": row["slug"], **places, "value": cell["value"], "unit": row["unit"], "status": cell["status"]}


@app.command()
def records(
    figure: Annotated[str, typer.Argument(help="Slug of a figure.")],
    period: PeriodArgument,
    form: FormatOption = Format.TABLE,
) -> None:
    """The very records that a figure counts."""
    open_office()
    from rso.core.figures import UnknownFigure
    from rso.reports.listing import record_rows

    try:
        show(record_rows(figure, parse_period(period)), form)
    except UnknownFigure as error:
        stop(str(error))


# -- serving, accounts, health -----------------------------------------------------------------------------------------


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port on the loopback address.", min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="Processes that answer.", min=1, max=64)] = 2,
) -> None:
    """Serve the site on the loopback address."""
    open_database()
    from rso.serving import serve_on

    serve_on(port, workers)


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port on the loopback address.", min=1, max=65535)] = 8000,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Stop before serving.")] = False,
) -> None:
    """Load the example office, compile its reports, and serve them."""
    from rso.demo import run_demo

    run_demo(port, serve=not no_serve)


@app.command()
def createuser(
    email: Annotated[str, typer.Argument(help="Address with which the person signs in.")],
    name: Annotated[str, typer.Option(prompt=True, help="Name as others see it.")],
    role: Annotated[str, typer.Option(prompt=True, help="programme_officer, co_manager, administrator, …")],
    password: Annotated[
        str, typer.Option(prompt=True, confirmation_prompt=True, hide_input=True, help="At least 12 characters.")
    ],
) -> None:
    """Open an account for a person of the office."""
    open_database()
    from django.utils import timezone

    from rso.accounts.actions import open_account, platform
    from rso.core.closing import because
    from rso.core.verbs import Refused

    try:
        with because("rso createuser"):  # by which a load knows that no file brought it
            user = open_account(email=email, name=name, role=role, password=password, by=platform(), now=timezone.now())
    except Refused as error:
        stop(*(str(problem.says) for problem in error.problems))
    out.print(f"{user.name} may sign in as {user.email}.")


@app.command("demo-code")
def demo_code(name: Annotated[str, typer.Argument(help="One of the example's people, as in naree.")]) -> None:
    """Print the code with which one of the example's people signs in, on this machine only."""
    open_database()
    from rso.demo import show_code

    show_code(name)


@app.command()
def roles(
    guide: Annotated[bool, typer.Option("--guide", help="As the page of the guide.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Roles, and what each may do."""
    start()
    from rso.accounts.guide import as_guide, who_may

    if guide:
        print(as_guide(), end="")
    else:
        show(who_may(), form)


@app.command()
def contract(
    renew: Annotated[
        bool, typer.Option("--renew", help="Describe the data anew and give it its version (development time).")
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """The version of the data that others rely on, and what each version changed."""
    start()
    from datetime import date

    from rso.reports import promises
    from rso.reports.contract import published

    found = promises.renew(date.today()) if renew else published()
    show(
        (
            {"version": entry["version"], "date": entry["date"], **change}
            for entry in found["changelog"]
            for change in entry["changes"] or [{"kind": "", "name": "", "what": "first", "detail": ""}]
        ),
        form,
    )


@app.command()
def doctor(form: FormatOption = Format.TABLE) -> None:
    """Check the environment, the database, the fonts and the permissions, and say how to mend what is wrong."""
    start()
    from rso.doctor import examine

    found = examine()
    show(({"what": e.what, "state": "ok" if e.ok else "wrong", "says": e.says} for e in found), form)
    if not all(e.ok for e in found):
        raise typer.Exit(1)


@app.command()
def settings(form: FormatOption = Format.TABLE) -> None:
    """The settings in force; secrets are not shown."""
    from rso.environment import in_force

    show(({"setting": name, "value": value} for name, value in in_force()), form)


@app.command("run-due")
def run_due(form: FormatOption = Format.TABLE) -> None:
    """Do what is due: send the office the mails of the day, open plans, forget what is kept no longer. Run it every hour."""
    open_database()
    from django.conf import settings
    from django.utils import timezone

    from rso.accounts.actions import platform
    from rso.accounts.models import User
    from rso.core.office.digest import send_digests
    from rso.core.retention import forget_all
    from rso.metrics import ended_well
    from rso.reports.planning import open_plans

    now = timezone.now()
    sent, unsent = send_digests([user for user in User.objects.order_by("pk") if user.is_office], now=now)
    done: list[dict[str, str | int]] = [{"what": "mails of the day", "number": len(sent)}]
    done.append({"what": "plans opened", "number": len(open_plans(by=platform(), now=now))})
    done += forget_all(now)
    show(done, form)
    if unsent:
        stop(
            f"{unsent} mail{'s' if unsent > 1 else ''} of the day could not be sent through"
            f" {settings.EMAIL_HOST}:{settings.EMAIL_PORT}. The next run tries again; rso doctor says what is wrong."
        )
    ended_well("run-due", now)


@app.command()
def messages(
    check: Annotated[
        bool, typer.Option("--check", help="Only say what is missing; exit 1 where something is.")
    ] = False,
) -> None:
    """Extract texts for translation into the catalogues of locale/ (development time)."""
    start()
    from rso.core.messages import extract, faults

    if check:
        if found := faults():
            stop("\n".join(found))
        return
    show(
        [{"language": language, "texts": texts, "translated": done} for language, texts, done in extract()],
        Format.TABLE,
    )


@fonts.command("build")
def fonts_build() -> None:
    """Make the fonts of web and print from their packages (development time)."""
    from rso.core.fonts import build
    from rso.environment import HOUSE

    out.print(f"{len(build(HOUSE))} files.")


def main() -> None:
    for stream in (sys.stdout, sys.stderr):
        # A terminal of an old encoding prints what it can.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app()


if __name__ == "__main__":
    main()
