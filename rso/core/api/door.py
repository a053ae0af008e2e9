"""What every request at the machine door passes: method, key, rate, format, parameters, ETag - before any record is read."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import wraps
from hashlib import sha256
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _

from rso import __version__
from rso.core.api.callers import Allowance, Caller, callers, count
from rso.core.api.problems import Problem, answer
from rso.core.models import AuditEvent

METHODS = "GET, HEAD, OPTIONS"
FORMATS = {"json": "application/json", "csv": "text/csv"}
BOTH = tuple(FORMATS)
#: Parameters that every address takes.
COMMON = {"format", "lang"}
#: What pages of other sites may know of an answer.
EXPOSED = "ETag, Link, Content-Disposition, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After"
VARIES = "Authorization, Accept"
DAY = 86_400


@dataclass
class Asked:
    """What the door has understood of a request."""

    caller: Caller
    form: str
    #: The columns of a CSV, in order; the view that answers says them.
    columns: list[str] = field(default_factory=list)
    #: The address of the next page.
    next: str = ""


def asked_of(request: HttpRequest) -> Asked:
    return cast(Asked, request.asked)  # type: ignore[attr-defined]


def last_event() -> int:
    """The last change to any record: whatever the door tells stands until the next."""
    return AuditEvent.objects.aggregate(last=Max("pk"))["last"] or 0


def door(
    view: Callable[..., HttpResponseBase], takes: Callable[[], Collection[str]] | None, formats: Collection[str] = BOTH
) -> Callable[..., HttpResponseBase]:
    """The view behind the door. `takes` names its parameters: a misspelt filter must not answer with everything."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **given: Any) -> HttpResponseBase:
        request.user = AnonymousUser()
        if request.method == "OPTIONS":
            return _preflight()
        allowance = None

        def told(language: str) -> HttpResponseBase:
            with translation.override(language):
                try:
                    return _ask(view, request, Asked(caller, _form(request, formats)), takes, *args, **given)
                except Problem as problem:
                    return answer(request, problem)

        with translation.override(spoken := _spoken(request)):
            try:
                _only_read(request)
                caller = callers.of(request)
                allowance = count(caller)
                allowance.check()
                response = told(language := _language(request))
                if response.status_code >= 400 and language != spoken:
                    response = told(spoken)
            except Problem as problem:
                response = answer(request, problem)
        return _dressed(request, response, allowance)

    answered.csrf_exempt = True  # type: ignore[attr-defined]
    return answered


def _only_read(request: HttpRequest) -> None:
    if request.method not in ("GET", "HEAD"):
        raise Problem(405, _("This door is for reading: %(methods)s.") % {"methods": METHODS})


def _ask(
    view: Callable[..., HttpResponseBase], request: HttpRequest, asked: Asked, takes: Callable[[], Collection[str]] | None,
    *args: Any, **given: Any,
) -> HttpResponseBase:  # fmt: skip
    """The answer of the view, or 304 where the reader has it already."""
    known = COMMON | set(request.GET if takes is None else takes())
    if unknown := sorted(set(request.GET) - known):
        says = _("is no parameter here; there are %(known)s") % {"known": ", ".join(sorted(known))}
        errors = [(name, says) for name in unknown]
        raise Problem(422, f"{errors[0][0]} {errors[0][1]}.", errors)
    etag = etag_of(request, asked)
    if unchanged := get_conditional_response(request, etag=etag):
        unchanged.headers["ETag"] = etag
        return unchanged
    request.asked = asked  # type: ignore[attr-defined]
    method, request.method = request.method, "GET"
    response = view(request, *args, **given)
    request.method = method
    if response.status_code == 200:
        response.headers["ETag"] = etag
        response.headers.setdefault("Content-Disposition", _disposition(request, asked))
    if asked.next:
        response.headers["Link"] = f'<{asked.next}>; rel="next"'
    if method == "HEAD" and isinstance(response, HttpResponse):
        response.headers["Content-Length"] = str(len(response.content))
        response.content = b""
    response.headers.setdefault("Content-Language", translation.get_language() or "en")
    return response


def etag_of(request: HttpRequest, asked: Asked) -> str:
    """Names an answer by all that it is made from: the last change, the day, the question, what the key opens."""
    parts = (
        __version__, settings.BASE_URL, last_event(), timezone.localdate(), request.get_full_path(), asked.form, asked.caller.scope,
    )  # fmt: skip
    return f'"{sha256(repr(parts).encode()).hexdigest()[:32]}"'


def _form(request: HttpRequest, formats: Collection[str]) -> str:
    """In which format to answer: what `format` names, or else what the reader accepts."""
    wanted = request.GET.get("format")
    if wanted is not None:
        if wanted not in formats:
            says = _("%(parameter)s is one of %(known)s.") % {"parameter": "format", "known": ", ".join(formats)}
            raise Problem(422, says, [("format", wanted[:20])])
        return wanted
    found = request.get_preferred_type([FORMATS[name] for name in formats])
    if found is None:
        known = ", ".join(FORMATS[name] for name in formats)
        raise Problem(406, _("Nothing of what you accept can be had: there is %(known)s.") % {"known": known})
    return next(name for name in formats if FORMATS[name] == found)


def _language(request: HttpRequest) -> str:
    """The language of labels and of the pages that are linked: English, unless `lang` names another."""
    wanted, known = request.GET.get("lang", settings.LANGUAGE_CODE), dict(settings.LANGUAGES)
    if wanted not in known:
        says = _("%(parameter)s is one of %(known)s.") % {"parameter": "lang", "known": ", ".join(known)}
        raise Problem(422, says, [("lang", wanted[:20])])
    return wanted


def _spoken(request: HttpRequest) -> str:
    """The language of problems, which people read: the one that `lang` names, or else the one that the reader prefers."""
    wanted = request.GET.get("lang", "")
    return wanted if wanted in dict(settings.LANGUAGES) else translation.get_language_from_request(request)


def _disposition(request: HttpRequest, asked: Asked) -> str:
    """A CSV is a file to keep; JSON is shown where it is asked for. The name tells the address."""
    name = "-".join(part for part in request.path.strip("/").split("/")[1:] if part.isascii()) or "api"
    plain = "".join(letter for letter in name if letter.isalnum() or letter in "-._")[:100]
    return f'{"attachment" if asked.form == "csv" else "inline"}; filename="{plain}.{asked.form}"'


def _preflight() -> HttpResponse:
    """Pages of other sites may read what is public. They may not send a key: in a page, everyone could read it."""
    response = HttpResponse(status=204)
    response.headers["Allow"] = METHODS
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Methods"] = METHODS
    response.headers["Access-Control-Allow-Headers"] = "Accept, If-None-Match"
    response.headers["Access-Control-Max-Age"] = str(DAY)
    return response


def _dressed(request: HttpRequest, response: HttpResponseBase, allowance: Allowance | None) -> HttpResponseBase:
    """The headers that every answer has."""
    headers = response.headers
    headers["Vary"] = VARIES
    if response.status_code == 405:
        headers["Allow"] = METHODS
    if response.status_code == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="api"'
    if "Authorization" in request.headers:
        headers["Cache-Control"] = "private, no-cache"
    else:
        headers["Access-Control-Allow-Origin"] = "*"
        headers["Access-Control-Expose-Headers"] = EXPOSED
    if allowance:
        headers["RateLimit-Limit"] = str(allowance.limit)
        headers["RateLimit-Remaining"] = str(max(0, allowance.left))
        headers["RateLimit-Reset"] = str(allowance.seconds)
    if response.status_code == 429 and allowance:
        headers["Retry-After"] = str(allowance.seconds)
    return response
