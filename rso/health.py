"""What machines ask of the site: whether it is alive, whether it can work, and what it has counted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare

from rso import metrics
from rso.versions import steps_unknown, steps_waiting

TEXT = "text/plain; charset=utf-8"
#: Megabytes that a load and its reports may take.
SPACE = 200
PASSED_ON = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via")


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def healthz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, 503 when it does not: a proxy then sends nobody here."""
    if not database_answers():
        return HttpResponse("The database does not answer.\n", TEXT, 503)
    return HttpResponse("ok\n", TEXT)


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when people can work; else 503 and a line for each thing that hinders them."""
    wrong = list(_hindrances())
    return HttpResponse("".join(f"{line}\n" for line in wrong or ["ok"]), TEXT, 503 if wrong else 200)


def _hindrances() -> Iterator[str]:
    try:
        if steps_unknown() or steps_waiting():
            yield "The database is of another version."
        with transaction.atomic(), connection.cursor() as cursor:
            # Changes no row, and still needs all that a change needs.
            cursor.execute("UPDATE django_migrations SET name = name WHERE id = 0")
    except DatabaseError:
        yield "The database cannot be written."
    if shutil.disk_usage(settings.VAR).free < SPACE * 1_000_000:
        yield f"Less than {SPACE} MB are free."


def metrics_page(request: HttpRequest) -> HttpResponse:
    """What was counted: for this machine itself, and for whoever has the token. Nobody else learns that there is such a page."""
    if not (_is_this_machine(request) or _has_token(request)):
        raise Http404
    return HttpResponse(metrics.told(), "text/plain; version=0.0.4; charset=utf-8")


def _is_this_machine(request: HttpRequest) -> bool:
    """A proxy on this machine says for whom it asks."""
    passed_on = any(name in request.headers for name in PASSED_ON)
    return request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1") and not passed_on


def _has_token(request: HttpRequest) -> bool:
    token = settings.ENV.metrics_token
    return bool(token) and constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}")
