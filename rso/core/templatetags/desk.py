"""What the office's templates use: the rooms beside the page, and a record's history."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from rso.core.history import history_of
from rso.core.office.desks import Desk, Place, desks

register = template.Library()
register.simple_tag(history_of, name="history_of")


@register.simple_tag(takes_context=True)
def side_nav(context: Context, here: Desk | Place | None) -> SafeString:
    """The desks and places that this person may see; those under one show while one is there."""
    request = context["request"]
    match = request.resolver_match
    slug, top = (here.slug, here.under or here.slug) if here else ("", "")
    return _side_nav(request.user.role, slug, top, "" if here or not match else match.url_name, get_language())


@lru_cache(maxsize=512)
def _side_nav(role: str, here: str, top: str, page: str, language: str) -> SafeString:
    """The same for all of a role, so made once in each language. `page` is one that belongs to no stop."""
    stops = [stop for stop in desks.in_order() if role in stop.sees.roles and (not stop.under or stop.under == top)]
    return render_to_string("office/side_nav.html", {"stops": stops, "here": here, "page": page})
