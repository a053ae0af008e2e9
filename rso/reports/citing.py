"""How what was published is cited: in short, in full, and for BibTeX."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from rso.core.models import Office
from rso.core.periods import show_day
from rso.reports.models import Edition


@dataclass(frozen=True)
class Cited:
    short: str
    full: str
    bibtex: str

    @classmethod
    def edition(cls, edition: Edition) -> Cited:
        office = Office.objects.first() or Office(name="RSO")
        day = timezone.localdate(edition.published_at)
        return cls._of(
            office.name, str(edition), edition.address, edition.ref, day.year, show_day(day), show_day(edition.as_at)
        )

    @classmethod
    def _of(cls, office: str, title: str, address: str, key: str, year: int, day: str, as_at: str) -> Cited:
        full = _("%(office)s (%(year)s). %(title)s. Published %(day)s, records as at %(as_at)s. %(address)s")
        said = {"office": office, "year": year, "title": title, "day": day, "as_at": as_at, "address": address}
        bibtex = (
            f"@techreport{{{key},\n  author = {{{{{_plain(office)}}}}},\n  title = {{{_plain(title)}}},\n"
            f"  institution = {{{_plain(office)}}},\n  year = {{{year}}},\n  note = {{Records as at {_plain(as_at)}}},\n  url = {{{address}}}\n}}"
        )
        return cls(f"{office}, {title}", full % said, bibtex)


def _plain(text: str) -> str:
    """A text without the signs that BibTeX reads."""
    return "".join(sign for sign in text if sign not in "{}\\%$&#_~^")
