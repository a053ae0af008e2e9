"""Holds the engine against the count in plain Python, and against what must be true of its own answers."""

from __future__ import annotations

from collections.abc import Container, Iterator
from decimal import Decimal
from itertools import combinations
from typing import Any

from rso.core.figures import BASIS, Breakdown, Cell, Dimension, Status, registry
from rso.core.figures.reading import OFFICE, Reading
from rso.core.periods import Period
from tests.oracle import DISTINCT, Oracle

NO_VALUE = (Status.SUPPRESSED, Status.CANNOT_EXIST, Status.NOT_COLLECTED)
MEDIAN = "median-days-to-answer"


def against_plain_python(period: str) -> list[str]:
    """Where the engine and the count in plain Python differ: value, basis, every row of every split, what it rests on."""
    asked = Period.parse(period)
    oracle = Oracle(asked)
    return [found for figure in registry for found in _differences(oracle, Reading(figure, asked, reader=OFFICE))]


def _differences(oracle: Oracle, reading: Reading) -> Iterator[str]:
    slug = reading.figure.slug
    if oracle.first > oracle.last:
        if (reading.value, reading.status) != (None, Status.NOT_COLLECTED):
            yield f"{slug} is {reading.value} ({reading.status}), but nothing was collected"
        return
    if reading.value != oracle.value(slug):
        yield f"{slug} is {reading.value}, but counted {oracle.value(slug)}"
    if reading.figure.slices or slug == MEDIAN:
        yield from _ratios(oracle, reading)
        return
    if reading.basis != oracle.basis(slug):
        yield f"{slug} rests on {reading.basis}, but counted {oracle.basis(slug)}"
    for dimension in reading.figure.source.dimensions:
        split = reading.by(dimension.slug)
        if dimension is BASIS:
            found, wanted = {cell.key: cell.value for cell in split.rows}, oracle.basis(slug)
        else:
            found, wanted = _exact(split, slug), oracle.by(slug, dimension.slug)
            yield from _rests(oracle, slug, split, dimension.finest)
        if _present(found) != _present(wanted):
            yield f"{slug} by {dimension.slug} is {_present(found)}, but counted {_present(wanted)}"


def _ratios(oracle: Oracle, reading: Reading) -> Iterator[str]:
    """Rows of shares and medians, those that cannot exist included where they have records."""
    slug = reading.figure.slug
    for dimension in reading.dimensions:
        if dimension is not BASIS:
            found, wanted = (
                {cell.key: cell.value for cell in reading.by(dimension.slug).rows},
                oracle.by(slug, dimension.slug),
            )
            if {key: found.get(key) for key in wanted} != wanted or any(found[key] for key in found.keys() - wanted):
                yield f"{slug} by {dimension.slug} is {found}, but counted {wanted}"


def _exact(split: Breakdown, slug: str) -> dict[str, Any]:
    """Rows before rounding: themes in exact parts."""
    if slug in DISTINCT:
        return {cell.key: cell.value for cell in split.rows}
    return {cell.key: sum(map(Decimal, cell.parts.values())) for cell in split.rows}


def _present(rows: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in sorted(rows.items()) if value}


def _rests(oracle: Oracle, slug: str, split: Breakdown, finest: int) -> Iterator[str]:
    for cell in split.rows:
        rows = [row for row in oracle.rows(slug) if any(key == cell.key for key, _share in row.at[split.dimension])]
        if slug in DISTINCT or all(share == 100 for row in rows for _key, share in row.at[split.dimension]):
            wanted = oracle.basis(slug, rows, finest)
            found = dict(cell.parts)
            stated = found.pop("total_stated", 0)
            if stated:
                found["illustrative"] = found.get("illustrative", 0) + stated
            if found != wanted:
                yield f"{slug} by {split.dimension}, {cell.key} rests on {found}, but counted {wanted}"


# -- what must be true of the answers themselves -------------------------------------------------------------------------


#: Figures that count the same records as one of these, or a part of them, are crossed by the same code.
LIKE_OTHERS = {"training-participations", "people-trained", "countries-reached-by-training", "bodies-reached"}


