"""Password and second factors of the example's accounts. They are printed for whoever runs the example, so everyone knows them."""

from __future__ import annotations

from base64 import b32encode
from hashlib import sha1

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

PASSWORD = "recorded-once-2022"  # noqa: S105


def secret_of(ref: str) -> str:
    """What the example's person would keep in the app of codes."""
    return b32encode(sha1(f"{PASSWORD} {ref}".encode(), usedforsecurity=False).digest()).decode()


def code_of(ref: str) -> str:
    """The code of this half-minute."""
    _before, counter, _after = yield_hotp_counters_from_time()
    return str(format_hotp_value(hotp_value(secret_of(ref), counter)))
