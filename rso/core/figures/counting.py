"""Raw counts of a reading by dimension.

Totals are grouped in the database by the records' own columns only; facts of the parent (type of event, themes) are
folded in from the parent's few rows, in hundredths where weights apply. Distinct things are counted by the database.
What must sum is checked, each time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import Combinable

from rso.core.figures.adding import Distinct
from rso.core.figures.dimensions import Dimension
from rso.core.models import Basis

if TYPE_CHECKING:
    from rso.core.figures.reading import Reading

Key = tuple[Any, ...]
#: What a value of a record's own column leads to: values of a dimension, each with its weight in hundredths.
Facts = Mapping[Any, Sequence[tuple[Any, int]]]
HUNDRED = 100
NOTHING = ((None, HUNDRED),)
#: The basis under which a chart draws records whose total a source states.
TOTAL_STATED = "total_stated"


class Inconsistent(AssertionError):
    """A breakdown does not sum to its figure: a fault of ours or a half-seen write, never to be published."""


def count(reading: Reading, dimensions: Sequence[Dimension], with_basis: bool = False) -> dict[Key, int]:
    """Hundredths by the raw value of each dimension and, where asked, by basis. Raises Inconsistent."""
    if isinstance(reading.adds, Distinct):
        return _distinct(reading, dimensions, with_basis)
    counted = _fold(reading, dimensions, with_basis)
    total = HUNDRED * int(reading.value or 0)
    if not any(dimension.overlaps for dimension in dimensions) and sum(counted.values()) != total:
        slugs = " × ".join(dimension.slug for dimension in dimensions)
        raise Inconsistent(
            f"{reading.figure.slug} of {reading.period} is {reading.value}, but by {slugs} it is {sum(counted.values()) / HUNDRED}"
        )
    return counted


@dataclass(frozen=True)
class Way:
    """How totals reach a dimension: the column to group by, and the facts that it leads to (None: it is the value)."""

    column: str
    expression: Combinable | None
    dimension: Dimension

    @classmethod
    def to(cls, dimension: Dimension, reading: Reading) -> Way:
        base = dimension.base(reading.figure.source.model)
        if dimension.path == base and dimension.expression:
            return cls(f"_{dimension.slug}", dimension.expression(base), dimension)
        return cls(base, None, dimension)

    def facts(self, reading: Reading) -> Facts | None:
        if self.expression is not None or self.dimension.path == self.column:
            return None
        rows, seen = self._rows(reading)
        model = rows.model
        columns = ["pk", seen.reader(model), *([seen.weight] if seen.weight else [])]
        found: dict[Any, list[tuple[Any, int]]] = defaultdict(list)
        for pk, value, *weight in rows.filter(seen.only).order_by().values_list(*columns).distinct():
            found[pk].append((value, HUNDRED if not weight or weight[0] is None else weight[0]))
        return found

    def _rows(self, reading: Reading) -> tuple[QuerySet[Any], Dimension]:
        """The records that the column leads to, few as they are, and the dimension as they see it."""
        source = reading.figure.source
        if self.column == "pk":
            return reading.records, self.dimension
        seen = self.dimension.below(self.column)
        if self.column == source.parent:
            return source.parents(reading.period, reading.figure.parents), seen
        model: Any = source.model._meta.get_field(self.column).related_model
        wanted = {key[0] for key in totals(reading, (self.column,))}
        return (model.objects.filter(pk__in=wanted) if len(wanted) < 500 else model.objects.all()), seen


def totals(
    reading: Reading,
    columns: Sequence[str],
    expressions: Mapping[str, Combinable] | None = None,
) -> dict[Key, int]:
    """The value grouped by columns of the records; asked of the database once for each set of columns."""
    key = (tuple(columns), tuple(sorted(map(repr, (expressions or {}).items()))))
    if key not in reading.memo:
        rows = reading.records.annotate(**(expressions or {})).values_list(*columns)
        rows = rows.annotate(_value=reading.adds.value()).order_by()
        reading.memo[key] = {row[:-1]: row[-1] for row in rows.iterator(chunk_size=5000)}
    return reading.memo[key]


def _fold(reading: Reading, dimensions: Sequence[Dimension], with_basis: bool) -> dict[Key, int]:
    ways = [Way.to(dimension, reading) for dimension in dimensions]
    columns = list(dict.fromkeys(way.column for way in ways))
    expressions = {way.column: way.expression for way in ways if way.expression is not None}
    if with_basis:
        expressions["_basis"] = reading.basis_at(min(dimension.finest for dimension in dimensions))
        if _keeps_totals(reading, dimensions):
            expressions["_stated"] = Q(**{f"{reading.figure.source.statement}__isnull": False})  # type: ignore[assignment]
    grouped = totals(
        reading,
        [*columns, *(name for name in ("_basis", "_stated") if name in expressions)],
        expressions,
    )
    facts = [(columns.index(way.column), way.facts(reading)) for way in ways]
    counted: dict[Key, int] = defaultdict(int)
    for key, value in grouped.items():
        tail = (_basis_of(key[len(columns) :]),) if with_basis else ()
        found = [((key[at], HUNDRED),) if fact is None else fact.get(key[at], NOTHING) for at, fact in facts]
        for values in product(*found):
            weight = HUNDRED
            for _value, share in values:
                weight = weight * share // HUNDRED
            counted[(*(raw for raw, _share in values), *tail)] += value * weight
    return counted


def _basis_of(tail: Key) -> str:
    return TOTAL_STATED if len(tail) == 2 and tail[1] else Basis(tail[0]).slug


def _keeps_totals(reading: Reading, dimensions: Sequence[Dimension]) -> bool:
    """Whether each row is a sum over whole events, so that a total stated of an event stays one in the row."""
    source = reading.figure.source
    return bool(source.statement) and all(
        dimension.base(source.model) == source.parent and not dimension.splits and not dimension.many
        for dimension in dimensions
    )


def _distinct(reading: Reading, dimensions: Sequence[Dimension], with_basis: bool) -> dict[Key, int]:
    """Distinct counts by the database, joined to what the dimensions need. A thing may be counted in several rows."""
    records = reading.records
    names = {f"_d{i}": dimension for i, dimension in enumerate(dimensions)}
    for name, dimension in names.items():
        way = dimension.reader(records.model)
        records = records.filter(dimension.only).annotate(**{name: F(way) if isinstance(way, str) else way})
    rows = records.values_list(*names).annotate(_value=reading.adds.value()).order_by()
    counted: dict[Key, int] = {row[:-1]: row[-1] for row in rows}
    if any(dimension.only for dimension in dimensions):
        left = reading.records.exclude(pk__in=records.values("pk")).aggregate(v=reading.adds.value())["v"]
        counted[(None,) * len(dimensions)] = left
    if with_basis:
        finest = min(dimension.finest for dimension in dimensions)
        counted = _weakest(
            reading,
            records.annotate(_basis=reading.basis_at(finest)),
            list(names),
            counted,
        )
    return {key: HUNDRED * value for key, value in counted.items() if value}


def _weakest(reading: Reading, records: QuerySet[Any], names: list[str], counted: dict[Key, int]) -> dict[Key, int]:
    """Each row's things by the weakest basis of their records in it: counts of "this weak or weaker", subtracted."""
    present = sorted(records.values_list("_basis", flat=True).distinct().order_by())
    if len(present) <= 1:
        slug = Basis(present[0]).slug if present else ""
        return {(*key, slug): value for key, value in counted.items()}
    reaching = {f"v{rank}": reading.adds.value(Q(_basis__gte=rank)) for rank in present}
    found = {}
    for row in records.values(*names).annotate(**reaching).order_by():
        above = 0
        for rank in reversed(present):
            found[(*(row[name] for name in names), Basis(rank).slug)] = row[f"v{rank}"] - above
            above = row[f"v{rank}"]
    return found
