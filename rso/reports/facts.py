"""Reads the printed figures back from a page of an edition, from its data elements alone."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[dict[str, Any]] = []
        self._open: dict[str, Any] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "data" and "data-figure" in given:
            value = float(given["value"])
            self._open = {
                "figure": given["data-figure"], "period": given["data-period"], "filter": given.get("data-filter", ""),
                "value": int(value) if value == int(value) else value, "unit": given["data-unit"],
                "decimals": int(given["data-decimals"]), "shown": "",
            }  # fmt: skip

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._open["shown"] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "data" and self._open is not None:
            self.found.append(self._open)
            self._open = None


def facts(page: str) -> list[dict[str, Any]]:
    """Figure, period, filter, value, unit, decimals and the shown text of every printed figure, in order."""
    reader = _Reader()
    reader.feed(page)
    return reader.found
