"""Backup and restore of an office with 1 000 000 participations, SQLite and PostgreSQL side by side.

.venv/bin/python bench/backup.py

The office is written into one file, which is read back, and restored into an empty database in a process of its own; then
every figure of three years is asked of both. A file for another database is written and restored by the same words.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.machine import each_database, machine, peak_mb, say, side_by_side, use, use_empty

PARTICIPATIONS = 1_000_000
YEARS = ("2010", "2022", "2023")
BARS = {"answers of the copy": "the same"}


def main() -> None:
    print(machine())
    lines = each_database(__file__, str(PARTICIPATIONS))
    side_by_side({database: dict(line.split("\t") for line in found) for database, found in lines}, BARS)


def measure(database: str, number: int) -> None:
    use(database, "bench_rso_backup")
    from rso.backup.make import back_up
    from tests.factories.big import make_money, make_office, make_publications, make_work

    make_office(number // 100, number)
    make_money()
    make_publications()
    make_work()
    before = answers()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "office.zip"
        start = time.perf_counter()
        taken = back_up(file)
        say("backup, read back", f"{time.perf_counter() - start:.1f} s")
        say("records", f"{taken.records:,}")
        say("size", f"{taken.size / 1e6:.1f} MB")
        say("memory with the office made", f"{peak_mb():.0f} MB")
        command = [sys.executable, __file__, database, str(number), str(file)]
        for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines():
            name, value = line.split("\t")
            say(name, ("the same" if value == before else "DIFFER") if name == "answers of the copy" else value)


def measure_restore(database: str, file: str) -> None:
    use_empty(database, "bench_rso_restored")
    from rso.backup.restore import restore

    start = time.perf_counter()
    restore(Path(file))
    say("restore", f"{time.perf_counter() - start:.1f} s")
    say("memory of the restore", f"{peak_mb():.0f} MB")
    say("answers of the copy", answers())


def answers() -> str:
    """A digest of every figure of the years, as the office sees it."""
    from rso.core.figures.reading import OFFICE
    from rso.core.periods import Period
    from rso.reports.listing import figure_rows, figures_split

    found = [figure_rows(figures_split(when, "", OFFICE), when, "", OFFICE) for when in map(Period.parse, YEARS)]
    return hashlib.sha256(json.dumps(found, default=str).encode()).hexdigest()


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if len(arguments) == 3:
        measure_restore(arguments[0], arguments[2])
    elif arguments:
        measure(arguments[0], int(arguments[1]))
    else:
        main()
