"""Draws a document as a Word file, from the same nodes as page and print: headings, tables with header rows, endnotes.

A chart is its table: Word has no drawing that a screen reader can read. Same document, same bytes: no clock, no names.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from rso.core.periods import show_day
from rso.reports.document import Document
from rso.reports.markdown import Node

#: The oldest time that an archive can tell.
ANY_TIME = (1980, 1, 1, 0, 0, 0)


def as_word(document: Document) -> bytes:
    """The whole report as DOCX."""
    with translation.override(document.language):
        drawn = _Word(document)
        for chapter in document.chapters:
            drawn.heading(chapter.numbered_title, 1)
            for section in chapter.sections:
                if section.title and section.title != chapter.title:
                    drawn.heading(section.title, 2)
                drawn.blocks(section.blocks)
        if document.sources and not any(node["t"] == "sources" for node in document.blocks()):
            drawn.heading(_("Endnotes"), 1)
            drawn.sources()
        made = io.BytesIO()
        drawn.word.save(made)
    return _without_time(made.getvalue())


def _without_time(made: bytes) -> bytes:
    """The same archive with entries that bear no time of their own."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            fresh = zipfile.ZipInfo(entry.filename, ANY_TIME)
            fresh.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(fresh, old.read(entry))
    return out.getvalue()


class _Word:
    def __init__(self, document: Document) -> None:
        from docx import Document as Word

        self.document, self.level = document, 0
        self.word = Word()
        told = self.word.core_properties
        told.title, told.author, told.language = document.title, document.office, document.language
        told.created = told.modified = datetime(document.as_at.year, document.as_at.month, document.as_at.day)
        told.last_modified_by, told.comments, told.revision = document.office, document.statement, 1
        self.word.add_heading(document.title, 0)
        for line in (document.subtitle, document.office, document.parent, document.statement):
            if line:
                self.word.add_paragraph(line)
        self.word.add_paragraph(_("Records as at %(day)s") % {"day": show_day(document.as_at)})
        if document.counts_illustrative:
            self.word.add_paragraph(_("This report counts illustrative records; each figure says how many."))

    def heading(self, text: str, level: int) -> Any:
        """A heading that is at most one level below the one before it."""
        self.level = min(level, self.level + 1)
        return self.word.add_heading(text, self.level)

    # -- blocks --------------------------------------------------------------------------------------------------------

    def blocks(self, nodes: Sequence[Node], style: str | None = None) -> None:
        for node in nodes:
            draw = getattr(self, f"_{node['t']}", None)
            if draw:
                draw(node, style)
            else:
                self._p({"c": [node]}, style)

    def _p(self, node: Node, style: str | None) -> None:
        self._inline(self.word.add_paragraph(style=style), node["c"])

    def _h(self, node: Node, style: str | None) -> None:
        self._inline(self.heading("", min(node["level"] + 1, 3)), node["c"])

    def _ul(self, node: Node, style: str | None) -> None:
        for item in node["items"]:
            self.blocks(item, _listed("List Bullet", style))

    def _ol(self, node: Node, style: str | None) -> None:
        """A list with numbers of its own: else Word goes on counting from the list before it."""
        own, began = _listed("List Number", style), len(self.word.paragraphs)
        for item in node["items"]:
            self.blocks(item, own)
        numbers = _from_one(self.word, own)
        drawn: list[Any] = self.word.paragraphs[began:]
        for paragraph in drawn:
            told = paragraph._p.get_or_add_pPr()
            if paragraph.style.name == own and told.numPr is None:
                told.get_or_add_numPr().get_or_add_numId().val = numbers

    def _aside(self, node: Node, style: str | None) -> None:
        self.blocks(node["c"], "Intense Quote")

    def _quote(self, node: Node, style: str | None) -> None:
        self.word.add_paragraph(f"“{node['words']}” – {node['by']}", style="Quote")

    def _hr(self, node: Node, style: str | None) -> None:
        self.word.add_paragraph()

    def _photo(self, node: Node, style: str | None) -> None:
        """Its words alone: what it shows, its caption and its credit."""
        told = _("Photograph: %(credit)s") % {"credit": node["credit"]}
        self.word.add_paragraph(" ".join(filter(None, (f"[{node['alt']}]", node["caption"], told))))

    def _sources(self, node: Node, style: str | None) -> None:
        self.sources()

    def sources(self) -> None:
        for source in self.document.sources:
            text = f"[{source['n']}] {source['author']}, {source['title']}{source['tail']} {source['link']}"
            self.word.add_paragraph(text.strip())

    def _headlines(self, node: Node, style: str | None) -> None:
        for entry in node["of"]:
            beside = entry["beside"]
            also = f" ({beside['shown']} {beside['words']})" if beside else ""
            self.word.add_paragraph(f"{entry['shown']} {entry['sentence']}{also}", style="List Bullet")

    # -- charts and tables ---------------------------------------------------------------------------------------------

    def _chart(self, node: Node, style: str | None) -> None:
        chart = node["chart"]
        rows = [[row["label"], row["shown"]] for row in [*chart["rows"], *chart["others"]]]
        foot = [[_("All"), chart["total"]]] if chart["total"] else []
        self._grid(
            chart["finding"], chart["sub"], list(chart["heads"])[:2], [*rows, *foot], [chart["note"], *node["notes"]]
        )

    def _table(self, node: Node, style: str | None) -> None:
        rows = [[str(cell["v"]) for cell in row] for row in (*node["rows"], *node["foot"])]
        self._grid(node["finding"], node["sub"], node["head"], rows, node["notes"])

    def _grid(
        self, finding: str, sub: str, head: Sequence[str], rows: Sequence[Sequence[str]], notes: Sequence[str]
    ) -> None:
        """A heading that says the finding, a table whose first row is a header that repeats on each page, and its notes."""
        self.word.add_paragraph(finding, style="Caption")
        self.word.add_paragraph(sub)
        if rows:
            table = self.word.add_table(rows=1, cols=len(head), style="Table Grid")
            _repeat(table.rows[0])
            _describe(table, finding, sub)
            for cell, text in zip(table.rows[0].cells, head, strict=True):
                cell.paragraphs[0].add_run(text).bold = True
            for row in rows:
                for cell, text in zip(table.add_row().cells, row, strict=False):
                    cell.text = str(text)
        for note in filter(None, notes):
            self.word.add_paragraph(str(note))

    # -- words ---------------------------------------------------------------------------------------------------------

    def _inline(self, paragraph: Any, nodes: Sequence[Node], **look: bool) -> None:
        for node in nodes:
            if node["t"] in ("em", "strong"):
                self._inline(paragraph, node["c"], **{**look, "italic" if node["t"] == "em" else "bold": True})
            elif node["t"] == "link":
                self._inline(paragraph, node["c"], **look)
                paragraph.add_run(f" ({node['href']})")
            else:
                run = paragraph.add_run(_text_of(node))
                run.italic, run.bold = look.get("italic"), look.get("bold")


