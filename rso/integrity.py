"""`rso check-integrity`: holds every row against every constraint, and every file against its digest. Changes nothing.

A room says in its `integrity.py`, in `faults()`, what is wrong with what it keeps beside the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models import Count
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.module_loading import module_has_submodule

from rso.backup.rows import fields_of, kept_models
from rso.core.snapshot import snapshot
from rso.versions import steps_unknown, steps_waiting


def faults() -> Iterator[str]:
    """Everything that is wrong, each as a sentence."""
    with snapshot():
        yield from _of_versions()
        yield from _of_the_file()
        for model in kept_models():
            yield from _dangling(model)
            yield from _unchecked(model)
            yield from _unreadable(model)
            yield from _twice(model)
        for room in settings.ROOMS:
            module = import_module(f"rso.{room}")
            if module_has_submodule(module, "integrity"):
                yield from _of_room(room)


def _of_room(room: str) -> Iterator[str]:
    """What a room says; where a row that came past the rules keeps it from looking on, that it could not."""
    try:
        yield from import_module(f"rso.{room}.integrity").faults()
    except Exception as error:
        yield f"What {room} keeps beside the tables cannot all be looked at: {error}"


def _of_versions() -> Iterator[str]:
    for step in steps_unknown():
        yield f"The database is of a newer version: it has {step}"
    if steps_waiting():
        yield "The database is of an older version. Run: rso migrate"


def _of_the_file() -> Iterator[str]:
    """SQLite's own look at its pages and indexes, and at what refers to nothing."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        yield from (f"The file of the database: {says}" for (says,) in cursor.fetchall() if says != "ok")
        cursor.execute("PRAGMA foreign_key_check")
        for table, row, of, _number in cursor.fetchall():
            yield f"{table}: row {row} names a row of {of} that is not there"


def _dangling(model: type[models.Model]) -> Iterator[str]:
    """Rows that name a row which is not there; PostgreSQL alone, for SQLite has looked itself."""
    quote = connection.ops.quote_name
    for field in fields_of(model) if connection.vendor != "sqlite" else ():
        if not (field.remote_field and field.db_constraint):
            continue
        of = field.target_field
        there = f"SELECT 1 FROM {quote(of.model._meta.db_table)} t WHERE t.{quote(of.column)} = r.{quote(field.column)}"  # noqa: S608  our own names
        names = f"r.{quote(field.column)} IS NOT NULL AND NOT EXISTS ({there})"
        if row := _first(f"{quote(model._meta.db_table)} r", f"r.{quote(_key(model))}", names):
            yield f"{model._meta.db_table}: row {row} names a row of {of.model._meta.db_table} that is not there"


def _unchecked(model: type[models.Model]) -> Iterator[str]:
    """Rows that break what the tables were made to hold, and came past it."""
    table, quote = model._meta.db_table, connection.ops.quote_name
    editor = connection.SchemaEditorClass(connection, collect_sql=True)
    for each in model._meta.constraints:
        if isinstance(each, models.CheckConstraint):
            condition: str = each._get_check_sql(model, editor)  # type: ignore[attr-defined]
            if row := _first(quote(table), quote(_key(model)), f"NOT ({condition})"):
                yield f"{table}: row {row} breaks {each.name}"


def _unreadable(model: type[models.Model]) -> Iterator[str]:
    """Rows in which no day or time stands where one should; SQLite alone, for PostgreSQL takes nothing else."""
    quote, key = connection.ops.quote_name, _key(model)
    for field in fields_of(model) if connection.vendor == "sqlite" else ():
        if not isinstance(field, models.DateField):
            continue
        is_time = isinstance(field, models.DateTimeField)
        column, read = quote(str(field.column)), parse_datetime if is_time else parse_date
        # SQLite tells quickly where a day or time stands as Django writes it; the others are read as Django reads them.
        plain = (
            f"datetime({column}, '+0 days') = substr({column}, 1, 19)"
            if is_time
            else f"date({column}, '+0 days') = {column}"
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {quote(key)}, CAST({column} AS text) FROM {quote(model._meta.db_table)} WHERE NOT coalesce({plain}, {column} IS NULL) ORDER BY 1"  # noqa: S608  our own names
            )
            wrong = next(((row, value) for row, value in cursor if not _is_read(read, value)), None)
        if wrong:
            noun = "time" if is_time else "day"
            yield f"{model._meta.db_table}: row {wrong[0]} has in {field.column} no {noun}: “{wrong[1]}”"


def _is_read(read: Callable[[str], date | None], value: Any) -> bool:
    try:
        return read(str(value)) is not None
    except ValueError:
        return False


def _first(table: str, key: str, where: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT MIN({key}) FROM {table} WHERE {where}")  # noqa: S608  our own names
        return cursor.fetchone()[0]


def _key(model: type[models.Model]) -> str:
    return str(model._meta.pk.column)


def _twice(model: type[models.Model]) -> Iterator[str]:
    """Rows that are the same in what may be there once."""
    once: list[tuple[str, Sequence[str], Any]] = [
        (f"{field.name} once", (field.attname,), None)
        for field in fields_of(model)
        if field.unique and not field.primary_key
    ]
    once += [
        (each.name, each.fields, each.condition)
        for each in model._meta.constraints
        if isinstance(each, models.UniqueConstraint)
    ]
    for name, fields, condition in once:
        if not fields:
            continue
        rows = model._base_manager.filter(condition) if condition else model._base_manager.all()
        there = rows.filter(**{f"{field}__isnull": False for field in fields})
        if there.order_by().values(*fields).annotate(times=Count("pk")).filter(times__gt=1).exists():
            yield f"{model._meta.db_table}: two rows are the same and break {name}"
