"""What search finds of this room: reports, and the words of their sections without the tokens of figures."""

from __future__ import annotations

import re

from rso.core.search.registry import searched
from rso.reports.models import Report, SectionText

TOKEN = re.compile(r"\{\{.*?\}\}|\{\{.*", re.DOTALL)


def words_of(section: SectionText) -> list[str]:
    return [TOKEN.sub(" ", section.text)]


searched.declare(Report, "title", "subtitle")
searched.declare(
    SectionText, "title", words_of, url=lambda section: section.report.get_absolute_url(), related=("report",)
)
