"""The PDF as a reader's tools meet it: its standards, its tags, what it carries, where it leads; nothing is left unread."""

from __future__ import annotations

import csv
import itertools
import re
from dataclasses import replace
from datetime import date
from io import BytesIO

import pdfua
import polib
import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfReader, PdfWriter

from rso.environment import HOUSE
from rso.reports.compiler import compile_report, preview_section
from rso.reports.document import Chapter, Document, SectionOut
from rso.reports.letters import FONTS, NEVER_DRAWN, codes_of, lacking, printable
from rso.reports.models import Report
from rso.reports.typeset import CannotTypeset, on_paper, typeset
from tests.conftest import OFFICE_2022
from tests.editions import Edition
from tests.sampling import few
from tests.tagged import INLINE, Element, Tagged

REPORTS = few(["monthly-2022-09", "annual-2022"])


@pytest.fixture(params=REPORTS)
def edition(request, office, editions) -> Edition:
    return editions(request.param)


@pytest.fixture
def tagged(edition) -> Tagged:
    return edition.tagged


# -- standards -----------------------------------------------------------------------------------------------------------


def test_the_pdf_names_both_standards_its_language_and_its_title(edition):
    root, metadata = edition.pdf.trailer["/Root"], edition.pdf.xmp_metadata
    told = metadata.stream.get_data().decode()

    claims = dict(re.findall(r"<(pdfaid:part|pdfaid:conformance|pdfuaid:part)>(\w+)<", told))
    assert claims == {"pdfaid:part": "3", "pdfaid:conformance": "A", "pdfuaid:part": "1"}
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"], root["/ViewerPreferences"]["/DisplayDocTitle"]) == (
        "en-GB",
        True,
        True,
    )
    assert edition.pdf.metadata.title == Report.objects.get(ref=edition.ref).title
    assert metadata.dc_title["x-default"] == edition.pdf.metadata.title


@pytest.mark.long
def test_a_second_look_at_pdf_ua_finds_nothing(edition):
    assert [str(finding) for finding in pdfua.validate(edition.folder / f"{edition.ref}.pdf").findings] == []


def test_a_pdf_without_tags_would_be_found(tmp_path):
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(tmp_path / "blank.pdf")

    assert pdfua.validate(tmp_path / "blank.pdf").findings


def test_every_font_is_embedded(edition):
    fonts: dict[str, bool] = {}
    for page in edition.pdf.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            below = font.get_object()["/DescendantFonts"][0].get_object()
            fonts[below["/BaseFont"]] = bool({"/FontFile2", "/FontFile3"} & set(below["/FontDescriptor"]))

    assert {name for name, embedded in fonts.items() if not embedded} == set()
    assert fonts


# -- what it carries and where it leads ----------------------------------------------------------------------------------


def test_the_pdf_carries_the_evidence_as_its_source(edition):
    (attached,) = edition.pdf.trailer["/Root"]["/AF"]
    file = attached.get_object()

    assert (file["/UF"], file["/AFRelationship"]) == ("evidence.json", "/Source")
    assert file["/EF"]["/F"].get_object()["/Subtype"] == "/application/json"
    assert edition.evidence["report"] == edition.ref


def test_every_figure_in_the_prose_links_to_its_page_and_no_link_leads_to_another(edition):
    links = {
        annotation.get_object()["/A"]["/URI"]
        for page in edition.pdf.pages
        for annotation in page.get("/Annots", ())
        if "/URI" in annotation.get_object().get("/A", {})
    }
    in_prose = {fact["figure"] for fact in edition.facts if fact["page"] != "headlines" and fact["filter"] == ""}

    known = {figure["address"] for figure in edition.evidence["figures"]}
    assert {link for link in links if "/figures/" in link} - known == set()
    assert {
        figure["address"]
        for figure in edition.evidence["figures"]
        if figure["figure"] in in_prose and not figure["filter"]
    } <= links


