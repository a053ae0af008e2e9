"""The first page of the office and the mail of the day: what is due, what waits, where the year stands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from rso.accounts.models import User
from rso.core.models import AuditEvent, Digest, Draft
from rso.core.office import View, desks
from rso.core.office.day import Why, rooms, tasks_of, today_of
from rso.core.office.digest import send_digests
from rso.core.retention import forget
from rso.events.models import Event
from rso.members.models import Body
from rso.publications.models import Clearance
from rso.reports import states
from rso.reports.actions import text_verbs
from rso.reports.models import Report, SectionText
from rso.reports.queries import unapproved
from rso.reports.writing import Place, begun, lead_on, plan, sign
from rso.workplan.models import Activity, Request
from tests.web.conftest import as_user
from tests.web.markup import Page, words

pytestmark = pytest.mark.usefixtures("office")
reverse("office")  # finds what the rooms tell
#: A day of the example year on which two requests wait.
DAY = date(2022, 12, 20)
NOON = datetime(2022, 12, 20, 5, tzinfo=UTC)
HOLD = "/office/events/e2022-14/do/hold/"


def told(user: User, why: Why | None = None) -> list[tuple[str, str]]:
    return [(task.title, str(task.act)) for task in tasks_of(today_of(user, DAY)) if why in (None, task.why)]


def view_of(desk: str, slug: str) -> View:
    return next(view for view in desks.all[desk].views if view.slug == slug)


def test_a_request_is_overdue_after_the_days_that_the_office_promises(naree):
    asked = Request.objects.filter(state="in_work").order_by("pk")[0]
    Request.objects.filter(pk=asked.pk).update(received_on=DAY - timedelta(days=31), precision=1)
    assert (asked.title, "Answer") in told(naree, Why.OVERDUE)

    Request.objects.filter(pk=asked.pk).update(received_on=DAY - timedelta(days=30))
    assert (asked.title, "Answer") in told(naree, Why.DUE)


def test_an_event_that_is_over_and_still_planned_is_overdue(naree):
    Event.objects.filter(ref="e2022-14").update(state="planned", precision=1)

    assert ("Border Management by Air", "Mark as held") in told(naree, Why.OVERDUE)


def test_what_is_known_by_its_month_or_year_alone_is_late_when_that_is_over_and_never_in_so_many_days(naree):
    """The day that is stored for it is nobody's word."""
    event, work = Event.objects.filter(ref="e2022-14"), Activity.objects.filter(ref="a2022-12")
    asked = Request.objects.filter(state="in_work").order_by("pk")[:1]
    day = date(2022, 11, 8)
    event.update(state="planned", precision=2, starts_on=day, ends_on=day)
    Request.objects.filter(pk__in=asked.values("pk")).update(received_on=day, precision=2)
    work.update(status="running", precision=3, starts_on=day, ends_on=day, lead=naree)
    titles = [event.get().title, asked[0].title, work.get().title]

    def found(on: date) -> list[tuple[str, str, date | None]]:
        tasks = [task for task in tasks_of(today_of(naree, on)) if task.title in titles and task.why != Why.ASSIGNED]
        return sorted((task.why, str(task.says), task.on) for task in tasks)

    due = ("due", "Received November 2022.", date(2022, 12, 30))
    held = ("overdue", "Planned end: November 2022.", date(2022, 11, 30))
    assert found(date(2022, 11, 1)) == []
    assert found(date(2022, 11, 30)) == [due]
    assert found(date(2022, 12, 1)) == [due, held]
    late = [("overdue", "Planned end: 2022.", date(2022, 12, 31)), held, ("overdue", *due[1:])]
    assert found(date(2023, 1, 1)) == late

    Activity.objects.exclude(ref="a2022-12").update(status="done")
    late_view = view_of("activities", "late")
    for on, number in ((date(2022, 12, 31), 0), (date(2023, 1, 1), 1)):
        (plan,) = (row for tell in rooms.standings for row in tell(today_of(naree, on, "2022")) if row.slug == "plan")
        assert Activity.objects.filter(late_view.where(naree, on)).count() == number
        assert [bar.cells[1] for bar in plan.bars if bar.cells[1] != "–"] == ["1"] * number
    idle = [
        Body.objects.filter(view_of("members", "idle").where(naree, on), ref="FJI").exists()
        for on in (date(2022, 11, 30), date(2022, 12, 1))
    ]
    assert idle == [False, True]


