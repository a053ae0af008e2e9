"""Writes the parts of an XLSX file into a zip that is sent while it is made: a row leaves before the next one is read.

XlsxWriter writes no table where it keeps nothing in memory, openpyxl takes ten times as long (docs/adr/0013). What a list
needs of the format (ECMA-376) is little: texts, numbers, dates, one table a sheet, links.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from django.utils import timezone

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
#: Bytes that are sent at once, and the most characters that a cell holds.
CHUNK, LONGEST = 64_000, 32_767
#: Rows that are compressed at a time.
PIECES = 100
#: What a spreadsheet takes for a formula.
FORMULA = re.compile(r"\s*[=+\-@\t\r＝＋－＠]")
#: Days are counted from here; those before March 1900 are counted wrongly by spreadsheets.
EPOCH, FIRST_DAY = date(1899, 12, 30).toordinal(), date(1900, 3, 1)
_ODD = re.compile("[<>&\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_x")
_LOST = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

#: Cell formats by name, in the order of STYLES.
PLAIN, DAY, TIME, MONEY, QUOTED, TITLE, WRAPPED, LINK = range(8)
FONT = '<sz val="11"/><name val="Calibri"/><family val="2"/>'
STYLES = f"""{HEAD}<styleSheet xmlns="{MAIN}">\
<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts>\
<fonts count="3"><font>{FONT}</font><font><b/><sz val="15"/><color rgb="FF07364A"/><name val="Calibri"/><family val="2"/></font>\
<font><u/><sz val="11"/><color rgb="FF0B4F6C"/><name val="Calibri"/><family val="2"/></font></fonts>\
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>\
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
<cellStyleXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0"/></cellStyleXfs>\
<cellXfs count="8"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>\
<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>\
<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>\
<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>\
<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/>\
<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="1" applyFont="1"/>\
<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>\
<xf numFmtId="0" fontId="2" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>\
<cellStyles count="2"><cellStyle name="Normal" xfId="0" builtinId="0"/><cellStyle name="Heading 1" xfId="1" builtinId="16"/></cellStyles>\
</styleSheet>"""


class Package:
    """A zip whose bytes can be taken as they are made. The same parts at the same time are the same bytes."""

    def __init__(self, at: datetime) -> None:
        self._made = bytearray()
        self._zip = zipfile.ZipFile(self, "w", zipfile.ZIP_DEFLATED)  # type: ignore[call-overload]  # it only writes
        self._at = timezone.localtime(at).timetuple()[:6]

    def write(self, data: bytes) -> int:
        self._made += data
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def part(self, name: str, text: str) -> None:
        self._zip.writestr(self._entry(name), text)

    def stream(self, name: str, pieces: Iterable[str]) -> Iterator[bytes]:
        """Writes a long part piece by piece and gives what has come of it."""
        waiting = iter(pieces)
        with self._zip.open(self._entry(name), "w") as part:
            while some := "".join(islice(waiting, PIECES)):
                part.write(some.encode())
                if len(self._made) > CHUNK:
                    yield self.taken()

    def close(self) -> bytes:
        self._zip.close()
        return self.taken()

    def taken(self) -> bytes:
        made, self._made[:] = bytes(self._made), b""
        return made

    def _entry(self, name: str) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(name, self._at)
        entry.compress_type = zipfile.ZIP_DEFLATED
        return entry