def test_an_address_is_printed_without_its_scheme_and_without_a_host_that_others_cannot_reach():
    assert on_paper("https://rso.example/figures/members/2022/#by-kind") == "rso.example/figures/members/2022/#by-kind"
    assert on_paper("http://localhost:8000/figures/members/2022/") == "figures/members/2022/"
    assert on_paper("http://127.0.0.1:8000/reports/?year=2022") == "reports/?year=2022"
    assert on_paper("") == ""


def test_no_page_prints_a_host_that_others_cannot_reach(edition):
    assert [at for at, text in enumerate(edition.texts, 1) if re.search("localhost|127.0.0.1", text)] == []
    assert [name for name, page in edition.pages.items() if re.search(r">[^<]*localhost", page)] == []


# -- how it reads --------------------------------------------------------------------------------------------------------


def test_every_word_is_read_as_part_of_a_heading_a_paragraph_an_entry_or_a_cell(tagged):
    """No run of text lies bare in the document or in a division, where its beginning and end cannot be heard."""
    holders = [Element(tagged.root), *tagged.elements()]
    bare = [
        (holder.kind, tagged.text(child))
        for holder in holders
        if holder.kind in ("", "Document", "Div", "LBody", "BlockQuote", "Table")
        for child in holder.children
        if child.kind in INLINE and not in_contents(holder)
    ]

    assert bare == []


def in_contents(element: Element) -> bool:
    """Entries of the contents are laid out by divisions inside their links."""
    node = element.node
    while "/P" in node:
        if node.get("/S") == "/TOCI":
            return True
        node = node["/P"].get_object()
    return False


def test_headings_descend_by_one_and_every_table_has_a_head(tagged):
    levels = [int(element.kind[1]) for element in tagged.elements() if re.fullmatch(r"H\d", element.kind)]
    tables = [element for element in tagged.elements() if element.kind == "Table"]

    assert [pair for pair in itertools.pairwise(levels) if pair[1] > pair[0] + 1] == []
    assert levels[0] == 1
    assert tables
    heads = [
        [cell.kind for part in table.children if part.kind == "THead" for row in part.children for cell in row.children]
        for table in tables
    ]
    assert [cells for cells in heads if set(cells) != {"TH"}] == []


@pytest.mark.long
def test_every_picture_is_told_in_words(tagged):
    pictures = [element.alt for element in tagged.elements() if element.kind == "Figure"]

    assert [words for words in pictures if len(words.split()) < 10] == []


def test_a_definition_stands_once_in_a_chapter_where_its_figure_is_first_named(tagged):
    chapters: list[list[str]] = [[]]
    for line in tagged.lines():
        if line.startswith("H1"):
            chapters.append([])
        elif line.startswith("Note"):
            number, title = re.match(r"Note  (\d+) ([^.]+)\.", line).groups()
            chapters[-1].append(title)
            assert int(number) == len(chapters[-1])

    assert [titles for titles in chapters if len(set(titles)) < len(titles)] == []
    assert max(map(len, chapters)) > 5


def test_no_sentence_ends_twice_and_no_cell_is_empty(tagged):
    lines = list(tagged.lines())

    assert [line for line in lines if re.search(r"[.:;,]\s*\.|\s[.](?:\s|$)", re.sub(r"\d+ \.", "", line))] == []
    assert [line for line in lines if re.search(r"\|\s*$", line)] == []


@pytest.mark.long
def test_the_contents_fill_one_page_and_charts_and_tables_stay_together(annual):
    chapters = compile_report(Report.objects.get(ref="annual-2022")).chapters

    assert [chapter.title for chapter in chapters if chapter.title not in annual.texts[1]] == []
    assert annual.texts[2].startswith("3 Contents Annual Report 2022 Charts and tables Chart 1 ")


def test_no_page_is_nearly_empty(edition):
    """But for the cover, and the list of charts beside the contents."""
    words = [len(text.split()) for text in edition.texts[3:]]

    assert [at for at, number in enumerate(words, 4) if number < 90] == []


