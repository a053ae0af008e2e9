"""The states of an event, and who may lead it from one to another."""

from django.utils.translation import gettext_lazy as _

from rso.core import history
from rso.core.states import Machine, Step
from rso.events.actions import check_events
from rso.events.models import Event, EventState
from rso.events.policies import KEEP_EVENTS

P, H, L, C = EventState.PLANNED, EventState.HELD, EventState.POSTPONED, EventState.CANCELLED

events = Machine(
    Event,
    (
        Step("hold", _("Mark as held"), (P, L), H, KEEP_EVENTS),
        Step("postpone", _("Postpone"), (P,), L, KEEP_EVENTS, asks_reason=True),
        Step("cancel", _("Cancel"), (P, L), C, KEEP_EVENTS, asks_reason=True, final=True),
        Step("plan_again", _("Plan again"), (L, C, H), P, KEEP_EVENTS),
    ),
    looks={P: "info", H: "ok", L: "late", C: "stop"},
    check=check_events,
)

history.says("hold", _("%(who)s marked the %(noun)s as held"))
