"""Loads an office's folder: shape of every row, then references, then the rooms' verbs in one transaction. All or nothing."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, models, transaction
from django.utils.module_loading import autodiscover_modules

from rso.core.loading.columns import Wrong
from rso.core.loading.files import (
    Fault,
    RawTable,
    Unreadable,
    folder_files,
    read_csv,
    read_yaml,
)
from rso.core.loading.tables import Table, tables
from rso.core.verbs import Refused

if TYPE_CHECKING:
    from rso.accounts.models import User

OFFICE_FILE = "office.yaml"
Progress = Callable[[str, int, int], None]


class BadFolder(Exception):
    """The folder cannot be loaded; nothing was changed. `faults` are all that is wrong with it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__("\n".join(map(str, self.faults)))


@dataclass
class Counts:
    """What became of one file's rows. `gone` are refs that the database holds and the file does not."""

    file: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    gone: list[str] = field(default_factory=list)


@dataclass
class Rows:
    """A file's rows in the shape of the database, by ref, with their lines."""

    table: Table
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


def discover() -> None:
    """Finds the tables that the rooms declare."""
    autodiscover_modules("imports")


def load(
    folder: Path,
    *,
    by: User,
    now: datetime,
    dry_run: bool = False,
    prune: bool = False,
    progress: Progress = lambda file, done, of: None,
) -> list[Counts]:
    """Brings the database to what the folder says and reports it, file by file. Raises BadFolder; then nothing changed.

    Rows that the file no longer has are kept and named, or removed by their verb with `prune`. A dry run does all of it
    and takes it back.
    """
    discover()
    read, faults = _read(folder)
    faults += _references(read)
    if faults:
        raise BadFolder(faults)
    loading = _Loading(read, by, now, progress)
    with transaction.atomic():
        counts = loading.run(prune)
        faults = loading.faults or _checks(read)
        if faults:
            raise BadFolder(faults)
        if dry_run:
            transaction.set_rollback(True)
    return counts


# -- reading -----------------------------------------------------------------------------------------------------------


def _read(folder: Path) -> tuple[dict[str, Rows], list[Fault]]:
    read: dict[str, Rows] = {}
    faults: list[Fault] = []
    for path in folder_files(folder, list(tables.by_file), OFFICE_FILE):
        if isinstance(path, Fault):
            faults.append(path)
            continue
        table = tables.by_file[path.name]
        columns = [column.name for column in table.columns]
        needed = [column.name for column in table.columns if column.required]
        try:
            raw, wrong = (read_yaml if path.suffix == ".yaml" else read_csv)(path, columns, needed)
        except Unreadable as error:
            faults.append(error.fault)
            continue
        faults += wrong
        read[path.name], wrong = _shape(table, raw)
        faults += wrong
    return read, faults


def _shape(table: Table, raw: RawTable) -> tuple[Rows, list[Fault]]:
    rows, faults = Rows(table), []
    for line, cells in raw.rows:
        values: dict[str, Any] = {}
        for column in table.columns:
            text = cells.get(column.name, "")
            try:
                values[column.name] = column.read(text)
            except Wrong as error:
                faults.append(Fault(table.file, line, column.name, text, str(error)))
        ref = cells.get("ref", "")
        if ref and ref in rows.lines:
            faults.append(
                Fault(
                    table.file,
                    line,
                    "ref",
                    ref,
                    f"stands in row {rows.lines[ref]} already",
                )
            )
        elif ref:
            rows.values[ref], rows.lines[ref] = values, line
    return rows, faults


def _references(read: Mapping[str, Rows]) -> list[Fault]:
    known: dict[type[models.Model], set[str]] = {}
    for table in tables.by_file.values():
        stored = table.model._default_manager.values_list("ref", flat=True)
        known[table.model] = {
            *stored,
            *(read[table.file].values if table.file in read else ()),
        }
    faults = []
    for rows in read.values():
        for ref, values in rows.values.items():
            for column in rows.table.columns:
                if column.refers is None or column.name not in values:
                    continue
                for name in column.refs(values[column.name]):
                    if name not in known[column.refers]:
                        says = _unknown(column.refers, name, known[column.refers])
                        faults.append(
                            Fault(
                                rows.table.file,
                                rows.lines[ref],
                                column.name,
                                name,
                                says,
                            )
                        )
        faults += _circles(rows)
    return faults


