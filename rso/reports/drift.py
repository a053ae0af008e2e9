"""What moved since an edition was published: each figure and cell, the records that are why, who changed them, and for what reason."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models.enums import ChoicesType
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from rso.core import history
from rso.core.figures import Refusal, Status, Total, UnknownFigure, registry
from rso.core.figures.cache import last_change, models_behind
from rso.core.figures.gathering import uncollected
from rso.core.figures.holdings import Holdings
from rso.core.figures.moving import Moves
from rso.core.figures.notes import notes_on, notes_on_cell
from rso.core.figures.reading import PUBLIC, Reading
from rso.core.figures.suppression import OTHER
from rso.core.figures.touching import touched
from rso.core.models import AuditEvent, Basis
from rso.core.periods import Period
from rso.core.snapshot import snapshot
from rso.core.verbs import Problem, kind_of, refuse, tell, turn
from rso.reports.freezing import definition_hash, hold, key_of
from rso.reports.models import Edition, Explained, Frozen, Why
from rso.reports.policies import EXPLAIN
from rso.reports.publishing import records_of
from rso.reports.traces import last_done

if TYPE_CHECKING:
    from rso.accounts.models import User

#: What people do to records when they were wrong.
MENDING = ("struck", "merged", "led over", "withdrawn")


@dataclass(frozen=True)
class Touched:
    """A record that moved a figure, and the last thing that was done to it since."""

    ref: str
    kind: str
    event: AuditEvent | None


@dataclass(frozen=True)
class Movement:
    """One number of an edition that is another now. `now` is None where the figure is gone or may not be told."""

    frozen: Frozen
    filter: str
    published: int | float | None
    now: int | float | None
    shown_now: str
    label: str = ""
    records: Sequence[str] = ()
    touched: Sequence[Touched] = ()
    new_notes: bool = False
    proposed: Why = Why.BETTER_DATA
    explained: Explained | None = field(default=None, compare=False)
    #: Its status when it was published and now, where that is another.
    statuses: tuple[Status, Status] | None = None

    @property
    def key(self) -> str:
        return f"{self.frozen.figure}|{self.frozen.period}|{self.filter}"

    @property
    def title(self) -> str:
        """The figure's, in the reader's language; of one that is gone as it was published."""
        figure = registry.figures.get(self.frozen.figure)
        return str(figure.title) if figure else self.frozen.title

    @property
    def printed(self) -> str:
        return printed_as(self.frozen)

    @property
    def is_cell(self) -> bool:
        return bool(self.frozen.by)

    @property
    def why(self) -> Why:
        return Why(self.explained.why) if self.explained else self.proposed

    @property
    def by_how_much(self) -> int | float | None:
        return None if self.published is None or self.now is None else round(self.now - self.published, 4)

    def as_row(self) -> dict[str, Any]:
        where = {"period": self.frozen.period, "filter": self.filter}
        return {
            "figure": self.frozen.figure, "published": self.published, "now": self.now, "records": list(self.records), **where,
            "cell": self.label, "reason": self.why.value, "confirmed": self.explained is not None,
        }  # fmt: skip


def drift(edition: Edition, before: Holdings | None = None, *, throughout: bool = False) -> list[Movement]:
    """Every figure and cell of the edition that moved, as its readers would see it now. `before` are its records, if at hand.

    The audit trail tells which records can have moved it. `throughout` trusts it in nothing and compares all of them.
    """
    with snapshot(), uncollected():
        rows = list(edition.frozen.order_by("pk"))
        found = list(_Drift(edition, rows, before, throughout).all())
    explained = {e.key: e for e in edition.explained.select_related("by")}
    return [_with_reason(movement, explained.get(movement.key)) for movement in found]


def printed_as(row: Frozen) -> str:
    """What was printed, in the reader's language as what it is now is; of what is counted in another unit now, as it was printed."""
    figure = registry.figures.get(row.figure)
    is_same = figure is not None and figure.unit.code == row.unit and row.value is not None
    return figure.unit.say(row.value) if figure and is_same else row.shown


