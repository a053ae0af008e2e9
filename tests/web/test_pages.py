"""Every page of the site as a browser reads it: markup, headings, names, links, headers; and questions that make no sense."""

from __future__ import annotations

from collections import Counter, deque
from functools import cache as cache_of
from urllib.parse import quote

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve
from django.utils import translation

from tests.sampling import few
from tests.web.failing import pages_of_faults
from tests.web.markup import Page
from tests.web.walking import ANYONE, NAREE, as_role, ask, lay_editions, table

pytestmark = pytest.mark.usefixtures("office")


def is_page(response: HttpResponse) -> bool:
    return str(response.headers["Content-Type"]).startswith("text/html")


def body_of(response: HttpResponse) -> bytes:
    if not response.streaming:
        return response.content
    read = getattr(response, "body", None)
    return b"".join(response.streaming_content) if read is None else read


@cache_of
def told_to_anyone() -> dict[str, HttpResponse]:
    """What each address of the table answers to someone new: asked once for all tests that read its head."""
    lay_editions()
    return {line.address: ask(as_role(ANYONE), line.address) for line in table()}


def pages(prefix: str = "") -> list[Page]:
    """The pages of the table as anyone reads them, in the language of the prefix."""
    lay_editions()
    client, found = as_role(ANYONE), []
    for line in table():
        if line.answers[0] in (200, 422) and not line.address.startswith(("/th/", "/id/")):
            response = ask(client, prefix + line.address)
            if is_page(response):
                found.append(Page(line.address, body_of(response), response.status_code))
    return found


@pytest.mark.once
@pytest.mark.long
@pytest.mark.parametrize("prefix", few(["", "/th"]))
def test_every_page_is_well_made(prefix):
    found = pages(prefix)

    assert [fault for page in found for fault in page.faults] == []
    titles = Counter(page.title for page in found if "?" not in page.address and page.status == 200)
    assert [title for title, number in titles.items() if number > 1] == []


@pytest.mark.once
@pytest.mark.long
def test_every_page_of_a_fault_is_well_made():
    found = [Page(str(status), page.content) for status, pages in pages_of_faults().items() for page in pages]

    assert [fault for page in found for fault in page.faults] == []


@pytest.mark.once
@pytest.mark.long
def test_no_page_but_those_for_signing_in_sets_a_cookie():
    signing_in = {line.address for line in table() if line.route.startswith("account_")}

    assert {address for address, answer in told_to_anyone().items() if answer.cookies} <= signing_in


# -- links ---------------------------------------------------------------------------------------------------------------

#: Of the addresses that the pages lead to, so many of each route are asked for; of the whole site more.
OF_EACH_ROUTE, MANY_OF_EACH_ROUTE = 3, 60


def walked(start: list[Page], of_each_route: int) -> tuple[list[Page], list[str]]:
    """The pages and those that they lead to; and the links among them that lead nowhere."""
    client, found = as_role(ANYONE), []
    read = {page.address: page for page in start}
    ahead = deque((page.address, link) for page in start for link in sorted(page.links))
    asked: Counter[str] = Counter()
    while ahead:
        here, link = ahead.popleft()
        address, _hash, fragment = link.partition("#")
        if address not in read:
            route = route_of(address)
            asked[route] += 1
            if route and asked[route] > of_each_route:
                continue
            response, at = ask(client, address), address
            if response.status_code == 302:
                at = response.headers["Location"]
                response = ask(client, at)
            if response.status_code != 200:
                found.append(f"{here} leads to {address}: {response.status_code}")
            read[address] = Page(at, body_of(response) if is_page(response) else b"")
            ahead.extend((address, each) for each in sorted(read[address].links))
        if fragment and fragment not in read[address].ids:
            found.append(f"{here} leads to {link}, which is nowhere on the page")
    return list(read.values()), found


def route_of(address: str) -> str:
    """The name of the route of an address; nothing where there is none."""
    language, rest = address.split("/")[1], address.split("?")[0]
    with translation.override(language if language in ("id", "th") else "en"):
        try:
            return str(resolve(rest).url_name)
        except Resolver404:
            return ""


@pytest.mark.once
@pytest.mark.long
def test_the_links_of_every_page_lead_somewhere():
    _pages, dead_ends = walked([page for page in pages() if page.status == 200], OF_EACH_ROUTE)

    assert dead_ends == []


@pytest.mark.once
@pytest.mark.long
def test_the_links_of_the_whole_site_lead_somewhere_and_its_pages_are_well_made():
    lay_editions()
    found, dead_ends = walked([Page("/", as_role(ANYONE).get("/").content)], MANY_OF_EACH_ROUTE)

    assert dead_ends == []
    assert [fault for page in found if page.root.find("body/main") is not None for fault in page.faults] == []
    assert len(found) > 500


# -- headers and methods -------------------------------------------------------------------------------------------------


POLICY = {
    *("default-src 'none'", "style-src 'self'", "font-src 'self'", "img-src 'self'", "form-action 'self'"),
    *("base-uri 'none'", "frame-ancestors 'none'", "script-src 'self'", "connect-src 'self'"),
}


