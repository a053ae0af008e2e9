"""What all workers of a machine count together: each step is one, whoever else counts, and what has run out is gone."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import caches

from rso.core.shared import CLEARED_AFTER, Shared
from rso.core.tries import times
from tests.web.conftest import as_user

COUNT = """
import sys
from django.conf import settings
settings.configure()
from rso.core.shared import Shared
cache = Shared(sys.argv[1], {})
print(sum(cache.add(f"turn {n}", 1) for n in range(50)), flush=True)
for _ in range(200):
    cache.incr("asked")
"""


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "tries.sqlite3"


@pytest.fixture
def cache(path) -> Shared:
    return Shared(str(path), {})


def test_processes_that_count_at_the_same_time_lose_nothing_and_one_alone_is_first(cache, path):
    cache.add("asked", 0)
    running = [
        subprocess.Popen([sys.executable, "-c", COUNT, str(path)], stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    first = [int(process.communicate()[0]) for process in running]

    assert (sum(first), cache.get("asked")) == (50, 600)


def test_threads_that_count_at_the_same_time_lose_nothing(cache, path):
    cache.add("asked", 0)

    def count(_n: int) -> None:
        own = Shared(str(path), {})
        for _ in range(50):
            own.incr("asked")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(4)))
    assert cache.get("asked") == 200


def test_what_is_kept_comes_back_as_it_was(cache):
    for key, value in {"times": [1.5, 0.25], "used": "y", "lock": True, "none": None, "word": "ไทย"}.items():
        cache.set(key, value)
        assert (cache.get(key, "nothing"), cache.has_key(key)) == (value, True)

    assert (cache.delete("used"), cache.delete("used"), cache.get("used", 7)) == (True, False, 7)
    cache.clear()
    assert cache.get("lock") is None


def test_what_has_run_out_is_not_there_and_makes_room(cache):
    assert cache.add("a", 1, timeout=0.05)
    assert not cache.add("a", 2, timeout=60)
    time.sleep(0.06)

    assert cache.get("a") is None
    with pytest.raises(ValueError, match="a is not kept"):
        cache.incr("a")
    assert cache.add("a", 3, timeout=60)
    assert cache.get("a") == 3


def test_what_has_run_out_is_cleared_away(cache):
    for n in range(CLEARED_AFTER):
        cache.add(f"address {n}", 1, timeout=-1)
    cache.add("last", 1)

    assert cache._do("SELECT count(*) FROM kept").fetchone()[0] <= 3


def test_times_are_counted_anew_when_their_span_is_over():
    assert [times("knocks", 60) for _ in range(3)] == [1, 2, 3]
    assert [times("rings", -1) for _ in range(3)] == [1, 1, 1]


def test_a_page_that_is_only_read_counts_nothing(naree, monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr(Shared, "_do", lambda _self, statement, *_values: asked.append(statement))
    client = as_user(naree)

    assert [client.get(address).status_code for address in ("/", "/figures/", "/office/", "/office/events/")] == [
        200
    ] * 4
    assert asked == []


def test_limits_are_kept_where_all_workers_see_them():
    assert type(caches["default"]) is Shared
    assert Path(settings.CACHES["default"]["LOCATION"]).parent == settings.VAR
