"""Columns of many records, as the database gathers them."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet


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
