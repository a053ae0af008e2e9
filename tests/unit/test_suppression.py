"""What the public is told of sexes and agencies brings back no number that is kept from it, and is the same everywhere."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from pypdf import PdfReader

from rso.core.figures import Inconsistent, Refusal, Status, registry
from rso.core.figures.dimensions import UNKNOWN
from rso.core.figures.reading import OFFICE, PUBLIC, Reader, Reading
from rso.core.figures.suppression import OTHER, SMALL
from rso.core.models import Basis, Office
from rso.core.periods import Period
from rso.events.models import Participation
from rso.reports.editions import Written, write_editions
from rso.reports.facts import facts
from rso.reports.listing import figure_rows
from rso.reports.models import Report, SectionText
from tests.attacker import FIGURES, Attacker
from tests.factories.people import Likes, Stage, leave_three_women, years
from tests.sampling import few
from tests.signing_in import sign_in

pytestmark = pytest.mark.usefixtures("office")
SENSITIVE = ("sex", "agency")
made_up = settings(
    deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def reading(slug: str, period: str = "2022", reader: Reader = PUBLIC) -> Reading:
    return Reading(registry.find(slug), Period.parse(period), reader=reader)


def told(slug: str, by: str) -> dict[str, tuple[object, str]]:
    return {cell.key: (cell.value, cell.status.value) for cell in reading(slug).by(by).rows}


@pytest.fixture
def three_women(office) -> None:
    leave_three_women()


# -- nothing is brought back ---------------------------------------------------------------------------------------------


def test_no_small_number_of_a_sex_is_recovered_from_the_example_year():
    assert Attacker("2022", "sex").recovers() == []


@pytest.mark.long
def test_no_small_number_of_an_agency_is_recovered_from_the_example_year():
    """Officials who changed their agency count with the first: the attack takes people to be of one."""
    first: dict[object, object] = {}
    for row in Participation.objects.filter(person__isnull=False).order_by("event__starts_on", "pk"):
        agency = first.setdefault(row.person_id, row.agency_id)
        Participation.objects.filter(pk=row.pk).update(agency=agency)
    attacker = Attacker("2022", "agency")

    assert len(list(attacker.small())) > 300
    assert attacker.recovers() == []


@pytest.mark.parametrize("dimension", few(SENSITIVE))
def test_no_small_number_is_recovered_from_a_year_made_up(office, dimension):
    attack(dimension, 20)


@pytest.mark.long
@pytest.mark.once
@pytest.mark.parametrize("dimension", SENSITIVE)
def test_no_small_number_is_recovered_from_any_of_many_years_made_up(office, dimension):
    attack(dimension, 300)


def attack(dimension: str, times: int) -> None:
    stage = Stage()

    @settings(made_up, max_examples=times, derandomize=times < 100)
    @given(years)
    # One who came to two trainings, and of whom what attendances exceed people by would tell the sex.
    @example(
        [
            Likes(1, 0, 0, 1, frozenset({0, 1}), True),
            Likes(9, 1, 0, 1, frozenset({2}), True),
            Likes(9, 1, 0, 2, frozenset({2}), True),
        ]
    )
    # Every official of a member is of one agency: the member's trainings would tell the agency's.
    @example(
        [
            Likes(5, 0, 0, 1, frozenset({2}), True),
            Likes(3, 0, 0, 1, frozenset({0}), True),
            Likes(9, 1, 0, 2, frozenset({0}), True),
        ]
    )
    def brings_nothing_back(year: list[Likes]) -> None:
        stage.play(year)
        assert Attacker("2022", dimension).recovers() == []

    brings_nothing_back()


# -- the rule ------------------------------------------------------------------------------------------------------------


def test_few_women_are_suppressed_with_the_men_and_unknown_stays(three_women):
    assert reading("people-reached", reader=OFFICE).by("sex")["female"].value == 3

    assert {slug: told(slug, "sex") for slug in FIGURES} == {
        slug: {"female": (None, "Q"), "male": (None, "Q"), UNKNOWN: (unknown, "A")}
        for slug, unknown in zip(FIGURES, (45, 45, 1, 1), strict=True)
    }
    assert (reading("share-of-women").value, reading("share-of-women").status) == (None, Status.SUPPRESSED)
    assert [reading(slug).value for slug in FIGURES] == [600, 560, 206, 195]


def test_a_split_with_suppressed_rows_shows_no_share_and_no_overlap(three_women):
    for slug in FIGURES:
        split = reading(slug).by("sex")
        assert (split.percents, split.overlap) == ({}, 0)


@pytest.mark.long
def test_a_suppressed_share_suppresses_what_it_is_made_of_on_its_page_and_in_its_records(three_women, client, naree):
    address, records = (reverse(name, args=["share-of-women", "2022"]) for name in ("figure", "figure-records"))

    def seen() -> tuple[list[str], list[str]]:
        shown = [part["shown"] for part in client.get(address).context["parts"]]
        lines = b"".join(client.get(records).streaming_content).decode().splitlines()
        return shown, [row["value"] for row in csv.DictReader(lines)]

    assert seen() == (["suppressed", "suppressed"], ["", ""])
    sign_in(client, naree)
    assert seen() == (["3", "515"], ["3", "515"])


def test_women_of_a_part_of_a_year_are_told_by_no_part_of_their_share(client):
    assert [part.value for part in reading("share-of-women", "2022-09", OFFICE).parts] == [32, 70]

    parts = reading("share-of-women", "2022-09").parts
    assert [(part.value, part.status, part.basis) for part in parts] == [(None, Status.SUPPRESSED, {})] * 2


def test_a_public_share_of_women_does_not_say_what_women_alone_rest_on():
    Participation.objects.filter(sex=1, event__ref="e2022-06").update(basis=Basis.ESTIMATED)
    assert set(reading("share-of-women", reader=OFFICE).basis) == {"estimated", "illustrative"}

    of = reading("share-of-women")
    assert of.basis == {"illustrative": of.value}


def test_few_of_one_sex_in_trainings_alone_suppress_the_sexes_of_all_events():
    """Who is known among all, and is not in trainings, would tell who is."""
    trained = (
        reading("people-trained", reader=OFFICE)
        .records.filter(sex=1)
        .order_by("person")
        .values_list("person", flat=True)
    )
    Participation.objects.filter(person__in=list(trained.distinct())[4:]).update(sex=2)
    women = [reading(slug, reader=OFFICE).by("sex")["female"].value for slug in ("people-trained", "people-reached")]
    assert (women[0], women[1] > 100) == (4, True)

    assert told("people-reached", "sex")["female"] == told("people-trained", "sex")["female"] == (None, "Q")


def test_small_agencies_are_one_row_of_at_least_five_people_and_the_rows_still_sum():
    for slug in FIGURES:
        whole, shown = reading(slug), reading(slug).by("agency")
        few = [cell.key for cell in reading("people-reached", reader=OFFICE).by("agency").rows if cell.value < SMALL]
        assert len(few) > 50
        assert {cell.key for cell in shown.rows} & set(few) == set()
        assert reading("people-trained").by("agency")[OTHER].value >= SMALL
        if slug in ("participations", "training-participations"):
            assert sum(cell.value for cell in shown.rows) == whole.value


def test_one_agency_is_shown_in_all_figures_or_in_none_that_has_it():
    shown = {slug: {cell.key for cell in reading(slug).by("agency").rows} - {OTHER, UNKNOWN} for slug in FIGURES}

    assert shown["participations"] == shown["people-reached"]
    assert shown["training-participations"] == shown["people-trained"] < shown["people-reached"]
    hidden_in_trainings = shown["people-reached"] - shown["people-trained"]
    trained = {cell.key for cell in reading("people-trained", reader=OFFICE).by("agency").rows}
    assert hidden_in_trainings & trained == set()


def test_a_public_row_of_a_sex_or_an_agency_does_not_say_what_it_alone_rests_on():
    """The basis of each row would be a second dimension: here, of whom no one but women is known by an estimate."""
    women = Participation.objects.filter(sex=1)
    women.filter(event__ref="e2022-06").update(basis=Basis.ESTIMATED)
    by_office = {cell.key: set(cell.parts) for cell in reading("participations", reader=OFFICE).by("sex").rows}
    assert (by_office["female"], by_office["male"]) == ({"estimated", "illustrative"}, {"illustrative"})

    rows = reading("participations").by("sex").rows
    assert {(tuple(cell.parts), cell.status) for cell in rows} == {(("illustrative",), Status.ESTIMATED)}


def test_sums_are_checked_before_anything_is_suppressed(three_women):
    of = reading("participations")
    of.__dict__["value"] = 599

    with pytest.raises(Inconsistent, match="by sex it is 600"):
        of.by("sex")


# -- never crossed, whole closed years -------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", FIGURES)
def test_no_sensitive_split_is_crossed_with_any_other(slug):
    every = [dimension.slug for dimension in registry.find(slug).source.dimensions]
    for sensitive in SENSITIVE:
        for other in set(every) - {sensitive}:
            for pair in ((sensitive, other), (other, sensitive)):
                with pytest.raises(Refusal, match="not crossed"):
                    reading(slug).across(*pair)


def test_the_table_builder_refuses_a_crossing_with_its_reason_and_gives_the_office_the_table(client, naree):
    asked = {"figure": "participations", "period": "2022", "by": "sex", "across": "event"}
    refused = client.get(reverse("tables"), asked)
    assert (refused.status_code, "not crossed" in refused.content.decode()) == (422, True)

    sign_in(client, naree)
    assert client.get(reverse("tables"), asked).status_code == 200


def test_a_year_that_is_not_over_is_not_split_by_sex_though_nobody_has_closed_the_records():
    Office.objects.update(records_to=None)
    today = timezone.localdate()

    with pytest.raises(Refusal, match="that have ended"):
        reading("participations", str(today.year)).by("sex")
    assert reading("participations", str(today.year)).status is Status.PROVISIONAL
    yesterday = today - timedelta(days=1)
    assert reading("participations", f"2022-01-01..{yesterday}").status is Status.NORMAL
    assert reading("participations", str(today.year - 1)).by("sex").rows != ()


# -- the same everywhere ---------------------------------------------------------------------------------------------------


SPLITS = [(slug, by) for slug in ("people-reached", "training-participations") for by in SENSITIVE]
Told = dict[tuple[str, str], dict[str, tuple[Any, str]]]


def gathered(rows: Iterable[Mapping[str, Any]]) -> Told:
    """Values and statuses by figure, dimension and key, from rows of a CSV."""
    found: Told = {}
    for row in rows:
        if (row["figure"], row["dimension"]) in SPLITS:
            cell = (float(row["value"]) if row["value"] else None, row["obs_status"])
            found.setdefault((row["figure"], row["dimension"]), {})[row["key"]] = cell
    return found


@pytest.fixture
def edition(three_women, tmp_path) -> Written:
    """A report that prints every sensitive split, as its editions lie on the disk."""
    report = Report.objects.get(ref="annual-2022")
    text = SectionText.objects.get(report=report, text__contains="share-of-women")
    text.text += "".join(f"\n\n{{{{ table {slug} by={by} }}}}" for slug, by in SPLITS) + "\n"
    text.save()
    return write_editions(report, tmp_path / "out")


@pytest.mark.long
def test_page_csv_command_web_pdf_and_data_suppress_the_same(edition, client):
    engine = {(slug, by): told(slug, by) for slug, by in SPLITS}
    assert engine["people-reached", "sex"]["female"] == (None, "Q")

    shown = {(slug, f"{by}={key}"): n for (slug, by), rows in engine.items() for key, (n, _s) in rows.items() if n}

    for slug, by in SPLITS:
        (listed,) = figure_rows([slug], Period.parse("2022"), by)
        assert {row["key"]: (row["value"], row["status"]) for row in listed["rows"]} == engine[slug, by]
        lines = b"".join(client.get(reverse("figure-csv", args=[slug, "2022"])).streaming_content).decode().splitlines()
        assert gathered(csv.DictReader(lines))[slug, by] == engine[slug, by]
    with (edition.data / "breakdowns.csv").open(newline="") as file:
        assert gathered(csv.DictReader(file)) == engine
    pages = [client.get(reverse("figure", args=[slug, "2022"])).content.decode() for slug, _by in SPLITS]
    assert printed(pages) == shown
    assert printed(page.read_text() for page in edition.web.glob("*.html")) == shown
    pdf = " ".join(page.extract_text() for page in PdfReader(edition.pdf).pages)
    rows = Counter(re.findall(r"\b(Women|Men)\s+(suppressed|[\d,]+)", pdf))
    assert rows == {("Women", "suppressed"): 2, ("Men", "suppressed"): 2}


def printed(pages: Iterable[str]) -> dict[tuple[str, str], Any]:
    """What pages print of the splits, read back from their data elements."""
    found = [fact for page in pages for fact in facts(page)]
    return {(fact["figure"], fact["filter"]): fact["value"] for fact in found if of_a_split(fact)}


def of_a_split(fact: Mapping[str, Any]) -> bool:
    return (fact["figure"], fact["filter"].partition("=")[0]) in SPLITS
