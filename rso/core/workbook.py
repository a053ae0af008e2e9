"""Tables that people take away: a workbook that explains itself, and plain CSV for machines.

Neither has an empty cell: what is not known says so. Rows are read and sent one by one, so that ten thousand cost no memory.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

from django.http import StreamingHttpResponse
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import get_language, get_language_bidi, ngettext
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from rso.core import xlsx
from rso.core.context import the_office

if TYPE_CHECKING:
    from rso.accounts.models import User

XLSX = f"{xlsx.SPREADSHEET}.sheet"
#: UTF-8 without a byte order mark: a CSV is for machines, of which many would take the mark for a part of the first
#: column's name. Whoever wants a spreadsheet takes the workbook.
CSV = "text/csv; charset=utf-8"
#: A text that is a number is no formula, though it may begin with a sign.
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
#: Sheets hold so many links; the addresses of further rows stand as text.
LINKS = 65_000
#: The rows of a sheet that stand before its table: what it is called, what it holds.
BEFORE_TABLE = 2
NOT_KNOWN = _("Not known")
OFFICE_USE = _("For the office’s own use. Ask the office before you pass it on.")
OPEN = _("Creative Commons Attribution 4.0 (CC BY 4.0): use it freely and name the office.")

#: The address of a record's page, and its cells.
Row = tuple[str, Sequence[Any]]


@dataclass(frozen=True)
class Column:
    """A column: what it takes, in words, and what stands in it where a record has nothing to say."""

    title: str | Promise
    takes: str | Promise
    unknown: str | Promise = NOT_KNOWN
    width: int = 0


@dataclass(frozen=True)
class Sheet:
    """A table of records: its title, unlike those of other sheets, what it holds, and the rows, read once."""

    title: str | Promise
    about: str | Promise
    columns: Sequence[Column]
    rows: Iterable[Row]

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """The columns, and the address at the end of every row."""
        return (*self.columns, ADDRESS)


ADDRESS = Column(_("Address"), _("The page of the record, for those who may see it"), _("No page of its own"), width=48)


def cells(sheet: Sheet, row: Row) -> list[Any]:
    """A row's values as they leave: yes and no as words, amounts and days as they are, nothing as the column says it."""
    address, values = row
    columns = sheet.all_columns
    return [_known(value, column) for value, column in zip([*values, address], columns, strict=True)]


def _known(value: Any, column: Column) -> Any:
    if value is None or value == "" or value != value:
        return str(column.unknown)
    if isinstance(value, bool):
        return _now("yes") if value else _now("no")
    return value if isinstance(value, str | int | float | date) or hasattr(value, "as_tuple") else str(value)


def download(name: str, kind: str, body: Iterable[bytes] | Iterable[str]) -> StreamingHttpResponse:
    """A file that is sent while it is made. `name` has its ending."""
    response = StreamingHttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# -- CSV -----------------------------------------------------------------------------------------------------------------


class Echo:
    """A file that gives back what is written to it, so that a CSV can be streamed."""

    def write(self, text: str) -> str:
        return text


def guarded(text: str) -> str:
    """Text as a spreadsheet may read it: what it would take for a formula is quoted, a number is not."""
    return f"'{text}" if xlsx.FORMULA.match(text) and not NUMBER.fullmatch(text) else text


def _cell(value: Any) -> Any:
    """A value as CSV has it. A carriage return would end the line for many readers; a line feed within a cell is quoted."""
    return guarded(value).replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


