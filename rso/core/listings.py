"""What rooms offer to pages and reports that may not import them: lists, quotations, shelves of the newest, panels, homes.

`reports` imports no room, and rooms of one floor do not import one another: they meet here, by name.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from django.db import models
from django.utils.functional import Promise

from rso.core.figures.registry import Column
from rso.core.models import Office
from rso.core.periods import Period


@dataclass(frozen=True)
class Listing:
    """Records of a period as a table. `figure` names the figure that counts exactly these rows, where there is one."""

    slug: str
    title: str | Promise
    columns: tuple[Column, ...]
    rows: Callable[[Period], Iterable[Any]]
    figure: str = ""


class Quotation(Protocol):
    """What a report needs to know of words that someone said."""

    words: str
    speaker: str
    post: str


@dataclass(frozen=True)
class Item:
    """An entry of a shelf or a panel: when, a title that leads somewhere, and a line about it."""

    title: str
    url: str = ""
    when: str = ""
    meta: str = ""
    lang: str = ""


#: Entries that a panel shows; the rest are one step away.
SHOWN = 10


@dataclass(frozen=True)
class Panel:
    """Entries under a heading. `url` leads to all of them; `blank` says why there are none."""

    slug: str
    title: str | Promise
    items: Sequence[Item] = field(default_factory=tuple)
    url: str = ""
    blank: str | Promise = ""
    more: bool = False

    @classmethod
    def of(
        cls, slug: str, title: str | Promise, rows: Any, item: Callable[[Any], Item], *, url: str, blank: str | Promise
    ) -> Panel:
        """The first of `rows`, a queryset; one more is read to know whether there are others."""
        found = list(rows[: SHOWN + 1])
        return cls(slug, title, tuple(map(item, found[:SHOWN])), url, blank, len(found) > SHOWN)


@dataclass(frozen=True)
class Standing:
    """A state in its own words, and the sign of `.st` that repeats them: ok, info, wait, stop, late, or none."""

    words: str
    sign: str = ""


@dataclass(frozen=True)
class Home:
    """The home of a body as one reader has it open on a day."""

    body: Any
    reader: Any
    on: date
    office: Office

    @property
    def as_at(self) -> date:
        """The day up to which ages are told: the last that the records cover, where they do not go on."""
        return min(self.on, self.office.records_to or self.on)


@dataclass(frozen=True)
class HomeList:
    """Records that concern a body: the first of them stand in its home, all on a page of their own.

    The first column names the record, the second tells when. `day` is the field by which a page is narrowed to a year.
    In the home it stands in the main column, or in the one `beside` it. `personal` says that it names people: whoever
    reads them is told (`core.access`), and the home shows it as a table below.
    """

    slug: str
    title: str | Promise
    rows: Callable[[Home], models.QuerySet[Any]]
    columns: tuple[Column, ...]
    blank: str | Promise
    order: int
    day: str = "starts_on"
    about: str | Promise = ""
    beside: bool = False
    personal: bool = False


class UnknownListing(LookupError):
    """No list or quotation has this name."""


class Listings:
    def __init__(self) -> None:
        self.all: dict[str, Listing] = {}
        self._quotes: Callable[[str], Quotation | None] | None = None
        self._shelves: list[Callable[[], Panel]] = []
        self._outcomes: list[Callable[[Sequence[int]], Iterable[tuple[int, Item]]]] = []
        self._panels: dict[type[models.Model], list[Callable[[Any], Panel]]] = {}
        self._homes: list[HomeList] = []

    def declare(self, listing: Listing) -> Listing:
        return self.all.setdefault(listing.slug, listing)

    def offers_quotes(self, find: Callable[[str], Quotation | None]) -> Callable[[str], Quotation | None]:
        """Marks the function that finds a quotation by ref: None where there is none or consent was withdrawn."""
        self._quotes = find
        return find

    def offers_shelf(self, make: Callable[[], Panel]) -> Callable[[], Panel]:
        """Marks a function that gives the newest of its kind for the home page."""
        self._shelves.append(make)
        return make

    def offers_panel(self, model: type[models.Model]) -> Callable[[Callable[[Any], Panel]], Callable[[Any], Panel]]:
        """Marks a function that tells, on the page of a record of `model`, what its room has to do with it."""

        def keep(make: Callable[[Any], Panel]) -> Callable[[Any], Panel]:
            self._panels.setdefault(model, []).append(make)
            return make

        return keep

    def offers_outcomes(
        self, tell: Callable[[Sequence[int]], Iterable[tuple[int, Item]]]
    ) -> Callable[[Sequence[int]], Iterable[tuple[int, Item]]]:
        """Marks a function that tells what came of activities: the activity's id beside each thing the public may see."""
        self._outcomes.append(tell)
        return tell

    def outcomes_of(self, activities: Sequence[int]) -> dict[int, list[Item]]:
        found: dict[int, list[Item]] = {}
        for tell in self._outcomes:
            for activity, item in tell(activities):
                found.setdefault(activity, []).append(item)
        return found

    def offers_at_home(self, offered: HomeList) -> HomeList:
        """Adds a list to the home of every body."""
        self._homes.append(offered)
        return offered

    def at_home(self) -> list[HomeList]:
        return sorted(self._homes, key=lambda offered: offered.order)

    def shelves(self) -> list[Panel]:
        return [make() for make in self._shelves]

    def panels_of(self, thing: models.Model) -> list[Panel]:
        return [make(thing) for make in self._panels.get(type(thing), ())]

    def find(self, slug: str) -> Listing:
        if slug not in self.all:
            close = difflib.get_close_matches(slug, self.all, n=3, cutoff=0.4) or list(self.all)
            raise UnknownListing(f"there is no list “{slug}”; there are {', '.join(close)}")
        return self.all[slug]

    def quote(self, ref: str) -> Quotation:
        found = self._quotes(ref) if self._quotes else None
        if found is None:
            raise UnknownListing(f"there is no quotation “{ref}” that may be printed")
        return found


listings = Listings()
