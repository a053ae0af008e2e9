"""An approved report is read before it is out by named posts alone, within a window; each reading is told."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from rso.accounts.models import User
from rso.core.models import Access
from rso.core.verbs import Refused, change
from rso.reports.compiler import compile_report
from rso.reports.models import AdvanceReading, Report, ReportDate
from rso.reports.outside import date_verbs, open_to, revoke
from tests.web.conftest import as_user

PAGE = "/office/reports/monthly-2022-09/advance/"


@pytest.fixture
def approved(harriet, now) -> Report:
    """The report of September, approved and not published."""
    report = Report.objects.get(ref="monthly-2022-09")
    report.state = "approved"
    change([report], verb="changed", by=harriet, now=now)
    return report


def opened(report: Report, by: User, *, starts: int = -1, ends: int = 24) -> tuple[AdvanceReading, str]:
    """Open to Australia's co-chair from so many hours on to so many."""
    now: datetime = timezone.now()
    at = (now + timedelta(hours=hours) for hours in (starts, ends))
    reading, secret = open_to(report, "Co-chair, Australia", *at, by=by, now=now - timedelta(hours=48))
    return reading, f"/reports/advance/{secret}/"


def test_the_post_reads_within_its_window_and_each_reading_is_told(approved, harriet):
    reading, address = opened(approved, harriet)
    answer = Client().get(address)

    assert answer.status_code == 200
    assert "For Co-chair, Australia alone, before it is published." in answer.content.decode()
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer.headers["Cache-Control"]
    assert list(Access.objects.values_list("kind", "ref", "actor__ref")) == [
        ("reports.advancereading", reading.ref, "platform")
    ]


@pytest.mark.parametrize(("starts", "ends"), [(1, 24), (-24, -1)])
def test_outside_the_window_there_is_no_such_page(approved, harriet, starts, ends):
    _reading, address = opened(approved, harriet, starts=starts, ends=ends)

    assert Client().get(address).status_code == 404
    assert Access.objects.count() == 0


def test_a_closed_address_and_a_report_that_is_no_longer_approved_are_not_there(approved, harriet, now):
    reading, address = opened(approved, harriet)
    approved.state = "draft"
    change([approved], verb="changed", by=harriet, now=now)
    assert Client().get(address).status_code == 404
    approved.state = "approved"
    change([approved], verb="changed", by=harriet, now=now)
    assert Client().get(address).status_code == 200

    revoke([reading], by=harriet, now=timezone.now())
    assert Client().get(address).status_code == 404


def test_the_database_does_not_hold_the_address(approved, harriet):
    reading, address = opened(approved, harriet)

    assert address.split("/")[3] not in str(AdvanceReading.objects.filter(pk=reading.pk).values()[0])


def test_whoever_guesses_addresses_is_held_off(approved):
    answers = [Client().get(f"/reports/advance/guess-{at}/").status_code for at in range(32)]

    assert answers == [404] * 30 + [429] * 2


def test_only_an_approved_report_is_opened_and_only_by_a_co_manager(harriet, naree, now):
    with pytest.raises(Refused, match="only an approved report"):
        opened(Report.objects.get(ref="annual-2022"), harriet)
    assert as_user(naree).get(PAGE).status_code == 200
    assert as_user(naree).post(PAGE, {"open": "1"}).status_code == 404


def test_the_address_is_shown_once(approved, harriet):
    client, tomorrow = as_user(harriet), (timezone.localtime() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    today = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    wrong = client.post(PAGE, {"open": "1", "post": "Funder", "starts_at": "soon", "ends_at": tomorrow})
    answer = client.post(PAGE, {"open": "1", "post": "Funder", "starts_at": today, "ends_at": tomorrow})

    assert (wrong.status_code, answer.status_code) == (422, 200)
    assert Client().get(answer.context["address"].removeprefix("http://localhost:8000")).status_code == 200
    assert "/reports/advance/" not in client.get(PAGE).content.decode()


def test_the_posts_are_printed_in_the_edition(approved, harriet):
    opened(approved, harriet)
    last = [section for chapter in compile_report(approved).chapters for section in chapter.sections][-1]

    assert last.blocks[-1]["c"][0]["v"].startswith(
        "Read before it was published, by posts that could not change it: Co-chair, Australia ("
    )


def test_a_date_that_moves_keeps_its_reason_for_all_to_see(office, naree, now):
    date = ReportDate.objects.get(ref="newsletter-2022-Q4")
    date.planned_on += timedelta(days=7)
    with pytest.raises(Refused, match="needs a reason"):
        date_verbs.change([date], by=naree, now=now)
    date_verbs.change([date], by=naree, now=now, reason="The forum was postponed.")
    page = Client().get("/reports/calendar/").content.decode()

    assert "Moved from 20 January 2023 to 27 January 2023:" in page
    assert "The forum was postponed." in page