def _circles(rows: Rows) -> list[Fault]:
    """Rows of one file that belong to themselves by way of one another."""
    faults = []
    for column in rows.table.plain:
        if column.refers is not rows.table.model:
            continue
        for ref in rows.values:
            seen, at = {ref}, rows.values[ref].get(column.name)
            while at in rows.values and at not in seen:
                seen.add(at)
                at = rows.values[at].get(column.name)
            if at == ref:
                faults.append(
                    Fault(
                        rows.table.file,
                        rows.lines[ref],
                        column.name,
                        ref,
                        "belongs to itself",
                    )
                )
    return faults


def _unknown(model: type[models.Model], name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.6) if len(known) < 5000 else []
    hint = f"; did you mean {' or '.join(close)}?" if close else f"; {tables.of(model).file} has no such ref"
    return f"is no known {model._meta.verbose_name}{hint}"


def _checks(read: Mapping[str, Rows]) -> list[Fault]:
    found = []
    for check in tables.checks:
        for file, ref, says in check():
            line = read[file].lines.get(ref, 0) if file in read else 0
            found.append(Fault(file, line, "", ref, says))
    return found


# -- applying ----------------------------------------------------------------------------------------------------------


class _Loading:
    def __init__(self, read: Mapping[str, Rows], by: User, now: datetime, progress: Progress) -> None:
        self.read, self.by, self.now, self.progress = read, by, now, progress
        self.faults: list[Fault] = []
        #: Refs of rows that a verb refused: what points to them is not tried.
        self.refused: dict[type[models.Model], set[str]] = {}

    def run(self, prune: bool) -> list[Counts]:
        counts = []
        order = [table for table in tables.in_order() if table.file in self.read]
        for at, table in enumerate(order):
            self.progress(table.file, at, len(order))
            counts.append(self._table(self.read[table.file]))
        self.progress("", len(order), len(order))
        if prune and not self.faults:
            for table, found in reversed(list(zip(order, counts, strict=True))):
                self._prune(table, found)
        return counts

    def _table(self, rows: Rows) -> Counts:
        table = rows.table
        current = table.current()
        fresh = {ref: values for ref, values in rows.values.items() if ref not in current}
        altered = {ref: values for ref, values in rows.values.items() if ref in current and values != current[ref]}
        counts = Counts(
            table.file,
            len(fresh),
            len(altered),
            len(rows.values) - len(fresh) - len(altered),
            gone=sorted(set(current) - set(rows.values)),
        )
        for wave in _waves(table, fresh):
            self._apply(rows, wave, self._built(table, wave), table.verbs.add)
        if altered:
            self._apply(rows, altered, self._altered(table, altered), table.verbs.change)
        self._link(rows, {**fresh, **altered}, current)
        return counts

    def _built(self, table: Table, wave: Mapping[str, dict[str, Any]]) -> list[Any]:
        found = self._found(table, wave)
        return [_fill(table, table.model(), values, found) for values in wave.values()]

    def _altered(self, table: Table, altered: Mapping[str, dict[str, Any]]) -> list[Any]:
        stored = table.model._default_manager.in_bulk(list(altered), field_name="ref")
        found = self._found(table, altered)
        return [_fill(table, stored[ref], values, found) for ref, values in altered.items()]

    def _found(self, table: Table, rows: Mapping[str, dict[str, Any]]) -> dict[type[models.Model], dict[str, Any]]:
        """The records that the rows point to, by ref."""
        wanted: dict[type[models.Model], set[str]] = {}
        for column in table.columns:
            if column.refers:
                names = (name for values in rows.values() for name in column.refs(values[column.name]))
                wanted.setdefault(column.refers, set()).update(names)
        return {
            model: model._default_manager.in_bulk(list(names), field_name="ref") if names else {}
            for model, names in wanted.items()
        }

    def _apply(
        self,
        rows: Rows,
        part: Mapping[str, dict[str, Any]],
        things: Sequence[Any],
        verb: Any,
    ) -> None:
        """Runs a verb. What it refuses becomes faults, and the verb runs once more without those, to find all faults."""
        things = [thing for thing in things if not self._points_to_refused(rows.table, part[thing.ref])]
        for _attempt in range(2):
            try:
                with transaction.atomic():
                    verb(things, by=self.by, now=self.now)
                return
            except Refused as error:
                self._refuse(rows, things, error)
                bad = {problem.index for problem in error.problems}
                things = [_again(thing) for at, thing in enumerate(things) if at not in bad]
            except IntegrityError as error:
                self.faults.append(
                    Fault(
                        rows.table.file,
                        says=f"breaks a rule of the database: {error}".strip(),
                    )
                )
                return

    def _refuse(self, rows: Rows, things: Sequence[Any], error: Refused) -> None:
        for problem in error.problems:
            ref = things[problem.index].ref
            value = str(rows.values[ref].get(problem.field, "") or "")
            self.faults.append(
                Fault(
                    rows.table.file,
                    rows.lines[ref],
                    problem.field,
                    value,
                    str(problem.says),
                )
            )
            self.refused.setdefault(rows.table.model, set()).add(ref)

    def _points_to_refused(self, table: Table, values: Mapping[str, Any]) -> bool:
        return any(
            name in self.refused.get(column.refers, ())
            for column in table.columns
            if column.refers
            for name in column.refs(values[column.name])
        )

    def _link(
        self,
        rows: Rows,
        part: Mapping[str, dict[str, Any]],
        current: Mapping[str, dict[str, Any]],
    ) -> None:
        table = rows.table
        refused = self.refused.get(table.model, set())
        part = {
            ref: values
            for ref, values in part.items()
            if ref not in refused
            and any(values[c.name] != current.get(ref, {}).get(c.name, ()) for c in table.lists)
            and not self._points_to_refused(table, values)
        }
        if not part:
            return
        stored = table.model._default_manager.in_bulk(list(part), field_name="ref")
        found = self._found(table, part)
        for link in table.links:
            wanted: dict[Any, list[dict[str, Any]]] = {stored[ref]: [] for ref in part if ref in stored}
            for column in table.lists:
                if column.through is not link.through or column.refers is None:
                    continue
                for ref, thing in stored.items():
                    for item in part[ref][column.name]:
                        name, weight = item if column.weight else (item, None)
                        row = {column.to: found[column.refers][name], **column.where}
                        wanted[thing].append({**row, column.weight: weight} if column.weight else row)
            try:
                with transaction.atomic():
                    link.verb(wanted, by=self.by, now=self.now)
            except Refused as error:
                self._refuse(rows, list(wanted), error)

    def _prune(self, table: Table, counts: Counts) -> None:
        things = list(table.model._default_manager.filter(ref__in=counts.gone))
        if not things:
            return
        try:
            with transaction.atomic():
                table.verbs.remove(things, by=self.by, now=self.now)
        except Refused as error:
            self.faults += [Fault(table.file, says=f"cannot be pruned: {problem.says}") for problem in error.problems]
            return
        counts.removed, counts.gone = len(things), []


def _fill(
    table: Table,
    thing: Any,
    values: Mapping[str, Any],
    found: Mapping[type[models.Model], Mapping[str, Any]],
) -> Any:
    for column in table.plain:
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


def _again(thing: Any) -> Any:
    """An instance as before a verb that was rolled back: a fresh one has no id."""
    if thing._state.adding is False and type(thing)._default_manager.filter(pk=thing.pk).exists():
        return thing
    thing.pk, thing._state.adding = None, True
    return thing


def _waves(table: Table, fresh: Mapping[str, dict[str, Any]]) -> Iterable[dict[str, dict[str, Any]]]:
    """New rows so that each comes after those of the same file that it points to."""
    own = [column for column in table.plain if column.refers is table.model]
    waiting = dict(fresh)
    while waiting:
        wave = {
            ref: values
            for ref, values in waiting.items()
            if not any(values[column.name] in waiting and values[column.name] != ref for column in own)
        }
        yield wave
        waiting = {ref: values for ref, values in waiting.items() if ref not in wave}
