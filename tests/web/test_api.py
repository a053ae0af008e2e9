"""The machine door: what it tells, to whom, in which format, and what it says when the answer is no."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rso.accounts.actions import change_accounts, disable_accounts, platform
from rso.core.api.describing import EXAMPLES
from rso.core.api.problems import TITLES
from rso.core.figures import registry
from rso.core.models import Access, Saw
from rso.core.search.index import rebuild
from rso.events.actions import event_verbs
from rso.events.models import Event
from rso.members.models import Person
from rso.publications.actions import publication_verbs
from rso.publications.models import Publication, PublicationState
from tests.asking import ask, everything, examples, key_of
from tests.committed import committed
from tests.factories.big import clear, make_money, make_office, make_publications, make_work
from tests.factories.people import leave_three_women
from tests.signing_in import sign_in
from tests.web.walking import bring_out

pytestmark = pytest.mark.usefixtures("office")
FIGURE = "/api/figures/participations/2022/"


# -- what it tells -------------------------------------------------------------------------------------------------------


def test_each_example_of_the_documentation_is_what_the_example_office_answers():
    """Renew them: RENEW=1 .venv/bin/python -m pytest tests/web/test_api.py -k example"""
    bring_out("annual-2022")
    found = {address: ask(address).json() for address in examples().values()}
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"

    assert committed(EXAMPLES, text) == text


def test_the_documentation_shows_every_address_with_its_example(client):
    page = client.get(reverse("api-docs")).content.decode()

    shown = [f"{address.replace('&', '&amp;')}'</code>" for address in examples().values()]
    assert [name for name in examples() if f'id="{name}"' not in page] == []
    assert [address for address in shown if address not in page] == []
    assert "null</code>" not in page


def test_a_figure_is_the_one_of_its_page(client):
    told = ask(FIGURE).json()

    assert (told["value"], told["unit"], told["obs_status"], told["basis"]) == (
        600,
        "attendances",
        "A",
        {"illustrative": 600},
    )
    assert client.get(told["page"].removeprefix("http://localhost:8000")).context["period"].key == told["period"]
    assert (ask(told["breakdowns"]).status_code, ask(told["records"]).status_code) == (200, 200)


@pytest.mark.long
@pytest.mark.parametrize("figure", [figure.slug for figure in registry])
def test_the_cells_of_every_breakdown_are_those_of_the_csv_of_the_page(figure, client):
    body = b"".join(client.get(reverse("figure-csv", args=[figure, "2022"])).streaming_content).decode()
    page = [row for row in csv.DictReader(body.splitlines()) if row["dimension"]]
    told = list(
        csv.DictReader(
            ask(f"/api/figures/{figure}/2022/breakdowns/?limit=500&format=csv").content.decode().splitlines()
        )
    )

    names = ("dimension", "key", "label", "value", "unit", "obs_status", "basis", "notes")
    assert [[row[name] for name in names] for row in told] == [[row[name] for name in names] for row in page]


def test_a_suppressed_cell_has_a_status_and_no_value():
    leave_three_women()
    cells = {cell["key"]: cell for cell in ask("/api/figures/people-reached/2022/breakdowns/?by=sex").json()["items"]}

    assert [(cell["value"], cell["obs_status"]) for cell in (cells["female"], cells["male"])] == [
        (None, "Q"),
        (None, "Q"),
    ]
    assert ask("/api/figures/share-of-women/2022/").json()["obs_status"] == "Q"
    assert ask("/api/figures/share-of-women/2022/").json()["value"] is None


def test_a_split_by_which_someone_could_be_singled_out_is_403_with_the_reason():
    answer = ask("/api/figures/participations/2022/breakdowns/?by=sex&across=agency")

    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "application/problem+json")
    assert answer.json()["detail"].endswith("so that nobody can be singled out.")


@pytest.mark.parametrize(
    ("page", "door"),
    [("/events/", "/api/events/"), ("/publications/", "/api/publications/"), ("/work/", "/api/activities/")],
)
def test_a_list_with_the_filters_of_the_page_holds_what_the_page_holds(page, door, client):
    for query in ("", "?year=2022", "?body=FJI", "?q=trafficking", "?year=2022&body=IDN"):
        shown = client.get(f"{page}{query}").context["rows"]
        told = ask(f"{door}{query}").json()
        assert [item["ref"] for item in told["items"]] == [row.ref for row in shown][:50], query


def test_a_page_of_a_list_leads_to_the_next_and_the_pages_together_are_the_list():
    first = ask("/api/events/?limit=10")
    second = ask(first.json()["next"])
    whole = ask("/api/events/").json()

    assert first.headers["Link"] == f'<{first.json()["next"]}>; rel="next"'
    assert [*first.json()["items"], *second.json()["items"]] == whole["items"]
    assert (second.json()["next"], "Link" in second.headers, whole["count"]) == (None, False, 18)


def test_labels_and_pages_are_in_the_language_that_is_asked_for():
    told = ask(f"{FIGURE}?lang=th")

    assert told.json()["page"] == "http://localhost:8000/th/figures/participations/2022/"
    assert told.headers["Content-Language"] == "th"
    assert told.json()["title"] != ask(FIGURE).json()["title"]


# -- how it answers ------------------------------------------------------------------------------------------------------


def test_csv_comes_by_the_parameter_or_by_what_is_accepted_and_has_a_name():
    by_parameter, by_header = ask("/api/events/?format=csv"), ask("/api/events/", Accept="text/csv")

    assert by_parameter.content == by_header.content
    assert by_header.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert by_header.headers["Content-Disposition"] == 'attachment; filename="events.csv"'
    assert ask("/api/events/").headers["Content-Disposition"] == 'inline; filename="events.json"'
    assert [row["ref"] for row in csv.DictReader(by_header.content.decode().splitlines())] == [
        item["ref"] for item in ask("/api/events/").json()["items"]
    ]


def test_no_cell_of_a_csv_is_a_formula(naree, now):
    event = Event.objects.get(ref="e2022-01")
    event.title = "=HYPERLINK(1)"
    event_verbs.change([event], by=naree, now=now)

    assert "'=HYPERLINK(1)" in ask("/api/events/e2022-01/?format=csv").content.decode()


def test_an_answer_is_304_until_a_record_changes(naree, now):
    first = ask(FIGURE)
    again = ask(FIGURE, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert ask(f"{FIGURE}?lang=th", **{"If-None-Match": first.headers["ETag"]}).status_code == 200

    event = Event.objects.get(ref="e2022-01")
    event.title = "Another"
    event_verbs.change([event], by=naree, now=now)
    assert ask(FIGURE, **{"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_head_has_the_headers_of_get_and_no_body(client):
    head, get = client.head(FIGURE), client.get(FIGURE)

    assert (head.status_code, head.content) == (200, b"")
    assert {n: head.headers[n] for n in ("ETag", "Content-Length", "Content-Type")} == {
        n: get.headers[n] for n in ("ETag", "Content-Length", "Content-Type")
    }


@pytest.mark.parametrize(
    ("address", "headers", "status", "says"),
    [
        ("/api/events/", {"Authorization": "Bearer rso-nobody"}, 401, "Nobody has this key"),
        ("/api/events/", {"Authorization": "Basic bmFyZWU6cGFzcw=="}, 401, "Nobody has this key"),
        ("/api/figures/hapiness/2022/", {}, 404, "There is no figure"),
        ("/api/figures/participations/22/", {}, 404, "is no period"),
        ("/api/events/", {"Accept": "image/png"}, 406, "application/json, text/csv"),
        ("/api/figures/?period=2022-13", {}, 422, "“2022-13” is no period; write 2022"),
        ("/api/figures/participations/2022/breakdowns/?by=colour", {}, 422, "by: is none of "),
        ("/api/events/?yeer=2022", {}, 422, "yeer is no parameter here"),
        ("/api/events/?year=never", {}, 422, "year: "),
        ("/api/events/?type=", {}, 422, "type: "),
        ("/api/events/?format=xml", {}, 422, "format is one of json, csv."),
        ("/api/events/?format=", {}, 422, "format is one of json, csv."),
        ("/api/no/such/thing/?x=1", {}, 404, "There is no such address"),
    ],
)
def test_when_the_answer_is_no_a_problem_says_why_in_a_sentence(address, headers, status, says):
    answer = ask(address, **headers)
    told = answer.json()

    assert (answer.status_code, told["status"], answer.headers["Content-Type"]) == (
        status,
        status,
        "application/problem+json",
    )
    assert says in told["detail"]
    assert told["type"] == f"http://localhost:8000/api/docs/#problem-{status}"


@pytest.mark.parametrize(
    ("address", "headers", "told"),
    [
        ("/api/events/?lang=th", {"Accept": "image/png"}, ("th", "ไม่มีรูปแบบนี้")),
        ("/api/events/?type=&lang=id", {}, ("id", "Tidak dimengerti")),
        ("/api/events/nowhere/", {"Accept-Language": "id,en;q=0.5"}, ("id", "Tidak ada")),
        ("/api/events/nowhere/?lang=th", {"Accept-Language": "id"}, ("th", "ไม่มีสิ่งนี้")),
        ("/api/events/", {"Authorization": "Bearer rso-nobody", "Accept-Language": "th"}, ("th", "คีย์นี้ใช้ไม่ได้")),
        ("/api/events/?lang=xx", {"Accept-Language": "th"}, ("th", "ไม่เข้าใจ")),
        ("/api/events/nowhere/", {"Accept-Language": "fr"}, ("en", "No such thing")),
        ("/api/no/such/thing/", {}, ("en", "No such thing")),
    ],
)
def test_a_problem_is_told_in_the_language_that_was_asked_for(address, headers, told):
    answer = ask(address, **headers)
    says = answer.json()

    assert (answer.headers["Content-Language"], says["title"]) == told
    assert says["detail"].isascii() == (told[0] != "th")
    assert "Accept-Language" in answer.headers["Vary"]


def test_what_a_parameter_lacks_is_said_in_our_own_words():
    told = {
        asked: ask(f"/api/events/?{asked}").json()["detail"]
        for asked in ("page=x", "page=0", "limit=501", "q=", "year=1.5", f"q={'x' * 101}", f"page={'9' * 5000}")
    }

    assert [*told.values()] == [
        "page: is no whole number", "page: is less than 1", "limit: is more than 500", "q: is empty", "year: is no whole number",
        "q: has more than 100 characters", "page: is no whole number",
    ]  # fmt: skip
    assert ask("/api/events/?type=nothing").json()["detail"].startswith("type: is none of training, workshop, ")
    assert ask("/api/events/?body=!").json()["detail"].startswith("body: is not written as ^[A-Za-z0-9]")


@pytest.mark.parametrize("number", ["2_022", "+2022", " 2022", "2022.0", "2022e0", "٢٠٢٢", "๒๐๒๒", "2022\n"])
def test_a_number_is_written_in_one_way(number):
    """What one program sends and another refuses is no address to pass on."""
    told = [ask(f"/api/{at}={quote(number)}") for at in ("events/?year", "events/?page", "figures/?limit")]

    assert [(answer.status_code, answer.json()["detail"]) for answer in told] == [
        (422, f"{name}: is no whole number") for name in ("year", "page", "limit")
    ]


def test_labels_stay_in_english_unless_lang_says_otherwise():
    plain, negotiated = ask("/api/events/?limit=1"), ask("/api/events/?limit=1", **{"Accept-Language": "th"})

    assert (negotiated.json(), negotiated.headers["Content-Language"]) == (plain.json(), "en")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
def test_nothing_is_written_at_this_door(method):
    answer = getattr(Client(enforce_csrf_checks=True), method)("/api/events/")

    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert answer.json()["detail"] == "This door is for reading: GET, HEAD, OPTIONS."


def test_every_problem_leads_to_what_the_documentation_says_of_it(client):
    page = client.get("/api/docs/").content.decode()

    assert [status for status in TITLES if f'<dt id="problem-{status}">' not in page] == []


def test_whoever_asks_too_often_waits_and_nobody_else_does(naree):
    caches["default"].clear()
    client, key = Client(), key_of(naree)
    answers = [client.get("/api/nothing/") for _ in range(61)]
    counted = [answer.status_code for answer in answers]

    # A new minute may have begun meanwhile.
    assert 429 in counted or "59" in [answer.headers["RateLimit-Remaining"] for answer in answers[1:]]
    if 429 in counted:
        last = answers[-1]
        assert last.json()["title"] == "Too many requests"
        assert 0 < int(last.headers["Retry-After"]) <= 60
        assert client.get("/api/", REMOTE_ADDR="203.0.113.7").status_code == 200
        assert client.get("/api/", headers={"Authorization": f"Bearer {key}"}).status_code == 200


def test_pages_of_other_sites_may_read_what_is_public_and_send_no_key(client, naree):
    asked = client.options(FIGURE, headers={"Origin": "https://paper.example"})

    assert (asked.status_code, asked.headers["Access-Control-Allow-Origin"]) == (204, "*")
    assert "Authorization" not in asked.headers["Access-Control-Allow-Headers"]
    assert ask(FIGURE).headers["Access-Control-Allow-Origin"] == "*"
    with_key = ask(FIGURE, key_of(naree))
    assert ("Access-Control-Allow-Origin" in with_key.headers, with_key.headers["Cache-Control"]) == (
        False,
        "private, no-cache",
    )


# -- who is told what ----------------------------------------------------------------------------------------------------


def test_a_session_opens_nothing_here(client, naree):
    sign_in(client, naree)
    address = f"{FIGURE}records/?limit=1"

    assert client.get(address).json() == ask(address).json()
    assert client.get("/figures/participations/2022/").context["user"] == naree


def told_to(key: str = "") -> str:
    return "\n".join(ask(address, key).content.decode() for address in everything())


def people_in(text: str) -> set[str]:
    return {name for name in Person.objects.values_list("name", flat=True) if name in text}


@pytest.mark.long
def test_names_of_people_are_told_to_no_key_but_one_that_opens_them(naree):
    assert Person.objects.count() > 100
    assert (people_in(told_to()), people_in(told_to(key_of(naree, "office")))) == (set(), set())
    assert Access.objects.count() == 0

    assert people_in(told_to(key_of(naree, "people"))) != set()
    seen = Access.objects.order_by("pk")[0]
    assert (seen.actor, seen.what, seen.kind) == (naree, Saw.EXPORTED, "events.participation")
    assert "&key=rso-" in seen.filters


def test_the_office_scope_opens_splits_that_the_public_does_not_have(naree):
    address = f"{FIGURE}breakdowns/?by=sex&across=agency"

    assert (ask(address).status_code, ask(address, key_of(naree)).status_code) == (403, 403)
    assert ask(address, key_of(naree, "office")).status_code == 200


@pytest.mark.parametrize("scope", ["", "public", "office", "people"])
def test_a_draft_is_told_to_no_key(scope, naree, now):
    work = Publication.objects.get(ref="p2022-01")
    work.title = "Canary of the drafts"
    publication_verbs.change([work], by=naree, now=now)
    key = key_of(naree, scope) if scope else ""
    assert "Canary of the drafts" in ask("/api/publications/?limit=500", key).content.decode()
    work.state = PublicationState.DRAFT
    publication_verbs.change([work], by=naree, now=now)

    told = [ask(a, key).content.decode() for a in everything() if "/publications/" in a or "/figures/pub" in a]
    assert [text for text in told if "Canary of the drafts" in text] == []
    assert ask("/api/publications/?q=Canary", key).json()["count"] == 0


def test_a_key_is_good_for_as_long_as_its_owner_is_of_the_office(naree, now):
    key = key_of(naree, "office")
    assert ask(FIGURE, key).status_code == 200
    naree.role = "practitioner"
    change_accounts([naree], by=platform(), now=now)
    assert ask(FIGURE, key).status_code == 401

    public = key_of(naree)
    assert ask(FIGURE, public).status_code == 200
    disable_accounts([naree], by=platform(), now=now + timedelta(days=1))
    assert ask(FIGURE, public).status_code == 401


# -- what it costs -------------------------------------------------------------------------------------------------------

LISTS = (
    "/api/events/",
    "/api/events/?q=Event&role=organised",
    "/api/publications/",
    "/api/activities/",
    "/api/members/",
)
ONES = ("/api/events/e000001/", "/api/publications/w00000/", "/api/activities/a0000/", "/api/members/M01/")
FIGURES = (
    "/api/figures/?period=2022",
    FIGURE,
    f"{FIGURE}breakdowns/?by=type",
    f"{FIGURE}records/",
    "/api/figures/events-held/2022/records/",
)


def queries(address: str) -> int:
    """Those of a second reader."""
    assert ask(address).status_code == 200, address
    with CaptureQueriesContext(connection) as captured:
        ask(address)
    return len(captured)


@pytest.mark.long
def test_an_answer_costs_the_same_queries_whether_one_thing_is_on_record_or_a_hundred():
    found = []
    for rows in (1, 100):
        clear()
        caches["made"].clear()
        make_office(rows, rows * 10 if rows > 1 else 1)
        make_money(rows)
        make_publications(rows)
        make_work(rows)
        rebuild()
        found.append({address: queries(address) for address in (*LISTS, *ONES, *FIGURES)})
    one, hundred = found

    assert {a: n for a, n in hundred.items() if n > (10 if a in LISTS + ONES else 6)} == {}
    assert {a: (one[a], n) for a, n in hundred.items() if n > one[a] + 3} == {}


def test_what_has_not_changed_costs_one_query():
    etag = ask(FIGURE).headers["ETag"]
    with CaptureQueriesContext(connection) as captured:
        assert ask(FIGURE, **{"If-None-Match": etag}).status_code == 304

    assert len(captured) == 1
