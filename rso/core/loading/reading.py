"""Reads a whole folder into the shape of the database, and finds all that is wrong with it before anything is written."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rso.core.loading.columns import read_cells
from rso.core.loading.files import Fault, RawTable, Unreadable, folder_files, read_csv, read_yaml
from rso.core.loading.near import near
from rso.core.loading.tables import Table, tables

OFFICE_FILE = "office.yaml"


@dataclass
class Rows:
    """A file's rows in the shape of the database, by ref, with their lines. A value that is wrong is not there."""

    table: Table
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    #: Refs of rows that could not be read, and whether every row was found: what points to them is not called unknown.
    lost: set[str] = field(default_factory=set)
    is_whole: bool = True

    def take_out(self, lines: Collection[int]) -> set[str]:
        """Takes out the rows that stand on these lines or lack a value. Returns their refs and those of lost rows."""
        width = len(self.table.columns)
        out = {ref for ref, values in self.values.items() if self.lines[ref] in lines or len(values) < width}
        for ref in out:
            del self.values[ref]
        return out | self.lost


def read_folder(folder: Path) -> tuple[dict[str, Rows], list[Fault]]:
    """The rows of every file of the folder that is ours, and each fault of its files, rows and cells."""
    read: dict[str, Rows] = {}
    faults: list[Fault] = []
    for path in folder_files(folder, list(tables.by_file), OFFICE_FILE):
        if isinstance(path, Fault):
            faults.append(path)
            for name in near(path.file, tables.by_file):
                read.setdefault(name, Rows(tables.by_file[name], is_whole=False))
            continue
        read[path.name], wrong = _rows(path, tables.by_file[path.name])
        faults += wrong
    return read, faults + _offices(read)


def _rows(path: Path, table: Table) -> tuple[Rows, list[Fault]]:
    columns = [column.name for column in table.columns]
    try:
        if path.suffix == ".yaml":
            raw, faults = read_yaml(path, columns, [column.name for column in table.lists])
        else:
            raw, faults = read_csv(path, columns, [column.name for column in table.columns if column.required])
    except Unreadable as error:
        return Rows(table, is_whole=False), [error.fault]
    rows, wrong = _shape(table, raw)
    return rows, faults + wrong


def _shape(table: Table, raw: RawTable) -> tuple[Rows, list[Fault]]:
    rows, faults = Rows(table, lost=raw.lost, is_whole=raw.is_whole), []
    for line, cells in raw.rows:
        values, wrong = read_cells(table.columns, cells)
        faults += [Fault(table.file, line, name, cells.get(name) or "", says) for name, says in wrong.items()]
        ref = values.get("ref") or (cells.get("ref") or "").strip()
        if ref and ref in rows.lines:
            faults.append(Fault(table.file, line, "ref", ref, f"stands in row {rows.lines[ref]} already"))
        elif ref:
            rows.values[ref], rows.lines[ref] = values, line
    return rows, faults


def _offices(read: Mapping[str, Rows]) -> list[Fault]:
    lines = list(read[OFFICE_FILE].lines.values()) if OFFICE_FILE in read else []
    return [Fault(OFFICE_FILE, line, says="is a second office; a folder is of one") for line in lines[1:]]
