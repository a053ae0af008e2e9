"""Signs that no database keeps, sent beside the fields that are read as columns: the office answers all of them."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from rso.core.models import Attachment, Draft, SavedView
from rso.events.models import Event
from rso.members.models import Person
from tests.web.conftest import as_user

pytestmark = pytest.mark.usefixtures("office")
ODD = "a\x00b"
EVENT, SECTION = "/office/events/e2022-14/", "/office/reports/annual-2022/write/theme-1/"
DEEP = "[" * 100_000
HALF = '{"title": "\\ud800\\u0000", "\\u0000": "x"}'


@pytest.mark.parametrize(
    ("address", "sent", "status"),
    [
        ("/office/events/view/", {"title": ODD, "query": ODD}, 302),
        (f"{EVENT}edit/", {"title": ODD, "_keep": "1"}, 302),
        (f"{EVENT}edit/", {"title": "a", "_keep": "1", "_began": HALF}, 302),
        (f"{EVENT}edit/", {"title": "a", "_keep": "1", "_began": DEEP}, 302),
        (f"{EVENT}edit/", {"title": "a", "_began": DEEP}, 409),
        (f"{EVENT}participants/paste/", {"text": f"Name\tMember\n{ODD}\tFJI", "_reason": ODD}, 200),
        (SECTION, {"_keep": "1", "_began": HALF}, 302),
        (SECTION, {"plan": "1", "writer": ODD, "due_on": ODD}, 302),
        (SECTION, {"comment": "1", "says": ODD, "quoted": ODD}, 422),
        (SECTION, {"send": "1", "reason": ODD}, 302),
        (SECTION, {"comment": "1", "resolve": ODD}, 422),
        ("/office/duplicates/", {"kind": "person", "winner": ODD, "loser": ODD}, 404),
        ("/office/corrections/", {"correction": ODD, "reason": ODD, "yes": "1"}, 200),
    ],
)
def test_what_is_sent_is_kept_without_it_or_refused(naree, address, sent, status):
    assert as_user(naree).post(address, sent).status_code == status


def test_a_comment_or_an_address_that_cannot_be_is_not_there(naree, harriet):
    client = as_user(naree)
    client.post(SECTION, {"comment": "1", "says": "Which ones?"})

    assert client.post(SECTION, {"resolve": ODD}).status_code == 404
    assert as_user(harriet).post("/office/reports/annual-2022/advance/", {"revoke": ODD}).status_code == 404


def test_views_and_files_are_kept_without_it(naree):
    client = as_user(naree)
    client.post("/office/events/view/", {"title": ODD, "query": f"q={ODD}"})
    file = SimpleUploadedFile("notes.txt", b"Notes")
    client.post(f"{EVENT}files/", {"file": file, "description": ODD})
    kept = Attachment.objects.get(description="ab")
    client.post(f"{EVENT}files/{kept.ref}/withdraw/", {"reason": ODD})

    assert SavedView.objects.values_list("title", "query").get() == ("ab", "q=ab")
    kept.refresh_from_db()
    assert kept.reason == "ab"


def test_a_merge_is_kept_with_a_reason_without_it(naree):
    one, other = Person.objects.order_by("pk")[:2]
    sent = {"kind": "person", "winner": one.ref, "loser": other.ref, "reason": ODD}

    assert as_user(naree).post("/office/duplicates/", sent).status_code in (200, 422)


def test_a_session_that_cannot_be_ours_is_none(client):
    answer = client.get("/accounts/", HTTP_COOKIE='sessionid="\\000aaaaaaaaaaa"')

    assert (answer.status_code, answer.url) == (302, "/accounts/login/?next=/accounts/")


def body(**response: Any) -> str:
    return json.dumps({"id": "a", "rawId": "a", "type": "public-key", "response": response})


@pytest.mark.parametrize(
    "credential",
    [
        *("null", "[]", "1", '"x"', "{}", DEEP, body(), body(clientDataJSON="e30", attestationObject="AA")),
        body(clientDataJSON="e30", attestationObject="a").replace('"a"', '"AA"'),
        body(clientDataJSON="e30", attestationObject="oA").replace('"a"', '"AA"'),
        body(clientDataJSON="eyJ0eXBlIjoxfQ", attestationObject="oA").replace('"a"', '"AA"'),
        body(clientDataJSON="W10", attestationObject="gA").replace('"a"', '"AA"'),
    ],
)
def test_a_passkey_that_no_device_sends_is_refused(josefa, credential):
    signed_in, stranger = as_user(josefa), Client()
    signed_in.get("/accounts/2fa/passkeys/add/")
    stranger.get("/accounts/2fa/passkeys/sign-in/")

    assert signed_in.post("/accounts/2fa/passkeys/add/", {"credential": credential}).status_code == 200
    assert stranger.post("/accounts/2fa/passkeys/sign-in/", {"credential": credential}).status_code == 302


def test_a_form_that_another_left_open_in_the_browser_is_ones_own(naree, somchai):
    sent = {"_token": str(uuid4()), "_keep": "1"}
    for user, title in ((naree, "Hers"), (somchai, "His"), (somchai, "His own")):
        as_user(user).post("/office/events/new/", {**sent, "title": title})

    kept = Draft.objects.order_by("owner__ref").values_list("owner__ref", "cells__title")
    assert list(kept) == [(naree.ref, "Hers"), (somchai.ref, "His own")]


def test_a_form_that_another_left_open_in_the_browser_is_saved_by_oneself(naree, somchai):
    token = str(uuid4())
    as_user(naree).post(f"{EVENT}edit/", {"_token": token, "_keep": "1", "title": "Hers"})
    began = {"place": Event.objects.get(ref="e2022-14").place}
    answer = as_user(somchai).post(f"{EVENT}edit/", {"_token": token, "_began": json.dumps(began), "place": "Suva"})

    assert (answer.status_code, Event.objects.get(ref="e2022-14").place) == (302, "Suva")