def _text_of(node: Node) -> str:
    if node["t"] == "fn":
        return f" [{node['n']}]"
    if node["t"] == "stated":
        return f"{node['shown']} [{node['n']}]"
    return str(node.get("v", node.get("shown", "")))


def _listed(kind: str, outer: str | None) -> str:
    """The style of a list, by the list in which it stands: Word has three depths of each."""
    depth = 1 if not outer or not outer.startswith("List") else 3 if outer[-1] in "23" else 2
    return kind if depth == 1 else f"{kind} {depth}"


def _from_one(word: Any, style: str) -> int:
    """Numbers that look as those of all lists of a style do, and begin with one."""
    known = word.part.numbering_part.element
    of_style = word.styles[style].element.pPr.numPr.numId.val
    made = known.add_num(known.num_having_numId(of_style).abstractNumId.val)
    made.add_lvlOverride(ilvl=0).add_startOverride(1)
    return int(made.numId)


def _repeat(row: Any) -> None:
    """Marks a row as the header of its table."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _describe(table: Any, finding: str, sub: str) -> None:
    """Alt text of a table: what it finds, and of what."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for name, text in (("w:tblCaption", finding), ("w:tblDescription", sub)):
        mark = OxmlElement(name)
        mark.set(qn("w:val"), text)
        table._tbl.tblPr.append(mark)
