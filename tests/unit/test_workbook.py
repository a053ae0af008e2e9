"""Workbooks and CSV that people take away: read back with another library, cell by cell."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from xml.etree import ElementTree

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from rso.core import xlsx
from rso.core.workbook import ADDRESS, CSV, LINKS, OPEN, Column, Row, Sheet, csv_of, download, workbook
from tests.conftest import NOW

COLUMNS = (
    Column("Title", "what the event is called", width=50),
    Column("First day", "a date"),
    Column("People", "a whole number", unknown="Not counted"),
    Column("Cost", "an amount in AUD"),
    Column("Changed", "a date and time"),
    Column("Public", "yes or no"),
)
BORDER: Row = (
    "https://rso.example/events/border/",
    [
        "Border control by air",
        date(2022, 11, 14),
        24,
        Decimal("1250.50"),
        datetime(2022, 11, 11, 10, 20, tzinfo=UTC),
        True,
    ],
)
BARE: Row = ("", ["Fiji", None, None, None, None, False])
FORMULAS = ["=1+1", "+1+1", "-1+1|cmd", "@SUM(A1)", "\t=1", " =1", "＝1", '=HYPERLINK("https://x.example")']

pytestmark = pytest.mark.usefixtures("office")


def sheet(*rows: Row, title: str = "Events", columns: tuple[Column, ...] = COLUMNS) -> Sheet:
    return Sheet(title, "What the office held.", columns, rows)


def texts(*values: str) -> Sheet:
    return sheet(*(("", [value]) for value in values), columns=(Column("Title", "text"),))


def opened(*sheets: Sheet, **options) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(made(*sheets, **options)))


def made(*sheets: Sheet, **options) -> bytes:
    return b"".join(workbook("Events of 2022", "Every event held.", sheets, now=NOW, **{"by": None, **options}))


def rows_of(table: Worksheet, first: int = 1) -> list[list[object]]:
    return [[cell.value for cell in row] for row in table.iter_rows(min_row=first)]


# -- what a workbook says of itself --------------------------------------------------------------------------------------


def test_the_cover_says_what_it_is_from_when_by_whom_for_whom_and_what_is_in_it(naree):
    cover = opened(sheet(BORDER, BARE), sheet(BORDER, title="Trainings"), by=naree, licence=OPEN)["Cover"]

    assert rows_of(cover) == [
        ["Events of 2022"],
        ["Every event held."],
        ["As at 31 March 2023, 16:00"],
        ["Made by Naree Boonmee, Regional Support Office"],
        ["Licence: Creative Commons Attribution 4.0 (CC BY 4.0): use it freely and name the office."],
        ["Contents"],
        ["Notes: what each column takes, and how it says what is not known"],
        ["Events: 2 rows"],
        ["Trainings: 1 row"],
    ]
    assert [cover[f"A{at}"].hyperlink.location for at in (7, 8, 9)] == ["'Notes'!A1", "'Events'!A1", "'Trainings'!A1"]


def test_the_notes_explain_every_column_of_every_sheet():
    notes = opened(sheet(BORDER), notes=["Numbers are rounded."])["Notes"]

    assert rows_of(notes)[2:] == [
        ["Sheet", "Column", "What it takes", "Where there is nothing to say"],
        ["Events", "Title", "what the event is called", "Not known"],
        ["Events", "First day", "a date", "Not known"],
        ["Events", "People", "a whole number", "Not counted"],
        ["Events", "Cost", "an amount in AUD", "Not known"],
        ["Events", "Changed", "a date and time", "Not known"],
        ["Events", "Public", "yes or no", "Not known"],
        ["Events", "Address", "The page of the record, for those who may see it", "No page of its own"],
    ]
    assert [notes["A1"].value, notes["A2"].value] == ["Notes", "Numbers are rounded."]


def test_a_file_says_its_title_its_office_its_language_and_its_time():
    told = opened(sheet(BORDER)).properties

    assert (told.title, told.creator, told.language, told.created) == (
        "Events of 2022", "Regional Support Office", "en", NOW.replace(tzinfo=None),
    )  # fmt: skip


# -- cells ---------------------------------------------------------------------------------------------------------------


def test_cells_are_what_their_values_are_and_none_is_empty():
    table = opened(sheet(BORDER, BARE))["Events"]

    assert rows_of(table, 3) == [
        ["Title", "First day", "People", "Cost", "Changed", "Public", "Address"],
        ["Border control by air", datetime(2022, 11, 14), 24, 1250.5, datetime(2022, 11, 11, 17, 20), "yes", BORDER[0]],
        ["Fiji", "Not known", "Not counted", "Not known", "Not known", "no", "No page of its own"],
    ]
    assert [cell.number_format for cell in table[4]] == [
        "General", "yyyy\\-mm\\-dd", "General", "#,##0.00", "yyyy\\-mm\\-dd\\ hh:mm", "General", "General",
    ]  # fmt: skip
    assert [cell.data_type for cell in table[4]] == ["s", "d", "n", "n", "d", "s", "s"]


def test_the_address_of_a_record_opens_it():
    table = opened(sheet(BORDER, BARE))["Events"]

    assert table["G4"].hyperlink.target == BORDER[0]
    assert table["G5"].hyperlink is None


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_looks_like_a_formula_is_a_text_and_stays_one_when_it_is_edited(text):
    cell = opened(texts(text))["Events"]["A4"]

    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


@pytest.mark.parametrize(
    "text", ["Fiji", "a=1", "2022-01", "007", "1e5", "TRUE", "ความปลอดภัย", "سلامة", "R&D <b> 'x' \"y\"", "a\nb"]
)
def test_a_text_comes_back_as_it_was(text):
    cell = opened(texts(text))["Events"]["A4"]

    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", False)


def test_what_no_cell_can_hold_leaves_a_mark_and_what_looks_like_an_escape_is_escaped():
    assert xlsx.text_of("a\x00b\ud800c") == "a\ufffdb\ufffdc"
    assert xlsx.text_of("a\r\nb\rc") == "a\nb_x000D_c"
    assert xlsx.text_of("_x0041_ _xyz_") == "_x005F_x0041_ _xyz_"


def test_a_text_that_is_too_long_for_a_cell_is_cut_and_says_so():
    value = opened(texts("a" * 40_000))["Events"]["A4"].value

    assert (len(value), value[-2:]) == (xlsx.LONGEST, "a…")


def test_a_day_before_spreadsheets_count_is_a_text():
    table = opened(sheet(("", [date(1900, 2, 28)]), ("", [date(1900, 3, 1)]), columns=(Column("Day", "a date"),)))[
        "Events"
    ]

    assert [table["A4"].value, table["A5"].value] == ["1900-02-28", datetime(1900, 3, 1)]


# -- sheets --------------------------------------------------------------------------------------------------------------


def test_a_spreadsheet_meets_the_checklist_of_accessible_ones():
    """Cover first, notes, then one marked table a sheet: titled, explained, filtered, without merged or empty cells."""
    book = opened(sheet(BORDER, BARE), sheet(BARE, title="Trainings"), notes=["Numbers are rounded."])

    assert book.sheetnames == ["Cover", "Notes", "Events", "Trainings"]
    assert [len(table.tables) for table in book] == [0, 1, 1, 1]
    for table in book:
        assert table.merged_cells.ranges == set()
        assert (table["A1"].value, table["A1"].style) == (
            {"Cover": "Events of 2022"}.get(table.title, table.title), "Heading 1",
        )  # fmt: skip
        assert table.sheet_state == "visible"
        assert [d for d in table.column_dimensions.values() if d.hidden or d.width < 14] == []
        assert [at for at, row in enumerate(rows_of(table), 1) if row[0] in (None, "")] == []
    for table in book.worksheets[1:]:
        (marked,) = table.tables.values()
        rows = [[cell.value for cell in row] for row in table[marked.ref]]
        assert marked.ref == f"A3:{xlsx.letters(len(rows[0]) - 1)}{table.max_row}"
        assert table.freeze_panes == "A4"
        assert marked.headerRowCount == 1
        assert marked.autoFilter.ref == marked.ref
        assert [column.name for column in marked.tableColumns] == rows[0]
        assert [value for row in rows for value in row if value in (None, "")] == []
    assert [name for table in book for name in table.tables] == ["notes_2", "events_3", "trainings_4"]


def test_a_sheet_without_rows_says_so_and_marks_no_table():
    book = opened(sheet())

    assert rows_of(book["Events"], 4)[0][0] == "There is no row."
    assert len(book["Events"].tables) == 0
    assert rows_of(book["Cover"])[-1] == ["Events: 0 rows"]


def test_a_sheet_is_named_as_spreadsheets_allow():
    book = opened(sheet(BORDER, title="Events: what/who [2022] of the whole region"), sheet(BORDER, title="งาน"))

    assert book.sheetnames[2:] == ["Events  what who  2022  of the", "งาน"]
    assert [name for table in book.worksheets[2:] for name in table.tables] == [
        "events_whatwho_2022_of_the_whole_region_3", "table_4",
    ]  # fmt: skip


def test_two_sheets_of_one_name_and_two_columns_of_one_title_are_errors_of_ours():
    with pytest.raises(ValueError, match="two sheets have the same name"):
        made(sheet(), sheet(title="EVENTS"))
    with pytest.raises(ValueError, match="two columns have the same title"):
        made(sheet(columns=(Column("Title", ""), Column("title", ""))))
    with pytest.raises(ValueError, match="is longer than"):
        made(sheet(("", ["one cell too few"])))


# -- the file ------------------------------------------------------------------------------------------------------------


def test_the_same_records_at_the_same_time_are_the_same_bytes():
    assert made(sheet(BORDER, BARE)) == made(sheet(BORDER, BARE))
    with zipfile.ZipFile(BytesIO(made(sheet(BORDER)))) as package:
        assert {entry.date_time for entry in package.infolist()} == {(2023, 3, 31, 16, 0, 0)}
        assert package.testzip() is None


def test_every_part_is_xml_that_is_related_and_typed():
    with zipfile.ZipFile(BytesIO(made(sheet(BORDER), sheet(title="None")))) as package:
        names = package.namelist()
        for name in names:
            ElementTree.fromstring(package.read(name))
        typed = {
            each.get("PartName", "")[1:] for each in ElementTree.fromstring(package.read("[Content_Types].xml"))
        } - {""}

    assert typed == {name for name in names if not name.endswith(".rels")} - {"[Content_Types].xml"}


def test_rows_are_sent_before_the_last_of_them_is_read():
    read = []

    def many() -> Iterator[Row]:
        for at in range(10_000):
            read.append(at)
            yield (f"https://rso.example/{at}", [f"Title {at}"])

    chunks = workbook("T", "A", [Sheet("Rows", "Many.", COLUMNS[:1], many())], by=None, now=NOW)
    next(chunks)
    assert len(read) < 10_000
    size = max(len(chunk) for chunk in chunks)
    assert len(read) == 10_000
    assert size < 4 * xlsx.CHUNK


@pytest.mark.long
def test_a_sheet_links_no_more_rows_than_spreadsheets_take():
    many = Sheet("Rows", "Many.", COLUMNS[:1], ((f"https://rso.example/{at}", ["T"]) for at in range(LINKS + 2)))
    with zipfile.ZipFile(BytesIO(made(many))) as package:
        assert package.read("xl/worksheets/sheet3.xml").count(b"<hyperlink ") == LINKS


def test_letters_of_columns():
    assert [xlsx.letters(at) for at in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


# -- CSV -----------------------------------------------------------------------------------------------------------------


def test_a_csv_says_the_same_in_plain_cells_without_a_mark_at_its_beginning():
    text = "".join(csv_of(sheet(BORDER, BARE)))

    assert list(csv.reader(StringIO(text))) == [
        [*(column.title for column in COLUMNS), str(ADDRESS.title)],
        ["Border control by air", "2022-11-14", "24", "1250.50", "2022-11-11 17:20:00+07:00", "yes", BORDER[0]],
        ["Fiji", "Not known", "Not counted", "Not known", "Not known", "no", "No page of its own"],
    ]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_csv_quotes_what_a_spreadsheet_would_run(text):
    assert [row[0] for row in csv.reader(StringIO("".join(csv_of(texts(text))), newline=""))] == ["Title", f"'{text}"]


def test_a_line_end_within_a_cell_of_a_csv_ends_no_row():
    assert "".join(csv_of(texts("\r=1", "a\r\nb\rc"))) == (
        'Title,Address\n"\'\n=1",No page of its own\n"a\nb\nc",No page of its own\n'
    )


def test_a_download_streams_under_its_name():
    answer = download("events.csv", CSV, csv_of(sheet(BORDER)))

    assert answer.streaming
    assert answer.headers["Content-Disposition"] == 'attachment; filename="events.csv"'
    assert answer.getvalue().decode().startswith("Title,First day,")
