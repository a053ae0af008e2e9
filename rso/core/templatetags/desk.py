"""What the office's templates use: the rooms beside the page, and a record's history."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from rso.core.history import history_of
from rso.core.office.desks import Desk, Place, desks

register = template.Library()
register.simple_tag(history_of, name="history_of")


@register.simple_tag(takes_context=True)
def side_nav(context: Context, here: Desk | Place | None) -> list[dict[str, Any]]:
    """The desks and places that this person may see; those under one show while one is there."""
    user = context["request"].user
    at = (here.under or here.slug) if here else ""
    return [
        {"title": stop.title, "url": stop.url, "here": stop is here, "class": "sub" if stop.under else stop.gap}
        for stop in desks.in_order()
        if stop.sees.allows(user) and (not stop.under or stop.under == at)
    ]