def sizes_in(document: Document, page: int) -> dict[str, float]:
    """The size of each piece of text on a page of the PDF."""
    sizes: dict[str, float] = {}
    drawn = PdfReader(BytesIO(typeset(document, b"{}"))).pages[page]
    drawn.extract_text(visitor_text=lambda text, _cm, _tm, _font, size: sizes.setdefault(text.strip(), size))
    return sizes


def width_of(shown: str, font: str, size: float) -> float:
    """How wide a number is drawn, in millimetres."""
    drawn = TTFont(FONTS / f"{font}.ttf")
    parts = sum(drawn["hmtx"][drawn.getBestCmap()[ord(sign)]][0] for sign in shown) / drawn["head"].unitsPerEm
    return parts * size * 25.4 / 72


@pytest.mark.parametrize(
    ("title", "size"),
    [("Annual Report", 60), ("Annual Report of the Regional Support Office of the Process", 48), ("W " * 80, 30)],
)
def test_a_long_title_is_set_smaller_so_that_the_cover_stays_one_page(title, size):
    document = document_of("en", "Words")
    document.title, document.cover = title.strip(), [{"label": "E", "n": 90, "stated": False}] * 14

    cover, contents = sizes_in(document, 0), sizes_in(document, 1)
    assert (max(cover.values()), "One line for each of 1260 attendances" in " ".join(cover)) == (size, True)
    assert "Contents" in contents


def test_a_cover_of_many_events_has_a_pile_for_each():
    document = document_of("en", "Words")
    document.cover = [{"label": "E", "n": 1, "stated": True}] * 120
    drawn = PdfReader(BytesIO(typeset(document, b"{}"))).pages[0].get_contents().get_data().decode("latin1")

    lines = [float(width) for width in re.findall(r"0 0 m ([\d.]+) 0 l \1 1\.309", drawn)]
    assert (len(lines), min(lines) > 2) == (120, True)


@pytest.mark.parametrize("shown", ["600", "1,284", "12,840,000"])
def test_a_great_number_stands_beside_its_words_and_not_under_them(office, shown):
    found = preview_section(Report.objects.get(ref="annual-2022"), "year-headlines", "", "{{ headlines }}")
    found.document.chapters.append(Chapter("year", "The year", "", [found.section]))
    key = found.section.blocks[0]["of"][0]["key"]
    found.document.figures[key] = replace(found.document.figures[key], shown=shown)

    size = sizes_in(found.document, -2)[shown]
    assert width_of(shown, "OfficeSerifDisplay-Regular", size) < 84
    assert (size == pytest.approx(146)) == (shown == "600")


@pytest.mark.parametrize("shown", ["31", "2,264,465.01"])
def test_the_values_of_columns_do_not_run_into_one_another(office, shown):
    months = "{{ chart expenditure by=month | Month by month }}"
    found = preview_section(Report.objects.get(ref="annual-2022"), "money-expenditure", "Money", months)
    found.document.chapters.append(Chapter("money", "Money", "", [found.section]))
    rows = found.section.blocks[0]["chart"]["rows"]
    for row in rows:
        row["shown"] = shown

    size = sizes_in(found.document, -1)[shown]
    assert width_of(shown, "PublicSans-SemiBold", size) < 166 / len(rows)
    assert (size == pytest.approx(7.8)) == (shown == "31")


# -- scripts -------------------------------------------------------------------------------------------------------------


def document_of(language: str, *texts: str) -> Document:
    paragraphs = [
        {"t": "p", "c": [{"t": style, "c": [{"t": "text", "v": text}]}]} for text in texts for style in ("em", "strong")
    ]
    heads = [{"t": "h", "level": 1, "id": "h", "c": [{"t": "text", "v": text}]} for text in texts[:1]]
    chapter = Chapter("words", texts[0], "1", [SectionOut("words", texts[0], [*heads, *paragraphs])])
    return Document(
        "words", "Words", "", language, "2022", "2022", date(2022, 12, 31), "RSO", "", "", "https://rso.example", [chapter],
    )  # fmt: skip


