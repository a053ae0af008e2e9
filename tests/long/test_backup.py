"""A backup taken while others write holds one moment of the office, and comes back on a fresh machine by one command."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import HOUSE
from tests.long.test_killed import LOAD, POSTGRES, database, rso, run

pytestmark = pytest.mark.long

#: Two tables that say the same at every moment, changed as fast as it goes.
WRITER = """
import django; django.setup()
from itertools import count
from rso.core.models import Office, Source
from rso.core.verbs import turn
for at in count():
    with turn():
        Office.objects.update(mission=f"{at}")
        Source.objects.update(note=f"{at}")
"""
READER = """
import django; django.setup()
from rso.core.models import Office, Source
print(*sorted({*Office.objects.values_list("mission", flat=True), *Source.objects.values_list("note", flat=True)}))
"""


def python(script: str, url: str, var: Path) -> subprocess.Popen[str]:
    names = {
        "RSO_VAR": str(var),
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "rso.settings",
        "PYTHONPATH": str(HOUSE),
    }
    return subprocess.Popen(
        [sys.executable, "-c", script], env={**os.environ, **names}, stdout=subprocess.PIPE, text=True
    )


@pytest.fixture(params=["postgresql" if POSTGRES else "sqlite"])
def urls() -> Iterator[tuple[str, str]]:
    """Two databases: of the office, and an empty one."""
    if not POSTGRES:
        yield "", ""
        return
    with database("from") as one, database("to") as other:
        yield one, other


@contextmanager
def written_to(url: str, var: Path) -> Iterator[None]:
    writer = python(WRITER, url, var)
    try:
        time.sleep(3)
        yield
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.communicate()


def test_a_backup_taken_while_others_write_is_of_one_moment(urls, tmp_path):
    one, other = urls
    old, new, file = tmp_path / "old", tmp_path / "new", str(tmp_path / "office.zip")
    run(*LOAD, url=one, var=old)

    with written_to(one, old):
        for _time in range(3):
            run("backup", file, url=one, var=old)
    run("restore", file, url=other, var=new)

    said = python(READER, other, new).communicate()[0].split()
    assert (len(said), int(said[0]) > 0) == (1, True)
    run("check-integrity", url=other, var=new)


def test_a_restored_office_answers_every_figure_as_it_did(urls, tmp_path):
    one, other = urls
    old, new, file = tmp_path / "old", tmp_path / "new", str(tmp_path / "office.zip")
    run(*LOAD, url=one, var=old)
    run("backup", file, url=one, var=old)
    run("restore", file, url=other, var=new)

    def answers(url: str, var: Path) -> list[bytes]:
        asked = (
            ["figures", "2022", "--office"],
            ["figures", "2022", "--by", "member"],
            ["records", "participations", "2022"],
        )
        return [rso(*words, "--format", "json", url=url, var=var).communicate()[0] for words in asked]

    before = answers(one, old)
    assert (answers(other, new), min(map(len, before)) > 100) == (before, True)
