"""Secrets of second factors as the database holds them: whoever has a copy of it alone cannot sign in.

The key follows from the secret key of the installation. Older ones, in RSO_OLD_SECRET_KEYS, open what was closed by them
until `rso rekey` has closed all of it by the newest.
"""

from __future__ import annotations

import logging
from base64 import b32encode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import suppress
from secrets import token_bytes

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

SALT = "rso.accounts.second_factors"
#: Where allauth keeps what nobody else may know: of an app of codes, and of recovery codes.
FIELDS = ("secret", "seed")
log = logging.getLogger(__name__)


def _keys() -> list[Fernet]:
    """The newest first: it closes; each opens."""
    known = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [Fernet(urlsafe_b64encode(salted_hmac(SALT, "", secret=key, algorithm="sha256").digest())) for key in known]


def close(text: str) -> str:
    return _keys()[0].encrypt(text.encode()).decode()


def open_(closed: str) -> str:
    """The secret; one that nobody knows where no key opens it, so that no code fits and another factor may be used."""
    try:
        return MultiFernet(_keys()).decrypt(closed).decode()
    except InvalidToken:
        log.warning("A second factor was closed by another secret key; see RSO_OLD_SECRET_KEYS")
        return b32encode(token_bytes(20)).decode()


def rekey() -> int:
    """Closes by the newest key what an older one closed, or what lies open. Returns how many; what no key opens stays as it is."""
    newest, *older = _keys()
    done = 0
    with transaction.atomic():
        for factor, field, text in _secrets(Authenticator.objects.select_for_update(of=("self",))):
            if _opens([newest], text) or (_is_closed(text) and not _opens(older, text)):
                continue
            factor.data[field] = close(open_(text) if _is_closed(text) else text)
            factor.save(update_fields=["data"])
            done += 1
    return done


def unreadable() -> list[str]:
    """Whose second factors no key opens, by the refs of their accounts."""
    keys = _keys()
    return sorted(
        {factor.user.ref for factor, _field, text in _secrets(Authenticator.objects.all()) if not _opens(keys, text)}
    )


def _secrets(rows: QuerySet[Authenticator]) -> Iterator[tuple[Authenticator, str, str]]:
    for factor in rows.select_related("user").order_by("pk"):
        for field in FIELDS:
            if text := factor.data.get(field):
                yield factor, field, text


def _opens(keys: list[Fernet], text: str) -> bool:
    for key in keys:
        with suppress(InvalidToken):
            key.decrypt(text)
            return True
    return False


def _is_closed(text: str) -> bool:
    """Open ones are capitals and digits, or hexadecimal digits: none begins as Fernet's do."""
    return text.startswith("gAAAA")
