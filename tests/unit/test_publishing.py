"""Publishing by two, what is kept of it, and that one flipped byte anywhere is found out without the database."""

from __future__ import annotations

import json
import shutil
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from typer.testing import CliRunner

from rso.cli import app
from rso.core.verbs import Refused
from rso.events.actions import correct_participations
from rso.events.models import Participation
from rso.reports import publishing, states
from rso.reports.actions import report_verbs
from rso.reports.drift import drift, explain
from rso.reports.models import Edition, EditionState, Report, Why
from rso.reports.proof import NotProved, does_not_add_up, prove
from rso.reports.publishing import folder_of, publish, records_of, release, withdraw
from rso.reports.seals import BLANK, Unsealed, public_of, seal, sealed_by, signing_key
from tests.conftest import NOW, named
from tests.sampling import few

MONTHLY = "monthly-2022-09"


def published(note: str = "", ref: str = MONTHLY) -> Edition:
    report = signed(ref)
    return publish(report, by=named("harriet-lowe"), and_by=named("bagus-santoso"), now=NOW, note=note)


def signed(ref: str = MONTHLY) -> Report:
    """The report as both co-managers have signed it; one that is published already is opened again."""
    report = Report.objects.get(ref=ref)
    if report.state == "published":
        (step,) = (step for step in states.reports.steps if step.slug == "reopen")
        states.reports.take(step, [report], by=named("harriet-lowe"), now=NOW, reason="corrected")
    if not report.signatures.exists():
        both = (named("harriet-lowe"), named("bagus-santoso"))
        release(report, writer=named("tran-thi-mai"), co_managers=both, now=NOW)
    return report


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path) -> None:
    settings.VAR = tmp_path / "var"


@pytest.fixture
def edition(office) -> Edition:
    return published()


def head_count() -> Participation:
    """A head count at an event of September 2022, or whichever participation there is."""
    rows = Participation.objects.filter(event__starts_on__year=2022, event__starts_on__month=9, person=None)
    return rows.select_related("event", "member", "agency", "person").order_by("ref")[0]


# -- who, and when -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "and_by", "says"),
    [
        ("harriet-lowe", "harriet-lowe", ["A report is published by two co-managers, not by one twice."]),
        ("harriet-lowe", "tran-thi-mai", ["Tran Thi Mai is no co-manager and may not publish."]),
        ("kim-osei", "bagus-santoso", ["Kim Osei is no co-manager and may not publish."]),
    ],
)
def test_a_report_is_published_by_two_co_managers(office, by, and_by, says):
    report = signed()
    with pytest.raises(Refused) as refused:
        publish(report, by=named(by), and_by=named(and_by), now=NOW)

    assert [str(problem.says) for problem in refused.value.problems] == says
    assert Edition.objects.count() == 0
    assert not folder_of(MONTHLY, 1).exists()


def test_a_release_that_was_interrupted_between_two_signatures_goes_on(office):
    report = signed()
    report.signatures.filter(by=named("bagus-santoso").pk).delete()
    release(report, writer=named("tran-thi-mai"), co_managers=(named("harriet-lowe"), named("bagus-santoso")), now=NOW)

    assert sorted(report.signatures.values_list("by__ref", flat=True)) == ["bagus-santoso", "harriet-lowe"]


def test_a_report_that_is_not_approved_or_not_signed_by_both_is_not_published(office):
    report = Report.objects.get(ref=MONTHLY)
    by, and_by = named("harriet-lowe"), named("bagus-santoso")
    with pytest.raises(Refused) as refused:
        publish(report, by=by, and_by=and_by, now=NOW)
    assert [str(problem.says) for problem in refused.value.problems] == [
        "Harriet Lowe has not signed the report.",
        "Bagus Santoso has not signed the report.",
        "The report is “Draft”: only an approved one is published.",
    ]

    edition = publish(signed(), by=by, and_by=and_by, now=NOW)

    report.refresh_from_db()
    assert (report.state, report.signatures.count(), edition.and_by) == ("published", 0, and_by)


def test_an_edition_of_a_report_with_the_longest_of_names_has_one_of_its_own(office, naree, now):
    longest = "m" * 60
    report_verbs.add([Report(ref=longest, title="Q4", definition="newsletter", period="2022-Q4")], by=naree, now=now)

    first, second = (published(note, longest) for note in ("", "Set anew."))

    assert (len(first.ref), len(second.ref), first.ref == second.ref) == (60, 60, False)


