"""The machine door of this room: events."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from rso.core.api.doing import Item, Part, absolute, list_of, one_of
from rso.core.models import Basis
from rso.core.periods import known_day
from rso.events.models import Event, EventMode, EventQuerySet, EventState, EventType, OfficeRole
from rso.events.site import EventFilters


class EventItem(Item):
    """Something that the office organised, co-hosted, facilitated or supported. Days are given as far as they are known."""

    ref: str
    title: str
    type: EventType
    mode: EventMode | None
    state: EventState
    office_role: OfficeRole
    starts_on: str
    ends_on: str
    place: str
    country: str
    group: str
    activity: str
    summary: str
    outcome: str
    basis: str
    source: str
    parts: list[Part]
    page: str


def told(event: Event) -> EventItem:
    return EventItem(
        ref=event.ref,
        title=event.title,
        type=EventType(event.type),
        mode=EventMode(event.mode) if event.mode else None,
        state=EventState(event.state),
        office_role=OfficeRole(event.office_role),
        starts_on=known_day(event.starts_on, event.precision),
        ends_on=known_day(event.ends_on, event.precision),
        place=event.place,
        country=event.country,
        group=event.group.ref if event.group else "",
        activity=event.activity.ref if event.activity else "",
        summary=event.summary,
        outcome=event.outcome,
        basis=Basis(event.basis).slug,
        source=event.source.ref if event.source else "",
        parts=[Part(ref=each.body.ref, name=each.body.label, part=each.part) for each in event.parts.all()],
        page=absolute(event.get_absolute_url()),
    )


def events() -> EventQuerySet:
    return Event.objects.select_related("group", "activity", "source").prefetch_related("parts__body").newest_first()


list_of("events", EventItem, events, told, filters=EventFilters)
one_of("events", EventItem, lambda ref: get_object_or_404(events(), ref=ref), told, example="e2022-01")
