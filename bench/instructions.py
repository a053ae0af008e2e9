"""Instructions of a request to the office, SQLite and PostgreSQL side by side, of the worker alone.

.venv/bin/python bench/instructions.py [ADDRESS …]

A machine's other guests change how long an instruction takes, not how many there are: two versions of a page can be
compared on any machine, at any hour. Needs valgrind, which counts them, and two minutes a page and database.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.machine import HOUSE, each_database, machine, say, side_by_side
from bench.office import signed_in
from bench.pages import made, read

ASKED = ["/office/events/e009500/", "/office/events/e009500/edit/"]
#: Requests before the count, so that what is kept is kept, and requests that are counted.
WARM, COUNTED = 25, 40


def ask(address: str, times: int) -> None:
    """Asks for a page so often, in this process; the first that is started brings the static files to their place."""
    import django

    django.setup()
    from django.test import Client

    from rso.serving import collect

    collect()
    client = Client(SERVER_NAME="localhost")
    client.cookies["sessionid"] = os.environ["COOKIE"]
    for _ in range(times):
        answer = client.get(address)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"


def asking(office: dict[str, str], address: str, times: int, *under: str) -> str:
    """Runs a process that asks so often, under another program, and gives what that one says."""
    # The order of sets depends on the seed.
    own = {"DJANGO_SETTINGS_MODULE": "rso.settings", "PYTHONPATH": str(HOUSE), "PYTHONHASHSEED": "0"}
    command = [*under, sys.executable, __file__, "ask", address, str(times)]
    return subprocess.run(
        command, env={**os.environ, **office, **own}, capture_output=True, text=True, check=True
    ).stderr


def spent(office: dict[str, str], address: str, times: int) -> int:
    """The instructions of a process that asks so often, its start among them."""
    told = asking(office, address, times, "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")
    found = re.search(r"Collected : (\d+)", told)
    assert found, told
    return int(found[1])


def measure(database: str, addresses: list[str]) -> None:
    office = made(database, 10_000)
    office["COOKIE"] = signed_in(office)
    asking(office, addresses[0], 1)
    for address in addresses:
        first, last = (spent(office, address, WARM + times) for times in (0, COUNTED))
        say(address, f"{(last - first) / COUNTED / 1e6:.1f} M")


def main(addresses: list[str]) -> None:
    print(machine())
    results = {database: read(lines) for database, lines in each_database(__file__, *addresses)}
    side_by_side(results, {})


if __name__ == "__main__":
    if sys.argv[1:2] == ["ask"]:
        ask(sys.argv[2], int(sys.argv[3]))
    elif sys.argv[1:2] and sys.argv[1] in ("sqlite", "postgresql"):
        measure(sys.argv[1], sys.argv[2:])
    else:
        main(sys.argv[1:] or ASKED)