def test_another_edition_says_why_and_lists_what_moved_and_the_old_one_stays(edition):
    before = {path: path.read_bytes() for path in folder_of(MONTHLY, 1).rglob("*") if path.is_file()}
    row = head_count()
    row.number += 3
    correct_participations([row], by=named("naree-boonmee"), now=NOW + timedelta(days=1), reason="counted again")
    with pytest.raises(Refused, match="needs a public note"):
        published()

    second = published("Three more people came than were counted.")

    edition.refresh_from_db()
    assert (edition.number, edition.state) == (1, EditionState.SUPERSEDED)
    assert (second.number, second.state) == (2, EditionState.PUBLISHED)
    moved = {change["key"]: (change["before"], change["after"], change["by"]) for change in second.changes}
    assert moved["participations|2022-09|"][2] == 3
    assert {path: path.read_bytes() for path in folder_of(MONTHLY, 1).rglob("*") if path.is_file()} == before


@pytest.mark.long
def test_a_report_of_which_an_edition_is_published_keeps_its_period_and_its_kind(edition):
    report = edition.report
    report.title, report.period, report.definition = "Another title", "2022-08", "newsletter"
    with pytest.raises(Refused) as refused:
        report_verbs.change([report], by=named("naree-boonmee"), now=NOW)
    assert [(problem.field, problem.says) for problem in refused.value.problems] == [
        ("period", "stays “2022-09”, as edition 1 says it; begin another report for another period"),
        ("definition", "stays “monthly”, as edition 1 says it; begin another report of another kind"),
    ]

    report.period, report.definition = "2022-09", "monthly"
    assert report_verbs.change([report], by=named("naree-boonmee"), now=NOW) == [report]


def test_an_edition_withdrawn_while_its_successor_is_set_stays_withdrawn(edition, monkeypatch):
    def withdrawn_meanwhile(*args):
        withdraw(Edition.objects.get(pk=edition.pk), by=named("bagus-santoso"), now=NOW, reason="wrong month")
        return []

    monkeypatch.setattr(publishing, "changes", withdrawn_meanwhile)

    second = published("Set anew.")

    edition.refresh_from_db()
    assert (edition.state, edition.withdrawn_why) == (EditionState.WITHDRAWN, "wrong month")
    assert (second.number, second.state) == (2, EditionState.PUBLISHED)


