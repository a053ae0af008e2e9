"""How documents and what they state are written in a report."""

from __future__ import annotations

from django.utils import formats
from django.utils.translation import gettext as _

from rso.core.models import Source, Statement
from rso.core.periods import show_known


def cited(source: Source) -> dict[str, str]:
    """What an endnote says of a source."""
    return {
        "author": source.author, "title": source.title, "published": source.published_on, "tail": _tail(source),
        "publisher": source.publisher, "link": source.link, "note": source.note,
    }  # fmt: skip


def _tail(source: Source) -> str:
    """What follows the title of a source: when, by whom, and what one should know."""
    when = f" ({show_known(source.published_on)})" if source.published_on else ""
    by = f", {source.publisher}" if source.publisher else ""
    return f"{when}{by}." + (f" {source.note}." if source.note else "")


def show_stated(statement: Statement) -> str:
    """A stated number as it is printed, in the language in force, money with its currency."""
    number = statement.number
    assert number is not None
    if statement.unit in ("AUD", "USD") and number >= 1_000_000:
        millions = formats.number_format(number / 1_000_000, decimal_pos=1)
        return _("%(currency)s %(number)s million") % {"currency": statement.unit, "number": millions}
    text = formats.number_format(round(number, 1).normalize(), force_grouping=True)
    return _("%(number)s per cent") % {"number": text} if statement.unit == "per cent" else text
