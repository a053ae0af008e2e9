"""Headers of every answer: what a browser may keep of it, and what a page may ask of the device."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

#: Nothing on this site needs the device.
DEVICE = ", ".join(f"{name}=()" for name in ("camera", "geolocation", "microphone", "payment", "usb"))


def headers(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """A reader's browser asks again each time, and an ETag spares it the page; of what a user saw it keeps nothing."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", DEVICE)
        user = getattr(request, "user", None)
        kept = "private, no-store" if user is not None and user.is_authenticated else "no-cache"
        response.headers.setdefault("Cache-Control", kept)
        return response

    return answer
