"""The desks of requests and the work plan: from what was asked to what was done, and back; the day of an answer."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from rso.accounts.models import User
from rso.core.models import AuditEvent
from rso.workplan.models import Activity, ActivityBody, Part, Request
from tests.conftest import named
from tests.web.conftest import as_user
from tests.web.markup import Page, words
from tests.web.test_every_desk import answers_of
from tests.web.test_office_forms import summary

pytestmark = pytest.mark.usefixtures("office")
ANSWER = "/office/requests/q2022-05/do/answer/"


def page(user: User, address: str) -> Page:
    return Page(address, as_user(user).get(address).content)


def rows(found: Page) -> list[str]:
    """The first cells of a list."""
    return [words(cell) for cell in found.all("th") if cell.get("scope") == "row"]


def tabs(found: Page) -> list[str]:
    return [words(li) for ul in found.all("ul") if ul.get("class") == "tabs" for li in ul.iter("li")]


def part(found: Page, title: str) -> str:
    """What stands under a heading of a record's page."""
    return next(
        words(box).removeprefix(title).strip()
        for box in found.all("section")
        if any(words(head) == title for head in box.iter("h2"))
    )


def test_whoever_answers_a_request_is_asked_for_the_day_and_offered_today(naree):
    field = next(e for e in page(naree, ANSWER).all("input") if e.get("name") == "answered_on")

    assert (field.get("type"), field.get("value")) == ("date", timezone.localdate().isoformat())


def test_the_day_of_an_answer_is_kept_and_told(naree):
    as_user(naree).post(ANSWER, {"yes": "1", "answered_on": "2022-12-01"})
    told = AuditEvent.objects.filter(kind="workplan.request", ref="q2022-05").order_by("-pk")[0]

    assert Request.objects.get(ref="q2022-05").answered_on == date(2022, 12, 1)
    assert (told.verb, told.after) == ("answer", {"state": "answered", "answered_on": "2022-12-01"})


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("2022-09-01", "Answered on: lies before the day of receipt"),
        ("", "Answered on: is empty"),
        ("soon", "Answered on: is not a date as 2022-09-30, of the years 1900 to 2199"),
    ],
)
def test_a_day_that_cannot_be_is_told_beside_its_question_and_asked_again(naree, day, says):
    answer = as_user(naree).post(ANSWER, {"yes": "1", "answered_on": day})
    field = next(e for e in Page("/", answer.content).all("input") if e.get("name") == "answered_on")

    assert (answer.status_code, summary(answer), field.get("value")) == (422, [says], day)
    assert Request.objects.get(ref="q2022-05").state == "in_work"


def test_nothing_was_undertaken_on_a_day_that_has_not_come(naree):
    address = "/office/undertakings/new/"
    sent = {**answers_of(as_user(naree).get(address).content), "text": "To meet again", "said_on": "2122-12-01"}

    assert summary(as_user(naree).post(address, sent)) == ["Day of the undertaking: lies in the future"]


def test_whoever_only_sees_requests_has_no_verb_for_them(office):
    marta = named("marta-ilves")

    assert "What can be done" not in [words(head) for head in page(marta, "/office/requests/q2022-05/").all("h2")]
    assert as_user(marta).post(ANSWER, {"yes": "1", "answered_on": "2022-12-01"}).status_code == 404
    assert Request.objects.get(ref="q2022-05").state == "in_work"


def test_the_lists_of_purposes_and_themes_are_the_monitoring_officers(naree):
    tran = named("tran-thi-mai")
    asked = ["/office/purposes/CP1/edit/", "/office/themes/new/"]

    assert [as_user(naree).get(address).status_code for address in asked] == [404, 404]
    assert [as_user(tran).get(address).status_code for address in asked] == [200, 200]


def test_a_request_tells_its_age_no_more_exactly_than_its_days_are_known(naree, monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda: date(2026, 11, 28))
    lines = {
        ref: words(next(e for e in page(naree, f"/office/requests/{ref}/").all("p") if e.get("class") == "lead"))
        for ref in ("q2022-01", "q2022-02", "q2022-05")
    }

    assert lines == {
        "q2022-01": "Received December 2022; about 113 days to the answer",
        "q2022-02": "Received 14 February 2022; 35 days to the answer",
        "q2022-05": "Received 26 September 2022; 1,524 days without an answer",
    }


def test_from_a_request_one_comes_to_what_was_done_and_what_came_of_it_and_back(naree):
    asked, done = page(naree, "/office/requests/q2022-01/"), page(naree, "/office/activities/a2022-06/")

    assert "Answer to members on online scam centres Done" in part(asked, "What was done")
    assert "Thematic dialogue on online scam centres" in part(asked, "What came of it")
    assert part(done, "Why it exists").startswith("Requests that it answers More on online scam centres")
    assert "Thematic dialogue on online scam centres Held" in part(done, "Events")
    assert "/office/requests/q2022-01/" in done.links


def test_an_activity_begun_from_a_request_answers_it(naree):
    asked = page(naree, "/office/requests/q2022-05/")
    begin = "/office/activities/new/?requests=q2022-05"
    sent = answers_of(as_user(naree).get(begin).content)
    days = {"starts_on": "2023-02-01", "ends_on": "2023-02-28"}
    answer = as_user(naree).post("/office/activities/new/", {**sent, "title": "Course", "purpose": "CP2", **days})
    made = Activity.objects.get(ref="a2023-02")

    assert begin in asked.links
    assert answer.headers["Location"] == "/office/activities/a2023-02/"
    assert [origin.asked.ref for origin in made.origins.all()] == ["q2022-05"]


def test_requests_without_an_answer_and_without_an_activity_have_their_views(naree):
    course, advice = (
        "Example request: course on document examination",
        "Example request: advice on evidence from telephones",
    )

    assert tabs(page(naree, "/office/requests/")) == ["All", "Without an answer", "Without an activity"]
    assert rows(page(naree, "/office/requests/?view=open")) == [advice, course]
    Activity.objects.get(ref="a2022-01").origins.create(request=Request.objects.get(ref="q2022-05"))
    assert rows(page(naree, "/office/requests/?view=unplanned")) == [advice]


def test_a_body_with_two_parts_in_an_activity_finds_it_once(naree):
    activity = Activity.objects.get(ref="a2022-01")
    body = ActivityBody.objects.order_by("pk").first().body
    for each in (Part.PARTNER, Part.EXPERT, Part.FUNDER):
        ActivityBody.objects.get_or_create(activity=activity, body=body, part=each)

    assert rows(page(naree, f"/office/activities/?parts__body={body.ref}")).count(activity.title) == 1


def test_a_list_is_narrowed_by_the_record_from_which_one_comes(naree):
    found = page(naree, "/office/activities/?origins__request=q2022-01")

    assert rows(found) == ["Answer to members on online scam centres"]
    assert "Request: q2022-01" in words(found.root)


def test_records_of_a_kind_too_many_to_be_offered_are_asked_for_by_ref(naree, monkeypatch):
    monkeypatch.setattr("rso.core.office.filters.OFFERED", 1)
    found = page(naree, "/office/undertakings/?parts__body=AUS")
    field = next(e for e in found.all("input") if e.get("name") == "parts__body")

    assert (rows(found), field.get("value")) == (["Reactivate the Consultation Mechanism"], "AUS")


def test_mine_are_the_activities_that_i_lead(naree):
    led = Activity.objects.filter(lead=naree).count()

    assert len(rows(page(naree, "/office/activities/?view=mine"))) == led > 0
