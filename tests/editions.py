"""Editions of a report as their readers take them in: pages, the text of the PDF and what it carries, the data."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from rso.reports.editions import write_editions
from rso.reports.facts import facts
from rso.reports.models import Report
from tests.tagged import Tagged


@dataclass(frozen=True)
class Edition:
    """The editions of one report in one folder."""

    ref: str
    folder: Path

    @classmethod
    def write(cls, ref: str, folder: Path) -> Edition:
        write_editions(Report.objects.get(ref=ref), folder)
        return cls(ref, folder)

    @cached_property
    def pages(self) -> dict[str, str]:
        """The web pages by their names."""
        return {path.stem: path.read_text() for path in sorted((self.folder / "web").glob("*.html"))}

    @cached_property
    def facts(self) -> list[dict[str, Any]]:
        """Every figure that a web page prints, read from the page alone."""
        return [{**fact, "page": name} for name, page in self.pages.items() for fact in facts(page)]

    @cached_property
    def pdf(self) -> PdfReader:
        return PdfReader(self.folder / f"{self.ref}.pdf")

    @cached_property
    def tagged(self) -> Tagged:
        return Tagged(self.pdf)

    @cached_property
    def texts(self) -> list[str]:
        """The words of each page of the PDF, in one line."""
        return [" ".join(page.extract_text().split()) for page in self.pdf.pages]

    @cached_property
    def evidence(self) -> dict[str, Any]:
        """What the PDF carries with it."""
        (attached,) = self.pdf.attachments["evidence.json"]
        found: dict[str, Any] = json.loads(attached)
        return found

    def table(self, name: str) -> list[dict[str, str]]:
        """A table of the data edition."""
        with (self.folder / "data" / f"{name}.csv").open(newline="") as file:
            return list(csv.DictReader(file))

    @property
    def charts(self) -> dict[str, dict[str, Any]]:
        """The published specification of each chart, by its name."""
        folder = self.folder / "data" / "charts"
        return {path.name.removesuffix(".vl.json"): json.loads(path.read_text()) for path in sorted(folder.iterdir())}