def test_no_more_of_a_day_is_shown_than_is_known(naree, harriet):
    day = date(2022, 11, 8)
    Event.objects.filter(ref="e2022-14").update(state="planned", precision=2, starts_on=day, ends_on=day)
    Activity.objects.filter(ref="a2022-12").update(status="running", precision=3, ends_on=day, lead=naree)
    title = Event.objects.get(ref="e2022-14").title

    def shown(on: date) -> list[tuple[str, str, str]]:
        tasks = (task for task in tasks_of(today_of(naree, on)) if task.title == title or "a2022-12" in task.url)
        return sorted((task.when, task.known, str(task.says)) for task in tasks)

    AuditEvent.objects.create(
        at=NOON, actor=harriet, verb="changed", kind="workplan.activity", ref="a2022-12", after={"lead": naree.ref}
    )
    held = ("Nov 2022", "2022-11", "Planned end: November 2022.")
    assert shown(DAY) == [("2022", "2022", "You lead it now; it ends in 2022."), held]
    assert shown(date(2023, 1, 1)) == [("2022", "2022", "Planned end: 2022."), held]
    send_digests([naree], now=NOON)
    assert f"\nNov 2022  {title}\n" in mail.outbox[0].body
    page = Page("/", as_user(naree).get("/office/tasks/").content)
    assert "Nov 2022" in [words(time) for time in page.all("time")]


def test_an_activity_that_another_gave_to_me_is_told(naree):
    activity = (
        Activity.objects.exclude(status__in=("done", "cancelled")).filter(ends_on__gte=DAY).order_by("pk").first()
    )
    if activity is None:
        activity = Activity.objects.order_by("pk")[0]
        Activity.objects.filter(pk=activity.pk).update(status="running", ends_on=date(2023, 6, 30))
    Activity.objects.filter(pk=activity.pk).update(lead=None)
    somchai = User.objects.get(ref="somchai-prasert")
    address = f"/office/activities/{activity.ref}/edit/"
    from tests.web.test_every_desk import answers_of

    form = answers_of(as_user(somchai).get(address).content)
    as_user(somchai).post(address, {**form, "lead": "naree-boonmee"})

    assert (activity.title, "Open") in told(naree, Why.ASSIGNED)


def test_who_leads_what_is_late_is_offered_a_verb_that_this_person_may_do_now(naree, marta):
    late = Activity.objects.filter(ref="a2022-12")
    offered = {}
    for user, status in ((naree, "running"), (naree, "postponed"), (marta, "running")):
        late.update(lead=user, status=status, precision=1, ends_on=DAY - timedelta(days=9))
        tasks = [task for task in tasks_of(today_of(user, DAY)) if task.url == "/office/activities/a2022-12/"]
        offered[user.ref, status] = [(t.act, as_user(user).get(t.act_url).status_code) for t in tasks]

    assert offered == {
        ("naree-boonmee", "running"): [("Mark as done", 200)],
        ("naree-boonmee", "postponed"): [("Open", 200)],
        ("marta-ilves", "running"): [("Open", 200)],
    }


def test_nobody_is_told_what_is_not_theirs_to_do(marta):
    Event.objects.filter(ref="e2022-14").update(state="planned", precision=1)

    assert told(marta) == []


def test_the_first_page_opens_every_number(naree):
    client = as_user(naree)
    page = Page("/office/", client.get("/office/?year=2022").content)
    numbers = [a.get("href") for a in page.all("a") if a.get("class") == "fig"]

    assert page.faults == []
    assert len(numbers) == 6
    assert {address: client.get(address).status_code for address in numbers} == dict.fromkeys(numbers, 200)


def test_a_number_of_the_first_page_is_that_of_the_list_which_it_opens(naree):
    client = as_user(naree)
    page = Page("/office/", client.get("/office/?year=2022").content)
    shown = {a.get("href"): words(a) for a in page.all("a") if a.get("class") == "fig" and "?view=" in a.get("href")}
    found = {address: words(Page(address, client.get(address).content).root) for address in shown}

    assert len(shown) == 3
    assert [address for address, number in shown.items() if f"{number.strip()} found" not in found[address]] == []


def test_a_bar_of_the_work_plan_opens_the_activities_that_it_counts(naree):
    late, cancelled = Activity.objects.filter(purpose__ref="CP1").order_by("ref")[:2]
    Activity.objects.filter(pk=late.pk).update(starts_on=date(2021, 11, 1), ends_on=date(2022, 2, 1), status="running")
    Activity.objects.filter(pk=cancelled.pk).update(status="cancelled")
    client = as_user(naree)
    bars = client.get("/office/?year=2022").context["standings"][0].bars
    counted = [bar.cells[0].rpartition(" ")[2] for bar in bars]

    assert counted == ["9", "4", "11", "5"]
    found = [words(Page("", client.get(bar.url).content).root) for bar in bars]
    assert [f"{number} found" in page for number, page in zip(counted, found, strict=True)] == [True] * 4


