"""A chart is described once and frozen; screen, print, data and the published spec are drawn from the description.

Four kinds: bars, columns over time, shares of a whole, tile grid by member. The title says the finding, the small line
says what and when, values stand on the marks. No chart needs JavaScript, and none is a picture without its numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from rso.core.figures.breakdowns import Breakdown, Cell, Status
from rso.core.figures.counting import TOTAL_STATED
from rso.core.figures.dimensions import Place
from rso.core.figures.units import Number, Unit
from rso.core.models import Basis
from rso.core.periods import Period


class Kind(StrEnum):
    BARS = "bars"
    COLUMNS = "columns"
    SHARES = "shares"
    TILES = "tiles"


#: How each basis is filled, firmest first; a stated total is drawn as what is stated.
FILLS = {"recorded": "f1", TOTAL_STATED: "f2", "stated": "f2", "estimated": "hatch", "illustrative": "hollow"}


def basis_label(basis: str) -> str:
    """The word that repeats what the fill says."""
    return _("Total stated") if basis == TOTAL_STATED else str(Basis[basis.upper()].label)


@dataclass(frozen=True)
class Part:
    """A piece of a mark that rests on one basis; `share` is its length in per cent of the chart's scale."""

    basis: str
    value: Number
    share: float

    @property
    def fill(self) -> str:
        return FILLS[self.basis]


@dataclass(frozen=True)
class Mark:
    """One row of a chart: label, value as number and as text, what it rests on, where it leads, where it begins."""

    key: str
    label: str
    value: Number | None
    shown: str
    parts: tuple[Part, ...] = ()
    url: str = ""
    group: str = ""
    percent: int | None = None
    start: float = 0.0
    #: A short label where the full one has no room: a month's first letters, a member's code.
    code: str = ""
    column: int = 0
    line: int = 0
    level: int = 0
    #: Whether the label is prose, in English whatever the language of the page.
    prose: bool = False

    @property
    def length(self) -> float:
        return sum(part.share for part in self.parts)

    @property
    def laid(self) -> list[tuple[Part, float]]:
        """Parts with the place, in per cent, at which each begins."""
        found, at = [], self.start
        for part in self.parts:
            found.append((part, at))
            at += part.share
        return found


@dataclass(frozen=True)
class Group:
    key: str
    label: str
    percent: int
    shown: str
    start: float
    length: float


@dataclass(frozen=True)
class Chart:
    """The frozen description of one chart."""

    kind: Kind
    slug: str
    finding: str
    sub: str
    unit: Unit
    heads: tuple[str, str]
    marks: tuple[Mark, ...]
    total: str = ""
    groups: tuple[Group, ...] = ()
    note: str = ""
    key_of_levels: tuple[str, ...] = ()

    @property
    def bases(self) -> list[str]:
        """The bases that the chart uses, firmest first: its key."""
        found = {part.basis for mark in self.marks for part in mark.parts}
        return [basis for basis in FILLS if basis in found]

    @property
    def alt(self) -> str:
        """Every value in words, for those who do not see the chart."""
        values = ", ".join(f"{mark.label} {mark.shown}" for mark in self.marks)
        return f"{self.sub}. {values}."

    def as_json(self) -> dict[str, Any]:
        """The description as pages and print read it; `others` are marks that have no tile."""
        others = [mark for mark in self.marks if self.kind is Kind.TILES and not mark.column]
        return {
            "kind": str(self.kind), "slug": self.slug, "finding": self.finding, "sub": self.sub, "heads": list(self.heads),
            "total": self.total, "alt": self.alt, "note": self.note, "levels": list(self.key_of_levels),
            "key": [{"basis": b, "fill": FILLS[b], "label": basis_label(b)} for b in self.bases],
            "groups": [vars(group) for group in self.groups],
            "rows": [self._row(mark) for mark in self.marks if mark not in others],
            "others": [self._row(mark) for mark in others],
        }  # fmt: skip

    def _row(self, mark: Mark) -> dict[str, Any]:
        return {
            "key": mark.key, "label": mark.label, "code": mark.code or mark.label, "value": self.unit.exact(mark.value),
            "shown": mark.shown, "url": mark.url,
            "group": mark.group, "percent": mark.percent, "start": mark.start, "column": mark.column,
            "line": mark.line, "level": mark.level, "prose": mark.prose,
            "parts": [
                {"basis": part.basis, "fill": part.fill, "value": self.unit.exact(part.value), "share": part.share, "at": at}
                for part, at in mark.laid
            ],
        }  # fmt: skip

    def as_vega_lite(self) -> dict[str, Any]:
        """The same chart as a Vega-Lite spec, for those who want to redraw it. We never draw from it ourselves."""
        values = [
            {
                "key": m.key,
                "label": m.label,
                "value": self.unit.exact(m.value),
                "basis": "+".join(p.basis for p in m.parts),
            }
            for m in self.marks
        ]
        label = {"field": "label", "type": "nominal", "sort": None, "title": self.heads[0]}
        number = {"field": "value", "type": "quantitative", "title": self.heads[1]}
        is_column = self.kind is Kind.COLUMNS
        return {
            "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
            "title": {"text": self.finding, "subtitle": self.sub},
            "description": self.alt,
            "data": {"values": values},
            "mark": {"type": "bar", "tooltip": True},
            "encoding": {"x": label if is_column else number, "y": number if is_column else label},
        }


# -- making charts -------------------------------------------------------------------------------------------------------


