"""A load that is killed at any moment leaves nothing of the office or all of it; the next load makes it whole."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.conftest import HOUSE, OFFICE_2022

pytestmark = pytest.mark.long

POSTGRES = os.environ.get("DATABASE_URL", "") if os.environ.get("DATABASE_URL", "").startswith("postgres") else ""
LOAD = ("load", str(OFFICE_2022))
KILLS = 12
#: The account under which the command line acts is opened before the load begins, in a transaction of its own.
PLATFORM = "accounts_user"
#: What differs between two loads of the same folder: when it happened, and passwords that nobody knows.
VARYING = {"at", "password", "applied", "created_at", "published_at"}


def rso(*words: str, url: str, var: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "RSO_VAR": str(var), "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "rso.settings"}
    command = [sys.executable, "-m", "rso", *words]
    return subprocess.Popen(command, cwd=HOUSE, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def run(*words: str, url: str = "", var: Path) -> float:
    """Runs a command to its end. Returns the seconds that it took."""
    started = time.monotonic()
    process = rso(*words, url=url, var=var)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, (out + err).decode()
    return time.monotonic() - started


def span(*, url: str, var: Path) -> tuple[float, float]:
    """Loads the office. Returns after how many seconds the work began, at the earliest, and ended."""
    started = min(run("files", url=url, var=var) for _time in range(2))
    return started * 0.8, run(*LOAD, url=url, var=var)


def killed(seconds: float, *words: str, url: str = "", var: Path) -> None:
    """Starts a command and kills it after so many seconds, or finds that it has ended before."""
    process = rso(*words, url=url, var=var)
    time.sleep(seconds)
    process.kill()
    process.communicate(timeout=30)
    assert process.returncode in (0, -9)


def moments(start: float, end: float, number: int) -> list[float]:
    """Random moments, one in each of as many equal parts of the span."""
    dice = random.Random(2022)
    return [start + (end - start) * (part + dice.random()) / number for part in range(number)]


def assert_nothing_or_all(found: dict[str, int], empty: dict[str, int], full: dict[str, int]) -> None:
    assert {**found, PLATFORM: 0} == {**empty, PLATFORM: 0} or found == full
    assert found[PLATFORM] in (0, 1, full[PLATFORM])


# -- SQLite ------------------------------------------------------------------------------------------------------------


def counts(database: Path) -> dict[str, int]:
    return {name: len(rows) for name, rows in contents(database).items()}


def contents(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, but for what differs from load to load."""
    found = {}
    with sqlite3.connect(database) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        ).fetchall()
        for (table,) in tables:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_xinfo({table})") if row[1] not in VARYING]
            names = ", ".join(f'"{column}"' for column in columns)
            found[table] = sorted(connection.execute(f"SELECT {names} FROM {table}"), key=repr)
    connection.close()
    return found


@pytest.fixture(scope="module")
def empty(tmp_path_factory) -> Path:
    """A database with tables and no office."""
    var = tmp_path_factory.mktemp("empty")
    run("migrate", url="", var=var)
    return var


@pytest.fixture(scope="module")
def full(empty, tmp_path_factory) -> tuple[Path, float, float]:
    """A database with the whole office, and when in its load the work began and ended, in seconds."""
    var = shutil.copytree(empty, tmp_path_factory.mktemp("full") / "var")
    return var, *span(url="", var=var)


@pytest.mark.skipif(bool(POSTGRES), reason="done in the run on SQLite")
@pytest.mark.parametrize("part", range(KILLS))
def test_a_load_killed_at_a_random_moment_leaves_nothing_or_all_on_sqlite(empty, full, tmp_path, part):
    whole, start, end = full
    var = shutil.copytree(empty, tmp_path / "var")

    killed(moments(start, end, KILLS)[part], *LOAD, url="", var=var)

    assert_nothing_or_all(counts(var / "rso.sqlite3"), counts(empty / "rso.sqlite3"), counts(whole / "rso.sqlite3"))
    run(*LOAD, url="", var=var)
    assert contents(var / "rso.sqlite3") == contents(whole / "rso.sqlite3")


# -- PostgreSQL --------------------------------------------------------------------------------------------------------


@contextmanager
def database(name: str, template: str = "template0") -> Iterator[str]:
    """A database of its own on the server of the tests, dropped afterwards: its address."""
    name = f"rso_killed_{os.getpid()}_{name}"
    with psycopg.connect(POSTGRES, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield urlsplit(POSTGRES)._replace(path=f"/{name}").geturl()
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def counts_of(url: str) -> dict[str, int]:
    """Rows of each table, all at one moment: what a killed process sent last may still be on its way into the database."""
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return {table: connection.execute(f'SELECT count(*) FROM "{table}"').fetchall()[0][0] for (table,) in tables}


def exported(url: str, to: Path) -> dict[str, bytes]:
    run("export", str(to), url=url, var=to.parent)
    return {path.name: path.read_bytes() for path in to.iterdir()}


@pytest.fixture(scope="module")
def migrated(tmp_path_factory) -> Iterator[str]:
    with database("empty") as url:
        run("migrate", url=url, var=tmp_path_factory.mktemp("var"))
        yield url


@pytest.mark.skipif(not POSTGRES, reason="done in the run on PostgreSQL")
def test_loads_killed_at_random_moments_leave_nothing_or_all_on_postgresql(migrated, tmp_path):
    template = urlsplit(migrated).path.strip("/")
    empty = counts_of(migrated)
    with database("full", template) as whole:
        start, end = span(url=whole, var=tmp_path)
        full, office = counts_of(whole), exported(whole, tmp_path / "full")

    for part, moment in enumerate(moments(start, end, 4)):
        with database(f"part_{part}", template) as url:
            killed(moment, *LOAD, url=url, var=tmp_path)

            assert_nothing_or_all(counts_of(url), empty, full)
            run(*LOAD, url=url, var=tmp_path)
            assert counts_of(url) == full
            assert exported(url, tmp_path / f"part-{part}") == office
