"""By what a figure can be broken down: one value a record, several, or weighted shares that sum to 100."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import models
from django.db.models import Exists, Func, OuterRef, Q
from django.db.models.expressions import Combinable
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rso.core.models import Basis
from rso.core.periods import Period

UNKNOWN = "unknown"


class Month(Func):
    """YYYY-MM of a date, by plain SQL: Django's own date functions call back into Python on SQLite, ten times slower."""

    function = "substr"
    output_field = models.CharField()
    letters = 7
    form = "YYYY-MM"

    def __init__(self, day: str) -> None:
        super().__init__(day)

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template=f"substr(%(expressions)s, 1, {self.letters})", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template=f"to_char(%(expressions)s, '{self.form}')", **context)


class Year(Month):
    letters = 4
    form = "YYYY"


@dataclass(frozen=True)
class Named:
    """A dimension's value as files and people know it."""

    key: str
    label: str
    order: tuple[Any, ...]
    #: The record that is the value, where it is one.
    thing: Any = field(default=None, compare=False, repr=False)

    @property
    def short(self) -> str:
        """The label where there is little room, as beside the bars of a chart."""
        return str(getattr(self.thing, "short_label", self.label))

    @property
    def prose(self) -> bool:
        """Whether the label is a record's own text, which is in English alone, and no label in the language in force."""
        return self.thing is not None and not hasattr(self.thing, "label")

    @property
    def url(self) -> str:
        return str(self.thing.get_absolute_url()) if hasattr(self.thing, "get_absolute_url") else ""


@dataclass(frozen=True)
class Place:
    """Where a value stands in a grid of tiles, and what is written there."""

    column: int
    line: int
    code: str
    label: str
    url: str = ""


