"""Every kind of token in a section's text, and what is said of one that makes no sense."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from docx import Document as Word

from rso.core.models import Statement
from rso.events.models import Consent, Quote
from rso.reports import definitions
from rso.reports.compiler import CannotCompile, compile_report, preview_section, words_in_force
from rso.reports.document import Document
from rso.reports.html import chapter_context
from rso.reports.markdown import BLOCKS, KINDS, Node, plain
from rso.reports.models import Report, SectionText
from rso.reports.typeset import typeset
from rso.reports.word import as_word
from tests.conftest import HOUSE

Write = Callable[[str], Document]


DEFINITION = """title: Remarks
headlines: [{figure: participations, by: presence, beside: people-reached}, {figure: events-held}]
parts:
  - id: remarks
    title: Remarks
    sections:
      - {id: remarks}
"""


@pytest.fixture
def write(office, tmp_path, monkeypatch) -> Write:
    """Compiles a report of one section, of a kind that is found because its folder is there."""
    (tmp_path / "remarks").mkdir()
    (tmp_path / "remarks" / "definition.yaml").write_text(DEFINITION)
    monkeypatch.setattr(definitions, "HERE", tmp_path)
    report = Report.objects.create(ref="remarks-2022", title="Remarks", definition="remarks", period="2022")

    def compiled(text: str) -> Document:
        SectionText.objects.update_or_create(ref="remarks", report=report, section="remarks", defaults={"text": text})
        return compile_report(report, base_url="https://rso.example")

    return compiled


def blocks_of(document: Document) -> list[Node]:
    (found,) = (
        section.blocks for chapter in document.chapters for section in chapter.sections if section.id == "remarks"
    )
    return found


def fault_of(write: Write, text: str) -> str:
    with pytest.raises(CannotCompile) as refused:
        write(text)
    (fault,) = refused.value.faults
    assert fault.section == "remarks"
    return fault.says


def words_of(document: Document) -> str:
    """The text of the only paragraph."""
    (paragraph,) = blocks_of(document)
    return plain(paragraph["c"])


def rows_of(block: Node) -> list[list[str]]:
    return [[cell["v"] for cell in row] for row in block["rows"]]


# -- what each makes -----------------------------------------------------------------------------------------------------


def test_fig_prints_a_figure_one_part_of_it_and_its_number_of_another_period(write):
    document = write(
        "{{ fig participations }}, {{ fig participations type=training }}, {{ fig participations period=2022-09 }}, "
        '{{ fig priorities-agreed meeting="20th Anniversary Constructive Dialogue" }}, {{ fig core-staff-share }}, '
        "{{ fig contributions period=2023 }}."
    )

    assert words_of(document) == "600, 206, 101, 9, 18 per cent, AUD 2.7 million."
    printed = document.figures["participations|2022|type=training"]
    assert (printed.value, printed.url) == (206, "https://rso.example/figures/participations/2022/#by-type")
    assert len(document.records[printed.records]) == 206


def test_period_prints_the_reports_own(write):
    assert words_of(write("In {{ period }}.")) == "In 2022."


def test_stated_prints_what_a_source_says_with_the_mark_of_its_endnote(write):
    document = write("Trained were {{ stated st-trained }}, reached {{ stated st-reached }}.")

    assert words_of(document) == "Trained were 600, reached 600."
    (paragraph,) = blocks_of(document)
    assert [node["n"] for node in paragraph["c"] if node["t"] == "stated"] == [1, 1]
    assert [source["ref"] for source in document.sources] == ["annual-report-2022"]
    assert document.figures == {}


def test_note_gives_each_source_one_number_in_the_order_of_the_text(write):
    document = write("A{{ note endnote-9 }} b{{ note endnote-2 }} c{{ note endnote-9 }}.")

    (paragraph,) = blocks_of(document)
    assert [node["n"] for node in paragraph["c"] if node["t"] == "fn"] == [1, 2, 1]
    assert [(s["n"], s["ref"], s["tail"]) for s in document.sources] == [
        ("1", "endnote-9", " (17 January 2023)."),
        ("2", "endnote-2", " (2023). Page 1."),
    ]


def test_source_list_stands_where_it_is_asked_for(write):
    assert blocks_of(write("{{ source-list }}")) == [{"t": "sources"}]


def test_sources_stand_at_the_end_where_the_kind_of_report_has_no_place_for_them(write):
    document = write("Some wrote {{ stated st-trained }}.")
    page = chapter_context(document, 0)

    assert [chapter.id for chapter in document.chapters] == ["remarks", "sources"]
    assert [node["t"] for node in document.chapters[1].sections[0].blocks] == ["sources"]
    assert 'href="sources.html#n1"' in page["sections"][0][1]
    assert 'id="n1"' in chapter_context(document, 1)["sections"][0][1]
    assert [each.text for each in Word(BytesIO(as_word(document))).paragraphs].count("Sources") == 1
    assert typeset(document, b"{}").startswith(b"%PDF")
    assert [chapter.id for chapter in write("Nobody wrote.").chapters] == ["remarks"]


def test_marks_lead_to_where_the_sources_are_listed(write):
    document = write("Some wrote {{ stated st-trained }}.\n\n{{ source-list }}")

    assert [chapter.id for chapter in document.chapters] == ["remarks"]
    assert 'href="remarks.html#n1"' in chapter_context(document, 0)["sections"][0][1]


def test_a_heading_and_a_link_have_words(write):
    says = "line 3: a heading has words behind its “#”"
    assert fault_of(write, "First.\n\n#") == fault_of(write, "First.\n\n- ##") == says
    for link in ("[here]()", "[](/events/)"):
        assert fault_of(write, f"First.\nSee {link}.") == (
            "line 2: a link has words and an address, as [events](/events/)"
        )


def test_what_leads_to_a_page_of_its_own_stands_in_no_link(write):
    for token in ("{{ fig participations }}", "{{ stated st-reached }}", "{{ note endnote-1 }}"):
        says = f"line 2: {token} leads to a page of its own; write it beside the link, not in it"
        assert fault_of(write, f"First.\n[Of *{token}*](/events/).") == says
    assert blocks_of(write("[Events of {{ period }}](/events/)."))[0]["c"][0]["t"] == "link"


def test_quote_prints_words_and_who_said_them(write):
    (block,) = blocks_of(write("{{ quote quote-anissa }}"))

    quote = Quote.objects.get(ref="quote-anissa")
    assert block == {"t": "quote", "words": quote.words, "by": f"{quote.speaker}, {quote.post}"}


def test_list_has_a_row_for_each_thing_that_its_figure_counts(write):
    (block,) = blocks_of(write("{{ list publications | What was published }}"))

    assert (block["finding"], block["sub"], len(block["rows"])) == ("What was published", "Publications, 2022", 16)
    assert {row[3] for row in rows_of(block)} == {"2022"}


def test_a_list_prints_no_more_of_a_date_than_is_known(write):
    (block,) = blocks_of(write("{{ list events }}"))

    assert [row[1] for row in rows_of(block) if row[1] != "2022"] == [
        "7–8 September 2022",
        "10–11 October 2022",
        "26–27 October 2022",
        "December 2022",
    ]


def test_an_empty_list_says_so(write):
    (block,) = blocks_of(write("{{ list publications period=2022-01 }}"))

    assert (block["rows"], block["notes"]) == ([], ["Nothing in this period."])


def test_table_splits_a_figure_by_one_dimension_and_sums(write):
    (block,) = blocks_of(write("{{ table events-held by=type }}"))

    assert (block["head"], block["finding"]) == (["Type of event", "Events"], "Events held")
    assert rows_of(block)[0] == ["Training course", "6"]
    assert [cell["v"] for cell in block["foot"][0]] == ["All", "14"]


def test_table_splits_by_two_dimensions(write):
    (block,) = blocks_of(write("{{ table participations by=type across=presence }}"))

    assert block["head"] == ["Type of event", "In the room", "Online"]
    assert rows_of(block)[0] == ["Training course", "76", "130"]
    assert "participations" in {
        figure.figure for figure in write("{{ table participations by=type across=presence }}").figures.values()
    }


def test_chart_has_its_finding_its_kind_by_the_dimension_and_a_published_specification(write):
    kinds = {"type": "bars", "month": "columns", "member": "tiles"}
    for dimension, kind in kinds.items():
        document = write(f"{{{{ chart participations by={dimension} | Many came }}}}")
        (block,) = blocks_of(document)
        assert (block["chart"]["kind"], block["chart"]["finding"]) == (kind, "Many came")
        assert f"participations-by-{dimension}" in document.specs
    (block,) = blocks_of(write("{{ chart expenditure-by-category | Where it went }}"))
    assert block["chart"]["kind"] == "shares"


@pytest.mark.long
def test_headlines_print_the_figures_that_the_kind_of_report_names(annual):
    great = [fact for fact in annual.facts if fact["page"] == "headlines" and not fact["filter"]]

    assert [(fact["figure"], fact["value"]) for fact in great] == [
        ("participations", 600),
        ("people-reached", 560),
        ("publications", 16),
        ("events-held", 14),
        ("bodies-supported-in-person", 50),
    ]


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("{{ list bodies-in-person }}", {"bodies-supported-in-person"}),
        ("{{ headlines }}", {"participations", "people-reached", "events-held"}),
        ("{{ chart expenditure-by-category | Where it went }}", {"expenditure"}),
        ("{{ table participations by=type }}", {"participations"}),
        ("{{ fig events-held period=2022-09 }}", set()),
    ],
)
def test_every_token_that_prints_a_figure_keeps_it_as_a_figure_of_the_report(write, text, figures):
    document = write(text)

    assert {printed.figure for printed in document.figures.values() if printed.period == "2022"} == figures


def test_every_token_of_the_how_to_makes_sense(write):
    page = (HOUSE / "docs" / "how-to" / "write-section-texts.md").read_text()
    tokens = [token.replace("\\|", "|") for token in re.findall(r"`(\{\{ [^…`]*(?:…)?[^`]*?\}\})`", page)]
    text = "\n\n".join(token for token in tokens if "headlines" not in token and "photo" not in token)

    assert {token.split()[1] for token in tokens} == set(KINDS)
    assert write(text).figures


def test_the_kind_of_report_of_the_how_to_compiles(office, tmp_path, monkeypatch):
    page = (HOUSE / "docs" / "how-to" / "write-a-report-definition.md").read_text()
    (written,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "six-monthly").mkdir()
    (tmp_path / "six-monthly" / "definition.yaml").write_text(textwrap.dedent(written))
    (tmp_path / "six-monthly" / "figures.md").write_text(
        "{{ fig events-held }}, {{ fig participations }}, {{ period }}."
    )
    monkeypatch.setattr(definitions, "HERE", tmp_path)
    report = Report.objects.create(ref="half", title="First half", definition="six-monthly", period="2022-H1")

    document = compile_report(report)
    assert [chapter.numbered_title for chapter in document.chapters] == ["1. The half-year", "A. Events held"]
    assert [section.title for section in document.chapters[0].sections] == ["Half-year 1 of 2022 in figures"]


def test_a_heading_alone_stands_over_the_words_of_its_kind_in_the_preview_and_in_the_report(office):
    report = Report.objects.get(ref="monthly-2022-09")
    SectionText.objects.update_or_create(
        report=report,
        section="events",
        language="en",
        defaults={"ref": "heading", "title": "Where all met", "text": ""},
    )
    shown = preview_section(report, "events", "Where all met", "").section
    printed = [each for chapter in compile_report(report).chapters for each in chapter.sections if each.id == "events"]

    assert shown
    assert [each.title for each in printed] == [shown.title] == ["Where all met"]
    assert words_in_force(report)["events"].title == "Where all met"


# -- what is refused -----------------------------------------------------------------------------------------------------

NONSENSE: dict[str, dict[str, str]] = {
    "fig": {
        "{{ fig participation }}": "There is no figure “participation”; did you mean participations or ",
        "{{ fig participations type=course }}": "“course” is no Type of event here; there are training, ",
        "{{ fig participations type=training mode=online }}": "a figure in a sentence is filtered by one dimension",
        "{{ fig participations period=lately }}": "“lately” is no period",
        "{{ fig participations type=training type=forum }}": "says the same thing twice",
        "{{ fig participations | people }}": "has words behind its bar, which “fig” does not print",
        "{{ fig }}": "There is no figure “”; there are members, ",
    },
    "list": {
        "{{ list publication }}": "there is no list “publication”; there are publications",
        "{{ list events member=THA }}": "has “member=”, which “list” does not take; it takes period",
    },
    "chart": {
        "{{ chart participations by=type }}": "a chart has a finding: write it after a bar, “| …”",
        "{{ chart participations | Many came }}": "says by what to split: by=…",
        "{{ chart participations by=type kind=tiles | Many }}": "A tile grid shows members only.",
        "{{ chart participations by=type kind=pie | Many }}": "There are four kinds of chart: bars, columns, shares, tiles.",
        "{{ chart participations by=colour | Many }}": "“colour”",
        "{{ chart participations by=type member=THA | Many }}": "has “member=”, which “chart” does not take; it takes by, kind, period",
        "{{ chart participations by=type perod=2021 | Many }}": "has “perod=”, which “chart” does not take",
    },
    "table": {
        "{{ table participations }}": "says by what to split: by=…",
        "{{ table participations by=type sex=female }}": "has “sex=”, which “table” does not take; it takes by, across, period",
        "{{ table participations by=type across=member }}": "columns, more than a page is wide; put behind across= what has fewer values",
        "{{ table events-by-type by=mode }}": "says by what to split, but “events-by-type” has splits of its own",
    },
    "quote": {"{{ quote quote-nobody }}": "there is no quotation “quote-nobody” that may be printed"},
    "note": {"{{ note endnote-99 }}": "there is no source “endnote-99”"},
    "stated": {"{{ stated st-nothing }}": "there is no statement “st-nothing”"},
    "period": {
        "{{ period one two }}": "names one and two; name one",
        "{{ period of=2021 }}": "has “of=”, which “period” does not take; it takes nothing",
    },
    "headlines": {'{{ headlines " }}': "has an open quote"},
    "photo": {"{{ photo nobody }}": "the report has no photograph “nobody”"},
    "source-list": {"{{ sources }}": "is no token; there are fig, list, chart, "},
}


def test_nonsense_of_every_kind_of_token_is_tried():
    assert set(NONSENSE) == set(KINDS)


@pytest.mark.parametrize("text", [text for cases in NONSENSE.values() for text in cases])
def test_a_token_that_makes_no_sense_is_refused_with_its_line_and_what_would_be_right(write, text):
    says: Any = {text: says for cases in NONSENSE.values() for text, says in cases.items()}[text]

    fault = fault_of(
        write,
        f"First.\n\nSecond {text}." if text.startswith(("{{ fig", "{{ stated", "{{ note")) else f"First.\n\n{text}",
    )

    assert says in fault
    assert fault.startswith("line 3")


#: What stands alone, and how each is asked for.
ALONE = {
    "list": "{{ list events | Events }}",
    "chart": "{{ chart participations by=type | Trainings drew most }}",
    "table": "{{ table participations by=type }}",
    "quote": "{{ quote quote-anissa }}",
    "headlines": "{{ headlines }}",
    "source-list": "{{ source-list }}",
    "photo": "{{ photo nobody }}",
}


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ("We met {}", 1),
        ("First.\n\nWhere we met:\n{}", 4),
        ("- item {}", 1),
        ("# {}", 1),
        ("**{}**", 1),
        ("[{}](/events/)", 1),
        ("{}\n{{{{ list publications }}}}", 1),
        ("| Where |\n| {} |", 2),
    ],
)
@pytest.mark.parametrize("kind", ALONE)
def test_what_makes_a_block_is_refused_in_a_sentence(write, kind, form, line):
    assert set(ALONE) == set(BLOCKS)
    token = ALONE[kind]

    assert fault_of(write, form.format(token)) == (
        f"line {line}: {token} stands alone in a paragraph of its own, with an empty line before and after it"
    )


@pytest.mark.parametrize("token", ["{{ headlines }}", "{{ source-list }}"])
def test_what_fills_pages_stands_in_no_list(write, token):
    assert f"{token} stands alone" in fault_of(write, f"- {token}")
    assert [block["t"] for block in blocks_of(write("- {{ list events }}"))] == ["ul"]


@pytest.mark.parametrize(
    "text",
    ["\n".join("  " * deep + "- item" for deep in range(12)), "> " * 21 + "deep", "*" * 4000 + "deep" + "*" * 4000],
    ids=["lists", "quotations", "marks"],
)
def test_what_stands_too_deep_is_told_and_does_not_vanish(write, text):
    assert "this stands too deep in lists, quotations or marks of others" in fault_of(write, text)


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("## A\n\n## B", [1, 1]),
        ("### A\n\n# B\n\n## C", [1, 1, 2]),
        ("- ## A\n\n> ### B", [1, 2]),
        ("# A\n\n## B", [1, 2]),
    ],
)
def test_no_heading_skips_a_level_where_the_section_has_none_of_its_own(write, text, levels):
    document = write(text)

    drawn = chapter_context(document, 0)["sections"][0][1]
    assert [int(level) - 1 for level in re.findall(r"<h(\d)", drawn)] == levels
    assert typeset(document, b"{}").startswith(b"%PDF")


def test_every_heading_has_an_anchor_of_its_own(write):
    found = blocks_of(write("# A course\n\n# A course\n\n# ภาษา\n\n# ไทย"))

    assert [node["id"] for node in found] == ["a-course", "a-course-2", "section", "section-2"]


def test_sources_are_listed_once(write):
    text = "First {{ note endnote-1 }}.\n\n{{ source-list }}\n\n{{ source-list }}"

    assert fault_of(write, text) == "line 5, {{ source-list }}: the sources are listed once in a report"


def test_a_quotation_whose_consent_was_withdrawn_is_refused(write):
    write("{{ quote quote-anissa }}")
    Quote.objects.filter(ref="quote-anissa").update(consent=Consent.WITHDRAWN)

    assert "there is no quotation “quote-anissa” that may be printed" in fault_of(write, "{{ quote quote-anissa }}")


def test_a_statement_without_a_number_cannot_be_printed_as_one(write):
    Statement.objects.filter(ref="st-trained").update(number=None)

    assert "“st-trained” states no number" in fault_of(write, "{{ stated st-trained }}")


@pytest.mark.parametrize(
    "text", ["First.\n\nThey said 안녕.", "First.\n\n{{ chart participations by=type | 안녕 }}", "First.\n\n# 안녕"]
)
def test_a_letter_that_print_lacks_is_refused_with_its_line(write, text):
    assert fault_of(write, text) == "line 3: “안 녕” cannot be printed; the fonts of print do not have it"


def test_a_link_within_the_site_leads_there_from_a_file_too(write):
    links = [
        node["href"]
        for node in blocks_of(write("[a](/events/) [b](https://example.org/) [c](#here)"))[0]["c"]
        if node["t"] == "link"
    ]

    assert links == ["https://rso.example/events/", "https://example.org/", "#here"]


def test_a_letter_in_the_address_of_a_link_is_read_by_nobody(write):
    assert plain(blocks_of(write("Look [there](https://example.org/中/)."))[0]["c"]) == "Look there."


# -- numbers typed by hand -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("It reached 600 people.", "{{ fig participations }}"),
        ("It reached ๖๐๐ people.", "{{ fig participations }}"),
        ("It reached six hundred people.", "{{ fig participations }}"),
        ("It held fourteen events.", "{{ fig priorities-agreed }} or {{ fig events-held }}"),
        ("It spent 2,430,000 dollars.", "{{ fig expenditure }}"),
        ("{{ chart participations by=type | All 600 came }}", "{{ fig participations }}"),
    ],
)
def test_a_typed_number_is_refused_with_the_figure_that_it_should_be(write, text, token):
    assert f"is typed by hand; write {token}" in fault_of(write, text)


def test_a_typed_number_that_no_figure_has_is_refused_with_what_to_write(write):
    says = fault_of(write, "First.\n\nSome 7,777 people wrote.")

    assert says == (
        "line 3, “Some 7,777 people wrote.”: “7,777” is typed by hand; "
        "write it as {{ fig … }}, or {{ stated … }} where a source says it"
    )


def test_every_fault_of_a_report_is_told_at_once(write):
    with pytest.raises(CannotCompile) as refused:
        write("Some 7,777 wrote, {{ fig nothing }}.\n\n{{ quote nobody }}")

    assert len(refused.value.faults) == 3
