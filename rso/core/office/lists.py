"""The list of a desk: views, search, filters, columns chosen, sorting, rows chosen for a verb."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import FilterSet

from rso.core.access import saw
from rso.core.figures.registry import registry
from rso.core.loading.columns import CONTROL
from rso.core.models import SavedView, Saw
from rso.core.office.desks import Col, Desk, View, desks, in_words
from rso.core.office.filters import ByRef, filter_set, led_on
from rso.core.pages import Pages, chosen_words
from rso.core.permissions import officer
from rso.core.search.finding import matching
from rso.core.search.registry import searched

#: What an address asks for that leaves no row out.
OF_THE_LOOK = ("sort", "cols", "page")
#: Letters of a cell that stand on one line: as many as a span of days has.
LONG = 28
#: What narrows lists besides their filters: of all desks, and of pages that list records elsewhere.
TITLES = {
    "q": gettext_lazy("Words"),
    "view": gettext_lazy("View"),
    "figure": gettext_lazy("Figure"),
    "period": gettext_lazy("Period"),
    "duplicates": gettext_lazy("Duplicates"),
    "corrections": gettext_lazy("Corrections"),
    "do": gettext_lazy("Looked at before"),
}


@dataclass(frozen=True)
class Heading:
    """The head of a column: what sorting by it would lead to, and how it is sorted now."""

    title: str
    number: bool
    url: str = ""
    sorted: str = ""


class ListOf:
    """What a request asks of a desk's list: the rows that are left, their columns and order."""

    def __init__(self, desk: Desk, request: HttpRequest) -> None:
        self.desk, self.asked = desk, request.GET
        filters = filter_set(desk, self.asked)
        self.filters = filters(led_on(filters, self.asked) or None, desk.rows(request.user))
        self.user = officer(request)
        self.words = CONTROL.sub("", self.asked.get("q", "")).strip()[:200]

    @cached_property
    def readable(self) -> bool:
        return not self.filters.is_bound or self.filters.form.is_valid()

    @cached_property
    def view(self) -> View | None:
        return next((view for view in self.desk.views if view.slug == self.asked.get("view")), None)

    @cached_property
    def cols(self) -> list[Col]:
        """The columns chosen; the usual ones where none of those asked for exists. The first always stays."""
        asked = [name for name in self.asked.getlist("cols") if name in self.desk.cols]
        first = self.desk.usual[0]
        names = dict.fromkeys([first, *asked]) if asked else self.desk.usual
        return [self.desk.cols[name] for name in names]

    @cached_property
    def sort(self) -> tuple[str, str]:
        """The column to sort by and its direction: nothing for the desk's own order."""
        asked = self.asked.get("sort", "")
        name = asked.removeprefix("-")
        return (
            (name, "-" if asked.startswith("-") else "")
            if name in self.desk.cols and self.desk.cols[name].sort
            else ("", "")
        )

    @cached_property
    def found(self) -> QuerySet[Any]:
        """All rows that are left, in no order."""
        rows = self.filters.qs if self.readable else self.filters.queryset.none()
        if self.view:
            rows = rows.filter(self.view.where(self.user, timezone.localdate()))
        return matching_rows(self.desk, rows, self.words)

    @property
    def rows(self) -> QuerySet[Any]:
        """The rows in order, with what their cells read."""
        name, sign = self.sort
        order = [f"{sign}{field}" for field in self.desk.cols[name].sort] if name else list(self.desk.order)
        rows = self.desk.ready(self.found, (col.name for col in self.cols))
        return rows.order_by(*order, f"{sign}pk" if name else "pk")

    def query(self, **changed: Any) -> str:
        """The address of the same list with some of its questions changed, or taken away where None."""
        kept = {name: self.asked.getlist(name) for name in self.asked if name != "page"}
        for name, value in changed.items():
            kept.pop(name, None)
            if value is not None:
                kept[name] = [value]
        return urlencode({name: values for name, values in kept.items() if any(values)}, doseq=True)

    @cached_property
    def chosen(self) -> list[tuple[str, str]]:
        """What the list is narrowed to, in words."""
        words = [(_("Words"), self.words)] if self.words else []
        view = [(_("View"), str(self.view.title))] if self.view else []
        return [*view, *words, *chosen_words(self.filters)]

    @property
    def headings(self) -> Iterator[Heading]:
        by, sign = self.sort
        for col in self.cols:
            here = by == col.name
            url = (
                f"?{self.query(sort=col.name if here and sign else f'-{col.name}' if here else col.name)}"
                if col.sort
                else ""
            )
            yield Heading(str(col.title), col.number, url, ("descending" if sign else "ascending") if here else "")


def narrowed_by(desk: Desk, address: str) -> str:
    """What an address narrows records of a kind to, in words; as it is written where nothing says what it means."""
    asked = QueryDict(address)
    filters = filter_set(desk, asked)(asked, desk.model._default_manager.none())
    told = (_in_words(desk, filters, name, asked[name]) for name in asked if name not in OF_THE_LOOK)
    return "; ".join(f"{capfirst(title)}: {words}" if words else capfirst(title) for title, words in told)


