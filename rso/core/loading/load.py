"""Loads an office's folder: shape of every row, then references, then the rooms' verbs in one transaction. All or nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import DataError, IntegrityError, models, transaction
from django.utils.module_loading import autodiscover_modules

from rso.core.closing import WHY
from rso.core.loading.files import Fault
from rso.core.loading.following import Following, MergedRow
from rso.core.loading.holding import Held, Holding, Place, Standing
from rso.core.loading.reading import Rows, read_folder
from rso.core.loading.relations import relation_faults
from rso.core.loading.tables import Found, Table, tables
from rso.core.models import AuditEvent
from rso.core.models.rules import broken
from rso.core.verbs import BATCH, Refused, kind_of, turn

if TYPE_CHECKING:
    from rso.accounts.models import User

logger = logging.getLogger(__name__)
Progress = Callable[[str, int, int], None]
#: Rows of a file by ref.
Part = Mapping[str, dict[str, Any]]


class BadFolder(Exception):
    """The folder cannot be loaded; nothing was changed. `faults` are all that is wrong with it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__("\n".join(map(str, self.faults)))


@dataclass
class Counts:
    """What became of one file's rows. `gone` are refs that a file once brought and that it no longer has.

    `corrections` are the cells of the file that the office has corrected, with what became of each; `merged` its rows
    whose records the office has called one with others.
    """

    file: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    gone: list[str] = field(default_factory=list)
    corrections: list[Held] = field(default_factory=list)
    merged: list[MergedRow] = field(default_factory=list)


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
    take: Collection[Place] = (),
    progress: Progress = lambda file, done, of: None,
) -> list[Counts]:
    """Brings the database to what the folder says and reports it, file by file. Raises BadFolder; then nothing changed.

    Where some rows are faulty the others are tried all the same, so that their faults are told with the rest.
    Rows that the file no longer has are kept and named, or removed by their verb with `prune`; what the office has added by
    its pages or on the command line was never in a file, and is neither. A cell that the office has
    corrected keeps the office's value, unless `take` names it as (file, ref, column), and a record that it has merged into
    another does not come back. A dry run does all of it and takes it back.
    """
    discover()
    read, faults = read_folder(folder)
    with turn():
        following, holding = Following(), Holding(by, now, frozenset(take))
        following.follow(read)
        holding.hold(read)
        faults += holding.faults + relation_faults(read)
        loading = _Loading(read, by, now, progress, holding, following)
        loading.leave_out_faulty(faults)
        counts = loading.run(prune and not faults)
        faults += loading.faults
        faults = faults or _checks(read)
        if faults:
            raise BadFolder(faults)
        if dry_run:
            transaction.set_rollback(True)
    return counts


def _checks(read: Mapping[str, Rows]) -> list[Fault]:
    found = []
    for check in tables.checks:
        for file, ref, says in check():
            line = read[file].lines.get(ref, 0) if file in read else 0
            found.append(Fault(file, line, "", ref, says))
    return found


# -- applying ----------------------------------------------------------------------------------------------------------


