"""Raw counts of a reading by dimension.

Totals are grouped in the database by the records' own columns only. Distinct things are gathered as sets, from rows that
are read once. In both, facts of the parent (type of event, themes) are folded in from the parent's few rows; weighted
ones in hundredths. What must sum is checked, each time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from django.db.models import Choices, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from rso.core.figures.adding import Distinct, Total
from rso.core.figures.dimensions import Dimension
from rso.core.figures.units import Number
from rso.core.models import Basis, Precision

if TYPE_CHECKING:
    from rso.core.figures.reading import Reading

Key = tuple[Any, ...]
#: What a value of a record's own column leads to: values of a dimension, each with its weight in hundredths.
Facts = Mapping[Any, Sequence[tuple[Any, int]]]
#: Things as a set, and heads without a name.
Gathered = tuple[AbstractSet[Any], int]
HUNDRED = 100
NOTHING = ((None, HUNDRED),)
#: The basis under which a chart draws records whose total a source states.
TOTAL_STATED = "total_stated"
#: Rows of a reading that are kept in memory for the next question; beyond, they are read again.
KEPT_ROWS = 250_000


class Inconsistent(AssertionError):
    """A breakdown does not sum to its figure: a fault of ours or a half-seen write, never to be published."""


def count(reading: Reading, dimensions: Sequence[Dimension], with_basis: bool = False) -> dict[Key, int]:
    """Hundredths by the raw value of each dimension and, where asked, by basis. Raises Inconsistent."""
    ways = [Way.to(dimension, reading) for dimension in dimensions]
    if isinstance(reading.adds, Distinct):
        return _distinct(reading, ways, with_basis)
    counted = _total(reading, ways, with_basis)
    total = HUNDRED * int(reading.value or 0)
    if not any(dimension.overlaps for dimension in dimensions) and sum(counted.values()) != total:
        slugs, found = " × ".join(dimension.slug for dimension in dimensions), sum(counted.values()) / HUNDRED
        raise Inconsistent(
            f"{reading.figure.slug} of {reading.period} is {reading.value}, but by {slugs} it is {found}"
        )
    return counted


@dataclass(frozen=True)
class Way:
    """How a record leads to a dimension: its own column, and the facts that this leads to (where it is not the value)."""

    column: str
    expression: Combinable | None
    dimension: Dimension

    @classmethod
    def to(cls, dimension: Dimension, reading: Reading) -> Way:
        base = dimension.base(reading.figure.source.model)
        if dimension.path == base and dimension.expression:
            return cls(f"_{dimension.slug}", dimension.expression(base), dimension)
        return cls(base, None, dimension)

    def facts(self, reading: Reading, present: set[Any]) -> Facts | None:
        """What the values of the column that are present lead to; None where they are the dimension's own.

        A value that is empty leads to None: unknown.
        """
        if self.expression is not None or self.dimension.path == self.column:
            return {value: ((value, HUNDRED),) for value in present - {""}} if "" in present else None
        rows, seen = self._rows(reading, present)
        columns = ["pk", seen.reader(rows.model), *([seen.weight] if seen.weight else [])]
        found: dict[Any, list[tuple[Any, int]]] = defaultdict(list)
        selected = rows.filter(**seen.only).order_by().values_list(*columns)
        for pk, value, *weight in selected.distinct() if seen.many else selected:
            found[pk].append(
                (None if value == "" else value, weight[0] if weight and weight[0] is not None else HUNDRED)
            )
        return found

    def _rows(self, reading: Reading, present: set[Any]) -> tuple[QuerySet[Any], Dimension]:
        """The records that the column leads to, few as they are, and the dimension as they see it."""
        source = reading.figure.source
        if self.column == "pk":
            return reading.records, self.dimension
        seen = self.dimension.below(self.column)
        if self.column == source.parent:
            return reading.parents, seen
        model: Any = source.model._meta.get_field(self.column).related_model
        return (model.objects.filter(pk__in=present) if len(present) < 500 else model.objects.all()), seen


@dataclass(frozen=True)
class Plan:
    """Which columns to read for a question, and how to read the answer off them."""

    columns: tuple[str, ...]
    expressions: Mapping[str, Combinable | Q]
    asked: tuple[int, ...]
    needed: int
    #: Precision of the parents' dates, where the question needs them finer than a year.
    known: Mapping[Any, int] | None
    parent_at: int

    @classmethod
    def of(cls, reading: Reading, ways: Sequence[Way], shared: Sequence[str] = (), stated: bool = False) -> Plan:
        """`shared` are columns to read together with others of their kind; `stated` asks whose total is stated."""
        source = reading.figure.source
        needed = reading.needed_precision(min((way.dimension.finest for way in ways), default=Precision.YEAR))
        late = bool(source.precision) and needed < Precision.YEAR
        own = [way.column for way in ways]
        columns = [*dict.fromkeys((*shared, *own, *((source.parent,) if late and source.parent else ()))), "_basis"]
        expressions: dict[str, Combinable | Q] = {w.column: w.expression for w in ways if w.expression is not None}
        expressions["_basis"] = F("basis") if late and source.parent else reading.basis_at(needed)
        if stated:
            columns.append("_stated")
            expressions["_stated"] = Q(**{f"{source.statement}__isnull": False})
        asked = tuple(columns.index(column) for column in own)
        known = _precisions(reading) if late and source.parent else None
        parent_at = columns.index(source.parent) if known is not None else -1
        return cls(tuple(columns), expressions, asked, needed, known, parent_at)

    @property
    def key(self) -> Key:
        """Under which what was read is kept for the next question."""
        return (self.columns, repr(self.expressions["_basis"]))

    @cached_property
    def values(self) -> Callable[[Key], Key]:
        """Reads the asked values off a row."""
        if len(self.asked) == 1:
            (at,) = self.asked
            return lambda row: (row[at],)
        return itemgetter(*self.asked) if self.asked else lambda row: ()

    @cached_property
    def rank(self) -> Callable[[Key], int]:
        """Reads the basis off a row: illustrative where the date is known less finely than the question needs."""
        basis_at = self.columns.index("_basis")
        if self.known is None:
            return itemgetter(basis_at)
        illustrative = int(Basis.ILLUSTRATIVE)
        return lambda row: illustrative if self.is_late(row) else row[basis_at]

    def is_late(self, row: Key) -> bool:
        """Whether the parent's date is known less finely than the question needs."""
        return self.known is not None and self.known.get(row[self.parent_at], 0) > self.needed


