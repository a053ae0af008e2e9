"""A line of the log tells which page was asked for and how it went, and nothing of any person."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
from django.test import Client, override_settings
from django.urls import path

from rso import logs
from rso.accounts.models import User
from rso.logs import Json, Plain
from rso.urls import urlpatterns as site
from tests.web.conftest import as_user
from tests.web.walking import NAREE, as_role, ask, table

SECRET = "Somchai Canary somchai@canary.example token-c4n4ry"


class Log:
    """Everything that is told, as the product writes it."""

    def __init__(self) -> None:
        self.text = io.StringIO()

    @property
    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.text.getvalue().splitlines()]


@pytest.fixture
def log() -> Iterator[Log]:
    """What all loggers tell, requests as well."""
    found, root = Log(), logging.getLogger()
    handler = logging.StreamHandler(found.text)
    handler.setFormatter(Json())
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield found
    root.removeHandler(handler)
    root.setLevel(before)


def of_requests(log: Log) -> list[tuple[object, ...]]:
    told = [line for line in log.lines if line["logger"] == "rso.request"]
    return [tuple(line[name] for name in ("level", "method", "route", "status", "role")) for line in told]


def test_each_request_is_one_line_of_its_page_its_status_and_the_role_of_who_asked(office, log, client, naree):
    client.get("/events/?q=canary")
    as_user(naree).head("/office/events/e2022-01/")
    client.get("/no/such/page/of/somchai/")

    assert of_requests(log) == [
        ("INFO", "GET", "events", 200, ""),
        ("INFO", "HEAD", "office-detail", 200, "programme_officer"),
        ("INFO", "GET", "", 404, ""),
    ]


def test_an_answer_and_all_its_lines_share_an_id(office, log, client):
    names = [client.get("/no/such/page/").headers["X-Request-ID"] for _time in range(2)]

    assert len(set(names)) == 2
    assert [line["request"] for line in log.lines] == [name for name in names for _line in range(2)]
    assert all(isinstance(line["ms"], int) for line in log.lines if line["logger"] == "rso.request")


def broken(request: object, word: str) -> None:
    raise ValueError(SECRET)


def told_by_others(request: object) -> None:
    logging.getLogger("library").error("%s gave %d words", SECRET, 3)
    logging.getLogger("gunicorn.error").warning(f"Invalid request from ip=192.0.2.7: {SECRET}")
    logging.getLogger("library").warning("It is so.")
    raise KeyError(SECRET) from ValueError(SECRET)


urlpatterns = [path("broken/<str:word>/", broken), path("told/", told_by_others), *site]


def test_an_error_is_told_with_its_kind_and_its_places_and_without_its_words(office, log):
    client = Client(raise_request_exception=False)
    with override_settings(ROOT_URLCONF=__name__):
        client.get("/broken/somchai/")
        client.get("/told/?q=somchai")

    errors = [line for line in log.lines if "error" in line]
    assert [(line["logger"], line["error"], line["status"], str(line["where"][-1]).split()[-1]) for line in errors] == [
        ("django.request", "ValueError", 500, "broken"),
        ("django.request", "KeyError", 500, "told_by_others"),
    ]
    others = [line["says"] for line in log.lines if line["logger"] in ("library", "gunicorn.error")]
    assert others == ["… gave 3 words", "Invalid request from ip…", "It is so"]
    text = log.text.getvalue().lower()
    assert [word for word in ("somchai", "c4n4ry", "canary.example") if word in text] == []


def test_who_tries_to_sign_in_and_with_what_is_not_told(office, log, client):
    client.post("/accounts/login/", {"login": "somchai@canary.example", "password": "c4n4ry-pass"})
    client.get("/search/?q=somchai")
    client.get("/search/", {"q": "somchai"}, headers={"X-Request-ID": "somchai", "User-Agent": "somchai"})
    client.generic("SOMCHAI", "/")

    assert len(of_requests(log)) == 4
    assert [word for word in ("somchai", "c4n4ry") if word in log.text.getvalue().lower()] == []


def test_a_line_for_people_holds_the_same_as_one_for_machines():
    logs._request.set("")
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "%s of %d", (SECRET, 3), None)
    record.created = 0

    assert Plain().format(record) == "1970-01-01T00:00:00.000+00:00 ERROR django.request … of 3"


@pytest.mark.long
def test_no_page_of_the_site_tells_of_anyone(office, log):
    """Every address, asked by who may see most; its own words count as well."""
    client = as_role(NAREE)
    log.text.truncate(0)
    for line in table():
        ask(client, line.address)

    text = log.text.getvalue()
    people = {value for user in User.objects.all() for value in (user.name, user.email, user.ref)}
    assert len(of_requests(log)) >= len(table())
    assert [value for value in sorted(people) if value in text] == []
    assert [word for word in ("border+management", "border management", "e2022-01", "?") if word in text] == []
