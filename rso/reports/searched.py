"""What search finds of this room: reports, and the words of their sections without the tokens of figures."""

from __future__ import annotations

import re

from rso.core.search.registry import searched
from rso.reports.models import Report, SectionText

TOKEN = re.compile(r"\{\{.*?\}\}|\{\{.*", re.DOTALL)
#: Signs of Markdown, and where its links lead.
MARKDOWN = re.compile(r"\]\([^)]*\)|[\[\]*#>`|]|^[-+] ", re.MULTILINE)


def words_of(section: SectionText) -> list[str]:
    return [MARKDOWN.sub("", TOKEN.sub(" ", section.text))]


def title_of(section: SectionText) -> str:
    return f"{section.report.title}: {section.title}" if section.title else str(section.report.title)


searched.declare(Report, "title", "subtitle")
searched.declare(
    SectionText,
    "title",
    words_of,
    title=title_of,
    url=lambda section: section.report.get_absolute_url(),
    related=("report",),
)
