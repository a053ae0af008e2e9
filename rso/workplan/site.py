"""The public door of this room: what the office does and why, and the chain from what was asked to what came of it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path

from rso.core.listings import listings
from rso.workplan.models import (
    Activity,
    CorePurpose,
    PriorityIssue,
    Request,
    Theme,
    Undertaking,
)


def work(request: HttpRequest) -> HttpResponse:
    """Activities by core purpose."""
    activities = list(Activity.objects.select_related("purpose").order_by("-starts_on", "ref"))
    purposes = [
        (
            purpose,
            [activity for activity in activities if activity.purpose_id == purpose.pk],
        )
        for purpose in CorePurpose.objects.order_by("order")
    ]
    return render(
        request,
        "workplan/work.html",
        {"purposes": purposes, "themes": Theme.objects.order_by("valid_from", "set", "order")},
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
