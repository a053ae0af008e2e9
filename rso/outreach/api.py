"""The machine door of this room: what the office attended or did with others."""

from __future__ import annotations

from django.db.models import QuerySet

from rso.core.api.doing import Item, Part, link, list_of
from rso.core.models import Basis
from rso.core.periods import known_day
from rso.outreach.models import Engagement, EngagementKind
from rso.outreach.site import EngagementFilters


class EngagementItem(Item):
    """What the office attended or did with outside organisations. It is not an event of the office."""

    ref: str
    title: str
    kind: EngagementKind
    starts_on: str
    ends_on: str
    place: str
    activity: str
    summary: str
    basis: str
    parts: list[Part]
    page: str


def told(engagement: Engagement) -> EngagementItem:
    return EngagementItem(
        ref=engagement.ref,
        title=engagement.title,
        kind=EngagementKind(engagement.kind),
        starts_on=known_day(engagement.starts_on, engagement.precision),
        ends_on=known_day(engagement.ends_on, engagement.precision),
        place=engagement.place,
        activity=engagement.activity.ref if engagement.activity else "",
        summary=engagement.summary,
        basis=Basis(engagement.basis).slug,
        parts=[Part(ref=each.body.ref, name=each.body.label, part=each.part) for each in engagement.parts.all()],
        page=link("engagements"),
    )


def engagements() -> QuerySet[Engagement]:
    return Engagement.objects.select_related("activity").prefetch_related("parts__body").newest_first()


list_of("engagements", EngagementItem, engagements, told, filters=EngagementFilters)
