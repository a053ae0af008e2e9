"""Sets a document as PDF/UA-1 and PDF/A-3a by Typst, in a process of its own so that its memory goes when it is done."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from rso.core.periods import show_day
from rso.reports.document import Document
from rso.reports.letters import FONTS

HERE = Path(__file__).resolve().parent / "print"
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class CannotTypeset(Exception):
    """Typst refused the document or warned of something; its words are the message."""


def printable(document: Document) -> dict[str, Any]:
    """The document as main.typ reads it."""
    state = _("Draft, not published")
    if document.edition and document.published_on:
        form = _("Edition %(number)s, published %(day)s")
        state = form % {"number": document.edition, "day": show_day(document.published_on)}
    as_at = _("Records as at %(day)s") % {"day": show_day(document.as_at)}
    covered = sum(pile["n"] for pile in document.cover)
    return {
        "title": document.title, "subtitle": document.subtitle or _("What the office did, and the records that show it"),
        "office": document.office, "parent": document.parent, "statement": document.statement, "edition": f"{state} · {as_at}",
        "language": document.language, "description": f"{document.title}. {document.statement}".strip(),
        "date": [document.as_at.year, document.as_at.month, document.as_at.day], "base": document.base_url,
        "keywords": ["report", "figures", "records", *([edition_id(document), document.seal] if document.edition else [])],
        "figures": {key: {**p.as_json(), "address": on_paper(p.url)} for key, p in document.figures.items()},
        "chapters": [
            {
                "id": c.id, "title": c.title, "mark": c.mark, "letter": c.is_annex,
                "sections": [{"id": s.id, "title": s.title, "blocks": s.blocks} for s in c.sections],
            }
            for c in document.chapters
        ],
        "sources": [{**source, "address": on_paper(source["link"])} for source in document.sources], "cover": document.cover,
        "cover_photo": document.cover_photo,
        "cover_words": _cover_words(document, covered), "cover_alt": _cover_alt(document, covered),
        "words": {
            "all": _("All"), "percent": _("Per cent"), "chart": _("Chart"), "table": _("Table"), "contents": _("Contents"),
            "exhibits": _("Charts and tables"), "by": _("by"), "photograph": _("Photograph: %(credit)s") % {"credit": ""}, "opens": _("Opens onto its records"), "others": _("Without a tile:"),
            "evidence": _("Every figure of this edition with its basis and the records behind it"),
        },
    }  # fmt: skip


def edition_id(document: Document) -> str:
    return f"{document.ref}/{document.edition}"


def lay_photographs(document: Document, folder: Path) -> None:
    """Copies the files of the document's photographs beside what draws them."""
    for name, path in sorted(document.photographs.items()):
        (folder / "photographs").mkdir(exist_ok=True)
        with default_storage.open(path) as file:
            (folder / "photographs" / name).write_bytes(file.read())


def on_paper(url: str) -> str:
    """An address as it is printed: without its scheme, and without a host that only this machine can reach."""
    shown = urlsplit(url)._replace(scheme="")
    here = shown.hostname in LOOPBACK
    return (shown._replace(netloc="") if here else shown).geturl().lstrip("/")


def _cover_words(document: Document, covered: int) -> str:
    words = []
    if document.cover:
        form = _(
            "One line for each of %(lines)s attendances, one pile for each of %(piles)s events. Gold: total stated by a source."
        )
        words.append(form % {"lines": covered, "piles": len(document.cover)})
    if document.counts_illustrative:
        words.append(_("This report counts illustrative records; each figure says how many."))
    return " ".join(words)


def _cover_alt(document: Document, covered: int) -> str:
    piles = ", ".join(f"{pile['label']} {pile['n']}" for pile in document.cover)
    return _("%(lines)s lines in %(piles)s piles, one pile for each event: %(each)s.") % {
        "lines": covered,
        "piles": len(document.cover),
        "each": piles,
    }


def typeset(document: Document, evidence: bytes) -> bytes:
    """The PDF. Same document, same bytes: no clock, no folder, fonts of our own only. Raises CannotTypeset."""
    with tempfile.TemporaryDirectory(prefix="rso-") as folder:
        work = Path(folder)
        for name in ("main.typ", "report.typ"):
            (work / name).write_text((HERE / name).read_text(encoding="utf-8"), encoding="utf-8")
        (work / "document.json").write_text(json.dumps(printable(document), ensure_ascii=False), encoding="utf-8")
        (work / "evidence.json").write_bytes(evidence)
        lay_photographs(document, work)
        command = [sys.executable, "-m", "rso.reports.typst_process", str(work), str(FONTS), document.as_at.isoformat()]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CannotTypeset(done.stderr.strip())
        return (work / "report.pdf").read_bytes()
