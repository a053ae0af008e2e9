"""The plan of every figure by every dimension on a big office: what is read follows the period, never the table."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from rso.core.figures import Figure, Refusal, registry
from rso.core.figures.reading import OFFICE, PUBLIC, Reading
from rso.core.periods import Period
from rso.reports.site.figures import in_order
from tests.factories.big import clear, make_money, make_office, make_publications, make_work, weigh

pytestmark = pytest.mark.long
#: Lists that grow by a dozen rows a year at most: they may be read whole.
TAXONOMIES = {
    "core_office", "finance_budget", "finance_budgetline", "finance_category", "members_body", "workplan_corepurpose",
    "workplan_theme",
}  # fmt: skip
#: Indexes over all of the rows that are counted by the million.
WIDE = {"participation_all", "events_participation_pkey"}
#: What a figure's page asks, by statement: its text leads to its parameters and to those who ask it.
Asked = dict[str, tuple[Any, set[str]]]


def make(events: int, participations: int) -> None:
    clear()
    make_office(events, participations)
    make_money()
    make_publications()
    make_work()


@pytest.fixture
def big_office(office) -> None:
    make(10_000, 100_000)


def read_all_of(reading: Reading) -> Iterator[str]:
    """Asks whatever a figure's page, its CSV and its records ask, and tells what it asks before each."""
    for name in ("value", "basis", "status", "total_stated"):
        yield name
        getattr(reading, name)
    for dimension in reading.dimensions:
        yield f"by {dimension.slug}"
        cells = ()
        with suppress(Refusal):
            cells = reading.by(dimension.slug).rows
        yield f"records of a row by {dimension.slug}"
        if cells and not reading.figure.slices:
            first_page(reading.figure, reading.behind(dimension.slug, [cells[0].key]))
    for first, second in pairwise(reading.dimensions):
        yield f"by {first.slug} and {second.slug}"
        with suppress(Refusal):
            reading.across(first.slug, second.slug)
    yield "first page of records"
    for of in reading.parts if reading.figure.slices else (reading,):
        first_page(of.figure, of.shown)


def first_page(figure: Figure, records: QuerySet[Any]) -> list[Any]:
    return list(records.order_by(*in_order(figure))[:50])


def all_asked() -> Asked:
    asked: Asked = {}
    who = ""

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT"):
            asked.setdefault(sql, (params, set()))[1].add(who)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        for figure in registry:
            for period in ("2022", "2022-09"):
                for reader in (OFFICE, PUBLIC):
                    for what in read_all_of(Reading(figure, Period.parse(period), reader=reader)):
                        who = f"{figure.slug} {period}: {what}"
    return asked


def whole_tables(sql: str, params: Any) -> set[str]:
    """Tables that the plan of a statement reads from one end to the other, be it by an index over all of their rows."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
            (plan,) = cursor.fetchone()
            return set(_read_whole(plan[0]["Plan"]))
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
        scanned = [
            found[1] for *_, detail in cursor.fetchall() if (found := re.match(r"SCAN (?:TABLE )?(\w+)", detail))
        ]
    known = set(connection.introspection.table_names())
    called = defaultdict(set)
    for table, alias in re.findall(r'"(\w+)" ([TUVW]\d+)', sql):
        called[alias].add(table)
    # An alias may stand for one table in one subquery and for another in the next.
    return {table for name in scanned for table in called.get(name, {name})} & known


def _read_whole(node: dict[str, Any]) -> Iterator[str]:
    """Kept from sequential scans, PostgreSQL walks a whole index where that is cheap; over participations it never is."""
    kind, table = node["Node Type"], node.get("Relation Name", "")
    walks = kind in ("Index Scan", "Index Only Scan") and "Index Cond" not in node and node["Index Name"] in WIDE
    if kind == "Seq Scan" or walks:
        yield table
    for child in node.get("Plans", ()):
        yield from _read_whole(child)


def test_no_figure_by_any_dimension_reads_a_table_of_records_whole_with_statistics_or_without(office):
    make(100, 1_000)
    # Word for word what a big office is asked, which takes minutes to answer while nothing is known of its tables.
    asked = all_asked()
    make(10_000, 100_000)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")

    assert len(asked) > 300
    assert read_whole(asked) == []
    weigh()
    assert read_whole(asked) == []


def read_whole(asked: Asked) -> list[str]:
    whole = {sql: whole_tables(sql, params) - TAXONOMIES for sql, (params, _who) in asked.items()}
    return [f"{min(asked[sql][1])} reads {', '.join(tables)}: {sql}" for sql, tables in whole.items() if tables]


def test_a_plan_that_reads_a_table_whole_is_seen(big_office):
    assert whole_tables("SELECT SUM(number) FROM events_participation", []) == {"events_participation"}
    assert whole_tables("SELECT title FROM events_event WHERE starts_on = %s", ["2022-03-01"]) == set()
