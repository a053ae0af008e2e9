"""What every bench shares: the machine, medians, two databases side by side in one run."""

from __future__ import annotations

import atexit
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).resolve().parent.parent
SQLITE = "sqlite"
DATABASES = (SQLITE, "postgresql")
POSTGRESQL = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")


def machine() -> str:
    """One line on the machine, for the figures' sake."""
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}"


def use(database: str, name: str = "bench_rso", folder: str = "") -> None:
    """Points Django at a database of the bench's own, with tables; call before anything of Django is loaded.

    A folder that is given is its giver's to remove; else one is made that goes with the process.
    """
    use_empty(database, name, folder)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def use_empty(database: str, name: str, folder: str = "") -> None:
    """The same, with no table in it."""
    if not folder:
        folder = tempfile.mkdtemp(prefix="rso-bench-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["RSO_VAR"] = folder
    os.environ["DJANGO_SETTINGS_MODULE"] = "rso.settings"
    if database == SQLITE:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
    else:
        import psycopg

        with psycopg.connect(POSTGRESQL, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name}")
        os.environ["DATABASE_URL"] = POSTGRESQL.rpartition("/")[0] + f"/{name}"
    sys.path.insert(0, str(HOUSE))
    import django

    django.setup()


def median_ms(work: Callable[[], Any], times: int = 7, warm: int = 1) -> float:
    """Median of wall time in milliseconds, after a warm-up."""
    for _ in range(warm):
        work()
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append((time.perf_counter() - start) * 1000)
    return statistics.median(found)


def say(name: str, value: str) -> None:
    """Gives one measured value to the process that compares the databases."""
    print(f"{name}\t{value}", flush=True)


def peak_mb() -> float:
    """The largest memory that this process has held."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def each_database(script: str, *arguments: str) -> Iterator[tuple[str, list[str]]]:
    """Runs a script once for each database in a process of its own and gives its lines."""
    for database in DATABASES:
        done = subprocess.run(
            [sys.executable, script, database, *arguments], capture_output=True, text=True, check=False
        )
        if done.returncode:
            print(done.stderr, file=sys.stderr)
            raise SystemExit(1)
        yield database, done.stdout.splitlines()


def side_by_side(results: dict[str, dict[str, str]], bars: dict[str, str]) -> None:
    """Prints what was measured, both databases in one table, each beside its bar."""
    names = list(next(iter(results.values())))
    wide = max(map(len, names)) + 2
    print(f"{'':{wide}}{'SQLite':>14}{'PostgreSQL':>14}   bar")
    for name in names:
        values = [results[database].get(name, "") for database in results]
        print(f"{name:{wide}}" + "".join(f"{value:>14}" for value in values) + f"   {bars.get(name, '')}")
