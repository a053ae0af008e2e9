"""The public pages at 10 000 events and 100 000 participations, two workers, SQLite and PostgreSQL side by side.

.venv/bin/python bench/pages.py

A request's cost is the processor time of the workers and of the database's processes, the median of 50 requests, warm;
a bare Django view of the same run stands beside. Wall time on a shared machine says little, processor time more.
"""

from __future__ import annotations

import http.client
import os
import re
import statistics
import subprocess
import sys
import threading
import time
from html.parser import HTMLParser
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.machine import HOUSE, each_database, machine, say, side_by_side, use

PORT, BARE_PORT = 8171, 8172
REQUESTS = 50
WORKERS = 2

#: Name, address, bar in ms, bar in queries.
PAGES = [
    ("list of events, filtered", "/events/?q=Event&role=organised", 40, 8),
    ("list of all events", "/events/", 40, 8),
    ("an event", "/events/e009500/", 15, 10),
    ("a member", "/members/M01/", 15, 10),
    ("a publication", "/publications/w09000/", 15, 10),
    ("home", "/", 10, 7),
    ("publications", "/publications/", 40, 8),
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

    def __init__(self, command: list[str], port: int) -> None:
        self.port = port
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            command, cwd=HOUSE, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(HOUSE)}
        )
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
            self.connection.request("GET", address, headers={"Host": f"localhost:{self.port}"})
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


def backends() -> list[int]:
    """The processes of PostgreSQL that serve our database."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return [pid for (pid,) in cursor.fetchall()]


def request_ms(server: Server, address: str, database: bool = True) -> float:
    """Median processor time of a request, after each worker has answered it."""
    for _ in range(4 * WORKERS):
        server.get(address)
    return median_ms(server, [address] * REQUESTS, database)


def median_ms(server: Server, addresses: list[str], database: bool = True) -> float:
    """Median processor time of requests, each made once."""
    found = []
    for address in addresses:
        pids = server.workers + (backends() if database else [])
        before = processor_ms(pids)
        server.get(address)
        time.sleep(0.003)
        found.append(processor_ms(pids) - before)
    return statistics.median(found)


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


def measure(database: str, events: int) -> None:
    use(database)
    from django.db import connection

    from tests.factories.big import make_money, make_office, make_publications

    make_office(events, events * 10)
    make_money()
    make_publications(events)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    serve = [sys.executable, "-m", "rso", "serve", "--workers", str(WORKERS), "--port", str(PORT)]
    server = Server(serve, PORT)
    try:
        for name, address, _, _ in PAGES:
            read_page(server, name, here(address, events))
        if events > 100:
            read_server(server)
    finally:
        server.stop()
    if events > 100:
        bare = Server([sys.executable, str(HOUSE / "bench" / "bare.py"), str(BARE_PORT)], BARE_PORT)
        say("a bare Django view", f"{request_ms(bare, '/', database=False):.1f} ms")
        bare.stop()


def here(address: str, events: int) -> str:
    for big, small in SMALL.items() if events == 100 else ():
        address = address.replace(big, small)
    return address


def read_page(server: Server, name: str, address: str) -> None:
    html = server.get(address)
    say(name, f"{request_ms(server, address):.1f} ms")
    say(f"{name}: queries", str(queries(address)))
    say(f"{name}: HTML", f"{len(html) / 1000:.1f} KB")
    say(f"{name}: nodes", str(nodes(html)))


def read_server(server: Server) -> None:
    say("figure page, not kept", f"{median_ms(server, UNKEPT):.1f} ms")
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
    results = {database: read(lines) for database, lines in each_database(__file__, "10000")}
    small = {database: read(lines) for database, lines in each_database(__file__, "100")}
    bars = {
        "figure page, not kept": "≤ 200 ms", "home, requests a second": "≥ 160", "about, requests a second": "≥ 160",
        "start to first page": "≤ 1.5 s", "a worker": "≤ 150 MB", "the same after exports of 10 000": "≤ 1.1 ×",
    }  # fmt: skip
    for name, _, cost, most in PAGES:
        bars |= {name: f"≤ {cost} ms", f"{name}: queries": f"≤ {most}"}
        for database, found in results.items():
            ratio = float(found[name].split()[0]) / float(small[database][name].split()[0])
            found[f"{name}: to 100 rows"] = f"{ratio:.2f} ×"
        bars[f"{name}: to 100 rows"] = "≤ 1.2 ×" if "list" in name or name == "publications" else "≤ 1.1 ×"
    side_by_side(results, bars)


def read(lines: list[str]) -> dict[str, str]:
    return dict(line.split("\t") for line in lines)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        measure(sys.argv[1], int(sys.argv[2]))
    else:
        main()
