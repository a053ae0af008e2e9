"""The list page of the public site: filters that stay visible, the count, fifty rows, links to other pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import django_filters
from django import forms
from django.forms.utils import flatatt
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from rso.core.search.finding import matching

PER_PAGE = 50


@dataclass(frozen=True)
class Pages:
    """Where the reader is in a long list: this page, how many there are, and which of them to offer."""

    number: int
    last: int
    query: str

    @classmethod
    def of(cls, asked: str, count: int, query: str) -> Pages:
        """The page that is asked for of so many rows: the first where it is no number, the last where it lies past the end."""
        last = max(1, -(-count // PER_PAGE))
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
        return cls(min(max(number, 1), last), last, query)

    def of_rows(self, rows: Any) -> Any:
        """Those of all rows that stand on this page."""
        return rows[(self.number - 1) * PER_PAGE : self.number * PER_PAGE]

    @property
    def offered(self) -> list[int | None]:
        """First, last and those around; None stands for a gap."""
        near = sorted({1, self.last, *range(max(1, self.number - 2), min(self.last, self.number + 2) + 1)})
        found: list[int | None] = []
        for at, number in enumerate(near):
            if at and number > near[at - 1] + 1:
                found.append(None)
            found.append(number)
        return found


def list_page(
    request: HttpRequest,
    filters: django_filters.FilterSet,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    told: Callable[[Any], Any] = lambda rows: rows,
) -> HttpResponse:
    """Renders what the filters leave: nothing (422) where one cannot be read. A page number past the end leads to the last page."""
    readable = not filters.is_bound or filters.form.is_valid()
    rows = filters.qs if readable else filters.queryset.none()
    count = rows.count()
    query = request.GET.copy()
    query.pop("page", None)
    pages = Pages.of(request.GET.get("page", ""), count, query.urlencode())
    return render(
        request,
        template,
        {
            "filters": filters,
            "rows": told(pages.of_rows(rows)),
            "count": count,
            "pages": pages,
            "chosen": chosen_words(filters),
            **(context or {}),
        },
        status=200 if readable else 422,
    )


def chosen_words(filters: django_filters.FilterSet) -> list[tuple[str, str]]:
    """What the list is filtered by, in words."""
    found = []
    for name, value in filters.form.cleaned_data.items() if filters.form.is_bound and filters.form.is_valid() else ():
        if value not in (None, "", []):
            field = filters.form.fields[name]
            words = dict(getattr(field, "choices", ())).get(value, value) if isinstance(value, str) else value
            found.append((capfirst(str(field.label)), str(words)))
    return found


class Words(django_filters.CharFilter):  # type: ignore[misc]
    """Narrows a list to records that hold all the words, in whatever is searched of them."""

    def __init__(self) -> None:
        super().__init__(label=_("Search"), max_length=100)

    def filter(self, rows: Any, words: str) -> Any:
        return rows.filter(pk__in=matching(rows.model, words)) if words else rows


class Select(forms.Select):
    """A select written straight from its choices: Django's own renders a template for each option, a quarter of a list's cost."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = "" if value is None else str(value)
        rows = ((key, _SELECTED if str(key) == chosen else "", label) for key, label in self.choices)
        options = format_html_join("", '<option value="{}"{}>{}</option>', rows)
        return format_html("<select{}>{}</select>", flatatt({"name": name, **self.attrs, **(attrs or {})}), options)


_SELECTED = mark_safe(" selected")


class OneOf(django_filters.ChoiceFilter):  # type: ignore[misc]
    """One of a field's choices."""

    def __init__(self, choices: Any, label: Any, **options: Any) -> None:
        super().__init__(choices=choices, label=label, empty_label=_("Any"), widget=Select, **options)


class InYear(django_filters.NumberFilter):  # type: ignore[misc]
    """What a date places in a year."""

    def __init__(self, field_name: str = "starts_on", **options: Any) -> None:
        super().__init__(field_name, "year", label=_("Year"), min_value=1900, max_value=2200, **options)
