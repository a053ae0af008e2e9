"""What a command prints: rows as a table for people, as JSON or CSV for machines; messages on standard error."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

#: No line that goes into a pipe or a file is folded.
UNFOLDED = 100_000

#: What stands in the data is printed as it is: no [markup], no :emoji:.
out = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
err = Console(stderr=True, soft_wrap=True, highlight=False, markup=False, emoji=False)


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def stop(*sentences: str) -> NoReturn:
    """Ends with exit code 1 and why."""
    for sentence in sentences:
        err.print(sentence)
    raise typer.Exit(1)


def show(rows: Iterable[Mapping[str, Any]], form: Format) -> None:
    """Prints rows; where they differ in their names, a row is empty in those that it lacks."""
    found = list(rows)
    names = list(dict.fromkeys(name for row in found for name in row))
    rows = [{name: row.get(name) for name in names} for row in found]
    if form is Format.TABLE:
        _table(rows)
        return
    if form is Format.JSON:
        print(json.dumps(found, ensure_ascii=False, indent=1, default=str))
    elif rows:
        writer = csv.DictWriter(sys.stdout, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    # Whoever read the beginning and left is noticed here, where it can still be kept quiet.
    sys.stdout.flush()


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _table(rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        out.print("Nothing.")
        return
    table = Table(box=None, pad_edge=False)
    for at, (name, value) in enumerate(rows[0].items()):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        # The first column names the row: it stays whole.
        table.add_column(name, justify="right" if is_number else "left", overflow="fold", no_wrap=at == 0)
    for row in rows:
        table.add_row(*map(_words, row.values()))
    if out.is_terminal:
        Console(highlight=False, markup=False, emoji=False).print(table)
        return
    page = Console(width=UNFOLDED, highlight=False, markup=False, emoji=False)
    with page.capture() as whole:
        page.print(table)
    print("\n".join(line.rstrip() for line in whole.get().splitlines()), flush=True)


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {number}" for name, number in value.items())
    return "" if value is None else str(value)
