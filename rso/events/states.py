"""The states of an event, and who may lead it from one to another."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rso.core import history
from rso.core.states import Machine, Step
from rso.events.actions import check_events
from rso.events.models import Event, EventState, ParticipationState
from rso.events.policies import KEEP_EVENTS


def _attended(event: Any, by: Any) -> str | Promise:
    """Why an event that was held may not be planned again: nobody has attended one that was not held."""
    attended = (
        event.state == EventState.HELD and event.participations.filter(state=ParticipationState.ATTENDED).exists()
    )
    return _("someone is entered as having attended; correct that first") if attended else ""


P, H, L, C = EventState.PLANNED, EventState.HELD, EventState.POSTPONED, EventState.CANCELLED

events = Machine(
    Event,
    (
        Step("hold", _("Mark as held"), (P, L), H, KEEP_EVENTS),
        Step("postpone", _("Postpone"), (P,), L, KEEP_EVENTS, asks_reason=True),
        Step("cancel", _("Cancel"), (P, L), C, KEEP_EVENTS, asks_reason=True, final=True),
        Step("plan_again", _("Plan again"), (L, C, H), P, KEEP_EVENTS, unless=_attended),
    ),
    looks={P: "info", H: "ok", L: "late", C: "stop"},
    check=check_events,
)

history.says("hold", _("%(who)s marked the %(noun)s as held"))
