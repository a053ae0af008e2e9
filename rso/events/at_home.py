"""What this room tells in the home of a member: the events that concern it, and who of its people took part."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rso.core.figures import BASIS_COLUMN, Column
from rso.core.listings import Home, HomeList, Standing, listings
from rso.events.models import COUNTED, Event, EventState, Participation, ParticipationState

EVENT_SIGNS = {
    EventState.HELD: "ok",
    EventState.PLANNED: "info",
    EventState.POSTPONED: "wait",
    EventState.CANCELLED: "stop",
}
COMING_SIGNS = {ParticipationState.ATTENDED: "ok", ParticipationState.REGISTERED: "info"}


def events(home: Home) -> QuerySet[Any]:
    """The next and the last, newest first, each with how many of the body attended."""
    ours = Participation.objects.filter(COUNTED, event=OuterRef("pk"), member=home.body).order_by().values("event")
    found = Event.objects.that_concern(home.body.pk).annotate(ours=Subquery(ours.annotate(n=Sum("number")).values("n")))
    return found.newest_first()


def attended(event: Any) -> str:
    """How many attended, who are the body's; where none did, what part the body had is told on the event's page."""
    return ngettext("%(n)s attendance", "%(n)s attendances", event.ours or 0) % {"n": event.ours or 0}


def people(home: Home) -> QuerySet[Any]:
    found = Participation.objects.visible_to(home.reader, home.on).filter(member=home.body)
    return found.select_related("event", "person").order_by("-event__starts_on", "event", "person__name", "pk")


def name(row: Participation) -> str:
    if row.person:
        return row.person.name
    return ngettext("%(n)s person, not named", "%(n)s people, not named", row.number) % {"n": row.number}


def post(row: Participation) -> str:
    """A person's post, where the person is of the body still; elsewhere it is no more the body's to know."""
    if row.person is None:
        return _("Not known")
    return row.person.post if row.person.body_id == row.member_id and row.person.post else _("Not known")


listings.offers_at_home(
    HomeList(
        "events",
        gettext_lazy("Events with us"),
        events,
        (
            Column("title", gettext_lazy("Event"), lambda row: row),
            Column("when", gettext_lazy("When"), lambda row: row.when),
            Column(
                "state", gettext_lazy("Status"), lambda row: Standing(row.get_state_display(), EVENT_SIGNS[row.state])
            ),
            Column("where", gettext_lazy("Where"), lambda row: row.where or _("Not known")),
            Column("ours", gettext_lazy("Attended"), attended),
        ),
        gettext_lazy("No event with your people is on record."),
        order=10,
    )
)
listings.offers_at_home(
    HomeList(
        "people",
        gettext_lazy("Our people"),
        people,
        (
            Column("person", gettext_lazy("Name"), name),
            Column("when", gettext_lazy("When"), lambda row: row.event.when),
            Column("event", gettext_lazy("Event"), lambda row: row.event),
            Column("post", gettext_lazy("Post"), post),
            Column(
                "state",
                gettext_lazy("Status"),
                lambda row: Standing(row.get_state_display(), COMING_SIGNS.get(row.state, "")),
            ),
            BASIS_COLUMN,
        ),
        gettext_lazy("Nobody of yours is on the list of an event."),
        order=60,
        day="event__starts_on",
        about=gettext_lazy(
            "You and the office alone see these names, and each reading of them is on record. "
            "A name is removed when nothing of the last ten years holds it."
        ),
        personal=True,
    )
)