def _precisions(reading: Reading) -> dict[Any, int]:
    source = reading.figure.source
    column = source.precision.rpartition("__")[2]
    return dict(reading.parents.values_list("pk", column))


# -- totals ------------------------------------------------------------------------------------------------------------


def _total(reading: Reading, ways: Sequence[Way], with_basis: bool) -> dict[Key, int]:
    source = reading.figure.source
    own = {way.column for way in ways}
    # Columns with few values are grouped together, so that one pass over the records answers for all of them.
    few = _few(reading)
    plan = Plan.of(reading, ways, few if own <= set(few) else (), bool(source.statement) and own == {source.parent})
    grouped = _grouped(reading, plan, all(_is_single(way) for way in ways)) if with_basis else _ungrouped(reading, ways)
    facts = [way.facts(reading, {values[at] for values, _basis in grouped}) for at, way in enumerate(ways)]
    counted: dict[Key, int] = defaultdict(int)
    for (values, basis), value in grouped.items():
        tail = (basis,) if with_basis else ()
        for raw, weight in _folded(values, facts):
            counted[(*raw, *tail)] += value * weight
    return counted


def _folded(values: Key, facts: Sequence[Facts | None]) -> Iterator[tuple[Key, int]]:
    """What a record's own values lead to, each combination with its weight in hundredths."""
    if len(values) == 1:
        (fact,), (value,) = facts, values
        for raw, weight in ((value, HUNDRED),) if fact is None else fact.get(value, NOTHING):
            yield (raw,), weight
        return
    found = [((v, HUNDRED),) if fact is None else fact.get(v, NOTHING) for v, fact in zip(values, facts, strict=True)]
    for pairs in product(*found):
        weight = HUNDRED
        for _raw, share in pairs:
            weight = weight * share // HUNDRED
        yield tuple(raw for raw, _share in pairs), weight


def _is_single(way: Way) -> bool:
    """Whether each row is a sum over whole parents, so that a total stated of an event stays one in the row."""
    return not way.dimension.splits and not way.dimension.many


def _few(reading: Reading) -> tuple[str, ...]:
    """The record's own columns that have few values."""
    own = (d for d in reading.figure.source.dimensions if "__" not in d.path and d.expression is None)
    return tuple(dict.fromkeys(d.path for d in own if isinstance(d.values, type) and issubclass(d.values, Choices)))