def test_whom_nothing_waits_for_is_told_so_without_a_nought(marta):
    shown = words(Page("/office/", as_user(marta).get("/office/").content).root)

    assert "Nothing is due this week, and nothing waits for you." in shown
    assert "0 things" not in shown


def test_a_line_of_the_budget_opens_its_own_entries(naree):
    client = as_user(naree)
    page = Page("/office/", client.get("/office/?year=2022").content)
    lines = [a.get("href") for a in page.all("a") if "/spent/" in (a.get("href") or "")]

    assert len(lines) == len(set(lines)) == 9
    assert {client.get(address).status_code for address in lines} == {200}


def test_the_first_page_tells_the_year_that_is_asked_for(naree):
    shown = words(Page("/office/", as_user(naree).get("/office/?year=2022").content).root)

    assert "14 of 14 events of the year held" in " ".join(shown.split()) or "of 14 events of the year held" in shown
    for odd in ("year=", "year=never", "year=99999", "year=\x00"):
        assert as_user(naree).get(f"/office/?{odd}").status_code == 200


@pytest.mark.parametrize("who", ["naree-boonmee", "tran-thi-mai", "harriet-lowe"])
def test_the_first_page_asks_no_more_than_twelve_questions_whatever_kinds_of_record_changed(naree, who):
    client = as_user(User.objects.get(ref=who))
    client.get("/office/?year=2022")
    for kind, ref in (("events.event", "e2022-14"), ("workplan.request", "q2022-05"), ("core.source", "endnote-1")):
        AuditEvent.objects.create(at=timezone.now(), actor=naree, verb="changed", kind=kind, ref=ref)
    assert "Border Management by Air" in client.get("/office/?year=2022").content.decode()
    with CaptureQueriesContext(connection) as queries:
        client.get("/office/?year=2022")

    assert len(queries) <= 12


def test_the_mail_of_the_day_goes_out_once_to_those_who_have_something_to_do(naree, marta):
    Event.objects.filter(ref="e2022-14").update(state="planned", precision=1)

    first, second = (send_digests([naree, marta], now=NOON) for _run in (1, 2))
    assert (first, second) == (([naree.email], 0), ([], 0))
    assert [message.to for message in mail.outbox] == [[naree.email]]
    assert HOLD in mail.outbox[0].body
    assert send_digests([naree], now=NOON + timedelta(days=1)) == ([naree.email], 0)


def test_the_mail_of_the_day_is_written_in_the_language_of_whom_it_goes_to(naree):
    Event.objects.filter(ref="e2022-14").update(state="planned", precision=1)
    somchai, naree.language = User.objects.get(ref="somchai-prasert"), "th"

    send_digests([naree, somchai], now=NOON)

    assert [message.subject.split(": ")[0] for message in mail.outbox] == ["งานที่ต้องทำ 5 รายการ", "3 to do"]
    assert [f"/th{HOLD}" in message.body for message in mail.outbox] == [True, False]
    assert [HOLD in message.body for message in mail.outbox] == [True, True]


def test_a_mail_of_the_day_that_is_refused_keeps_nobody_from_theirs_and_is_tried_again(naree, monkeypatch, caplog):
    Event.objects.filter(ref="e2022-14").update(state="planned", precision=1)
    somchai, send = User.objects.get(ref="somchai-prasert"), EmailMessage.send

    def refusing(letter: EmailMessage, *args: object) -> int:
        if letter.to == [naree.email]:
            raise SMTPRecipientsRefused({naree.email: (550, b"no such mailbox")})
        return send(letter, *args)

    monkeypatch.setattr(EmailMessage, "send", refusing)
    assert send_digests([naree, somchai], now=NOON) == ([somchai.email], 1)
    assert naree.email not in caplog.text

    monkeypatch.undo()
    assert send_digests([naree, somchai], now=NOON) == ([naree.email], 0)


def test_nobody_waits_for_the_mail_server_with_what_they_save(naree, monkeypatch):
    Event.objects.filter(ref="e2022-14").update(state="planned", precision=1)
    open_now = list[list[object]]()
    monkeypatch.setattr(EmailMessage, "send", lambda *_letter: open_now.append([*connection.savepoint_ids]))

    send_digests([naree], now=NOON)

    assert open_now == [[*connection.savepoint_ids]]