@dataclass(frozen=True)
class Dimension:
    """One way to split a figure.

    `path` leads from a record to the value; `values` (choices or a model) gives keys and labels; `weight` is the path to
    whole per cents that sum to 100 a record; `only` picks among several linked rows; `many` says that a record may have several values, so that rows overlap;
    `expected` names the values that are printed even when nothing is counted; `breaks` are days on which the set of
    values changed; `span` gives the days of a value that is a time; a `sensitive` dimension is shown to the public alone,
    never crossed, and suppressed.
    """

    slug: str
    title: str | Promise
    path: str
    values: type[models.Choices | models.Model] | None = None
    by: str = "pk"
    expression: Callable[[str], Combinable] | None = None
    label: Callable[[Any], str] = str
    span: Callable[[str], Period] | None = None
    only: dict[str, Any] = field(default_factory=dict, hash=False)
    weight: str = ""
    many: bool = False
    sensitive: bool = False
    #: What the values of a sensitive dimension that few people have are called together; without it they are suppressed.
    others: str | Promise = ""
    finest: int = 3
    expected: Callable[[Period], Iterable[Any]] | None = None
    breaks: Callable[[], Iterable[Any]] = tuple
    #: Groups of values with their labels, and the group of each key: for charts of shares.
    groups: Callable[[], tuple[list[tuple[str, str]], dict[str, str]]] | None = None
    #: Where each key stands in the tile grid.
    places: Callable[[], dict[str, Place]] | None = None

    def under(self, parent: str) -> Dimension:
        """The same dimension seen from records that belong to `parent`."""
        return replace(
            self,
            path=f"{parent}__{self.path}",
            weight=f"{parent}__{self.weight}" if self.weight else "",
            only={f"{parent}__{name}": value for name, value in self.only.items()},
        )

    def below(self, parent: str) -> Dimension:
        """The same dimension seen from the record that `parent` leads to."""
        cut = len(parent) + 2
        return replace(
            self,
            path=self.path[cut:],
            weight=self.weight[cut:],
            only={name[cut:]: value for name, value in self.only.items()},
        )

    @property
    def splits(self) -> bool:
        return bool(self.weight)

    @property
    def overlaps(self) -> bool:
        return self.many and not self.weight

    def base(self, model: type[models.Model]) -> str:
        """The record's own column through which the value is found; "pk" where others point to the record."""
        first = self.path.partition("__")[0]
        field = model._meta.get_field(first)
        return first if field.concrete else "pk"

    def keys_filter(self, model: type[models.Model], keys: Iterable[str]) -> Q:
        """Records of `model` that have a value among `keys`, each once; "unknown" are those that have none."""
        wanted = set(keys)
        found = Q(pk__in=[])
        if known := sorted(wanted - {UNKNOWN}):
            found |= self._linked(model, self._among(known)) if self.many else self._among(known)
        if UNKNOWN in wanted:
            has_one = Q(**{f"{self.path}__isnull": False}, **self.only)
            found |= ~self._linked(model, has_one) if self.many else Q(**{f"{self.path}__isnull": True})
            if self._is_text:
                found |= Q(**{self.path: ""})
        return found

    @property
    def _is_text(self) -> bool:
        """Whether the value is text of its own, so that an empty one is unknown."""
        if self.span:
            return False
        return self.values is None or issubclass(self.values, models.TextChoices) or self.by == "ref"

    def _linked(self, model: type[models.Model], condition: Q) -> Q:
        """Records that one linked row at least speaks for: by a subquery, so that no record is told twice."""
        rows: Any = model._default_manager
        return Q(Exists(rows.filter(condition, pk=OuterRef("pk"))))

    def _among(self, keys: Iterable[Any]) -> Q:
        if self.span:
            found = Q(pk__in=[])
            for span in map(self.span, keys):
                found |= Q(**{f"{self.path}__gte": span.starts, f"{self.path}__lt": span.ends})
            return found
        path = self.path
        if self.values is not None and issubclass(self.values, models.IntegerChoices):
            ranks = {choice.name.lower(): choice.value for choice in self.values}
            keys = [ranks[key] for key in keys if key in ranks]
        elif self.values is not None and issubclass(self.values, models.Model) and self.by == "pk":
            path = "ref" if path == "id" else f"{path}__ref"
        return Q(**{f"{path}__in": list(keys)}, **self.only)

    def reader(self, model: type[models.Model]) -> Combinable | str:
        """What to select to get the raw value."""
        return self.expression(self.path) if self.expression else self.path

    def names(self, raw: Iterable[Any]) -> dict[Any, Named]:
        """Key, label and order of each raw value; None is the value "unknown", last."""
        wanted = set(raw)
        found: dict[Any, Named] = {None: Named(UNKNOWN, str(_("Not known")), (9,))}
        if self.values is None:
            found |= {v: Named(str(v), self.label(v), (1, v)) for v in wanted - {None}}
        elif issubclass(self.values, models.Choices):
            members = list(self.values)
            for v in wanted - {None}:
                choice = self.values(v)
                key = choice.name.lower() if isinstance(choice, int) else str(v)
                found[v] = Named(key, str(choice.label), (1, members.index(choice)))
        else:
            found |= self._names_of_records(wanted - {None})
        return found

    def _names_of_records(self, wanted: set[Any]) -> dict[Any, Named]:
        model: Any = self.values
        rows = model.objects.in_bulk(list(wanted), field_name=self.by) if wanted else {}
        found = {value: Named(str(value), str(value), (2, str(value))) for value in wanted - set(rows)}
        for value, thing in rows.items():
            order = getattr(thing, "sort_key", None) or (getattr(thing, "order", 0), str(thing))
            found[value] = Named(thing.ref, str(thing), (1, *order), thing)
        return found


def month_of(path: str) -> Dimension:
    return Dimension(
        "month",
        _("Month"),
        path,
        expression=Month,
        label=lambda key: Period.parse(key).label,
        span=Period.parse,
        finest=2,
        expected=lambda period: [month.key for month in period.months()] if len(period.months()) <= 36 else [],
    )


def year_of(path: str) -> Dimension:
    return Dimension(
        "year",
        _("Year"),
        path,
        expression=Year,
        span=Period.parse,
        expected=lambda period: [year.key for year in period.years()],
    )


BASIS = Dimension("basis", _("Basis"), "basis", Basis)
