"""Which reports print a figure: found in their texts, so that a figure's page can link to them."""

from __future__ import annotations

import re
from collections import defaultdict

from rso.core.figures import registry
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
            names = [entry.partition(":")[0] for entry in kind.headlines] if marker == "headlines" else [name]
            asked = re.search(r"period=(\S+)", options)
            for each in names:
                figure = registry.tables[each].figure if each in registry.tables else each
                found.add((figure, _key(asked[1] if asked else report.period)))
    return found


def _key(text: str) -> str:
    try:
        return Period.parse(text).key
    except UnknownPeriod:
        return text
