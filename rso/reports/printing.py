"""Which reports print a figure: found in their texts, so that a figure's page can link to them."""

from __future__ import annotations

import re
from collections import defaultdict

from rso.core.figures import registry
from rso.core.listings import listings
from rso.core.periods import Period, UnknownPeriod
from rso.reports.definitions import UnknownDefinition, definition
from rso.reports.models import Report, SectionText

TOKEN = re.compile(r"\{\{\s*(fig|chart|table|list|headlines)\s*([\w-]*)([^|}]*)")


def reports_that_print(slug: str, period: Period) -> list[dict[str, str]]:
    """Reports whose texts print the figure for the period, as title and address."""
    texts: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for report, section, text in SectionText.objects.filter(language="en").values_list("report", "section", "text"):
        texts[report].append((section, text))
    return [
        {"title": report.title, "url": report.get_absolute_url()}
        for report in Report.objects.order_by("order", "ref")
        if (slug, period.key) in _printed_by(report, texts.get(report.pk, []))
    ]


def _printed_by(report: Report, texts: list[tuple[str, str]]) -> set[tuple[str, str]]:
    try:
        kind = definition(report.definition)
    except UnknownDefinition:
        return set()
    written = dict(texts)
    found = set()
    for section in kind.sections:
        for marker, name, options in TOKEN.findall(written.get(section.id, section.text)):
            asked = re.search(r"period=(\S+)", options)
            key = _key(asked[1] if asked else report.period)
            found |= {(figure, key) for figure in (kind.great_figures if marker == "headlines" else {_figure(name)})}
    return found


def _figure(name: str) -> str:
    """The figure of a named table, of a list, or the one that has the name."""
    if name in registry.tables:
        return registry.tables[name].figure
    return listings.all[name].figure if name in listings.all else name


def _key(text: str) -> str:
    try:
        return Period.parse(text).key
    except UnknownPeriod:
        return text
