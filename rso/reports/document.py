"""A compiled report: chapters of nodes, the figures that they print with their evidence, sources, notes. No ids, no clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from rso.core.models import Basis
from rso.reports.markdown import Node

#: The chapter that lists the sources where the kind of report has no place of its own for them.
SOURCES = "sources"


@dataclass(frozen=True)
class Printed:
    """A number as an edition prints it, and what stands behind it. `key` names it: figure, period and filter."""

    key: str
    figure: str
    title: str
    period: str
    filter: str
    value: int | float | None
    shown: str
    unit: str
    decimals: int
    status: str
    basis: dict[str, Any]
    total_stated: int | float
    version: int
    definition: str
    url: str
    records: str
    stated: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    #: Of one cell: which, in words.
    cell: str = ""

    @property
    def weakest(self) -> str:
        """The basis whose line is drawn under the number: the weakest on which it rests."""
        return next((basis for basis in ("illustrative", "estimated", "stated") if basis in self.basis), "recorded")

    @property
    def rests_on(self) -> str:
        """The basis in words: “total stated, split illustrative” where a source fixes the total."""
        words = {slug: str(Basis[slug.upper()].label) for slug in self.basis}
        if self.total_stated and self.total_stated == self.value:
            return _("Total stated, split illustrative")
        many = len(words) > 1
        found = ", ".join(f"{word} {self.basis[slug]}" if many else word for slug, word in words.items())
        if self.total_stated:
            found += _("; of this, the total of %(number)s is stated") % {"number": self.total_stated}
        return found

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "weakest": self.weakest, "rests_on": self.rests_on}


@dataclass
class SectionOut:
    id: str
    title: str
    blocks: list[Node]


@dataclass
class Chapter:
    id: str
    title: str
    mark: str
    sections: list[SectionOut] = field(default_factory=list)

    @property
    def is_annex(self) -> bool:
        return self.mark.isalpha()

    @property
    def numbered_title(self) -> str:
        return f"{self.mark}. {self.title}" if self.mark else self.title


@dataclass
class Document:
    ref: str
    title: str
    subtitle: str
    language: str
    period: str
    period_label: str
    as_at: date
    office: str
    parent: str
    statement: str
    #: Where its links lead: the site's address, or "" for links within the site.
    base_url: str
    chapters: list[Chapter] = field(default_factory=list)
    figures: dict[str, Printed] = field(default_factory=dict)
    #: Refs of the records behind figures, by the digest that figures name.
    records: dict[str, list[str]] = field(default_factory=dict)
    sources: list[dict[str, str]] = field(default_factory=list)
    breakdowns: list[dict[str, Any]] = field(default_factory=list)
    cover: list[dict[str, Any]] = field(default_factory=list)
    #: What stands beside its words and is no figure, as it is printed: statements, sources, quotations, photographs.
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    specs: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: Files of photographs by their names, and where in the media folder each lies.
    photographs: dict[str, str] = field(default_factory=dict)
    cover_photo: Node | None = None
    #: Where its pages lie: files of an edition, addresses of the site as seen from one another, from elsewhere (preview), or one page (whole).
    pages: str = "edition"
    #: Which edition it is, where it is published: its number, its day, and what stands in the place of its seal.
    edition: int = 0
    published_on: date | None = None
    seal: str = ""
    #: On the site: what the last edition printed where a figure is another now, by the figure's key.
    moved: dict[str, str] = field(default_factory=dict)
    #: The same of cells of its charts and tables, and of their sums.
    moved_cells: dict[str, str] = field(default_factory=dict)
    #: The splits that have such a cell, or a row that is gone, by figure, period and what they are split by.
    moved_splits: set[str] = field(default_factory=set)
    #: Rows of its charts and tables that are no longer there, in words, by the split.
    gone: dict[str, str] = field(default_factory=dict)

    def page(self, chapter: str) -> str:
        """The address of a chapter, seen from another chapter; nothing where all stand on one page."""
        if self.pages == "whole":
            return ""
        if self.pages == "preview":
            return f"{self.base_url}/reports/{self.ref}/{chapter}/"
        return f"{chapter}.html" if self.pages == "edition" else f"../{chapter}/"

    @cached_property
    def sources_at(self) -> str:
        """The chapter that lists the sources: there the marks of endnotes lead. Asked once all chapters are made."""
        found = (
            chapter.id
            for chapter in self.chapters
            for section in chapter.sections
            if any(node["t"] == "sources" for node in section.blocks)
        )
        return next(found, SOURCES)

    @property
    def counts_illustrative(self) -> bool:
        return any("illustrative" in printed.basis for printed in self.figures.values())

    def blocks(self) -> Iterator[Node]:
        for chapter in self.chapters:
            for section in chapter.sections:
                yield from section.blocks
