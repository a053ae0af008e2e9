"""The data protection lead's page: who saw what, each time or added up, and nobody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from rso.accounts.models import User
from rso.core.access import saw
from rso.core.models import Access, Saw
from rso.events.models import Participation
from rso.members.actions import person_verbs
from rso.members.models import Person
from tests.web.conftest import as_user
from tests.web.markup import Page, words
from tests.web.test_every_desk import answers_of

pytestmark = pytest.mark.usefixtures("office")
AUDIT = "/office/audit/"


@pytest.fixture
def ravi(ravi) -> Client:
    """A browser in which Ravi Perera, data protection lead, is signed in."""
    return as_user(ravi)


@pytest.fixture
def anyone() -> Person:
    return Person.objects.order_by("pk")[0]


@pytest.fixture
def week(naree, now, anyone) -> None:
    """Naree reads a person twice and takes a list away; the next day Somchai looks at a list."""
    somchai = User.objects.get(ref="somchai-prasert")
    saw(anyone, by=naree, now=now)
    saw(anyone, by=naree, now=now)
    saw(Participation, by=naree, now=now, what=Saw.EXPORTED, rows=600, filters="event=e2022-01")
    saw(Participation, by=somchai, now=now + timedelta(days=1), what=Saw.LISTED, rows=50)


def rows_at(client: Client, query: str = "") -> list[list[str]]:
    """The cells of the page's table, row by row."""
    return [[words(cell) for cell in row] for row in page_at(client, query).all("tr")]


def page_at(client: Client, query: str = "") -> Page:
    return Page(AUDIT, client.get(f"{AUDIT}{query}").content)


def test_the_page_tells_each_time_the_newest_first(ravi, week, anyone):
    assert rows_at(ravi)[1:] == [
        ["1 April 2023, 16:00", "Somchai Prasert", "Listed", "Participation", "List", "50", "–"],
        [
            "31 March 2023, 16:00",
            "Naree Boonmee",
            "Exported",
            "Participation",
            "List",
            "600",
            "Event: Investigating trafficking in persons",
        ],
        *[["31 March 2023, 16:00", "Naree Boonmee", "Read", "Person", str(anyone), "1", "–"]] * 2,
    ]


@pytest.mark.parametrize(
    ("kind", "asked", "says"),
    [
        (Participation, "body=FJI", "Body: Fiji"),
        (Participation, "state=2&sort=-event&cols=sex", "Status: Attended"),
        (Participation, "event=gone", "Event: gone"),
        (Participation, "view=came&q=lubis", "View: Attended; Words: lubis"),
        (Participation, "figure=members&period=2022", "Figure: Members; Period: 2022"),
        (Person, "duplicates", "Duplicates"),
        (Person, "do=remove", "Looked at before: Remove"),
        (Person, "unheard=of", "Unheard: of"),
    ],
)
def test_what_a_list_was_narrowed_to_is_told_in_words(ravi, naree, now, kind, asked, says):
    saw(kind, by=naree, now=now, what=Saw.LISTED, filters=asked)

    assert rows_at(ravi)[1][-1] == says


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("who=naree-boonmee", 3), ("what=exported", 1), ("kind=members.person", 2), ("ref=nobody", 0), ("first=2023-04-01", 1),
        ("last=2023-03-31", 3), ("who=naree-boonmee&first=2023-04-01", 0),
    ],
)  # fmt: skip
def test_it_is_filtered_by_person_verb_kind_record_and_day(ravi, week, query, number):
    assert len(rows_at(ravi, f"?{query}")[1:]) == number


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("person", [["Naree Boonmee", "3", "602"], ["Somchai Prasert", "1", "50"]]),
        ("day", [["1 April 2023", "1", "50"], ["31 March 2023", "3", "602"]]),
    ],
)
def test_it_adds_up_by_person_and_by_day(ravi, week, by, expected):
    assert rows_at(ravi, f"?by={by}")[1:] == expected


def test_it_adds_up_by_record_and_each_sum_leads_to_its_rows(ravi, week, anyone):
    page = page_at(ravi, "?by=record&who=naree-boonmee")
    link = f"?who=naree-boonmee&kind=members.person&ref={anyone.ref}"

    assert rows_at(ravi, "?by=record&who=naree-boonmee")[1:] == [[str(anyone), "2", "2"]]
    assert f"{AUDIT}{link}" in page.links
    assert len(rows_at(ravi, link)[1:]) == 2


@pytest.mark.parametrize(
    "query", ["?first=yesterday", "?first=0001-01-01", "?last=9999-12-31", "?who=nobody", "?by=weather"]
)
def test_what_cannot_be_read_is_said(ravi, week, query):
    answer = ravi.get(f"{AUDIT}{query}")

    assert answer.status_code == 422
    assert "errsum" in answer.content.decode()


