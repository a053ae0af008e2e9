"""What the office's templates use: the rooms beside the page, and a record's history."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from rso.core.history import history_of
from rso.core.office.desks import Desk, desks

register = template.Library()
register.simple_tag(history_of, name="history_of")


@register.simple_tag(takes_context=True)
def side_nav(context: Context, here: Desk | None) -> list[dict[str, Any]]:
    """The desks that this person may see; those under a desk show while one is there."""
    user = context["request"].user
    at = (here.under or here.slug) if here else ""
    return [
        {"title": desk.title, "url": desk.url, "here": desk is here, "class": "sub" if desk.under else desk.gap}
        for desk in desks.seen_by(user)
        if not desk.under or desk.under == at
    ]
