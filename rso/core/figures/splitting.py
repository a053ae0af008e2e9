"""Splits a reading by one or two dimensions into cells that people and files can read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import product
from statistics import median
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from rso.core.figures.adding import Median
from rso.core.figures.breakdowns import (
    Breakdown,
    Cell,
    Crossing,
    Refusal,
    Status,
    ordered,
    rounded,
    share_of,
    strongest,
)
from rso.core.figures.counting import HUNDRED, count
from rso.core.figures.dimensions import BASIS, Dimension, Named
from rso.core.figures.earlier import held_back, hold
from rso.core.figures.suppression import suppress
from rso.core.figures.units import Number
from rso.core.models import Basis

if TYPE_CHECKING:
    from rso.core.figures.reading import Reading


def split(reading: Reading, slug: str) -> Breakdown:
    figure = reading.figure
    if figure.slices:
        return _split_share(reading, slug)
    dimension = figure.source.dimension(slug)
    if reason := reading.refusal(dimension):
        raise Refusal(reason)
    is_median = isinstance(figure.adds, Median)
    cells, held = _medians(reading, dimension) if is_median else _cells(reading, dimension), False
    if dimension.sensitive and not reading.reader.office:
        cells = hold(reading, dimension, suppress(reading, dimension, cells))
        held = held_back(reading, dimension) is not None
    sums = not is_median and not held and not dimension.overlaps and (reading.adds.additive or dimension is BASIS)
    if held:
        return Breakdown(slug, str(dimension.title), reading.value, tuple(cells), sums=False, held=True)
    return Breakdown(slug, str(dimension.title), reading.value, tuple(cells), sums, not sums and not is_median)


def fresh_cells(reading: Reading, dimension: Dimension) -> list[Cell]:
    """The cells of a sensitive split as the public might see them, whatever was published before. Raises Refusal."""
    return suppress(reading, dimension, _cells(reading, dimension))


def cross(reading: Reading, first: str, second: str) -> Crossing:
    if reading.figure.slices or isinstance(reading.figure.adds, Median):
        raise Refusal(_("Shares and medians are split by one dimension only."))
    source = reading.figure.source
    pair = (source.dimension(first), source.dimension(second))
    if reason := reading.refusal(*pair):
        raise Refusal(reason)
    counted = count(reading, pair)
    axes = [_axis(reading, dimension, {raw[i] for raw in counted}) for i, dimension in enumerate(pair)]
    whole = reading.adds.additive and not any(dimension.overlaps for dimension in pair)
    values = (
        _rounded_beside(counted, pair) if reading.adds.additive else {raw: n // HUNDRED for raw, n in counted.items()}
    )
    status = _statuses(reading, pair)
    cells = {
        (a.key, b.key): _cell((a, b), values.get((x, y), 0), status((x, y)))
        for (x, a), (y, b) in product(*(axis.items() for axis in axes))
    }
    rows, columns = (tuple(axis.values()) for axis in axes)
    titles = (str(pair[0].title), str(pair[1].title))
    return Crossing((first, second), titles, reading.value, rows, columns, cells, not whole)


def _rounded_beside(counted: Mapping[Any, int], pair: Sequence[Dimension]) -> dict[Any, int]:
    """Hundredths as whole numbers. Weighted shares are rounded within each value of the other dimension, which then adds up."""
    beside = next((1 - at for at, dimension in enumerate(pair) if dimension.splits), 0)
    lines: dict[Any, dict[Any, Decimal]] = defaultdict(dict)
    for raw, hundredths in counted.items():
        lines[raw[beside]][raw] = Decimal(hundredths) / HUNDRED
    values: dict[Any, int] = {}
    for line in lines.values():
        values |= rounded(line, int(sum(line.values())))
    return values


def _axis(reading: Reading, dimension: Dimension, found: Iterable[Any]) -> dict[Any, Named]:
    """Raw values with their names, in the order in which people expect them, those that must be printed included."""
    raw = {*found, *(dimension.expected(reading.period) if dimension.expected else ())}
    names = dimension.names(raw)
    return {value: names[value] for value in ordered(list(raw), names)}


def _cells(reading: Reading, dimension: Dimension) -> list[Cell]:
    parts: dict[Any, dict[str, int]] = defaultdict(dict)
    if dimension is BASIS:
        parts |= {Basis[slug.upper()]: {slug: int(n) * HUNDRED} for slug, n in reading.basis.items()}
    else:
        for (raw, basis), hundredths in count(reading, (dimension,), with_basis=True).items():
            parts[raw][basis] = hundredths
    axis = _axis(reading, dimension, parts)
    exact = {raw: Decimal(sum(parts[raw].values())) / HUNDRED for raw in axis}
    if dimension.splits and reading.adds.additive:
        values = rounded(exact, int(reading.value or 0))
    else:
        values = {raw: int(value) for raw, value in exact.items()}
    status = _statuses(reading, (dimension,))
    return [
        _cell(
            (named,),
            values[raw],
            status((raw,), parts[raw]),
            {basis: n // HUNDRED if n % HUNDRED == 0 else Decimal(n) / HUNDRED for basis, n in parts[raw].items() if n},
        )
        for raw, named in axis.items()
    ]


def _statuses(reading: Reading, dimensions: Sequence[Dimension]) -> Callable[..., Status]:
    """(values, bases) → the status of the cell that stands there: of its own days, where a value is a time."""
    breaks = [day for dimension in dimensions for day in dimension.breaks()]
    times = [(at, dimension.span) for at, dimension in enumerate(dimensions) if dimension.span]

    def status(values: Sequence[Any], bases: Collection[str] = ()) -> Status:
        span = reading.period
        for at, span_of in times:
            own = span_of(values[at])
            span = span.within(own.starts, own.last_day) or own
        return reading.status_of(span, breaks=breaks, bases=bases)

    return status


def _cell(
    named: tuple[Named, ...], value: Number | None, status: Status, parts: Mapping[str, Number] | None = None
) -> Cell:
    if status in (Status.NOT_COLLECTED, Status.SUPPRESSED):
        return Cell(named, None, status)
    return Cell(named, value, Status.CANNOT_EXIST if value is None else status, parts or {})


def _split_share(reading: Reading, slug: str) -> Breakdown:
    part, whole = reading.parts
    dimension = part.figure.source.dimension(slug)
    if reason := reading.refusal(dimension):
        raise Refusal(reason)
    above = {cell.key: cell for cell in part.by(slug).rows}
    below = {cell.key: cell for cell in whole.by(slug).rows}
    own = _statuses(reading, (dimension,))
    cells = []
    for key in dict.fromkeys((*below, *above)):
        found = [side[key] for side in (below, above) if key in side]
        value = share_of(*(side[key].value if key in side else 0 for side in (above, below)))
        parts = {basis: share_of(n, below[key].value) or 0 for basis, n in found[-1].parts.items()} if value else {}
        cells.append(_cell(found[0].named, value, strongest(own((key,)), *(cell.status for cell in found)), parts))
    return Breakdown(slug, str(dimension.title), reading.value, tuple(cells), sums=False)


def _medians(reading: Reading, dimension: Dimension) -> list[Cell]:
    adds = reading.figure.adds
    assert isinstance(adds, Median)
    days: dict[Any, list[int]] = defaultdict(list)
    weakest: dict[Any, int] = defaultdict(int)
    reader = "_basis" if dimension is BASIS else dimension.reader(reading.records.model)
    rows = reading.records.filter(**dimension.only).annotate(_basis=reading.basis_at()).order_by()
    for raw, first, last, basis in rows.values_list(reader, adds.first, adds.last, "_basis"):
        raw = None if raw == "" else raw
        days[raw].append((last - first).days)
        weakest[raw] = max(weakest[raw], basis)
    status = _statuses(reading, (dimension,))
    cells = []
    for raw, named in _axis(reading, dimension, days).items():
        value = Decimal(median(days[raw])) if raw in days else None
        parts = {Basis(weakest[raw]).slug: value} if value is not None else {}
        cells.append(_cell((named,), value, status((raw,), parts), parts))
    return cells
