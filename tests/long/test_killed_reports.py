"""A report that is killed while it is compiled stays as it was; an example that is killed is made whole by the next run."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from rso.core.folders import contents
from tests.long.test_killed import POSTGRES, counts, killed, moments, rso, run
from tests.long.test_killed import contents as rows

pytestmark = [pytest.mark.long, pytest.mark.skipif(bool(POSTGRES), reason="done in the run on SQLite")]

COMPILE = ("report", "compile", "monthly-2022-09", "--as-at", "2022-10-31")
DEMO = ("demo", "--no-serve")
KILLS, KILLS_OF_ALL = 5, 3
#: What no two runs store alike: when an edition was published, and secrets, which are closed anew each time.
DIFFERS = re.compile(r'"(published_at|secret)": ?"[^"]*"')
#: Django's own lists, and how many numbers each of their rows begins with: it gives them in the order in which a run
#: comes upon the models, another one in a run that finds half of the tables. No row of ours refers to them.
NUMBERED = {"django_content_type": 1, "auth_permission": 2}


@pytest.fixture(scope="module")
def example(tmp_path_factory) -> tuple[Path, float]:
    """The whole example, and the seconds that it took to make."""
    var = tmp_path_factory.mktemp("example")
    return var, run(*DEMO, var=var)


def made(var: Path) -> dict[str, bytes]:
    """Reports and collected files, but for what a killed process was still writing."""
    found = {f"{name}/{path}": what for name in ("reports", "static") for path, what in contents(var / name).items()}
    return {path: what for path, what in found.items() if ".making-" not in path}


def same_key(of: Path, to: Path) -> None:
    """Lets an office seal with another's key, which each makes for itself otherwise: their files can then be compared."""
    shutil.copytree(of / "keys", to / "keys")


def stored(var: Path) -> dict[str, list[str]]:
    """Every row, but for what differs."""
    tables = rows(var / "rso.sqlite3")
    return {
        name: sorted(DIFFERS.sub("", repr(row[NUMBERED.get(name, 0) :])) for row in found)
        for name, found in tables.items()
    }


@pytest.fixture(scope="module")
def editions(example, tmp_path_factory) -> tuple[dict[str, bytes], dict[str, bytes], float]:
    """The report as it was, as it is to be, and the seconds that this takes."""
    var, folder = example[0], tmp_path_factory.mktemp("editions") / "report"
    took = run(*COMPILE, "--out", str(folder), var=var)
    return contents(var / "reports" / "monthly-2022-09"), contents(folder), took


@pytest.mark.parametrize("part", range(KILLS))
def test_a_report_that_is_killed_stays_as_it_was_or_is_whole(example, editions, tmp_path, part):
    (var, _seconds), (old, new, took) = example, editions
    folder = shutil.copytree(var / "reports" / "monthly-2022-09", tmp_path / "report")

    killed(moments(took * 0.3, took * 1.05, KILLS)[part], *COMPILE, "--out", str(folder), var=var)

    assert old != new
    assert contents(folder) in (old, new)
    run(*COMPILE, "--out", str(folder), var=var)
    assert contents(folder) == new


@pytest.mark.parametrize("part", range(KILLS_OF_ALL))
def test_an_example_that_is_killed_is_made_whole_by_the_next_run(example, tmp_path, part):
    whole, seconds = example

    same_key(whole, tmp_path)
    killed(moments(0.2, seconds, KILLS_OF_ALL)[part], *DEMO, var=tmp_path)
    run(*DEMO, var=tmp_path)

    assert stored(tmp_path) == stored(whole)
    assert made(tmp_path) == made(whole)


def test_two_examples_at_once_are_one(example, tmp_path):
    same_key(example[0], tmp_path)
    together = [rso(*DEMO, url="", var=tmp_path) for _time in range(2)]
    for process in together:
        process.communicate(timeout=120)

    assert [process.returncode for process in together] == [0, 0]
    assert stored(tmp_path) == stored(example[0])
    assert made(tmp_path) == made(example[0])


def test_a_second_run_of_the_example_changes_nothing(example):
    var, _seconds = example
    before = counts(var / "rso.sqlite3"), {path: path.stat().st_mtime_ns for path in (var / "reports").rglob("*")}

    run(*DEMO, var=var)

    assert (
        counts(var / "rso.sqlite3"),
        {path: path.stat().st_mtime_ns for path in (var / "reports").rglob("*")},
    ) == before
    assert [path for path in (var / "reports").iterdir() if path.name.startswith(".")] == []
