"""The page of duplicates: pairs that may be one, what a merge would do, the merge and its undoing."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rso.accounts.actions import platform
from rso.accounts.models import User
from rso.core.merging import merge
from rso.core.models import Access, Merge
from rso.core.office import Desk, Section, desks
from rso.core.verbs import add
from rso.events.policies import KEEP_PARTICIPANTS, SEE_PARTICIPANTS
from rso.members.models import Body, Person
from tests.conftest import NOW
from tests.web.conftest import as_user
from tests.web.markup import Page, words
from tests.web.test_every_desk import answers_of

ADDRESS = "/office/duplicates/"
PAIR = {"kind": "person", "winner": "t-one", "loser": "t-two"}


@pytest.fixture(autouse=True)
def people(office, monkeypatch) -> None:
    """Two people who are one, at a desk of people."""
    reverse("office")
    if desks.of(Person) is None:
        sections = (Section("Who", "name post body"),)
        desk = Desk("t-people", Person, "People", SEE_PARTICIPANTS, KEEP_PARTICIPANTS, "name post body", sections)
        monkeypatch.setitem(desks.all, "t-people", desk)
        monkeypatch.setitem(desks._by_model, Person, desk)
    fiji = Body.objects.get(ref="FJI")
    pair = [
        Person(ref="t-one", name="Mere Tuilagi", body=fiji),
        Person(ref="t-two", name="TUILAGI, Mere", post="Officer"),
    ]
    add(pair, verb="added", by=platform(), now=NOW)


@pytest.fixture
def client(naree) -> Client:
    return as_user(naree)


def test_a_pair_is_listed_with_both_ways_to_merge_it(client):
    page = client.get(ADDRESS)

    assert Page(ADDRESS, page.content).faults == []
    links = [e.get("href") for e in Page(ADDRESS, page.content).all("a")]
    wanted = ["?kind=person&winner=t-one&loser=t-two", "?kind=person&winner=t-two&loser=t-one"]
    assert [link for link in wanted if link in links] == wanted


def test_a_merge_is_shown_before_it_is_done_then_done_then_undone(client):
    asked = client.get(ADDRESS, PAIR)
    assert (asked.status_code, Page(ADDRESS, asked.content).faults) == (200, [])
    assert Person.objects.filter(ref="t-two").exists()

    done = client.post(ADDRESS, {**PAIR, "yes": "1", "reason": "Same passport"}, follow=True)
    assert "“TUILAGI, Mere (t-two)” was merged into “Mere Tuilagi (t-one)”." in done.content.decode()
    assert not Person.objects.filter(ref="t-two").exists()

    listed = client.get(ADDRESS)
    (told,) = [words(e) for e in Page(ADDRESS, listed.content).all("li") if "Same passport" in words(e)]
    begins, _on, ends = told.partition(" on ")
    assert begins == "Person TUILAGI, Mere (t-two) into Mere Tuilagi (t-one), by Naree Boonmee"
    assert ends.endswith("Same passport Undo")
    assert Page(ADDRESS, listed.content).faults == []
    seen = Access.objects.filter(kind="members.person", what="listed", actor__ref="naree-boonmee").order_by("-pk")[0]
    assert seen.filters == "duplicates"

    undone = client.post(ADDRESS, {"undo": Merge.objects.get().pk}, follow=True)
    assert "“TUILAGI, Mere (t-two)” is back as it was." in undone.content.decode()
    assert Person.objects.get(ref="t-two").post == "Officer"
    again = client.post(ADDRESS, {"undo": Merge.objects.get().pk}, follow=True)
    assert "the merge is undone already" in again.content.decode()


def test_a_list_narrowed_to_a_record_that_is_offered_asks_no_more_than_one_that_is_not(client):
    def asked(question: str) -> int:
        client.get(f"/office/events/{question}")
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/office/events/{question}").status_code == 200
        return len(captured)

    assert [asked("?parts__body=AFP"), asked("?group=BF")] == [asked(""), asked("")]


def test_a_list_narrowed_to_a_record_that_was_merged_goes_on_with_the_one_that_stayed(client):
    address = "/office/events/?parts__body="
    partner = Body.objects.get(ref="AFP")
    stays = Body(ref="A-F-P", name="A.F.P.", kind=partner.kind)
    add([stays], verb="added", by=platform(), now=NOW)
    before = [e.get("href") for e in Page(address, client.get(f"{address}AFP").content).all("a")]
    merge(stays, partner, by=platform(), now=NOW)
    page = client.get(f"{address}AFP")

    read = Page(address, page.content)
    chosen = [o.get("value") for o in read.all("option") if o.get("selected") is not None and o.get("value")]
    assert (page.status_code, chosen) == (200, ["A-F-P"])
    assert [e.get("href") for e in read.all("a")] == before


def test_of_a_record_merged_meanwhile_what_was_typed_is_shown_and_the_one_that_stayed_is_named(client):
    at = "/office/people/t-two/edit/"
    sent = {**answers_of(client.get(at).content), "post": "Senior officer"}
    client.post(ADDRESS, {**PAIR, "yes": "1"})
    answer = client.post(at, sent)

    says = (
        "This record was merged into “Mere Tuilagi (t-one)” while you wrote. Copy what you need from here to that one."
    )
    assert (answer.status_code, says in answer.content.decode()) == (410, True)
    assert answers_of(answer.content)["post"] == ["Senior officer"]
    assert client.get(at).headers["Location"] == "/office/people/t-one/"


def test_what_is_refused_is_said(client):
    answer = client.get(ADDRESS, {**PAIR, "loser": "t-one"})

    assert (answer.status_code, Page(ADDRESS, answer.content).faults) == (200, [])
    assert "Name two records of one kind" in answer.content.decode()


@pytest.mark.parametrize(
    "asked", [{"kind": "event"}, {**PAIR, "loser": "nobody"}, {"kind": "person"}, {"kind": "nothing", "winner": "x"}]
)
def test_what_is_not_there_is_not_found(client, asked):
    assert [client.get(ADDRESS, asked).status_code, client.post(ADDRESS, asked).status_code] == [404, 404]


def test_whoever_may_not_keep_people_sees_no_pair_and_merges_none(office):
    lena = as_user(User.objects.get(ref="lena-fischer"))

    assert "t-one" not in lena.get(ADDRESS).content.decode()
    assert lena.post(ADDRESS, {**PAIR, "yes": "1"}).status_code == 404
    assert lena.post(ADDRESS, {"undo": "²"}).status_code == 404
