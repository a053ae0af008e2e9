"""What this room knows of what it keeps closed: a key of this machine opens it."""

from __future__ import annotations

from collections.abc import Iterator

from rso.accounts.secrets import unreadable


def faults() -> Iterator[str]:
    for ref in unreadable():
        yield f"The second factor of {ref} was closed by another secret key than RSO_SECRET_KEY and RSO_OLD_SECRET_KEYS"
