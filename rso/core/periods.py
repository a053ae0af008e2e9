"""Periods: half-open spans of days, written as 2022, 2022-H1, 2022-Q3, 2022-09, FY2022 or 2022-07-01..2023-06-30."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache, reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.dates import MONTHS
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from rso.core.models import Precision

FORMS = "2022, 2022-H1, 2022-Q3, 2022-09, FY2022 or 2022-07-01..2023-06-30"

#: What follows the year in the name of a part of it.
PARTS = ["", "-H1", "-H2", "-Q1", "-Q2", "-Q3", "-Q4", *(f"-{month:02}" for month in range(1, 13))]
#: Periods lie between these days; beyond them the calendar's own ends would be near.
EARLIEST, LATEST = date(1900, 1, 1), date(2201, 1, 1)


class UnknownPeriod(ValueError):
    """The text names no period; the message says which forms there are."""

    def __init__(self, text: str) -> None:
        super().__init__(_("“%(text)s” is no period; write %(forms)s") % {"text": text[:60], "forms": FORMS})


@dataclass(frozen=True, order=True)
class Period:
    """Days from `starts` up to, not including, `ends`; `key` is the text that names it in files and addresses."""

    starts: date
    ends: date
    key: str

    @classmethod
    def year(cls, year: int) -> Period:
        return cls(date(year, 1, 1), date(year + 1, 1, 1), f"{year:04d}")

    @classmethod
    def parse(cls, text: str) -> Period:
        """The period that a text names. Raises UnknownPeriod."""
        try:
            found = _parse(text.strip(), settings.FINANCIAL_YEAR_START)
        except ValueError:
            raise UnknownPeriod(text) from None
        if not EARLIEST <= found.starts < found.ends <= LATEST:
            raise UnknownPeriod(text)
        return found

    @property
    def last_day(self) -> date:
        return self.ends - timedelta(days=1)

    @property
    def precision(self) -> Precision:
        """How precisely a date must be known to be placed in this period: a year-only date fits whole calendar years."""
        first_of_months = self.starts.day == 1 and self.ends.day == 1
        if first_of_months and self.starts.month == 1 and self.ends.month == 1:
            return Precision.YEAR
        return Precision.MONTH if first_of_months else Precision.DAY

    @property
    def is_calendar_year(self) -> bool:
        return (self.starts, self.ends) == (date(self.starts.year, 1, 1), date(self.starts.year + 1, 1, 1))

    @property
    def label(self) -> str:
        """For people, in the language in force."""
        if re.fullmatch(r"\d{4}-\d{2}", self.key):
            return show_day(self.starts, Precision.MONTH)
        if ".." in self.key:
            return _("%(first)s to %(last)s") % {"first": show_day(self.starts), "last": show_day(self.last_day)}
        if found := re.fullmatch(r"(\d{4})-([HQ])(\d)", self.key):
            year, part, number = found.groups()
            form = _("half-year %(number)s of %(year)s") if part == "H" else _("quarter %(number)s of %(year)s")
            return form % {"number": number, "year": year}
        if self.key.startswith("FY"):
            return _("financial year %(year)s") % {"year": self.key[2:]}
        return self.key

    def months(self) -> list[Period]:
        """The calendar months that the period touches, in order, clipped to it."""
        found, at = [], self.starts
        while at < self.ends:
            after = min(_month(at.year, at.month), self.ends)
            found.append(Period(at, after, f"{at:%Y-%m}"))
            at = after
        return found

    def years(self) -> list[Period]:
        return [Period.year(year) for year in range(self.starts.year, self.last_day.year + 1)]

    def within(self, first: date | None, last: date | None) -> Period | None:
        """The days of the period that lie between two days, both included; None where there are none."""
        starts = max(self.starts, first or date.min)
        ends = self.ends if last is None else min(self.ends, last + timedelta(days=1))
        return Period(starts, ends, self.key) if starts < ends else None

    @property
    def names(self) -> list[str]:
        """Every text that names these days: 2022-12 is 2022-12-01..2022-12-31 too, and 2022 may be FY2022."""
        year = self.starts.year
        texts = [*(f"{year}{part}" for part in PARTS), f"FY{year}", f"FY{year + 1}", f"{self.starts}..{self.last_day}"]
        named = ((text, _parse(text, settings.FINANCIAL_YEAR_START)) for text in texts)
        return [text for text, found in named if (found.starts, found.ends) == (self.starts, self.ends)]

    def contains(self, day: date) -> bool:
        return self.starts <= day < self.ends

    def __str__(self) -> str:
        return self.key


@lru_cache(maxsize=512)
def _parse(text: str, financial_year_start: int) -> Period:
    if found := re.fullmatch(r"(\d{4})", text, re.ASCII):
        return Period.year(int(text))
    if found := re.fullmatch(r"(\d{4})-(H[12]|Q[1-4]|0[1-9]|1[0-2])", text, re.ASCII):
        year, part = int(found[1]), found[2]
        length = {"H": 6, "Q": 3}.get(part[0], 1)
        first = (int(part[1:]) - 1) * length if length > 1 else int(part) - 1
        return Period(_month(year, first), _month(year, first + length), text)
    if found := re.fullmatch(r"FY(\d{4})", text, re.ASCII):
        first = financial_year_start - 1
        year = int(found[1]) - (1 if first else 0)
        return Period(_month(year, first), _month(year, first + 12), text)
    if found := re.fullmatch(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})", text, re.ASCII):
        starts, last = date.fromisoformat(found[1]), date.fromisoformat(found[2])
        if last < starts or last == date.max:
            raise ValueError(text)
        return Period(starts, last + timedelta(days=1), text)
    raise ValueError(text)


def _month(year: int, months: int) -> date:
    """The first day of the month that lies `months` after January of `year`."""
    return date(year + months // 12, months % 12 + 1, 1)


def show_day(day: date, precision: int = Precision.DAY) -> str:
    """A date as people read it, with no more of it than is known."""
    if precision == Precision.YEAR:
        return str(day.year)
    month = f"{_month_name(day.month, get_language())} {day.year:04}"
    return month if precision == Precision.MONTH else f"{day.day} {month}"


@lru_cache
def _month_name(month: int, language: str | None) -> str:
    """Lists and workbooks say months ten thousand times: Django's own formats look for each letter that they know."""
    return str(MONTHS[month])


