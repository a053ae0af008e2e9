"""The office's screens at 10 000 events and 100 000 participations, two workers, SQLite and PostgreSQL side by side.

.venv/bin/python bench/office.py

A request's cost is the processor time of the workers and of the database's processes, the median of 50 requests, warm.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.machine import HOUSE, each_database, machine, say, side_by_side
from bench.pages import REQUESTS, WORKERS, Server, costs, made, read, read_bare, warm

PORT = 8181
#: Name, address, bar in ms, bar in queries.
PAGES = [
    ("list of 10 000", "/office/events/", 40, 8),
    ("list, filtered and sorted", "/office/events/?type=training&year=2022&sort=-title", 40, 8),
    ("list, searched", "/office/events/?q=Event+95", 60, 8),
    ("a record", "/office/events/e009500/", 15, 0),
    ("first page", "/office/?year=2022", 21, 12),
    ("form of a record", "/office/events/e009500/edit/", 20, 0),
    ("form of a new record", "/office/events/new/", 20, 0),
    ("calendar", "/office/calendar/?month=2022-10", 40, 0),
]
EXPORT = "/office/events/export.xlsx"
CLIENTS, SECONDS = 8, 10


def signed_in(office: dict[str, str]) -> str:
    """The cookie of a programme officer who is signed in with a second factor."""
    code = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "from rso.accounts.actions import platform\n"
        "from rso.accounts.models import Role, User\n"
        "from tests.signing_in import sign_in\n"
        "user, _ = User.objects.get_or_create(ref='bench', defaults={'name': 'Bench', 'email': 'bench@rso.example', 'role': Role.PROGRAMME_OFFICER})\n"
        "print(sign_in(Client(), user).cookies['sessionid'].value)"
    )
    env = {**os.environ, **office, "DJANGO_SETTINGS_MODULE": "rso.settings", "PYTHONPATH": str(HOUSE)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    return done.stdout.split()[-1]


def queries(office: dict[str, str], cookie: str) -> dict[str, int]:
    """Queries of a request to each page, asked once before."""
    os.environ.update(office, DJANGO_SETTINGS_MODULE="rso.settings")
    import django

    django.setup()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client, found = Client(SERVER_NAME="localhost"), {}
    client.cookies["sessionid"] = cookie
    for name, address, _, _ in PAGES:
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        found[name] = len(captured)
    return found


def together(cookie: str) -> tuple[float, float]:
    """Eight clients on a list for ten seconds: answers a second, and the time in ms within which 95 of 100 came."""
    import http.client

    taken: list[float] = []
    until = time.perf_counter() + SECONDS

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        while time.perf_counter() < until:
            start = time.perf_counter()
            connection.request(
                "GET", PAGES[1][1], headers={"Host": f"localhost:{PORT}", "Cookie": f"sessionid={cookie}"}
            )
            connection.getresponse().read()
            taken.append((time.perf_counter() - start) * 1000)

    askers = [threading.Thread(target=ask) for _ in range(CLIENTS)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    return len(taken) / SECONDS, statistics.quantiles(taken, n=20)[-1]


def measure(database: str) -> None:
    office = made(database, 10_000)
    cookie = signed_in(office)
    server = Server(
        [sys.executable, "-m", "rso", "serve", "--workers", str(WORKERS), "--port", str(PORT)], PORT, office
    )
    server.headers["Cookie"] = f"sessionid={cookie}"
    try:
        for name, address, _, _ in PAGES:
            warm(server, address)
            (cost,) = costs((server, [address] * REQUESTS))
            say(name, f"{cost:.1f} ms")
        warm(server, EXPORT, 4)
        (cost,) = costs((server, [EXPORT] * 5))
        say("workbook of 10 000", f"{cost / 1000:.2f} s")
        number, slow = together(cookie)
        say("eight clients, requests a second", f"{number:.0f}")
        say("eight clients, p95", f"{slow:.0f} ms")
    finally:
        server.stop()
    read_bare()
    for name, number in queries(office, cookie).items():
        say(f"{name}: queries", str(number))


def main() -> None:
    print(machine())
    results = {database: read(lines) for database, lines in each_database(__file__)}
    bars = {"workbook of 10 000": "≤ 1 s", "eight clients, requests a second": "≥ 30", "eight clients, p95": "≤ 400 ms"}
    for name, _, cost, most in PAGES:
        bars[name] = f"≤ {cost} ms"
        if most:
            bars[f"{name}: queries"] = f"≤ {most}"
    side_by_side(results, bars)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1])
    else:
        main()
