"""What the public may not see of small numbers of people, so that no subtraction brings it back.

The rule (docs/adr/0012-small-numbers.md): a sensitive dimension is offered alone, never crossed, for whole calendar years
that have ended. Small is one to four people or attendances: in a figure, in a figure within it, or in what that leaves.
Sexes are suppressed together, in all of these figures, and their sum stays. Small agencies are merged into one row, in all
of them, with those whose agency is not known, until it holds five people of known agencies. No row says what it alone rests
on: that would cross it with the basis.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from rso.core.figures.adding import Total
from rso.core.figures.breakdowns import Cell, Refusal, Status
from rso.core.figures.dimensions import UNKNOWN, Dimension, Named
from rso.core.figures.registry import registry
from rso.core.models import Basis

if TYPE_CHECKING:
    from rso.core.figures.reading import Reading

SMALL = 5
OTHER = "other"
#: Attendances and people.
Numbers = tuple[int, int]
NONE = (0, 0)


def tally(reading: Reading, dimension: Dimension) -> dict[Any, Numbers]:
    """Attendances and people by value of one of the records' own columns, whichever of the two the figure counts."""
    key = ("tally", dimension.slug)
    if key not in reading.memo:
        people = reading.figure.source.people
        assert people is not None
        rows = reading.counted.values_list(dimension.path).order_by()
        found = rows.annotate(_attendances=Total(people.heads).value(), _people=people.value())
        reading.memo[key] = {raw: (attendances, persons) for raw, attendances, persons in found}
    numbers: dict[Any, Numbers] = reading.memo[key]
    return numbers


def small_values(reading: Reading, dimension: Dimension) -> set[Any]:
    """Known values that so few people have, in the widest figure around this one or in a part that it can be cut into."""
    key = ("small", dimension.slug)
    if key not in reading.memo:
        whole = tally(reading.whole, dimension)
        within = [tally(part, dimension) for part in _parts(reading.whole)]
        left = [{raw: _less(most, part.get(raw, NONE)) for raw, most in whole.items()} for part in within]
        reading.memo[key] = {
            raw
            for numbers in (whole, *within, *left)
            for raw, both in numbers.items()
            if raw is not None and any(0 < n < SMALL for n in both)
        }
    found: set[Any] = reading.memo[key]
    return found


def _parts(whole: Reading) -> Iterator[Reading]:
    """The figures that count a part of a figure's records, for the same period and reader."""
    return (whole.beside(figure) for figure in registry if figure.within == whole.figure.slug)


def _less(most: Numbers, part: Numbers) -> Numbers:
    return most[0] - part[0], most[1] - part[1]


def is_hidden(reading: Reading, dimension: Dimension) -> bool:
    """Whether every known value is suppressed, so that none can be told from the other and their sum."""
    return bool(small_values(reading, dimension))


def merged(reading: Reading, dimension: Dimension) -> list[Any]:
    """Values to be shown as one row, the fewest people first. Raises Refusal where all together are too few."""
    own, together = tally(reading, dimension), set(small_values(reading, dimension))
    if not together:
        return []
    rest = sorted((raw for raw in own if raw is not None and raw not in together), key=lambda raw: own[raw][::-1])
    while sum(own.get(raw, NONE)[1] for raw in together) < SMALL:
        if not rest:
            raise Refusal(_("Fewer than five people could be told apart by agency, so this split is not shown."))
        together.add(rest.pop(0))
    return sorted(together)


def suppress(reading: Reading, dimension: Dimension, cells: Sequence[Cell]) -> list[Cell]:
    """The cells of a sensitive split as the public may see them. Raises Refusal."""
    if not dimension.others:
        shown = _hide(cells) if is_hidden(reading, dimension) else list(cells)
    else:
        values = merged(reading, dimension)
        shown = _merge(reading, dimension, cells, values) if values else list(cells)
    return [_resting_on_all(reading, cell) for cell in shown]


def _hide(cells: Sequence[Cell]) -> list[Cell]:
    """Suppresses every known row; unknown is always printed."""
    return [cell if cell.key == UNKNOWN else replace(cell, value=None, status=Status.SUPPRESSED) for cell in cells]


def _merge(reading: Reading, dimension: Dimension, cells: Sequence[Cell], values: Sequence[Any]) -> list[Cell]:
    """Puts values into one row with what is not known: else what a member's total leaves could only be of its one small agency."""
    keys = {named.key for named in dimension.names([*values, None]).values()}
    rows = reading.records.filter(dimension.keys_filter(reading.records.model, keys))
    other = Named(OTHER, str(dimension.others), (8,))
    return [
        *(cell for cell in cells if cell.key not in keys),
        Cell((other,), rows.aggregate(v=reading.adds.value())["v"]),
    ]


def _resting_on_all(reading: Reading, cell: Cell) -> Cell:
    """The cell on the ground of the whole figure, which is no firmer than its weakest record."""
    if cell.status is Status.SUPPRESSED:
        return replace(cell, parts={})
    weakest = max((Basis[slug.upper()] for slug in reading.basis), default=Basis.RECORDED)
    status = reading.status_of(reading.period, bases=reading.basis)
    return replace(cell, status=status, parts={weakest.slug: cell.value} if cell.value else {})
