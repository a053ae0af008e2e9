"""Three editions from one document: what is read back from a page alone, from the PDF and from the data is the same."""

from __future__ import annotations

import html
import json
import re
import shutil
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import html5lib
import pytest
from frictionless import Package

from rso.core.folders import contents
from rso.core.templatetags.house import columns_of
from rso.reports.compiler import compile_report
from rso.reports.models import Report
from rso.reports.typeset import printable
from tests.editions import Edition
from tests.sampling import few

REPORTS = few(["monthly-2022-09", "annual-2022"])


@pytest.fixture(params=REPORTS)
def edition(request, office, editions) -> Edition:
    return editions(request.param)


def place(found: dict[str, Any]) -> tuple[str, str, str]:
    return found["figure"], found["period"], found["filter"]


# -- figures -------------------------------------------------------------------------------------------------------------


def test_the_figures_read_back_from_the_pages_alone_are_those_of_the_evidence(edition):
    """Every number of a page is in the evidence, and every figure and cell of the evidence is on a page, but for what
    is not known."""
    evidence = edition.evidence
    known = {place(found): (found["value"], found["unit"]) for found in (*evidence["cells"], *evidence["figures"])}
    read = {place(fact): (fact["value"], fact["unit"]) for fact in edition.facts}

    assert {key: value for key, value in read.items() if known.get(key) != value} == {}
    assert {key for key in known.keys() - read.keys() if known[key][0] is not None} == set()


def test_the_evidence_of_the_pdf_is_that_of_the_data(edition):
    assert edition.evidence == json.loads((edition.folder / "data" / "evidence.json").read_text())
    rows = {(row["figure"], row["period"], row["filter"]): row["value"] for row in edition.table("figures")}
    assert rows == {place(f): "" if f["value"] is None else str(f["value"]) for f in edition.evidence["figures"]}


def test_every_figure_of_the_evidence_names_the_records_behind_it(edition):
    behind = {place(f): len(edition.evidence["records"][f["records"]]) for f in edition.evidence["figures"]}

    nothing = {place(f) for f in edition.evidence["figures"] if not f["value"]}
    assert {key for key, number in behind.items() if not number} == nothing


NUMBER = re.compile(r"[\d.,]+")


def worth(shown: str) -> Decimal:
    number = Decimal(NUMBER.search(shown)[0].rstrip(".").replace(",", ""))
    return number * 1_000_000 if "million" in shown else number


def test_the_same_figure_printed_twice_agrees_within_its_rounding(edition):
    printed = defaultdict(set)
    for fact in edition.facts:
        printed[place(fact)].add(fact["value"])
        slack = Decimal(1).scaleb(-fact["decimals"]) / 2
        assert abs(worth(fact["shown"]) - Decimal(str(fact["value"]))) <= slack, fact

    assert {key: values for key, values in printed.items() if len(values) > 1} == {}
    assert max(len([f for f in edition.facts if place(f) == key]) for key in printed) > 1


def test_every_number_of_a_page_opens_onto_its_figure(edition):
    """In prose the number is inside a link to its page; in charts and tables each stands beside its label."""
    bare = re.compile(r"<p>(?:(?!</p>).)*?(?<!\">)<data ", re.DOTALL)
    assert [name for name, page in edition.pages.items() if bare.search(page)] == []


# -- charts --------------------------------------------------------------------------------------------------------------


