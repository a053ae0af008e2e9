"""An office's folder comes in all or nothing, as often as one likes, and goes out as it came in."""

import csv
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rso.accounts.actions import invite, platform
from rso.accounts.models import User
from rso.cli import app
from rso.core import verbs
from rso.core.corrections import by_the_office
from rso.core.loading.export import export
from rso.core.loading.load import BadFolder, load
from rso.core.loading.tables import tables
from rso.core.models import AuditEvent
from rso.events.models import Participation, ParticipationRole
from rso.finance.models import Expenditure
from rso.workplan.models import Request


@pytest.fixture
def folder(office, tmp_path) -> Path:
    copied = tmp_path / "office"
    shutil.copytree(office, copied)
    return copied


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def change_row(path: Path, ref: str, **values: str) -> None:
    rows = read(path)
    for row in rows:
        if row["ref"] == ref:
            row.update(values)
    write(path, rows)


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def test_a_second_load_changes_nothing_and_writes_no_audit_event(folder, now):
    before = AuditEvent.objects.count()

    counts = load(folder, by=platform(), now=now)

    assert {(c.added, c.changed, c.gone == []) for c in counts} == {(0, 0, True)}
    assert AuditEvent.objects.count() == before


def test_what_goes_out_is_what_came_in(office, tmp_path):
    export(tmp_path / "out")

    assert {path.name: path.read_bytes() for path in sorted((tmp_path / "out").iterdir())} == {
        path.name: path.read_bytes() for path in sorted(office.iterdir())
    }


def test_one_changed_row_is_reported_and_its_audit_event_says_before_and_after(folder, now):
    change_row(folder / "participations.csv", "e2022-01-001", role="speaker")

    counts = {c.file: c for c in load(folder, by=platform(), now=now)}

    assert (counts["participations.csv"].added, counts["participations.csv"].changed) == (0, 1)
    event = AuditEvent.objects.filter(kind="events.participation", ref="e2022-01-001").latest("id")
    assert (event.verb, event.before, event.after) == ("corrected", {"role": "participant"}, {"role": "speaker"})


def test_a_row_gone_from_the_file_is_named_and_kept_and_pruned_only_when_asked(folder, now):
    rows = [row for row in read(folder / "participations.csv") if row["ref"] != "e2022-01-001"]
    write(folder / "participations.csv", rows)

    kept = {c.file: c for c in load(folder, by=platform(), now=now)}["participations.csv"]
    assert (kept.gone, kept.removed) == (["e2022-01-001"], 0)
    assert Participation.objects.filter(ref="e2022-01-001").exists()

    pruned = {c.file: c for c in load(folder, by=platform(), now=now, prune=True)}["participations.csv"]
    assert (pruned.gone, pruned.removed) == ([], 1)
    assert not Participation.objects.filter(ref="e2022-01-001").exists()


def test_what_the_office_has_added_is_neither_named_as_gone_nor_pruned(folder, now, naree, kim):
    request = Request.objects.order_by("pk")[0]
    request.pk, request.ref = None, "q2024-01"
    verbs.add([request], verb="added", by=naree, now=now)
    request.title = "A course for trainers"
    with by_the_office(tables.of(Request), [request.ref], by=naree, now=now):
        verbs.change([request], verb="changed", by=naree, now=now)
    fetu = invite(email="fetu@rso.example", name="Fetu Tavita", role="finance_officer", by=kim, now=now)
    CliRunner().invoke(
        app,
        ["createuser", "ana@rso.example", "--name", "Ana", "--role", "administrator", "--password", "a-canoe-of-2024"],
        catch_exceptions=False,
    )

    counts = load(folder, by=platform(), now=now, prune=True)

    assert {(c.removed, tuple(c.gone), tuple(c.corrections)) for c in counts} == {(0, (), ())}
    assert Request.objects.filter(ref="q2024-01").exists()
    assert set(User.objects.filter(ref__in=[fetu.ref, "ana"]).values_list("is_active", flat=True)) == {True}


def test_entries_of_a_ledger_extract_keep_nothing_from_being_pruned(folder, now, marta):
    entry = Expenditure.objects.filter(reverses=None).order_by("pk")[0]
    entry.pk, entry.ref = None, "A-1"
    verbs.add([entry], verb="entered", by=marta, now=now)
    rows = [row for row in read(folder / "participations.csv") if row["ref"] != "e2022-01-001"]
    write(folder / "participations.csv", rows)

    counts = {c.file: c for c in load(folder, by=platform(), now=now, prune=True)}

    assert (counts["participations.csv"].removed, counts["expenditure.csv"].gone) == (1, [])


def test_a_dry_run_reports_the_change_and_takes_it_back(folder, now):
    change_row(folder / "participations.csv", "e2022-01-001", role="speaker")

    counts = {c.file: c for c in load(folder, by=platform(), now=now, dry_run=True)}

    assert counts["participations.csv"].changed == 1
    assert Participation.objects.get(ref="e2022-01-001").role == ParticipationRole.PARTICIPANT


def test_a_total_that_a_source_states_cannot_be_left_by_its_rows(folder, now):
    change_row(folder / "participations.csv", "e2022-09-010", number="2", person="")

    with pytest.raises(BadFolder) as refused:
        load(folder, by=platform(), now=now)

    assert [str(fault) for fault in refused.value.faults] == [
        "statements.csv, row 12: “st-forum-delegates” the rows that point to it sum to 89, but the source says 88"
    ]


def test_an_event_with_attendances_cannot_become_one_that_was_not_held(folder, now):
    change_row(folder / "events.csv", "e2022-06", state="cancelled", reason="The room was flooded")

    with pytest.raises(BadFolder) as refused:
        load(folder, by=platform(), now=now)

    assert [str(fault) for fault in refused.value.faults] == [
        "events.csv, row 7: “e2022-06” was not held, but its rows of participations.csv say that someone attended"
    ]


def test_a_ledger_entry_is_never_altered(folder, now):
    change_row(folder / "expenditure.csv", "x2022-fee-01-1", amount="1.00")

    with pytest.raises(BadFolder) as refused:
        load(folder, by=platform(), now=now)

    assert [(f.file, f.column, f.says) for f in refused.value.faults] == [
        (
            "expenditure.csv",
            "amount",
            "is in the ledger and is never altered; post an entry that reverses it, and a new one",
        )
    ]
