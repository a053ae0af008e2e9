"""Secrets of second factors lie closed in the database: a copy of it signs nobody in, and a new secret key shuts nobody out."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client

from rso.accounts import secrets
from rso.accounts.actions import give_app, platform, set_password
from rso.accounts.example import PASSWORD, code_of, secret_of
from rso.accounts.models import User
from rso.backup.rows import lines
from rso.integrity import faults
from tests.web.test_second_factors import CODE, by_password, who

OLD, NEW = "o" * 50, "n" * 50


@pytest.fixture
def naree(naree, now, settings) -> User:
    """With the example's app and recovery codes, closed by the old key."""
    settings.SECRET_KEY = OLD
    set_password(naree, password=PASSWORD, by=platform(), now=now)
    give_app(naree, secret=secret_of(naree.ref), by=platform(), now=now)
    RecoveryCodes.activate(naree)
    return naree


def signs_in(user: User, code: str = "") -> bool:
    client: Client = by_password(user)
    client.post(CODE, {"code": code or code_of(user.ref)})
    return bool(who(client))


def recovery_codes(user: User) -> list[str]:
    return RecoveryCodes(Authenticator.objects.get(user=user, type="recovery_codes")).get_unused_codes()


def stored() -> str:
    """All that database and backup hold of second factors."""
    return b"".join(lines(Authenticator)).decode()


def test_neither_the_database_nor_a_backup_holds_a_secret_that_can_be_read(naree):
    assert secrets.open_(Authenticator.objects.get(type="totp").data["secret"]) == secret_of(naree.ref)
    assert secret_of(naree.ref) not in stored()
    closed = [data.get("secret") or data.get("seed") for data in Authenticator.objects.values_list("data", flat=True)]
    assert [text[:5] for text in closed] == ["gAAAA", "gAAAA"]
    assert signs_in(naree)


def test_what_an_older_key_closed_opens_while_that_key_is_named(naree, settings):
    codes = recovery_codes(naree)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]

    assert signs_in(naree)
    assert recovery_codes(naree) == codes
    assert secrets.rekey() == 2

    settings.SECRET_KEY_FALLBACKS = []
    assert recovery_codes(naree) == codes
    assert signs_in(naree, codes[0])
    assert (secrets.rekey(), list(faults())) == (0, [])


def test_under_another_key_no_code_fits_and_every_place_says_so(naree, settings):
    before = stored()
    settings.SECRET_KEY = NEW

    assert not signs_in(naree)
    assert not signs_in(naree, "000000")
    assert recovery_codes(naree) != recovery_codes(naree)
    assert secrets.unreadable() == [naree.ref]
    assert list(faults()) == [
        f"The second factor of {naree.ref} was closed by another secret key than RSO_SECRET_KEY and RSO_OLD_SECRET_KEYS"
    ]
    assert (secrets.rekey(), stored()) == (0, before)


def test_secrets_that_lie_open_from_before_are_closed(naree):
    factor = Authenticator.objects.get(type="totp")
    factor.data["secret"] = secret_of(naree.ref)
    factor.save()

    assert secrets.unreadable() == [naree.ref]
    assert secrets.rekey() == 1
    assert secret_of(naree.ref) not in stored()
    assert signs_in(naree)
