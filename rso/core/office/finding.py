"""Search over everything that this person may see in the office, from every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from rso.core.access import is_guarded, saw
from rso.core.loading.columns import CONTROL
from rso.core.models import Saw
from rso.core.office.desks import Desk, desks
from rso.core.permissions import officer
from rso.core.search.finding import find
from rso.core.search.registry import OFFICE, PUBLIC, searched

#: Records of a kind that the page shows; the rest are in the desk's list.
SHOWN = 8


def search_page(request: HttpRequest) -> HttpResponse:
    """What is found, desk by desk, at the desks that this person may see. `?q=` holds the words."""
    user, words = officer(request), CONTROL.sub("", request.GET.get("q", "")).strip()[:200]
    by_model: dict[Any, Desk] = {
        desk.model: desk for desk in reversed(desks.seen_by(user)) if desk.model in searched.by_model
    }
    found = []
    for kind in find(words, (OFFICE, PUBLIC), kinds=list(by_model), limit=SHOWN) if words else ():
        desk = by_model[kind.model]
        if is_guarded(desk.model):
            saw(desk.model, by=user, now=timezone.now(), what=Saw.LISTED, rows=len(kind.hits), filters=f"q={words}")
        found.append({"desk": desk, "total": kind.total, "hits": [(hit.title, desk.at(hit.ref)) for hit in kind.hits]})
    return render(request, "office/search.html", {"here": None, "words": words, "found": found})
