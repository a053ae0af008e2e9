"""The public site's own pages: home, about, contact, privacy, accessibility, open data."""

from __future__ import annotations

from typing import Any

import django_filters
from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _

from rso.core.context import the_office
from rso.core.figures import Status, registry
from rso.core.figures.cache import keep
from rso.core.figures.reading import Reading
from rso.core.listings import listings
from rso.core.loading.columns import CONTROL
from rso.core.pages import InYear, OneOf, Words, list_page
from rso.core.periods import Period
from rso.core.search.finding import find
from rso.core.search.registry import PUBLIC
from rso.members.models import Body
from rso.members.site import WithBody
from rso.outreach import gallery
from rso.outreach.models import Engagement, EngagementKind

HEADLINES = ("participations", "publications", "events-held", "bodies-supported-in-person")


def home(request: HttpRequest) -> HttpResponse:
    office = the_office()
    period = Period.parse(office.headline_period or "2022")
    readings = [Reading(registry.find(slug), period) for slug in (*HEADLINES, "people-reached")]
    heads = keep(readings, "headlines", lambda: [_head(reading) for reading in readings])
    context = {
        "office": office,
        "heads": heads[:-1],
        "people": heads[-1],
        "period": period,
        "shelves": listings.shelves(),
        "tiles": Body.objects.filter(tile_column__isnull=False).order_by("name", "pk"),
    }
    return render(request, "outreach/home.html", context)


def _head(reading: Reading) -> dict[str, Any]:
    figure = reading.figure
    return {
        "figure": figure.slug, "period": reading.period.key, "unit": figure.unit.code, "decimals": 0,
        "value": figure.unit.exact(reading.value), "shown": figure.unit.show(reading.value),
        "words": str(figure.headline or figure.title), "illustrative": "illustrative" in reading.basis,
    }  # fmt: skip


class EngagementFilters(django_filters.FilterSet):  # type: ignore[misc]
    q = Words()
    kind = OneOf(EngagementKind.choices, _("Kind"))
    body = WithBody()
    year = InYear()

    class Meta:
        model = Engagement
        fields: list[str] = []


def engagements(request: HttpRequest) -> HttpResponse:
    filters = EngagementFilters(request.GET, Engagement.objects.newest_first())
    return list_page(request, filters, "outreach/engagements.html")


def search(request: HttpRequest) -> HttpResponse:
    """Whatever is public and holds the words, kind by kind."""
    words = CONTROL.sub(" ", request.GET.get("q", "")).strip()[:100]
    found = [(of, of.url(words)) for of in find(words, {PUBLIC})]
    context = {"sought": words, "found": found, "count": sum(of.total for of, _url in found)}
    return render(request, "outreach/search.html", context)


def page(template: str) -> Any:
    def view(request: HttpRequest) -> HttpResponse:
        return render(request, f"outreach/{template}.html")

    return view


def open_data(request: HttpRequest) -> HttpResponse:
    return render(request, "outreach/open_data.html", {"statuses": sorted(Status)})


def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state: what the checks of accessibility and the screenshots visit."""
    return render(request, "outreach/components.html", gallery.samples())


def privacy(request: HttpRequest) -> HttpResponse:
    """Generated from what each model declares of its data."""
    declared = [
        (model._meta.verbose_name, model.privacy)
        for model in apps.get_models()
        if model.__module__.startswith("rso.") and hasattr(model, "privacy")
    ]
    return render(request, "outreach/privacy.html", {"declared": declared})


urlpatterns = [
    path("", home, name="home"),
    path("about/", page("about"), name="about"),
    path("contact/", page("contact"), name="contact"),
    path("accessibility/", page("accessibility"), name="accessibility"),
    path("search/", search, name="search"),
    path("open-data/", open_data, name="open-data"),
    path("privacy/", privacy, name="privacy"),
    path("components/", components, name="components"),
    path("engagements/", engagements, name="engagements"),
]