def latest(day: date, precision: int) -> date:
    """The last day that it may be, where only its month or its year is known."""
    if precision == Precision.DAY:
        return day
    return _month(day.year, 12 if precision == Precision.YEAR else day.month) - timedelta(days=1)


def is_over(on: date) -> Q:
    """What a day finds over: what ends in 2022, of which no more is known, is over when 2023 begins."""
    firsts = {Precision.DAY: on, Precision.MONTH: on.replace(day=1), Precision.YEAR: on.replace(month=1, day=1)}
    return reduce(or_, (Q(precision=precision, ends_on__lt=first) for precision, first in firsts.items()))


def has_begun(first: date, precision: int, on: date) -> bool:
    """Whether a first day has come by another, as far as it is known: what begins in a month has begun all through it."""
    return known_day(first, precision) <= known_day(on, precision)


def known_day(day: date, precision: int = Precision.DAY) -> str:
    """A date as data has it, as far as it is known: 2022, 2023-05, 2023-04-07."""
    return day.isoformat()[: {Precision.YEAR: 4, Precision.MONTH: 7}.get(Precision(precision), 10)]


def known_span(thing: Any) -> str:
    """First and last day of a record as data has them: 2022-09-07/2022-09-08, or one where they are the same."""
    days = [known_day(day, thing.precision) for day in (thing.starts_on, thing.ends_on)]
    return "/".join(dict.fromkeys(days))


def show_known(text: str) -> str:
    """A date that is kept as far as it is known, as people read it: 2022, May 2023, 7 April 2023."""
    if not re.fullmatch(r"\d{4}(-\d{2}){0,2}", text):
        return text
    precision = (Precision.YEAR, Precision.MONTH, Precision.DAY)[text.count("-")]
    return show_day(date.fromisoformat(f"{text}-01-01"[:10]), precision)


def show_span(starts: date, ends: date, precision: int = Precision.DAY) -> str:
    """First and last day as people read them: 7–8 September 2022, December 2022, 2022."""
    first, last = show_day(starts, precision), show_day(ends, precision)
    if first == last:
        return first
    if precision == Precision.DAY and (starts.year, starts.month) == (ends.year, ends.month):
        return f"{starts.day}–{last}"
    if precision == Precision.DAY and starts.year == ends.year:
        return f"{starts.day} {_month_name(starts.month, get_language())} – {last}"
    return f"{first} – {last}"