@lru_cache(maxsize=1024)
def letters(column: int) -> str:
    """The letters of a column, counted from 0: A, Z, AA."""
    return (letters(column // 26 - 1) if column >= 26 else "") + chr(65 + column % 26)


def text_of(value: str) -> str:
    """A text as a cell can hold it: cut where it is too long, without characters that no cell holds."""
    if len(value) > LONGEST:
        value = f"{value[: LONGEST - 1]}…"
    if _ODD.search(value):
        value = _LOOKS_ESCAPED.sub("_x005F_", _LOST.sub("\ufffd", value))
        value = escape(value.replace("\r\n", "\n")).replace("\r", "_x000D_")
    return value


def cell(place: str, value: Any, style: int = PLAIN) -> str:
    """A cell as what its value is. A text stays a text whatever it begins with, even after someone has edited the cell."""
    if isinstance(value, str):
        style = style or (QUOTED if FORMULA.match(value) else PLAIN)
        return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text_of(value)}</t></is></c>'
    if isinstance(value, date):
        if (value.date() if isinstance(value, datetime) else value) < FIRST_DAY:
            return cell(place, value.isoformat())
        style, value = _serial(value)
    elif isinstance(value, Decimal) and value.as_tuple().exponent == -2:
        style = MONEY
    return f'<c r="{place}" s="{style}"><v>{value}</v></c>'


def _serial(value: date) -> tuple[int, float]:
    """A day, or a time in the zone of the pages, as spreadsheets count them."""
    if not isinstance(value, datetime):
        return DAY, value.toordinal() - EPOCH
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    seconds = (local.hour * 60 + local.minute) * 60 + local.second
    return TIME, local.toordinal() - EPOCH + seconds / 86_400


def row(number: int, values: Iterable[Any], style: int = PLAIN) -> str:
    cells = "".join([cell(f"{letters(at)}{number}", value, style) for at, value in enumerate(values)])
    return f'<row r="{number}">{cells}</row>'


def sheet_head(widths: Sequence[int], *, frozen: int = 0, mirrored: bool = False) -> str:
    """What stands before the rows: the direction, the rows that stay in sight, the widths of columns."""
    pane = ""
    if frozen:
        at = f"A{frozen + 1}"
        pane = f'<pane ySplit="{frozen}" topLeftCell="{at}" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft" activeCell="{at}" sqref="{at}"/>'
    cols = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in enumerate(widths, start=1)
    )
    direction = ' rightToLeft="1"' if mirrored else ""
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheetViews><sheetView{direction} workbookViewId="0">{pane}</sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{cols}</cols><sheetData>'
    )


def sheet_tail(links: str = "", table: str = "") -> str:
    """What stands after the rows: links, as `hyperlink` elements, and the id of the relation of the sheet's table."""
    links = f"<hyperlinks>{links}</hyperlinks>" if links else ""
    parts = f'<tableParts count="1"><tablePart r:id="{table}"/></tableParts>' if table else ""
    return f"</sheetData>{links}{parts}</worksheet>"


def table_part(number: int, name: str, titles: Sequence[str], first: int, last: int) -> str:
    """A table over whole columns: its header in row `first`, a filter on each column."""
    place = f"A{first}:{letters(len(titles) - 1)}{last}"
    columns = "".join(f'<tableColumn id="{at}" name={quoteattr(text)}/>' for at, text in enumerate(titles, start=1))
    return (
        f'{HEAD}<table xmlns="{MAIN}" id="{number}" name="{name}" displayName="{name}" ref="{place}" totalsRowShown="0">'
        f'<autoFilter ref="{place}"/><tableColumns count="{len(titles)}">{columns}</tableColumns>'
        '<tableStyleInfo name="TableStyleLight9" showFirstColumn="0" showLastColumn="0" showRowStripes="1" showColumnStripes="0"/></table>'
    )


def relation(id: str, kind: str, target: str) -> str:
    """What a part relates to: another part, or the address of a hyperlink."""
    outside = ' TargetMode="External"' if kind == "hyperlink" else ""
    return f'<Relationship Id="{id}" Type="{OFFICE}/{kind}" Target={quoteattr(target)}{outside}/>'


def relations(*found: str) -> str:
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{"".join(found)}</Relationships>'


#: What the file consists of, for whoever opens it.
ROOT = relations(
    relation("rId1", "officeDocument", "xl/workbook.xml"),
    f'<Relationship Id="rId2" Type="{PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>',
)


def workbook_relations(sheets: int) -> str:
    parts = [relation(f"rId{at}", "worksheet", f"worksheets/sheet{at}.xml") for at in range(1, sheets + 1)]
    return relations(*parts, relation(f"rId{sheets + 1}", "styles", "styles.xml"))


def content_types(sheets: int, tables: Iterable[int]) -> str:
    named = [
        ("/xl/workbook.xml", f"{SPREADSHEET}.sheet.main+xml"),
        ("/xl/styles.xml", f"{SPREADSHEET}.styles+xml"),
        ("/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
        *((f"/xl/worksheets/sheet{at}.xml", f"{SPREADSHEET}.worksheet+xml") for at in range(1, sheets + 1)),
        *((f"/xl/tables/table{at}.xml", f"{SPREADSHEET}.table+xml") for at in tables),
    ]
    overrides = "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in named)
    return (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def workbook_part(titles: Sequence[str]) -> str:
    sheets = "".join(
        f'<sheet name={quoteattr(t)} sheetId="{at}" r:id="rId{at}"/>' for at, t in enumerate(titles, start=1)
    )
    return f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>'


def core_part(title: str, author: str, language: str, at: datetime) -> str:
    when = timezone.localtime(at, timezone.get_fixed_timezone(0)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        f'{HEAD}<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{text_of(title)}</dc:title><dc:creator>{text_of(author)}</dc:creator><dc:language>{language}</dc:language>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{when}</dcterms:created></cp:coreProperties>'
    )