def _with_reason(movement: Movement, explained: Explained | None) -> Movement:
    if explained and explained.now == movement.now:
        return Movement(**{**vars(movement), "explained": explained})
    return movement


def explain(movement: Movement, why: Why, *, by: User, now: datetime) -> Explained:
    """An officer says why a figure moved; it holds until the figure moves again. Raises Refused."""
    if not EXPLAIN.allows(by):
        refuse([Problem(0, "by", str(EXPLAIN.says))])
    edition = Edition.objects.get(pk=movement.frozen.edition_id)
    with turn():
        made, _new = Explained.objects.update_or_create(
            edition=edition, key=movement.key, defaults={"now": movement.now, "why": why, "by": by, "at": now}
        )
        tell(edition, verb="explained", by=by, now=now, reason=f"{movement.key}: {why.label}"[:400])
    return made


class _Drift:
    """Compares what was frozen with what is read now. The records as they were are opened only where some were touched."""

    def __init__(
        self, edition: Edition, rows: Sequence[Frozen], before: Holdings | None, throughout: bool = False
    ) -> None:
        self.edition, self.rows, self.throughout = edition, rows, throughout
        self._before = before
        self.is_estimated: dict[str, bool] = {}
        self.readings: dict[tuple[str, str], Reading] = {}
        self.changed: dict[frozenset[str], bool] = {}

    @cached_property
    def doubtful(self) -> list[Frozen]:
        """What another definition counts now, or whose records were touched since."""
        known = (row for row in self.rows if row.figure in registry.figures)
        return [
            row
            for row in known
            if self.throughout
            or row.definition != definition_hash(registry.find(row.figure))
            or self._may_have_moved(row)
        ]

    @cached_property
    def moves(self) -> Moves:
        before = records_of(self.edition) if self._before is None else self._before
        readings = {key_of(reading): reading for reading in map(self._reading, self.doubtful)}.values()
        since = {} if self.throughout else touched(readings, self.edition.last_event)
        now = hold(readings, before, since)
        if not all(_adds_up(reading, now) for reading in readings):  # records were changed past the verbs
            now = hold(readings)
        return Moves(before, now)

    def all(self) -> Iterator[Movement]:
        doubtful = {row.key for row in self.doubtful}
        for row in self.rows:
            if row.figure not in registry.figures:
                yield Movement(row, row.filter, row.value, None, "", row.filter, proposed=Why.DEFINITION)
            elif row.key in doubtful:
                yield from self._of(row)

    def _reading(self, row: Frozen) -> Reading:
        key = (row.figure, row.period)
        if key not in self.readings:
            figure, period = registry.find(row.figure), Period.parse(row.period)
            self.readings[key] = Reading(figure, period, as_at=row.as_at, reader=PUBLIC)
        return self.readings[key]

    def _may_have_moved(self, row: Frozen) -> bool:
        """Whether any kind of record that the figure can depend on was touched since."""
        reading = self._reading(row)
        kinds = frozenset(model._meta.label_lower for model in models_behind(reading.figure, reading))
        if kinds not in self.changed:
            self.changed[kinds] = last_change(kinds) > self.edition.last_event
        return self.changed[kinds]

    def _of(self, row: Frozen) -> Iterator[Movement]:
        reading = self._reading(row)
        if self._stands(row, reading) and not self._notes(reading, row, row.filters):
            return
        known = {cell["filter"]: cell["label"] for cell in row.cells}
        cells = cells_now(reading, row)
        is_told = bool(cells)
        for name, filters, published, status in row.parts():
            value, shown, status_now = cells.pop(name, (0, "0", status) if is_told else (None, "", status))
            records = self._records(row, reading, filters) if value != published or not row.by else []
            notes = self._notes(reading, row, filters)
            if value != published or status_now != status or records or notes:
                statuses = (Status(status), Status(status_now)) if status_now != status else None
                found = self._movement(row, name, published, value, shown, known.get(name, ""), records, notes)
                yield replace(found, statuses=statuses)
        for name, (value, shown, _status) in cells.items():
            if value and row.by:
                filters = dict(pair.split("=", 1) for pair in name.split(","))
                yield self._movement(row, name, None, value, shown, "", self._records(row, reading, filters), False)

    def _stands(self, row: Frozen, reading: Reading) -> bool:
        """Whether the records tell that a number is what it was, status and all, so that it needs not be read again.

        What small numbers hold back hangs on what else is public, and what was provisional on the day.
        """
        key, source = key_of(reading), reading.figure.source
        keys = self.moves.before.held[key].of or (key,)
        split = (source.dimension(slug) for slug in (row.by.split(",") if row.by else row.filters))
        if (
            reading.split_of
            or row.status == Status.PROVISIONAL
            or any(cell["status"] == Status.PROVISIONAL for cell in row.cells)
            or any(dimension.sensitive for dimension in split)
        ):
            return False
        if all(map(self.moves.is_still, keys)):
            return True
        kinds = {self.moves.now.held[each].kind for each in keys}
        return (
            not row.by and not row.filter and row.status in (Status.NORMAL, Status.BREAK) and kinds <= self.moves.now.touched.keys()
            and not any(map(self._has_estimated, kinds)) and not records_why(self.moves, reading, {})
        )  # fmt: skip

    def _has_estimated(self, kind: str) -> bool:
        """Whether one of the touched records is an estimate, which would show in the status."""
        if kind not in self.is_estimated:
            refs = [self.moves.now.shelves[kind].refs[at] for at in self.moves.now.touched[kind]]
            found = apps.get_model(kind)._default_manager.filter(ref__in=refs, basis=Basis.ESTIMATED)
            self.is_estimated[kind] = found.exists()
        return self.is_estimated[kind]

    def _notes(self, reading: Reading, row: Frozen, filters: Mapping[str, str]) -> bool:
        """Whether what the reader must know has changed, which is said once a figure."""
        if row.by:
            return False
        found = [note for name, key in filters.items() for note in notes_on_cell(reading, name, key)]
        return bool([*notes_on(reading), *found] != row.notes)

    def _movement(
        self, row: Frozen, name: str, published: Any, value: Any, shown: str, label: str, records: list[str], notes: bool
    ) -> Movement:  # fmt: skip
        touched = self._touched(row, records)
        why = propose(row, touched)
        label = in_words(self._reading(row), name, label)
        return Movement(row, name, published, value, shown, label, records, touched, notes, why)

    # -- records -------------------------------------------------------------------------------------------------------

    def _records(self, row: Frozen, reading: Reading, filters: Mapping[str, str]) -> list[str]:
        """The records that moved a number; of an edition that did not keep how they were split, none can be told."""
        for slug in filters:
            self.moves.now.split(key_of(reading), reading, slug)
        return records_why(self.moves, reading, filters, *self._beside(row, reading, filters))

    def _beside(self, row: Frozen, reading: Reading, filters: Mapping[str, str]) -> tuple[set[str], set[str]]:
        """Of a row of all others: the rows that stood, and stand, beside it. Nothing of any other row."""
        slug = next((name for name, key in filters.items() if key == OTHER), "")
        if not slug or not reading.figure.source.dimension(slug).others:
            return set(), set()
        split = next((r for r in self.rows if (r.figure, r.period, r.by) == (row.figure, row.period, slug)), row)
        was = {cell["filter"].partition("=")[2] for cell in split.cells}
        return was - {OTHER}, {name.partition("=")[2] for name in cells_now(reading, split)} - {OTHER}

    def _touched(self, row: Frozen, refs: Sequence[str]) -> list[Touched]:
        """The records with the last thing done to each since, or to what it belongs to: its event, its person."""
        figure = registry.find(row.figure)
        done = last_done(figure, row.by.split(",") if row.by else list(row.filters), refs, self.edition.last_event)
        return [Touched(ref, kind_of(figure.source.model), done.get(ref)) for ref in refs]