def _grouped(reading: Reading, plan: Plan, tell_stated: bool) -> dict[tuple[Key, str], int]:
    """The value by values of the asked columns and basis; asked of the database once for each set of columns."""
    key = ("totals", *plan.key)
    if key not in reading.memo:
        rows = reading.counted.annotate(**plan.expressions).values_list(*plan.columns)
        reading.memo[key] = list(rows.annotate(_value=reading.adds.value()).order_by().iterator(chunk_size=5000))
    stated_at = plan.columns.index("_stated") if tell_stated and "_stated" in plan.columns else -1
    names = {rank.value: rank.slug for rank in Basis}
    found: dict[tuple[Key, str], int] = defaultdict(int)
    for row in reading.memo[key]:
        basis = TOTAL_STATED if stated_at >= 0 and row[stated_at] and not plan.is_late(row) else names[plan.rank(row)]
        found[(plan.values(row), basis)] += row[-1]
    return found


def _ungrouped(reading: Reading, ways: Sequence[Way]) -> dict[tuple[Key, str], int]:
    """The value by values of the asked columns alone: a series needs no basis."""
    columns = [way.column for way in ways]
    expressions = {way.column: way.expression for way in ways if way.expression is not None}
    rows = reading.counted.annotate(**expressions).values_list(*dict.fromkeys(columns))
    found = rows.annotate(_value=reading.adds.value()).order_by()
    at = [list(dict.fromkeys(columns)).index(column) for column in columns]
    return {(tuple(row[i] for i in at), ""): row[-1] for row in found.iterator(chunk_size=5000)}


# -- distinct things -----------------------------------------------------------------------------------------------------


def _distinct(reading: Reading, ways: Sequence[Way], with_basis: bool) -> dict[Key, int]:
    """Things counted once in each row; one may be in several rows. With basis, each stands with its weakest in the row."""
    gathered = _gathered(reading, ways)
    facts = []
    for at, way in enumerate(ways):
        facts.append(way.facts(reading, {values[at] for groups in gathered.values() for values in groups}))
    counted: dict[Key, int] = {}
    seen: dict[Key, AbstractSet[Any]] = {}
    for rank in sorted(gathered, reverse=True):
        slug = (Basis(rank).slug,) if with_basis else ()
        for row, (things, heads) in _united(gathered[rank], facts).items():
            fresh = len(things - seen[row]) if row in seen else len(things)
            if fresh or heads:
                counted[(*row, *slug)] = counted.get((*row, *slug), 0) + HUNDRED * (fresh + heads)
            seen[row] = seen[row] | things if row in seen else things
    return counted


def _united(groups: Mapping[Key, Gathered], facts: Sequence[Facts | None]) -> dict[Key, Gathered]:
    """Things and heads by what the records' own values lead to."""
    if all(fact is None for fact in facts):
        return dict(groups)
    things: dict[Key, set[Any]] = defaultdict(set)
    heads: dict[Key, int] = defaultdict(int)
    for values, (named, unnamed) in groups.items():
        for row, _weight in _folded(values, facts):
            things[row].update(named)
            heads[row] += unnamed
    return {row: (things[row], heads[row]) for row in things}


def _gathered(reading: Reading, ways: Sequence[Way]) -> dict[int, dict[Key, Gathered]]:
    """By rank of basis and values of the asked columns: the things named, and the heads."""
    adds = reading.adds
    assert isinstance(adds, Distinct)
    plan = Plan.of(reading, ways, _own(reading))
    key = ("gathered", tuple(way.column for way in ways), plan.needed if plan.known is not None else Precision.YEAR)
    if key in reading.memo:
        found: dict[int, dict[Key, Gathered]] = reading.memo[key]
        return found
    names, heads = _sets(_rows(reading, plan, adds), plan, bool(adds.heads))
    allowed = dict(reading.things.values_list("pk", adds.named or "pk")) if adds.only else None
    made: dict[int, dict[Key, Gathered]] = defaultdict(dict)
    for place in {*names, *heads}:
        rank, value = place
        things = names.get(place, set())
        if allowed is not None:
            things = {allowed[thing] for thing in things if thing in allowed}
        made[rank][value if len(ways) != 1 else (value,)] = (things, heads.get(place, 0))
    reading.memo[key] = made
    return made


