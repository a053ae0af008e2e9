"""How tests ask at the machine door: with a key or without, as often as they like."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from rso.accounts.actions import make_key, platform
from rso.accounts.models import User
from rso.core.api.describing import document
from rso.core.figures import registry


def key_of(owner: User, scope: str = "public") -> str:
    """The letters of a new key."""
    now = timezone.now()
    _key, letters = make_key(
        name="Dashboard", owner=owner, scope=scope, expires_on=timezone.localdate() + timedelta(days=30), by=platform(), now=now
    )  # fmt: skip
    return letters


def ask(address: str, key: str = "", **headers: str) -> Any:
    caches["default"].clear()
    shown = {"Authorization": f"Bearer {key}"} if key else {}
    return Client().get(address, headers={**shown, **headers})


def examples() -> dict[str, str]:
    """The example of each address in the documentation, by the name of its operation."""
    return {
        operation["operationId"]: operation["x-example"]
        for path in document()["paths"].values()
        for operation in path.values()
    }


def everything(period: str = "2022") -> Iterator[str]:
    """The addresses of all that the door tells of a year."""
    yield from (address.replace("limit=1", "limit=500") for address in examples().values())
    for figure in registry:
        for part in ("", "breakdowns/?limit=500", "records/?limit=500"):
            yield f"/api/figures/{figure.slug}/{period}/{part}"
