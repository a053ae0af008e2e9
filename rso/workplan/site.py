"""The public door of this room: what the office does and why, and the chain from what was asked to what came of it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

import django_filters
from django.db.models import F, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext_lazy as _

from rso.core.listings import listings
from rso.core.pages import PER_PAGE, InYear, OneOf, Select, Words, list_page
from rso.members.site import WithBody
from rso.workplan.models import (
    Activity,
    ActivityOrigin,
    ActivityStatus,
    CorePurpose,
    PriorityIssue,
    Request,
    RequestBody,
    Theme,
    Undertaking,
    UndertakingBody,
)


class Running(InYear):
    """Activities that ran on any day of a year."""

    def filter(self, activities: Any, year: Any) -> Any:
        if year is None:
            return activities
        return activities.filter(starts_on__lte=date(int(year), 12, 31), ends_on__gte=date(int(year), 1, 1))


class ActivityFilters(django_filters.FilterSet):  # type: ignore[misc]
    q = Words()
    purpose = django_filters.ModelChoiceFilter(
        queryset=CorePurpose.objects.order_by("order"),
        to_field_name="ref",
        label=_("Core purpose"),
        empty_label=_("Any"),
        widget=Select,
    )
    status = OneOf(ActivityStatus.choices, _("Status"))
    body = WithBody()
    year = Running()

    class Meta:
        model = Activity
        fields: list[str] = []


def work(request: HttpRequest) -> HttpResponse:
    filters = ActivityFilters(request.GET, Activity.objects.select_related("purpose").newest_first())
    return list_page(
        request, filters, "workplan/work.html", {"themes": Theme.objects.order_by("valid_from", "set", "order")}
    )


def activity(request: HttpRequest, ref: str) -> HttpResponse:
    found = get_object_or_404(Activity.objects.select_related("purpose", "source"), ref=ref)
    context = {
        "activity": found,
        "themes": found.themes.select_related("theme").order_by("-weight", "pk"),
        "parts": found.parts.select_related("body").order_by("part", "body__name"),
        "origins": found.origins.select_related("request", "undertaking", "priority").order_by("pk"),
        "panels": listings.panels_of(found),
    }
    return render(request, "workplan/activity.html", context)


class AskedFilters(django_filters.FilterSet):  # type: ignore[misc]
    year = InYear("received_on")

    class Meta:
        model = Request
        fields: list[str] = []


def asked(request: HttpRequest) -> HttpResponse:
    """The newest requests, undertakings and priority issues, of one year or of all, each with the activities that answer it."""
    filters = AskedFilters(request.GET, Request.objects.all())
    readable = filters.form.is_valid()
    year = filters.form.cleaned_data.get("year")

    def newest(
        model: type[Request | Undertaking | PriorityIssue], day: str, by: str, *parts: Prefetch[str]
    ) -> list[Any]:
        rows = model.objects.prefetch_related(*parts).annotate(day=F(day), by=F(by)).order_by("-day", "ref")
        return list((rows.filter(day__year=year) if year else rows)[: PER_PAGE + 1])

    asked_for = {
        "requests": newest(Request, "received_on", "asked_by", with_body(RequestBody)),
        "undertakings": newest(Undertaking, "said_on", "meeting", with_body(UndertakingBody)),
        "priorities": newest(PriorityIssue, "agreed_on", "set_by"),
    }
    tell_activities(**asked_for)
    context = {**asked_for, "filters": filters, "most": PER_PAGE}
    return render(request, "workplan/asked.html", context, status=200 if readable else 422)


def with_body(model: type[RequestBody | UndertakingBody]) -> Prefetch[str]:
    return Prefetch("parts", model.objects.select_related("body").order_by("body__name"))


def tell_activities(requests: list[Any], undertakings: list[Any], priorities: list[Any]) -> None:
    """Gives each its `answers`, the activities that arose from it, by one query for all."""
    things = Q(request__in=requests) | Q(undertaking__in=undertakings) | Q(priority__in=priorities)
    found = defaultdict(list)
    for origin in (
        ActivityOrigin.objects.filter(things).select_related("activity").order_by("activity__starts_on", "pk")
    ):
        found[origin.request_id, origin.undertaking_id, origin.priority_id].append(origin.activity)
    for row in requests:
        row.answers = found[row.pk, None, None]
    for row in undertakings:
        row.answers = found[None, row.pk, None]
    for row in priorities:
        row.answers = found[None, None, row.pk]


urlpatterns = [
    path("work/", work, name="work"),
    path("work/asked/", asked, name="asked"),
    path("work/<ref:ref>/", activity, name="activity"),
]
