"""The public door of this room: what the office does and why, and the chain from what was asked to what came of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext_lazy as _

from rso.core.listings import listings
from rso.core.pages import InYear, OneOf, Select, Words, list_page
from rso.members.site import WithBody
from rso.workplan.models import (
    Activity,
    ActivityStatus,
    CorePurpose,
    PriorityIssue,
    Request,
    Theme,
    Undertaking,
)


class Running(InYear):
    """Activities that ran on any day of a year."""

    def filter(self, activities: Any, year: Any) -> Any:
        if year is None:
            return activities
        return activities.filter(starts_on__lte=date(int(year), 12, 31), ends_on__gte=date(int(year), 1, 1))


class ActivityFilters(django_filters.FilterSet):  # type: ignore[misc]
    q = Words(field_name="title")
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


def asked(request: HttpRequest) -> HttpResponse:
    """Requests, undertakings and priority issues, each with the activities that answer it."""
    context = {
        "requests": Request.objects.prefetch_related("activities__activity").order_by("-received_on", "ref"),
        "undertakings": Undertaking.objects.prefetch_related("activities__activity").order_by("-said_on", "ref"),
        "priorities": PriorityIssue.objects.prefetch_related("activities__activity").order_by("-agreed_on", "order"),
    }
    return render(request, "workplan/asked.html", context)


urlpatterns = [
    path("work/", work, name="work"),
    path("work/asked/", asked, name="asked"),
    path("work/<ref:ref>/", activity, name="activity"),
]
