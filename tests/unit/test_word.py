"""The Word file says what the other editions say: headings in order, tables with header rows, charts as tables, endnotes."""

from __future__ import annotations

import io
from datetime import date
from functools import cache

import docx
import pytest
from docx.oxml.ns import qn

from rso.reports.compiler import compile_report
from rso.reports.document import Chapter, Document, SectionOut
from rso.reports.markdown import Node, parse
from rso.reports.models import Report
from rso.reports.word import as_word


@cache
def made():
    document = compile_report(Report.objects.get(ref="annual-2022"))
    return document, as_word(document)


@pytest.fixture
def compiled(office):
    return made()[0]


@pytest.fixture
def word(office):
    return docx.Document(io.BytesIO(made()[1]))


@pytest.mark.long
def test_the_same_document_gives_the_same_bytes(compiled):
    assert as_word(compiled) == as_word(compiled)


@pytest.mark.long
def test_headings_come_in_order_and_skip_no_level(compiled, word):
    levels = [int(p.style.name.split()[-1]) for p in word.paragraphs if p.style.name.startswith("Heading")]
    chapters = [p.text for p in word.paragraphs if p.style.name == "Heading 1"]

    assert chapters == [chapter.numbered_title for chapter in compiled.chapters]
    assert [after for before, after in zip([0, *levels], levels, strict=False) if after > before + 1] == []


def test_every_chart_and_table_is_a_table_with_a_header_row_and_alt_text(compiled, word):
    exhibits = [node for node in compiled.blocks() if node["t"] in ("chart", "table")]
    filled = [node for node in exhibits if node["t"] == "chart" or node["rows"]]
    findings = [node["chart"]["finding"] if node["t"] == "chart" else node["finding"] for node in filled]

    assert [table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) for table in word.tables] == findings
    assert all(table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for table in word.tables)


def test_every_source_is_an_endnote(compiled, word):
    text = [p.text for p in word.paragraphs]

    assert [
        source["n"] for source in compiled.sources if not any(t.startswith(f"[{source['n']}] ") for t in text)
    ] == []


def test_the_figures_of_prose_stand_as_they_are_printed(compiled, word):
    text = "\n".join(p.text for p in word.paragraphs)
    in_prose = {
        compiled.figures[c["key"]].shown
        for node in compiled.blocks()
        if node["t"] == "p"
        for c in node["c"]
        if c["t"] == "fig"
    }

    assert in_prose
    assert {shown for shown in in_prose if shown not in text} == set()


def in_word(*blocks: Node) -> docx.document.Document:
    """A report of nothing but these blocks."""
    chapter = Chapter("words", "Words", "", [SectionOut("words", "", list(blocks))])
    told = Document("words", "Words", "", "en", "2022", "2022", date(2022, 12, 31), "RSO", "", "", "", [chapter])
    return docx.Document(io.BytesIO(as_word(told)))


def test_each_list_counts_from_one_and_a_list_in_a_list_stands_deeper():
    made = in_word(*parse("1. Ask.\n2. Answer:\n   - in words\n   - in deeds:\n     1. help\n\nThen:\n\n1. Thank.\n"))
    lists = [p for p in made.paragraphs if p.style.name.startswith("List")]
    numbers = {p.text: p._p.pPr.numPr.numId.val for p in lists if p._p.pPr.numPr is not None}
    begins = {
        num.numId: [each.startOverride.val for each in num.lvlOverride_lst]
        for num in made.part.numbering_part.element.num_lst
    }

    assert [(p.text, p.style.name.removeprefix("List ")) for p in lists] == [
        ("Ask.", "Number"), ("Answer:", "Number"), ("in words", "Bullet 2"), ("in deeds:", "Bullet 2"),
        ("help", "Number 3"), ("Thank.", "Number"),
    ]  # fmt: skip
    assert list(numbers) == ["Ask.", "Answer:", "help", "Thank."]
    assert len({numbers["Ask."], numbers["help"], numbers["Thank."]}) == 3
    assert numbers["Ask."] == numbers["Answer:"]
    assert [begins[number] for number in numbers.values()] == [[1]] * 4


def test_what_is_marked_twice_is_marked_once():
    nested = {"t": "strong", "c": [{"t": "em", "c": [{"t": "strong", "c": [{"t": "text", "v": "Thanks"}]}]}]}

    (run,) = in_word({"t": "p", "c": [nested]}).paragraphs[-1].runs
    assert (run.text, run.bold, run.italic) == ("Thanks", True, True)
