"""The public door of this room: members and observers, each with what the office did with it, and the groups."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters.fields import ModelChoiceField

from rso.core.listings import listings
from rso.core.merging import resolve
from rso.core.pages import Select
from rso.members.models import Body, BodyKind, Group, GroupKind, GroupRole, Seat

KINDS = {
    BodyKind.MEMBER_STATE: _("Member States"),
    BodyKind.MEMBER_ORGANISATION: _("Member Organisations"),
    BodyKind.OBSERVER_STATE: _("Observer States"),
    BodyKind.OBSERVER_ORGANISATION: _("Observer Organisations"),
}


class KnownBody(ModelChoiceField):  # type: ignore[misc]
    """A body by its ref; one that was found to be the same as another also by the ref that it had."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.led_on: dict[Any, str] = {}

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError:
            stays = resolve(Body, value) if str(value).isprintable() else ""
            if not stays:
                raise
            self.led_on = {value: stays}
            return super().to_python(stays)

    def prepare_value(self, value: Any) -> Any:
        return super().prepare_value(self.led_on.get(value, value) if isinstance(value, str) else value)


class WithBody(django_filters.ModelChoiceFilter):  # type: ignore[misc]
    """Narrows a list to what a body took part in; the list's queryset says what that is by `with_body`."""

    field_class = KnownBody

    def __init__(self) -> None:
        super().__init__(
            queryset=Body.objects.exclude(kind=BodyKind.AGENCY).order_by("name", "pk"),
            to_field_name="ref",
            label=_("With"),
            empty_label=_("Anyone"),
            widget=Select,
        )

    def filter(self, rows: Any, body: Body | None) -> Any:
        return rows.with_body(body.pk) if body else rows


def members(request: HttpRequest) -> HttpResponse:
    """All bodies of the Process by kind, and the grid of members."""
    bodies = list(Body.objects.of_the_process(timezone.localdate()))
    kinds = [(title, [body for body in bodies if body.kind == kind]) for kind, title in KINDS.items()]
    tiles = [body for body in bodies if body.tile_column]
    return render(request, "members/list.html", {"kinds": kinds, "tiles": tiles})


def member(request: HttpRequest, ref: str) -> HttpResponse:
    """What the office did with a body. One that was found to be the same as another leads there."""
    body = Body.objects.select_related("source", "parent").filter(ref=ref).first()
    if body is None and (stays := resolve(Body, ref)):
        return redirect("member", stays, permanent=True)
    if body is None or body.kind == BodyKind.AGENCY:
        raise Http404
    context = {"body": body, "seats": by_group(body), "panels": listings.panels_of(body)}
    return render(request, "members/detail.html", context)


def by_group(body: Body) -> list[tuple[Group, list[tuple[str, str]]]]:
    """The groups in which a body has a seat, each once, with its roles and the years of each."""
    seats = (
        body.seats.select_related("group").prefetch_related("group__names").order_by("group__ref", "starts_on", "pk")
    )
    return [(group, roles_of(list(held))) for group, held in groupby(seats, key=lambda seat: seat.group)]


def roles_of(seats: list[Seat]) -> list[tuple[str, str]]:
    """Each role with the years in which it was held: ("Co-chair", "2018–2020, 2024–")."""
    found: dict[str, list[str]] = {}
    for seat in seats:
        found.setdefault(seat.get_role_display(), []).append(_years_of(seat))
    return [(role, ", ".join(filter(None, years))) for role, years in found.items()]


def _years_of(seat: Seat) -> str:
    """From the year of its first day to that of its last, which is the day before it was another’s."""
    first = str(seat.starts_on.year) if seat.starts_on else ""
    last = str((seat.ends_on - timedelta(days=1)).year) if seat.ends_on else ""
    return first if first == last else f"{first}–{last}"


def groups(request: HttpRequest) -> HttpResponse:
    """Every group with its co-chairs, then and now. Groups at work come first, one-off frameworks last."""
    found = list(Group.objects.prefetch_related("names", "seats__body"))
    order = list(GroupKind)
    found.sort(key=lambda group: (order.index(GroupKind(group.kind)), group.ref))
    rows = [(group, _chairs(group)) for group in found]
    return render(request, "members/groups.html", {"rows": rows})


def _chairs(group: Group) -> list[tuple[Body, str]]:
    seats = [seat for seat in group.seats.all() if seat.role == GroupRole.CO_CHAIR]
    seats.sort(key=lambda seat: (seat.body.label, seat.starts_on or date.min, seat.pk))
    return [(body, roles_of(list(held))[0][1]) for body, held in groupby(seats, key=lambda seat: seat.body)]


urlpatterns = [
    path("members/", members, name="members"),
    path("members/<ref:ref>/", member, name="member"),
    path("groups/", groups, name="groups"),
]