def _adds_up(reading: Reading, now: Holdings) -> bool:
    """Whether a sum is what its records add up to, where only touched ones were read again: else others changed as well."""
    held = now.held[key_of(reading)]
    if held.kind not in now.touched or not isinstance(reading.figure.adds, Total) or reading.value is None:
        return True
    return now.total(key_of(reading)) == reading.value


def records_why(
    moves: Moves, reading: Reading, filters: Mapping[str, str], was_beside: Collection[str] = (), is_beside: Collection[str] = ()
) -> list[str]:  # fmt: skip
    """The records that moved a figure or a cell of it; none where it was not kept how they are split."""
    key, found = key_of(reading), set[str]()
    for each in moves.before.held[key].of or (key,):
        for cell in _cells_of_share(reading) or (filters,):
            if moves.before.keeps(each, cell):
                found.update(moves.records(each, cell, was_beside, is_beside))
    return sorted(found)


def _cells_of_share(reading: Reading) -> list[dict[str, str]]:
    """Of a share of a sensitive split: the rows of the split that it counts."""
    return [{cut.dimension: key} for cut in reading.figure.slices for key in cut.keys] if reading.split_of else []


def cells_now(reading: Reading, row: Frozen) -> dict[str, tuple[Any, str, str]]:
    """By filter: value, as shown, and status now, of the figure, of its printed cell, or of each cell of the split."""
    unit = reading.figure.unit

    def told(value: Any, status: Any) -> tuple[Any, str, str]:
        return unit.exact(value), str(status.label) if value is None else unit.phrase(value), status.value

    if not row.by and not row.filter:
        return {"": told(reading.value, reading.status)}
    names = row.by.split(",") if row.by else list(row.filters)
    try:
        if len(names) == 2:
            crossing = reading.across(*names)
            return {f"{names[0]}={a},{names[1]}={b}": told(c.value, c.status) for (a, b), c in crossing.cells.items()}
        found = {f"{names[0]}={cell.key}": told(cell.value, cell.status) for cell in reading.by(names[0]).rows}
    except (Refusal, UnknownFigure):
        return {}
    is_among_others = any(name.endswith(f"={OTHER}") for name in found)
    gone = told(None, Status.SUPPRESSED) if is_among_others else told(0, Status.NORMAL)
    return found if row.by else {row.filter: found.get(row.filter, gone)}


