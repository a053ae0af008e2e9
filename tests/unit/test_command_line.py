"""The command `rso`: answers on standard output in three forms, refusals as sentences on standard error, three exit codes."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from rso import cli
from rso.core.figures import registry
from rso.core.models import Digest, Office
from rso.events.models import Event
from rso.mail import SMTP
from rso.members.models import Body
from tests.conftest import HOUSE
from tests.unit.test_loading import change_row, read, write

PERIODS = "2022, 2022-H1, 2022-Q3, 2022-09, FY2022 or 2022-07-01..2023-06-30"
OF_RECORDS = ["ref", "counts"]


def rso(*words: str | Path, code: int = 0) -> str:
    """What the command answers; nothing else is said."""
    result = CliRunner().invoke(cli.app, [str(word) for word in words], catch_exceptions=False)
    assert (result.exit_code, result.stderr) == (code, "")
    return result.stdout


def told(*words: str | Path, code: int = 1) -> list[str]:
    """What the command says when it refuses; it answers nothing."""
    result = CliRunner().invoke(cli.app, [str(word) for word in words], catch_exceptions=False)
    assert (result.exit_code, result.stdout) == (code, "")
    return result.stderr.splitlines()


def objects(*words: str | Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(rso(*words, "--format", "json"))
    return found


def rows(*words: str | Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(rso(*words, "--format", "csv"))))


# -- figures -----------------------------------------------------------------------------------------------------------


def test_a_figure_is_an_object_of_its_slug_title_value_unit_status_basis_and_definition(office):
    assert objects("figures", "2022", "trainings-held") == [
        {
            "slug": "trainings-held",
            "title": "Trainings held",
            "period": "2022",
            "value": 6,
            "unit": "events",
            "status": "A",
            "basis": {"stated": 6},
            "total_stated": 0,
            "definition": registry.figures["trainings-held"].definition,
            "version": 1,
            "notes": [],
        }
    ]


@pytest.mark.parametrize(
    ("period", "participations"),
    [
        ("2022", 600), ("2022-H1", 130), ("2022-H2", 470), ("2022-Q3", 158), ("2022-09", 101), ("FY2022", 130),
        ("2022-01-01..2022-12-31", 600), ("2022-09-01..2022-09-30", 101),
    ],
)  # fmt: skip
def test_every_spelling_of_a_period_is_understood_and_its_last_day_counts(office, period, participations):
    assert [figure["value"] for figure in objects("figures", period, "participations")] == [participations]


def test_a_financial_year_begins_with_the_month_of_the_setting(office, settings):
    settings.FINANCIAL_YEAR_START = 1

    assert [figure["value"] for figure in objects("figures", "FY2022", "participations")] == [600]


def test_money_is_in_major_units_with_its_currency(office):
    assert rows("figures", "2022", "income", "expenditure") == [
        {"slug": name, "value": value, "unit": "AUD", "status": "A", "basis": f'{{"illustrative": {value}}}'}
        for name, value in (("income", "2550000"), ("expenditure", "2430000"))
    ]


def test_a_split_has_a_row_for_each_value_and_one_for_what_is_not_known(office):
    assert rows("figures", "2022", "participations", "--by", "sex") == [
        {"slug": "participations", "key": key, "label": label, "value": value, "unit": "attendances", "status": "A"}
        for key, label, value in (("female", "Women", "226"), ("male", "Men", "329"), ("unknown", "Not known", "45"))
    ]


def test_without_names_all_figures_answer_and_with_a_dimension_all_that_it_splits(office):
    everything = [figure["slug"] for figure in objects("figures", "2022")]
    by_sex = [figure["slug"] for figure in objects("figures", "2022", "--by", "sex")]

    assert everything == list(registry.figures)
    assert by_sex == ["participations", "people-reached", "training-participations", "people-trained"]


def test_figures_of_different_columns_stand_in_one_table(office):
    shares = [
        (row["slug"], row["key"], row["percent"])
        for row in rows("figures", "2022", "members", "expenditure-by-category")
    ]

    assert shares[:2] == [("members", "", ""), ("expenditure-by-category", "PROG-CP1", "14")]


def test_a_figure_or_dimension_that_there_is_not_is_named_with_those_that_come_near(office):
    assert told("figures", "2022", "participation") == [
        "There is no figure “participation”; did you mean participations or training-participations or publications?"
    ]
    assert told("records", "people-train", "2022") == [
        "There is no figure “people-train”; did you mean people-trained or people-reached?"
    ]
    assert told("figures", "2022", "income", "--by", "fundr") == ["There is no dimension “fundr”; did you mean funder?"]
    assert told("figures", "2022", "--by", "fundr") == ["No figure of 2022 is split by “fundr”."]


@pytest.mark.parametrize(
    "period", ["22", "2022-13", "2022-Q5", "2022-9", "FY22", "2022-09-30..2022-09-01", "٢٠٢٢", "0000"]
)
def test_what_is_no_period_is_refused_with_the_forms_that_there_are(office, period):
    assert told("figures", period, "income") == [f"“{period}” is no period; write {PERIODS}"]
    assert told("records", "income", period) == [f"“{period}” is no period; write {PERIODS}"]


def test_the_public_does_not_see_what_the_office_sees(office):
    refused = told("figures", "2022-09", "participations", "--by", "sex")
    seen = objects("figures", "2022-09", "participations", "--by", "sex", "--office")

    assert refused == ["Splits by sex or agency are shown for whole calendar years that have ended."]
    assert sum(row["value"] for row in seen[0]["rows"]) == seen[0]["value"] == 101


def test_the_records_of_a_figure_add_up_to_it(office):
    found = objects("records", "people-trained", "2022")
    money = rows("records", "expenditure-by-category", "2022")

    assert (sum(record["counts"] for record in found), [*found[0]]) == (195, [*OF_RECORDS, "records"])
    assert (sum(float(record["counts"]) for record in money), [*money[0]][:2]) == (pytest.approx(2_430_000), OF_RECORDS)


# -- how it is printed -------------------------------------------------------------------------------------------------


def test_a_table_for_a_pipe_is_as_wide_as_it_needs_and_ends_its_lines_at_their_last_letter(office):
    title = "A long title that goes on and on, " * 5
    Event.objects.filter(type="training").update(title=title + "to its end")

    lines = rso("records", "trainings-held", "2022").splitlines()

    assert (len(lines), [line for line in lines if line != line.rstrip()]) == (7, [])
    assert [title + "to its end" in line for line in lines] == [False] + [True] * 6


def test_a_terminal_folds_its_cells_but_never_the_first(office, monkeypatch):
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", "60")

    _head, *lines = rso("figures", "2022").splitlines()

    assert max(map(len, lines)) == 60
    assert [line.split()[0] for line in lines if line.startswith("countries")] == ["countries-reached-by-training"]


def test_what_looks_like_markup_is_printed_as_it_stands(office):
    name = "[red]Land[/red] :warning: [bold"
    Body.objects.filter(ref="AUS").update(name=name)

    split = ("figures", "2022", "participations", "--by", "member")
    assert [row["label"] for row in rows(*split) if row["key"] == "AUS"] == [name]
    assert name in rso(*split)
    assert told("report", "compile", "[red]x[/red] :warning:") == [
        (
            "There is no report “[red]x[/red] :warning:”; there are "
            "annual-2022, monthly-2022-09, finance-2022-H2, newsletter-2022-Q4"
        )
    ]


def test_letters_of_every_script_stay_as_they_are(office):
    Body.objects.filter(ref="THA").update(name="ประเทศไทย ไทย العربية")

    assert '"ประเทศไทย ไทย العربية"' in rso("figures", "2022", "participations", "--by", "member", "--format", "json")


# -- loading and exporting ---------------------------------------------------------------------------------------------


@pytest.fixture
def exported(office, tmp_path) -> Path:
    rso("export", tmp_path / "office")
    return tmp_path / "office"


def test_export_names_each_file_with_its_rows_and_load_finds_all_of_it_unchanged(office, exported):
    files = {row["file"]: int(row["rows"]) for row in rows("export", exported)}
    loaded = rows("load", exported)

    assert files.keys() == {path.name for path in office.iterdir()}
    assert {row["file"]: int(row["unchanged"]) for row in loaded} == files
    assert {tuple(row[name] for name in ("added", "changed", "removed", "gone")) for row in loaded} == {("0",) * 4}
    assert (exported / "participations.csv").read_text().partition("\n")[0] == (
        "ref,event,member,agency,person,number,sex,role,state,mode,basis,statement,source"
    )


def test_a_load_tells_what_was_added_changed_and_left_and_names_what_is_gone(exported):
    people = read(exported / "focal_points.csv")
    write(exported / "focal_points.csv", [people[0], {**people[0], "ref": "again", "starts_on": "2010-01-01"}])
    change_row(exported / "focal_points.csv", people[0]["ref"], ends_on="2099-01-01")
    gone = people[1]["ref"]
    counts = {"file": "focal_points.csv", "added": 1, "changed": 1, "unchanged": 0}

    dry = rso("load", exported, "--dry-run").splitlines()
    first = objects("load", exported)
    again = rso("load", exported).splitlines()
    pruned = objects("load", exported, "--prune")

    assert dry[-2:] == [
        f"focal_points.csv: kept though gone from the file: {gone}. --prune removes them.",
        "Dry run: nothing was changed.",
    ]
    assert [each for each in first if each["file"] == "focal_points.csv"] == [
        {**counts, "removed": 0, "gone": [gone], "corrections": [], "merged": []}
    ]
    assert again[-1] == dry[-2]
    assert [(each["removed"], each["gone"]) for each in pruned if each["file"] == "focal_points.csv"] == [(1, [])]


def test_an_export_from_nothing_takes_no_file_away(exported):
    kept = sorted(path.name for path in exported.iterdir())
    Office.objects.all().delete()

    assert told("export", exported) == ["There is no office in the database. Load one: rso load DIR"]
    assert sorted(path.name for path in exported.iterdir()) == kept


@pytest.mark.parametrize(
    "words",
    [["figures", "2022"], ["records", "income", "2022"], ["report", "list"], ["report", "compile", "annual-2022"]],
    ids=" ".join,
)  # fmt: skip
def test_an_empty_database_answers_no_question_with_nought(office, words):
    Office.objects.all().delete()

    assert told(*words) == ["There is no office in the database. Load one: rso load DIR"]


def test_an_export_that_fails_leaves_the_old_files_whole(exported, monkeypatch):
    before = {path.name: path.read_bytes() for path in exported.iterdir()}
    Body.objects.filter(ref="AUS").update(name="Changed")
    written = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if "bodies" in path.name:
            written(path, content[:100])
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return written(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    says = told("export", exported)

    assert [line.partition(" (")[0].split()[:4] for line in says] == [["The", "disk", "is", "full:"]]
    assert {path.name: path.read_bytes() for path in exported.iterdir()} == before


def test_the_guide_names_every_file_and_column_as_the_loader_knows_them(office):
    """To renew it: rso files --guide > docs/guide/files.md"""
    assert rso("files", "--guide") == (HOUSE / "docs" / "guide" / "files.md").read_text(encoding="utf-8")
    assert {row["file"] for row in rows("files")} == {path.name for path in office.iterdir()} | {"notes.yaml"}
    assert [row for row in rows("files") if row["column"] == "precision" and row["file"] == "events.csv"] == [
        {"file": "events.csv", "column": "precision", "needed": "", "takes": "one of day, month, year; empty means day"}
    ]


# -- reports -----------------------------------------------------------------------------------------------------------


def test_the_reports_are_listed(office):
    assert objects("report", "list") == [
        {"ref": "annual-2022", "title": "Annual Report 2022", "definition": "annual", "period": "2022"},
        {
            "ref": "monthly-2022-09",
            "title": "Monthly Report September 2022",
            "definition": "monthly",
            "period": "2022-09",
        },
        {
            "ref": "finance-2022-H2",
            "title": "Narrative Finance Report July to December 2022",
            "definition": "finance",
            "period": "2022-H2",
        },
        {
            "ref": "newsletter-2022-Q4",
            "title": "Newsletter October to December 2022",
            "definition": "newsletter",
            "period": "2022-Q4",
        },
    ]


def test_a_report_is_compiled_where_it_is_told_and_its_page_gives_its_facts_back(office, tmp_path):
    written = objects(
        "report", "compile", "monthly-2022-09", "--out", tmp_path / "deep" / "report", "--as-at", "2022-10-01"
    )
    page = tmp_path / "deep" / "report" / "web" / "index.html"
    found = [fact for path in sorted(page.parent.glob("*.html")) for fact in objects("report", "facts", path)]

    assert [(each["edition"], Path(each["where"]).exists()) for each in written] == [
        ("PDF", True), ("web", True), ("data", True),
    ]  # fmt: skip
    assert {fact["value"] for fact in found if fact["figure"] == "participations" and not fact["filter"]} == {101}


def test_a_folder_that_holds_somebodys_letters_is_no_place_for_a_report(office, tmp_path):
    (tmp_path / "letter").touch()

    assert told("report", "compile", "monthly-2022-09", "--out", tmp_path) == [
        f"{tmp_path}: it holds letter, which would be lost; name a new folder."
    ]


@pytest.mark.parametrize("page", [b"\xff\xfe", b"<data data-figure=a value=b>", b"<data data-figure=a value=1>"])
def test_what_is_no_page_of_a_report_is_refused(tmp_path, page):
    (tmp_path / "page.html").write_bytes(page)

    assert told("report", "facts", tmp_path / "page.html") == [
        f"{tmp_path}/page.html is no page of a report: it is not UTF-8, or a figure in it lacks what every figure says."
    ]
    assert told("report", "facts", tmp_path / "none.html") == [f"{tmp_path}/none.html: No such file or directory."]


# -- exit codes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "nosuch", "figures", "records income", "load", "export", "report", "report nosuch", "report compile",
        "report facts", "figures 2022 --format yaml", "figures 2022 --bye sex", "report compile annual-2022 --as-at 2022-13-01",
        "serve --port none", "serve --port 0", "serve --port 65536", "demo --port -1", "createuser",
    ],
)  # fmt: skip
def test_wrong_usage_ends_with_2_and_is_told_on_standard_error(words):
    result = CliRunner().invoke(cli.app, words.split())

    assert (result.exit_code, bool(result.stdout) == bool(result.stderr)) == (2, False)


def commands(group: Any, *path: str) -> dict[str, str]:
    """What each command says of itself, by its name."""
    if not hasattr(group, "commands"):
        return {" ".join(path): group.help}
    return {name: says for each, inner in group.commands.items() for name, says in commands(inner, *path, each).items()}


@pytest.mark.parametrize(("command", "says"), commands(get_command(cli.app)).items(), ids=str)
def test_every_command_explains_itself_and_stands_in_the_guide(command, says):
    told = CliRunner().invoke(cli.app, [*command.split(), "--help"])
    guide = (HOUSE / "docs" / "guide" / "command-line.md").read_text(encoding="utf-8")

    assert (told.exit_code, says[-1], says.split()[0] in told.stdout, f"`rso {command}" in guide) == (
        0,
        ".",
        True,
        True,
    )


def test_ctrl_c_ends_quietly_with_130(office, monkeypatch):
    def interrupted(*words: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "load_folder", interrupted)

    assert told("load", office, code=130) == []


@pytest.mark.long
@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_who_reads_only_the_beginning_of_an_answer_makes_no_noise(tmp_path, form):
    """A pipe that nobody reads any more, in a process of its own."""
    reader, writer = os.pipe()
    os.close(reader)
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    environment = {**usual, "RSO_VAR": str(tmp_path), "PYTHONPATH": str(HOUSE)}
    command = [sys.executable, "-m", "rso", "settings", "--format", form]

    done = subprocess.run(command, env=environment, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)

    assert (done.returncode, done.stderr) == (1, b"")


def test_a_dead_mail_server_keeps_nothing_else_that_is_due_from_being_done(office, settings, tmp_path):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT, settings.VAR = SMTP, "127.0.0.1", 9, tmp_path
    Event.objects.filter(ref="e2022-14").update(state="planned")
    result = CliRunner().invoke(cli.app, ["run-due", "--format", "json"], catch_exceptions=False)

    assert result.exit_code == 1
    assert {"plans opened", "mails of the day"} < {row["what"] for row in json.loads(result.stdout)}
    assert re.fullmatch(
        r"\d+ mails? of the day could not be sent through 127\.0\.0\.1:9\. "
        r"The next run tries again; rso doctor says what is wrong\.",
        result.stderr.splitlines()[-1],
    )
    assert not Digest.objects.exists()
    assert not (tmp_path / "jobs").exists()