def test_every_answer_bears_the_headers_of_safety():
    kept = {address: answer.headers for address, answer in told_to_anyone().items()}

    policies = {headers["Content-Security-Policy"] for headers in kept.values()}
    assert [set(policy.split("; ")) for policy in policies] == [POLICY]
    for name, value in {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }.items():
        assert {address for address, headers in kept.items() if headers.get(name) != value} == set(), name


def test_a_page_that_has_not_changed_is_not_sent_again():
    client = as_role(ANYONE)
    first = client.get("/events/")
    again = client.get("/events/", headers={"If-None-Match": first.headers["ETag"]})

    assert (first.headers["Cache-Control"], again.status_code, again.content) == ("no-cache", 304, b"")


@pytest.mark.parametrize("name", ["edition.pdf", "data.zip"])
def test_an_edition_that_has_not_been_compiled_anew_is_not_sent_again(name):
    lay_editions()
    client, address = as_role(ANYONE), f"/reports/annual-2022/{name}"
    first = ask(client, address)
    again = client.get(address, headers={"If-Modified-Since": first.headers["Last-Modified"]})

    assert (first.status_code, first.body, again.status_code) == (200, b"compiled", 304)


def test_a_browser_keeps_nothing_of_what_staff_saw():
    page = as_role(NAREE).get("/figures/people-reached/2022/")

    assert page.headers["Cache-Control"] == "private, no-store"


def test_a_head_request_is_answered_as_a_get_without_its_body():
    client = as_role(ANYONE)
    first = client.get("/events/")
    head = client.head("/events/")

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Type"] == first.headers["Content-Type"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_no_public_address_takes_anything_but_get_and_head(method):
    client = Client(enforce_csrf_checks=True)
    apart = ("account_", "api-")  # machines ask first, by OPTIONS, what they may: tests/web/test_api.py
    addresses = {line.address for line in table() if line.answers[0] == 200 and not line.route.startswith(apart)}

    assert {client.generic(method, address).status_code for address in addresses} == {405}


# -- questions that make no sense ----------------------------------------------------------------------------------------

STRANGE = [
    *("abc", "-1", "0", "99999999999999999999", "1e9", "NaN", "٣", "２"),
    *("\0", "a\0b", "\u202egnp.exe", "😀", "\ud800", "%00", "%", "%zz", "%ff%fe"),
    *("' OR 1=1 --", "<script>alert(1)</script>", "{{ 7*7 }}", "../../etc/passwd", "\r\nSet-Cookie: a=b"),
    *("x" * 10_000, "x," * 5_000),
]
LISTS = ["/events/", "/work/", "/publications/", "/engagements/"]
FILTERS = ["page", "year", "type", "mode", "role", "kind", "body", "status", "purpose"]
PARTS = ["figure", "period", "by", "across", "format"]


def answers(questions: list[str]) -> list[tuple[str, int, list[str]]]:
    """What each address answers, and what is wrong with the page; a browser shows U+FFFD for what no text can hold."""
    client, found = as_role(ANYONE), []
    for address in questions:
        answer = client.get(address)
        faults = Page(address, answer.content).faults if is_page(answer) else []
        found.append((address, answer.status_code, [fault for fault in faults if "invalid-codepoint" not in fault]))
    return found


def written(value: str) -> str:
    return quote(value, safe="%", errors="surrogatepass")


@pytest.mark.parametrize("value", few(STRANGE, 3), ids=lambda value: ascii(value)[:20])
def test_a_strange_question_is_answered_in_words(value):
    text = written(value)
    questions = [f"{address}?q={text}&page={text}" for address in LISTS]
    questions += [f"{address}?{'&'.join(f'{name}={text}' for name in FILTERS)}" for address in LISTS]
    questions += [f"/tables/?{'&'.join(f'{name}={text}' for name in PARTS)}"]
    questions += [f"/tables/?figure=participations&period=2022&by={text}", f"/?page={text}&figure={text}"]
    questions += [f"/tables/?figure=participations&period={text}&by=type", f"/accounts/login/?next={text}"]

    wrong = [each for each in answers(questions) if each[1] not in (200, 422) or each[2]]
    assert wrong == []


@pytest.mark.parametrize(
    "period", ["0000", "0001", "0001-01", "FY0001", "9999", "9999-12", "FY9999", "2201", "2022-13", "2022-H3"]
)
def test_a_period_at_the_ends_of_the_calendar_is_no_period(period):
    addresses = [f"/figures/{slug}/{period}/" for slug in ("participations", "members", "core-staff-share")]
    addresses += [f"/figures/participations/{period}/{name}.csv" for name in ("figure", "records")]
    found = answers([*addresses, f"/tables/?figure=participations&period={period}"])

    assert [(status, faults) for _address, status, faults in found] == [(404, [])] * 5 + [(422, [])]


@pytest.mark.parametrize("value", few(STRANGE, 3), ids=lambda value: ascii(value)[:20])
def test_an_address_that_nothing_has_is_not_found(value):
    text = written(value)
    addresses = [f"/{room}/{text}/" for room in ("events", "work", "publications", "members", "funders", "reports")]
    addresses += [f"/figures/{text}/2022/", f"/figures/participations/{text}/", f"/reports/annual-2022/{text}/"]

    wrong = [each for each in answers(addresses) if each[1] != 404 or each[2]]
    assert wrong == []
