"""Rows of a file that the office has called one with others: they do not come back, and what points to them follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models

from rso.core.loading.columns import Column, ListColumn
from rso.core.loading.reading import Rows
from rso.core.models import Merge


@dataclass(frozen=True)
class MergedRow:
    """A row that stands in a file though its record was merged into another: by whom and when."""

    file: str
    row: int
    ref: str
    into: str
    who: str
    when: datetime

    def __str__(self) -> str:
        return (
            f"{self.file}, row {self.row}, {self.ref}: merged into {self.into} (by {self.who} on {self.when:%Y-%m-%d})"
        )


class Following:
    """Which refs are no more, and which stand for them."""

    def __init__(self) -> None:
        self.merged: list[MergedRow] = []
        self._into: dict[type[models.Model], dict[str, str]] = {}
        self._merges: dict[tuple[type[models.Model], str], Merge] = {}
        for done in Merge.objects.filter(undone_at=None).select_related("by").defer("steps").order_by("pk"):
            for kind, gone, into in done.gone:
                model = apps.get_model(kind)
                self._into.setdefault(model, {})[gone] = into
                self._merges[model, gone] = done
        for model, into in self._into.items():
            # Whoever has given the ref to a new record means that one.
            for ref in model._default_manager.filter(ref__in=list(into)).values_list("ref", flat=True):
                del into[ref]

    def follow(self, read: Mapping[str, Rows]) -> None:
        """Takes merged rows out of what was read, and makes what points to them point to what stands for them."""
        for rows in read.values():
            into = self._into.get(rows.table.model, {})
            for ref in [ref for ref in rows.values if ref in into]:
                del rows.values[ref]
                done = self._merges[rows.table.model, ref]
                name, line = rows.table.file, rows.lines[ref]
                self.merged.append(MergedRow(name, line, ref, _end(into, ref), str(done.by), done.at))
            for column in rows.table.columns:
                if column.refers and self._into.get(column.refers):
                    _redirect(column, rows.values.values(), self._into[column.refers])

    def of(self, file: str) -> list[MergedRow]:
        return [row for row in self.merged if row.file == file]


def _end(into: Mapping[str, str], ref: str) -> str:
    seen: set[str] = set()
    while ref in into and ref not in seen:
        seen.add(ref)
        ref = into[ref]
    return ref


def _redirect(column: Column, rows: Iterable[dict[str, Any]], into: Mapping[str, str]) -> None:
    for values in rows:
        value: Any = values.get(column.name, column.default)
        if not any(ref in into for ref in column.refs(value)):
            continue
        if not isinstance(column, ListColumn):
            values[column.name] = _end(into, value)
        elif column.weight:
            summed: dict[str, int] = {}
            for ref, weight in value:
                summed[_end(into, ref)] = summed.get(_end(into, ref), 0) + weight
            values[column.name] = tuple(sorted(summed.items()))
        else:
            values[column.name] = tuple(sorted({_end(into, ref) for ref in value}))