def csv_lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Lines of CSV in which no text is a formula."""
    writer = csv.writer(Echo(), lineterminator="\n")
    for row in rows:
        yield writer.writerow([_cell(cell) for cell in row])


def csv_of(sheet: Sheet) -> Iterator[str]:
    """The sheet as CSV: one line for its titles, dates as 2022-09-30, times in the zone of the pages."""
    yield from csv_lines([[str(column.title) for column in sheet.all_columns]])
    yield from csv_lines([_plain(value) for value in cells(sheet, row)] for row in sheet.rows)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, date) else value


# -- the workbook --------------------------------------------------------------------------------------------------------


def workbook(
    title: str | Promise,
    about: str | Promise,
    sheets: Sequence[Sheet],
    notes: Sequence[str | Promise] = (),
    *,
    by: User | None,
    now: datetime,
    licence: str | Promise = OFFICE_USE,
) -> Iterator[bytes]:
    """An XLSX file as it is made: a cover, notes that explain each column, a marked table on each further sheet.

    Made twice at the same time of the same records it is the same file, byte for byte.
    """
    office, package = the_office().label, xlsx.Package(now)
    names = [_now("Cover"), _now("Notes"), *(_sheet_name(sheet) for sheet in sheets)]
    if len({name.lower() for name in names}) < len(names):
        raise ValueError(f"two sheets have the same name: {', '.join(names)}")
    package.part("_rels/.rels", xlsx.ROOT)
    package.part("docProps/core.xml", xlsx.core_part(str(title), office, get_language() or "en", now))
    counts, tables = [], [2]
    for at, sheet in enumerate(sheets, start=3):
        table = _Table(sheet, at)
        yield from package.stream(f"xl/worksheets/sheet{at}.xml", table.pieces())
        counts.append(table.count)
        if table.count:
            tables.append(at)
        table.close(package)
    explained = _Table(_notes(sheets, notes), 2, before=[_now("Notes"), *map(str, notes)], linked=False)
    yield from package.stream("xl/worksheets/sheet2.xml", explained.pieces())
    explained.close(package)
    made_by = _now("Made by %(who)s, %(office)s") % {"who": by, "office": office} if by else office
    as_at = _now("As at %(when)s") % {"when": formats.date_format(timezone.localtime(now), "j F Y, H:i")}
    lines = [str(about), as_at, made_by, _now("Licence: %(licence)s") % {"licence": licence}]
    package.part("xl/worksheets/sheet1.xml", _cover(str(title), lines, names, counts))
    package.part("xl/styles.xml", xlsx.STYLES)
    package.part("xl/workbook.xml", xlsx.workbook_part(names))
    package.part("xl/_rels/workbook.xml.rels", xlsx.workbook_relations(len(names)))
    package.part("[Content_Types].xml", xlsx.content_types(len(names), sorted(tables)))
    yield package.close()


def _sheet_name(sheet: Sheet) -> str:
    """A name that spreadsheets take: short, without the characters that stand in their references."""
    return re.sub(r"[\[\]:*?/\\']", " ", str(sheet.title)).strip()[:31].strip()


def _cover(title: str, lines: Sequence[str], names: Sequence[str], counts: Sequence[int]) -> str:
    """One column: what the file is, from when, by whom, for whom, and what is in it, each entry a link to its sheet."""
    told = [_now("what each column takes, and how it says what is not known")]
    told += [ngettext("%(count)s row", "%(count)s rows", count) % {"count": count} for count in counts]
    contents = [f"{name}: {words}" for name, words in zip(names[1:], told, strict=True)]
    rows = [xlsx.row(1, [title], xlsx.TITLE)]
    rows += [xlsx.row(at, [line], xlsx.WRAPPED) for at, line in enumerate(lines, start=2)]
    rows.append(xlsx.row(len(rows) + 1, [_now("Contents")], xlsx.TITLE))
    first = len(rows) + 1
    rows += [xlsx.row(at, [line], xlsx.LINK) for at, line in enumerate(contents, start=first)]
    links = "".join(
        f'<hyperlink ref="A{at}" location={quoteattr(_first_cell(name))} display={quoteattr(name)}/>'
        for at, name in enumerate(names[1:], start=first)
    )
    head = xlsx.sheet_head([90], mirrored=get_language_bidi())
    return f"{head}{''.join(rows)}{xlsx.sheet_tail(links)}"


def _first_cell(name: str) -> str:
    return f"'{name}'!A1"


def _notes(sheets: Sequence[Sheet], notes: Sequence[str | Promise]) -> Sheet:
    """The columns of every sheet, explained, as a table like any other."""
    heads = [
        Column(_("Sheet"), "", width=24), Column(_("Column"), "", width=28),
        Column(_("What it takes"), "", width=70), Column(_("Where there is nothing to say"), "", width=30),
    ]  # fmt: skip
    rows = [
        ("", [_sheet_name(sheet), str(column.title), str(column.takes), str(column.unknown)])
        for sheet in sheets
        for column in sheet.all_columns
    ]
    return Sheet(_("Notes"), "", heads, rows)


class _Table:
    """A sheet with its table, written row by row; it knows how many rows there were when they are through."""

    def __init__(self, sheet: Sheet, number: int, *, before: Sequence[str] = (), linked: bool = True) -> None:
        self.sheet, self.number, self.linked = sheet, number, linked
        self.before = list(before) or [str(sheet.title), self._about()]
        self.columns = sheet.all_columns if linked else tuple(sheet.columns)
        self.titles = [str(column.title) for column in self.columns]
        if len({title.lower() for title in self.titles}) < len(self.titles):
            raise ValueError(f"two columns have the same title: {', '.join(self.titles)}")
        self.head = len(self.before) + 1
        self.count = 0
        self.links: list[tuple[str, str]] = []

    def _about(self) -> str:
        explained = _now("The sheet Notes explains its columns.")
        return f"{self.sheet.about} {explained}".strip()

    def pieces(self) -> Iterator[str]:
        widths = [
            column.width or min(max(len(title) + 4, 14), 40)
            for column, title in zip(self.columns, self.titles, strict=True)
        ]
        yield xlsx.sheet_head(widths, frozen=self.head, mirrored=get_language_bidi())
        for at, line in enumerate(self.before, start=1):
            yield xlsx.row(at, [line], xlsx.TITLE if at == 1 else xlsx.PLAIN)
        yield xlsx.row(self.head, self.titles)
        last = xlsx.letters(len(self.columns) - 1)
        for at, row in enumerate(self.sheet.rows, start=self.head + 1):
            self.count += 1
            if not self.linked:
                yield xlsx.row(at, row[1])
                continue
            yield xlsx.row(at, cells(self.sheet, row))
            if row[0] and self.count <= LINKS:
                self.links.append((f"{last}{at}", row[0]))
        if not self.count:
            yield xlsx.row(self.head + 1, [_now("There is no row.")])
        links = "".join(
            f'<hyperlink ref="{place}" r:id="rId{at}"/>' for at, (place, _url) in enumerate(self.links, start=2)
        )
        yield xlsx.sheet_tail(links, "rId1" if self.count else "")

    def close(self, package: xlsx.Package) -> None:
        """Writes the table and what the sheet relates to, now that its rows are counted."""
        if not self.count:
            return
        name = f"{slugify(str(self.sheet.title)).replace('-', '_') or 'table'}_{self.number}"
        last = self.head + self.count
        package.part(
            f"xl/tables/table{self.number}.xml", xlsx.table_part(self.number, name, self.titles, self.head, last)
        )
        related = [xlsx.relation("rId1", "table", f"../tables/table{self.number}.xml")]
        related += [xlsx.relation(f"rId{at}", "hyperlink", url) for at, (_place, url) in enumerate(self.links, start=2)]
        package.part(f"xl/worksheets/_rels/sheet{self.number}.xml.rels", xlsx.relations(*related))
