"""`rso check-integrity`: holds every row against every constraint, and every file against its digest. Changes nothing.

A room says in its `integrity.py`, in `faults()`, what is wrong with what it keeps beside the tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models import Count
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
            yield from _twice(model)
        for room in settings.ROOMS:
            module = import_module(f"rso.{room}")
            if module_has_submodule(module, "integrity"):
                yield from import_module(f"rso.{room}.integrity").faults()


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
