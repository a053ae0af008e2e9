"""What this room tells in the home of a member: what it asked for, what it undertook, what the office works on with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import DateField, Prefetch, QuerySet, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rso.core.figures import Column
from rso.core.listings import Home, HomeList, Standing, listings
from rso.core.models import Precision
from rso.core.periods import show_day
from rso.workplan.models import (
    Activity,
    ActivityOrigin,
    ActivityStatus,
    Request,
    RequestState,
    Undertaking,
    UndertakingState,
)

REQUEST_SIGNS = {
    RequestState.RECEIVED: "wait",
    RequestState.ACKNOWLEDGED: "wait",
    RequestState.IN_WORK: "info",
    RequestState.ANSWERED: "ok",
    RequestState.REFERRED: "info",
}
UNDERTAKING_SIGNS = {UndertakingState.IN_PROGRESS: "info", UndertakingState.DONE: "ok"}
ACTIVITY_SIGNS = {ActivityStatus.RUNNING: "info", ActivityStatus.DONE: "ok", ActivityStatus.CANCELLED: "stop"}
ANSWERS = Prefetch(
    "activities", ActivityOrigin.objects.select_related("activity").order_by("activity__starts_on", "pk")
)


def standing(row: Any, state: str, signs: Mapping[Any, str]) -> Standing:
    return Standing(
        str(row.get_status_display() if hasattr(row, "status") else row.get_state_display()), signs.get(state, "")
    )


def done_for(row: Request | Undertaking) -> list[Activity] | str:
    """The activities that arose from it."""
    return [origin.activity for origin in row.activities.all()] or _("Nothing on record yet")


def requests(home: Home) -> QuerySet[Any]:
    found = Request.objects.filter(parts__body=home.body).prefetch_related(ANSWERS)
    return found.annotate(as_at=Value(home.as_at, DateField())).order_by("-received_on", "ref")


def answer(row: Any) -> str:
    """When it was answered and after how long; or for how long it has waited, where that is known to the day."""
    if row.answered_on:
        when = show_day(row.answered_on, row.answered_precision)
        if max(row.precision, row.answered_precision) > Precision.DAY:
            return when
        days = (row.answered_on - row.received_on).days
        return ngettext("%(when)s, after %(days)s day", "%(when)s, after %(days)s days", days) % {
            "when": when,
            "days": days,
        }
    if row.state in (RequestState.DECLINED, RequestState.REFERRED):
        return _("No answer of ours is due")
    days = (row.as_at - row.received_on).days
    if row.precision > Precision.DAY or days < 0:
        return _("Not yet")
    return ngettext("Not yet, for %(days)s day", "Not yet, for %(days)s days", days) % {"days": days}


def undertakings(home: Home) -> QuerySet[Any]:
    found = Undertaking.objects.filter(parts__body=home.body).prefetch_related(ANSWERS)
    return found.order_by("-said_on", "ref")


def activities(home: Home) -> QuerySet[Any]:
    return Activity.objects.that_concern(home.body.pk).select_related("purpose").newest_first()


listings.offers_at_home(
    HomeList(
        "requests",
        gettext_lazy("What we asked for"),
        requests,
        (
            Column("title", gettext_lazy("Request"), lambda row: row),
            Column("received", gettext_lazy("Asked"), lambda row: show_day(row.received_on, row.precision)),
            Column("state", gettext_lazy("Status"), lambda row: standing(row, row.state, REQUEST_SIGNS)),
            Column("answered", gettext_lazy("Answered"), answer),
            Column("did", gettext_lazy("What the office did"), done_for),
        ),
        gettext_lazy("No request of yours is on record. Write to the office and it will be."),
        order=20,
        day="received_on",
        beside=True,
    )
)
listings.offers_at_home(
    HomeList(
        "undertakings",
        gettext_lazy("Our undertakings"),
        undertakings,
        (
            Column("text", gettext_lazy("Undertaking"), lambda row: row),
            Column("said", gettext_lazy("When"), lambda row: show_day(row.said_on, row.precision)),
            Column("state", gettext_lazy("Progress"), lambda row: standing(row, row.state, UNDERTAKING_SIGNS)),
            Column("meeting", gettext_lazy("Meeting"), lambda row: row.meeting, prose=True),
            Column("did", gettext_lazy("What the office did"), done_for),
        ),
        gettext_lazy("No undertaking names you."),
        order=30,
        day="said_on",
        beside=True,
        about=gettext_lazy("Undertakings are voluntary. What stands here is progress."),
    )
)
listings.offers_at_home(
    HomeList(
        "work",
        gettext_lazy("Work with us"),
        activities,
        (
            Column("title", gettext_lazy("Activity"), lambda row: row),
            Column("when", gettext_lazy("When"), lambda row: row.when),
            Column("status", gettext_lazy("Status"), lambda row: standing(row, row.status, ACTIVITY_SIGNS)),
            Column("purpose", gettext_lazy("Core purpose"), lambda row: row.purpose.label),
        ),
        gettext_lazy("No activity names you, and none arose from what you asked for or undertook."),
        order=40,
    )
)