@pytest.mark.parametrize("query", ["", "?by=record", "?first=yesterday"])
def test_the_page_is_well_made(ravi, week, query):
    assert page_at(ravi, query).faults == []


def told() -> list[tuple[object, ...]]:
    found = Access.objects.order_by("pk")
    return list(found.values_list("actor__ref", "what", "kind", "ref", "rows", "filters"))


def test_names_that_are_suggested_are_told_with_the_words_that_were_typed(naree):
    client = as_user(naree)
    at = "/office/participations/suggest/person/"

    assert len(client.get(at, {"q": "an"}).json()["names"]) == 20
    assert client.get(at, {"q": "nobody of this name"}).json() == {"names": []}
    assert told() == [("naree-boonmee", "listed", "members.person", "", 20, "q=an")]
    client.get("/office/participations/suggest/body/", {"q": "fi"})
    assert len(told()) == 1


def test_names_are_suggested_as_the_search_finds_them(naree, now):
    person_verbs.add([Person(ref="pe9001", name="Trần Thị Búp")], by=naree, now=now)

    names = as_user(naree).get("/office/participations/suggest/person/", {"q": "tran thi bup"}).json()["names"]

    assert names == ["Trần Thị Búp (pe9001)"]


def test_whatever_is_searched_for_is_told_as_it_was_typed(ravi, naree, now):
    person_verbs.add([Person(ref="pe9001", name="Fetu & Sons")], by=naree, now=now)

    as_user(naree).get("/office/search/", {"q": "fetu & sons"})

    assert rows_at(ravi)[1][1:] == ["Naree Boonmee", "Listed", "Person", "List", "1", "Words: fetu & sons"]


def test_the_suggestions_that_were_seen_are_told_in_words(ravi, naree):
    as_user(naree).get("/office/participations/suggest/person/", {"q": "an & so"})
    as_user(naree).get("/office/participations/suggest/person/", {"q": "an"})

    assert rows_at(ravi)[1][1:] == ["Naree Boonmee", "Listed", "Person", "List", "20", "Words: an"]


def test_a_verb_that_is_looked_at_beforehand_tells_who_saw_the_records_that_it_names(naree, anyone):
    client = as_user(naree)
    row = Participation.objects.filter(person__isnull=False).order_by("pk")[0]
    several = list(Participation.objects.order_by("pk")[:3].values_list("ref", flat=True))

    assert anyone.name in client.get(f"/office/people/{anyone.ref}/do/remove/").content.decode()
    assert row.person.name in client.get(f"/office/participations/{row.ref}/do/remove/").content.decode()
    assert client.post("/office/participations/do/remove/", {"ref": several}).status_code == 200
    assert client.get("/office/events/e2022-14/do/remove/").status_code == 200
    assert told() == [
        ("naree-boonmee", "read", "members.person", anyone.ref, 1, ""),
        ("naree-boonmee", "read", "events.participation", row.ref, 1, ""),
        ("naree-boonmee", "listed", "events.participation", "", 3, "do=remove"),
    ]


def test_a_form_that_is_shown_again_tells_who_saw_the_record(naree, anyone):
    at = f"/office/people/{anyone.ref}/edit/"
    client = as_user(naree)
    sent = answers_of(client.get(at).content)

    assert client.post(at, {**sent, "name": ""}).status_code == 422
    assert told() == [("naree-boonmee", "read", "members.person", anyone.ref, 1, "")] * 2


def test_where_nothing_was_seen_the_page_says_so(ravi):
    assert "Nobody has seen personal data or taken a list away yet." in ravi.get(AUDIT).content.decode()


@pytest.mark.parametrize(
    "ref", ["naree-boonmee", "harriet-lowe", "kim-osei", "marta-ilves", "lena-fischer", "josefa-waqa"]
)
def test_for_others_there_is_no_such_page_and_no_way_to_it(ref, week):
    client = as_user(User.objects.get(ref=ref))

    assert client.get(AUDIT).status_code == 404
    assert AUDIT not in client.get("/office/").content.decode()


def test_the_navigation_leads_to_it_and_marks_it(ravi):
    assert f'<a href="{AUDIT}">' in _squeezed(ravi.get("/office/"))
    assert f'<a href="{AUDIT}" aria-current="page">' in _squeezed(ravi.get(AUDIT))


def _squeezed(answer) -> str:
    return " ".join(answer.content.decode().split()).replace(" >", ">")


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_no_more_for_many_rows_than_for_few(ravi, naree, now, number, django_assert_num_queries):
    for person in Person.objects.order_by("pk")[:number]:
        saw(person, by=naree, now=now)

    with django_assert_num_queries(8):
        assert len(rows_at(ravi)[1:]) == number
    assert Access.objects.count() == number
