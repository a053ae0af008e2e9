"""Reads an office's folder: CSV and YAML files as rows of text, each with its line; everything odd is named at its place."""

from __future__ import annotations

import csv
import difflib
import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

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
        place = ", ".join(part for part in (self.file, f"row {self.row}" if self.row else "", self.column) if part)
        value = f" “{shortened(self.value)}”" if self.value else ""
        return f"{place}:{value} {self.says}"


def shortened(text: str) -> str:
    """A value as it can be printed in one line: at most 60 characters, nothing invisible."""
    cut = text if len(text) <= 60 else f"{text[:57]}…"
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in cut)


@dataclass
class RawTable:
    """The rows of one file as text by column, with the line on which each begins."""

    file: str
    columns: Sequence[str] = ()
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)


class Unreadable(Exception):
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(str(fault))


def folder_files(folder: Path, known: Sequence[str], needed: str) -> Iterator[Path | Fault]:
    """The files of the folder that are ours, and a fault for each that is not."""
    if not folder.exists():
        yield Fault(str(folder), says="there is no such folder")
        return
    if not folder.is_dir():
        yield Fault(str(folder), says="is a file; name the folder that holds it")
        return
    found = sorted(path for path in folder.iterdir() if not path.name.startswith(".") and path.suffix != ".md")
    if needed not in {path.name for path in found}:
        yield Fault(needed, says="is missing; an office's folder begins with it")
    for path in found:
        if path.is_symlink():
            yield Fault(path.name, says="is a symbolic link; put the file itself here")
        elif path.is_dir():
            yield Fault(path.name, says="is a folder; files lie side by side")
        elif path.name not in known:
            close = difflib.get_close_matches(path.name, known, n=1, cutoff=0.6)
            yield Fault(
                path.name,
                says=f"is no file of ours{f'; did you mean {close[0]}?' if close else ''}",
            )
        elif not os.access(path, os.R_OK):
            yield Fault(path.name, says="cannot be read; give this user permission to read it")
        else:
            yield path


def read_text(path: Path) -> str:
    """The file as text. Raises Unreadable where it is not UTF-8 or holds a NUL byte."""
    if path.stat().st_size > LARGEST_FILE:
        raise Unreadable(Fault(path.name, says=f"is larger than {LARGEST_FILE:,} bytes; split it"))
    content = path.read_bytes()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Unreadable(Fault(path.name, says="is UTF-16; save it as UTF-8"))
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise Unreadable(Fault(path.name, line, says="holds a NUL byte; it is no text file"))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Unreadable(Fault(path.name, line, says="is not UTF-8; save it as UTF-8")) from error


def read_csv(path: Path, columns: Sequence[str], needed: Sequence[str]) -> tuple[RawTable, list[Fault]]:
    """A CSV file with a header row. `columns` are those that exist, `needed` those that may not be missing."""
    name = path.name
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    table, faults = RawTable(name, columns), []
    try:
        header = [cell.strip() for cell in next(reader, [])]
        faults += header_faults(name, header, columns, needed)
        if faults:
            return table, faults
        at = reader.line_num + 1
        for cells in reader:
            line, at = at, reader.line_num + 1
            if not any(cells):
                continue
            if len(cells) != len(header):
                faults.append(
                    Fault(
                        name,
                        line,
                        says=f"has {len(cells)} cells; the header has {len(header)}",
                    )
                )
                continue
            table.rows.append((line, dict(zip(header, cells, strict=True))))
    except csv.Error as error:
        faults.append(
            Fault(
                name,
                reader.line_num,
                says=f"cannot be read as CSV ({error}); quote cells with commas or quotes",
            )
        )
    return table, faults


def header_faults(file: str, header: Sequence[str], columns: Sequence[str], needed: Sequence[str]) -> list[Fault]:
    if not header:
        return [
            Fault(
                file,
                says=f"is empty; its first row names the columns {','.join(columns)}",
            )
        ]
    faults = []
    for column in header:
        if column not in columns:
            close = difflib.get_close_matches(column, columns, n=1, cutoff=0.6)
            hint = f"; did you mean {close[0]}?" if close else f"; there are {', '.join(columns)}"
            faults.append(Fault(file, 1, column, says=f"is no column of this file{hint}"))
        elif header.count(column) > 1:
            faults.append(Fault(file, 1, column, says="stands twice in the header"))
    faults += [Fault(file, 1, column, says="is missing from the header") for column in needed if column not in header]
    return sorted(set(faults))


def read_yaml(path: Path, columns: Sequence[str], needed: Sequence[str]) -> tuple[RawTable, list[Fault]]:
    """A YAML file: a list of mappings, or one mapping. Every value is text, so that it is read as in CSV."""
    name = path.name
    table, faults = RawTable(name, columns), []
    text = read_text(path)
    try:
        if any(isinstance(token, yaml.AliasToken | yaml.AnchorToken) for token in yaml.scan(text)):
            return table, [Fault(name, says="uses anchors or aliases; write each value out")]
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it is nested too deep"
        return table, [
            Fault(
                name,
                mark.line + 1 if mark else 0,
                says=f"cannot be read as YAML: {problem}",
            )
        ]
    nodes = root.value if isinstance(root, yaml.SequenceNode) else [root] if root is not None else []
    for node in nodes:
        line = node.start_mark.line + 1
        if not isinstance(node, yaml.MappingNode):
            faults.append(Fault(name, line, says="is no mapping; write “column: value” lines"))
            continue
        row, wrong = yaml_row(name, node)
        missing = [column for column in needed if column not in row]
        faults += wrong or header_faults(name, list(row), columns, needed=[])
        faults += [Fault(name, line, column, says="is missing") for column in missing]
        table.rows.append((line, row))
    return table, faults


def yaml_row(file: str, node: Any) -> tuple[dict[str, str], list[Fault]]:
    row: dict[str, str] = {}
    faults = []
    for key, value in node.value:
        line, column = key.start_mark.line + 1, str(key.value)
        if column in row:
            faults.append(Fault(file, line, column, says="stands twice in the same entry"))
        if isinstance(value, yaml.ScalarNode):
            row[column] = value.value
        elif isinstance(value, yaml.SequenceNode) and all(isinstance(item, yaml.ScalarNode) for item in value.value):
            row[column] = ";".join(item.value for item in value.value)
        else:
            faults.append(Fault(file, line, column, says="is nested; write text or a list of texts"))
    return row, faults
