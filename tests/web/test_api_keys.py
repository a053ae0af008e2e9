"""The administrator's page of API keys, and what a key leaves behind."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from rso.accounts.actions import hand_over, make_key, platform, revoke_keys
from rso.accounts.keys import digest_of
from rso.accounts.models import ApiKey, User
from rso.core.history import history_of
from rso.core.models import AuditEvent
from rso.core.verbs import Refused
from tests.asking import ask, key_of
from tests.web.conftest import as_user

KEYS = "/office/keys/"


@pytest.fixture
def kim(kim) -> Client:
    """A browser in which Kim Osei, administrator, is signed in."""
    return as_user(kim)


def asked_for(**others: str) -> dict[str, str]:
    last = timezone.localdate() + timedelta(days=90)
    return {"name": "Dashboard", "owner": "naree-boonmee", "scope": "office", "expires_on": last.isoformat(), **others}


def test_a_key_is_shown_once_and_opens_the_door(kim):
    page = kim.post(f"{KEYS}new/", asked_for()).content.decode()
    (letters,) = re.findall(r"rso-[a-z0-9]{10}_[A-Za-z0-9_-]{43}", page)
    key = ApiKey.objects.get()

    assert (key.owner.ref, key.scope, key.digest, key.last_used_at) == (
        "naree-boonmee",
        "office",
        digest_of(letters),
        None,
    )
    assert ask("/api/", letters).status_code == 200
    assert letters not in kim.get(KEYS).content.decode()
    assert letters.startswith(key.ref)


def test_neither_the_key_nor_its_digest_stands_in_the_audit_trail(naree):
    letters = key_of(naree)
    key, event = ApiKey.objects.get(), AuditEvent.objects.order_by("-pk")[0]

    assert (event.verb, event.ref) == ("key made", key.ref)
    assert [secret for secret in (letters, letters[15:], key.digest) if secret in str(event.__dict__)] == []
    assert [re.sub("<[^>]+>", "", step.words) for step in history_of(key)] == ["RSO made the API key"]


def test_the_page_tells_when_a_key_was_last_used_and_a_use_is_noted_every_ten_minutes(kim, naree):
    letters = key_of(naree)
    assert "Never" in kim.get(KEYS).content.decode()
    ask("/api/", letters)
    first = ApiKey.objects.get().last_used_at
    ask("/api/", letters)

    assert ApiKey.objects.get().last_used_at == first
    assert "Never" not in kim.get(KEYS).content.decode()
    ApiKey.objects.update(last_used_at=first - timedelta(minutes=11))
    ask("/api/", letters)
    assert ApiKey.objects.get().last_used_at > first


def test_a_revoked_key_opens_nothing_and_stays_on_record(kim, naree):
    letters = key_of(naree)
    answer = kim.post(f"{KEYS}{ApiKey.objects.get().ref}/revoke/")

    assert (answer.headers["Location"], ask("/api/", letters).status_code) == (KEYS, 401)
    assert "Revoked" in kim.get(KEYS).content.decode()
    assert AuditEvent.objects.order_by("-pk")[0].verb == "key revoked"


def test_a_key_is_good_up_to_its_last_day(naree):
    letters = key_of(naree)
    ApiKey.objects.update(expires_on=timezone.localdate())
    assert ask("/api/", letters).status_code == 200
    ApiKey.objects.update(expires_on=timezone.localdate() - timedelta(days=1))
    assert ask("/api/", letters).status_code == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "}, {"name": "x" * 121}, {"owner": "nobody"}, {"owner": ""}, {"scope": "all"}, {"expires_on": "never"},
        {"expires_on": "2020-01-01"}, {"expires_on": "2199-01-01"}, {"owner": "josefa-waqa"},
    ],
)  # fmt: skip
def test_what_cannot_be_understood_makes_no_key(kim, wrong):
    assert kim.post(f"{KEYS}new/", asked_for(**wrong)).status_code == 422
    assert ApiKey.objects.count() == 0


def test_a_focal_point_may_have_a_key_to_what_the_public_sees(kim):
    assert kim.post(f"{KEYS}new/", asked_for(owner="josefa-waqa", scope="public")).status_code == 200


@pytest.mark.parametrize("who", ["naree-boonmee", "ravi-perera", "josefa-waqa"])
def test_for_anyone_but_the_administrator_there_is_no_such_page(office, who):
    client = as_user(User.objects.get(ref=who))
    key, _letters = make_key(
        name="Dashboard", owner=User.objects.get(ref="kim-osei"), scope="public", expires_on=timezone.localdate(),
        by=platform(), now=timezone.now(),
    )  # fmt: skip

    answers = [
        client.get(KEYS),
        client.get(f"{KEYS}new/"),
        client.post(f"{KEYS}new/", asked_for()),
        client.post(f"{KEYS}{key.ref}/revoke/"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert ApiKey.objects.get().revoked_at is None


def test_a_leaver_hands_keys_over(naree, now):
    letters, kim = key_of(naree, "office"), User.objects.get(ref="kim-osei")
    hand_over(of=naree, to=kim, by=platform(), now=now)

    assert (ApiKey.objects.get().owner, ask("/api/", letters).status_code) == (kim, 200)


def test_revoking_twice_changes_nothing(naree, now):
    key_of(naree)
    revoke_keys([ApiKey.objects.get()], by=platform(), now=now)
    revoke_keys([ApiKey.objects.get()], by=platform(), now=now + timedelta(days=1))

    assert ApiKey.objects.get().revoked_at == now


def test_a_key_for_longer_than_a_year_is_refused(naree, now):
    with pytest.raises(Refused, match="a year from now"):
        make_key(
            name="Dashboard",
            owner=naree,
            scope="public",
            expires_on=now.date() + timedelta(days=400),
            by=naree,
            now=now,
        )


def test_a_key_opens_names_for_no_longer_than_its_owner_may_see_them(naree):
    letters = key_of(naree, "people")
    assert ask("/api/", letters).status_code == 200

    User.objects.filter(pk=naree.pk).update(role="finance_officer")
    assert ask("/api/", letters).status_code == 401


def test_nobody_gets_a_key_to_names_that_they_may_not_see(kim):
    answer = kim.post(f"{KEYS}new/", asked_for(owner="marta-ilves", scope="people"))

    assert "belongs to someone who may see who took part in an event" in answer.content.decode()
    assert (answer.status_code, ApiKey.objects.count()) == (422, 0)
