"""The first page of the office: what is due, what waits for me, where the year stands. Rooms tell it in their today.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.module_loading import autodiscover_modules

from rso.core.context import the_office
from rso.core.models import Precision
from rso.core.periods import Period, known_day

if TYPE_CHECKING:
    from rso.accounts.models import User


class Why(StrEnum):
    """Why something stands on someone's list, most pressing first."""

    OVERDUE = "overdue"
    WAITING = "waiting"
    ASSIGNED = "assigned"
    DUE = "due"


T = TypeVar("T")
#: How a day is written of which no more is known than the month or the year.
SHORT: dict[int, str] = {Precision.MONTH: "M Y", Precision.YEAR: "Y"}
#: How each reason is drawn.
LOOKS = {Why.OVERDUE: "late", Why.WAITING: "wait", Why.ASSIGNED: "info", Why.DUE: ""}


@dataclass(frozen=True)
class Task:
    """Something to do: until when, for what reason, and the verb that does it at hand."""

    why: Why
    on: date | None
    title: str
    url: str
    says: str | Promise
    act: str | Promise
    act_url: str
    #: How much of the day is known: no more of it is shown.
    precision: int = Precision.DAY

    @property
    def when(self) -> str:
        """The day as far as it is known; nothing where there is none."""
        return date_format(self.on, SHORT.get(self.precision, "j M Y")) if self.on else ""

    @property
    def known(self) -> str:
        """The same as data has it."""
        return known_day(self.on, self.precision) if self.on else ""

    @property
    def look(self) -> str:
        return LOOKS[self.why]

    @property
    def key(self) -> tuple[int, date]:
        """What comes first: by day, then by reason; what has no day comes last."""
        return (list(Why).index(self.why), self.on or date.max)


@dataclass(frozen=True)
class Glance:
    """A number of the day, in words, and where it opens."""

    words: str | Promise
    shown: str
    url: str
    basis: str = ""


@dataclass(frozen=True)
class Bar:
    """A row of a standing: pieces of its bar as (colour, from, to) in per cent, and what its cells say."""

    title: str
    url: str
    pieces: Sequence[tuple[str, float, float]]
    cells: Sequence[str]

    @property
    def rects(self) -> list[tuple[str, float, float]]:
        """Colour, start and length, within the bar."""
        return [(fill, max(start, 0), min(end, 100) - max(start, 0)) for fill, start, end in self.pieces if end > start]


@dataclass(frozen=True)
class Standing:
    """Where a part of the year's work stands: a table of bars. `key` explains the colours; `tick` is how far the year has gone."""

    slug: str
    title: str | Promise
    url: str
    link: str | Promise
    head: Sequence[str | Promise]
    bars: Sequence[Bar]
    key: Sequence[tuple[str, str | Promise]] = ()
    tick: float | None = None
    blank: str | Promise = ""


@dataclass(frozen=True)
class Today:
    """Whom the page is for, which day it is, and the year that it tells of."""

    user: User
    day: date
    year: Period
    _found: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, name: str, find: Callable[[], T]) -> T:
        """What several parts of the page need, found by the first."""
        if name not in self._found:
            self._found[name] = find()
        found: T = self._found[name]
        return found

    @property
    def gone(self) -> float:
        """How much of the year has gone, in per cent."""
        length = (self.year.ends - self.year.starts).days
        return min(max((self.day - self.year.starts).days, 0) / length * 100, 100)


@dataclass(frozen=True)
class Entry:
    """Something with days, both included, for the calendar. `uid` stays the same as long as it is the same thing."""

    uid: str
    starts: date
    ends: date
    title: str
    url: str
    says: str = ""
    place: str = ""
    mine: bool = False
    #: Whether it does not take place then: calendars strike it out.
    is_off: bool = False
    precision: int = Precision.DAY

    @property
    def when(self) -> str:
        """Its days, or its months where no more is known."""
        form = "j M" if self.precision == Precision.DAY else SHORT[Precision.MONTH]
        return " – ".join(dict.fromkeys(date_format(day, form) for day in (self.starts, self.ends)))


@dataclass(frozen=True)
class Span:
    """Which entries a calendar asks for: days, both included; whose; of which member, by its ref, where it is of one.

    A page that shows months asks also for what is known by its month alone: on no day does that stand.
    """

    first: date
    last: date
    user: User | None = None
    body: str = ""
    months: bool = False

    @property
    def known(self) -> tuple[int, ...]:
        """How much must be known of the days of what is asked for."""
        return (Precision.DAY, Precision.MONTH) if self.months else (Precision.DAY,)


Told = Callable[[Today], Iterable[T]]


@dataclass
class Rooms:
    """What the rooms tell of a day."""

    tasks: list[Told[Task]] = field(default_factory=list)
    glances: list[Told[Glance]] = field(default_factory=list)
    standings: list[Told[Standing]] = field(default_factory=list)
    entries: list[Callable[[Span], Iterable[Entry]]] = field(default_factory=list)

    #: Members and others whose calendar a person may give an address to, by ref and name.
    calendars: list[Callable[[User], Iterable[tuple[str, str]]]] = field(default_factory=list)

    def tells_tasks(self, tell: Told[Task]) -> Told[Task]:
        self.tasks.append(tell)
        return tell

    def tells_glances(self, tell: Told[Glance]) -> Told[Glance]:
        self.glances.append(tell)
        return tell

    def tells_standings(self, tell: Told[Standing]) -> Told[Standing]:
        self.standings.append(tell)
        return tell

    def tells_entries(self, tell: Callable[[Span], Iterable[Entry]]) -> Callable[[Span], Iterable[Entry]]:
        self.entries.append(tell)
        return tell

    def discover(self) -> None:
        autodiscover_modules("today")


rooms = Rooms()


def today_of(user: User, day: date, year: str = "") -> Today:
    """The day for a person. The year is the one asked for, else this one where the records reach it, else the headline's."""
    office = the_office()
    if year.isascii() and year.isdigit() and len(year) == 4 and 1900 <= int(year) < 2200:
        return Today(user, day, Period.year(int(year)))
    covered = office.records_to is None or office.records_to >= date(day.year, 1, 1)
    return Today(user, day, Period.year(day.year) if covered else Period.parse(office.headline_period or str(day.year)))


def entries_of(span: Span) -> list[Entry]:
    """What the rooms have in a span of days, by day."""
    found = [entry for tell in rooms.entries for entry in tell(span)]
    return sorted(found, key=lambda entry: (entry.starts, entry.ends, entry.title))


def tasks_of(today: Today) -> list[Task]:
    """Everything that a person has to do, most pressing first."""
    return sorted((task for tell in rooms.tasks for task in tell(today)), key=lambda task: (task.key, task.title))


def due_this_week(tasks: Iterable[Task], day: date) -> Iterator[Task]:
    """Those of the next seven days, and all that is overdue, waits or was given."""
    last = day + timedelta(days=7)
    return (task for task in tasks if task.why != Why.DUE or (task.on is not None and task.on < last))
