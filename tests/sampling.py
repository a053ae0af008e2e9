"""A few cases in the fast layer, the rest in the long one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pytest


def few(cases: Iterable[Any], number: int = 1) -> list[Any]:
    """All the cases of a test: as many as told are fast, the others take part in `make test-long`."""
    every: Sequence[Any] = list(cases)
    return [*every[:number], *(pytest.param(*_values(case), marks=pytest.mark.long) for case in every[number:])]


def _values(case: Any) -> tuple[Any, ...]:
    return case if isinstance(case, tuple) else (case,)
