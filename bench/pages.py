"""The public pages at 10 000 events and 100 000 participations, two workers, SQLite and PostgreSQL side by side.

.venv/bin/python bench/pages.py

A request's cost is the processor time of the workers and of the database's processes, the median of 50 requests, warm;
a bare Django view of the same run stands beside. Wall time on a shared machine says little, processor time more. An
office of 100 events answers in turn with the large one, so that their ratio does not tell of the machine's other work.
"""

from __future__ import annotations

import atexit
import http.client
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from html.parser import HTMLParser
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.machine import HOUSE, each_database, machine, say, side_by_side, use

PORT, SMALL_PORT, BARE_PORT = 8171, 8172, 8173
REQUESTS = 50
WORKERS = 2
#: A worker has four connections; each asks a question five times before it is prepared, and five times before its plan is kept.
WARM = 64

#: The bar of a list, in ms.
LIST = 40
#: Name, address, bar in ms, bar in queries.
PAGES = [
    ("list of events, filtered", "/events/?q=Event&role=organised", LIST, 8),
    ("list of all events", "/events/", LIST, 8),
    ("an event", "/events/e009500/", 15, 10),
    ("a member", "/members/M01/", 15, 10),
    ("a publication", "/publications/w09000/", 15, 10),
    ("home", "/", 10, 7),
    ("publications", "/publications/", LIST, 8),
    ("members", "/members/", 10, 7),
    ("figures", "/figures/", 10, 7),
    ("about", "/about/", 10, 7),
    ("figure page, kept", "/figures/participations/2022/", 12, 7),
]
#: Years that nobody has asked for: the page of each is made once and then kept.
UNKEPT = [f"/figures/participations/{year}/" for year in (*range(2004, 2022), 2023)]
#: The same addresses in an office of 100 events, where refs have other numbers.
SMALL = {"e009500": "e000095", "w09000": "w00090"}


class Server:
    """A program that serves on the loopback address, and what its workers have cost so far."""

    def __init__(self, command: list[str], port: int, office: dict[str, str] | None = None) -> None:
        self.port = port
        self.office = office or {}
        self.headers = {"Host": f"localhost:{port}"}
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            command, cwd=HOUSE, stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(HOUSE), **self.office},
        )  # fmt: skip
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            try:
                self.get("/")
                break
            except OSError:
                self.connection.close()
                if self.process.poll() is not None or time.perf_counter() - self.started > 60:
                    raise SystemExit(f"{command} did not start") from None
                time.sleep(0.02)
        self.first_page = time.perf_counter() - self.started

    def get(self, address: str) -> bytes:
        try:
            self.connection.request("GET", address, headers=self.headers)
            answer = self.connection.getresponse()
        except http.client.RemoteDisconnected:
            # The server closes what was idle for long.
            self.connection.close()
            return self.get(address)
        body = answer.read()
        if answer.status != 200:
            self.stop()
            raise SystemExit(f"{address}: {answer.status}")
        return body

    @property
    def workers(self) -> list[int]:
        return children(self.process.pid)

    def stop(self) -> None:
        self.connection.close()
        self.process.terminate()
        self.process.wait(20)


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def processor_ms(pids: list[int]) -> float:
    """What the processes and their threads have spent on a processor since they began."""
    spent = 0
    for pid in pids:
        for path in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            spent += int(path.read_text().split()[0])
    return spent / 1e6


def memory_mb(pid: int) -> float:
    """Resident memory of one process."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) / 1024


def backends(office: dict[str, str]) -> list[int]:
    """The processes of PostgreSQL that serve an office's database."""
    url = office.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        return []
    import psycopg

    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return [pid for (pid,) in found]


def costs(*asked: tuple[Server, list[str]]) -> list[float]:
    """Median processor time of a request, in ms, of each server; they answer in turn."""
    counted = [server.workers + backends(server.office) for server, _ in asked]
    found: list[list[float]] = [[] for _ in asked]
    for addresses in zip(*(addresses for _, addresses in asked), strict=True):
        for at, address in enumerate(addresses):
            before = processor_ms(counted[at])
            asked[at][0].get(address)
            time.sleep(0.003)
            found[at].append(processor_ms(counted[at]) - before)
    return [statistics.median(each) for each in found]


def warm(server: Server, address: str, times: int = WARM) -> None:
    """Every worker has answered an address, on each of its connections so often that PostgreSQL keeps the plans."""
    for _ in range(times):
        server.get(address)


def requests_a_second(server: Server, address: str, seconds: float = 3) -> float:
    """Four readers at once, in a process of their own."""
    code = f"import bench.pages as b; print(b.answered({server.port}, {address!r}, {seconds}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=HOUSE, capture_output=True, text=True, check=True)
    return float(done.stdout) / seconds


