"""One browser and one server for each worker: the product's own server before a copy of the example office."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import connection
from playwright.sync_api import Browser, sync_playwright

from tests.browser.mirrored import write_catalogue
from tests.browser.reader import Reader
from tests.conftest import HOUSE

#: The one without a window first: it opens a page in half the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
WHY = "there is no Chromium: accessibility rules, overflow at 320 px, console errors and page weight are not tested"


@pytest.fixture(scope="session")
def browser(database) -> Iterator[Browser]:
    """Starts after the copy is made: with Playwright's loop Django opens a second connection, and PostgreSQL copies no
    database that has one more."""
    if CHROMIUM is None:
        pytest.skip(WHY)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()
        # The connection of the loop, which nothing can reach once it has stopped.
        connection.close()


@pytest.fixture(scope="session")
def database(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[str]:
    """Address of a copy of the example office, so that a server may write to it without any test seeing it."""
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            copy = tmp_path_factory.mktemp("database") / "rso.sqlite3"
            connection.ensure_connection()
            with sqlite3.connect(copy) as target:
                connection.connection.backup(target)
            target.close()
            yield f"sqlite:///{copy}"
            return
        name = connection.settings_dict["NAME"]
        connection.close()
    copy = f"{name}_browser"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')
        yield urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{copy}"))
        server.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')


@pytest.fixture(scope="session")
def rso(database, tmp_path_factory) -> dict[str, str]:
    """The environment in which the command `rso` works on the copy, in the languages of the product and mirrored."""
    var = tmp_path_factory.mktemp("var")
    write_catalogue(var / "locale")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RSO_")}
    return {
        **kept, "DATABASE_URL": database, "RSO_VAR": str(var), "DJANGO_SETTINGS_MODULE": "tests.browser.settings",
        "PYTHONPATH": str(HOUSE),
    }  # fmt: skip


@pytest.fixture(scope="session")
def site(rso, sessions, tmp_path_factory) -> Iterator[str]:
    """The address of the running site, on which the cast has published what readers read."""
    port = free_port()
    address = f"http://localhost:{port}"
    log = tmp_path_factory.mktemp("log") / "server.txt"
    command = [sys.executable, "-m", "rso", "serve", "--port", str(port), "--workers", "1"]
    with log.open("w") as out:
        server = subprocess.Popen(command, cwd=HOUSE, env={**rso, "RSO_BASE_URL": address}, stdout=out, stderr=out)
        try:
            wait_for(port, server, log)
            yield address
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(20)


@pytest.fixture(scope="session")
def edition(rso, tmp_path_factory) -> Path:
    """The folder of the annual report's web pages."""
    folder = tmp_path_factory.mktemp("annual-2022")
    command = [sys.executable, "-m", "rso", "report", "compile", "annual-2022", "--out", str(folder)]
    subprocess.run(command, cwd=HOUSE, env=rso, check=True, capture_output=True)
    return folder / "web"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"The site did not start: {log.read_text()}")


@pytest.fixture(scope="session")
def sessions(rso) -> dict[str, str]:
    """The session of each of the cast, signed in with a second factor."""
    command = [sys.executable, "-m", "tests.browser.cast"]
    told = subprocess.run(command, cwd=HOUSE, env=rso, check=True, capture_output=True, text=True).stdout
    found: dict[str, str] = json.loads(told)
    return found


@pytest.fixture
def signed_in(reader, site, sessions) -> Callable[..., Reader]:
    """A browser in which someone of the cast is signed in, or nobody."""

    return lambda ref, **context: enter(reader(**context), sessions, ref)


def enter(reader: Reader, sessions: dict[str, str], ref: str) -> Reader:
    """The reader is that one of the cast, or nobody where there is no ref."""
    if ref:
        reader.context.add_cookies([{"name": "sessionid", "value": sessions[ref], "url": reader.site}])
    return reader


@pytest.fixture(scope="session")
def opened_once(browser, site, sessions) -> Callable[[str], Reader]:
    """A browser for each of the cast that stays open."""

    return cache(lambda ref: enter(Reader(browser.new_context(base_url=site), site), sessions, ref))


@pytest.fixture
def regular(opened_once) -> Iterator[Callable[[str], Reader]]:
    """A browser that comes again and has fetched already what all pages share: for walks over many pages."""
    met: dict[str, Reader] = {}

    def comes(ref: str) -> Reader:
        met[ref] = opened_once(ref)
        if not ref:
            met[ref].context.clear_cookies()  # of one who began to sign in
        return met[ref].see()

    yield comes
    faults = [fault for each in met.values() for fault in each.faults]
    for each in met.values():
        each.faults.clear()
    assert faults == []


@pytest.fixture
def sok_dara(signed_in) -> Reader:
    """A browser in which the focal point of Cambodia is signed in."""
    return signed_in("sok-dara")


@pytest.fixture
def reader(browser, site) -> Iterator[Callable[..., Reader]]:
    """Opens the site as a new visitor; afterwards nothing may have gone wrong in the browser of any."""
    made: list[Reader] = []

    def visit(at: str = site, **context: Any) -> Reader:
        made.append(Reader(browser.new_context(base_url=at, **context), at))
        return made[-1]

    yield visit
    for each in made:
        each.context.close()
    assert [fault for each in made for fault in each.faults] == []
