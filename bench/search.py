"""Search over 100 000 records in ten scripts, SQLite and PostgreSQL side by side.

.venv/bin/python bench/search.py

The records hold the texts of the example office and the sentences of tests/search_words.yaml; that list says which of the
sentences each word finds. A search is the first page of a list narrowed by the words, or all kinds at once with counts and
excerpts, as the search page shows them.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import yaml

from bench.machine import HOUSE, each_database, machine, say, side_by_side, use

RECORDS = 100_000
TIMES = 3
BARS = {"recall": "1.0", "precision": "1.0", "in a list, p95": "< 50 ms", "everywhere, p95": "< 50 ms"}


def main() -> None:
    print(machine())
    results = {database: dict(line.split("\t") for line in lines) for database, lines in each_database(__file__)}
    side_by_side(results, BARS)


def texts() -> list[str]:
    """What the example office wrote: titles and summaries."""
    import csv

    found = []
    for name in ("events", "publications", "engagements", "activities", "requests"):
        with (HOUSE / "data" / "office-2022" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            found += [row[field] for row in csv.DictReader(file) for field in ("title", "summary") if row.get(field)]
    return found


def make(sentences: list[str]) -> None:
    """Half events, half publications: a sentence stands in the title of one record, in the text of the next."""
    from rso.events.models import Event
    from rso.publications.models import Publication
    from tests.factories.big import fill

    written = texts()

    def rows(kind: int) -> Iterator[tuple[Any, ...]]:
        for at in range(kind, RECORDS, 2):
            both = sentences[at // 2 % len(sentences)], written[at // 3 % len(written)]
            title, summary = both if at % 4 < 2 else reversed(both)
            day = date(2000, 1, 1) + timedelta(days=at % 8_000)
            yield at // 2 + 1, f"r{at}", 1, title[:200], f"{summary} {written[at % len(written)]}", 1, day, day

    shared = ("id", "ref", "basis", "title", "summary", "precision")
    fill(
        Event,
        (
            *(*shared, "starts_on", "ends_on", "type", "state", "office_role"),
            *("mode", "reason", "place", "country", "outcome"),
        ),
        ((*row, "training", "held", "organised", *[""] * 5) for row in rows(0)),
    )
    fill(
        Publication,
        (*shared, "first_issued_on", "kind", "state", "authors", "series", "link", "reason"),
        ((*row[:-1], "toolkit", "published", *[""] * 4) for row in rows(1)),
    )


def measure(database: str) -> None:
    use(database, "bench_rso_search")
    from django.db import connection

    from rso.core.search.index import rebuild

    known = yaml.safe_load((HOUSE / "tests" / "search_words.yaml").read_text(encoding="utf-8"))
    start = time.perf_counter()
    make(list(known["sentences"].values()))
    made = time.perf_counter()
    rebuild()
    say("records made in", f"{made - start:.0f} s")
    say("indexed in", f"{time.perf_counter() - made:.0f} s")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    ask(known["words"], list(known["sentences"]))


def ask(words_of: dict[str, list[str]], names: list[str]) -> None:
    from rso.core.search.finding import find, matching
    from rso.core.search.registry import PUBLIC
    from rso.events.models import Event
    from rso.publications.models import Publication

    right = wrong = missed = 0
    took: dict[str, list[float]] = {"in a list": [], "everywhere": []}
    for words, holds in words_of.items():
        wanted = {at + 1 for at in range(RECORDS // 2) if names[at % len(names)] in holds}
        for model, day in ((Event, "starts_on"), (Publication, "first_issued_on")):
            rows = model.objects.filter(pk__in=matching(model, words))
            found = set(rows.values_list("pk", flat=True))
            right, wrong, missed = (
                right + len(found & wanted),
                wrong + len(found - wanted),
                missed + len(wanted - found),
            )
            for _ in range(TIMES):
                start = time.perf_counter()
                list(rows.order_by(f"-{day}", "-pk")[:50])
                took["in a list"].append((time.perf_counter() - start) * 1000)
        for _ in range(TIMES):
            start = time.perf_counter()
            answer = find(words, {PUBLIC})
            took["everywhere"].append((time.perf_counter() - start) * 1000)
        assert sum(of.total for of in answer) == 2 * len(wanted), (words, answer)
    say("words asked for", str(len(words_of)))
    say("recall", f"{right / (right + missed):.3f}")
    say("precision", f"{right / (right + wrong):.3f}")
    for name, times in took.items():
        say(f"{name}, p50", f"{statistics.median(times):.1f} ms")
        say(f"{name}, p95", f"{statistics.quantiles(times, n=20)[-1]:.1f} ms")


if __name__ == "__main__":
    measure(sys.argv[1]) if len(sys.argv) > 1 else main()
