"""What a reader must know about a figure, or about one value of a dimension: it appears wherever that cell is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from rso.core.figures.breakdowns import Breakdown, Crossing
from rso.core.models import Note
from rso.core.periods import show_day

if TYPE_CHECKING:
    from rso.core.figures.reading import Reading

#: Labels by key of the values that are shown of a dimension.
Shown = Mapping[str, str]


def notes_on(reading: Reading, shown: Mapping[str, Shown] | None = None) -> list[str]:
    """Notes on the figure itself, or those on values of its dimensions that are shown: each begins with its value's label."""
    if shown is None:
        return [*_on_its_cover(reading), *(note.label for note in _notes(reading) if not note.dimension)]
    found = []
    for note in _notes(reading):
        labels = shown.get(note.dimension, {})
        if note.dimension in shown and not note.value:
            found.append(note.label)
        elif note.value in labels:
            found.append(f"{labels[note.value]}: {note.label}" if labels[note.value] else note.label)
    return found


def notes_on_split(reading: Reading, split: Breakdown | Crossing) -> list[str]:
    """Notes on the values that a breakdown or a crossing shows."""
    if isinstance(split, Breakdown):
        return notes_on(reading, {split.dimension: {cell.key: cell.label for cell in split.rows}})
    axes = zip(split.dimensions, (split.rows, split.columns), strict=True)
    return notes_on(reading, {slug: {named.key: named.label for named in axis} for slug, axis in axes})


def notes_on_cell(reading: Reading, dimension: str, key: str) -> list[str]:
    """Notes on one value of a dimension, where it stands alone: without its label."""
    return notes_on(reading, {dimension: {key: ""}})


def _notes(reading: Reading) -> list[Note]:
    if "notes" not in reading.memo:
        named = ["", *reading.period.names]
        reading.memo["notes"] = list(Note.objects.filter(figure=reading.figure.slug, period__in=named).order_by("ref"))
    notes: list[Note] = reading.memo["notes"]
    return notes


def _on_its_cover(reading: Reading) -> list[str]:
    """That the office's records begin within the period."""
    if reading.span is None or reading.span.starts == reading.period.starts or reading.figure.source.stock:
        return []
    return [
        _("The records begin on %(day)s: what came before is not in the number.")
        % {"day": show_day(reading.span.starts)}
    ]
