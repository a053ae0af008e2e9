"""Tables: which file holds which records, and by which verbs they come in. Each room declares its own in imports.py."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Q

from rso.core.loading.columns import Column, ListColumn
from rso.core.models import Kept
from rso.core.verbs import Verbs

#: Records that rows point to, by kind and ref.
Found = Mapping[type[models.Model], Mapping[str, Any]]


@dataclass(frozen=True)
class Link:
    """Rows of a link table that stand in list columns of their parent, and the verb that sets them."""

    through: type[models.Model]
    parent: str
    verb: Callable[..., Any]


@dataclass(frozen=True)
class Table:
    """One file: its model, its columns in order, the verbs, and the links that stand in its list columns."""

    file: str
    model: type[Kept]
    columns: tuple[Column, ...]
    verbs: Verbs
    links: tuple[Link, ...] = ()
    #: Records of the model that the file holds, where it does not hold all.
    only: Q = field(default_factory=Q)

    @property
    def name(self) -> str:
        return self.file.partition(".")[0]

    @cached_property
    def plain(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if not isinstance(column, ListColumn))

    @cached_property
    def lists(self) -> tuple[ListColumn, ...]:
        return tuple(column for column in self.columns if isinstance(column, ListColumn))

    def column(self, name: str) -> Column:
        """The column of a name in the file or of an attribute of the record."""
        return next(column for column in self.columns if name in (column.name, column.attribute))

    @property
    def needs(self) -> set[type[models.Model]]:
        """The models whose records must stand before these can point to them."""
        return {column.refers for column in self.columns if column.refers} - {self.model}

    def current(self, refs: Sequence[str] | None = None) -> dict[str, dict[str, Any]]:
        """What the database holds, by ref, in the shape of the file."""
        rows: Any = self.model._default_manager.filter(self.only).order_by("ref")
        if refs is not None:
            rows = rows.filter(ref__in=refs)
        paths = [column.path for column in self.plain]
        names = [column.name for column in self.plain]
        found = {}
        told = rows.values_list(*paths)
        # Of a few the answer is at hand at once; of all it is read while it comes, by a cursor that must be opened.
        for values in told if refs is not None else told.iterator(chunk_size=5000):
            row = {
                name: ("" if value is None and column.default == "" else value)
                for name, column, value in zip(names, self.plain, values, strict=True)
            }
            found[row["ref"]] = row
        alike: dict[tuple[Any, str, str], list[ListColumn]] = {}
        for column in self.lists:
            alike.setdefault((column.through, column.to, column.weight), []).append(column)
        for columns in alike.values():
            self._add_links(columns, found, refs)
        return found

    def fill(self, thing: Any, values: Mapping[str, Any], found: Found) -> Any:
        """Gives an unsaved or stored record what its row says, links aside. `found` are the records that the row points to."""
        for column in self.plain:
            value = values[column.name]
            if column.refers:
                value = found[column.refers][value] if value is not None else None
            attribute, dot, key = column.attribute.partition(".")
            if dot:
                kept = {**getattr(thing, attribute), key: value}
                setattr(thing, attribute, {name: text for name, text in kept.items() if text})
            else:
                setattr(thing, attribute, value)
        return thing

    def pointed_to(self, rows: Collection[Mapping[str, Any]]) -> Found:
        """The records to which rows point, as far as there are such."""
        wanted: dict[type[models.Model], set[str]] = {}
        for column in self.columns:
            if column.refers:
                refs = (ref for values in rows if column.name in values for ref in column.refs(values[column.name]))
                wanted.setdefault(column.refers, set()).update(refs)
        return {
            model: model._default_manager.in_bulk(list(refs), field_name="ref") if refs else {}
            for model, refs in wanted.items()
        }

    def wanted(self, link: Link, values: Mapping[str, Any], found: Found) -> list[dict[str, Any]]:
        """The rows of a link table that a record's list columns name, as the link's verb takes them."""
        rows: list[dict[str, Any]] = []
        for column in self.lists:
            if column.through is link.through and column.refers is not None:
                for item in values[column.name]:
                    name, weight = item if column.weight else (item, None)
                    row = {column.to: found[column.refers][name], **column.where}
                    rows.append({**row, column.weight: weight} if column.weight else row)
        return rows

    def _add_links(
        self, columns: Sequence[ListColumn], found: dict[str, dict[str, Any]], refs: Sequence[str] | None
    ) -> None:
        """Reads columns that differ only in which links they hold, together; the links of some records, where these are given."""
        through, to, weight = columns[0].through, columns[0].to, columns[0].weight
        link = next(link for link in self.links if link.through is through)
        told = sorted({name for column in columns for name in column.where})
        of_these = {} if refs is None else {f"{link.parent}__ref__in": refs}
        linked = link.through._default_manager.filter(**{f"{to}__isnull": False}, **of_these)
        wanted: list[dict[str, list[Any]]] = [{ref: [] for ref in found} for _column in columns]
        names = [f"{link.parent}__ref", f"{to}__ref", *told, *([weight] if weight else [])]
        for of, ref, *more in linked.values_list(*names):
            says = dict(zip(told, more, strict=False))
            for column, lists in zip(columns, wanted, strict=True):
                if of in lists and column.holds(says):
                    lists[of].append((ref, more[-1]) if weight else ref)
        for column, lists in zip(columns, wanted, strict=True):
            for of, items in lists.items():
                found[of][column.name] = tuple(sorted(items))

    def schema(self) -> dict[str, Any]:
        """The file as a Frictionless Table Schema, with its references to other files."""
        keys = [
            {"fields": [column.name], "reference": {"resource": tables.of(column.refers).name, "fields": ["ref"]}}
            for column in self.plain
            if column.refers
        ]
        return {
            "fields": [column.schema() for column in self.columns],
            "primaryKey": ["ref"],
            "missingValues": [""],
            **({"foreignKeys": keys} if keys else {}),
        }


class Tables:
    """All tables, found by file or model, and the checks that run when a whole folder is in."""

    def __init__(self) -> None:
        self._tables: dict[str, Table] = {}
        self.checks: list[Callable[[], Sequence[tuple[str, str, str]]]] = []

    def declare(self, table: Table) -> Table:
        return self._tables.setdefault(table.file, table)

    def check(
        self, found: Callable[[], Sequence[tuple[str, str, str]]]
    ) -> Callable[[], Sequence[tuple[str, str, str]]]:
        """Marks a function that looks at the whole folder once it is in: (file, ref, what is wrong)."""
        self.checks.append(found)
        return found

    def of(self, model: type[models.Model]) -> Table:
        return next(table for table in self._tables.values() if table.model is model)

    @property
    def by_file(self) -> Mapping[str, Table]:
        return self._tables

    def in_order(self) -> list[Table]:
        """Each table after those that it points to."""
        done: list[Table] = []
        waiting = list(self._tables.values())
        while waiting:
            ready = [t for t in waiting if not t.needs & {other.model for other in waiting if other is not t}]
            if not ready:
                raise RuntimeError(f"tables point to each other in a circle: {[t.file for t in waiting]}")
            done += ready
            waiting = [table for table in waiting if table not in ready]
        return done


tables = Tables()
