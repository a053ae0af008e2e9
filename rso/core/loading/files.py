"""Reads an office's folder: CSV and YAML files as rows of text, each with its line; everything odd is named at its place."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _
from yaml.reader import ReaderError

from rso.core.loading.near import did_you_mean

LARGEST_FILE = 500_000_000
csv.field_size_limit(LARGEST_FILE)


@dataclass(frozen=True, order=True)
class Fault:
    """What is wrong in the folder: file, line, column, the value as it stands, and what would be right."""

    file: str
    row: int = 0
    column: str = ""
    value: str = ""
    says: str = ""

    def __str__(self) -> str:
        row = _("row %(n)s") % {"n": self.row} if self.row else ""
        place = ", ".join(part for part in (visible(self.file), row, shortened(self.column)) if part)
        value = f" “{shortened(self.value)}”" if self.value else ""
        return f"{place}:{value} {self.says}"


def visible(text: str) -> str:
    """The text with everything invisible in it written out."""
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in text)


def shortened(text: str) -> str:
    """A value as it can be printed in one line: at most 60 characters, nothing invisible."""
    return visible(text if len(text) <= 60 else f"{text[:57]}…")


@dataclass
class RawTable:
    """The rows of one file as text by column, with the line on which each begins. None: told as a fault already."""

    file: str
    rows: list[tuple[int, dict[str, str | None]]] = field(default_factory=list)
    #: Refs of rows that could not be read.
    lost: set[str] = field(default_factory=set)
    #: Whether every row was found; where not, nobody can say which refs the file holds.
    is_whole: bool = True


class Unreadable(Exception):
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(str(fault))


def folder_files(folder: Path, known: Sequence[str], needed: str) -> Iterator[Path | Fault]:
    """The files of the folder that are ours, and a fault for each that is not."""
    try:
        found = sorted(path for path in folder.iterdir() if not path.name.startswith(".") and path.suffix != ".md")
    except FileNotFoundError:
        yield Fault(str(folder), says="there is no such folder")
        return
    except NotADirectoryError:
        yield Fault(str(folder), says="is a file; name the folder that holds it")
        return
    except OSError as error:
        yield Fault(str(folder), says=f"cannot be opened: {error.strerror}")
        return
    if needed not in {path.name for path in found}:
        yield Fault(needed, says="is missing; an office's folder begins with it")
    for path in found:
        yield file_fault(path, known) or path


def file_fault(path: Path, known: Sequence[str]) -> Fault | None:
    """What keeps a file of the folder from being one of ours."""
    says = ""
    if path.is_symlink():
        says = "is a symbolic link; put the file itself here"
    elif path.is_dir():
        says = "is a folder; files lie side by side"
    elif path.name not in known:
        says = f"is no file of ours{did_you_mean(path.name, known)}"
    elif not path.is_file():
        says = "is no ordinary file"
    elif not os.access(path, os.R_OK):
        says = "cannot be read; give this user permission to read it"
    return Fault(path.name, says=says) if says else None


def read_text(path: Path) -> str:
    """The file as text. Raises Unreadable where it is not UTF-8 or holds a NUL byte."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise Unreadable(Fault(path.name, says=f"is larger than {LARGEST_FILE:,} bytes; split it"))
        content = path.read_bytes()
    except OSError as error:
        raise Unreadable(Fault(path.name, says=f"cannot be read: {error.strerror}")) from error
    return decoded(path.name, content)


def decoded(file: str, content: bytes) -> str:
    """The content of a file as text. Raises Unreadable where it is not UTF-8 or holds a NUL byte."""
    if content.startswith(b"PK\3\4"):
        raise Unreadable(Fault(file, says=_("is a spreadsheet or an archive; save it as CSV in UTF-8")))
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(Fault(file, says=_("is UTF-16; save it as UTF-8")))
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise Unreadable(Fault(file, line, says=_("holds a NUL byte, which no text holds; save it anew as UTF-8")))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Unreadable(Fault(file, line, says=_("is not UTF-8; save it as UTF-8"))) from error


