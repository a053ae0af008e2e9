"""Tokens that someone may mean while typing `{{`: figures by the words of their titles, tables, lists, statements, sources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice

from rso.core.figures import registry
from rso.core.figures.reading import PUBLIC, Reading
from rso.core.listings import listings
from rso.core.models import Source, Statement
from rso.core.periods import Period
from rso.core.snapshot import snapshot
from rso.reports.models import Report
from rso.reports.sources import show_stated

MOST = 8


@dataclass(frozen=True)
class Suggestion:
    """A token, what it is called, and what it would print now."""

    token: str
    title: str
    shown: str = ""


def suggest(report: Report, words: str) -> list[dict[str, str]]:
    """The tokens whose names hold all of the words, figures first. Values are those that the report would print."""
    wanted = words.casefold().split()
    found = (one for one in _all() if all(word in f"{one.token} {one.title}".casefold() for word in wanted))
    with snapshot():
        return [asdict(_with_value(report, one)) for one in islice(found, MOST)]


def _all() -> Iterator[Suggestion]:
    for figure in sorted(registry, key=lambda figure: str(figure.title)):
        yield Suggestion(f"{{{{ fig {figure.slug} }}}}", str(figure.title))
    for table in registry.tables.values():
        yield Suggestion(f"{{{{ table {table.slug} }}}}", str(table.title))
    for listing in listings.all.values():
        yield Suggestion(f"{{{{ list {listing.slug} }}}}", str(listing.title))
    for statement in Statement.objects.exclude(number=None).select_related("source").order_by("ref"):
        yield Suggestion(f"{{{{ stated {statement.ref} }}}}", statement.says, show_stated(statement))
    for source in Source.objects.order_by("ref"):
        yield Suggestion(f"{{{{ note {source.ref} }}}}", source.title)


def _with_value(report: Report, one: Suggestion) -> Suggestion:
    """Of a figure also what it is in the report's period."""
    _open, kind, name, _close = one.token.split()
    if kind != "fig":
        return one
    period = Period.parse(report.period)
    reading = Reading(registry.find(name), period, as_at=report.as_at or period.last_day, reader=PUBLIC)
    shown = str(reading.status.label) if reading.value is None else reading.figure.unit.phrase(reading.value)
    return Suggestion(one.token, one.title, shown)
