"""Cells of a breakdown: a value or a status, never an empty place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rso.core.figures.dimensions import Named
from rso.core.figures.units import Number

Key = TypeVar("Key")


class Status(models.TextChoices):
    """SDMX code list CL_OBS_STATUS, strongest first."""

    SUPPRESSED = "Q", _("suppressed")
    CANNOT_EXIST = "M", _("cannot exist")
    NOT_COLLECTED = "L", _("not collected")
    BREAK = "B", _("break in series")
    PROVISIONAL = "P", _("provisional")
    ESTIMATED = "E", _("estimated")
    NORMAL = "A", _("normal")


class Refusal(Exception):
    """A split that this reader may not have, or that does not exist; the message gives the reason."""

    def __init__(self, reason: str | Promise) -> None:
        super().__init__(str(reason))


@dataclass(frozen=True)
class Cell:
    """One value of a breakdown. `value` is None where the status says why. `parts` tells what it rests on."""

    named: tuple[Named, ...]
    value: Number | None
    status: Status = Status.NORMAL
    parts: Mapping[str, Number] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return self.named[0].key

    @property
    def label(self) -> str:
        return self.named[0].label

    @property
    def short(self) -> str:
        return self.named[0].short

    @property
    def prose(self) -> bool:
        return self.named[0].prose

    @property
    def url(self) -> str:
        return self.named[0].url


@dataclass(frozen=True)
class Breakdown:
    """A figure split by one dimension.

    `sums` says that the rows add up to the value; `overlaps` that a thing may stand in several, so that they exceed it.
    Rows of shares and medians do neither. `overlap` is what the rows count more than once.
    """

    dimension: str
    title: str
    value: Number | None
    rows: tuple[Cell, ...]
    sums: bool = True
    overlaps: bool = False
    #: Whether it stands as it was published, for the records have moved by too few people to be told.
    held: bool = False

    @property
    def overlap(self) -> Number:
        hides = any(cell.status is Status.SUPPRESSED for cell in self.rows)
        if not self.overlaps or self.value is None or hides:
            return 0
        return sum((cell.value for cell in self.rows if cell.value is not None), start=Decimal(0)) - self.value

    @property
    def percents(self) -> dict[str, int]:
        """Whole per cents of the value by largest remainder, so that they sum to 100; empty where rows do not add up or hide."""
        if not self.sums or not self.value or any(cell.value is None for cell in self.rows):
            return {}
        shares = {cell.key: Decimal(cell.value or 0) * 100 / Decimal(self.value) for cell in self.rows}
        return rounded(shares, 100)

    def __getitem__(self, key: str) -> Cell:
        return next(cell for cell in self.rows if cell.key == key)


@dataclass(frozen=True)
class Crossing:
    """A figure split by two dimensions at once."""

    dimensions: tuple[str, str]
    titles: tuple[str, str]
    value: Number | None
    rows: tuple[Named, ...]
    columns: tuple[Named, ...]
    cells: Mapping[tuple[str, str], Cell]
    overlaps: bool = False


def rounded(exact: Mapping[Key, Decimal], whole: int) -> dict[Key, int]:
    """Whole numbers near `exact` that sum to `whole`, by largest remainder; ties go to the earlier key."""
    floors = {key: int(value // 1) for key, value in exact.items()}
    missing = whole - sum(floors.values())
    order = sorted(exact, key=lambda key: exact[key] - floors[key], reverse=True)
    for key in order[: max(missing, 0)]:
        floors[key] += 1
    return floors


def ordered(raw: Sequence[Any], names: Mapping[Any, Named]) -> list[Any]:
    """Raw values in the order in which people expect them, unknown last."""
    return sorted(raw, key=lambda value: (names[value].order, names[value].key))


def strongest(*statuses: Status) -> Status:
    """The one that says most against taking the number as it stands."""
    return min(statuses, key=list(Status).index)


def share_of(part: Number | None, whole: Number | None) -> Decimal | None:
    """Part in per cent of whole; None where there is no whole."""
    return Decimal(part) * 100 / Decimal(whole) if part is not None and whole else None
