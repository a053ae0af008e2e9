"""How often somebody did something of late: what may be tried, cited or asked so many times is counted here."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest


def times(what: str, seconds: int) -> int:
    """Counts once more, whichever worker of this machine answers, and returns how often since the first time, at most so long ago."""
    if cache.add(what, 1, seconds):
        return 1
    try:
        return cache.incr(what)
    except ValueError:  # it ran out between the two
        return 1


def address_of(request: HttpRequest) -> str:
    """Where a request comes from, as signing in knows it; all that say nothing of it are counted together."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return "unknown"