def within_themselves(period: str, crossed: Container[str] = frozenset(registry.figures) - LIKE_OTHERS) -> list[str]:
    """Where answers of one figure contradict one another; `crossed` are the figures that are split by two dimensions."""
    asked = Period.parse(period)
    found = []
    for figure in registry:
        reading = Reading(figure, asked, reader=OFFICE)
        crossings = _crossings(reading) if figure.slug in crossed else ()
        found += [f"{figure.slug}: {says}" for says in (*_splits(reading), *crossings, *_months(reading))]
    return found


def _number(cell: Cell) -> Any:
    return cell.value or 0


def _splits(reading: Reading) -> Iterator[str]:
    value = reading.value or 0
    # Parts of a share are quotients of 28 digits; of their sum the last may differ.
    if abs(sum(map(Decimal, reading.basis.values())) - value) > abs(value) * Decimal("1e-20"):
        yield f"basis {reading.basis} does not sum to {value}"
    for dimension in reading.dimensions:
        split = reading.by(dimension.slug)
        total = sum(map(_number, split.rows))
        if split.sums and total != value:
            yield f"by {dimension.slug} sums to {total}, not {value}"
        if split.overlaps and (total < value or split.overlap != total - value):
            yield f"by {dimension.slug} overlaps by {split.overlap}: {total} less {value}"
        if not split.sums and not split.overlaps and split.overlap:
            yield f"by {dimension.slug} claims an overlap of {split.overlap}"
        if split.percents and sum(split.percents.values()) != 100:
            yield f"by {dimension.slug} has shares that sum to {sum(split.percents.values())}"
        keys = [cell.key for cell in split.rows]
        if len(keys) != len(set(keys)):
            yield f"by {dimension.slug} has two rows of one key: {keys}"
        if any((cell.value is None) != (cell.status in NO_VALUE) for cell in split.rows):
            yield f"by {dimension.slug} has a cell with neither a value nor a status that says why, or with both"


def _crossings(reading: Reading) -> Iterator[str]:
    figure = reading.figure
    if figure.slices or figure.slug == MEDIAN:
        return
    for first, second in combinations([d for d in figure.source.dimensions if d is not BASIS], 2):
        crossing = reading.across(first.slug, second.slug)
        rows, columns = [row.key for row in crossing.rows], [column.key for column in crossing.columns]
        lines = {key: [crossing.cells[key, other] for other in columns] for key in rows}
        yield from _lines(reading, first, second, lines)
        yield from _lines(
            reading, second, first, {key: [crossing.cells[other, key] for other in rows] for key in columns}
        )


def _lines(reading: Reading, of: Dimension, beside: Dimension, lines: dict[str, list[Cell]]) -> Iterator[str]:
    """Each line of a crossing sums to its row of the split."""
    split = {cell.key: cell for cell in reading.by(of.slug).rows}
    if set(lines) != set(split):
        yield f"{of.slug} × {beside.slug} has {sorted(lines)}, the split has {sorted(split)}"
        return
    sums = reading.adds.additive and not beside.overlaps
    # Shares of themes are rounded beside each value of the other dimension: their own line may be off by one a cell.
    slack = max(map(len, lines.values()), default=0) if of.splits else 0
    for key, cells in lines.items():
        total, wanted = sum(map(_number, cells)), _number(split[key])
        if abs(total - wanted) > slack if sums else total + slack < wanted:
            yield f"{of.slug} × {beside.slug} at {key} sums to {total}, the split says {wanted}"


def _months(reading: Reading) -> Iterator[str]:
    """A period is the sum of its months where the figure says that it is additive."""
    months = [Reading(reading.figure, month, reader=OFFICE).value or 0 for month in reading.period.months()]
    if reading.figure.additive and sum(months) != (reading.value or 0):
        yield f"months sum to {sum(months)}, the period is {reading.value}"
    if reading.figure.adds.additive is False and reading.figure.additive:
        yield "claims to add up over time"
