"""What search finds of this room. A draft and what was withdrawn are found by the office alone."""

from __future__ import annotations

from rso.core.search.registry import OFFICE, PUBLIC, searched
from rso.publications.models import Publication, PublicationState


def audience_of(work: Publication) -> str:
    return PUBLIC if work.state == PublicationState.PUBLISHED else OFFICE


searched.declare(Publication, "title", "summary", "authors", "series", visible=audience_of, all_at="publications")
