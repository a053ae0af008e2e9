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
    """The desks and places that this person may see; those under a desk show while one is there."""
    user = context["request"].user
    at = (here.under or here.slug) if here else ""
    found = [
        {"title": desk.title, "url": desk.url, "here": desk is here, "class": "sub" if desk.under else desk.gap}
        for desk in desks.seen_by(user)
        if not desk.under or desk.under == at
    ]
    places = [place for place in desks.places.values() if place.sees.allows(user)]
    return found + [{"title": p.title, "url": p.url, "here": p is here, "class": ""} for p in places]