# -- CSV ---------------------------------------------------------------------------------------------------------------


def read_csv(path: Path, columns: Sequence[str], needed: Sequence[str]) -> tuple[RawTable, list[Fault]]:
    """A CSV file with a header row. `columns` are those that exist, `needed` those that may not be missing."""
    table, line = RawTable(path.name), 1
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        faults = header_faults(path.name, header, columns, needed)
        if faults:
            table.is_whole = False
            return table, faults
        line = reader.line_num + 1
        for cells in reader:
            faults += take_row(table, line, header, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        table.is_whole = False
        return table, [*faults, Fault(path.name, line, says=csv_problem(error))]
    return table, faults


def take_row(table: RawTable, line: int, header: Sequence[str], cells: Sequence[str]) -> list[Fault]:
    """Adds a row to the table; an empty one counts as none."""
    if not any(cells):
        return []
    if len(cells) == len(header):
        if [cell.strip() for cell in cells] == header:
            return [Fault(table.file, line, says=_("repeats the header; remove it"))]
        # A program that ends lines in its own way does so inside cells too.
        table.rows.append((line, {name: cell.replace("\r\n", "\n") for name, cell in zip(header, cells, strict=True)}))
        return []
    table.lost |= {cell.strip() for name, cell in zip(header, cells, strict=False) if name == "ref"}
    says = _("has %(cells)s cells; the header has %(columns)s; quote a cell that holds a comma")
    return [Fault(table.file, line, says=says % {"cells": len(cells), "columns": len(header)})]


def csv_problem(error: csv.Error) -> str:
    if "unexpected end of data" in str(error):
        return _("opens a quotation mark that is never closed")
    if "expected after" in str(error):
        return _("has a quotation mark inside a quoted cell; write it twice")
    return _("cannot be read as CSV: %(error)s") % {"error": error}


def header_faults(
    file: str, header: Sequence[str], columns: Sequence[str], needed: Sequence[str], line: int = 1
) -> list[Fault]:
    """What is wrong with a header, which stands in this line of its file."""
    if not header:
        says = _("has no header; its first row names the columns %(columns)s") % {"columns": ",".join(columns)}
        return [Fault(file, says=says)]
    if len(header) == 1 and ";" in header[0]:
        return [Fault(file, line, says=_("parts its cells with semicolons; save it with commas"))]
    if len(header) == 1 and "\t" in header[0]:
        return [Fault(file, line, says=_("parts its cells with tabs; save it with commas"))]
    faults = []
    for column, times in Counter(header).items():
        if not column:
            faults.append(Fault(file, line, says=_("has a column without a name; remove it, or name it")))
        elif column not in columns:
            faults.append(unknown_column(file, line, column, columns))
        elif times > 1:
            faults.append(Fault(file, line, column, says=_("stands twice in the header")))
    faults += [
        Fault(file, line, column, says=_("is missing from the header")) for column in needed if column not in header
    ]
    return faults


def unknown_column(file: str, line: int, column: str, columns: Sequence[str]) -> Fault:
    hint = did_you_mean(column, columns, otherwise=_("; there are %(columns)s") % {"columns": ", ".join(columns)})
    return Fault(file, line, column, says=_("is no column of this file") + hint)


# -- YAML --------------------------------------------------------------------------------------------------------------

#: What YAML's own words mean to someone who wrote a file by hand.
YAML_PROBLEMS = {
    "tab character": "is indented with a tab; use spaces",
    "mapping values are not allowed": "has a colon inside a text; put the text in quotes",
    "another document": "begins a second document; remove the line “---”",
    "escape code": "has half a character; write the character itself",
    "end of stream": "opens a quotation mark that is never closed",
    "nesting depth": "is nested too deep; write text or a list of texts",
}
PLAIN_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map")}


def read_yaml(path: Path, columns: Sequence[str], lists: Collection[str]) -> tuple[RawTable, list[Fault]]:
    """A YAML file: a list of mappings, or one mapping. Every value is text, so that it is read as in CSV.

    `lists` are the columns that hold several values.
    """
    table, text = RawTable(path.name, is_whole=False), read_text(path)
    try:
        for event in yaml.parse(text, Loader=yaml.CBaseLoader):
            if getattr(event, "anchor", None):
                line = event.start_mark.line + 1 if event.start_mark else 0
                return table, [Fault(path.name, line, says="uses an anchor or alias; write the value out")]
        root: Any = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.YAMLError as error:
        return table, [yaml_fault(path.name, text, error)]
    nodes = root.value if isinstance(root, yaml.SequenceNode) else [root] if root is not None else []
    if not nodes:
        return table, [Fault(path.name, says="is empty; write “column: value” lines")]
    table.is_whole = True
    faults = []
    for node in nodes:
        line = node.start_mark.line + 1
        if not isinstance(node, yaml.MappingNode):
            faults.append(Fault(path.name, line, says="is no mapping; write “column: value” lines"))
            continue
        row, wrong = yaml_row(path.name, node, columns, lists)
        faults += wrong
        table.rows.append((line, row))
    return table, faults


def yaml_fault(file: str, text: str, error: yaml.YAMLError) -> Fault:
    """What YAML could not read, in plain words where we know them."""
    if isinstance(error, ReaderError):
        line = text.encode()[: error.position].count(b"\n") + 1
        return Fault(file, line, says=f"holds the control character U+{int(error.character):04X}; remove it")
    problem = str(getattr(error, "problem", None) or error)
    # What was begun and never ended is mended where it begins.
    mark = getattr(error, "context_mark" if "end of stream" in problem else "problem_mark", None)
    unclear = f"cannot be read as YAML ({problem}); check its indentation and its quotes"
    says = next((says for words, says in YAML_PROBLEMS.items() if words in problem), unclear)
    return Fault(file, mark.line + 1 if mark else 0, says=says)


def yaml_row(
    file: str, node: yaml.MappingNode, columns: Sequence[str], lists: Collection[str]
) -> tuple[dict[str, str | None], list[Fault]]:
    row: dict[str, str | None] = {}
    faults = [] if node.tag in PLAIN_TAGS else [tag_fault(file, "", node)]
    for key, value in node.value:
        line, column = key.start_mark.line + 1, str(key.value)
        if not isinstance(key, yaml.ScalarNode):
            faults.append(Fault(file, line, says="has a list or mapping in the place of a column's name"))
        elif column in row:
            faults.append(Fault(file, line, column, says="stands twice in the same entry"))
        elif column not in columns:
            faults.append(unknown_column(file, line, column, columns))
        else:
            wrong = value_fault(file, column, value, column in lists)
            row[column] = None if wrong else ";".join(scalars(value))
            faults += [wrong] if wrong else []
    return row, faults


def value_fault(file: str, column: str, node: yaml.Node, takes_list: bool) -> Fault | None:
    """What keeps a value of an entry from being text, or several texts where the column takes them."""
    line = node.start_mark.line + 1
    if node.tag not in PLAIN_TAGS:
        return tag_fault(file, column, node)
    if isinstance(node, yaml.ScalarNode):
        return None
    if isinstance(node, yaml.MappingNode) or not all(isinstance(item, yaml.ScalarNode) for item in node.value):
        return Fault(file, line, column, says="is nested; write text or a list of texts")
    return None if takes_list else Fault(file, line, column, says="is a list; this column takes one text")


def scalars(node: yaml.Node) -> list[str]:
    return [node.value] if isinstance(node, yaml.ScalarNode) else [item.value for item in node.value]


def tag_fault(file: str, column: str, node: yaml.Node) -> Fault:
    tag = node.tag.replace("tag:yaml.org,2002:", "!!")
    return Fault(file, node.start_mark.line + 1, column, tag, "is a tag, which no file of ours has; write plain text")
