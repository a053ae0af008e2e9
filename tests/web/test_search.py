"""The search page of the public site."""

from __future__ import annotations

import pytest
from django.urls import reverse

from rso.events.models import Quote
from rso.members.models import Person

pytestmark = pytest.mark.usefixtures("office")


def test_a_reader_finds_a_member_by_its_name_in_thai_and_an_event_by_words_of_its_text(client):
    assert b'href="/members/THA/"' in client.get("/search/", {"q": "ไทย"}).content
    found = client.get("/search/", {"q": "border management"}).content.decode()

    assert 'href="/events/e2022-03/"' in found
    assert "<mark" in found


def test_people_and_what_they_said_are_found_by_nobody_outside(client):
    person, quote = Person.objects.order_by("pk")[0], Quote.objects.order_by("pk")[0]
    for words in (person.name, quote.words[:80]):
        body = client.get("/search/", {"q": f'"{words}"'}).content.decode()
        assert "Nothing that is public holds all of these words." in body


def test_what_is_asked_stays_in_the_field_and_is_never_markup(client):
    body = client.get("/search/", {"q": "<script>alert(1)</script>"}).content.decode()

    assert "<script>alert" not in body
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in body


def test_every_public_page_has_the_field(client):
    assert f'action="{reverse("search")}"'.encode() in client.get("/").content
    assert b'action="/th/search/"' in client.get("/th/about/").content