class _Loading:
    def __init__(
        self,
        read: Mapping[str, Rows],
        by: User,
        now: datetime,
        progress: Progress,
        holding: Holding | None = None,
        following: Following | None = None,
    ) -> None:
        self.read, self.by, self.now, self.progress = read, by, now, progress
        self.holding, self.following = holding, following
        self.faults: list[Fault] = []
        #: Refs of rows that were refused, and of those that point to them: none of these is tried.
        self.refused: dict[type[models.Model], set[str]] = {}

    def leave_out_faulty(self, faults: Iterable[Fault]) -> None:
        """Rows that cannot be tried: those with faults and those that could not be read."""
        lines: dict[str, set[int]] = {}
        for fault in faults:
            lines.setdefault(fault.file, set()).add(fault.row)
        for file, rows in self.read.items():
            self._leave_out(rows.table, rows.take_out(lines.get(file, ())))

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
        gone = self._brought(table, set(current) - set(rows.values))
        held = self.holding.of(table.file) if self.holding else []
        counts = Counts(
            table.file,
            len(fresh),
            len(altered),
            len(rows.values) - len(fresh) - len(altered),
            gone=sorted(gone),
            corrections=[each for each in held if each.ref in gone or each.standing is not Standing.ROW_GONE],
            merged=self.following.of(table.file) if self.following else [],
        )
        for wave in _waves(table, fresh):
            self._apply(rows, wave, self._built, table.verbs.add)
        if altered:
            self._apply(rows, altered, self._altered, table.verbs.change)
        self._link(rows, {**fresh, **altered}, current)
        return counts

    def _brought(self, table: Table, refs: Collection[str]) -> set[str]:
        """Those of the records that were added by a load: by the same actor, for no reason. An undone merge adds nothing new."""
        added: dict[str, bool] = {}
        wanted = sorted(refs)
        events = AuditEvent.objects.filter(kind=kind_of(table.model), before={}).exclude(after={})
        for at in range(0, len(wanted), BATCH):
            found = events.filter(ref__in=wanted[at : at + BATCH]).exclude(verb="brought back").order_by("pk")
            added.update(
                (ref, by == self.by.pk and not why) for ref, by, why in found.values_list("ref", "actor", "reason")
            )
        return {ref for ref, by_a_load in added.items() if by_a_load}

    def _built(self, table: Table, wave: Part, found: Found) -> list[Any]:
        return [table.fill(table.model(), values, found) for values in wave.values()]

    def _altered(self, table: Table, altered: Part, found: Found) -> list[Any]:
        stored = table.model._default_manager.in_bulk(list(altered), field_name="ref")
        return [table.fill(stored[ref], values, found) for ref, values in altered.items()]

    def _apply(self, rows: Rows, part: Part, make: Callable[[Table, Part, Found], list[Any]], verb: Any) -> None:
        """Runs a verb. What it refuses becomes faults, and the verb runs once more without those, to find all faults."""
        found = rows.table.pointed_to(part.values())
        standing = {ref: values for ref, values in part.items() if self._stands(rows.table, values, found)}
        self._leave_out(rows.table, set(part) - set(standing))
        things = make(rows.table, standing, found)
        stored = {thing.pk for thing in things}
        for _attempt in range(2):
            try:
                with transaction.atomic():
                    verb(things, by=self.by, now=self.now)
                return
            except Refused as error:
                self._refuse(rows, things, error)
                bad = {problem.index for problem in error.problems}
                self._leave_out(rows.table, {things[at].ref for at in bad})
                things = [_again(thing, stored) for at, thing in enumerate(things) if at not in bad]
            except (IntegrityError, DataError):
                logger.info("The database refused rows of %s", rows.table.file, exc_info=True)
                self.faults += _broken_rules(rows, [_again(thing, stored) for thing in things])
                break
        self._leave_out(rows.table, {thing.ref for thing in things})

    def _leave_out(self, table: Table, refs: set[str]) -> None:
        self.refused.setdefault(table.model, set()).update(refs)

    def _refuse(self, rows: Rows, things: Sequence[Any], error: Refused) -> None:
        for problem in error.problems:
            ref, says = things[problem.index].ref, str(problem.says)
            if problem.field == WHY:
                self.faults.append(Fault(rows.table.file, rows.lines[ref], "", ref, says))
                continue
            column = rows.table.column(problem.field)
            value = column.write(rows.values[ref][column.name])
            value = "" if says.startswith(f"“{value}”") else value
            self.faults.append(Fault(rows.table.file, rows.lines[ref], column.name, value, says))

    def _stands(self, table: Table, values: Mapping[str, Any], found: Found) -> bool:
        """Whether all that a row points to is there and was not refused."""
        return all(
            name in found[column.refers] and name not in self.refused.get(column.refers, ())
            for column in table.columns
            if column.refers
            for name in column.refs(values[column.name])
        )

    def _link(self, rows: Rows, part: Part, current: Part) -> None:
        table = rows.table
        part = {
            ref: values
            for ref, values in part.items()
            if ref not in self.refused.get(table.model, ())
            and any(values[c.name] != current.get(ref, {}).get(c.name, ()) for c in table.lists)
        }
        found = table.pointed_to(part.values())
        part = {ref: values for ref, values in part.items() if self._stands(table, values, found)}
        if not part:
            return
        stored = table.model._default_manager.in_bulk(list(part), field_name="ref")
        for link in table.links:
            wanted = {thing: table.wanted(link, part[ref], found) for ref, thing in stored.items()}
            try:
                with transaction.atomic():
                    link.verb(wanted, by=self.by, now=self.now)
            except Refused as error:
                self._refuse(rows, list(wanted), error)

    def _prune(self, table: Table, counts: Counts) -> None:
        spared = {held.ref for held in counts.corrections if held.standing is Standing.ROW_GONE}
        spared |= {row.into for row in counts.merged}
        pruned = [ref for ref in counts.gone if ref not in spared]
        things = list(table.model._default_manager.filter(ref__in=pruned))
        if not things:
            return
        try:
            with transaction.atomic():
                table.verbs.remove(things, by=self.by, now=self.now)
        except Refused as error:
            gone = ", ".join(pruned)
            self.faults += [Fault(table.file, 0, "", gone, f"cannot be pruned: {p.says}") for p in error.problems]
            return
        counts.removed, counts.gone = len(things), sorted(spared & set(counts.gone))

    def set_cells(self, rows: Rows, current: Part) -> None:
        self._apply(rows, rows.values, self._altered, rows.table.verbs.change)
        self._link(rows, rows.values, current)
        if self.refused.get(rows.table.model) and not self.faults:
            self.faults.append(Fault(rows.table.file, says="would point to a record that is no longer there"))


def set_cells(table: Table, wanted: Mapping[str, Mapping[str, Any]], *, by: User, now: datetime) -> None:
    """Sets cells of records, by ref and column, as a file that holds them would. Raises BadFolder; then nothing changed."""
    with turn():
        current = table.current(sorted(wanted))
        rows = Rows(table, {ref: {**current[ref], **cells} for ref, cells in wanted.items()}, dict.fromkeys(wanted, 0))
        loading = _Loading({table.file: rows}, by, now, lambda file, done, of: None)
        loading.set_cells(rows, current)
        if loading.faults:
            raise BadFolder(loading.faults)


def _again(thing: Any, stored: set[Any]) -> Any:
    """An instance as before a verb that was rolled back: a fresh one has no id."""
    if thing.pk not in stored:
        thing.pk, thing._state.adding = None, True
    return thing


def _broken_rules(rows: Rows, things: Sequence[Any]) -> list[Fault]:
    """Which rules of the database the rows break, in words."""
    file, faults = rows.table.file, []
    for thing in things:
        for rule in broken(thing):
            says = f"breaks the rule “{rule.name.replace('_', ' ')}”"
            if isinstance(rule, models.UniqueConstraint):
                says += "; another row still has these values: change that one, load, then change this one"
            faults.append(Fault(file, rows.lines[thing.ref], "", thing.ref, says))
    return faults or [Fault(file, says="holds rows that the database refuses; load them one by one to find which")]


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
