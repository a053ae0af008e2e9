"""The page of corrections: where files say otherwise, and the way to take what they say."""

from __future__ import annotations

import pytest
from django.test import Client

from rso.accounts.models import User
from rso.core.models import Correction, Merge
from rso.events.models import Event
from tests.conftest import NOW
from tests.web.conftest import as_user
from tests.web.markup import Page

ADDRESS = "/office/corrections/"


@pytest.fixture
def place(naree) -> Correction:
    return corrected(naree, "place", "Bangkok", "Phuket", seen_value="Krabi", seen_at=NOW, reason="The host wrote")


def corrected(by: User, column: str, file_value: str, office_value: str, **values: object) -> Correction:
    kept = {"kind": "events.event", "ref": "e2022-14", "by": by, "at": NOW, **values}
    return Correction.objects.create(column=column, file_value=file_value, office_value=office_value, **kept)


@pytest.fixture
def client(naree) -> Client:
    return as_user(naree)


def test_the_page_tells_what_the_file_says_and_what_the_office_says_and_why(client, place, naree):
    corrected(naree, "title", "Old", "Of the office")

    page, every = (client.get(address) for address in (ADDRESS, f"{ADDRESS}?all=1"))

    text = page.content.decode()
    assert (Page(ADDRESS, page.content).faults, Page(ADDRESS, every.content).faults) == ([], [])
    for says in ("e2022-14", "Krabi", "(before: Bangkok)", "Phuket", "The host wrote", "The source has since changed"):
        assert says in text
    assert ("Of the office" in text, "Of the office" in every.content.decode()) == (False, True)


def test_what_the_file_says_is_shown_before_it_is_taken_and_taken_with_a_yes(client, place):
    Event.objects.filter(ref="e2022-14").update(place="Phuket")

    asked = client.get(ADDRESS, {"correction": place.pk})
    assert (asked.status_code, Page(ADDRESS, asked.content).faults) == (200, [])
    assert "from <del>Phuket</del> to <ins>Krabi</ins>" in asked.content.decode()
    assert Event.objects.get(ref="e2022-14").place == "Phuket"

    done = client.post(ADDRESS, {"correction": place.pk, "yes": "1", "reason": "They moved again"}, follow=True)
    assert "1 value of a file was taken." in done.content.decode()
    assert (Event.objects.get(ref="e2022-14").place, Correction.objects.count()) == ("Krabi", 0)


def test_what_the_room_refuses_is_said_and_nothing_is_taken(client, naree):
    country = corrected(naree, "country", "tha", "THA", seen_value="tha", seen_at=NOW)

    answer = client.post(ADDRESS, {"correction": country.pk, "yes": "1"})

    assert (answer.status_code, Page(ADDRESS, answer.content).faults, Correction.objects.count()) == (422, [], 1)
    assert "is no country code of three capital letters" in answer.content.decode()


def test_whoever_may_not_keep_the_records_takes_nothing_and_nonsense_is_nothing(client, place):
    lena = as_user(User.objects.get(ref="lena-fischer"))

    assert lena.post(ADDRESS, {"correction": place.pk, "yes": "1"}).status_code == 200
    assert client.post(ADDRESS, {"correction": ["x", "9" * 30, "²"], "yes": "1"}).status_code == 200
    assert Correction.objects.count() == 1


def test_the_ref_of_a_record_that_was_merged_leads_to_the_one_that_stayed(client, naree):
    Merge.objects.create(kind="events.event", loser="e2022-99", winner="e2022-14", by=naree, at=NOW)

    answer = client.get("/office/events/e2022-99/")

    assert (answer.status_code, answer.headers["Location"]) == (301, "/office/events/e2022-14/")
    assert client.get("/office/events/e2022-98/").status_code == 404