def plates(page: str) -> dict[str, Any]:
    """Figures of a page by their findings."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    found = {}
    for figure in tree.iter("figure"):
        caption = figure.find("figcaption")
        found[(caption.text or "").strip()] = figure
    return found


def in_table(plate: Any) -> list[tuple[str, str]]:
    """Label and printed value of each row: of the table, or of the tiles."""
    rows = []
    for row in plate.iter("tr"):
        head, number = row.find("th[@scope='row']"), row.find(".//data")
        if head is not None and number is not None:
            rows.append((said(head), said(number)))
    for tile in plate.iterfind(".//ul[@class='tiles']/li/*"):
        rows.append((tile.get("title"), said(tile.find(".//data"))))
    return rows


def said(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def charts_of(ref: str) -> list[dict[str, Any]]:
    """Charts as they are given to print, in the order of the report."""
    document = printable(compile_report(Report.objects.get(ref=ref)))
    blocks = [block for c in document["chapters"] for s in c["sections"] for block in s["blocks"]]
    return [block["chart"] for block in blocks if block["t"] == "chart"]


@pytest.mark.parametrize("ref", REPORTS)
def test_a_chart_has_the_same_labels_and_values_on_the_screen_in_print_and_in_its_specification(office, editions, ref):
    edition = editions(ref)
    shown = {finding: plate for page in edition.pages.values() for finding, plate in plates(page).items()}

    charts = charts_of(ref)
    assert sorted(chart["slug"] for chart in charts) == sorted(edition.charts)
    for chart in charts:
        drawn = [*chart["rows"], *chart["others"]]
        rows = [(row["label"], row["value"]) for row in drawn]
        specified = edition.charts[chart["slug"]]["data"]["values"]
        plate = shown[chart["finding"]]
        ordered = sorted if chart["kind"] == "shares" else list
        assert [(mark["label"], mark["value"]) for mark in specified] == rows
        assert ordered(in_table(plate)) == ordered([(row["label"], row["shown"]) for row in chart["rows"]])
        drawings = plate.findall(".//{*}svg[@role='img']")
        assert len(drawings) == (chart["kind"] == "columns")
        for drawing in drawings:
            assert [text for row in chart["rows"] for text in (row["shown"], row["code"])] == list(
                map(said, drawing.findall(".//{*}text"))
            )
            assert drawing.get("aria-label") == chart["alt"]
        alternative = ", ".join(f"{row['label']} {row['shown']}" for row in chart["rows"])
        assert alternative in chart["alt"]
        in_print(edition, chart)


def in_print(edition: Edition, chart: dict[str, Any]) -> None:
    """The page of the PDF that has the finding has each label beside its value, or its value and code, in order."""
    (text,) = [text for text in edition.texts[3:] if chart["finding"] in text]
    after = text[text.index(chart["finding"]) :].replace("\u00a0", " ")
    wanted = {
        "bars": [f"{row['label']} {row['shown']}" for row in chart["rows"]],
        "shares": [f"{row['label']} {row['percent']} {row['shown']}" for row in chart["rows"]],
        "tiles": [f"{row['code']} {row['shown']}" for row in chart["rows"]],
        "columns": [" ".join(row["shown"] for row in chart["rows"]), " ".join(row["code"] for row in chart["rows"])],
    }[chart["kind"]]
    assert [words for words in wanted if words not in after] == []


# -- data ----------------------------------------------------------------------------------------------------------------


def test_the_data_folder_is_a_valid_data_package(edition):
    report = Package(str(edition.folder / "data" / "datapackage.json")).validate()

    assert report.flatten(["type", "message"]) == []
    assert {task.name for task in report.tasks} == {"figures", "breakdowns", "definitions", "notes", "sources"}
    assert all(task.stats["rows"] for task in report.tasks if task.name in ("figures", "breakdowns", "definitions"))


def test_a_fault_in_the_data_would_be_found(edition, tmp_path):
    shutil.copytree(edition.folder / "data", tmp_path / "data")
    with (tmp_path / "data" / "figures.csv").open("a") as file:
        file.write("people-reached,People reached,2022,,many,people,0,A,,0,1,\n")

    report = Package(str(tmp_path / "data" / "datapackage.json")).validate()
    assert report.flatten(["type"]) == [["type-error"]]


def test_the_data_names_its_licence_and_how_to_cite_it(annual):
    package = json.loads((annual.folder / "data" / "datapackage.json").read_text())

    assert [licence["name"] for licence in package["licenses"]] == ["CC-BY-4.0"]
    assert package["citation"] == "Regional Support Office, Annual Report 2022, records as at 2023-03-31."
    assert package["description"].startswith(
        "Example built from a public report; not a publication of the Bali Process. "
    )


def test_every_figure_of_the_data_is_defined_and_its_breakdowns_sum_where_they_should(annual):
    definitions = {row["figure"]: row for row in annual.table("definitions")}
    whole = {
        row["figure"]: row["value"] for row in annual.table("figures") if not row["filter"] and row["period"] == "2022"
    }

    assert {row["figure"] for row in annual.table("figures")} == set(definitions)
    assert {row["figure"] for row in annual.table("breakdowns")} <= set(definitions)
    sums: dict[tuple[str, ...], int] = defaultdict(int)
    for row in annual.table("breakdowns"):
        if definitions[row["figure"]]["additive"] == "true":
            sums[row["figure"], row["dimension"], row["across"]] += int(row["value"])
    assert {key: total for key, total in sums.items() if str(total) != whole[key[0]]} == {}


# -- the same again ------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_compiled_again_an_edition_has_the_same_bytes(edition, tmp_path):
    again = Edition.write(edition.ref, tmp_path / "another" / "folder")

    assert contents(again.folder) == contents(edition.folder)


@pytest.mark.parametrize("name", REPORTS)
def test_an_edition_says_what_it_is_on_every_page(office, editions, name):
    edition = editions(name)
    statement = "Example built from a public report; not a publication of the Bali Process"

    assert [page for page, text in edition.pages.items() if statement not in html.unescape(text)] == []
    assert [at for at, text in enumerate(edition.texts) if statement not in text] == []
    assert "This report counts illustrative records; each figure says how many." in edition.texts[0]
    assert "This report counts illustrative records; each figure says how many." in edition.pages["index"]


def test_an_edition_needs_nothing_from_elsewhere(edition):
    """Pages, styles and fonts lie in the folder; links lead out, nothing is fetched."""
    fetched = re.compile(r'(?:src|href)="([^"#?]+\.(?:css|js|woff2|png|svg|jpg))"|url\(["\']?([^"\')]+)')
    files = {str(path.relative_to(edition.folder / "web")) for path in (edition.folder / "web").rglob("*")}
    styles = [path.read_text() for path in (edition.folder / "web").glob("*.css")]
    wanted = {a or b for text in (*edition.pages.values(), *styles) for a, b in fetched.findall(text)}

    assert {name for name in wanted if name not in files and not name.startswith(("#", "data:"))} == set()
    assert [name for name, page in edition.pages.items() if "<script" in page] == []


def test_every_link_within_the_pages_leads_somewhere(edition):
    targets = {f"{name}.html": set(re.findall(r' id="([^"]+)"', page)) for name, page in edition.pages.items()}
    broken = []
    for name, page in edition.pages.items():
        for link in re.findall(r'href="([^":]+)"', page):
            file, _mark, anchor = html.unescape(link).partition("#")
            where: Path = edition.folder / "web" / (file or f"{name}.html")
            if not where.exists() or (anchor and where.suffix == ".html" and anchor not in targets[where.name]):
                broken.append((name, link))

    assert broken == []


# -- geometry ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("shown", "up", "top"), [("159", False, 44), ("169,290", True, 76)])
def test_values_that_are_too_long_to_stand_side_by_side_stand_upright(shown, up, top):
    rows = [{"shown": shown, "parts": [{"share": 100.0, "fill": "f1"}]}] * 12

    assert {(column["up"], column["parts"][0]["y"]) for column in columns_of(rows)} == {(up, top)}
