"""A list as a file: the same rows and columns, with the address of each record."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from rso.core.office.desks import Desk
from rso.core.office.lists import ListOf


def export_page(request: HttpRequest, desk: Desk, form: str) -> HttpResponse:
    asked = ListOf(desk, request)
    if form not in ("xlsx", "csv") or not asked.readable:
        raise Http404
    raise Http404
