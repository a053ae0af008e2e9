"""No template lies about unused: each is rendered by an address, by a page of an error, by an edition or by a mail."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.test.signals import template_rendered

from rso.core.history import history_of
from rso.environment import HOUSE
from rso.events.actions import event_verbs
from rso.events.models import Event, EventMode
from rso.reports.compiler import compile_report
from rso.reports.editions import write_pages
from rso.reports.models import Report
from tests.web.failing import pages_of_faults
from tests.web.walking import ANYONE, NAREE, as_role, ask, lay_editions, table


@pytest.fixture
def rendered():
    """The names of the templates that are rendered while the test runs."""
    seen: set[str] = set()

    def note(template, **_rest):
        seen.add(template.name)

    template_rendered.connect(note)
    yield seen
    template_rendered.disconnect(note)


def test_every_template_is_rendered(office, naree, now, rendered, tmp_path):
    lay_editions()
    staff, anyone = as_role(NAREE), as_role(ANYONE)
    for line in table():
        ask(staff, line.address)
    anyone.get("/accounts/login/")
    anyone.post("/accounts/password/reset/", {"email": "naree.boonmee@rso.example"})
    write_pages(compile_report(Report.objects.get(ref="annual-2022")), tmp_path, "")
    pages_of_faults()
    event = Event.objects.get(ref="e2022-01")
    event.place, event.mode = "Bali", EventMode.HYBRID
    event_verbs.change([event], by=naree, now=now, reason="asked by the host")
    render_to_string("office/history.html", {"steps": history_of(event)})

    folder = HOUSE / "templates"
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - rendered == set()
