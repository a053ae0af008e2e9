"""Search over everything that this person may see in the office, from every page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from rso.core.access import is_guarded, saw
from rso.core.loading.columns import CONTROL
from rso.core.models import Saw
from rso.core.office.desks import Desk, desks
from rso.core.permissions import officer
from rso.core.search.finding import Found, find
from rso.core.search.registry import OFFICE, PUBLIC, searched

if TYPE_CHECKING:
    from rso.accounts.models import User

#: Records of a kind that the page shows; the rest are in the desk's list.
SHOWN = 8


def search_page(request: HttpRequest) -> HttpResponse:
    """What is found, desk by desk, at the desks that this person may see. `?q=` holds the words."""
    user, words = officer(request), CONTROL.sub("", request.GET.get("q", "")).strip()[:200]
    by_model: dict[Any, Desk] = {
        desk.model: desk for desk in reversed(desks.seen_by(user)) if desk.model in searched.by_model
    }
    kinds = find(words, (OFFICE, PUBLIC), kinds=list(by_model), limit=SHOWN) if words else ()
    found = [_at_desk(kind, by_model[kind.model], user, words) for kind in kinds]
    return render(
        request, "office/search.html", {"here": None, "words": words, "found": [each for each in found if each]}
    )


def _at_desk(kind: Found, desk: Desk, user: User, words: str) -> tuple[dict[str, Any], str] | None:
    """What was found of a kind, with the desk's own addresses; nothing where this person may see none of it."""
    seen = desk.rows(user).filter(pk__in=[hit.record.pk for hit in kind.hits]).values_list("pk", flat=True)
    hits = [replace(hit, url=desk.at(hit.record.ref)) for hit in kind.hits if hit.record.pk in set(seen)]
    if not hits:
        return None
    asked = urlencode({"q": words})
    if is_guarded(desk.model):
        saw(desk.model, by=user, now=timezone.now(), what=Saw.LISTED, rows=len(hits), filters=asked)
    told = {"slug": desk.slug, "title": desk.title, "total": kind.total, "hits": hits}
    return told, f"{desk.url}?{asked}"
