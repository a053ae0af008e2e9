"""Figures over big tables: 10 000 events, 20 years, 60 members, 100 000 and 1 000 000 participations.

.venv/bin/python bench/figures.py            both sizes, SQLite and PostgreSQL side by side
.venv/bin/python bench/figures.py 100000     one size
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.machine import best_ms, each_database, machine, median_ms, peak_mb, side_by_side, use

BARS = {
    "all figures of one year": "≤ 150 ms at 1 M",
    "figure page, additive": "≤ 150 ms",
    "figure page, distinct": "≤ 300 ms",
    "trend by month, additive": "≤ 150 ms",
    "trend by year, distinct": "≤ 400 ms",
    "same year, 20 × the table": "≤ 1.15 ×",
    "verb with audit, rows/s": "≥ 8 000",
    "verb with audit / bulk_create": "≥ 0.4 ×",
    "peak memory": "< 200 MB",
}


def measure(database: str, size: int) -> None:
    use(database)
    from tests.factories.big import make_money, make_office, make_publications

    start = time.perf_counter()
    make_office(10_000, size)
    make_money()
    make_publications()
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    say("made in", f"{time.perf_counter() - start:.0f} s")
    read_figures()
    load_rows()
    say("peak memory", f"{peak_mb():.0f} MB")


def read_figures() -> None:
    from rso.core.figures import registry
    from rso.core.figures.reading import OFFICE, Reading, read_all
    from rso.core.periods import Period
    from rso.reports.site.figures import in_order

    year, all_years = Period.parse("2022"), Period.parse("2004-01-01..2023-12-31")

    def all_figures() -> None:
        for reading in read_all(year):
            reading.value  # noqa: B018

    def page(slug: str) -> None:
        reading = Reading(registry.find(slug), year, reader=OFFICE)
        for dimension in reading.figure.source.dimensions:
            reading.by(dimension.slug)
        list(reading.records.select_related(*reading.figure.source.related).order_by(*in_order(reading.figure))[:50])

    say("all figures of one year", f"{median_ms(all_figures):.0f} ms")
    say("figure page, additive", f"{median_ms(lambda: page('participations')):.0f} ms")
    say("figure page, distinct", f"{median_ms(lambda: page('people-reached')):.0f} ms")
    trend = registry.find("participations"), registry.find("people-reached")
    say("trend by month, additive", f"{median_ms(lambda: Reading(trend[0], all_years).trend('month')):.0f} ms")
    say("trend by year, distinct", f"{median_ms(lambda: Reading(trend[1], all_years).trend('year')):.0f} ms")
    say("one year, best of five", f"{best_ms(all_figures):.1f} ms")


def load_rows(rows: int = 20_000) -> None:
    from django.utils import timezone

    from rso.accounts.actions import platform
    from rso.events.actions import record_participations
    from rso.events.models import Event, Participation
    from rso.members.models import Body

    events = list(Event.objects.order_by("-pk")[:200])
    members = list(Body.objects.filter(kind="member_state")[:40])

    def fresh(letter: str) -> list[Participation]:
        return [
            Participation(
                ref=f"{letter}{at:07d}", event=events[at % 200], member=members[at % 40], number=2, role=1,
                state=2, mode=1, sex=1,
            )
            for at in range(rows)
        ]  # fmt: skip

    by, now = platform(), timezone.now()
    plain, verb = [], []
    for turn in "abc":
        things = fresh(f"n{turn}")
        start = time.perf_counter()
        Participation.objects.bulk_create(things, batch_size=2000)
        plain.append(time.perf_counter() - start)
        things = fresh(f"v{turn}")
        start = time.perf_counter()
        record_participations(things, by=by, now=now)
        verb.append(time.perf_counter() - start)
    plain_s, verb_s = sorted(plain)[1], sorted(verb)[1]
    say("bulk_create, rows/s", f"{rows / plain_s:,.0f}")
    say("verb with audit, rows/s", f"{rows / verb_s:,.0f}")
    say("verb with audit / bulk_create", f"{plain_s / verb_s:.2f} ×")


def say(name: str, value: str) -> None:
    print(f"{name}\t{value}", flush=True)


def main(sizes: list[int]) -> None:
    print(machine())
    for size in sizes:
        results = {}
        for database, lines in each_database(__file__, str(size)):
            results[database] = dict(line.split("\t") for line in lines)
        print(f"\n{size:,} participations")
        if size > 100_000:
            small = {}
            for database, lines in each_database(__file__, str(size // 20)):
                small[database] = dict(line.split("\t") for line in lines)
        side_by_side(results, BARS)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        measure(sys.argv[1], int(sys.argv[2]))
    else:
        main([int(sys.argv[1])] if len(sys.argv) > 1 else [100_000, 1_000_000])
