"""Sources, figures, named tables and evidence: declared by the rooms, found here by everyone else."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rso.core.figures.adding import Adds, Distinct, Share, Slice, Total
from rso.core.figures.dimensions import Dimension
from rso.core.figures.units import Unit
from rso.core.loading.near import near
from rso.core.models import Basis
from rso.core.periods import Period


class UnknownFigure(LookupError):
    """No figure, table or dimension has this name; the message names those that come close."""


@dataclass(frozen=True)
class Column:
    """What a table of records shows of each: a heading and how to get the value; `exact` gets what data has in its place.

    `prose` says that the value is in English whatever the language of the page.
    """

    slug: str
    title: str | Promise
    get: Callable[[Any], Any]
    number: bool = False
    exact: Callable[[Any], Any] | None = None
    prose: bool = False

    def data(self, row: Any) -> int | float | str:
        """The value in a file of data: a number without separators, a date as far as it is known, the slug of a basis."""
        value = (self.exact or self.get)(row)
        if isinstance(value, Basis):
            return value.slug
        return value if isinstance(value, int | float) else str(value)


#: A record read for a period says how it is known there: a date known less finely than the period makes it illustrative.
BASIS_COLUMN = Column("basis", _("Basis"), lambda row: Basis(getattr(row, "basis_here", row.basis)))


@dataclass(frozen=True)
class Source:
    """A kind of record, where its date stands, and its dimensions.

    `when` is "spent_on", or "event__starts_on" through a parent, or two fields "starts_on", "ends_on" for records that
    belong to every period that they overlap. With `stock`, `during` gives the records that exist on a day. Where records
    are of people, `people` tells how to count them once each: small numbers are judged by it.
    """

    slug: str
    title: str | Promise
    model: type[models.Model]
    when: tuple[str, ...]
    dimensions: tuple[Dimension, ...] = ()
    columns: tuple[Column, ...] = ()
    related: tuple[str, ...] = ()
    precision: str = ""
    statement: str = ""
    public_by: str = ""
    stock: Callable[[QuerySet[Any], date], QuerySet[Any]] | None = None
    people: Distinct | None = None

    @cached_property
    def parent(self) -> str:
        return self.when[0].rpartition("__")[0] if self.when else ""

    def parents(self, period: Period, where: Q) -> QuerySet[Any]:
        """The records (or, through a parent, its rows) whose first day lies in the period."""
        model: Any = self.model
        if self.parent:
            model = self.model._meta.get_field(self.parent).related_model
        starts = self.when[0].rpartition("__")[2]
        if len(self.when) == 2:
            overlapping = Q(**{f"{starts}__lt": period.ends, f"{self.when[1]}__gte": period.starts})
            # By a subquery that an index of the two days answers: neither bound alone would keep SQLite from the table.
            dated = Q(pk__in=model.objects.filter(overlapping).order_by().values("pk"))
        else:
            dated = Q(**{f"{starts}__gte": period.starts, f"{starts}__lt": period.ends})
        found: QuerySet[Any] = model.objects.filter(dated).filter(where)
        return found.order_by()

    def during(self, period: Period, as_at: date, parent_where: Q) -> QuerySet[Any]:
        """The records of a period. Through a parent by a subquery, never a join: a join made the cost follow the table."""
        model: Any = self.model
        if self.stock:
            return self.stock(model.objects.filter(parent_where), as_at).order_by()
        inside = self.parents(period, parent_where)
        if not self.parent:
            return inside
        found: QuerySet[Any] = model.objects.filter(**{f"{self.parent}__in": inside.values("pk")})
        return found.order_by()

    def dimension(self, slug: str) -> Dimension:
        for dimension in self.dimensions:
            if dimension.slug == slug:
                return dimension
        raise UnknownFigure(
            _not_found(gettext("There is no dimension “%(slug)s”; %(hint)s"), slug, [d.slug for d in self.dimensions])
        )


@dataclass(frozen=True)
class Figure:
    """A question about records: which of them count, how they add up, by what they can be split, who may see them.

    `parents` restricts the parent (the event of a participation), `where` the record itself. `public` says whether
    everyone may see the records; otherwise the public sees them by `source.public_by`. `changed` holds the day on which
    each version after the first began to apply. `within` names the figure of which this one counts a part: the public can
    subtract the one from the other.
    """

    slug: str
    title: str | Promise
    unit: Unit
    source: Source
    adds: Adds
    counts: str | Promise
    leaves_out: str | Promise
    where: Q = field(default_factory=Q)
    parents: Q = field(default_factory=Q)
    version: int = 1
    changed: tuple[date, ...] = ()
    public: bool = True
    headline: str | Promise = ""
    within: str = ""

    @property
    def counts_people(self) -> bool:
        """Whether the value is a number of people or of their attendances."""
        people = self.source.people
        return people is not None and self.adds in (people, Total(people.heads))

    @property
    def additive(self) -> bool:
        """Whether periods and parts sum to the whole."""
        return self.adds.additive and not self.source.stock and len(self.source.when) == 1

    @property
    def slices(self) -> tuple[Slice, ...]:
        """What a share is made of."""
        return (self.adds.part, self.adds.whole) if isinstance(self.adds, Share) else ()

    @property
    def definition(self) -> str:
        return f"{self.counts} {self.leaves_out}".strip()


@dataclass(frozen=True)
class NamedTable:
    """A figure split by one or two dimensions, under a name of its own. With `shares` its rows are printed in per cent."""

    slug: str
    title: str | Promise
    figure: str
    dimensions: tuple[str, ...]
    shares: bool = False


Rows = Callable[[Period], QuerySet[Any]]


@dataclass(frozen=True)
class Evidence:
    """Records of a period that speak for another record.

    `of` leads from them to what they speak for, `basis` to how they are known, `precision` to how finely they are dated.
    """

    rows: Rows
    of: str
    basis: str
    precision: str

    def during(self, period: Period) -> QuerySet[Any]:
        return self.rows(period).filter(**{f"{self.of}__isnull": False}).order_by()


T = TypeVar("T", Figure, NamedTable)


class Registry:
    """Everything that the rooms have declared, by slug, in the order of declaration."""

    def __init__(self) -> None:
        self.figures: dict[str, Figure] = {}
        self.tables: dict[str, NamedTable] = {}
        self.evidence: dict[str, list[Evidence]] = {}

    def figure(self, declared: Figure) -> Figure:
        return self._keep(self.figures, declared)

    def table(self, declared: NamedTable) -> NamedTable:
        return self._keep(self.tables, declared)

    def gives_evidence(self, name: str, *, of: str, basis: str, precision: str) -> Callable[[Rows], Rows]:
        """Marks a function (period → records) as evidence for the figures that ask for `name`."""

        def keep(rows: Rows) -> Rows:
            self.evidence.setdefault(name, []).append(Evidence(rows, of, basis, precision))
            return rows

        return keep

    def find(self, slug: str) -> Figure:
        if slug not in self.figures:
            raise UnknownFigure(
                _not_found(gettext("There is no figure “%(slug)s”; %(hint)s"), slug, [*self.figures, *self.tables])
            )
        return self.figures[slug]

    def __iter__(self) -> Iterator[Figure]:
        return iter(self.figures.values())

    def _keep(self, where: dict[str, T], declared: T) -> T:
        return where.setdefault(declared.slug, declared)


def _not_found(says: str, slug: str, known: Collection[str]) -> str:
    close = near(slug, known, most=3)
    hint = gettext("did you mean %(names)s?") if close else gettext("there are %(names)s")
    names = f" {gettext('or')} ".join(close) if close else ", ".join(known)
    return says % {"slug": slug, "hint": hint % {"names": names}}


registry = Registry()
