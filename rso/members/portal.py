"""The members' door: the home of a body, for its focal points. Read only until nominations come.

Whoever may not see a home is answered as if it were not there. What other rooms tell in it they offer through the registry.
"""

from __future__ import annotations

from collections.abc import Sized
from typing import Any

import django_filters
from django.db.models import Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone

from rso.accounts.models import User
from rso.accounts.policies import HAVE_A_HOME
from rso.core.access import saw
from rso.core.context import the_office
from rso.core.figures import Distinct, Figure, Total, registry
from rso.core.figures.cache import keep
from rso.core.figures.reading import Reading
from rso.core.listings import Home, HomeList, listings
from rso.core.models import Basis, Kept
from rso.core.pages import InYear, list_page
from rso.core.periods import Period
from rso.members.dimensions import MEMBER
from rso.members.models import PROCESS_KINDS, Body, FocalPoint
from rso.members.policies import LOOK_INTO_HOMES, homes_open_to
from rso.members.site import by_group

#: Records of a list that the home itself shows.
FIRST = 5


def home_of(request: HttpRequest, ref: str) -> Home:
    """The home that an address names; 404 where there is none, and where it is not this reader's to see."""
    today = timezone.localdate()
    body = get_object_or_404(homes_open_to(request.user, today).select_related("source"), ref=ref)
    assert isinstance(request.user, User)
    return Home(body, request.user, today, the_office())


def tell_of_names(home: Home, seen: type[Kept], rows: Sized, query: str = "") -> None:
    """Tells who reads the names of whose people, before they are shown."""
    if len(rows):
        filters = "&".join(filter(None, (f"body={home.body.ref}", query)))
        saw(seen, by=home.reader, now=timezone.now(), rows=len(rows), filters=filters)


def doorstep(request: HttpRequest) -> HttpResponse:
    """Leads to the reader's one home, or offers those that are open to the reader."""
    user = request.user
    looks = LOOK_INTO_HOMES.allows(user)
    homes = homes_open_to(user, timezone.localdate())
    bodies = (homes.filter(kind__in=PROCESS_KINDS) if looks else homes).by_kind_and_name()
    if not (bodies or HAVE_A_HOME.allows(user)):
        raise Http404
    if len(bodies) == 1:
        return redirect("portal-home", ref=bodies[0].ref)
    return render(request, "members/portal/doorstep.html", {"bodies": bodies, "is_looked_into": looks})


def in_home(home: Home, here: str) -> dict[str, Any]:
    """What every page of a home knows."""
    return {
        "home": home,
        "office": home.office,
        "body": home.body,
        "sections": listings.at_home(),
        "here": here,
        "is_looked_into": LOOK_INTO_HOMES.allows(home.reader),
    }


def portal_home(request: HttpRequest, ref: str) -> HttpResponse:
    home = home_of(request, ref)
    parts: dict[str, list[tuple[HomeList, list[Any], bool]]] = {"main": [], "beside": [], "tables": []}
    for offered in listings.at_home():
        found = offered.rows(home)
        rows = list(found[: FIRST + 1])
        place = "tables" if offered.personal else "beside" if offered.beside else "main"
        parts[place].append((offered, rows[:FIRST], len(rows) > FIRST))
        if offered.personal:
            tell_of_names(home, found.model, rows[:FIRST])
    period = Period.parse(home.office.headline_period or str(home.as_at.year))
    context = {**in_home(home, "home"), **parts, "period": period, "figures": figures_of(home, period)}
    return render(request, "members/portal/home.html", context)


def figures_of(home: Home, period: Period) -> list[dict[str, Any]]:
    """What the figures that are split by member count of this one: each opens onto the figure's page."""
    cover = (home.office.records_from, home.office.records_to)
    readings = [Reading(figure, period, cover=cover) for figure in registry if counts_of_a_member(figure)]
    return keep(readings, f"home-{home.body.ref}", lambda: [_of_member(reading, home.body) for reading in readings])


def counts_of_a_member(figure: Figure) -> bool:
    """Whether a figure says something of one member: it is split by member, and does not count the members themselves."""
    adds = figure.adds
    if MEMBER not in figure.source.dimensions or not isinstance(adds, Total | Distinct):
        return False
    return getattr(adds, "of", "") != MEMBER.path


def _of_member(reading: Reading, body: Body) -> dict[str, Any]:
    counted = reading.behind(MEMBER.slug, [body.ref]).aggregate(value=reading.adds.value(), weakest=Max("basis"))
    basis = Basis(counted["weakest"] or Basis.RECORDED)
    return {
        "slug": reading.figure.slug,
        "title": str(reading.figure.title),
        "value": counted["value"],
        "basis": basis.slug,
        "said": str(basis.label) if basis > Basis.STATED else "",
    }


def portal_list(request: HttpRequest, ref: str, slug: str) -> HttpResponse:
    """All records of one list, by year and fifty a page."""
    home = home_of(request, ref)
    offered = next((offered for offered in listings.at_home() if offered.slug == slug), None)
    if offered is None:
        raise Http404
    filters = filters_of(offered, home, request)

    def told(rows: QuerySet[Any]) -> QuerySet[Any]:
        if offered.personal:
            tell_of_names(home, rows.model, rows, request.GET.urlencode())
        return rows

    context = {**in_home(home, slug), "offered": offered}
    return list_page(request, filters, "members/portal/list.html", context, told=told)


def filters_of(offered: HomeList, home: Home, request: HttpRequest) -> django_filters.FilterSet:
    made = type("ByYear", (django_filters.FilterSet,), {"year": InYear(offered.day)})
    return made(request.GET, offered.rows(home))


def record(request: HttpRequest, ref: str) -> HttpResponse:
    """What the office holds about the body itself: facts with their basis, who speaks for it, its seats."""
    home = home_of(request, ref)
    focal_points = FocalPoint.objects.visible_to(home.reader, home.on).filter(body=home.body)
    context = {
        "focal_points": list(focal_points.select_related("person").order_by("-starts_on", "pk")),
        "seats": by_group(home.body),
    }
    tell_of_names(home, FocalPoint, context["focal_points"])
    return render(request, "members/portal/record.html", {**in_home(home, "record"), **context})


urlpatterns = [
    path("portal/", doorstep, name="portal"),
    path("portal/<ref:ref>/", portal_home, name="portal-home"),
    path("portal/<ref:ref>/record/", record, name="portal-record"),
    path("portal/<ref:ref>/<slug:slug>/", portal_list, name="portal-list"),
]
