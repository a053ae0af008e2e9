"""What search finds of the nouns that every room shares."""

from __future__ import annotations

from django.urls import reverse

from rso.core.models import Note, Source, Statement
from rso.core.search.registry import OFFICE, searched


def figure_of(noted: Note | Statement) -> str:
    """The page of the figure that it speaks of."""
    if not noted.figure:
        return ""
    return (
        reverse("figure", args=[noted.figure, noted.period])
        if noted.period
        else reverse("figure-latest", args=[noted.figure])
    )


searched.declare(
    Source,
    "title",
    "author",
    "publisher",
    "note",
    visible=OFFICE,
    title=lambda source: str(source.title),
    url=lambda source: str(source.link),
)
searched.declare(
    Statement, "says", "words", "place", visible=OFFICE, title=lambda statement: str(statement.says), url=figure_of
)
searched.declare(Note, "text", "texts", title=lambda note: str(note.label), url=figure_of)
