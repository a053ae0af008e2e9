"""What readers take away: CSV of figures, records and tables, and the feed of publications."""

from __future__ import annotations

import csv
from datetime import datetime
from io import StringIO
from xml.etree import ElementTree

import pytest
from django.conf import settings

from rso.core.figures import registry
from rso.core.figures.reading import Reading
from rso.core.periods import Period
from rso.core.workbook import guarded
from rso.events.models import Event
from rso.publications.models import Publication
from tests.web.walking import ANYONE, JOSEFA, NAREE, as_role

pytestmark = pytest.mark.usefixtures("office")
YEAR = Period.parse("2022")
ATOM = "{http://www.w3.org/2005/Atom}"


def rows_at(address: str, role: str = ANYONE) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(as_role(role).get(address).getvalue().decode())))


# -- CSV -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/figures/events-held/2022/figure.csv", "events-held-2022.csv"),
        ("/figures/events-held/2022-H1/records.csv", "events-held-2022-H1-records.csv"),
        ("/tables/?figure=events-held&period=2022&by=type&format=csv", "events-held-2022.csv"),
    ],
)
def test_a_csv_is_streamed_as_utf_8_without_a_mark_under_a_name_that_says_what_it_is(address, name):
    answer = as_role(ANYONE).get(address)

    assert answer.streaming
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert not answer.getvalue().startswith(b"\xef\xbb\xbf")


def test_the_csv_of_a_figure_has_its_value_and_every_row_of_every_split_with_its_status():
    reading = Reading(registry.find("participations"), YEAR)
    rows = rows_at("/figures/participations/2022/figure.csv")

    assert list(rows[0]) == [
        *("figure", "period", "dimension", "key", "label", "value", "unit", "obs_status", "basis", "notes")
    ]
    assert (rows[0]["dimension"], rows[0]["value"], rows[0]["obs_status"]) == ("", "600", "A")
    shown = [(row["dimension"], row["key"], row["value"], row["obs_status"]) for row in rows[1:]]
    assert shown == [
        (dimension.slug, cell.key, "" if cell.value is None else str(cell.value), cell.status.value)
        for dimension in reading.dimensions
        for cell in reading.by(dimension.slug).rows
    ]
    assert {row["obs_status"] for row in rows if row["value"] == ""} <= {"L", "M", "Q"}


def test_the_records_in_a_csv_are_those_that_the_figure_counts_with_dates_as_far_as_they_are_known():
    rows = rows_at("/figures/events-held/2022/records.csv")

    assert list(rows[0]) == ["ref", "title", "when", "where", "type", "role", "basis", "address"]
    held = Event.objects.filter(pk__in=Reading(registry.find("events-held"), YEAR).records)
    assert {(row["ref"], row["title"], row["address"]) for row in rows} == {
        (event.ref, event.title, f"{settings.BASE_URL}{event.get_absolute_url()}") for event in held
    }
    assert {row["ref"]: row["when"] for row in rows}["e2022-01"] == "2022"


def test_an_amount_in_a_csv_is_a_bare_number_and_they_add_up_to_the_figure():
    rows = rows_at("/figures/expenditure/2022/records.csv")

    assert round(sum(float(row["office_amount"]) for row in rows), 2) == 2_430_000
    assert {row["spent"][:4] for row in rows} == {"2022"}


def test_the_csv_of_a_share_opens_onto_its_part_and_its_whole():
    part, whole = rows_at("/figures/core-staff-share/2022/records.csv")

    assert (part["part"], part["figure"], part["value"], part["unit"]) == ("part", "expenditure", "437400", "AUD")
    assert (whole["part"], whole["value"], whole["obs_status"]) == ("whole", "2430000", "A")


def test_only_the_office_takes_away_the_names_of_those_who_came():
    address = "/figures/participations/2022/records.csv"
    office, anyone, focal_point = (rows_at(address, role) for role in (NAREE, ANYONE, JOSEFA))

    assert "Andrew Ashworth" in {row["person"] for row in office}
    assert anyone == focal_point
    assert list(anyone[0]) == ["event", "label", "value", "unit", "obs_status", "address"]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+1", "-1+1|cmd", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", '=HYPERLINK("https://x.example")']
)
def test_what_a_spreadsheet_would_run_is_quoted(text):
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "–", "-5", "+3.5", "Fiji", "a=1", "2022-01"])
def test_what_it_would_not_run_stays_as_it_is(text):
    assert guarded(text) == text


def test_a_formula_in_a_title_leaves_as_text():
    Event.objects.filter(ref="e2022-01").update(title="=cmd|' /C calc'!A0")
    titles = {row["ref"]: row["title"] for row in rows_at("/figures/events-held/2022/records.csv")}

    assert titles["e2022-01"] == "'=cmd|' /C calc'!A0"


# -- the feed ------------------------------------------------------------------------------------------------------------


def feed(address: str = "/publications/feed/", host: str = "localhost") -> ElementTree.Element:
    return ElementTree.fromstring(as_role(ANYONE).get(address, headers={"host": host}).content)


def test_the_feed_is_atom_with_all_that_atom_asks_for():
    answer = as_role(ANYONE).get("/publications/feed/")
    root = feed()

    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert root.tag == f"{ATOM}feed"
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "Regional Support Office"
    for part in (root, *root.findall(f"{ATOM}entry")):
        assert part.findtext(f"{ATOM}title")
        assert datetime.fromisoformat(part.findtext(f"{ATOM}updated", ""))
        assert part.findtext(f"{ATOM}id", "").startswith("http://")


def test_the_feed_tells_the_newest_works_first_by_addresses_that_can_be_followed():
    entries = feed().findall(f"{ATOM}entry")
    works = Publication.objects.out().newest_first()[:20]

    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [work.title for work in works]
    assert [entry.find(f"{ATOM}link").get("href") for entry in entries] == [
        f"{settings.BASE_URL}{work.get_absolute_url()}" for work in works
    ]


def test_a_work_is_the_same_entry_in_every_language_and_under_every_host():
    def ids(root: ElementTree.Element) -> list[str]:
        return [element.text or "" for element in root.iter(f"{ATOM}id")]

    assert ids(feed()) == ids(feed(host="127.0.0.1"))
    assert ids(feed())[1:] == ids(feed("/th/publications/feed/"))[1:]
    assert len(set(ids(feed()))) == len(ids(feed()))


def test_the_words_of_a_work_are_no_markup_in_the_feed(office):
    Publication.objects.filter(ref="p2023-02").update(summary="For those <18 & their <b>guides</b>")
    summaries = [each.text for each in feed().iter(f"{ATOM}summary")]

    assert summaries[0] == "For those &lt;18 &amp; their &lt;b&gt;guides&lt;/b&gt;"
