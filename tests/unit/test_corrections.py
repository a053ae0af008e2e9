"""What the office corrected on a page stands, whatever the files say when they are loaded again."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rso import cli
from rso.accounts.actions import platform
from rso.accounts.models import User
from rso.core import corrections
from rso.core.loading.export import as_cells, export
from rso.core.loading.load import BadFolder, Counts, load, set_cells
from rso.core.loading.tables import Table, tables
from rso.core.models import AuditEvent, Correction
from rso.core.verbs import Refused
from rso.events.models import Event, Participation
from rso.workplan.models import Activity
from tests.conftest import NOW
from tests.unit.test_loading import change_row, read, write
from tests.web.conftest import as_user

PLACE = ("events.csv", "e2022-06", "place")
LATER = NOW + timedelta(days=1)


@pytest.fixture
def folder(office, tmp_path) -> Path:
    copied = tmp_path / "office"
    shutil.copytree(office, copied)
    return copied


def table_of(file: str) -> Table:
    return tables.by_file[file]


def correct(by: User, file: str = "events.csv", ref: str = "e2022-06", reason: str = "", **cells: str) -> None:
    """What a form of the office does."""
    table = table_of(file)
    before = as_cells(table, table.current([ref])[ref])
    set_cells(table, {ref: {name: table.column(name).read(text) for name, text in cells.items()}}, by=by, now=NOW)
    corrections.keep(table, ref, before, {**before, **cells}, by=by, now=NOW, reason=reason)


def cell(file: str, ref: str, column: str) -> str:
    table = table_of(file)
    return as_cells(table, table.current([ref])[ref])[column]


def reload(folder: Path, file: str = "events.csv", **options: Any) -> Counts:
    return next(c for c in load(folder, by=platform(), now=LATER, **options) if c.file == file)


def standings(counts: Counts) -> list[tuple[str, str, str, str, str]]:
    return [(h.ref, h.column, h.file_value, h.office_value, str(h.standing)) for h in counts.corrections]


@pytest.fixture
def was(folder) -> str:
    """The place of an event as the file has it."""
    return next(row["place"] for row in read(folder / "events.csv") if row["ref"] == "e2022-06")


def test_a_reload_keeps_what_the_office_corrected_and_tells_who_did_and_why(folder, was, naree):
    correct(naree, place="Phuket", reason="The venue moved")
    change_row(folder / "events.csv", "e2022-06", title="Renamed in the file")

    counts = reload(folder)

    assert (cell(*PLACE), cell("events.csv", "e2022-06", "title")) == ("Phuket", "Renamed in the file")
    assert (counts.added, counts.changed) == (0, 1)
    (held,) = counts.corrections
    assert (held.file, held.row, held.ref, held.column, held.who, held.when, held.why) == (
        *("events.csv", 7, "e2022-06", "place", "Naree Boonmee", NOW, "The venue moved"),
    )
    assert standings(counts) == [("e2022-06", "place", was, "Phuket", "kept")]


def test_a_second_reload_tells_the_same_and_writes_nothing(folder, was, naree):
    correct(naree, place="Phuket")
    first = reload(folder)
    events, kept = AuditEvent.objects.count(), list(Correction.objects.values())

    assert reload(folder) == first
    assert (AuditEvent.objects.count(), list(Correction.objects.values())) == (events, kept)


def test_a_file_that_has_been_mended_ends_the_correction_and_the_audit_trail_says_so(folder, naree):
    correct(naree, place="Phuket")
    change_row(folder / "events.csv", "e2022-06", place="Phuket")

    assert standings(reload(folder)) == [("e2022-06", "place", "Phuket", "Phuket", "mended")]

    assert Correction.objects.count() == 0
    event = AuditEvent.objects.order_by("-pk")[0]
    assert (event.verb, event.kind, event.ref, event.reason) == (
        *("correction dropped", "events.event", "e2022-06", "place: the file says the same now"),
    )
    assert standings(reload(folder)) == []


def test_a_source_that_has_changed_since_is_told_apart_and_the_office_still_kept(folder, was, naree):
    correct(naree, place="Phuket")
    change_row(folder / "events.csv", "e2022-06", place="Krabi")

    assert standings(reload(folder)) == [("e2022-06", "place", "Krabi", "Phuket", "source changed")]

    correction = Correction.objects.get()
    assert (correction.file_value, correction.file_says, correction.seen_at) == (was, "Krabi", LATER)
    assert correction.source_has_changed
    assert cell(*PLACE) == "Phuket"


def test_the_file_s_value_is_taken_where_the_load_is_told_so(folder, was, naree):
    correct(naree, place="Phuket", title="By the office")

    counts = reload(folder, take=[PLACE])

    assert [(column, standing) for _ref, column, _file, _office, standing in standings(counts)] == [
        ("place", "taken"), ("title", "kept"),
    ]  # fmt: skip
    assert (cell(*PLACE), cell("events.csv", "e2022-06", "title")) == (was, "By the office")
    assert [c.column for c in Correction.objects.all()] == ["title"]


def test_what_was_not_corrected_cannot_be_taken(folder, naree):
    with pytest.raises(BadFolder) as refused:
        load(folder, by=platform(), now=LATER, take=[PLACE])

    assert [str(fault) for fault in refused.value.faults] == [
        "events.csv, row 7, place: “e2022-06” has no correction to drop"
    ]


def test_a_list_of_links_is_kept_like_any_cell(folder, naree):
    was = cell("events.csv", "e2022-06", "partners")
    partner = next(row["ref"] for row in read(folder / "bodies.csv") if row["kind"] == "partner" and row["ref"] != was)
    correct(naree, partners=partner)

    assert standings(reload(folder)) == [("e2022-06", "partners", was, partner, "kept")]
    assert cell("events.csv", "e2022-06", "partners") == partner

    corrections.drop_corrections(list(Correction.objects.all()), by=naree, now=LATER)
    assert cell("events.csv", "e2022-06", "partners") == was


def test_a_corrected_record_whose_row_has_gone_is_named_and_not_pruned(folder, naree):
    file, ref = "participations.csv", "e2022-01-001"
    correct(naree, file, ref, role="speaker")
    write(folder / file, [row for row in read(folder / file) if row["ref"] not in (ref, "e2022-01-002")])

    counts = reload(folder, file, prune=True)

    assert (counts.removed, counts.gone, standings(counts)) == (
        *(1, [ref], [(ref, "role", "", "speaker", "row gone")]),
    )
    counts = reload(folder, file, prune=True, take=[(file, ref, "role")])
    assert (counts.removed, counts.gone, Participation.objects.filter(ref=ref).exists()) == (1, [], False)


def test_a_correction_goes_with_its_record(folder, naree):
    correct(naree, "participations.csv", "e2022-01-001", role="speaker")
    table_of("participations.csv").verbs.remove(
        [Participation.objects.get(ref="e2022-01-001")], by=naree, now=NOW, reason="Entered twice"
    )

    counts = reload(folder, "participations.csv")

    assert (counts.added, standings(counts), Correction.objects.count()) == (1, [], 0)


def test_an_export_holds_the_office_s_values_and_loading_it_changes_no_record(folder, naree, tmp_path):
    correct(naree, place="Phuket")
    export(tmp_path / "out")

    counts = load(tmp_path / "out", by=platform(), now=LATER)

    assert {(c.added, c.changed, tuple(c.gone)) for c in counts} == {(0, 0, ())}
    assert standings(next(c for c in counts if c.corrections)) == [("e2022-06", "place", "Phuket", "Phuket", "mended")]


def test_a_cell_that_is_brought_back_to_what_its_file_says_is_no_correction(office, naree, was):
    correct(naree, place="Phuket")
    correct(naree, place="Krabi")
    correction = Correction.objects.get()
    assert (correction.file_value, correction.office_value) == (was, "Krabi")

    correct(naree, place=was)
    assert Correction.objects.count() == 0


def test_whatever_a_verb_of_the_office_changes_is_kept(folder, naree):
    event = Event.objects.get(ref="e2022-06")
    event.place, event.title = "Phuket", "By the office"
    with corrections.by_the_office(table_of("events.csv"), ["e2022-06"], by=naree, now=NOW, reason="The host wrote"):
        table_of("events.csv").verbs.change([event], by=naree, now=NOW)

    assert [(c.column, c.office_value, c.by, c.reason) for c in Correction.objects.order_by("column")] == [
        ("place", "Phuket", naree, "The host wrote"), ("title", "By the office", naree, "The host wrote"),
    ]  # fmt: skip


def test_a_load_that_is_refused_or_only_tried_leaves_the_corrections_as_they_were(folder, naree):
    correct(naree, place="Phuket")
    change_row(folder / "events.csv", "e2022-06", place="Phuket")
    kept = list(Correction.objects.values())

    reload(folder, dry_run=True)
    assert list(Correction.objects.values()) == kept

    change_row(folder / "events.csv", "e2022-01", group="no-such-group")
    with pytest.raises(BadFolder):
        reload(folder)
    assert list(Correction.objects.values()) == kept


def test_the_office_takes_what_the_file_says_with_its_reason(folder, naree):
    correct(naree, place="Phuket")
    change_row(folder / "events.csv", "e2022-06", place="Krabi")
    reload(folder)

    corrections.drop_corrections(list(Correction.objects.all()), by=naree, now=LATER, reason="The host wrote")

    assert (cell(*PLACE), Correction.objects.count()) == ("Krabi", 0)
    told = AuditEvent.objects.filter(kind="events.event", ref="e2022-06").order_by("pk").values_list("verb", "reason")
    assert list(told)[-2:] == [("changed", "The host wrote"), ("correction dropped", "place: The host wrote")]
    assert standings(reload(folder)) == []


def test_the_office_cannot_take_what_the_room_refuses(office, naree):
    Correction.objects.create(
        kind="events.event", ref="e2022-06", column="country", file_value="tha", office_value="THA", by=naree, at=NOW
    )

    with pytest.raises(Refused, match="country"):
        corrections.drop_corrections(list(Correction.objects.all()), by=naree, now=LATER)

    assert (Correction.objects.count(), Event.objects.get(ref="e2022-06").country == "tha") == (1, False)


def test_the_command_line_tells_each_corrected_cell_and_takes_the_file_s_value(folder, was, naree):
    correct(naree, place="Phuket", reason="The venue moved")
    says = f"events.csv, row 7, e2022-06, place: kept: file “{was}”, office “Phuket”"

    answer = CliRunner().invoke(cli.app, ["load", str(folder)]).stdout.splitlines()
    assert f"{says} (corrected by Naree Boonmee on 2023-03-31, The venue moved)" in answer

    taken = CliRunner().invoke(cli.app, ["load", str(folder), "--take", "events.csv:e2022-06:place"])
    assert (taken.exit_code, cell(*PLACE)) == (0, was)
    wrong = CliRunner().invoke(cli.app, ["load", str(folder), "--take", "events.csv"])
    assert wrong.exit_code == 2


def test_a_leaver_whose_account_came_by_a_file_stays_out_and_what_was_handed_over_stays_there(folder, kim, naree):
    def led_by(ref: str) -> list[str]:
        return list(Activity.objects.filter(lead__ref=ref).order_by("ref").values_list("ref", flat=True))

    hers, others = led_by("naree-boonmee"), led_by("somchai-prasert")
    as_user(kim).post("/office/accounts/naree-boonmee/do/leave/", {"to": "somchai-prasert"})

    load(folder, by=platform(), now=LATER)

    assert (cell("users.csv", "naree-boonmee", "active"), led_by("naree-boonmee")) == ("no", [])
    assert led_by("somchai-prasert") == sorted([*hers, *others])
