"""What a machine is told when it does not get what it asked for: RFC 9457, in a sentence that a person can read too."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

MEDIA_TYPE = "application/problem+json"
TITLES = {
    401: _("The key is not good"),
    403: _("Not for this key"),
    404: _("No such thing"),
    405: _("Only read"),
    406: _("No such format"),
    422: _("Not understood"),
    429: _("Too many requests"),
}


class Problem(Exception):
    """The answer is no: with which status, and why. `errors` name the parameter that each is about."""

    def __init__(self, status: int, detail: str, errors: Sequence[tuple[str, str]] = ()) -> None:
        self.status, self.detail, self.errors = status, detail, errors
        super().__init__(detail)


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The problem as it is sent, in the language that is spoken now."""
    told = {
        "type": f"{settings.BASE_URL}/api/docs/#problem-{problem.status}",
        "title": str(TITLES[problem.status]),
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.path,
    }
    if problem.errors:
        told["errors"] = [{"parameter": name, "says": says} for name, says in problem.errors]
    body = json.dumps(told, ensure_ascii=False)
    headers = {"Content-Language": get_language() or settings.LANGUAGE_CODE}
    return HttpResponse(body, content_type=MEDIA_TYPE, status=problem.status, headers=headers)
