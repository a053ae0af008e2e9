"""A record's page: its facts, what is related, verbs beside the facts, and its history in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from rso.core.access import saw
from rso.core.loading.columns import Column, ListColumn
from rso.core.models import Attachment, Saw, by_name
from rso.core.office.cells import labels_of
from rso.core.office.desks import Desk, Related, as_known, basis_of, desks, in_words
from rso.core.office.filters import led_to
from rso.core.office.lists import cells_of
from rso.core.permissions import officer
from rso.core.verbs import kind_of

#: Rows of a related desk that a page shows; the rest are one step away.
SHOWN = 10


@dataclass(frozen=True)
class Fact:
    label: Any
    value: Any
    lang: str = ""


class Facts:
    """What a record says, in words, section by section. What is empty is left out."""

    def __init__(self, desk: Desk, thing: Any, user: Any) -> None:
        self.desk, self.thing, self.user = desk, thing, user
        self.spans = hasattr(thing, "when")
        self.linked: dict[type[models.Model], list[Any]] = {}

    @property
    def sections(self) -> list[tuple[Any, list[Fact]]]:
        found = [(section.title, list(self._facts(section.columns))) for section in self.desk.sections]
        return [(title, facts) for title, facts in found if facts]

    def _facts(self, names: list[str]) -> Iterator[Fact]:
        for name in names:
            column = self.desk.column(name)
            if name.endswith("precision") or (self.spans and name == "ends_on"):
                continue
            if self.spans and name == "starts_on":
                yield Fact(_("When"), self.thing.when)
            elif value := self._value(column):
                tongue = column.attribute.partition(".")[2]
                yield Fact(
                    column.label or column.name,
                    value,
                    tongue or ("en" if column.limit > 100 and not column.refers else ""),
                )

    def _value(self, column: Column) -> Any:
        if isinstance(column, ListColumn):
            return self._links(column)
        attribute, dot, key = column.attribute.partition(".")
        value = getattr(self.thing, attribute)
        if dot:
            return value.get(key, "")
        if value is None or value == "":
            return ""
        if column.refers:
            return self._linked(value)
        if attribute == "basis":
            return basis_of(self.thing)
        if column.among:
            return labels_of(column, self.desk.model).get(column.write(value), value)
        if column.kind == "date":
            return in_words(as_known(self.thing, attribute))
        if column.kind == "number":
            # As lists show it, where the desk says how: an amount with its currency.
            own = next((col for col in self.desk.more if col.name == attribute), None)
            return own.show(self.thing) if own else column.write(value)
        return value

    def _linked(self, thing: Any) -> Any:
        url = desks.address_of(thing, self.user)
        return format_html('<a href="{}">{}</a>', url, thing) if url else str(thing)

    def _links(self, column: ListColumn) -> Any:
        items = [
            (self._linked(to), f" {getattr(row, column.weight)} %" if column.weight else "")
            for row in self._rows_of(column)
            if (to := getattr(row, column.to)) and column.holds(vars(row))
        ]
        return format_html_join("; ", "{}{}", items)

    def _rows_of(self, column: ListColumn) -> list[Any]:
        """The links of a kind in the order in which they were set, read once for all columns that show some of them."""
        link = next(link for link in self.desk.table.links if link.through is column.through)
        if link.through not in self.linked:
            to = {c.to for c in self.desk.table.columns if isinstance(c, ListColumn) and c.through is link.through}
            rows = by_name(link.through._default_manager.filter(**{link.parent: self.thing}), *to)
            self.linked[link.through] = sorted(rows, key=attrgetter("pk"))
        return self.linked[link.through]


def detail_page(request: HttpRequest, desk: Desk, ref: str, *, status: int = 200, **more: Any) -> HttpResponse:
    """A record's page. `more` is what a refused file leaves to say."""
    thing = find(desk, request.user, ref)
    user = request.user
    saw(thing, by=officer(request), now=timezone.now())
    allowed = [(act, act.why_not(thing, user)) for act in desk.all_acts.values() if act.permission.allows(user)]
    related = list(_related(desk, thing, user))
    context = {
        "desk": desk,
        "here": desk,
        "thing": thing,
        "state": desk.state_of(thing) if desk.machine else "",
        "sections": Facts(desk, thing, user).sections,
        "panels": list(filter(None, (panel(thing, user) for panel in desk.panels))),
        "acts": [act for act, why in allowed if not why],
        "held": [(act, why) for act, why in allowed if why and act.is_next(thing)],
        "tells": desk.tells(thing),
        "related": [panel for panel in related if panel["rows"]],
        "unrelated": [panel for panel in related if panel["add"] and not panel["rows"]],
        "may_keep": desk.may_alter(user),
        "public_url": _public_url(thing),
        "files": sorted(by_name(Attachment.objects.of(kind_of(desk.model), ref), "by"), key=attrgetter("pk")),
        "may_attach": desk.may_keep(user),
        **more,
    }
    return render(request, "office/detail.html", context, status=status)


def find(desk: Desk, user: Any, ref: str) -> Any:
    """The record, or the same 404 whether it is not there or not for this person."""
    rows: models.QuerySet[Any] = desk.rows(user).prefetch_related(*desk.model.named_by)
    return get_object_or_404(rows.select_related(*desk.relations) if desk.relations else rows, ref=ref)


def _public_url(thing: Any) -> str:
    """Where the public finds it; nowhere while it is not out."""
    return thing.get_absolute_url() if hasattr(thing, "get_absolute_url") and getattr(thing, "is_out", True) else ""


def _related(desk: Desk, thing: Any, user: Any) -> Iterator[dict[str, Any]]:
    for related in desk.related:
        other = desks.all[related.desk]
        if other.sees.allows(user) and related.fits(thing):
            yield _panel(other, related, thing, user)


def _panel(other: Desk, related: Related, thing: Any, user: Any) -> dict[str, Any]:
    names = related.columns.split() or [name for name in other.usual if name != related.via]
    cols = [other.cols[name] for name in names]
    rows = other.ready(led_to(other.rows(user), related.via, thing.pk), names, known=related.via)
    shown = list(rows.order_by(*other.order, "pk")[: SHOWN + 1])
    if related.via in other.relations:
        for row in shown:
            setattr(row, related.via, thing)
    if shown:
        of = f"{related.via}={thing.ref}"
        saw(other.model, by=user, now=timezone.now(), what=Saw.LISTED, rows=len(shown[:SHOWN]), filters=of)
    asks = other.asks_for(related.via)
    return {
        "desk": other,
        "title": related.title or other.title,
        "cols": cols,
        "rows": cells_of(cols, shown[:SHOWN], other),
        "all": f"{other.url}?{related.via}={thing.ref}" if len(shown) > SHOWN else "",
        "add": f"{other.url}new/?{asks}={thing.ref}" if asks and other.may_keep(user) else "",
        "also": related.also(thing, user),
    }
