"""Rows straight into a table, where model instances would cost more than the rows are worth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models, transaction


def insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Inserts values that are already what the database keeps. COPY on PostgreSQL, one prepared statement on SQLite.

    Rows are read while the connection is busy: they must not ask it anything.
    """
    fields = {field.name: str(field.column) for field in model._meta.concrete_fields}
    names = [fields[column] for column in columns]
    table = connection.ops.quote_name(model._meta.db_table)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            quoted = ", ".join(map(connection.ops.quote_name, names))
            with cursor.copy(f"COPY {table} ({quoted}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(names))
        quoted = ", ".join(map(connection.ops.quote_name, names))
        cursor.executemany(f"INSERT INTO {table} ({quoted}) VALUES ({marks})", rows)  # type: ignore[arg-type]  # noqa: S608  our own names
