"""Twenty people edit the same fifty records at once: no update is lost, nothing falls over, the audit trail tells all.

.venv/bin/python bench/editors.py [seconds]

Each opens a record's form, adds a word of his own to its summary, and saves; where another was faster he sees both and
tries again. In the end each record must hold every word that was saved, and the audit trail, replayed from the start, must
give the very records that the database holds.
"""

from __future__ import annotations

import http.client
import os
import random
import re
import statistics
import sys
import threading
import time
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.machine import each_database, machine, say, side_by_side
from bench.office import signed_in
from bench.pages import WORKERS, Server, made, read

PORT = 8191
EDITORS, RECORDS, SECONDS = 20, 50, 60
FIELD = re.compile(r"<(?:input\b([^>]*)|(textarea|select)\b([^>]*)>(.*?)</\2)>", re.DOTALL)
ATTRIBUTE = re.compile(r'([\w.-]+)(?:="([^"]*)")?')
CHOSEN = re.compile(r'<option[^>]*value="([^"]*)"[^>]*\bselected')


class Editor(threading.Thread):
    """Someone who edits records one after another until it is over."""

    def __init__(self, number: int, cookie: str, until: float) -> None:
        super().__init__()
        self.number, self.cookie, self.until = number, f"sessionid={cookie}", until
        self.chance = random.Random(number)
        self.saved: list[tuple[str, str]] = []
        self.clashes, self.taken = 0, list[float]()
        self.odd: list[str] = []

    def run(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        at = 0
        while time.perf_counter() < self.until:
            at += 1
            ref = f"e{self.chance.randrange(RECORDS) + 1:06d}"
            self.edit(ref, f"w{self.number}-{at}")

    def ask(self, method: str, address: str, body: str = "") -> tuple[int, str]:
        headers = {
            "Host": f"localhost:{PORT}",
            "Cookie": self.cookie,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        start = time.perf_counter()
        self.connection.request(method, address, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        self.taken.append((time.perf_counter() - start) * 1000)
        for line in answer.headers.get_all("Set-Cookie") or ():
            if line.startswith("csrftoken="):
                self.cookie = f"{self.cookie.split('; csrftoken')[0]}; {line.split(';')[0]}"
        if answer.status not in (200, 302, 409):
            self.odd.append(f"{method} {address}: {answer.status}")
        return answer.status, text

    def edit(self, ref: str, word: str) -> None:
        """Adds a word to a record's summary; where it clashes, to what the other wrote."""
        address = f"/office/events/{ref}/edit/"
        _status, page = self.ask("GET", address)
        for _try in range(50):
            sent = fields(page)
            theirs = re.search(r'id="f-summary-t"[^>]*>\s*[^:]*: (.*?)\s*</p>', page, re.DOTALL)
            summary = unescape(theirs[1]) if theirs else dict(sent).get("summary", "")
            sent = [(name, value) for name, value in sent if name != "summary"] + [
                ("summary", f"{summary} {word}".strip())
            ]
            status, page = self.ask("POST", address, urlencode(sent))
            if status == 302:
                self.saved.append((ref, word))
                return
            self.clashes += 1
            if status != 409:
                return


def fields(page: str) -> list[tuple[str, str]]:
    """What a browser would send of the form."""
    form = page[page.index("data-draft") :]
    form = form[: form.index("</form>")]
    found = []
    for of_input, tag, of_other, inside in FIELD.findall(form):
        given = {name: unescape(value) for name, value in ATTRIBUTE.findall(of_input or of_other)}
        if "name" not in given or (given.get("type") in ("radio", "checkbox") and "checked" not in given):
            continue
        if tag == "textarea":
            value = unescape(inside).removeprefix("\n")
        elif tag == "select":
            chosen = CHOSEN.search(inside)
            value = unescape(chosen[1]) if chosen else ""
        else:
            value = given.get("value", "")
        found.append((given["name"], value))
    return found


def measure(database: str, seconds: float = SECONDS) -> None:
    office = made(database, 1000)
    cookie = signed_in(office)
    before = records(office)
    server = Server(
        [sys.executable, "-m", "rso", "serve", "--workers", str(WORKERS), "--port", str(PORT)], PORT, office
    )
    until = time.perf_counter() + seconds
    editors = [Editor(at, cookie, until) for at in range(EDITORS)]
    try:
        for editor in editors:
            editor.start()
        for editor in editors:
            editor.join()
    finally:
        server.stop()
    after = records(office)
    lost = [(ref, word) for e in editors for ref, word in e.saved if word not in after[ref]["summary"].split()]
    say("saved", str(sum(len(e.saved) for e in editors)))
    say("clashes shown", str(sum(e.clashes for e in editors)))
    say("lost updates", str(len(lost)))
    say("answers that are neither a page nor a save", str(sum(len(e.odd) for e in editors)))
    say("p95 of a request", f"{statistics.quantiles([ms for e in editors for ms in e.taken], n=20)[-1]:.0f} ms")
    say("records that the audit trail does not give", str(len(unlike(before, after))))
    for odd in [line for e in editors for line in e.odd][:3]:
        print(odd, file=sys.stderr)


def records(office: dict[str, str]) -> dict[str, dict[str, str]]:
    """Every edited record as the database holds it."""
    os.environ.update(office, DJANGO_SETTINGS_MODULE="rso.settings")
    import django

    django.setup()
    from django.db import connection

    from rso.core.verbs import audited_fields, told
    from rso.events.models import Event

    found = {
        event.ref: {field.name: told(field, event) for field in audited_fields(Event)}
        for event in Event.objects.order_by("pk")[:RECORDS]
    }
    connection.close()
    return found


def unlike(before: dict[str, dict[str, str]], after: dict[str, dict[str, str]]) -> list[str]:
    """Records for which the audit trail, replayed from before, gives something else than the database holds."""
    from rso.core.models import AuditEvent

    now = {ref: dict(fields) for ref, fields in before.items()}
    for event in AuditEvent.objects.filter(kind="events.event", verb="changed").order_by("pk"):
        for name, value in event.before.items():
            if now[event.ref][name] != value:
                return [event.ref]
        now[event.ref].update(event.after)
    return [ref for ref in now if now[ref] != after[ref]]


def main() -> None:
    print(machine())
    results = {database: read(lines) for database, lines in each_database(__file__)}
    bars = dict.fromkeys(
        ("lost updates", "answers that are neither a page nor a save", "records that the audit trail does not give"),
        "0",
    )
    side_by_side(results, bars)


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].isdigit():
        measure(sys.argv[1])
    else:
        main()
