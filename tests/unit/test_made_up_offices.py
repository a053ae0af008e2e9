"""What holds of any office: the engine counts as plain Python does, parts sum to wholes, files come back as they went in."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from random import Random

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from rso.accounts.actions import platform
from rso.core.figures import registry
from rso.core.loading.export import export
from rso.core.loading.load import load
from tests.agreement import against_plain_python, within_themselves
from tests.conftest import NOW
from tests.factories.big import clear
from tests.factories.offices import MadeUp

pytestmark = pytest.mark.usefixtures("office")
PERIODS = ("2022", "2021", "2023", "2022-H2", "2022-10", "FY2022", "2022-02-15..2022-11-09", "2021-01-01..2023-12-31")
Holds = Callable[[str, Path], None]


def of_offices(holds: Holds, folder: Path, times: int) -> None:
    """Makes offices up, loads each into an emptied database from a folder, and asks whether a sentence holds of it.

    They are the same each time, so that a run fails only by what has changed, and others on PostgreSQL than on SQLite.
    """
    number = count()

    @seed(connection.vendor == "postgresql")
    @settings(
        max_examples=times,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.randoms(use_true_random=False), st.sampled_from(PERIODS))
    def of_one(chance: Random, period: str) -> None:
        inside = folder / str(next(number))
        MadeUp(chance).write(inside)
        clear()
        load(inside, by=platform(), now=NOW)
        holds(period, inside)

    of_one()


def counts_as_plain_python_does(period: str, _folder: Path) -> None:
    assert against_plain_python(period) == []


def sums_as_it_says(period: str, _folder: Path) -> None:
    assert within_themselves(period, ()) == []


def sums_when_crossed(period: str, _folder: Path) -> None:
    assert within_themselves(period, registry.figures) == []


def comes_back(_period: str, folder: Path) -> None:
    """Every cell that was given; a second load changes nothing; what was written, loaded, is written the same."""
    once, twice = folder / "once", folder / "twice"
    export(once)
    assert list(spoiled(folder, once)) == []
    assert {(c.added, c.changed, len(c.gone)) for c in load(once, by=platform(), now=NOW)} == {(0, 0, 0)}
    clear()
    load(once, by=platform(), now=NOW)
    export(twice)
    assert {path.name: path.read_bytes() for path in twice.iterdir()} == {
        path.name: path.read_bytes() for path in once.iterdir()
    }


def spoiled(given: Path, written: Path) -> Iterator[str]:
    for path in sorted(given.glob("*.csv")):
        back = {row["ref"]: row for row in rows_of(written / path.name)}
        for row in rows_of(path):
            for name, cell in row.items():
                # Refs of several records stand in no order; an empty cell is what its column begins with.
                if cell and sorted(back[row["ref"]][name].split(";")) != sorted(cell.split(";")):
                    yield f"{path.name} {row['ref']} {name}: {cell} came back as {back[row['ref']][name]}"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_few_offices_made_up_are_counted_as_plain_python_counts(tmp_path):
    of_offices(counts_as_plain_python_does, tmp_path, 2)


@pytest.mark.long
@pytest.mark.parametrize(
    ("holds", "times"),
    [(counts_as_plain_python_does, 15), (sums_as_it_says, 6), (sums_when_crossed, 3), (comes_back, 10)],
)
def test_of_many_offices_made_up(holds, times, tmp_path):
    of_offices(holds, tmp_path, times)
