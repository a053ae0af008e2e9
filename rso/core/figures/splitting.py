"""Splits a reading by one or two dimensions into cells that people and files can read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
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
)
from rso.core.figures.counting import HUNDRED, count
from rso.core.figures.dimensions import Dimension, Named
from rso.core.figures.suppression import hide_pair, merge_small
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
    cells = _medians(reading, dimension) if is_median else _cells(reading, dimension)
    if dimension.sensitive and not reading.reader.office:
        cells = _suppressed(reading, dimension, cells)
    overlaps = dimension.overlaps or not reading.adds.additive or is_median
    return Breakdown(slug, str(dimension.title), reading.value, tuple(cells), overlaps)


def cross(reading: Reading, first: str, second: str) -> Crossing:
    if reading.figure.slices or isinstance(reading.figure.adds, Median):
        raise Refusal(_("Shares and medians are split by one dimension only."))
    source = reading.figure.source
    pair = (source.dimension(first), source.dimension(second))
    if reason := reading.refusal(*pair):
        raise Refusal(reason)
    counted = count(reading, pair)
    axes = [_axis(reading, dimension, {raw[i] for raw in counted}) for i, dimension in enumerate(pair)]
    exact = {raw: Decimal(n) / HUNDRED for raw, n in counted.items()}
    whole = reading.adds.additive and not any(dimension.overlaps for dimension in pair)
    values = rounded(exact, int(reading.value or 0)) if whole else {raw: int(n) for raw, n in exact.items()}
    cells = {
        (a.key, b.key): Cell((a, b), values.get((x, y), 0), _status(reading, pair, {}))
        for (x, a), (y, b) in product(*(axis.items() for axis in axes))
    }
    rows, columns = (tuple({named.key: named for named in axis.values()}.values()) for axis in axes)
    titles = (str(pair[0].title), str(pair[1].title))
    return Crossing((first, second), titles, reading.value, rows, columns, cells, not whole)


def _axis(reading: Reading, dimension: Dimension, found: Iterable[Any]) -> dict[Any, Named]:
    """Raw values with their names, in the order in which people expect them, those that must be printed included."""
    raw = {*found, *(dimension.expected(reading.period) if dimension.expected else ())}
    names = dimension.names(raw)
    return {value: names[value] for value in ordered(list(raw), names)}


def _cells(reading: Reading, dimension: Dimension) -> list[Cell]:
    parts: dict[Any, dict[str, int]] = defaultdict(dict)
    for (raw, basis), hundredths in count(reading, (dimension,), with_basis=True).items():
        parts[raw][basis] = hundredths
    axis = _axis(reading, dimension, parts)
    exact = {raw: Decimal(sum(parts[raw].values())) / HUNDRED for raw in axis}
    if dimension.splits and reading.adds.additive:
        values = rounded(exact, int(reading.value or 0))
    else:
        values = {raw: int(value) for raw, value in exact.items()}
    return [
        Cell(
            (named,),
            values[raw],
            _status(reading, (dimension,), parts[raw]),
            {basis: n // HUNDRED if n % HUNDRED == 0 else Decimal(n) / HUNDRED for basis, n in parts[raw].items() if n},
        )
        for raw, named in axis.items()
    ]


def _status(reading: Reading, dimensions: Sequence[Dimension], parts: dict[str, int]) -> Status:
    breaks = [
        *reading.figure.changed,
        *(day for dimension in dimensions for day in dimension.breaks()),
    ]
    if any(reading.period.contains(day) for day in breaks):
        return Status.BREAK
    if reading.is_provisional:
        return Status.PROVISIONAL
    return Status.ESTIMATED if Basis.ESTIMATED.slug in parts else Status.NORMAL


def _suppressed(reading: Reading, dimension: Dimension, cells: list[Cell]) -> list[Cell]:
    if dimension.slug == "sex":
        return hide_pair(cells)

    def together(keys: Sequence[str]) -> int:
        found: int = reading.records.filter(dimension.keys_filter(keys)).aggregate(v=reading.adds.value())["v"]
        return found

    return merge_small(cells, together)


def _split_share(reading: Reading, slug: str) -> Breakdown:
    part, whole = reading.parts
    dimension = part.figure.source.dimension(slug)
    if reason := reading.refusal(dimension):
        raise Refusal(reason)
    above = {cell.key: cell for cell in part.by(slug).rows}
    below = {cell.key: cell for cell in whole.by(slug).rows}
    cells = []
    for key in dict.fromkeys((*below, *above)):
        named = (below.get(key) or above[key]).named
        value = share_of(
            above[key].value if key in above else 0,
            below[key].value if key in below else 0,
        )
        cells.append(Cell(named, value, Status.CANNOT_EXIST if value is None else Status.NORMAL))
    return Breakdown(slug, str(dimension.title), reading.value, tuple(cells), overlaps=True)


def _medians(reading: Reading, dimension: Dimension) -> list[Cell]:
    adds = reading.figure.adds
    assert isinstance(adds, Median)
    numbers: dict[Any, list[int]] = defaultdict(list)
    reader = dimension.reader(reading.records.model)
    rows = reading.records.filter(**dimension.only).values_list(reader, adds.first, adds.last).order_by()
    for raw, first, last in rows:
        numbers[raw].append((last - first).days)
    names = dimension.names(numbers)
    return [
        Cell(
            (names[raw],),
            Decimal(median(numbers[raw])),
            _status(reading, (dimension,), {}),
        )
        for raw in ordered(list(numbers), names)
    ]
