"""Reads the extract that an office's finance system gives: CSV or XLSX, columns in any order, found by their headings.

Nothing here asks the database. Every cell becomes text first, so that one reader says what is wrong with either kind of file.
"""

from __future__ import annotations

import csv
import hashlib
import io
import logging
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rso.core.loading.columns import Column, column, grouped, read_cells
from rso.core.loading.files import Fault, RawTable, Unreadable, csv_problem, decoded, header_faults, take_row
from rso.finance.models import Expenditure

logger = logging.getLogger(__name__)
LARGEST = 10_000_000
#: A workbook unpacks into many times its size; a hostile one without end.
LARGEST_UNPACKED = 100_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 50
#: What finance systems call each column. A heading counts whatever its case, points, hyphens and underscores.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "date": ("date", "spent on", "posting date", "transaction date", "document date"),
    "voucher": ("voucher", "voucher no", "ref", "reference", "document", "document no"),
    "line": ("line", "line no", "item"),
    "category": ("category", "cost category", "account", "account code", "budget line"),
    "activity": ("activity", "activity code", "project", "project code", "wbs"),
    "amount": ("amount", "amount in currency"),
    "currency": ("currency", "curr", "ccy"),
    "rate": ("rate", "exchange rate"),
    "description": ("description", "text", "details", "narrative"),
    "commitment": ("commitment", "purchase order", "po"),
}
NAMES = {heading: name for name, headings in HEADINGS.items() for heading in headings}
NEEDED = ("date", "voucher", "category", "amount")


def _amount(text: str) -> int:
    """Whole minor units; thousands may be parted by commas, and an amount in brackets is below nothing."""
    found = re.fullmatch(r"(-)?(\()?(\d{1,3}(?:,\d{3})+|\d{1,12})(\.\d{1,2})?(\))?", text, re.ASCII)
    if not found or bool(found[2]) != bool(found[5]) or (found[1] and found[2]):
        raise ValueError
    minor = int(Decimal(found[3].replace(",", "") + (found[4] or "")) * 100)
    return -minor if found[1] or found[2] else minor


def _rate(text: str) -> tuple[int, int]:
    """A rate as a whole number over a power of ten."""
    if not re.fullmatch(r"\d{1,7}(\.\d{1,9})?", text, re.ASCII) or not Decimal(text):
        raise ValueError
    _sign, _digits, exponent = Decimal(text).normalize().as_tuple()
    scale = 10 ** max(0, -int(exponent))
    return int(Decimal(text) * scale), scale


def _text(name: str, expects: Promise, *, required: bool = False, limit: int = 200) -> Column:
    return Column(name, name, name, required, expects, limit=limit)


