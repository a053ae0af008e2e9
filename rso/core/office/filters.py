"""Filters of a list, made from the fields that a desk names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.db import models
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from rso.core.addresses import REF
from rso.core.figures.cache import last_changes
from rso.core.keeping import made_once
from rso.core.merging import resolve
from rso.core.office.cells import named
from rso.core.pages import InYear, OneOf, Select
from rso.core.verbs import kind_of

if TYPE_CHECKING:
    from rso.core.office.desks import Desk

#: Kinds of record with more than these are asked for by ref; fewer are offered in a select.
OFFERED = 300


def along(model: Any, path: str) -> Iterator[type[models.Model]]:
    """The kinds of record to which the steps of a path lead."""
    for name in path.split("__"):
        model = model._meta.get_field(name).related_model
        yield model


@dataclass(frozen=True)
class Choices:
    """The records of a kind by ref and name, and the same as suggestions of a field in which one types."""

    pairs: list[tuple[str, str]]
    drawn: SafeString


def choices_of(model: Any) -> list[tuple[str, str]]:
    """The records of a kind by ref and name, where they are few enough to be offered. Kept while none of the kind changes."""
    return choices_among([model])[model].pairs


def choices_among(kinds: Iterable[Any]) -> dict[Any, Choices]:
    """The same of several kinds: one question tells for all of them whether one has changed."""
    behind = {
        model: [kind_of(model), *(kind_of(other) for path in model.named_by for other in along(model, path))]
        for model in kinds
    }
    changed = last_changes({kind for named in behind.values() for kind in named})
    return {
        model: made_once(
            f"choices:{named[0]}:{get_language()}:{max(map(changed.__getitem__, named))}", partial(_offered, model)
        )
        for model, named in behind.items()
    }


def _offered(model: Any) -> Choices:
    rows = model._default_manager.filter(model.offered_where).order_by("pk")
    things = list(rows.prefetch_related(*model.named_by)[: OFFERED + 1])
    found = [(thing.ref, str(thing)) for thing in things] if len(things) <= OFFERED else []
    pairs = sorted(found, key=lambda pair: pair[1].casefold())
    return Choices(pairs, format_html_join("", "<option>{}</option>", ((named(*pair),) for pair in pairs)))


class ByRef(django_filters.Filter):  # type: ignore[misc]
    """Records that point to one other, or that a link leads to: `parts__body`. It is chosen by name, where there are few
    of its kind; else, and where the filter is `hidden`, it is asked for by its ref."""

    def __init__(self, path: str, model: type[models.Model], label: str | Promise, *, hidden: bool = False) -> None:
        super().__init__(field_name=path, label=label)
        self.target, self.hidden = model, hidden

    @property
    def field(self) -> forms.Field:
        if not hasattr(self, "_field"):
            offered = [] if self.hidden else choices_of(self.target)
            given: dict[str, Any] = {"label": self.label, "required": False}
            if offered:
                self._field: forms.Field = forms.ChoiceField(choices=[("", _("Any")), *offered], widget=Select, **given)
            else:
                widget = forms.HiddenInput if self.hidden else forms.TextInput
                self._field = forms.CharField(max_length=60, widget=widget, **given)
        return self._field

    def knows(self, ref: str) -> bool:
        """Whether there is such a record. Of those that it offers the database is not asked."""
        offered = dict(getattr(self.field, "choices", ()))
        return ref in offered or self.target._default_manager.filter(ref=ref).exists()

    def filter(self, rows: models.QuerySet[Any], value: str) -> models.QuerySet[Any]:
        if not value:
            return rows
        return led_to(rows, f"{self.field_name}__ref", value)


def led_to(rows: models.QuerySet[Any], path: str, value: Any) -> models.QuerySet[Any]:
    """The rows from which a path leads to a value, each once, though several links lead there."""
    if "__" not in path.removesuffix("__ref"):
        return rows.filter(**{path: value})
    return rows.filter(pk__in=rows.model._default_manager.filter(**{path: value}).order_by().values("pk"))


class YesNo(OneOf):
    def __init__(self, name: str, label: str | Promise) -> None:
        super().__init__(choices=[("yes", _("Yes")), ("no", _("No"))], label=label, field_name=name, method=self._keep)

    def _keep(self, rows: models.QuerySet[Any], name: str, value: str) -> models.QuerySet[Any]:
        return rows.filter(**{name: value == "yes"})


def field_at(model: Any, path: str) -> Any:
    """The field to which a path leads from a model."""
    *ways, last = path.split("__")
    for way in ways:
        model = model._meta.get_field(way).related_model
    return model._meta.get_field(last)


def filter_of(model: type[models.Model], name: str, *, hidden: bool = False) -> django_filters.Filter:
    """The filter that a field makes: one of its choices, a year, yes or no, a record, or exactly this text."""
    field = field_at(model, name)
    label = field.verbose_name
    if field.is_relation:
        return ByRef(name, field.related_model, label, hidden=hidden)
    if field.choices:
        return OneOf(field.choices, label, field_name=name)
    if isinstance(field, models.DateField):
        return InYear(name)
    if isinstance(field, models.BooleanField):
        return YesNo(name, label)
    return django_filters.CharFilter(field_name=name, label=label, max_length=60)


def led_on(filters: type[django_filters.FilterSet], asked: QueryDict) -> QueryDict:
    """What an address asks for; of a record that was merged into another it asks for that one, as a view that was kept does."""
    found = asked.copy()
    for name, by in filters.base_filters.items():
        if isinstance(by, ByRef) and REF.fullmatch(ref := asked.get(name, "")) and not by.knows(ref):
            found[name] = resolve(by.target, ref) or ref
    return found


def filter_set(desk: Desk, asked: Collection[str] = ()) -> type[django_filters.FilterSet]:
    """The filters of a desk's list. A date is asked for as `year`. By what other desks' pages lead here the list is narrowed
    too, unseen among the filters: `asked` are the names that the address holds."""
    fields = {}
    for name in desk.filters.split():
        found = filter_of(desk.model, name)
        fields["year" if isinstance(found, InYear) else name] = found
    for name in desk.led_by - fields.keys():
        if name in asked:
            fields[name] = filter_of(desk.model, name, hidden=True)
    return type(f"{desk.slug}-filters", (django_filters.FilterSet,), {**fields, **desk.more_filters})
