"""The public door of this room: events and what came of them."""

from __future__ import annotations

import django_filters
from django.db.models import Count, Max, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext_lazy as _

from rso.core.pages import InYear, OneOf, Words, list_page
from rso.events.models import COUNTED, Event, EventMode, EventType, OfficeRole
from rso.members.models import PROCESS_KINDS
from rso.members.site import WithBody


class EventFilters(django_filters.FilterSet):  # type: ignore[misc]
    q = Words()
    type = OneOf(EventType.choices, _("Type"))
    mode = OneOf(EventMode.choices, _("Mode"))
    role = OneOf(OfficeRole.choices, _("The office’s role"), field_name="office_role")
    body = WithBody()
    year = InYear()

    class Meta:
        model = Event
        fields: list[str] = []


def events(request: HttpRequest) -> HttpResponse:
    filters = EventFilters(request.GET, Event.objects.newest_first())
    return list_page(request, filters, "events/list.html")


def event(request: HttpRequest, ref: str) -> HttpResponse:
    found = get_object_or_404(Event.objects.select_related("group", "activity__purpose", "source"), ref=ref)
    numbers = found.participations.aggregate(
        attendances=Sum("number", filter=COUNTED),
        weakest=Max("basis", filter=COUNTED),
        bodies=Count("member", distinct=True, filter=COUNTED & Q(member__kind__in=PROCESS_KINDS)),
    )
    context = {
        "event": found,
        "numbers": numbers,
        "parts": found.parts.select_related("body").order_by("part", "body__name"),
        "stated": found.stated.select_related("statement__source").order_by("pk"),
        "quotes": found.quotes.exclude(consent="withdrawn").order_by("pk"),
        "year": found.starts_on.year,
    }
    return render(request, "events/detail.html", context)


urlpatterns = [path("events/", events, name="events"), path("events/<ref:ref>/", event, name="event")]
