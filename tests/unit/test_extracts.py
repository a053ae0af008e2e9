"""Files of the ledger are read as finance systems write them, or refused with what would be right."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from datetime import datetime

import pytest
from django.utils.translation import override

from rso.core.loading.files import Unreadable
from rso.finance import extracts
from rso.finance.extracts import UnusableHeader, read_extract
from tests.factories.extracts import EXTRACT, as_csv, as_xlsx

HEADER = "date,voucher,category,activity,amount,currency,rate,description"


def says(name: str, content: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        read_extract(name, content)
    return str(refused.value)


def test_columns_stand_in_any_order_under_the_headings_that_finance_systems_give_them():
    rows = read_extract("ledger.csv", as_csv()).rows

    assert [line for line, _cells in rows] == [2, 3, 4]
    assert rows[0][1] == {
        "date": "2022-12-05", "voucher": "JV/22-901", "category": "PROG-CP1", "activity": "a2022-01",
        "amount": "1,250.00", "currency": "AUD", "description": "Interpretation",
    }  # fmt: skip


def test_a_workbook_says_the_same_as_the_file_of_text():
    day = datetime(2022, 12, 5)
    book = as_xlsx([["Date", "Ref", "Category", "Amount"], [], [day, "JV 1", "FEE", 0.1 + 0.2], [day, 17, "FEE", -5]])

    assert [(line, *cells.values()) for line, cells in read_extract("ledger.xlsx", book).rows] == [
        (3, "2022-12-05", "JV 1", "FEE", "0.3"),
        (4, "2022-12-05", "17", "FEE", "-5"),
    ]


def test_an_unknown_heading_and_each_that_is_missing_are_named():
    with pytest.raises(UnusableHeader) as refused:
        read_extract("ledger.csv", b"date,vouchr,amount\n")

    assert list(map(str, refused.value.faults)) == [
        "ledger.csv, row 1, vouchr: is no column of this file; did you mean voucher?",
        "ledger.csv, row 1, voucher: is missing from the header",
        "ledger.csv, row 1, category: is missing from the header",
    ]


def test_a_header_is_told_with_the_row_of_the_sheet_in_which_it_stands():
    with pytest.raises(UnusableHeader) as refused:
        read_extract("ledger.xlsx", as_xlsx([[], [], ["Date", "Ref", "Category", "Amont"]]))

    assert list(map(str, refused.value.faults)) == [
        "ledger.xlsx, row 3, Amont: is no column of this file; did you mean amount?",
        "ledger.xlsx, row 3, amount: is missing from the header",
    ]


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"", "has no header; its first row names the columns date,voucher,line,category"),
        (HEADER.encode(), "has no rows below its header"),
        (EXTRACT.encode("utf-16"), "is UTF-16; save it as UTF-8"),
        (EXTRACT.replace("Interpretation", "Café").encode("cp1252"), "row 2: is not UTF-8; save it as UTF-8"),
        (b"date\0", "row 1: holds a NUL byte, which no text holds; save it anew as UTF-8"),
        (EXTRACT.replace(",", ";").encode(), "row 1: parts its cells with semicolons; save it with commas"),
        (b'date,voucher,category,amount\n"2022', "row 2: opens a quotation mark that is never closed"),
        (b"\xd0\xcf\x11\xe0 anything", "is an old or a locked workbook; save it as XLSX without a password"),
        (b"PK\3\4 not a zip", "is no workbook that can be read; save it anew as XLSX, or as CSV"),
        (as_xlsx([["date"]], sheets=2), "has 2 sheets; keep the one with the ledger"),
        (b"x" * 10_000_001, "is larger than 10 MB; take a shorter span"),
        (b"date,voucher,category,amount\n" + b"2022-01-01,1,FEE,1\n" * 20_001, "has more than 20,000 rows; take a shorter span"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_says_what_would_be_right(content, wrong):
    assert says("ledger", content).startswith(f"ledger{',' if wrong.startswith('row') else ':'} {wrong}")


def test_a_file_that_cannot_be_used_says_so_in_the_language_of_the_reader():
    with override("id"):
        assert says("ledger.csv", b"date\0") == (
            "ledger.csv, baris 1: memuat bita NUL, yang tidak ada dalam teks mana pun; simpan ulang sebagai UTF-8"
        )


def test_a_workbook_that_unpacks_without_end_is_refused_before_it_is_unpacked(monkeypatch):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(3_000_000))
    monkeypatch.setattr(extracts, "LARGEST_UNPACKED", 2_000_000)

    assert len(made.getvalue()) < 10_000
    assert says("bomb.xlsx", made.getvalue()) == "bomb.xlsx: unpacks to more than 2 MB; save it as CSV"


def test_whatever_a_workbook_holds_it_is_read_or_refused(tmp_path):
    """Each part of a good workbook spoiled in turn: none makes the reader fail in another way."""
    good = as_xlsx([["date", "voucher", "category", "amount"], ["2022-12-05", "1", "FEE", 1]])
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    for name in parts:
        for spoilt in (b"", b"<", b"<x/>", parts[name][:-20], parts[name].replace(b"1", b"x")):
            made = io.BytesIO()
            with zipfile.ZipFile(made, "w") as archive:
                for other, content in parts.items():
                    archive.writestr(other, spoilt if other == name else content)
            with suppress(Unreadable):
                assert len(read_extract("ledger.xlsx", made.getvalue()).rows) == 1
