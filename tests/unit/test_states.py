"""State machines: what the READMEs draw is what the code does; a step asks what it needs and goes only from its states."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from rso.core.history import history_of
from rso.core.office import Desk, desks
from rso.core.periods import show_day
from rso.core.states import Machine, Step
from rso.core.verbs import Refused
from rso.events.models import Event
from rso.events.states import events
from rso.workplan import states
from rso.workplan.models import Activity, Request, Undertaking
from tests.conftest import HOUSE

reverse("office")  # finds the desks
WITH_STATES = [desk for desk in desks.all.values() if desk.machine and desk.machine.steps]
OPEN, ANSWERED = "q2022-05", "q2022-03"


def take(machine: Machine, slug: str, thing, by, now, **answers) -> None:
    machine.take(step_of(machine, slug), [thing], by=by, now=now, **answers)


def step_of(machine: Machine, slug: str) -> Step:
    return next(step for step in machine.steps if step.slug == slug)


def refusals(machine: Machine, slug: str, thing, by, now, **answers) -> list[tuple[str, str]]:
    """What a step is refused for: the field and the words."""
    with pytest.raises(Refused) as refused:
        take(machine, slug, thing, by, now, **answers)
    return [(problem.field, str(problem.says)) for problem in refused.value.problems]


@pytest.mark.parametrize("desk", WITH_STATES, ids=[desk.slug for desk in WITH_STATES])
def test_the_readme_of_a_room_draws_its_states(desk: Desk):
    assert desk.machine
    room = desk.model.__module__.split(".")[1]
    readme = Path(HOUSE, "rso", room, "README.md").read_text()

    assert f"```mermaid\n{desk.machine.diagram()}\n```" in readme


@pytest.mark.parametrize("desk", WITH_STATES, ids=[desk.slug for desk in WITH_STATES])
def test_every_state_has_a_look_and_a_way_to_it(desk: Desk):
    machine = desk.machine
    assert machine
    field = desk.model._meta.get_field(machine.field)
    known = {value for value, _label in field.flatchoices}

    assert set(machine.looks) == known
    assert {step.target for step in machine.steps} | {field.get_default()} == known


def test_an_answered_request_has_its_day(naree, now):
    request = Request.objects.get(ref=OPEN)
    take(states.requests, "answer", request, naree, now, answered_on=date(2022, 12, 1))
    request.refresh_from_db()

    assert (request.state, request.answered_on, request.answered_precision) == ("answered", date(2022, 12, 1), 1)
    assert history_of(request)[0].words == "<strong>Naree Boonmee</strong> answered the request"


def test_a_request_is_not_answered_without_a_day_or_before_it_came(naree, now):
    request = Request.objects.get(ref=OPEN)

    assert refusals(states.requests, "answer", request, naree, now) == [("answered_on", "is needed for this")]
    assert refusals(states.requests, "answer", request, naree, now, answered_on=date(2022, 9, 1)) == [
        ("answered_on", "lies before the day of receipt")
    ]


def test_nothing_is_answered_or_held_before_its_day_has_come(naree, now):
    ahead = timezone.localdate() + timedelta(days=1)
    request, event = Request.objects.get(ref=OPEN), Event.objects.get(ref="e2022-01")
    Event.objects.filter(pk=event.pk).update(state="planned", starts_on=ahead, ends_on=ahead, precision=1)
    event.refresh_from_db()

    assert refusals(states.requests, "answer", request, naree, now, answered_on=ahead) == [
        ("answered_on", "lies in the future")
    ]
    assert refusals(events, "hold", event, naree, now) == [("state", f"it begins on {show_day(ahead)}")]


def test_an_event_of_which_only_the_month_or_year_is_known_may_be_held_within_it(naree, now, monkeypatch):
    monkeypatch.setattr("rso.events.states.timezone.localdate", lambda: date(2022, 10, 20))
    event = Event.objects.get(ref="e2022-01")
    event.state = "planned"
    (hold,) = (step for step in events.steps if step.slug == "hold")

    def says(day: date, precision: int) -> str:
        event.starts_on, event.precision = day, precision
        return str(hold.unless(event, naree))

    assert says(date(2022, 10, 31), 2) == says(date(2022, 12, 31), 3) == ""
    assert says(date(2022, 11, 1), 2) == "it begins on November 2022"
    assert says(date(2023, 1, 1), 3) == "it begins on 2023"


def test_a_request_taken_up_again_has_no_answer_any_more(naree, now):
    request = Request.objects.get(ref=ANSWERED)
    take(states.requests, "reopen", request, naree, now, reason="It asked for more")
    request.refresh_from_db()

    assert (request.state, request.answered_on) == ("in_work", None)


@pytest.mark.parametrize("slug", ["decline", "refer", "reopen"])
def test_a_request_is_not_turned_away_without_a_reason(naree, now, slug):
    request = Request.objects.get(ref=ANSWERED if slug == "reopen" else OPEN)

    assert refusals(states.requests, slug, request, naree, now) == [("reason", "say why; it stands in the history")]


def test_a_step_goes_only_from_its_states(naree, now):
    done = Activity.objects.get(ref="a2022-01")
    dropped = Undertaking.objects.get(ref="u2022-01")
    take(states.undertakings, "drop", dropped, naree, now, reason="The ministries agreed otherwise")

    assert refusals(states.activities, "start", done, naree, now) == [
        ("status", "is “Done”; this is for: Planned, Postponed")
    ]
    assert refusals(states.undertakings, "fulfil", dropped, naree, now) == [
        ("state", "is “Dropped”; this is for: Recorded, In progress")
    ]
