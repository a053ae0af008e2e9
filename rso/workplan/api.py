"""The machine door of this room: what the office does, and why."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from rso.core.api.doing import Item, Part, absolute, list_of, one_of
from rso.core.models import Basis
from rso.core.periods import known_day
from rso.workplan.models import Activity, ActivityStatus, GenderMarker
from rso.workplan.site import ActivityFilters


class ActivityItem(Item):
    """A piece of the office's work: which purpose and themes it serves, what it arose from, who was beside the office in it."""

    ref: str
    title: str
    status: ActivityStatus
    purpose: str
    gender_marker: GenderMarker
    starts_on: str
    ends_on: str
    summary: str
    outcome: str
    basis: str
    source: str
    themes: list[str]
    arose_from: list[str]
    parts: list[Part]
    page: str


def told(activity: Activity) -> ActivityItem:
    origins = (each.request or each.undertaking or each.priority for each in activity.origins.all())
    return ActivityItem(
        ref=activity.ref,
        title=activity.title,
        status=ActivityStatus(activity.status),
        purpose=activity.purpose.ref,
        gender_marker=GenderMarker(activity.gender_marker),
        starts_on=known_day(activity.starts_on, activity.precision),
        ends_on=known_day(activity.ends_on, activity.precision),
        summary=activity.summary,
        outcome=activity.outcome,
        basis=Basis(activity.basis).slug,
        source=activity.source.ref if activity.source else "",
        themes=sorted(each.theme.ref for each in activity.themes.all()),
        arose_from=sorted(origin.ref for origin in origins if origin),
        parts=[Part(ref=each.body.ref, name=each.body.label, part=each.part) for each in activity.parts.all()],
        page=absolute(activity.get_absolute_url()),
    )


def activities() -> QuerySet[Activity]:
    found = Activity.objects.select_related("purpose", "source").newest_first()
    origins = ("origins__request", "origins__undertaking", "origins__priority")
    return found.prefetch_related("themes__theme", "parts__body", *origins)


list_of("activities", ActivityItem, activities, told, filters=ActivityFilters)
one_of("activities", ActivityItem, lambda ref: get_object_or_404(activities(), ref=ref), told, example="a2022-01")
