"""Freezing 50 figures over 1 000 000 participations, and finding what moved since.

.venv/bin/python bench/freeze.py            SQLite and PostgreSQL
.venv/bin/python bench/freeze.py sqlite     one of them

Twice: figures of one year of twenty, and figures of all twenty years, each of which counts most of the table.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.machine import each_database, machine, peak_mb, say, use

BARS = {"frozen": "< 5 s", "kept": "< 20 MB", "drift": "< 3 s"}
FIGURES = 50


def measure(database: str) -> None:
    use(database, "bench_rso_freeze")
    from django.db import connection

    from tests.factories.big import make_money, make_office, make_publications, make_work

    make_office(10_000, 1_000_000)
    make_money()
    make_publications()
    make_work()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    for name, periods in (
        ("a year", ("2022", "2021")),
        ("twenty years", ("2004-01-01..2023-12-31", "2004-01-01..2022-12-31")),
    ):
        freeze_and_drift(name, periods)


def freeze_and_drift(name: str, periods: tuple[str, str]) -> None:
    from django.utils import timezone

    from rso.accounts.actions import platform
    from rso.core.figures import registry
    from rso.core.figures.holdings import Holdings
    from rso.core.models import AuditEvent
    from rso.core.periods import Period
    from rso.core.snapshot import snapshot
    from rso.core.verbs import change
    from rso.reports.compiler import _Compiler
    from rso.reports.drift import _Drift
    from rso.reports.freezing import hold
    from rso.reports.models import Edition, Report

    report, start = Report(ref="bench", title="Bench", definition="annual", period=periods[0]), time.perf_counter()
    with snapshot():
        compiler = _Compiler(report, None, "")
        wanted = [(slug, period) for period in map(Period.parse, periods) for slug in registry.figures][:FIGURES]
        for slug, period in wanted:
            compiler.reading(slug, period).value  # noqa: B018
        say(f"{name}: values read", f"{time.perf_counter() - start:.1f} s")
        start = time.perf_counter()
        holdings = hold(compiler.reading(slug, period) for slug, period in wanted)
        for key in list(holdings.held):
            holdings.hash_of(key)
        kept = holdings.to_bytes()
    say(f"{name}: frozen", f"{time.perf_counter() - start:.1f} s ({BARS['frozen']})")
    say(f"{name}: kept", f"{len(kept) / 1e6:.1f} MB ({BARS['kept']})")
    frozen = []
    for slug, period in wanted:
        reading = compiler.reading(slug, period)
        frozen.append(_row(reading, holdings))
    edition = Edition(ref="bench-1", report=report, number=1, last_event=_last(AuditEvent))
    counted = compiler.reading("participations", Period.parse(periods[0])).records
    row = counted.select_related("event", "member", "agency", "person").order_by("pk")[0]
    row.role = 3  # one who came turns out to have spoken
    change([row], verb="corrected", by=platform(), now=timezone.now())
    start = time.perf_counter()
    with snapshot():
        moved = list(_Drift(edition, frozen, Holdings.from_bytes(kept)).all())
    say(
        f"{name}: drift",
        f"{time.perf_counter() - start:.1f} s ({BARS['drift']}), {len(moved)} moved by {sorted({r for m in moved for r in m.records})}",
    )
    say(f"{name}: peak memory", f"{peak_mb():.0f} MB")


def _last(model) -> int:  # type: ignore[no-untyped-def]
    from django.db.models import Max

    return model.objects.aggregate(last=Max("id"))["last"] or 0


def _row(reading, holdings):  # type: ignore[no-untyped-def]
    from rso.reports.freezing import definition_hash, key_of
    from rso.reports.models import Frozen

    figure = reading.figure
    return Frozen(
        key=key_of(reading), figure=figure.slug, period=reading.period.key, value=figure.unit.exact(reading.value), title=str(figure.title),
        status=reading.status.value, version=figure.version, definition=definition_hash(figure), as_at=reading.as_at, rows=holdings.hash_of(key_of(reading)),
    )  # fmt: skip


def main() -> None:
    print(machine())
    for database, lines in each_database(__file__):
        print("\n".join([database, *lines]), flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1])
    else:
        main()
