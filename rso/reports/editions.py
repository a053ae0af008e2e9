"""Writes the editions of a report into a folder: web pages, PDF, data. One document, so that they cannot disagree."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.template.loader import render_to_string
from django.utils import translation

from rso.core.folders import replacing
from rso.environment import HOUSE
from rso.reports.compiler import compile_report
from rso.reports.document import Document
from rso.reports.evidence import as_bytes, digest, evidence
from rso.reports.html import chapter_context
from rso.reports.models import Report
from rso.reports.package import write_package
from rso.reports.typeset import lay_photographs, typeset

STATIC = HOUSE / "static"


@dataclass(frozen=True)
class Written:
    """Where the editions lie, and how many of what they hold."""

    folder: Path
    pdf: Path
    web: Path
    data: Path
    figures: int
    records: int


def write_editions(report: Report, folder: Path, *, as_at: date | None = None) -> Written:
    """Compiles a report and writes its editions. The folder is replaced as a whole, or left alone where nothing changed.

    Raises CannotCompile, CannotTypeset or OSError; then nothing is touched.
    """
    document = compile_report(report, as_at=as_at)
    with replacing(folder, ours=names_of(report.ref)) as work:
        lay(document, as_bytes(evidence(document)), work)
    records = {ref for refs in document.records.values() for ref in refs}
    pdf = folder / f"{document.ref}.pdf"
    return Written(folder, pdf, folder / "web", folder / "data", len(document.figures), len(records))


def names_of(ref: str) -> set[str]:
    """What a folder of editions holds."""
    return {f"{ref}.pdf", "web", "data", "data.zip", "manifest.json"}


def lay(document: Document, proof: bytes, work: Path) -> None:
    """Writes web pages, PDF and data side by side. Raises CannotTypeset."""
    with translation.override(document.language):
        (work / "web").mkdir()
        (work / f"{document.ref}.pdf").write_bytes(typeset(document, proof))
        write_pages(document, work / "web", digest(proof))
        write_package(document, work / "data", proof)
        zip_folder(work / "data", work / "data.zip")


def write_pages(document: Document, folder: Path, proof: str) -> None:
    """The web edition: a contents page and a page for each chapter, with its own style and fonts, without JavaScript."""
    about = {"proof": proof}
    for at, chapter in enumerate(document.chapters):
        page = render_to_string("reports/edition_chapter.html", {**chapter_context(document, at), **about})
        (folder / document.page(chapter.id)).write_text(page, encoding="utf-8")
    toc = [(chapter, document.page(chapter.id)) for chapter in document.chapters]
    index = render_to_string("reports/edition_index.html", {"document": document, "toc": toc, **about})
    (folder / "index.html").write_text(index, encoding="utf-8")
    lay_photographs(document, folder)
    for name in ("rso.css", "faces.css"):
        shutil.copyfile(STATIC / name, folder / name)
    (folder / "fonts").mkdir(exist_ok=True)
    for font in sorted((STATIC / "fonts").iterdir()):
        shutil.copyfile(font, folder / "fonts" / font.name)


def zip_folder(folder: Path, archive: Path, comment: str = "") -> None:
    """The folder as one file to take away: the same bytes each time, for entries bear no time of their own."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.comment = comment.encode()
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(str(path.relative_to(folder)), (1980, 1, 1, 0, 0, 0))
                entry.compress_type, entry.external_attr = (zipfile.ZIP_DEFLATED, 0o644 << 16)
                made.writestr(entry, path.read_bytes())
