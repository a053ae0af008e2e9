"""Addresses that fail, beside those of the site; and the page that a reader gets of each fault."""

from __future__ import annotations

from typing import NoReturn

from django.conf.urls.i18n import i18n_patterns
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from rso.accounts.actions import platform
from rso.reports.actions import text_verbs
from rso.reports.models import SectionText
from rso.urls import urlpatterns as site
from tests.conftest import NOW
from tests.web.walking import as_role


def forbidden(request: HttpRequest) -> NoReturn:
    raise PermissionDenied


def broken(request: HttpRequest) -> NoReturn:
    raise ZeroDivisionError


urlpatterns = [
    path("forbidden/", forbidden),
    *i18n_patterns(path("broken/", broken), prefix_default_language=False),
    *site,
]


def pages_of_faults() -> dict[int, list[HttpResponse]]:
    """By status, each page that says what went wrong. Spoils the text of a report."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    with override_settings(ROOT_URLCONF=__name__):
        found = {
            403: [client.get("/forbidden/"), client.post("/accounts/login/")],
            404: [client.get("/no/such/page/")],
            500: [client.get("/broken/")],
        }
    spoil_report()
    office = as_role("tran-thi-mai")
    found[503] = [office.get("/reports/annual-2022/"), office.get("/reports/annual-2022/summary/")]
    signing_in = Client()
    tries = [signing_in.post("/accounts/login/", {"login": "x@rso.example", "password": "x"}) for _ in range(31)]
    return {**found, 429: tries[-1:]}


def spoil_report() -> None:
    """Types a number by hand into the annual report, so that it does not compile."""
    text = SectionText.objects.get(report__ref="annual-2022", section="summary-intro")
    text.text = "We trained 195 people."
    text_verbs.change([text], by=platform(), now=NOW)
