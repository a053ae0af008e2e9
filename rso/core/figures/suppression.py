"""What the public may not see of small numbers of people, so that no subtraction brings it back.

The rule (docs/adr/0001-small-numbers.md): a sensitive dimension is offered alone, never crossed, for whole calendar years
that have ended. Small is one to four people or attendances, in the figure or in what is left when it is subtracted from
the figure that it is within. Of the sexes, where one is small, both are suppressed and their sum stays. Small agencies are
merged into one row until it holds five people; whose agency is not known joins them where they are fewer than five.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from rso.core.figures.adding import Total
from rso.core.figures.breakdowns import Cell, Refusal, Status
from rso.core.figures.dimensions import UNKNOWN, Dimension, Named
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


def small_numbers(reading: Reading, dimension: Dimension) -> set[Any]:
    """Known values that so few people have, in the figure or in what subtraction leaves of the figure it is within."""
    own, whole = tally(reading, dimension), tally(reading.whole, dimension)
    found = set()
    for raw, most in whole.items():
        part = own.get(raw, NONE)
        rest = [a - b for a, b in zip(most, part, strict=True)]
        if raw is not None and any(0 < n < SMALL for n in (*most, *part, *rest)):
            found.add(raw)
    return found


def is_hidden(reading: Reading, dimension: Dimension) -> bool:
    """Whether every known value is suppressed, so that none can be told from the other and their sum.

    Where the whole is of one value alone, its parts are too, and there is nothing left to protect.
    """
    whole = reading.whole
    if whole is not reading:
        if is_hidden(whole, dimension):
            return True
        if sum(1 for raw, numbers in tally(whole, dimension).items() if raw is not None and numbers != NONE) < 2:
            return False
    return bool(small_numbers(reading, dimension))


def merged(reading: Reading, dimension: Dimension) -> list[Any]:
    """Values to be shown as one row, the fewest people first. Raises Refusal where all together are too few."""
    own, whole = tally(reading, dimension), reading.whole
    together = small_numbers(reading, dimension)
    if whole is not reading:
        together |= set(merged(whole, dimension))
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
        return _hide(cells) if is_hidden(reading, dimension) else list(cells)
    values = merged(reading, dimension)
    keys = {named.key for named in dimension.names(values).values()} - {UNKNOWN}
    return _merge(reading, dimension, cells, keys) if values else list(cells)


def _hide(cells: Sequence[Cell]) -> list[Cell]:
    """Suppresses every known row; unknown is always printed."""
    return [
        cell if cell.key == UNKNOWN else replace(cell, value=None, status=Status.SUPPRESSED, parts={}) for cell in cells
    ]


def _merge(reading: Reading, dimension: Dimension, cells: Sequence[Cell], keys: set[str]) -> list[Cell]:
    label = str(dimension.others)
    if tally(reading, dimension).get(None, NONE)[1] < SMALL:
        # Else what a member's total leaves could only be of its one small agency.
        keys = {*keys, UNKNOWN}
        label = _("%(others)s, or not known") % {"others": label}
    gone = [cell for cell in cells if cell.key in keys]
    rows = reading.records.filter(dimension.keys_filter(reading.records.model, keys))
    value: int = rows.aggregate(v=reading.adds.value())["v"]
    weakest = max((Basis[slug.upper()] for cell in gone for slug in cell.parts), default=Basis.RECORDED)
    status = reading.status_of(reading.period, bases={weakest.slug})
    other = Cell((Named(OTHER, label, (8,)),), value, status, {weakest.slug: value} if value else {})
    shown = [cell for cell in cells if cell.key not in keys]
    return [
        *(cell for cell in shown if cell.key != UNKNOWN),
        other,
        *(cell for cell in shown if cell.key == UNKNOWN),
    ]
