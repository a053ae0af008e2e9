"""What rows say of one another: refs that must be there, parents that lead nowhere in a circle, values that stand once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import models

from rso.core.loading.columns import Column
from rso.core.loading.files import Fault
from rso.core.loading.near import near
from rso.core.loading.reading import Rows
from rso.core.loading.tables import tables

Model = type[models.Model]
#: A value that could not be read.
MISSING = object()


def relation_faults(read: Mapping[str, Rows]) -> list[Fault]:
    """Every fault between rows, of the folder and of the database."""
    faults = _unknown_refs(read)
    for rows in read.values():
        faults += _circles(rows) + _kept_refs(rows)
        for fields, empty_differs in unique_sets(rows.table.model):
            faults += _repeats(rows, fields, empty_differs)
    return faults


# -- refs --------------------------------------------------------------------------------------------------------------


class _Known:
    """The refs that there are, and suggestions for those that there are not."""

    #: Names compared in search of suggestions, for a whole folder: ten thousand unknown refs are named, not all explained.
    effort = 300_000

    def __init__(self, read: Mapping[str, Rows]) -> None:
        self.refs: dict[Model, set[str]] = {}
        self.open: set[Model] = set()
        self.told: dict[tuple[Model, str], str] = {}
        for table in tables.by_file.values():
            rows = read.get(table.file)
            stored = table.model._default_manager.values_list("ref", flat=True)
            self.refs[table.model] = {*stored, *(rows.values if rows else ()), *(rows.lost if rows else ())}
            if rows and not rows.is_whole:
                self.open.add(table.model)

    def holds(self, model: Model, name: str) -> bool:
        """Whether the ref is there, or may be in a file that could not be read to its end."""
        return name in self.refs[model] or model in self.open

    def says(self, model: Model, name: str) -> str:
        """That there is no such ref, and which may have been meant."""
        if (model, name) not in self.told:
            known = self.refs[model]
            self.effort -= len(known)
            close = near(name, known, most=3) if self.effort > 0 else []
            hint = f"did you mean {' or '.join(close)}?" if close else f"{tables.of(model).file} has no such ref"
            self.told[model, name] = f"is no known {model._meta.verbose_name}; {hint}"
        return self.told[model, name]


def _unknown_refs(read: Mapping[str, Rows]) -> list[Fault]:
    known, faults = _Known(read), []
    for rows in read.values():
        for column in rows.table.columns:
            if column.refers is None:
                continue
            for ref, values in rows.values.items():
                for name in column.refs(values[column.name]) if column.name in values else ():
                    if not known.holds(column.refers, name):
                        says = known.says(column.refers, name)
                        faults.append(Fault(rows.table.file, rows.lines[ref], column.name, name, says))
    return faults


def _kept_refs(rows: Rows) -> list[Fault]:
    """Refs of records that the database holds and this file does not, such as the platform's own account."""
    table = rows.table
    if not table.only:
        return []
    kept = table.model._default_manager.exclude(table.only).filter(ref__in=list(rows.values))
    return [
        Fault(table.file, rows.lines[ref], "ref", ref, "belongs to the platform itself; take another")
        for ref in kept.values_list("ref", flat=True)
    ]


def _circles(rows: Rows) -> list[Fault]:
    """Rows that belong to themselves, at once or by way of others."""
    faults = []
    for column in rows.table.plain:
        if column.refers is not rows.table.model:
            continue
        leads: dict[str, Any] = dict(rows.table.model._default_manager.values_list("ref", column.path))
        leads.update((ref, values.get(column.name)) for ref, values in rows.values.items())
        for ref in rows.values:
            seen, at = {ref}, leads[ref]
            while at in leads and at not in seen:
                seen.add(at)
                at = leads[at]
            if at == ref:
                says = "is the row itself" if leads[ref] == ref else "leads in a circle back to the row itself"
                faults.append(Fault(rows.table.file, rows.lines[ref], column.name, leads[ref], says))
    return faults


# -- values that stand once --------------------------------------------------------------------------------------------


def unique_sets(model: Model) -> Iterator[tuple[Sequence[str], bool]]:
    """Fields that no two records share, besides the ref, and whether records that leave one of them empty differ."""
    for field in model._meta.concrete_fields:
        if field.unique and not field.primary_key and field.name != "ref":
            yield (field.name,), True
    unique = [c for c in model._meta.constraints if isinstance(c, models.UniqueConstraint) and c.fields]
    partial = [set(c.fields) for c in unique if c.condition is not None]
    for constraint in unique:
        if constraint.condition is None:
            # A second constraint may hold for the records that leave one of the fields empty.
            yield constraint.fields, not any(fields < set(constraint.fields) for fields in partial)


def _repeats(rows: Rows, fields: Sequence[str], empty_differs: bool) -> list[Fault]:
    table = rows.table
    by_attribute = {column.attribute: column for column in table.plain}
    if not rows.values or not all(name in by_attribute for name in fields):
        return []
    columns = [by_attribute[name] for name in fields]
    stored = table.model._default_manager.values_list("ref", *(column.path for column in columns))
    seen = {tuple(key): f"in the database already, as {ref}" for ref, *key in stored if ref not in rows.values}
    faults = []
    for ref, values in rows.values.items():
        key = tuple(values.get(column.name, MISSING) for column in columns)
        if MISSING in key or (empty_differs and None in key):
            continue
        if key in seen:
            faults.append(_repeat(rows, ref, columns, seen[key]))
        seen.setdefault(key, f"in row {rows.lines[ref]} already")
    return faults


def _repeat(rows: Rows, ref: str, columns: Sequence[Column], where: str) -> Fault:
    names = ", ".join(column.name for column in columns)
    value = ", ".join(column.write(rows.values[ref][column.name]) or "none" for column in columns)
    says = f"stands {where}" if len(columns) == 1 else f"stand together {where}"
    return Fault(rows.table.file, rows.lines[ref], names, value, says)
