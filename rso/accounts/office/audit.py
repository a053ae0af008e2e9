"""The page of the data protection lead: who saw what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from typing import Any
from urllib.parse import urlencode

import django_filters
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from rso.accounts.models import User
from rso.accounts.policies import READ_AUDIT_TRAIL
from rso.core.access import Tally, between, by_day, by_person, by_record, noun_of, record_names, seen
from rso.core.models import Access, Saw
from rso.core.office import Place, desks
from rso.core.office.doors import of_the_office
from rso.core.office.lists import narrowed_by
from rso.core.pages import OneOf, Select, list_page
from rso.core.periods import show_day
from rso.core.told import model_of

WHO_SAW_WHAT = desks.declare_place(Place("audit", _("Who saw what"), READ_AUDIT_TRAIL, "office-audit", last=True))
YEARS = (date(1900, 1, 1), date(2199, 12, 31))
#: A tally by its name in the address: what it is called, how it counts, and what leads from it to the rows that it counts.
TALLIES: dict[str, tuple[Any, Callable[[QuerySet[Access]], list[Tally]], Callable[[Any], dict[str, Any]]]] = {
    "person": (_("Added up by person"), by_person, lambda ref: {"who": ref}),
    "record": (_("Added up by record"), by_record, lambda key: {"kind": key[0], "ref": key[1]}),
    "day": (_("Added up by day"), by_day, lambda day: {"first": day, "last": day}),
}


def _people() -> list[tuple[str, str]]:
    """Those who have seen something."""
    return list(User.objects.filter(pk__in=Access.objects.values("actor")).order_by("name").values_list("ref", "name"))


def _kinds() -> list[tuple[str, str]]:
    kinds = Access.objects.order_by().values_list("kind", flat=True).distinct()
    return sorted(((kind, noun_of(kind)) for kind in kinds), key=lambda pair: pair[1])


class Day(django_filters.DateFilter):  # type: ignore[misc]
    """A day, as the browser lets one choose it."""

    def __init__(self, label: Any, **options: Any) -> None:
        limits = [MinValueValidator(YEARS[0]), MaxValueValidator(YEARS[1])]
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(label=label, widget=widget, validators=limits, **options)


class Sights(django_filters.FilterSet):  # type: ignore[misc]
    """Who, what, of which record, when; each time, or added up."""

    who = OneOf(_people, _("Who"), field_name="actor__ref")
    what = OneOf(Saw.choices, _("What"))
    kind = OneOf(_kinds, _("Kind of record"))
    ref = django_filters.CharFilter(label=_("Ref of the record"), max_length=60)
    first = Day(_("From"), method="since")
    last = Day(_("Until"), method="until")
    by = django_filters.ChoiceFilter(
        choices=[(slug, title) for slug, (title, _count, _leads) in TALLIES.items()],
        label=_("Show"), empty_label=_("Each time"), widget=Select, method="whole",
    )  # fmt: skip

    def since(self, rows: QuerySet[Access], name: str, day: date) -> QuerySet[Access]:
        return between(rows, day, None)

    def until(self, rows: QuerySet[Access], name: str, day: date) -> QuerySet[Access]:
        return between(rows, None, day)

    def whole(self, rows: QuerySet[Access], name: str, by: str) -> QuerySet[Access]:
        return rows


@require_safe
@of_the_office
def audit(request: HttpRequest) -> HttpResponse:
    """Who saw what, for the data protection lead: each time, or added up by person, record or day."""
    if not READ_AUDIT_TRAIL.allows(request.user):
        raise Http404
    filters = Sights(request.GET or None, queryset=seen())
    context = {"here": WHO_SAW_WHAT, "tallies": _tallies(filters, request.GET.get("by", ""))}
    return list_page(request, filters, "office/audit.html", context, told=lambda rows: _told(list(rows), request.user))


def _tallies(filters: Sights, by: str) -> list[dict[str, Any]] | None:
    """What is added up, with the way to the rows; nothing where each time is asked for."""
    if by not in TALLIES or not filters.form.is_valid():
        return None
    _title, count, leads = TALLIES[by]
    asked = {name: value for name, value in filters.form.cleaned_data.items() if value and name != "by"}
    return [
        {
            "label": show_day(tally.key) if by == "day" else tally.label,
            "times": tally.times,
            "rows": tally.rows,
            "query": urlencode({**asked, **leads(tally.key)}),
        }
        for tally in count(filters.qs)
    ]


def _told(rows: list[Access], user: Any) -> Iterator[dict[str, Any]]:
    """Rows in words. A record leads to its page where this person may see it."""
    names = record_names((row.kind, row.ref) for row in rows if row.ref)
    narrowed = cache(lambda slug, address: narrowed_by(desks.all[slug], address))
    for row in rows:
        model = model_of(row.kind)
        desk = desks.of(model) if model else None
        url = desk.at(row.ref) if row.ref and desk and desk.sees.allows(user) else ""
        yield {
            "row": row,
            "noun": noun_of(row.kind),
            "name": names.get((row.kind, row.ref), ""),
            "url": url,
            "narrowed": narrowed(desk.slug, row.filters) if desk else row.filters,
        }


urlpatterns = [path("office/audit/", audit, name="office-audit")]
