"""Lists and quotations that the rooms offer to reports, found here by name: reports imports no room."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.functional import Promise

from rso.core.figures.registry import Column
from rso.core.periods import Period


@dataclass(frozen=True)
class Listing:
    """Records of a period as a table. `figure` names the figure that counts exactly these rows, where there is one."""

    slug: str
    title: str | Promise
    columns: tuple[Column, ...]
    rows: Callable[[Period], Iterable[Any]]
    figure: str = ""


class Quotation(Protocol):
    """What a report needs to know of words that someone said."""

    words: str
    speaker: str
    post: str


class UnknownListing(LookupError):
    """No list or quotation has this name."""


class Listings:
    def __init__(self) -> None:
        self.all: dict[str, Listing] = {}
        self._quotes: Callable[[str], Quotation | None] | None = None

    def declare(self, listing: Listing) -> Listing:
        return self.all.setdefault(listing.slug, listing)

    def offers_quotes(
        self, find: Callable[[str], Quotation | None]
    ) -> Callable[[str], Quotation | None]:
        """Marks the function that finds a quotation by ref: None where there is none or consent was withdrawn."""
        self._quotes = find
        return find

    def find(self, slug: str) -> Listing:
        if slug not in self.all:
            close = difflib.get_close_matches(slug, self.all, n=3, cutoff=0.4) or list(
                self.all
            )
            raise UnknownListing(
                f"there is no list “{slug}”; there are {', '.join(close)}"
            )
        return self.all[slug]

    def quote(self, ref: str) -> Quotation:
        found = self._quotes(ref) if self._quotes else None
        if found is None:
            raise UnknownListing(f"there is no quotation “{ref}” that may be printed")
        return found


listings = Listings()