def _in_words(desk: Desk, filters: FilterSet, name: str, value: str) -> tuple[str, str]:
    kinds = {model._meta.model_name: model for model in (each.model for each in desks.all.values())}
    if isinstance(by := filters.filters.get(name), ByRef):
        return str(by.label), _named(by.target, value)
    if field := filters.form.fields.get(name):
        return str(field.label), {str(key): str(label) for key, label in getattr(field, "choices", ())}.get(
            value, value
        )
    if kind := kinds.get(name):
        return str(kind._meta.verbose_name), _named(kind, value)
    if name == "view":
        value = next((str(view.title) for view in desk.views if view.slug == value), value)
    if name == "do" and (act := desk.all_acts.get(value)):
        value = str(act.title)
    if name == "figure" and (figure := registry.figures.get(value)):
        value = str(figure.title)
    return str(TITLES.get(name, name)), value


def _named(kind: Any, ref: str) -> str:
    return str(kind._default_manager.filter(ref=ref).first() or ref)


def matching_rows(desk: Desk, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Those of the rows that hold the words, or whose related record does where the kind itself is not searched."""
    if not words:
        return rows
    if desk.model in searched.by_model:
        return rows.filter(pk__in=matching(desk.model, words))
    related: dict[str, Any] = {
        f.name: f.related_model
        for f in desk.model._meta.concrete_fields
        if f.is_relation and f.related_model in searched.by_model
    }
    q = Q(ref__iexact=words)
    for name, model in related.items():
        q |= Q(**{f"{name}__in": matching(model, words)})
    return rows.filter(q)


def list_page(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The list as a page: 422 where a filter cannot be read."""
    asked = ListOf(desk, request)
    count = asked.found.count() if asked.readable else 0
    pages = Pages.of(request.GET.get("page", ""), count, asked.query())
    rows = list(pages.of_rows(asked.rows)) if asked.readable else []
    if rows:
        saw(desk.model, by=asked.user, now=timezone.now(), what=Saw.LISTED, rows=len(rows), filters=asked.query())
    acts = [act for act in desk.all_acts.values() if act.bulk and act.permission.allows(request.user)]
    context = {
        "desk": desk,
        "asked": asked,
        "rows": cells_of(asked.cols, rows, desk),
        "cols": asked.cols,
        "headings": list(asked.headings),
        "count": count,
        "pages": pages,
        "chosen": asked.chosen,
        "acts": acts,
        "views": views_of(desk, asked, request.user),
        "may_keep": desk.may_keep(request.user),
        "here": desk,
        "address": asked.query(page=pages.number if pages.number > 1 else None),
        "narrowed": bool(asked.query(sort=None, cols=None)),
        "keepable": bool(asked.query(sort=None)),
    }
    return render(request, "office/list.html", context, status=200 if asked.readable else 422)


def cells_of(cols: Iterable[Col], rows: Iterable[Any], desk: Desk) -> list[dict[str, Any]]:
    first, *others = cols
    return [
        {
            "ref": row.ref,
            "name": first.show(row) or row.ref,
            "url": desk.at(row.ref),
            "cells": [_cell(col, row) for col in others],
        }
        for row in rows
    ]


def _cell(col: Col, row: Any) -> SafeString:
    """What a cell says, and how it stands: numbers one under the other, long words on several lines."""
    says = in_words(col.show(row))
    is_long = not hasattr(says, "__html__") and len(str(says)) > LONG
    shown = "–" if says is None or says == "" else localize(says)
    if stands := "num" if col.number else "wrap-words" if is_long else "":
        return format_html('<td class="{}">{}</td>', stands, shown)
    return format_html("<td>{}</td>", shown)


def _unsorted(address: str) -> list[str]:
    """What an address asks for, in whatever order it asks and sorts."""
    return sorted(asked for asked in address.split("&") if asked and not asked.startswith("sort="))


def views_of(desk: Desk, asked: ListOf, user: Any) -> list[dict[str, Any]]:
    """The tabs above the list: all, the desk's own, those that this person or a colleague has kept."""
    now_at = _unsorted(asked.query())
    own: list[dict[str, Any]] = [{"title": view.title, "query": f"view={view.slug}"} for view in desk.views]
    views = SavedView.objects.seen_by(user).filter(desk=desk.slug).select_related("owner").order_by("title", "pk")
    kept = [
        {
            "title": view.title,
            "query": view.query,
            "ref": view.pk,
            "mine": view.owner_id == user.pk or not view.owner.is_active,
        }
        for view in views
    ]
    found: list[dict[str, Any]] = [{"title": _("All"), "query": ""}, *own, *kept]
    for view in found:
        view["here"] = now_at == _unsorted(str(view["query"]))
    return found