def test_drafts_and_sent_mails_are_forgotten_in_time(naree):
    common = {"owner": naree, "desk": "events", "cells": {}, "began": {}}
    for at, (days, done) in enumerate([(31, ""), (29, ""), (3, "e2022-01"), (1, "e2022-01")]):
        token = f"0e1b5c1e-2f6a-4b1c-9d5e-5f0a3b9c1d{at:02}"
        Draft.objects.create(**common, token=token, done=done, kept_at=NOON - timedelta(days=days))
    Digest.objects.create(user=naree, day=DAY, sent_at=NOON - timedelta(days=31))

    assert [row["number"] for row in forget(NOON)] == [1, 1, 1, 0]


def test_a_publication_waits_for_whom_it_was_sent_to(office):
    clearance = Clearance.objects.exclude(reviewer=None).order_by("pk")[0]
    asked = (clearance.publication.title, "Review")
    Clearance.objects.filter(pk=clearance.pk).update(verdict="waiting", given_on=None, comment="")
    other = User.objects.exclude(pk=clearance.reviewer_id).get(ref__in=("kim-osei",))

    assert asked in told(clearance.reviewer, Why.WAITING)
    assert asked not in told(other)


def test_a_text_waits_for_its_writer_and_then_for_a_co_manager_who_did_not_write_it(naree, harriet, bagus, marta, now):
    place = Place(Report.objects.get(ref="annual-2022"), "theme-1", "en")
    text, title = begun(place, by=bagus, now=now), "The Covid-19 pandemic and future impacts"

    plan(place, writer=naree, due_on=DAY, by=harriet, now=now)
    assert told(naree, Why.DUE)[-1:] == [(title, "Write")]
    plan(place, writer=naree, due_on=DAY - timedelta(days=1), by=harriet, now=now)
    assert ((title, "Write") in told(naree, Why.OVERDUE), told(marta)) == (True, [])

    text.text = "Written by Bagus."
    text_verbs.change([text], by=bagus, now=now)
    lead_on([text], "send", by=naree, now=now)
    asked = (title, "Review")
    assert {user.ref: asked in told(user) for user in (naree, harriet, bagus, marta)} == {
        "naree-boonmee": False, "harriet-lowe": True, "bagus-santoso": False, "marta-ilves": False,
    }  # fmt: skip


def test_a_section_without_which_a_report_was_published_waits_for_nobody_until_the_report_is_opened_again(naree, now):
    report = Report.objects.get(ref="monthly-2022-09")
    plan(Place(report, "remarks"), writer=naree, due_on=DAY, by=naree, now=now)
    plan(Place(report, "remarks", "th"), writer=naree, due_on=DAY, by=naree, now=now)
    remarks = ("From the co-managers", "Write")
    assert told(naree).count(remarks) == 2

    Report.objects.filter(pk=report.pk).update(state="published")
    assert told(naree).count(remarks) == 1

    Report.objects.filter(pk=report.pk).update(state="draft")
    assert told(naree).count(remarks) == 2


def test_a_report_waits_for_the_co_manager_whose_step_is_next(naree, harriet, bagus, now):
    report = Report.objects.get(ref="annual-2022")

    def next_steps() -> list[list[str]]:
        return [[act for title, act in told(user) if title == report.title] for user in (harriet, bagus, naree)]

    def take(slug: str, by: User) -> None:
        states.reports.take(states.reports.step(slug), [Report.objects.get(pk=report.pk)], by=by, now=now)

    assert next_steps() == [[], [], []]
    take("send", naree)
    assert (len(unapproved(report)) > 0, next_steps()) == (True, [[], [], []])
    lead_on(unapproved(report), "send", by=naree, now=now)
    lead_on(unapproved(report), "approve", by=harriet, now=now)
    assert next_steps() == [["Approve"], ["Approve"], []]
    take("approve", harriet)
    assert next_steps() == [["Sign for publication"], ["Sign for publication"], []]
    sign(report, by=harriet, now=now)
    assert next_steps() == [[], ["Sign for publication"], []]
    sign(report, by=bagus, now=now)
    assert next_steps() == [["Publish"], ["Publish"], []]


def test_every_task_of_a_report_leads_to_a_page_that_is_there(harriet, naree, now):
    for state, report in (("in_review", "monthly-2022-09"), ("approved", "newsletter-2022-Q4")):
        SectionText.objects.filter(report__ref=report).update(state="approved")
        Report.objects.filter(ref=report).update(state=state)
    SectionText.objects.filter(report__ref="annual-2022").update(state="in_review")
    tasks = [task for task in tasks_of(today_of(harriet, DAY)) if "/reports/" in task.url]

    assert {str(task.act) for task in tasks} == {"Approve", "Sign for publication", "Review"}
    assert {as_user(harriet).get(at).status_code for task in tasks for at in (task.url, task.act_url)} == {200}
