"""What the office corrects is kept apart from what files say, so that loading a file again never undoes it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rso.core.closing import because
from rso.core.loading.export import as_cells
from rso.core.loading.following import Following
from rso.core.loading.holding import WHY, Standing
from rso.core.loading.load import BadFolder, discover, set_cells
from rso.core.loading.reading import Rows
from rso.core.loading.tables import Table, tables
from rso.core.models import Correction
from rso.core.verbs import Problem, Refused, kind_of, tell, turn

if TYPE_CHECKING:
    from rso.accounts.models import User

#: The cells of a record by column, as text of the file.
Cells = Mapping[str, str]


def keep(
    table: Table, ref: str, before: Cells, after: Cells, *, by: User, now: datetime, reason: str = ""
) -> list[Correction]:
    """Keeps what a person of the office has changed of one record. See `keep_all`."""
    return keep_all(table, {ref: (before, after)}, by=by, now=now, reason=reason)


def keep_all(
    table: Table, changes: Mapping[str, tuple[Cells, Cells]], *, by: User, now: datetime, reason: str = ""
) -> list[Correction]:
    """Keeps the cells that differ before and after a change by the office, so that no re-load overwrites them.

    Called within the transaction of the verb that changes the records; that verb tells the audit trail. A cell that is
    brought back to what its file says is no correction any more. Returns the corrections that stand for these cells.
    """
    wanted = {
        (ref, column): (before.get(column, ""), text)
        for ref, (before, after) in changes.items()
        for column, text in after.items()
        if column != "ref" and text != before.get(column, "")
    }
    if not wanted:
        return []
    kind = kind_of(table.model)
    with turn():
        kept = {(c.ref, c.column): c for c in Correction.objects.filter(kind=kind, ref__in=list(changes))}
        fresh: list[Correction] = []
        altered: list[Correction] = []
        ended: list[int] = []
        for (ref, column), (was, is_now) in wanted.items():
            correction = kept.get((ref, column)) or Correction(kind=kind, ref=ref, column=column, file_value=was)
            correction.file_value = correction.file_says
            correction.office_value, correction.by, correction.at, correction.reason = is_now, by, now, reason
            if correction.file_value != is_now:
                (altered if correction.pk else fresh).append(correction)
            elif correction.pk:
                ended.append(correction.pk)
        Correction.objects.filter(pk__in=ended).delete()
        Correction.objects.bulk_update(altered, ["file_value", "office_value", "by", "at", "reason"])
        return altered + Correction.objects.bulk_create(fresh)


@contextmanager
def by_the_office(table: Table, refs: Collection[str], *, by: User, now: datetime, reason: str = "") -> Iterator[None]:
    """What a person of the office does to records within it is kept as corrections, whichever verb does it."""
    wanted = sorted(refs)
    with turn():
        before = table.current(wanted)
        yield
        after = table.current([ref for ref in wanted if ref in before])
        changes = {ref: (as_cells(table, before[ref]), as_cells(table, row)) for ref, row in after.items()}
        keep_all(table, changes, by=by, now=now, reason=reason)


def drop_corrections(corrections: Sequence[Correction], *, by: User, now: datetime, reason: str = "") -> None:
    """Takes what the file says of these cells, as far as it is known. Raises Refused where the records cannot take it."""
    discover()
    with turn(), because(reason):
        for table in tables.in_order():
            found = [c for c in corrections if c.kind == kind_of(table.model)]
            if not found:
                continue
            wanted: dict[str, dict[str, Any]] = {}
            for correction in found:
                value = table.column(correction.column).read(correction.file_says)
                wanted.setdefault(correction.ref, {})[correction.column] = value
            Following().follow({table.file: Rows(table, wanted, dict.fromkeys(wanted, 0))})
            try:
                set_cells(table, wanted, by=by, now=now)
            except BadFolder as error:
                raise Refused([Problem(0, fault.column, str(fault)) for fault in error.faults]) from error
            things = table.model._default_manager.in_bulk(list(wanted), field_name="ref")
            for correction in found:
                why = f"{correction.column}: {reason or WHY[Standing.TAKEN]}"[:400]
                tell(things[correction.ref], verb="correction dropped", by=by, now=now, reason=why)
        Correction.objects.filter(pk__in=[correction.pk for correction in corrections]).delete()
