"""What a page costs, held without a clock: queries, loaded objects, bytes and elements, however much is on record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import date

import pytest
from django.core.cache import caches
from django.db import connection
from django.db.models.signals import post_init
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from rso.accounts.models import Role, User
from rso.core.search.index import rebuild
from rso.members.models import Body, FocalPoint, Person
from tests.factories.big import clear, make_money, make_office, make_publications, make_work, weigh
from tests.web.markup import Page
from tests.web.walking import routes


@dataclass(frozen=True)
class Cost:
    queries: int
    objects: int
    bytes: int
    nodes: int


LIST = Cost(queries=8, objects=250, bytes=40_000, nodes=1_500)
DETAIL = Cost(queries=10, objects=100, bytes=40_000, nodes=1_500)
OTHER = Cost(queries=7, objects=100, bytes=40_000, nodes=1_500)
ASKED = Cost(queries=7, objects=600, bytes=120_000, nodes=1_500)
SEARCH = Cost(queries=30, objects=150, bytes=40_000, nodes=1_500)
FIGURE = Cost(queries=7, objects=5, bytes=200_000, nodes=2_500)
HOME = Cost(queries=19, objects=100, bytes=40_000, nodes=1_500)
OF_A_HOME = Cost(queries=12, objects=250, bytes=40_000, nodes=1_500)
BARS = {
    **dict.fromkeys(("/events/", "/events/?q=Event&role=organised", "/publications/", "/work/", "/engagements/"), LIST),
    **dict.fromkeys(("/events/e000001/", "/publications/w00000/", "/work/a0000/", "/members/M01/", "/funders/P00/"), DETAIL),
    **dict.fromkeys(("/", "/members/", "/groups/", "/funders/", "/figures/", "/reports/", "/reports/printed/", "/tables/"), OTHER),
    **dict.fromkeys(("/figures/participations/2022/", "/figures/events-held/2022/"), FIGURE),
    **dict.fromkeys(("/about/", "/contact/", "/accessibility/", "/open-data/", "/open-data/changelog/", "/privacy/"), OTHER),
    "/work/asked/": ASKED,
    "/search/?q=event": SEARCH,
    "/portal/M01/": HOME,
    **dict.fromkeys(("/portal/M01/people/", "/portal/M01/events/", "/portal/M01/record/"), OF_A_HOME),
    "/publications/feed/": OTHER,
}  # fmt: skip
#: What tells more of a larger office, up to a bar: breakdowns of a figure, the events of one activity.
TELLS_MORE = (
    "/figures/participations/2022/",
    "/figures/events-held/2022/",
    "/work/a0000/",
    "/members/M01/",
    "/funders/P00/",
    # What a member has a part in grows with the office, up to a page of it.
    *(address for address in BARS if address.startswith("/portal/")),
)


@contextmanager
def loaded() -> Iterator[list[object]]:
    """The records that are made into objects meanwhile."""
    found: list[object] = []

    def note(instance, **_rest):
        found.append(instance)

    post_init.connect(note)
    try:
        yield found
    finally:
        post_init.disconnect(note)


def reader_of(address: str) -> Client:
    """The focal point of M01 for what is M01's, and anyone for the rest."""
    client = Client()
    if address.startswith("/portal/"):
        client.force_login(User.objects.get(ref="focal-point"))
    return client


def make_focal_point() -> None:
    user = User.objects.create(ref="focal-point", name="Josefa", email="focal@rso.example", role=Role.FOCAL_POINT)
    body = Body.objects.get(ref="M01")
    person = Person.objects.create(ref="focal-point", name="Josefa", body=body, account=user)
    FocalPoint.objects.create(ref="focal-point", body=body, person=person, starts_on=date(2020, 1, 1))


def cost_of(address: str) -> Cost:
    """What a second reader's request costs."""
    client = reader_of(address)
    assert client.get(address).status_code == 200, address
    with CaptureQueriesContext(connection) as captured, loaded() as objects:
        body = client.get(address).content
    return Cost(len(captured), len(objects), len(body), sum(1 for _ in Page(address, body).root.iter()))


def costs(rows: int) -> dict[str, Cost]:
    """The cost of every page in an office with so many of everything."""
    clear()
    caches["made"].clear()
    make_office(rows, rows * 10 if rows > 1 else 1)
    make_money(rows)
    make_publications(rows)
    make_work(rows)
    make_focal_point()
    rebuild()
    if connection.vendor == "postgresql":
        weigh()
    return {address: cost_of(address) for address in BARS}


def too_dear(found: dict[str, Cost]) -> dict[str, Cost]:
    return {
        address: cost
        for address, cost in found.items()
        if any(value > bar for value, bar in zip(astuple(cost), astuple(BARS[address]), strict=True))
    }


#: Routes without a bar: files, what leads on, and what compiling or the gallery alone decides.
NO_BAR = {
    "robots",
    "healthz",
    "readyz",
    "metrics",
    "components",
    "calendar-feed",
    "report-calendar",
    "photograph",
    "report-advance",
    "portal",
    "figure-latest",
    "figure-csv",
    "figure-records",
    "report",
    "report-pdf",
    "report-data",
    "report-key",
    "cite",
    "citation",
    "edition",
    "edition-file",
    "chapter",
}


def test_every_public_page_has_a_bar():
    barred = {str(resolve(address.partition("?")[0]).url_name) for address in BARS}

    seen = {route for route in routes() if not route.startswith(("account", "mfa_", "invitation", "office", "api-"))}
    assert seen - NO_BAR == barred


@pytest.mark.long
def test_a_page_costs_no_more_than_its_bar_whether_one_thing_is_on_record_or_a_hundred(office):
    one, hundred = costs(1), costs(100)

    assert (too_dear(one), too_dear(hundred)) == ({}, {})
    # Where nothing was asked, nobody looks for what answers it.
    assert {address: cost.queries for address, cost in one.items() if address != "/portal/M01/"} == {
        address: cost.queries for address, cost in hundred.items() if address != "/portal/M01/"
    }


@pytest.mark.long
def test_a_page_costs_the_same_where_ten_thousand_are_on_record(office):
    hundred, many = costs(100), costs(10_000)

    assert too_dear(many) == {}
    for address, cost in hundred.items():
        assert (address, many[address].queries) == (address, cost.queries)
        if address not in TELLS_MORE:
            assert (address, many[address].objects) == (address, cost.objects)
            assert many[address].bytes <= 1.05 * cost.bytes, address
