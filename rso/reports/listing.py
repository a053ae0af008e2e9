"""Figures and their records as plain rows: what the command line and the tests ask for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rso.core.figures import Cell, Distinct, Figure, Total, registry
from rso.core.figures.notes import notes_on
from rso.core.figures.reading import OFFICE, PUBLIC, Reader, Reading
from rso.core.periods import Period


def figures_split(period: Period, by: str, reader: Reader = PUBLIC) -> list[str]:
    """The figures that the reader may split by the dimension; all of them where none is named."""
    readings = [Reading(figure, period, reader=reader) for figure in registry]
    return [r.figure.slug for r in readings if not by or by in {dimension.slug for dimension in r.dimensions}]


def figure_rows(names: Sequence[str], period: Period, by: str = "", reader: Reader = PUBLIC) -> list[dict[str, Any]]:
    """One object a figure or named table, with `rows` where it is split. Raises UnknownFigure, Refusal."""
    found = []
    for name in names:
        table = registry.tables.get(name)
        figure = registry.find(table.figure if table else name)
        reading = Reading(figure, period, reader=reader)
        row = figure_row(reading)
        if table:
            row |= {"slug": table.slug, "title": str(table.title), "figure": figure.slug}
            row |= {"by": list(table.dimensions), "rows": _rows(reading, table.dimensions, table.shares)}
        elif by:
            row |= {"by": [by], "rows": _rows(reading, (by,))}
        found.append(row)
    return found


def figure_row(reading: Reading) -> dict[str, Any]:
    figure, unit = reading.figure, reading.figure.unit
    return {
        "slug": figure.slug, "title": str(figure.title), "period": reading.period.key, "value": unit.exact(reading.value),
        "unit": unit.code, "status": reading.status.value,
        "basis": {slug: unit.exact(number) for slug, number in reading.basis.items()},
        "total_stated": unit.exact(reading.total_stated), "definition": figure.definition, "version": figure.version,
        "notes": notes_on(reading),
    }  # fmt: skip


def _rows(reading: Reading, dimensions: Sequence[str], shares: bool = False) -> list[dict[str, Any]]:
    unit = reading.figure.unit
    if len(dimensions) == 2:
        crossing = reading.across(*dimensions)
        return [
            {**dict(zip(dimensions, key, strict=True)), "value": unit.exact(cell.value), "status": cell.status.value}
            for key, cell in crossing.cells.items()
        ]
    breakdown = reading.by(dimensions[0])
    percents = breakdown.percents if shares else {}
    return [_row(cell, dimensions[0], unit, percents.get(cell.key)) for cell in breakdown.rows]


def _row(cell: Cell, dimension: str, unit: Any, percent: int | None) -> dict[str, Any]:
    basis = {slug: unit.exact(number) for slug, number in cell.parts.items()}
    row = {
        "key": cell.key,
        "label": cell.label,
        "value": unit.exact(cell.value),
        "status": cell.status.value,
        "basis": basis,
    }
    return row if percent is None else {**row, "percent": percent}


# -- records -------------------------------------------------------------------------------------------------------------


def record_rows(slug: str, period: Period) -> Iterator[dict[str, Any]]:
    """The very records that a figure or table counts, each with what it counts for: `counts` sums to the figure.

    Things counted once (people, bodies) stand with the refs of the records that show them. A share's records carry the
    column `part`, and the columns of both parts.
    """
    table = registry.tables.get(slug)
    figure = registry.find(table.figure if table else slug)
    reading = Reading(figure, period, reader=OFFICE)
    if figure.slices:
        parts = zip(("part", "whole"), reading.parts, strict=True)
        rows = [{"part": part, **row} for part, other in parts for row in _records(other.figure, other)]
        names = dict.fromkeys(name for row in rows for name in row)
        yield from ({name: row.get(name, "") for name in names} for row in rows)
        return
    yield from _records(figure, reading)


def _records(figure: Figure, reading: Reading) -> Iterator[dict[str, Any]]:
    if isinstance(figure.adds, Distinct):
        yield from _things(figure.adds, reading)
        return
    field = figure.adds.field if isinstance(figure.adds, Total) else ""
    columns = figure.source.columns
    for row in reading.shown.order_by("ref").iterator(chunk_size=2000):
        values = {column.slug: column.data(row) for column in columns}
        counts = getattr(row, field) if field else 1
        yield {"ref": row.ref, "counts": figure.unit.exact(counts), **values}


def _things(adds: Distinct, reading: Reading) -> Iterator[dict[str, Any]]:
    """Each thing that is counted once, with its evidence; then head counts, each for its number."""
    records, name = reading.records, adds.of
    model: Any = records.model
    related = None
    for part in name.split("__"):
        related = model._meta.get_field(part).related_model
        model = related or model
    path = f"{name}__ref" if related is not None else name
    evidence: dict[str, list[str]] = {}
    for thing, ref in records.filter(**{f"{name}__isnull": False}).order_by(path, "ref").values_list(path, "ref"):
        evidence.setdefault(str(thing), []).append(ref)
    for thing, refs in evidence.items():
        yield {"ref": thing, "counts": 1, "records": ";".join(refs)}
    if adds.heads:
        unnamed = records.filter(**{f"{name}__isnull": True}).order_by("ref").values_list("ref", adds.heads)
        for ref, number in unnamed:
            yield {"ref": ref, "counts": number, "records": ref}