def _sets(rows: Iterable[Key], plan: Plan, with_heads: bool) -> tuple[dict[Any, set[Any]], dict[Any, int]]:
    """Things and heads by (rank, asked values): the innermost loop, over every record. One asked value stands bare."""
    names: dict[Any, set[Any]] = defaultdict(set)
    heads: dict[Any, int] = defaultdict(int)
    rank = plan.rank
    values: Callable[[Key], Any] = itemgetter(*plan.asked) if plan.asked else lambda row: ()
    if plan.known is None and len(plan.asked) == 1:
        (at,), basis_at = plan.asked, plan.columns.index("_basis")
        for row in rows:
            if row[-2] is not None:
                names[row[basis_at], row[at]].add(row[-2])
            elif with_heads:
                heads[row[basis_at], row[at]] += row[-1]
        return names, heads
    for row in rows:
        if row[-2] is not None:
            names[rank(row), values(row)].add(row[-2])
        elif with_heads:
            heads[rank(row), values(row)] += row[-1]
    return names, heads


def _own(reading: Reading) -> tuple[str, ...]:
    """The record's own columns that lead to its dimensions: read together, the rows answer for all of them."""
    ways = [Way.to(dimension, reading) for dimension in reading.figure.source.dimensions]
    found = dict.fromkeys(way.column for way in ways if way.expression is None)
    return tuple(dict.fromkeys((*found, *((reading.figure.source.parent,) if reading.figure.source.parent else ()))))


def _rows(reading: Reading, plan: Plan, adds: Distinct) -> Iterable[Key]:
    """The plan's columns, the thing and its heads, of each record; kept for the next question where they are not too many."""
    key = ("rows", *plan.key)
    if key in reading.memo:
        found: list[Key] = reading.memo[key]
        return found
    rows = reading.counted.annotate(**plan.expressions).order_by()
    select: QuerySet[Any, Key] = rows.values_list(*plan.columns, adds.of, adds.heads or adds.of)
    kept = list(select[: KEPT_ROWS + 1])
    if len(kept) > KEPT_ROWS:
        return select.iterator(chunk_size=10_000)
    reading.memo[key] = kept
    return kept


# -- basis and trend -----------------------------------------------------------------------------------------------------


def count_by_basis(reading: Reading) -> dict[int, int]:
    """The value by rank of basis; distinct things by their weakest."""
    if isinstance(reading.adds, Total):
        records = reading.records.annotate(_basis=reading.basis_at())
        return dict(records.values_list("_basis").annotate(v=reading.adds.value()).order_by())
    if len(reading.ranks) == 1:
        return {reading.ranks[0]: int(reading.value or 0)}
    seen: set[Any] = set()
    counted = {}
    for rank, groups in sorted(_gathered(reading, []).items(), reverse=True):
        things, heads = groups.get((), (frozenset(), 0))
        counted[rank] = len(things - seen) + heads
        seen |= things
    return counted


def trend(reading: Reading, slug: str) -> dict[str, Number | None]:
    """A series over time by key: None where nothing was collected. Distinct things take a value each time."""
    spans = reading.period.years() if slug == "year" else reading.period.months()
    each = {span.key: reading.during(span) for span in spans}
    if isinstance(reading.adds, Distinct):
        return {key: of.value for key, of in each.items()}
    found = _series(reading, reading.figure.source.dimension(slug)) if reading.span else {}
    return {key: None if of.span is None else found.get(key, 0) for key, of in each.items()}


def _series(reading: Reading, dimension: Dimension) -> dict[str, int]:
    """Totals over time in one pass, summed parent by parent; a time without records is missing."""
    source = reading.figure.source
    if not source.parent:
        found = _total(reading, [Way.to(dimension, reading)], with_basis=False)
        return {str(raw): hundredths // HUNDRED for (raw,), hundredths in found.items()}
    model: Any = source.model
    of_parent = model.objects.filter(reading.figure.where, **{source.parent: OuterRef("pk")}).order_by()
    summed = of_parent.values(source.parent).annotate(_v=reading.adds.value()).values("_v")
    parents = reading.parents
    rows = parents.annotate(_at=dimension.below(source.parent).reader(parents.model), _n=Subquery(summed))
    return dict(rows.values_list("_at").annotate(v=Coalesce(Sum("_n"), 0)).order_by())
