"""The public door of this room: members and observers, each with what the office did with it, and the groups."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path

from rso.core.listings import listings
from rso.members.models import PROCESS_KINDS, Body, BodyKind, Group


def members(request: HttpRequest) -> HttpResponse:
    """All bodies of the Process by kind, and the grid of members."""
    bodies = list(Body.objects.filter(kind__in=PROCESS_KINDS, left_on__isnull=True).order_by("name", "pk"))
    kinds = [(BodyKind(kind), [body for body in bodies if body.kind == kind]) for kind in PROCESS_KINDS]
    tiles = [body for body in bodies if body.tile_column]
    return render(request, "members/list.html", {"kinds": kinds, "tiles": tiles})


def member(request: HttpRequest, ref: str) -> HttpResponse:
    """What the office did with a body. Agencies have no page of their own: people would be told apart."""
    body = get_object_or_404(Body.objects.select_related("source", "parent"), ref=ref)
    if body.kind == BodyKind.AGENCY:
        raise Http404
    seats = (
        body.seats.select_related("group").prefetch_related("group__names").order_by("group__ref", "starts_on", "pk")
    )
    return render(
        request,
        "members/detail.html",
        {"body": body, "seats": seats, "panels": listings.panels_of(body)},
    )


def groups(request: HttpRequest) -> HttpResponse:
    found = Group.objects.prefetch_related("names", "seats__body").order_by("kind", "ref")
    return render(request, "members/groups.html", {"groups": found})


urlpatterns = [
    path("members/", members, name="members"),
    path("members/<str:ref>/", member, name="member"),
    path("groups/", groups, name="groups"),
]
