"""Writes the office's folder back: one file a table, in the shape in which it comes in, rows by ref."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from rso.core.folders import put
from rso.core.loading.load import discover
from rso.core.loading.tables import Table, tables
from rso.core.snapshot import snapshot


def export(folder: Path) -> list[tuple[str, int]]:
    """Writes every table that has rows; returns file names with their numbers of rows. Same records, same bytes.

    Each file takes the place of the old one in one step. Raises OSError; then no file is half written.
    """
    discover()
    folder.mkdir(parents=True, exist_ok=True)
    with snapshot():
        found = [(table, list(table.current().values())) for table in tables.in_order()]
    written = []
    for table, rows in found:
        path = folder / table.file
        if not rows:
            path.unlink(missing_ok=True)
            continue
        text = as_yaml(table, rows) if path.suffix == ".yaml" else as_csv(table, rows)
        # The loader passes over names that begin with a point, should a killed process leave one.
        put(path, text.encode())
        written.append((table.file, len(rows)))
    return written


def as_cells(table: Table, row: Mapping[str, Any]) -> dict[str, str]:
    return {column.name: column.write(row[column.name]) for column in table.columns}


def as_csv(table: Table, rows: list[dict[str, Any]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, [column.name for column in table.columns], lineterminator="\n")
    writer.writeheader()
    writer.writerows(as_cells(table, row) for row in rows)
    return out.getvalue()


class _Dumper(yaml.SafeDumper):
    pass


def _long_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _long_text)


def as_yaml(table: Table, rows: list[dict[str, Any]]) -> str:
    entries = [{name: text for name, text in as_cells(table, row).items() if text} for row in rows]
    return yaml.dump(entries, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
