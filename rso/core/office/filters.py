"""Filters of a list, made from the fields that a desk names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rso.core.pages import InYear, OneOf

if TYPE_CHECKING:
    from rso.core.office.desks import Desk

#: Kinds of record with more than these are asked for by ref; fewer are offered in a select.
OFFERED = 300


def choices_of(model: Any) -> list[tuple[str, str]]:
    """The records of a kind by ref and name, where they are few enough to be offered."""
    things = list(model._default_manager.order_by("pk")[: OFFERED + 1])
    if len(things) > OFFERED:
        return []
    return sorted(((thing.ref, str(thing)) for thing in things), key=lambda pair: pair[1].casefold())


class ByRef(OneOf):
    """Records that point to one other, chosen by name."""

    def __init__(self, name: str, model: type[models.Model], label: str | Promise, **options: Any) -> None:
        super().__init__(choices=lambda: choices_of(model), label=label, field_name=f"{name}__ref", **options)


class YesNo(OneOf):
    def __init__(self, name: str, label: str | Promise) -> None:
        super().__init__(choices=[("yes", _("Yes")), ("no", _("No"))], label=label, field_name=name, method=self._keep)

    def _keep(self, rows: models.QuerySet[Any], name: str, value: str) -> models.QuerySet[Any]:
        return rows.filter(**{name: value == "yes"})


def filter_of(model: type[models.Model], name: str) -> django_filters.Filter:
    """The filter that a field makes: one of its choices, a year, yes or no, a record, or exactly this text."""
    field: Any = model._meta.get_field(name)
    label = field.verbose_name
    if field.is_relation:
        return ByRef(name, field.related_model, label)
    if field.choices:
        return OneOf(field.choices, label, field_name=name)
    if isinstance(field, models.DateField):
        return InYear(name)
    if isinstance(field, models.BooleanField):
        return YesNo(name, label)
    return django_filters.CharFilter(field_name=name, label=label, max_length=60)


def filter_set(desk: Desk) -> type[django_filters.FilterSet]:
    """The filters of a desk's list. A date is asked for as `year`."""
    fields = {}
    for name in desk.filters.split():
        found = filter_of(desk.model, name)
        fields["year" if isinstance(found, InYear) else name] = found
    return type(f"{desk.slug}-filters", (django_filters.FilterSet,), {**fields, **desk.more_filters})
