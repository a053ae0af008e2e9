"""Every verb of every desk for every role, and what those who may not see a record never get to read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core import mail
from django.urls import reverse

from rso.accounts.actions import platform
from rso.accounts.models import User
from rso.core.office import desks
from rso.core.office.day import tasks_of, today_of
from rso.core.office.digest import send_digests
from rso.core.verbs import add
from rso.events.models import Event, Participation, ParticipationRole, ParticipationState, Presence
from rso.members.models import Body, Person
from tests.conftest import NOW
from tests.sampling import few
from tests.web.conftest import as_user
from tests.web.test_every_desk import CAST, OUTSIDERS, named

pytestmark = pytest.mark.usefixtures("office")
reverse("office")  # finds the desks
ALL = list(desks.all.values())
#: A name that no page of the example holds.
CANARY = "Zanzibaria Quillfeather"


@pytest.mark.once
@pytest.mark.long
@pytest.mark.parametrize("desk", ALL, ids=[desk.slug for desk in ALL])
def test_each_verb_is_there_for_those_who_may_and_for_nobody_else(desk):
    thing = desk.rows(named("naree-boonmee")).order_by("pk").first()
    if thing is None:
        pytest.skip(f"the example has no {desk.noun}")
    found, wanted = {}, {}
    for ref in (*CAST, *OUTSIDERS):
        user = named(ref)
        client = as_user(user)
        for act in desk.all_acts.values():
            address = f"{desk.at(thing.ref)}do/{act.slug}/"
            may = (
                desk.sees.allows(user) and act.permission.allows(user) and desk.rows(user).filter(pk=thing.pk).exists()
            )
            wanted[ref, act.slug] = may
            found[ref, act.slug] = client.get(address).status_code != 404
            if not may:
                assert client.post(address, {"yes": "1", "reason": "Because"}).status_code == 404

    assert found == wanted


def pages_of(user: User, address: str) -> Iterator[tuple[str, str]]:
    """What this person can read in the office of everything that could name someone."""
    client = as_user(user)
    fixed = ["/office/", "/office/tasks/", "/office/calendar/?month=2022-12", f"/office/search/?q={CANARY.split()[0]}"]
    lists = [f"{desk.url}{what}" for desk in ALL for what in ("", f"?q={CANARY.split()[0]}", "export.csv")]
    records = [address, f"{address}edit/", "/figures/participations/2022/", "/figures/participations/2022/records.csv"]
    for asked in [*fixed, *lists, *records]:
        answer = client.get(asked)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        yield asked, body.decode()


@pytest.fixture
def canary(office) -> Event:
    """An event at which someone was whose name stands nowhere else."""
    person = Person(ref="canary", name=CANARY, body=Body.objects.get(ref="FJI"))
    add([person], verb="added", by=platform(), now=NOW)
    event = Event.objects.get(ref="e2022-14")
    there = Participation(
        ref="canary-1", event=event, person=person, member=person.body, role=ParticipationRole.PARTICIPANT,
        state=ParticipationState.ATTENDED, mode=Presence.IN_ROOM,
    )  # fmt: skip
    add([there], verb="added", by=platform(), now=NOW)
    return event


def leaks(user: User, event: Event) -> list[str]:
    """Where this person reads the name, but for the echo of the own question."""
    echo = CANARY.split()[1]
    found = [address for address, body in pages_of(user, desks.all["events"].at(event.ref)) if echo in body]
    send_digests([user], now=NOW)
    found += ["mail" for message in mail.outbox if echo in message.body]
    return found + ["task" for task in tasks_of(today_of(user, NOW.date())) if echo in f"{task.title}{task.says}"]


@pytest.mark.long
def test_a_name_is_read_by_those_who_may_see_people(canary, naree):
    pages = {
        "/office/people/?q=Zanzibaria",
        "/office/participations/export.csv",
        "/figures/participations/2022/records.csv",
    }
    assert pages <= set(leaks(naree, canary))


@pytest.mark.parametrize("ref", few(["kim-osei", "marta-ilves", "lena-fischer"]))
def test_a_name_stands_nowhere_for_those_of_the_office_who_may_not_see_people(canary, ref):
    assert leaks(named(ref), canary) == []


@pytest.mark.parametrize("ref", few(OUTSIDERS))
def test_a_name_stands_nowhere_for_those_outside(canary, ref):
    assert leaks(named(ref), canary) == []
