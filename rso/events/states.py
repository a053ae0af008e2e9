"""The states of an event, and who may lead it from one to another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rso.core import history
from rso.core.periods import has_begun, show_day
from rso.core.states import Machine, Step
from rso.core.verbs import Problem
from rso.events.actions import check_events
from rso.events.models import Event, EventState, Participation, ParticipationState
from rso.events.policies import KEEP_EVENTS

if TYPE_CHECKING:
    from rso.accounts.models import User


def _check(events: Sequence[Event]) -> Iterator[Problem]:
    yield from check_events(events)
    attended = Participation.objects.filter(
        state=ParticipationState.ATTENDED, event__in=[e.pk for e in events if e.state != EventState.HELD]
    )
    found = set(attended.values_list("event", flat=True))
    for at, event in enumerate(events):
        if event.pk in found:
            yield Problem(
                at,
                "",
                gettext("%(event)s: someone is entered as having attended; correct that first") % {"event": event},
            )


def _has_not_begun(event: Event, by: User) -> str:
    if has_begun(event.starts_on, event.precision, timezone.localdate()):
        return ""
    return gettext("it begins on %(day)s") % {"day": show_day(event.starts_on, event.precision)}


def _forget_reason(event: Event, now: datetime) -> None:
    """Why it was postponed or cancelled stands in the history; pages tell it of what is."""
    event.reason = ""


P, H, L, C = EventState.PLANNED, EventState.HELD, EventState.POSTPONED, EventState.CANCELLED

events = Machine(
    Event,
    (
        Step("hold", _("Mark as held"), (P, L), H, KEEP_EVENTS, sets=_forget_reason, unless=_has_not_begun),
        Step("postpone", _("Postpone"), (P,), L, KEEP_EVENTS, asks_reason=True),
        Step("cancel", _("Cancel"), (P, L), C, KEEP_EVENTS, asks_reason=True, final=True),
        Step("plan_again", _("Plan again"), (L, C, H), P, KEEP_EVENTS, sets=_forget_reason),
    ),
    looks={P: "info", H: "ok", L: "late", C: "stop"},
    check=_check,
)

history.says("hold", _("%(who)s marked the %(noun)s as held"))