def words_in(language: str) -> set[str]:
    """What the site and the example office's lists say in a language."""
    entries = polib.pofile(str(HOUSE / "locale" / "th" / "LC_MESSAGES" / "django.po"))
    if language == "en":
        return {entry.msgid for entry in entries}
    entries = polib.pofile(str(HOUSE / "locale" / language / "LC_MESSAGES" / "django.po"))
    rows = [row for file in sorted(OFFICE_2022.glob("*.csv")) for row in csv.DictReader(file.read_text().splitlines())]
    named = {row[name] for row in rows for name in row if name.endswith(f"_{language}")}
    return (named | {entry.msgstr for entry in entries}) - {""}


@pytest.mark.parametrize("language", ["en", "id", "th"])
def test_no_letter_of_what_is_said_in_a_language_is_missing_from_the_fonts_of_print(language):
    texts = sorted(words_in(language), key=len)
    letters = "".join(sorted(set("".join(texts)) - {"\n"}))

    assert len(texts) > 50
    assert typeset(document_of(language, *texts[-20:], letters), b"{}").startswith(b"%PDF")


def test_a_letter_that_no_font_has_is_refused_and_never_printed_as_a_box():
    with pytest.raises(CannotTypeset, match="𒀀"):
        typeset(document_of("en", "Before 𒀀 after"), b"{}")


def test_what_print_has_is_read_from_its_fonts_and_what_is_never_drawn_needs_none():
    for path in FONTS.glob("*.ttf"):
        assert codes_of(path) == set(TTFont(path).getBestCmap())
    never = "".join(f"a{chr(code)}" for code in sorted(NEVER_DRAWN) if code > 0x20)
    every = "".join(chr(code) for code in sorted(printable() - NEVER_DRAWN))

    assert lacking(never + every + "ĬǞ\u0301q̣̄") == ""
    assert typeset(document_of("en", never, every, "ĬǞ", "q̣̄"), b"{}").startswith(b"%PDF")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        *(("😀", "😀"), ("中文", "中 文"), ("안녕", "안 녕"), ("हि", "ह ि"), ("த", "த"), ("𒀀", "𒀀"), ("א", "א")),
        *(("\ufeff", "U+FEFF"), ("\u1680", "U+1680"), ("⚠\ufe0f", "⚠")),
    ],
)
def test_a_letter_that_print_lacks_is_found_before_it_is_typeset(text, told):
    assert lacking(f"Before {text} after {text}") == told
    with pytest.raises(CannotTypeset):
        typeset(document_of("en", f"Before {text} after"), b"{}")


def test_pages_of_the_example_use_no_letter_that_is_shown_as_a_box(edition):
    assert [at for at, text in enumerate(edition.texts, 1) if "\ufffd" in text or "\u0000" in text] == []


@pytest.mark.parametrize(
    ("language", "told", "words"),
    [("th", "th", "รายงานประจำปี"), ("ar", "ar", "التقرير السنوي"), ("en", "en-GB", "Report")],
)
def test_the_pdf_tells_the_language_of_its_report(language, told, words):
    pdf = PdfReader(BytesIO(typeset(document_of(language, words), b"{}")))

    assert pdf.trailer["/Root"]["/Lang"] == told


@pytest.mark.long
def test_a_chart_of_shares_prints_rows_that_belong_to_no_group(office):
    report = Report.objects.get(ref="monthly-2022-09")
    shares = "{{ chart participations by=purpose kind=shares | Shares }}"
    found = preview_section(report, "remarks", "", shares)
    found.document.chapters.append(Chapter("remarks", "Remarks", "", [found.section]))
    drawn = found.section.blocks[0]["chart"]

    text = " ".join(PdfReader(BytesIO(typeset(found.document, b"{}"))).pages[-1].extract_text().split())
    assert drawn["groups"] == []
    assert [row["label"] for row in drawn["rows"] if row["label"] not in text] == []
