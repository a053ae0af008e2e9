"""Columns of many records, as the database gathers them."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connections
from django.db.models import BigIntegerField, BooleanField, Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL

#: Sets of which one whole number tells whether a record is in them.
BITS = 60


def columns_of(records: QuerySet[Any], *wanted: Any) -> list[list[Any]]:
    """Columns of records, each gathered by the database into one text: of a million rows the rows would be most of the time."""
    try:
        asked, given = records.order_by().values_list(*wanted).query.sql_with_params()
    except EmptyResultSet:
        return [[] for _ in wanted]
    connection = connections[records.db]
    gathered = "json_agg({})::text" if connection.vendor == "postgresql" else "json_group_array({})"
    names = [f"c{at}" for at in range(len(wanted))]
    with connection.cursor() as cursor:
        columns = ", ".join(map(gathered.format, names))
        cursor.execute(f"WITH found ({', '.join(names)}) AS ({asked}) SELECT {columns} FROM found", given)  # noqa: S608
        return [json.loads(column or "[]") for column in cursor.fetchone()]


def sets_of(model: Any, sets: Sequence[QuerySet[Any]]) -> tuple[QuerySet[Any], list[RawSQL]]:
    """The records of a model that are in any of some sets, and numbers that tell of each in which (`is_within`).

    A million records that are in eight sets are read once, not eight times. They are looked for in the whole table: by
    the indexes of each set, SQLite takes three times as long where the sets hold most of it.
    """
    conditions = [_condition(records) for records in sets]
    any_of = " OR ".join(f"({sql})" for sql, _given in conditions)
    found = model._base_manager.filter(RawSQL(f"({any_of}) IS TRUE", _all_given(conditions), BooleanField()))  # noqa: S611
    return found, [_number(conditions[at : at + BITS]) for at in range(0, len(conditions), BITS)]


def is_within(at: int, numbers: Sequence[Sequence[int]]) -> bytes:
    """One byte a record, 1 where it is in a set, by the set's place among those of `sets_of` and its numbers, a column each."""
    column, bit = numbers[at // BITS], 1 << at % BITS
    told = {number: bool(number & bit) for number in {*column}}
    return bytes(map(told.__getitem__, column))


def _number(conditions: Sequence[tuple[str, Iterable[Any]]]) -> RawSQL:
    """The sum of a power of two for each condition that holds."""
    told = " + ".join(f"CASE WHEN {sql} THEN {1 << bit} ELSE 0 END" for bit, (sql, _given) in enumerate(conditions))
    return RawSQL(told, _all_given(conditions), BigIntegerField())  # noqa: S611


def _all_given(conditions: Sequence[tuple[str, Iterable[Any]]]) -> list[Any]:
    return [value for _sql, given in conditions for value in given]


def _condition(records: QuerySet[Any]) -> tuple[str, Iterable[Any]]:
    """What holds of a record that is in a set, as SQL on the model's own table; of a set that joins others: that it is in it."""
    query = records.query
    if sum(map(bool, query.alias_refcount.values())) > 1:
        query = records.model._base_manager.filter(Exists(records.filter(pk=OuterRef("pk")))).query
    try:
        sql, given = query.get_compiler(records.db).compile(query.where)
    except EmptyResultSet:
        return "1 = 0", ()
    except FullResultSet:
        return "1 = 1", ()
    return sql, given


@contextmanager
def uncollected() -> Iterator[None]:
    """While millions of rows are read, none of which is garbage: looking for it again and again took a third of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