COLUMNS = {
    each.name: each
    for each in (
        column(Expenditure, "date", attribute="spent_on"),
        _text("voucher", gettext_lazy("the name of the entry in the finance system"), required=True, limit=60),
        _text("line", gettext_lazy("the number of the line within its voucher"), limit=10),
        _text("category", gettext_lazy("a category, by ref or title"), required=True),
        _text("activity", gettext_lazy("an activity, by ref or title")),
        Column("amount", "amount", "amount", True, gettext_lazy("an amount such as 1250.00 or 1,250.00"), parse_text=_amount, default=0),
        _text("currency", gettext_lazy("a currency code of three capital letters"), limit=3),
        Column("rate", "rate", "rate", False, gettext_lazy("a rate such as 0.0405, what one unit is worth"), parse_text=_rate, default=None),
        column(Expenditure, "description", attribute="text"),
        _text("commitment", gettext_lazy("the ref of a commitment"), limit=60),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Extract:
    """A file as it was read: its rows as text by column, each with its line, and the faults of its shape."""

    file_name: str
    sha256: str
    rows: Sequence[tuple[int, Mapping[str, str]]]
    faults: Sequence[Fault] = field(default_factory=tuple)


def too_large() -> str:
    return _("is larger than %(n)s MB; take a shorter span") % {"n": LARGEST // 10**6}


def read_extract(file_name: str, content: bytes) -> Extract:
    """The rows of an extract. Raises Unreadable where the file as a whole cannot be used."""
    file_name = re.sub(r"[^\w .()-]", "_", file_name)[-120:] or "extract"
    if len(content) > LARGEST:
        raise Unreadable(Fault(file_name, says=too_large()))
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(Fault(file_name, says=_("is an old or a locked workbook; save it as XLSX without a password")))
    read = _workbook if content.startswith(b"PK") else _csv
    table, faults = RawTable(file_name), []
    lines = read(file_name, content)
    header, wrong = _header(file_name, *next(lines, (0, [])))
    if wrong:
        raise UnusableHeader(wrong)
    for line, cells in lines:
        faults += take_row(table, line, header, cells)
        if len(table.rows) > MOST_ROWS:
            says = _("has more than %(n)s rows; take a shorter span") % {"n": grouped(MOST_ROWS)}
            raise Unreadable(Fault(file_name, says=says))
    if not table.rows and not faults:
        raise Unreadable(Fault(file_name, says=_("has no rows below its header")))
    rows = [(line, {name: text or "" for name, text in cells.items()}) for line, cells in table.rows]
    return Extract(file_name, hashlib.sha256(content).hexdigest(), rows, faults)


class UnusableHeader(Unreadable):
    """The header names columns that are none, or lacks some; `faults` are all of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults[0])
        self.faults = faults


def _header(file: str, line: int, cells: Sequence[str]) -> tuple[list[str], list[Fault]]:
    """The columns that the headings name; an unknown heading stands as it is written."""
    plain = [" ".join(re.sub(r"[._-]+", " ", cell).casefold().split()) for cell in cells]
    names = [NAMES.get(heading, cell.strip()) for heading, cell in zip(plain, cells, strict=True)]
    return names, header_faults(file, names, list(HEADINGS), NEEDED, line)


def cells_of(file: str, line: int, cells: Mapping[str, str]) -> tuple[dict[str, Any], list[Fault]]:
    """The values of a row, and a fault for each cell that does not hold what its column needs."""
    values, wrong = read_cells(COLUMNS.values(), cells)
    return values, [Fault(file, line, name, cells.get(name, ""), says) for name, says in wrong.items()]


# -- CSV ---------------------------------------------------------------------------------------------------------------


def _csv(file: str, content: bytes) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(decoded(file, content), newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(Fault(file, line, says=csv_problem(error))) from error


# -- XLSX --------------------------------------------------------------------------------------------------------------


def _workbook(file: str, content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows of a workbook's one sheet. Raises Unreadable."""
    try:
        says, rows = _unpacked(content)
    except Exception as error:
        # Whatever a broken or hostile workbook makes the reader raise, it means one thing to the officer.
        logger.info("A workbook could not be read", exc_info=True)
        says = _("is no workbook that can be read; save it anew as XLSX, or as CSV")
        raise Unreadable(Fault(file, says=says)) from error
    if says:
        raise Unreadable(Fault(file, says=says))
    return iter(rows)


def _unpacked(content: bytes) -> tuple[str, list[tuple[int, list[str]]]]:
    """What is wrong with a workbook, or its rows. Formulas stand as they are written, so that they are refused."""
    import openpyxl

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > LARGEST_UNPACKED:
            return _("unpacks to more than %(n)s MB; save it as CSV") % {"n": LARGEST_UNPACKED // 10**6}, []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        if len(book.worksheets) != 1:
            return _("has %(n)s sheets; keep the one with the ledger") % {"n": len(book.worksheets)}, []
        return "", list(islice(_sheet(book.worksheets[0]), MOST_ROWS + 2))


def _sheet(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """Each row that holds something, as wide as the header; what stands beyond it makes the row too wide."""
    sheet.reset_dimensions()
    width = 0
    for line, row in enumerate(sheet.iter_rows(values_only=True), 1):
        cells = [_as_text(value) for value in islice(row, MOST_COLUMNS)]
        while cells and not cells[-1].strip():
            cells.pop()
        width = width or len(cells)
        if cells:
            yield line, cells + [""] * (width - len(cells))


def _as_text(value: Any) -> str:
    """A cell as a CSV file would have it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if (value.hour, value.minute, value.second) == (0, 0, 0) else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        # Spreadsheets add up in binary: 0.1 + 0.2 stands there as 0.30000000000000004.
        return f"{Decimal(repr(round(value, 9))).normalize():f}"
    return str(value)


def voucher_of(values: Mapping[str, Any]) -> str:
    return f"{values['voucher']}/{values['line']}" if values["line"] else str(values["voucher"])
