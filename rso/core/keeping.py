"""What a worker keeps of pages that it made, so that the next reader waits for none of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.core.cache import caches

T = TypeVar("T")
DAY = 86_400


def made_once(key: str, make: Callable[[], T]) -> T:
    """What was made under a key within the day, or `make()`. The key names all that it was made from.

    Kept apart from the counts of tries at signing in, which must outlive a reader who asks for every figure of every month.
    """
    found: T | None = caches["made"].get(key)
    if found is None:
        found = make()
        caches["made"].set(key, found, DAY)
    return found