def in_words(reading: Reading, name: str, label: str = "") -> str:
    """A cell as people call it, “Sex: Not known” or “Women, Training”, by what its values are called now, or else were then."""
    pairs = [pair.partition("=")[::2] for pair in name.split(",") if pair]
    called = [_called(reading, slug, key) for slug, key in pairs]
    if len(pairs) != 1:
        return ", ".join(called) if all(called) else label or name
    ((slug, key),) = pairs
    title = next((str(each.title) for each in reading.figure.source.dimensions if each.slug == slug), "")
    return f"{capfirst(title)}: {called[0] or label or key}" if title else label or name


def _called(reading: Reading, slug: str, key: str) -> str:
    """A value by its name; nothing where it is a record that the reader does not have in this split any more."""
    try:
        dimension = reading.figure.source.dimension(slug)
    except UnknownFigure:
        return ""
    choices = dimension.values if isinstance(dimension.values, ChoicesType) else ()
    found = {named.key: named.label for named in dimension.names(choices).values()}
    with suppress(Refusal):
        found |= {cell.key: cell.label for cell in reading.by(slug).rows}
    return found.get(key, "")


def propose(row: Frozen, touched: Sequence[Touched]) -> Why:
    """What the machine thinks of a movement; an officer says so, or better."""
    figure = registry.figures.get(row.figure)
    if figure is None or row.definition != definition_hash(figure):
        return Why.DEFINITION
    verbs_used = {each.event.verb for each in touched if each.event}
    if verbs_used & set(MENDING):
        return Why.ERROR
    return Why.BETTER_DATA if verbs_used else Why.ROUTINE


history.says("explained", gettext_lazy("%(who)s said why a figure moved: %(reason)s"))
