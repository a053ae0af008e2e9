"""Which files an office's folder may hold, as the rooms declare them: docs/guide/files.md is written from here."""

from __future__ import annotations

from collections.abc import Iterator

from rso.core.loading.load import discover
from rso.core.loading.tables import Table, tables

HEAD = """# Files of an office's folder

What `rso load` takes and `rso export` writes: one file a kind of record, each row with a `ref` that stays. Only
`office.yaml` must be there. In CSV files the first row names the columns, in YAML files each entry is a list of
`column: value` lines; a column that may be empty may be left out. [How to load an office](../how-to/load-an-office.md)
says how to begin. `rso files` prints this list.
"""


def columns_of_files() -> Iterator[dict[str, str]]:
    """Every column of every file, in the order in which the files are loaded."""
    discover()
    for table in tables.in_order():
        for column in table.columns:
            needed = "yes" if column.required else ""
            yield {"file": table.file, "column": column.name, "needed": needed, "takes": column.takes}


def as_guide() -> str:
    discover()
    return "\n".join([HEAD, *(line for table in tables.in_order() for line in _section(table))])


def _section(table: Table) -> Iterator[str]:
    yield f"## {table.file}\n"
    yield f"{table.model.privacy.purpose}. Data class: {table.model.privacy.data_class.label}.\n"
    yield "| column | needed | takes |\n| --- | --- | --- |"
    for column in table.columns:
        yield f"| `{column.name}` | {'yes' if column.required else ''} | {column.takes} |"
    yield ""