def _parts(cell: Cell, scale: Number) -> tuple[Part, ...]:
    """What a mark is drawn of, in hundredths of the scale. Less than nothing, as money that came back, has no length."""
    if not cell.value or scale <= 0:
        return ()
    order = [basis for basis in FILLS if cell.parts.get(basis)] or ["recorded"]
    return tuple(
        Part(basis, value, round(max(float(value), 0) * 100 / float(scale), 4))
        for basis in order
        if (value := cell.parts.get(basis, cell.value))
    )


def _shown(cell: Cell, unit: Unit) -> str:
    return unit.bare(cell.value) if cell.value is not None else str(cell.status.label)


def _marks(cells: Iterable[Cell], unit: Unit, scale: Number) -> list[Mark]:
    return [Mark(c.key, c.short, c.value, _shown(c, unit), _parts(c, scale), c.url, prose=c.prose) for c in cells]


def _scale(cells: Iterable[Cell]) -> Number:
    return max((cell.value for cell in cells if cell.value), default=0)


def bars(breakdown: Breakdown, *, slug: str, finding: str, sub: str, unit: Unit, noun: str) -> Chart:
    """Horizontal bars in a table, so that the chart is its own table."""
    marks = _marks(breakdown.rows, unit, _scale(breakdown.rows))
    total = unit.bare(breakdown.value) if breakdown.sums else ""
    note = overlap_note(breakdown, unit)
    return Chart(Kind.BARS, slug, finding, sub, unit, (breakdown.title, noun), tuple(marks), total, note=note)


def columns(breakdown: Breakdown, *, slug: str, finding: str, sub: str, unit: Unit, noun: str) -> Chart:
    """Columns over time: value on the mark, zero printed."""
    marks = [
        replace(
            mark, code=formats.date_format(Period.parse(mark.key).starts, "M") if mark.key[4:5] == "-" else mark.label
        )
        for mark in _marks(breakdown.rows, unit, _scale(breakdown.rows))
    ]
    total = unit.bare(breakdown.value) if breakdown.sums else ""
    note = overlap_note(breakdown, unit)
    return Chart(Kind.COLUMNS, slug, finding, sub, unit, (breakdown.title, noun), tuple(marks), total, note=note)


def shares(
    breakdown: Breakdown, groups: Sequence[tuple[str, str]], group_of: Mapping[str, str], *, slug: str, finding: str, sub: str, unit: Unit, noun: str
) -> Chart:  # fmt: skip
    """Shares of a whole: each bar begins where the last one ended; groups are sums of their rows."""
    percents = breakdown.percents
    order = [key for key, _label in groups]
    cells = sorted(
        breakdown.rows, key=lambda cell: order.index(group_of[cell.key]) if cell.key in group_of else len(order)
    )
    marks, made, at = [], [], 0.0
    for key, label in [*groups, ("", "")]:
        inside = [cell for cell in cells if group_of.get(cell.key, "") == key]
        first = at
        for cell in inside:
            percent = percents.get(cell.key, 0)
            parts = tuple(replace(part, share=part.share) for part in _parts(cell, cell.value or 1))
            parts = tuple(replace(part, share=round(part.share * percent / 100, 4)) for part in parts)
            marks.append(Mark(cell.key, cell.short, cell.value, _shown(cell, unit), parts, cell.url, key, percent, at))
            at += percent
        if inside and key:
            whole = sum((cell.value or 0 for cell in inside), start=0)
            made.append(Group(key, label, int(at - first), unit.bare(whole), first, max(at - first, 0)))
    return Chart(
        Kind.SHARES,
        slug,
        finding,
        sub,
        unit,
        (breakdown.title, noun),
        tuple(marks),
        unit.bare(breakdown.value),
        tuple(made),
    )


def tiles(
    breakdown: Breakdown, places: Mapping[str, Place], *, slug: str, finding: str, sub: str, unit: Unit, noun: str
) -> Chart:  # fmt: skip
    """Equal tiles, one a member, no borders; `places` gives each its place by key. Zero is printed.

    What has no place, such as an observer or what is not known, is a mark without a column: it stands in a line below.
    """
    cells = {cell.key: cell for cell in breakdown.rows}
    steps = (0, 1, 5, 10, 20, 50) if _scale(breakdown.rows) > 10 else (0, 1, 2, 3, 4, 5)
    marks = []
    for key, place in places.items():
        cell = cells.get(key)
        value = cell.value if cell else 0
        level = sum(1 for step in steps[1:] if value and value >= step)
        shown = _shown(cell, unit) if cell else "0"
        marks.append(
            Mark(
                key,
                place.label,
                value,
                shown,
                url=place.url,
                code=place.code,
                column=place.column,
                line=place.line,
                level=level,
            )
        )
    bounds = [str(low) if low == high - 1 else f"{low}–{high - 1}" for low, high in pairwise(steps)] + [
        _("%(number)s or more") % {"number": steps[-1]}
    ]
    marks += _marks((cell for cell in breakdown.rows if cell.key not in places and cell.value != 0), unit, 0)
    return Chart(
        Kind.TILES, slug, finding, sub, unit, (breakdown.title, noun), tuple(marks), key_of_levels=tuple(bounds)
    )


def overlap_note(breakdown: Breakdown, unit: Unit) -> str:
    """Why rows exceed the whole, where they do."""
    if not breakdown.overlaps or breakdown.overlap <= 0:
        return ""
    return _("Rows overlap: %(number)s counted in more than one.") % {"number": unit.show(breakdown.overlap)}


def suppression_note(breakdown: Breakdown) -> str:
    if breakdown.held:
        return _(
            "As it was last published: since then so few people have come or gone that it would tell who they are."
        )
    if any(cell.status is Status.SUPPRESSED for cell in breakdown.rows):
        return _("Numbers so small that they could point to someone are suppressed; their sum is in the total.")
    return ""
