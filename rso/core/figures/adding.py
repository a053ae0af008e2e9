"""How the records that a figure counts add up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from django.db.models import Count, Q, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce


@dataclass(frozen=True)
class Total:
    """Adds an integer field, or counts the records where no field is named. Parts sum to the whole."""

    field: str = ""
    additive: ClassVar[bool] = True

    def value(self, only: Q | None = None) -> Combinable:
        return Coalesce(Sum(self.field, filter=only), 0) if self.field else Count("pk", filter=only)


@dataclass(frozen=True)
class Distinct:
    """Counts what is named once each, and unnamed head counts by their number. Parts may exceed the whole.

    `of` is the record's own key to the thing. `only` restricts the things, and `named` counts a column of theirs (the
    country of a member) instead of themselves.
    """

    of: str
    heads: str = ""
    only: Q = field(default_factory=Q)
    named: str = ""
    additive: ClassVar[bool] = False

    def value(self, only: Q | None = None) -> Combinable:
        named: Combinable = Count(self.of, distinct=True, filter=only)
        if not self.heads:
            return named
        unnamed = Q(**{f"{self.of}__isnull": True})
        return named + Coalesce(Sum(self.heads, filter=unnamed & only if only else unnamed), 0)


@dataclass(frozen=True)
class Slice:
    """A figure, or those rows of one of its breakdowns that have the given keys."""

    figure: str
    dimension: str = ""
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Share:
    """One slice in per cent of another."""

    part: Slice
    whole: Slice
    additive: ClassVar[bool] = False


@dataclass(frozen=True)
class Median:
    """The middle of the days that lie between two dates of each record; `precisions` tell how finely each is known."""

    first: str
    last: str
    precisions: tuple[str, str]
    additive: ClassVar[bool] = False


@dataclass(frozen=True)
class Covered:
    """Counts the records of which some evidence exists in the period, or with `lacking` those of which none does.

    Evidence is contributed by the rooms, under a name.
    """

    evidence: str
    lacking: bool = False
    additive: ClassVar[bool] = False


Adds = Total | Distinct | Share | Median | Covered
