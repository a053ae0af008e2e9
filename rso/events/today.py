"""What this room tells on the first page of the office."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rso.core.figures import registry
from rso.core.figures.cache import keep
from rso.core.figures.reading import OFFICE, Reading
from rso.core.merging import resolve
from rso.core.models import Precision
from rso.core.office import desks
from rso.core.office.day import Entry, Glance, Span, Task, Today, Why, rooms
from rso.core.periods import is_over, latest, show_day
from rso.events.models import Event, EventState
from rso.events.office import nothing_planned
from rso.events.policies import KEEP_EVENTS
from rso.members.models import Body

#: Days before an event on which it begins to be due.
AHEAD = 14
#: The most that the page tells of one kind.
MOST = 50
#: The most that a calendar holds of one kind.
LISTED = 2000


@rooms.tells_tasks
def events_to_hold(today: Today) -> Iterator[Task]:
    """Events that begin soon, and those that are over and still planned."""
    if not KEEP_EVENTS.allows(today.user):
        return
    desk = desks.all["events"]
    soon = Q(precision=Precision.DAY, starts_on__lte=today.day + timedelta(days=AHEAD))
    planned = Event.objects.filter(soon | is_over(today.day), state=EventState.PLANNED)
    for event in planned.order_by("starts_on", "pk")[:MOST]:
        url, end = desk.at(event.ref), latest(event.ends_on, event.precision)
        if end < today.day:
            says = _("Planned end: %(day)s.") % {"day": show_day(event.ends_on, event.precision)}
            held = _("Mark as held"), f"{url}do/hold/"
            yield Task(Why.OVERDUE, end, event.title, url, says, *held, event.precision)
        else:
            days = (event.starts_on - today.day).days
            says = (
                ngettext("It begins in %(n)s day.", "It begins in %(n)s days.", days) % {"n": days}
                if days > 0
                else _("It is under way.")
            )
            yield Task(Why.DUE, event.starts_on, event.title, url, says, _("Open"), url)


@rooms.tells_entries
def events_in(span: Span) -> Iterator[Entry]:
    """Events of the office; for a member, those in which it or its people have a part."""
    found = Event.objects.filter(starts_on__lte=span.last, ends_on__gte=span.first, precision__in=span.known)
    if span.body:
        body = Body.objects.filter(ref__in=(span.body, resolve(Body, span.body))).first()
        found = found.with_body(body.pk) if body else found.none()
    desk = desks.all["events"]
    for event in found.select_related("activity").order_by("starts_on", "pk")[:LISTED]:
        url = desk.at(event.ref) if span.user and not span.body else event.get_absolute_url()
        mine = bool(span.user and event.activity and event.activity.lead_id == span.user.pk)
        says = event.get_state_display()
        title = f"{says}: {event.title}" if event.is_off else event.title
        days = event.starts_on, event.ends_on
        yield Entry(f"event-{event.ref}", *days, title, url, says, event.where, mine, event.is_off, event.precision)


@rooms.tells_glances
def members_left_out(today: Today) -> Iterator[Glance]:
    """As many as the list holds that the number opens."""
    number = Body.objects.filter(nothing_planned(today.user, today.day)).count()
    yield Glance(_("members with nothing planned"), str(number), f"{desks.all['members'].url}?view=idle")


@rooms.tells_glances
def events_of_the_year(today: Today) -> Iterator[Glance]:
    readings = [Reading(registry.find(slug), today.year, reader=OFFICE) for slug in ("events-held", "people-reached")]
    held, reached = keep(readings, "today", lambda: [_shown(reading) for reading in readings])
    planned = (
        Event.objects.filter(starts_on__gte=today.year.starts, starts_on__lt=today.year.ends)
        .filter(office_role__in=("organised", "co_hosted", "facilitated"))
        .exclude(state=EventState.CANCELLED)
        .count()
    )
    words = ngettext("of %(n)s event of the year held", "of %(n)s events of the year held", planned) % {"n": planned}
    yield Glance(words, held[0], reverse("figure", args=["events-held", today.year.key]), held[1])
    yield Glance(
        _("people reached so far"), reached[0], reverse("figure", args=["people-reached", today.year.key]), reached[1]
    )


def _shown(reading: Reading) -> tuple[str, str]:
    """The figure as pages print it, and its weakest basis."""
    weakest = next(reversed(reading.basis), "")
    return str(reading.figure.unit.show(reading.value)) if reading.value is not None else "–", weakest
