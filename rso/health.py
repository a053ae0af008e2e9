"""What a machine asks of the site: whether it is alive."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse


def healthz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, 503 when it does not: a proxy then sends nobody here."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("The database does not answer.\n", "text/plain; charset=utf-8", 503)
    return HttpResponse("ok\n", "text/plain; charset=utf-8")
