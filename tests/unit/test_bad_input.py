"""Bad folders: every fault is named with its file, row, column and value and what would be right; nothing is changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
import tracemalloc
from datetime import datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from typer.testing import CliRunner

from rso.accounts.actions import platform
from rso.cli import app
from rso.core.loading.load import BadFolder, load
from rso.events.models import Event
from rso.members.models import Person
from tests.factories.small import FOLDER, rows_of
from tests.sampling import few
from tests.unit.bad_input import CELLS, COLUMNS, FILES, LEDGER, WHOLE


@pytest.fixture
def folder(office, tmp_path) -> Path:
    made = tmp_path / "small"
    made.mkdir()
    (made / "office.yaml").write_bytes((office / "office.yaml").read_bytes())
    for name, text in FOLDER.items():
        (made / name).write_text(text, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def before(django_db_setup, django_db_blocker) -> str:
    with django_db_blocker.unblock():
        return digest()


def digest() -> str:
    """What all our tables hold, as the database keeps it."""
    found = hashlib.sha256()
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if model.__module__.startswith("rso."):
                cursor.execute(
                    f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)} ORDER BY {model._meta.pk.column}"
                )
                found.update(repr(cursor.fetchall()).encode())
    return found.hexdigest()


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8", newline="")


def faults_of(folder: Path, now: datetime, **options: bool) -> list[str]:
    with pytest.raises(BadFolder) as refused:
        load(folder, by=platform(), now=now, **options)
    return [str(fault) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("file", "old", "new", "faults"), few([case[1:] for case in CELLS], 8), ids=[case[0] for case in CELLS]
)
def test_a_bad_cell_or_row_is_named_and_nothing_changes(folder, now, before, file, old, new, faults):
    replace(folder / file, old, new)

    assert faults_of(folder, now) == faults
    assert digest() == before


@pytest.mark.parametrize(("spoil", "faults"), few([case[1:] for case in FILES], 3), ids=[case[0] for case in FILES])
def test_a_bad_file_is_named_and_nothing_changes(folder, now, before, spoil, faults):
    spoil(folder)

    assert faults_of(folder, now) == faults
    assert digest() == before


def test_a_folder_that_is_not_there_and_one_that_is_a_file_are_named(folder, now):
    assert faults_of(folder / "none", now) == [f"{folder}/none: there is no such folder"]
    assert faults_of(folder / "people.csv", now) == [f"{folder}/people.csv: is a file; name the folder that holds it"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_named(folder, now):
    (folder / "people.csv").chmod(0)

    assert faults_of(folder, now) == ["people.csv: cannot be read; give this user permission to read it"]


def test_faults_of_files_cells_refs_and_rules_are_told_all_at_once(folder, now, before):
    (folder / "peple.csv").touch()
    replace(folder / "events.csv", "2022-03-10,t-work", "soon,t-work")
    replace(folder / "participations.csv", "t-union", "t-onion")
    replace(folder / "groups.csv", "t-part,working_group", "t-part,club")
    replace(folder / "editions.csv", "t-guide-th,t-guide,th", "t-guide-th,t-guide,en")
    replace(folder / "requests.csv", "2022-02-01", "2022-01-01")
    replace(folder / "themes.csv", "2024-01-01", "2019-01-01")
    replace(folder / "rates.csv", "EUR", "eur")

    assert [fault.partition(":")[0] for fault in faults_of(folder, now)] == [
        "editions.csv, row 3, publication, language, number",
        "events.csv, row 2, ends_on",
        "groups.csv, row 3, kind",
        "participations.csv, row 4, member",
        "peple.csv",
        "rates.csv, row 2, currency",
        "requests.csv, row 2, answered_on",
        "themes.csv, row 3, valid_to",
    ]
    assert digest() == before


def test_rows_that_point_to_a_refused_row_are_not_called_faulty(folder, now, before):
    """Events, participations, contributions and expenditure all lead to this activity."""
    replace(folder / "activities.csv", "2022-12-31", "2021-12-31")

    assert faults_of(folder, now) == [
        "activities.csv, row 2, ends_on: “2021-12-31” lies before the first day, 2022-01-01"
    ]
    assert digest() == before


def test_rows_that_exchange_what_may_stand_once_are_named_without_the_words_of_the_database(folder, now):
    load(folder, by=platform(), now=now)
    loaded = digest()
    replace(folder / "events.csv", "t-group,1", "t-group,3")
    replace(folder / "events.csv", "t-group,2", "t-group,1")
    replace(folder / "events.csv", "t-group,3", "t-group,2")

    says = "breaks the rule “event ordinal once a group”"
    hint = "another row still has these values: change that one, load, then change this one"
    assert faults_of(folder, now) == [
        f"events.csv, row 4: “t-meet” {says}; {hint}",
        f"events.csv, row 5: “t-next” {says}; {hint}",
    ]
    assert digest() == loaded


def test_a_circle_by_way_of_a_row_that_only_the_database_holds_is_named(folder, now):
    load(folder, by=platform(), now=now)
    (folder / "groups.csv").write_text("ref,kind,parent\nt-group,working_group,t-part\n")

    assert faults_of(folder, now) == ["groups.csv, row 2, parent: “t-part” leads in a circle back to the row itself"]


def test_a_ledger_entry_gone_from_the_file_cannot_be_pruned(office, tmp_path, now, before):
    folder = tmp_path / "office"
    shutil.copytree(office, folder)
    first, second, *rest = (folder / "expenditure.csv").read_text().splitlines(keepends=True)
    (folder / "expenditure.csv").write_text("".join([first, *rest]))

    assert faults_of(folder, now, prune=True) == [
        f"expenditure.csv: “{second.partition(',')[0]}” cannot be pruned: {LEDGER}"
    ]
    assert digest() == before


# -- size --------------------------------------------------------------------------------------------------------------

HUGE = "0" * 10_000_000
CUT = f"“{'0' * 57}…” is 10,000,000 characters long; at most"


@pytest.mark.parametrize(
    ("file", "old", "fault"),
    few(
        [
            ("people.csv", "Ben Tan", f"people.csv, row 3, name: {CUT} 160 fit"),
            ("events.csv", "2022-03-08", f"events.csv, row 2, starts_on: {CUT} 50,000 fit"),
            ("events.csv", "training", f"events.csv, row 2, type: {CUT} 50,000 fit"),
            ("requests.csv", "t-state;t-union", f"requests.csv, row 2, members: {CUT} 50,000 fit"),
            ("quotes.yaml", "We learned much.", f"quotes.yaml, row 1, words: {CUT} 50,000 fit"),
            ("people.csv", "post", f"people.csv, row 1, {'0' * 57}…: is no column of this file; there are {COLUMNS}"),
        ]
    ),
    ids=["text", "date", "choice", "list", "YAML", "header"],
)
def test_a_cell_of_ten_megabytes_is_named_in_seconds_and_little_memory(folder, now, before, file, old, fault):
    replace(folder / file, old, HUGE)
    started = time.monotonic()
    tracemalloc.start()

    faults = faults_of(folder, now)

    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert faults == [fault]
    assert digest() == before
    assert most < 200_000_000
    assert time.monotonic() - started < 10


@pytest.mark.long
def test_ten_thousand_faults_are_all_told_in_seconds(folder, before):
    rows = "".join(f"t-{row:05d},Name,t-stat{row},,\n" for row in range(10_000))
    replace(folder / "people.csv", "t-cara,Cara,t-state,,\n", rows)
    started = time.monotonic()

    result = CliRunner().invoke(app, ["load", str(folder)])

    told = result.stderr.splitlines()
    assert (result.exit_code, len(told)) == (1, 10_001)
    assert told[0] == "people.csv, row 4, body: “t-stat0” is no known body; did you mean t-state?"
    assert told[-2] == "people.csv, row 10003, body: “t-stat9999” is no known body; bodies.csv has no such ref"
    assert told[-1] == "10000 faults; nothing was changed."
    assert digest() == before
    assert time.monotonic() - started < 30


# -- what is no fault --------------------------------------------------------------------------------------------------


def with_mark(content: bytes) -> bytes:
    return b"\xef\xbb\xbf" + content


def with_windows_lines(content: bytes) -> bytes:
    return content.replace(b"\n", b"\r\n")


def with_space(content: bytes) -> bytes:
    return content.replace(b"t-ben,Ben Tan,t-state", b" t-ben , Ben Tan\t,\xc2\xa0t-state ")


def with_empty_rows(content: bytes) -> bytes:
    return content.replace(b"t-cara", b"\n,,,,\nt-cara") + b"\n\n"


@pytest.mark.parametrize("rewrite", few([with_mark, with_windows_lines, with_space, with_empty_rows]))
def test_what_other_programs_write_loads_the_same(folder, now, rewrite):
    for path in folder.iterdir():
        path.write_bytes(rewrite(path.read_bytes()))
    added = sum(counts.added for counts in load(folder, by=platform(), now=now))
    for name, text in FOLDER.items():
        (folder / name).write_text(text, encoding="utf-8")

    again = load(folder, by=platform(), now=now)

    assert (added, {(c.added, c.changed) for c in again}) == (sum(map(rows_of, FOLDER)), {(0, 0)})
    assert Event.objects.get(ref="t-course").summary == "First line\nsecond line"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Sukarno", "Sukarno"),
        ("សុខ ដារ៉ា", "សុខ ដារ៉ា"),
        ("👩🏽‍⚖️ Judge", "👩🏽‍⚖️ Judge"),
        ("محمد", "محمد"),
        ("Ame\u0301lie", "Am\u00e9lie"),
        ("-", "-"),
        ("O’Brien-Null; “N/A”", "O’Brien-Null; “N/A”"),
    ],
)
def test_a_name_is_kept_as_people_write_it(folder, now, name, kept):
    replace(folder / "people.csv", "Ben Tan", name)

    load(folder, by=platform(), now=now)

    assert Person.objects.get(ref="t-ben").name == kept


def test_a_leap_day_and_a_file_with_a_header_alone_load(folder, now):
    replace(folder / "events.csv", "2022-05-01,2022-05-01", "2024-02-29,2024-02-29")
    (folder / "editions.csv").write_text(FOLDER["editions.csv"].partition("\n")[0])

    counts = {c.file: c.added for c in load(folder, by=platform(), now=now)}

    assert counts["editions.csv"] == 0
    assert Event.objects.get(ref="t-meet").starts_on.isoformat() == "2024-02-29"


# -- the command line --------------------------------------------------------------------------------------------------


def test_the_command_tells_every_fault_in_a_sentence_and_ends_with_1(folder, before):
    replace(folder / "participations.csv", "t-union,,,3", "t-union,,,three")
    replace(folder / "requests.csv", "t-state;t-union", "t-state;t-onion")

    result = CliRunner().invoke(app, ["load", str(folder)])

    assert (result.exit_code, result.stdout, result.stderr.splitlines()) == (
        1,
        "",
        [
            f"participations.csv, row 4, number: “three” is not {WHOLE}",
            "requests.csv, row 2, members: “t-onion” is no known body; did you mean t-union or TON?",
            "2 faults; nothing was changed.",
        ],
    )
    assert digest() == before


def test_the_command_ends_with_1_where_there_is_no_folder_with_2_where_it_is_used_wrongly_and_with_0_else(folder):
    def code(*words: str) -> int:
        return CliRunner().invoke(app, ["load", *words]).exit_code

    assert [code(f"{folder}/none"), code(), code("--prun", str(folder)), code(str(folder), "more")] == [1, 2, 2, 2]
    assert [code("--dry-run", str(folder)), code(str(folder)), code(str(folder), "--format", "json")] == [0, 0, 0]
