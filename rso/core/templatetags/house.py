"""What every template may use: figures as data, dates with no more than is known, links that keep the query."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template
from django.forms import BoundField
from django.template.defaultfilters import stringfilter
from django.utils import formats
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_bidi, get_language_info
from django.utils.translation import gettext as _

from rso.core.figures import Column
from rso.core.listings import Standing
from rso.core.models import Basis
from rso.core.periods import Period, UnknownPeriod, show_day, show_span

register = template.Library()
#: Letters of all values of a column chart that have room side by side.
UPRIGHT = 48


@register.simple_tag
def data(shown: str, place: dict[str, Any], value: Any, filter: str = "") -> SafeString:
    """A printed number as a data element, so that it can be read back from the page alone."""
    if value is None:
        return format_html("{}", shown)
    return format_html(
        '<data value="{}" data-figure="{}" data-period="{}" data-unit="{}" data-decimals="{}"{}>{}</data>',
        value,
        place["figure"],
        place["period"],
        place["unit"],
        place.get("decimals", 0),
        format_html(' data-filter="{}"', filter) if filter else "",
        shown,
    )


@register.simple_tag
def was(printed: str) -> SafeString:
    """Beside a number that has moved: what an edition printed in its place."""
    says = _("%(printed)s when published") % {"printed": printed}
    return format_html(' <small class="was">({})</small>', says) if printed else SafeString()


@register.simple_tag
def number_of(chart: dict[str, Any], row: dict[str, Any]) -> SafeString:
    """The number of a mark of a chart, as a figure of its own."""
    shown = data(row["shown"], chart, row["value"], f"{chart['dimension']}={row['key']}")
    return shown + was(row.get("was", ""))


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The control of a field without a placeholder: hints stand above it, where they stay."""
    return field.as_widget(attrs={"placeholder": False})


@register.simple_tag
def linked(text: Any, url: str = "") -> SafeString:
    """A text, and where it leads when it leads anywhere."""
    return format_html('<a href="{}">{}</a>', url, text) if url else format_html("{}", text)


@register.simple_tag
def told(column: Column, row: Any) -> SafeString:
    """What a list shows of a record: a state beside its sign, other records as links, a text."""
    value = column.get(row)
    if isinstance(value, list):
        return format_html_join(", ", "{}", ((_named(each),) for each in value))
    if isinstance(value, Standing):
        return format_html('<span class="st {}">{}</span>', value.sign, value.words)
    if hasattr(value, "get_absolute_url"):
        return _named(value)
    shown = value.label if isinstance(value, Basis) else value
    return format_html('<span lang="en">{}</span>', shown) if column.prose else format_html("{}", shown)


def _named(record: Any) -> SafeString:
    """A record's name, which leads to it; one that has no label is named in English alone."""
    language = "" if hasattr(record, "label") else mark_safe(' lang="en"')
    return format_html('<a href="{}"{}>{}</a>', record.get_absolute_url(), language, record)


@register.simple_tag
def cell_of(cell: dict[str, Any]) -> SafeString:
    """What stands in a cell of a report's table: a basis, a printed number, a link or a text."""
    if cell.get("basis"):
        return format_html('<span class="st-basis" data-basis="{}">{}</span>', cell["basis"], cell["v"])
    if cell.get("figure"):
        return data(cell["v"], cell, cell["value"], cell.get("filter", "")) + was(cell.get("was", ""))
    return linked(cell["v"], cell.get("url", ""))


@register.simple_tag
def rect(fill: str, x: float, width: float, y: float, height: float) -> SafeString:
    """A piece of a mark: lengths along the scale in per cent, across it in pixels; hatching comes from the page's pattern."""
    pattern = mark_safe(' fill="url(#bh)"') if fill == "hatch" else ""
    return format_html(
        '<rect class="{}"{} x="{}" y="{}" width="{}" height="{}"/>',
        fill,
        pattern,
        percent(x),
        y,
        percent(width),
        height,
    )


@register.filter
def percent(value: float) -> str:
    """A length as SVG takes it, in any language: 33.3333%."""
    return f"{value:.4f}".rstrip("0").rstrip(".") + "%"


@register.filter
def plus(value: float, other: float) -> float:
    return value + other


@register.filter
def span(thing: Any) -> str:
    """First and last day of a record, with no more of them than is known."""
    return show_span(thing.starts_on, thing.ends_on, thing.precision)


@register.filter
def period_label(key: str) -> str:
    """A period as people read it: 2022-09 is September 2022. What is none stands as it was written."""
    try:
        return Period.parse(key).label
    except UnknownPeriod:
        return key


@register.filter
def day(value: date, precision: int = 1) -> str:
    return show_day(value, precision)


@register.filter
def basis(value: int) -> Basis:
    return Basis(value)


@register.filter
def tongue(code: str) -> str:
    """The name of a language in the language in force; its code where the name is not known."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


@register.filter
@stringfilter
def paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.split("\n\n") if part.strip()]


@register.simple_tag
def columns_of(rows: list[dict[str, Any]], height: int = 250) -> list[dict[str, Any]]:
    """Geometry of a column chart: x in per cent, mirrored where the page runs from the right; y in pixels.

    Where values are too long to stand side by side they stand upright.
    """
    count, found = len(rows) or 1, []
    longest = max((len(row["shown"]) for row in rows), default=0)
    up = longest * count > UPRIGHT
    room = longest * 8 if up else 24
    for at, row in enumerate(rows):
        middle = (at + 0.5) * 100 / count
        if get_language_bidi():
            middle = 100 - middle
        width = min(66 / count, 12)
        top, parts = float(height), []
        for part in row["parts"]:
            tall = part["share"] * (height - room) / 100
            top -= tall
            parts.append({"fill": part["fill"], "y": round(top, 2), "h": round(tall, 2)})
        parts = [{**part, "y": part["y"] + 20} for part in parts]
        found.append(
            {
                "row": row, "x": middle, "left": middle - width / 2, "width": width, "parts": parts,
                "value_y": round(top + 14, 2), "up": up, "skip": at % 2 == 1 and count > 6,
            }
        )  # fmt: skip
    return found


@register.filter
def amount(minor: int, currency: str) -> str:
    """An amount of minor units with its currency, in major units."""
    whole = minor % 100 == 0
    text = formats.number_format(minor / 100, decimal_pos=0 if whole else 2, use_l10n=True, force_grouping=True)
    return f"{currency}\u00a0{text}"
