"""Figures over big tables: 10 000 events, 20 years, 60 members, 100 000 and 1 000 000 participations.

.venv/bin/python bench/figures.py            both sizes, SQLite and PostgreSQL side by side
.venv/bin/python bench/figures.py 100000     one size
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.machine import DATABASES, HOUSE, machine, median_ms, peak_mb, say, side_by_side, use

BARS = {
    "all figures of one year": "≤ 150 ms at 1 M",
    "figure page, additive": "≤ 150 ms",
    "figure page, distinct": "≤ 300 ms",
    "trend by month, additive": "≤ 150 ms",
    "trend by year, distinct": "≤ 400 ms",
    "the year, in 20 × the table": "≤ 1.15 ×",
    "verb with audit, rows/s": "≥ 8 000",
    "verb with audit / bulk_create": "≥ 0.4 ×",
    "peak memory": "< 200 MB",
}


def measure(database: str, events: int, size: int, first: int, years: int) -> None:
    """Makes an office and measures it; between reading and loading, answers how long the year takes, as often as asked."""
    use(database, f"bench_rso_{years}")
    from tests.factories.big import Years, make_money, make_office, make_publications, make_work

    start = time.perf_counter()
    span = Years(first, years)
    make_office(events, size, years=span)
    make_money(250 * years, span)
    make_publications(50 * years, span)
    make_work(50 * years, span)
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    say("made in", f"{time.perf_counter() - start:.0f} s")
    if years > 1:
        read_figures()
    all_figures = reads_the_year()
    all_figures()
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        all_figures()
        print((time.perf_counter() - start) * 1000, flush=True)
    if years > 1:
        load_rows()
        say("peak memory", f"{peak_mb():.0f} MB")


def reads_the_year() -> Callable[[], None]:
    from rso.core.figures.reading import read_all
    from rso.core.periods import Period

    year = Period.parse("2022")

    def all_figures() -> None:
        for reading in read_all(year):
            reading.value  # noqa: B018

    return all_figures


def read_figures() -> None:
    from rso.core.figures import registry
    from rso.core.figures.reading import OFFICE, Reading
    from rso.core.periods import Period
    from rso.reports.site.figures import in_order

    year, all_years = Period.parse("2022"), Period.parse("2004-01-01..2023-12-31")

    def page(slug: str) -> None:
        reading = Reading(registry.find(slug), year, reader=OFFICE)
        for dimension in reading.figure.source.dimensions:
            reading.by(dimension.slug)
        list(reading.records.select_related(*reading.figure.source.related).order_by(*in_order(reading.figure))[:50])

    say("all figures of one year", f"{median_ms(reads_the_year()):.0f} ms")
    say("figure page, additive", f"{median_ms(lambda: page('participations')):.0f} ms")
    say("figure page, distinct", f"{median_ms(lambda: page('people-reached')):.0f} ms")
    trend = registry.find("participations"), registry.find("people-reached")
    say("trend by month, additive", f"{median_ms(lambda: Reading(trend[0], all_years).trend('month')):.0f} ms")
    say("trend by year, distinct", f"{median_ms(lambda: Reading(trend[1], all_years).trend('year')):.0f} ms")


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


class Office:
    """A process that makes an office in a database of its own, measures it, and then waits to be asked."""

    def __init__(self, database: str, events: int, size: int, first: int, years: int) -> None:
        command = [sys.executable, __file__, database, *map(str, (events, size, first, years))]
        self.process = subprocess.Popen(command, cwd=HOUSE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.lines: dict[str, str] = {}
        self.read()

    def read(self) -> None:
        """Takes what it measures until it waits or ends."""
        assert self.process.stdout
        for line in self.process.stdout:
            if line == "ready\n":
                return
            name, value = line.rstrip("\n").split("\t")
            self.lines[name] = value

    def year_ms(self) -> float:
        assert self.process.stdin
        assert self.process.stdout
        print(file=self.process.stdin, flush=True)
        return float(self.process.stdout.readline())

    def end(self) -> dict[str, str]:
        assert self.process.stdin
        self.process.stdin.close()
        self.read()
        if self.process.wait():
            raise SystemExit(1)
        return self.lines


def main(sizes: list[int]) -> None:
    print(machine())
    for size in sizes:
        results = {}
        for database in DATABASES:
            large = Office(database, 10_000, size, 2004, 20)
            small = Office(database, 500, size // 20, 2022, 1)
            turns = [(large.year_ms(), small.year_ms()) for _ in range(15)]
            best = [min(each) for each in zip(*turns, strict=True)]
            small.end()
            results[database] = large.end() | {"the year, in 20 × the table": f"{best[0] / best[1]:.2f} ×"}
        print(f"\n{size:,} participations")
        side_by_side(results, BARS)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        measure(sys.argv[1], *map(int, sys.argv[2:]))
    else:
        main([int(sys.argv[1])] if len(sys.argv) > 1 else [100_000, 1_000_000])
