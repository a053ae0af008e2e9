"""What a machine is told when it does not get what it asked for: RFC 9457, in a sentence that a person can read too. It is in English."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse

MEDIA_TYPE = "application/problem+json"
TITLES = {
    401: "The key is not good",
    403: "Not for this key",
    404: "No such thing",
    405: "Only read",
    406: "No such format",
    422: "Not understood",
    429: "Too many requests",
}


class Problem(Exception):
    """The answer is no: with which status, and why. `errors` name the parameter that each is about."""

    def __init__(self, status: int, detail: str, errors: Sequence[tuple[str, str]] = ()) -> None:
        self.status, self.detail, self.errors = status, detail, errors
        super().__init__(detail)


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The problem as it is sent."""
    told = {
        "type": f"{settings.BASE_URL}/api/docs/#problem-{problem.status}",
        "title": TITLES[problem.status],
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.path,
    }
    if problem.errors:
        told["errors"] = [{"parameter": name, "says": says} for name, says in problem.errors]
    body = json.dumps(told, ensure_ascii=False)
    return HttpResponse(body, content_type=MEDIA_TYPE, status=problem.status)
