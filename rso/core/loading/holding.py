"""What the office has corrected and a file would overwrite: the cell keeps the office's value, and the load tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from rso.core.loading.files import Fault, shortened
from rso.core.loading.reading import Rows
from rso.core.loading.tables import Table
from rso.core.models import Correction
from rso.core.verbs import kind_of, tell

if TYPE_CHECKING:
    from rso.accounts.models import User

#: A correction as the command line names it: file, ref, column.
Place = tuple[str, str, str]


class Standing(StrEnum):
    """What became of a corrected cell when its file was loaded again."""

    KEPT = "kept"
    SOURCE_CHANGED = "source changed"
    MENDED = "mended"
    TAKEN = "taken"
    ROW_GONE = "row gone"


DROPPED = (Standing.MENDED, Standing.TAKEN)
#: Why a correction was dropped, as the audit trail tells it.
WHY = {Standing.MENDED: "the file says the same now", Standing.TAKEN: "the file's value was taken"}


@dataclass(frozen=True)
class Held:
    """A corrected cell as a load found it: what the file says, what the office says, who said so, when and why."""

    file: str
    row: int
    ref: str
    column: str
    file_value: str
    office_value: str
    who: str
    when: datetime
    why: str
    standing: Standing

    def __str__(self) -> str:
        why = f", {self.why}" if self.why else ""
        file_says = f" file “{shortened(self.file_value)}”," if self.standing is not Standing.ROW_GONE else ""
        place = f"{self.file}, {f'row {self.row}, ' if self.row else ''}{self.ref}, {self.column}"
        corrected = f"(corrected by {self.who} on {self.when:%Y-%m-%d}{why})"
        return f"{place}: {self.standing}:{file_says} office “{shortened(self.office_value)}” {corrected}"


@dataclass
class Holding:
    """Leaves corrected cells of the rows that were read to the office, and drops the corrections that have had their day."""

    by: User
    now: datetime
    take: frozenset[Place] = frozenset()
    held: list[Held] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def hold(self, read: Mapping[str, Rows]) -> None:
        named: set[Place] = set()
        for rows in read.values():
            found = list(_corrections(rows.table))
            if not found:
                continue
            current = rows.table.current(sorted({correction.ref for correction in found}))
            told = [(c, self._cell(rows, c, current[c.ref])) for c in found if c.ref in current]
            named |= {(held.file, held.ref, held.column) for _correction, held in told}
            self.held += [held for _correction, held in told]
            self._drop(rows.table, [(c, held) for c, held in told if held.standing in DROPPED])
        for file, ref, column in sorted(self.take - named):
            line = read[file].lines.get(ref, 0) if file in read else 0
            self.faults.append(Fault(file, line, column, ref, "has no correction to drop"))

    def of(self, file: str) -> list[Held]:
        return [held for held in self.held if held.file == file]

    def _cell(self, rows: Rows, correction: Correction, current: Mapping[str, Any]) -> Held:
        """What becomes of one cell; where the office keeps it, the row says from now on what the office says."""
        table, ref, name = rows.table, correction.ref, correction.column
        column, values = table.column(name), rows.values.get(ref)
        taken = (table.file, ref, name) in self.take
        file_value, standing = "", Standing.ROW_GONE
        if values is not None and name in values:
            file_value = column.write(values[name])
            standing = Standing.KEPT if file_value == correction.file_value else Standing.SOURCE_CHANGED
            if values[name] == current[name]:
                standing = Standing.MENDED
            elif not taken:
                self._see(correction, file_value)
                values[name] = current[name]
        if taken:
            standing = Standing.TAKEN
        office_value = column.write(current[name])
        line, why = rows.lines.get(ref, 0), correction.reason
        who, when = str(correction.by), correction.at
        return Held(table.file, line, ref, name, file_value, office_value, who, when, why, standing)

    def _see(self, correction: Correction, file_value: str) -> None:
        """Remembers what the file says, once."""
        if correction.seen_at is None or correction.seen_value != file_value:
            correction.seen_value, correction.seen_at = file_value, self.now
            correction.save(update_fields=["seen_value", "seen_at"])

    def _drop(self, table: Table, told: list[tuple[Correction, Held]]) -> None:
        Correction.objects.filter(pk__in=[correction.pk for correction, _held in told]).delete()
        things = table.model._default_manager.in_bulk([held.ref for _c, held in told], field_name="ref")
        for _correction, held in told:
            reason = f"{held.column}: {WHY[held.standing]}"
            tell(things[held.ref], verb="correction dropped", by=self.by, now=self.now, reason=reason)


def _corrections(table: Table) -> Iterator[Correction]:
    """Those of the table's records, but not of columns that files no longer have."""
    names = {column.name for column in table.columns}
    kept = Correction.objects.filter(kind=kind_of(table.model)).select_related("by").order_by("ref", "column")
    return (correction for correction in kept if correction.column in names)
