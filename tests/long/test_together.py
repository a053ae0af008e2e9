"""Commands that run at the same time wait for one another; what the machine refuses is told, and nothing is half done."""

from __future__ import annotations

import os
import resource
import shutil
import socket
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import OFFICE_2022
from tests.long.test_killed import LOAD, POSTGRES, contents, counts_of, database, rso, run
from tests.unit.test_loading import change_row

pytestmark = pytest.mark.long


@pytest.fixture
def address(tmp_path) -> Iterator[str]:
    """An empty database: a new file, or a database of its own on the server of the tests."""
    if not POSTGRES:
        yield ""
        return
    with database("together") as url:
        yield url


def ended(*processes: subprocess.Popen[bytes]) -> list[tuple[int | None, str]]:
    """Exit code and standard error of each."""
    told = [process.communicate(timeout=120)[1].decode() for process in processes]
    return [(process.returncode, says) for process, says in zip(processes, told, strict=True)]


def test_two_loads_of_the_same_folder_at_once_load_it_once(address, tmp_path):
    together = [rso(*LOAD, "--format", "csv", url=address, var=tmp_path) for _time in range(2)]
    answers = [process.communicate(timeout=120) for process in together]

    assert [(process.returncode, err) for process, (_out, err) in zip(together, answers, strict=True)] == [(0, b"")] * 2
    added = sorted(sum(int(line.split(",")[1]) for line in out.decode().splitlines()[1:]) for out, _err in answers)
    alone = tmp_path / "alone"
    if not POSTGRES:
        run(*LOAD, var=alone)
        assert contents(tmp_path / "rso.sqlite3") == contents(alone / "rso.sqlite3")
    rows = sum(counts_of(address).values()) if POSTGRES else 0
    run(*LOAD, url=address, var=tmp_path)
    assert (added[0], added[1] > 2000) == (0, True)
    assert rows == (sum(counts_of(address).values()) if POSTGRES else 0)


@contextmanager
def served(url: str, var: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = rso("serve", "--port", str(port), url=url, var=var)
    try:
        for _try in range(100):
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=30)


def test_pages_answer_while_a_load_writes_and_show_what_it_wrote_when_it_has_ended(address, tmp_path):
    run(*LOAD, url=address, var=tmp_path)
    folder = shutil.copytree(OFFICE_2022, tmp_path / "office")
    change_row(folder / "participations.csv", "e2022-01-001", role="speaker")

    def page(site: str) -> tuple[int, bool, bool]:
        with urllib.request.urlopen(f"{site}/figures/participations/2022/", timeout=30) as answer:
            text = answer.read().decode()
            return answer.status, ">600<" in text, ">599<" in text

    with served(address, tmp_path) as site:
        before = page(site)
        loading = rso("load", str(folder), url=address, var=tmp_path)
        during = set()
        while loading.poll() is None:
            during.add(page(site))
        after = page(site)
        ended(loading)

    assert (before, after) == ((200, True, False), (200, False, True))
    assert during <= {before, after}


def test_what_may_be_asked_in_a_minute_is_one_limit_for_all_workers(address, tmp_path):
    run(*LOAD, url=address, var=tmp_path)

    def asked(site: str) -> int:
        try:
            with urllib.request.urlopen(f"{site}/api/members/?limit=1", timeout=30) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    with served(address, tmp_path) as site:
        time.sleep(max(0, 20 - (60 - time.time() % 60)))  # the minute is long enough
        with ThreadPoolExecutor(4) as pool:
            found = Counter(pool.map(asked, [site] * 80))

    assert found == {200: 60, 429: 20}


def test_the_site_answers_on_the_loopback_address_alone(address, tmp_path):
    with served(address, tmp_path) as site:
        port = int(site.rpartition(":")[2])
        found = {host for host in ("127.0.0.1", "127.0.0.2") if answers(host, port)}

    assert found == {"127.0.0.1"}


def answers(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


# -- what the machine refuses ------------------------------------------------------------------------------------------


sqlite_only = pytest.mark.skipif(bool(POSTGRES), reason="SQLite is a file")


@sqlite_only
def test_a_load_waits_for_another_writer_and_then_says_so(tmp_path):
    run("migrate", var=tmp_path)
    other = sqlite3.connect(tmp_path / "rso.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    says = "Another command has been writing to the database for a long time. Wait until it has ended, and run this one again."
    assert ended(rso(*LOAD, url="", var=tmp_path)) == [(1, f"{says}\n")]
    other.rollback()
    run(*LOAD, var=tmp_path)


@sqlite_only
def test_a_load_into_a_disk_that_fills_up_says_so_and_leaves_nothing(tmp_path):
    run("migrate", var=tmp_path)
    before = contents(tmp_path / "rso.sqlite3")
    process = rso(*LOAD, url="", var=tmp_path)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

    says = "The disk of the database is full or fails; nothing was changed. Mend that and run it again."
    assert ended(process) == [(1, f"{says}\n")]
    found = contents(tmp_path / "rso.sqlite3")
    assert {name: rows for name, rows in found.items() if name != "accounts_user"} == {
        name: rows for name, rows in before.items() if name != "accounts_user"
    }


@sqlite_only
def test_an_export_into_a_disk_that_is_full_says_so_and_leaves_no_half_file(tmp_path):
    run(*LOAD, var=tmp_path)
    process = rso("export", str(tmp_path / "out"), url="", var=tmp_path)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (40_000, 40_000))
    code, says = ended(process)[0]

    assert (code, "File too large" in says) == (1, True)
    whole = {path.name: path.read_bytes() for path in OFFICE_2022.iterdir()}
    assert {path.name for path in (tmp_path / "out").iterdir() if path.read_bytes() != whole[path.name]} == set()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_this_user_may_not_write_is_named(tmp_path):
    (tmp_path / "var").mkdir(mode=0o500)

    says = (
        f"There is no permission to use {tmp_path}/var/secret_key. Give it to this user, or name a folder of yours.\n"
    )
    assert ended(rso(*LOAD, url="", var=tmp_path / "var"))[0][1].partition(".")[0] == says.partition(".")[0]
