"""The version of what whoever uses our data relies on, as it was last described: see `promises.py`."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from rso.environment import HOUSE

PATH = HOUSE / "data" / "api" / "contract.json"


@lru_cache
def published() -> dict[str, Any]:
    """The committed description, its version, and the changelog: the newest entry first."""
    found: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return found


def version() -> str:
    return str(published()["version"])
