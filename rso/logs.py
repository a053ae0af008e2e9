"""Lines of the log: what was asked of which page and how it went, and nothing of any person.

What our own loggers (`rso.…`) say is written with care. What others say may hold an address, a name or a value of a
record: of their words the text is kept and numbers within it, or only how it begins; of an error its kind and its places in the code.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from time import perf_counter
from uuid import uuid4

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from rso import metrics

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
LOG = logging.getLogger("rso.request")
_request: ContextVar[str] = ContextVar("request", default="")


def logged(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Gives each request an id, which its answer and its lines share; tells of it and counts it when it is answered."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        began, name = perf_counter(), uuid4().hex[:16]
        # It stays until the next one: Django tells of faults after the last of the middleware.
        _request.set(name)
        response = get_response(request)
        response.headers["X-Request-ID"] = name
        _tell(request, response.status_code, perf_counter() - began)
        return response

    return answer


def _tell(request: HttpRequest, status: int, seconds: float) -> None:
    """One line, of the name that the page has in the code: its address may name a person."""
    match = request.resolver_match
    route = match.view_name if match else ""
    user = getattr(request, "_cached_user", None)
    metrics.count(route, status, seconds)
    method = request.method if request.method in METHODS else "other"
    about = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000)}
    LOG.info("answered", extra={"about": {**about, "role": getattr(user, "role", "")}})


class Plain(logging.Formatter):
    """A line for people."""

    def format(self, record: logging.LogRecord) -> str:
        about = facts_of(record)
        head = [about.pop(name) for name in ("at", "level", "logger", "says")]
        return " ".join([*map(str, head), *(f"{name}={value}" for name, value in about.items())])


class Json(logging.Formatter):
    """A line for machines."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(facts_of(record), ensure_ascii=False)


def facts_of(record: logging.LogRecord) -> dict[str, object]:
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    found: dict[str, object] = {"at": at, "level": record.levelname, "logger": record.name, "says": _words(record)}
    if (name := _request.get()) and record.name.partition(".")[0] in ("rso", "django"):
        found["request"] = name
    found |= getattr(record, "about", {})
    if status := getattr(record, "status_code", None):
        found["status"] = status
    if record.exc_info and record.exc_info[0]:
        frames = traceback.extract_tb(record.exc_info[2])
        found["error"] = record.exc_info[0].__qualname__
        found["where"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]]
    return found


def _words(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] == "rso":
        return record.getMessage()
    args = record.args if isinstance(record.args, tuple) else ()
    if not args:
        return _beginning(str(record.msg))
    try:
        return str(record.msg) % tuple(value if isinstance(value, int | float) else _Hidden() for value in args)
    except (TypeError, ValueError):
        return _beginning(str(record.msg))


def _beginning(text: str) -> str:
    """The words before the first sign that a value follows: what was put together elsewhere may hold anything."""
    found = re.match(r"[A-Za-z ,]*", text)
    words = found.group().rstrip() if found else ""
    return words if words == text.rstrip(". ") else f"{words}…"


class _Hidden:
    """Stands where a value stood that may be somebody's."""

    def __str__(self) -> str:
        return "…"

    __repr__ = __str__
