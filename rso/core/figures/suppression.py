"""What the public may not see of small numbers of people, so that no subtraction brings it back.

The rule (see docs/adr): a sensitive dimension is offered alone, never crossed, for whole calendar years that have ended.
Of the sexes, where women or men number one to four, both are suppressed and their sum stays. Agencies below five are
merged into one row until it holds five. Hiding only the smallest cell and a second one was tried and could be undone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from rso.core.figures.breakdowns import Cell, Refusal, Status
from rso.core.figures.counting import TOTAL_STATED
from rso.core.figures.dimensions import UNKNOWN, Named
from rso.core.models import Basis

SMALL = 5
WEAKEST_LAST = [TOTAL_STATED, *(basis.slug for basis in Basis)]
OTHER = "other"


def is_small(cell: Cell) -> bool:
    return cell.key != UNKNOWN and cell.value is not None and 0 < cell.value < SMALL


def hide_pair(cells: Sequence[Cell]) -> list[Cell]:
    """Suppresses every known row when one of them is small; unknown is never the reason and is always printed."""
    if not any(is_small(cell) for cell in cells):
        return list(cells)
    return [
        cell if cell.key == UNKNOWN else replace(cell, value=None, status=Status.SUPPRESSED, parts={}) for cell in cells
    ]


def merge_small(cells: Sequence[Cell], count: Callable[[Sequence[str]], int]) -> list[Cell]:
    """Merges small rows into "other" until it holds five; `count` gives the value of several keys taken together."""
    known = sorted(
        (cell for cell in cells if cell.key != UNKNOWN and cell.value),
        key=lambda cell: cell.value or 0,
    )
    merged = [cell for cell in known if is_small(cell)]
    if not merged:
        return list(cells)
    rest = [cell for cell in known if not is_small(cell)]
    total = count([cell.key for cell in merged])
    while total < SMALL:
        if not rest:
            raise Refusal(_("Fewer than five people could be told apart by agency, so this split is not shown."))
        merged.append(rest.pop(0))
        total = count([cell.key for cell in merged])
    gone = {cell.key for cell in merged}
    basis = max({name for cell in merged for name in cell.parts}, key=WEAKEST_LAST.index, default="")
    other = Cell((Named(OTHER, str(_("Other agencies")), (8,)),), total, parts={basis: total} if basis else {})
    shown = [cell for cell in cells if cell.key not in gone]
    return [
        *(cell for cell in shown if cell.key != UNKNOWN),
        other,
        *(cell for cell in shown if cell.key == UNKNOWN),
    ]