def answered(port: int, address: str, seconds: float) -> int:
    counts = [0] * 4

    def read(at: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while time.perf_counter() < end:
            connection.request("GET", address, headers={"Host": f"localhost:{port}"})
            connection.getresponse().read()
            counts[at] += 1

    end = time.perf_counter() + seconds
    readers = [threading.Thread(target=read, args=(at,)) for at in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    return sum(counts)


class Nodes(HTMLParser):
    """Counts the elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.count += 1


def nodes(html: bytes) -> int:
    parser = Nodes()
    parser.feed(html.decode())
    return parser.count


def queries(address: str) -> int:
    """Queries of a request to a warm worker."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(SERVER_NAME="localhost")
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len(captured)


def make(database: str, events: int, folder: str) -> None:
    """Makes an office and says where it is."""
    use(database, f"bench_rso_{events}", folder)
    from django.db import connection

    from rso.core.search.index import rebuild
    from tests.factories.big import make_money, make_office, make_publications

    make_office(events, events * 10)
    make_money()
    make_publications(events)
    rebuild()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    for name in ("DATABASE_URL", "RSO_VAR"):
        say(name, os.environ[name])


def made(database: str, events: int) -> dict[str, str]:
    """An office made in a process of its own: the environment in which to serve it."""
    folder = tempfile.mkdtemp(prefix="rso-bench-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    command = [sys.executable, __file__, "make", database, str(events), folder]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return read(done.stdout.splitlines())


def measure(database: str) -> None:
    large, small = made(database, 10_000), made(database, 100)
    serve = [sys.executable, "-m", "rso", "serve", "--workers", str(WORKERS), "--port"]
    servers = [Server([*serve, str(PORT)], PORT, large)]
    try:
        servers.append(Server([*serve, str(SMALL_PORT)], SMALL_PORT, small))
        for name, address, _, _ in PAGES:
            read_page(servers, name, address)
        read_server(servers[0])
        read_queries(large)
    finally:
        for server in servers:
            server.stop()
    read_bare()


def read_bare() -> None:
    """What a view that does nothing costs on this machine now: by it the figures of two days compare."""
    bare = Server([sys.executable, str(HOUSE / "bench" / "bare.py"), str(BARE_PORT)], BARE_PORT)
    warm(bare, "/")
    say("a bare Django view", f"{costs((bare, ['/'] * REQUESTS))[0]:.2f} ms")
    bare.stop()


def read_page(servers: list[Server], name: str, address: str) -> None:
    """What a page of the large office costs, and how much more than the same page of the small one."""
    other = address
    for big, small in SMALL.items():
        other = other.replace(big, small)
    html = servers[0].get(address)
    for server, where in zip(servers, (address, other), strict=True):
        warm(server, where)
    cost, little = costs((servers[0], [address] * REQUESTS), (servers[1], [other] * REQUESTS))
    say(name, f"{cost:.1f} ms")
    say(f"{name}: to 100 rows", f"{cost / little:.2f} ×")
    say(f"{name}: HTML", f"{len(html) / 1000:.1f} KB")
    say(f"{name}: nodes", str(nodes(html)))


def read_queries(office: dict[str, str]) -> None:
    os.environ.update(office, DJANGO_SETTINGS_MODULE="rso.settings")
    import django

    django.setup()
    for name, address, _, _ in PAGES:
        say(f"{name}: queries", str(queries(address)))


def read_server(server: Server) -> None:
    say("figure page, not kept", f"{costs((server, UNKEPT))[0]:.1f} ms")
    say("home, requests a second", f"{requests_a_second(server, '/'):.0f}")
    say("about, requests a second", f"{requests_a_second(server, '/about/'):.0f}")
    say("start to first page", f"{server.first_page:.2f} s")
    before = [memory_mb(pid) for pid in server.workers]
    for _ in range(2 * WORKERS):
        server.get("/figures/events-held/2004-01-01..2023-12-31/records.csv")
    after = [memory_mb(pid) for pid in server.workers]
    say("a worker", f"{max(before):.0f} MB")
    say(
        "the same after exports of 10 000",
        f"{max(after):.0f} MB, {max(a / b for a, b in zip(after, before, strict=True)):.2f} ×",
    )


def main() -> None:
    print(machine())
    results = {database: read(lines) for database, lines in each_database(__file__)}
    bars = {
        "figure page, not kept": "≤ 200 ms", "home, requests a second": "≥ 160", "about, requests a second": "≥ 160",
        "start to first page": "≤ 1.5 s", "a worker": "≤ 150 MB", "the same after exports of 10 000": "≤ 1.1 ×",
    }  # fmt: skip
    for name, _, cost, most in PAGES:
        bars |= {name: f"≤ {cost} ms", f"{name}: queries": f"≤ {most}"}
        if cost == LIST:
            bars |= {f"{name}: HTML": "≤ 40 KB", f"{name}: nodes": "≤ 1500"}
        bars[f"{name}: to 100 rows"] = "≤ 1.2 ×" if cost == LIST else "≤ 1.1 ×"
    side_by_side(results, bars)


def read(lines: list[str]) -> dict[str, str]:
    return dict(line.split("\t") for line in lines)


if __name__ == "__main__":
    if sys.argv[1:2] == ["make"]:
        make(sys.argv[2], int(sys.argv[3]), sys.argv[4])
    elif len(sys.argv) > 1:
        measure(sys.argv[1])
    else:
        main()
