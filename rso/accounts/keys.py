"""API keys: made from random letters, shown once, found again by a digest."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.crypto import constant_time_compare

from rso.accounts.models import ApiKey
from rso.core.api.callers import WITH_KEY, Caller, callers
from rso.core.api.scopes import Scope

#: A key: our sign, the ref by which it is found, what only its holder knows.
SHAPE = re.compile(r"(rso-[a-z0-9]{10})_([A-Za-z0-9_-]{43})")
#: A use is noted again after so long: not every request writes.
OFTEN = timedelta(minutes=10)


def new_key() -> tuple[str, str]:
    """A ref and the whole key."""
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    ref = "rso-" + "".join(secrets.choice(letters) for _ in range(10))
    return ref, f"{ref}_{secrets.token_urlsafe(32)}"


def digest_of(key: str) -> str:
    """A key is 256 random bits: nobody finds it by trying, so no slow hash is needed."""
    return hashlib.sha256(key.encode()).hexdigest()


@callers.knows_keys
def caller_of(key: str) -> Caller | None:
    """Who shows this key; nobody where it is not good. Notes its use, to ten minutes."""
    shape, now = SHAPE.fullmatch(key), timezone.now()
    found = ApiKey.objects.select_related("owner").filter(ref=shape[1]).first() if shape else None
    if found is None or not constant_time_compare(found.digest, digest_of(key)) or not found.is_good(now):
        return None
    note_use(found, now)
    return Caller(f"key={found.ref}", Scope(found.scope), found.owner, WITH_KEY)


def note_use(key: ApiKey, now: datetime) -> None:
    if key.last_used_at is None or now - key.last_used_at > OFTEN:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
