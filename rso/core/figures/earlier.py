"""Public splits of people that were published before: a new one takes their place only where it tells nobody apart.

The rule: of every figure of the same people, every cell moved by 0 or by at least 5 against each earlier public split.
Cells that are suppressed are taken together: their sum is known. Where what is suppressed differs, their sum must have
moved by at least 5. Until then the public sees the last split that was published.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rso.core.figures.breakdowns import Cell, Status
from rso.core.figures.dimensions import Dimension, Named
from rso.core.figures.registry import registry
from rso.core.periods import Period

if TYPE_CHECKING:
    from rso.core.figures.reading import Reading

LEAST = 5


@dataclass(frozen=True)
class Table:
    """A split as it was published: labels and values by key, None where it was suppressed, and the whole."""

    figure: str
    value: int | None
    cells: Mapping[str, int | None]
    labels: Mapping[str, str]


#: (period, dimension) → every split by it that the public was given, oldest first.
_SOURCES: list[Callable[[Period, str], Iterable[Table]]] = []


def remembers(tables: Callable[[Period, str], Iterable[Table]]) -> Callable[[Period, str], Iterable[Table]]:
    """Marks a function that knows what has been published."""
    _SOURCES.append(tables)
    return tables


def hold(reading: Reading, dimension: Dimension, fresh: Sequence[Cell]) -> list[Cell]:
    """The cells that the public may see now: the fresh ones, or those of the last split that was published."""
    table = held_back(reading, dimension, fresh)
    if table is None:
        return list(fresh)
    return [
        Cell(
            (Named(key, table.labels.get(key, key), (1, at)),),
            value,
            Status.SUPPRESSED if value is None else Status.NORMAL,
        )
        for at, (key, value) in enumerate(table.cells.items())
    ]


def held_back(reading: Reading, dimension: Dimension, fresh: Sequence[Cell] | None = None) -> Table | None:
    """The split that stands in the place of a fresh one, or nothing where the fresh one may be seen."""
    key = ("held", dimension.slug)
    if key not in reading.memo:
        tables = [table for source in _SOURCES for table in source(reading.period, dimension.slug)]
        reading.memo[key] = _held_back(reading, dimension, fresh, tables)
    found: Table | None = reading.memo[key]
    return found


def _held_back(
    reading: Reading, dimension: Dimension, fresh: Sequence[Cell] | None, tables: Sequence[Table]
) -> Table | None:
    own = [table for table in tables if table.figure == reading.figure.slug]
    if not own:
        return None
    for slug in dict.fromkeys(table.figure for table in tables):
        figure = registry.figures.get(slug)
        if figure is None or figure.source is not reading.figure.source:
            continue
        if slug == reading.figure.slug and fresh is not None:
            now = Table(slug, _whole(reading), _values(fresh), {})
        else:
            now = _now(reading.beside(figure), dimension)
        if not all(may_follow(table, now) for table in tables if table.figure == slug):
            return own[-1]
    return None


def _now(reading: Reading, dimension: Dimension) -> Table:
    """What the split would be if nothing had been published before; all of it hidden where it is refused."""
    from rso.core.figures.breakdowns import Refusal
    from rso.core.figures.splitting import fresh_cells

    try:
        return Table(reading.figure.slug, _whole(reading), _values(fresh_cells(reading, dimension)), {})
    except Refusal:
        return Table(reading.figure.slug, _whole(reading), {}, {})


def _whole(reading: Reading) -> int | None:
    return None if reading.value is None else int(reading.value)


def _values(cells: Iterable[Cell]) -> dict[str, int | None]:
    return {cell.key: None if cell.value is None else int(cell.value) for cell in cells}


def may_follow(before: Table, now: Table) -> bool:
    """Whether both may be known: no cell, and no sum of suppressed ones, moved by 1 to 4."""
    keys = {*before.cells, *now.cells}
    hidden = [{key for key in keys if table.cells.get(key, 0) is None} for table in (before, now)]
    open_in_both = keys - hidden[0] - hidden[1]
    moves = [int(now.cells.get(key) or 0) - int(before.cells.get(key) or 0) for key in open_in_both]
    if any(0 < abs(move) < LEAST for move in moves):
        return False
    if not (hidden[0] or hidden[1]):
        return True
    # What is hidden in either is known as a sum: the whole less the open cells.
    sums = [_rest(table, open_in_both) for table in (before, now)]
    if None in sums:
        return False
    moved: Any = abs(sums[1] - sums[0])  # type: ignore[operator]
    return bool(moved >= LEAST) if hidden[0] != hidden[1] else not 0 < moved < LEAST


def _rest(table: Table, shown: Iterable[str]) -> int | None:
    return None if table.value is None else table.value - sum(int(table.cells.get(key) or 0) for key in shown)
