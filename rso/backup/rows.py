"""Rows of tables as lines of text that SQLite and PostgreSQL both write and read alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import IO, Any
from uuid import UUID

from django.apps import apps
from django.apps.registry import Apps
from django.db import connection, models

from rso.core.inserting import insert

#: Sessions end with the machine; the index of the search is made anew.
LEFT_OUT = frozenset({"accounts_session", "search_entry"})
BATCH = 20_000
#: Fields whose values are in JSON what they are in Python and in the database.
PLAIN = (models.IntegerField, models.BooleanField, models.CharField, models.TextField, models.AutoField)


def kept_models(registry: Apps = apps) -> list[type[models.Model]]:
    """Every table there is, but for those that are made anew."""
    found = registry.get_models(include_auto_created=True)
    kept = (model for model in found if model._meta.managed and model._meta.db_table not in LEFT_OUT)
    return sorted(kept, key=lambda model: model._meta.db_table)


def fields_of(model: type[models.Model]) -> list[Any]:
    """Fields that the database does not work out by itself."""
    return [field for field in model._meta.concrete_fields if not field.generated]


def columns_of(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(str(field.column) for field in fields_of(model))


def lines(model: type[models.Model]) -> Iterator[bytes]:
    """Each row as a line: a list of its values in the order of the columns."""
    names = [field.attname for field in fields_of(model)]
    write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_text).encode
    rows = iter(model._base_manager.order_by("pk").values_list(*names).iterator(BATCH))
    while batch := list(islice(rows, BATCH)):
        yield "".join(f"{write(row)}\n" for row in batch).encode()


def _text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    raise TypeError(f"{type(value)} cannot be written")


def read(model: type[models.Model], columns: Sequence[str], file: IO[bytes]) -> int:
    """Inserts the rows of the lines, whose values stand in the order of the columns. Returns how many the table has then."""
    by_column = {str(field.column): field for field in fields_of(model)}
    fields = [by_column[column] for column in columns]
    names = [field.name for field in fields]
    given = [(at, reader) for at, field in enumerate(fields) if (reader := _reader(field))]
    rows = _rows(file, given)
    while batch := list(islice(rows, BATCH)):
        insert(model, names, batch)
    return model._base_manager.count()


def _rows(file: Iterable[bytes], given: list[tuple[int, Callable[[Any], Any]]]) -> Iterator[list[Any]]:
    for line in file:
        row: list[Any] = json.loads(line)
        for at, reader in given:
            row[at] = reader(row[at])
        yield row


def _reader(field: Any) -> Callable[[Any], Any] | None:
    """What makes of a value in JSON the one that the database takes; nothing where they are the same."""
    while field.remote_field:
        field = field.target_field
    if isinstance(field, PLAIN):
        return None
    return lambda value: field.get_db_prep_save(field.to_python(value), connection)
