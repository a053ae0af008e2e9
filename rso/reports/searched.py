"""What search finds of this room: the words of reports without the tokens of figures.

The public finds what the editions in force say; reports and texts that are being written are found by the office alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rso.core.search.registry import OFFICE, PUBLIC, searched
from rso.reports.models import (
    Edition,
    EditionState,
    Inconsistency,
    Photograph,
    PlannedChange,
    Report,
    ReportDate,
    SectionText,
)

TOKEN = re.compile(r"\{\{.*?\}\}|\{\{.*", re.DOTALL)
#: Signs of Markdown, and where its links lead.
MARKDOWN = re.compile(r"\]\([^)]*\)|[\[\]*#>`|]|^[-+] ", re.MULTILINE)


def plain(text: str) -> str:
    return MARKDOWN.sub("", TOKEN.sub(" ", text))


def words_of(section: SectionText) -> list[str]:
    return [plain(section.text)]


def printed_by(edition: Edition) -> Iterator[str]:
    for words in edition.words.values():
        yield from (words["title"], plain(words["text"]))


def audience_of(edition: Edition) -> str:
    return PUBLIC if edition.state == EditionState.PUBLISHED else OFFICE


def title_of(section: SectionText) -> str:
    return f"{section.report.title}: {section.title}" if section.title else str(section.report.title)


searched.declare(
    Edition,
    "title",
    "subtitle",
    printed_by,
    visible=audience_of,
    title=lambda edition: str(edition.title),
    url=lambda edition: edition.report.get_absolute_url(),
    related=("report",),
)
searched.declare(Report, "title", "subtitle", visible=OFFICE)
searched.declare(
    SectionText,
    "title",
    words_of,
    "section",
    visible=OFFICE,
    title=title_of,
    url=lambda section: section.report.get_absolute_url(),
    related=("report",),
)
searched.declare(Photograph, "alt", "credit", visible=OFFICE, url=lambda photograph: "")
searched.declare(ReportDate, "title", visible=OFFICE, url=lambda date: "")
searched.declare(Inconsistency, "title", "what", visible=OFFICE, url=lambda found: "")
searched.declare(PlannedChange, "name", "becomes", "reason", visible=OFFICE, url=lambda change: "")