def test_the_database_holds_an_edition_to_two_people_one_number_and_a_note(edition):
    for wrong in (
        {"and_by": edition.by, "number": 5, "note": "because"},
        {"number": 1},
        {"number": 5, "note": ""},
        {"number": 5, "note": "because", "state": "gone"},
        {"number": 5, "note": "because", "state": "withdrawn"},
        {"number": 5, "note": "because", "state": "withdrawn", "withdrawn_at": NOW},
        {"number": 5, "note": "because", "withdrawn_at": NOW},
    ):
        copy = Edition.objects.get(pk=edition.pk)
        copy.pk, copy.ref = None, "another"
        for name, value in wrong.items():
            setattr(copy, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            copy.save()


def test_an_edition_that_was_withdrawn_stays_and_says_why(edition):
    with pytest.raises(Refused, match="Only a co-manager"):
        withdraw(edition, by=named("kim-osei"), now=NOW, reason="wrong month")
    for reason, says in ((" ", "Say why"), ("x" * 401, "Say it in 400 signs")):
        with pytest.raises(Refused, match=says):
            withdraw(edition, by=named("harriet-lowe"), now=NOW, reason=reason)

    read_before = Edition.objects.get(pk=edition.pk)
    withdraw(edition, by=named("harriet-lowe"), now=NOW, reason="wrong month")

    edition.refresh_from_db()
    assert (edition.state, edition.withdrawn_at, edition.withdrawn_why) == (EditionState.WITHDRAWN, NOW, "wrong month")
    with pytest.raises(Refused, match="withdrawn already"):
        withdraw(read_before, by=named("bagus-santoso"), now=NOW, reason="again")
    assert folder_of(MONTHLY, 1).is_dir()


# -- what is frozen ------------------------------------------------------------------------------------------------------


def test_every_figure_that_is_printed_is_frozen_with_its_records(edition):
    evidence = json.loads((folder_of(MONTHLY, 1) / "data" / "evidence.json").read_text())
    holdings = records_of(edition)
    frozen = {row.key: row for row in edition.frozen.filter(by="")}

    assert {(f["figure"], f["period"], f["filter"], f["value"]) for f in evidence["figures"]} == {
        (row.figure, row.period, row.filter, row.value) for row in frozen.values()
    }
    assert (
        sorted(holdings.rows("participations|2022-09|"))
        == evidence["records"][next(f["records"] for f in evidence["figures"] if f["figure"] == "participations")]
    )
    assert [place["chapter"] for place in frozen["events-held|2022-09|"].places] != []


@pytest.mark.long
def test_the_records_that_moved_a_figure_are_named_with_who_changed_them(edition):
    assert drift(edition) == []
    row = head_count()
    row.number += 3
    correct_participations([row], by=named("naree-boonmee"), now=NOW + timedelta(days=1), reason="counted again")

    (moved,) = [m for m in drift(edition) if m.key == "participations|2022-09|"]

    assert (moved.by_how_much, list(moved.records)) == (3, [row.ref])
    assert [(t.event.actor.name, t.event.verb) for t in moved.touched if t.event] == [("Naree Boonmee", "corrected")]
    assert (moved.why, moved.explained) == (Why.BETTER_DATA, None)
    assert {ref for m in drift(edition) for ref in m.records} == {row.ref}


@pytest.mark.long
def test_an_officer_says_why_a_figure_moved_and_it_holds_until_it_moves_again(edition):
    row = head_count()
    row.number += 3
    correct_participations([row], by=named("naree-boonmee"), now=NOW, reason="counted again")
    (moved,) = [m for m in drift(edition) if m.key == "participations|2022-09|"]
    with pytest.raises(Refused):
        explain(moved, Why.ERROR, by=named("lena-fischer"), now=NOW)

    explain(moved, Why.ERROR, by=named("tran-thi-mai"), now=NOW)

    (told,) = [m for m in drift(edition) if m.key == "participations|2022-09|"]
    assert (told.why, told.explained.by.name) == (Why.ERROR, "Tran Thi Mai")
    row.number += 1
    correct_participations([row], by=named("naree-boonmee"), now=NOW, reason="once more")
    (again,) = [m for m in drift(edition) if m.key == "participations|2022-09|"]
    assert (again.why, again.explained) == (Why.BETTER_DATA, None)


# -- proof ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def copy(edition, tmp_path) -> Path:
    """The edition's files, to be spoiled."""
    return Path(shutil.copytree(folder_of(MONTHLY, 1), tmp_path / "edition"))


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def names(copy: Path) -> list[Path]:
    return [copy / f"{MONTHLY}.pdf", copy / "web" / "index.html", copy / "data.zip"]


@pytest.mark.long
def test_each_file_of_an_edition_is_proved_and_each_alone(copy, tmp_path):
    alone = tmp_path / "alone"
    alone.mkdir()
    proofs = [prove(path) for path in names(copy)]
    proofs += [prove(Path(shutil.copy(path, alone))) for path in (names(copy)[0], names(copy)[2])]

    assert {(proof.edition, proof.key) for proof in proofs} == {(f"{MONTHLY}/1", proofs[0].key)}
    assert {proof.figures for proof in proofs} == {proofs[0].figures}
    assert proofs[0].figures > 10


def test_a_file_is_proved_whatever_the_case_of_its_ending(copy, tmp_path):
    taken = [
        Path(shutil.copy(names(copy)[at], tmp_path / name)) for at, name in ((0, "A.PDF"), (1, "a.HTM"), (2, "A.Zip"))
    ]

    assert {prove(path).edition for path in taken} == {f"{MONTHLY}/1"}


def test_a_file_is_proved_under_the_name_that_it_was_taken_away_with_beside_a_manifest(copy, tmp_path):
    away = tmp_path / "away"
    shutil.copytree(copy / "data", away)
    for manifest in (copy / "data" / "manifest.json", copy / "manifest.json"):
        shutil.copy(manifest, away)
        taken = [
            Path(shutil.copy(names(copy)[at], away / f"{MONTHLY}-edition-1{ending}"))
            for at, ending in ((0, ".pdf"), (2, ".zip"))
        ]
        assert [prove(path).edition for path in taken] == [f"{MONTHLY}/1", f"{MONTHLY}/1"]


def test_a_manifest_of_another_program_says_nothing_of_a_file_beside_it(copy, tmp_path):
    taken = Path(shutil.copy(names(copy)[0], tmp_path))
    (tmp_path / "manifest.json").write_text('{"name": "Another program"}')

    assert prove(taken).edition == f"{MONTHLY}/1"


def test_what_is_no_page_is_proved_as_none(copy, tmp_path):
    with pytest.raises(NotProved, match=r"^a\.html is no page of an edition\.$"):
        prove(Path(shutil.copy(names(copy)[0], tmp_path / "a.html")))


@pytest.mark.parametrize("which", few([0, 1, 2]))
def test_one_flipped_byte_is_found_wherever_it_is(copy, tmp_path, which):
    path = Path(shutil.copy(names(copy)[which], tmp_path))
    size = path.stat().st_size
    for at in (0, 40, size // 3, size // 2, size - 200, size - 2):
        flip(path, at)
        with pytest.raises(NotProved, match=path.name):
            prove(path)
        flip(path, at)
    assert prove(path).edition == f"{MONTHLY}/1"


@pytest.mark.long
def test_one_flipped_byte_in_the_evidence_is_told_as_such(copy):
    flip(copy / "data" / "evidence.json", 500)

    with pytest.raises(NotProved, match=r"evidence\.json"):
        prove(copy / "web" / "index.html")
    with pytest.raises(NotProved, match=r"data/evidence\.json is not the one"):
        prove(copy / f"{MONTHLY}.pdf")


@pytest.mark.long
def test_evidence_that_was_put_into_the_archive_is_told_by_its_name(copy):
    with zipfile.ZipFile(copy / "data.zip") as old:
        parts = {name: old.read(name) for name in old.namelist()}
        comment = old.comment
    parts["evidence.json"] = parts["evidence.json"].replace(b"participations", b"attendances  ")
    with zipfile.ZipFile(copy / "data.zip", "w") as new:
        new.comment = comment
        for name, content in parts.items():
            new.writestr(name, content)

    with pytest.raises(NotProved, match=r"^evidence\.json in data\.zip is not the one that was published\.$"):
        prove(copy / "data.zip")


@pytest.mark.long
def test_figures_that_their_evidence_does_not_add_up_to_are_named_even_under_a_good_seal(copy):
    evidence = json.loads((copy / "data" / "evidence.json").read_text())
    (figure,) = [f for f in evidence["figures"] if f["figure"] == "participations" and not f["filter"]]
    value, figure["value"] = figure["value"], figure["value"] + 1

    assert list(does_not_add_up(evidence)) == [
        f"participations 2022-09 is printed as {value + 1}, but its records add up to {value}."
    ]


@pytest.mark.long
def test_a_seal_of_another_office_is_no_seal_of_ours(copy):
    with pytest.raises(NotProved, match="not with the key of this office"):
        prove(names(copy)[0], "ab" * 32)
    ours = prove(names(copy)[0]).key
    assert prove(names(copy)[0], f" {ours.upper()} ").key == ours


@pytest.mark.long
def test_the_command_ends_with_one_and_a_sentence(copy):
    flip(names(copy)[1], 700)

    done = CliRunner().invoke(app, ["report", "verify", str(names(copy)[1])])

    assert done.exit_code == 1
    assert done.stderr.startswith("index.html was altered since it was published")


def test_a_seal_covers_all_but_itself_and_every_place_of_it():
    key = signing_key("secret")
    made = seal(f"one {BLANK} two {BLANK}".encode(), key)

    assert sealed_by(made) == public_of(key)
    for at in range(len(made)):
        spoiled = bytearray(made)
        spoiled[at] ^= 1
        with pytest.raises(Unsealed):
            sealed_by(bytes(spoiled))


def test_what_goes_out_of_the_office_does_not_say_which_record_is_whose(edition):
    evidence = (folder_of(MONTHLY, 1) / "data" / "evidence.json").read_text()
    people = Participation.objects.exclude(person=None).values_list("person__ref", flat=True).distinct()

    assert len(people) > 100
    assert [ref for ref in people if f'"{ref}"' in evidence] == []
