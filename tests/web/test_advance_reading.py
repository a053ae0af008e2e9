"""An approved report is read before it is out by named posts alone, within a window; each reading is told."""

from __future__ import annotations

import io
import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from rso.accounts.models import User
from rso.core.attachments import attach
from rso.core.models import Access, Basis
from rso.core.verbs import Refused, change
from rso.members.models import Body
from rso.reports import states
from rso.reports.actions import text_verbs
from rso.reports.compiler import compile_report
from rso.reports.models import AdvanceReading, Edition, Photograph, Report, ReportDate, SectionText
from rso.reports.outside import date_verbs, open_to, revoke
from rso.reports.photographs import photograph_verbs
from rso.reports.publishing import release
from rso.reports.writing import Place, begun, lead_on
from tests.conftest import named
from tests.web.conftest import as_user
from tests.web.walking import ask, bring_out, publish_month

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


def test_marks_of_sources_lead_to_their_list_on_the_same_page(approved, harriet):
    SectionText.objects.create(
        ref="september-remarks",
        report=approved,
        section="remarks",
        language="en",
        text="They say {{ stated st-reached }}.",
        state="approved",
    )
    page = Client().get(opened(approved, harriet)[1]).content.decode()

    assert ('href="#n1"' in page, 'id="n1"' in page) == (True, True)


def test_who_reads_in_advance_is_told_of_what_day_the_records_are_and_that_some_are_illustrative(approved, harriet):
    page = Client().get(f"/th{opened(approved, harriet)[1]}").content.decode()

    assert "Records as at 30 September 2022" in page
    assert "This report counts illustrative records; each figure says how many." in page


def test_bars_of_estimates_are_hatched_in_advance_and_beside_the_words_as_in_the_edition(approved, harriet, naree, now):
    text = begun(Place(approved, "remarks"), by=naree, now=now)
    text.text = "{{ chart members by=kind period=2022 | Members by kind }}"
    text_verbs.change([text], by=naree, now=now)
    Body.objects.update(basis=Basis.ESTIMATED)
    SectionText.objects.filter(pk=text.pk).update(state="approved")
    written = as_user(naree).get("/office/reports/monthly-2022-09/write/remarks/")
    read = Client().get(opened(approved, harriet)[1])

    for page in (answer.content.decode() for answer in (written, read)):
        assert (page.count('<pattern id="bh"'), 'fill="url(#bh)"' in page) == (1, True)


@pytest.mark.parametrize(("starts", "ends"), [(1, 24), (-24, -1)])
def test_outside_the_window_there_is_no_such_page(approved, harriet, starts, ends):
    _reading, address = opened(approved, harriet, starts=starts, ends=ends)

    assert Client().get(address).status_code == 404
    assert Access.objects.count() == 0


def test_a_report_that_is_no_longer_approved_is_closed_until_it_is_again_and_a_closed_address_is_not_there(
    approved, harriet, now
):
    reading, address = opened(approved, harriet)
    approved.state = "draft"
    change([approved], verb="changed", by=harriet, now=now)
    assert Client().get(address).status_code == 503
    approved.state = "approved"
    change([approved], verb="changed", by=harriet, now=now)
    assert Client().get(address).status_code == 200

    revoke([reading], by=harriet, now=timezone.now())
    assert Client().get(address).status_code == 404


@pytest.mark.parametrize("words", ["SECRET UNAPPROVED DRAFT words.", "SECRET {{ fig nothing }}"])
def test_words_that_nobody_has_approved_close_it_until_they_are(approved, harriet, bagus, naree, now, words):
    reading, address = opened(approved, harriet)
    text = begun(Place(approved, "remarks"), by=naree, now=now)
    text.text = words
    text_verbs.change([text], by=naree, now=now)
    answer = Client().get(address)

    says = "Parts of this report are being changed. It opens here again when they are approved."
    assert (answer.status_code, says in answer.content.decode(), b"SECRET" in answer.content) == (503, True, False)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert Access.objects.filter(ref=reading.ref).count() == 0

    text.text = "Words that bagus has read."
    text_verbs.change([text], by=naree, now=now)
    lead_on([text], "send", by=naree, now=now)
    lead_on([text], "approve", by=bagus, now=now)
    assert "Words that bagus has read." in Client().get(address).content.decode()


def test_the_post_sees_the_photographs_of_the_report_while_its_window_is_open_and_nobody_else_does(
    approved, harriet, naree, now, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path / "media"
    shown, other = (
        Photograph(ref=f"hall-{of.ref}", report=of, alt="A hall", credit="RSO", consent="given")
        for of in (approved, Report.objects.get(ref="annual-2022"))
    )
    photograph_verbs.add([shown, other], by=naree, now=now)
    dot = io.BytesIO()
    Image.new("L", (1, 1), 128).save(dot, "PNG")
    for each in (shown, other):
        attach(each, io.BytesIO(dot.getvalue()), name="hall.png", by=naree, now=now)
    words = f"We met.\n\n{{{{ photo {shown.ref} | Day one }}}}"
    text_verbs.add(
        [SectionText(ref="remarks", report=approved, section="remarks", text=words, state="approved")],
        by=naree,
        now=now,
    )
    reading, address = opened(approved, harriet)

    (src,) = re.findall(r'<img src="(/reports/photographs/[^"]+)"', Client().get(address).content.decode())
    answer = ask(Client(), src)
    assert (answer.status_code, "no-store" in answer.headers["Cache-Control"]) == (200, True)
    assert Client().get(src.partition("?")[0]).status_code == 404
    assert Client().get(src.replace(shown.ref, other.ref)).status_code == 404

    revoke([reading], by=harriet, now=timezone.now())
    assert Client().get(src).status_code == 404


@pytest.mark.long
def test_once_the_report_is_published_the_address_leads_there_and_never_to_a_later_one_that_is_not(
    office, harriet, settings, tmp_path
):
    settings.VAR = tmp_path
    report = publish_month().report
    report.refresh_from_db()
    (reopen,) = (step for step in states.reports.steps if step.slug == "reopen")
    states.reports.take(reopen, [report], by=harriet, now=timezone.now(), reason="corrected")
    release(report, writer=named("tran-thi-mai"), co_managers=(harriet, named("bagus-santoso")), now=timezone.now())
    report.refresh_from_db()
    in_an_hour = timezone.now() + timedelta(hours=1)
    _reading, secret = open_to(report, "Funder", timezone.now(), in_an_hour, by=harriet, now=timezone.now())
    address = f"/reports/advance/{secret}/"
    assert Client().get(address).status_code == 200

    publish_month("Corrected.")
    assert Client().get(address).headers["Location"] == "/reports/monthly-2022-09/2/"
    report.refresh_from_db()
    states.reports.take(reopen, [report], by=harriet, now=timezone.now(), reason="corrected again")
    release(report, writer=named("tran-thi-mai"), co_managers=(harriet, named("bagus-santoso")), now=timezone.now())
    assert Client().get(address).headers["Location"] == "/reports/monthly-2022-09/2/"


def test_the_database_does_not_hold_the_address(approved, harriet):
    reading, address = opened(approved, harriet)

    assert address.split("/")[3] not in str(AdvanceReading.objects.filter(pk=reading.pk).values()[0])


def test_whoever_guesses_addresses_is_held_off(approved):
    answers = [Client().get(f"/reports/advance/guess-{at}/") for at in range(32)]

    assert [answer.status_code for answer in answers] == [404] * 30 + [429] * 2
    assert "Wait five minutes and try again." in answers[-1].content.decode()


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


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        ("0001-01-01T00:00", ""),
        ("", "9999-12-31T23:59-12:00"),
        ("", "9999-12-31T23:59"),
        ("0001-01-01T00:00+14:00", ""),
    ],
)
def test_a_window_far_from_today_is_refused(approved, harriet, starts, ends):
    usual = {"starts_at": timezone.localtime(), "ends_at": timezone.localtime() + timedelta(days=1)}
    given = {name: day.strftime("%Y-%m-%dT%H:%M") for name, day in usual.items()}
    given |= {name: day for name, day in (("starts_at", starts), ("ends_at", ends)) if day}
    answer = as_user(harriet).post(PAGE, {"open": "1", "post": "Funder", **given})

    assert answer.status_code == 422
    assert "A window lies within 5 years of today" in answer.content.decode()


def test_a_post_that_print_lacks_letters_for_is_refused_for_its_name_could_never_be_printed(approved, harriet, now):
    with pytest.raises(Refused) as refused:
        open_to(approved, "Co-chair, 中国", now, now + timedelta(days=1), by=harriet, now=now)

    says = "“Co-chair, 中国”: “中 国” cannot be printed; the fonts of print do not have it"
    assert [(problem.field, problem.says) for problem in refused.value.problems] == [("post", says)]


def test_the_list_says_what_the_address_answers_and_of_which_zone_its_times_are(approved, harriet, naree, now):
    def state() -> str:
        page = " ".join(as_user(harriet).get(PAGE).content.decode().split())
        assert page.count("(Asia/Bangkok)") >= 2
        return re.search(r'<span class="st[^"]*">([^<]+)</span>', page.partition("<tbody>")[2])[1]

    opened(approved, harriet)
    assert state() == "Open"
    text = begun(Place(approved, "remarks"), by=naree, now=now)
    text.text = "Not approved."
    text_verbs.change([text], by=naree, now=now)
    assert state() == "Closed until all is approved"

    edition = bring_out(approved.ref)
    Edition.objects.filter(pk=edition.pk).update(published_at=timezone.now())
    assert state() == "Published"


def test_the_posts_are_printed_in_the_edition(approved, harriet):
    opened(approved, harriet)
    last = [section for chapter in compile_report(approved).chapters for section in chapter.sections][-1]

    assert last.blocks[-1]["c"][0]["v"].startswith(
        "Could be read before it was published, by posts that could not change it: Co-chair, Australia ("
    )


def test_a_post_whose_address_was_made_twice_is_printed_once(approved, harriet):
    for _time in range(2):
        opened(approved, harriet)
    last = [section for chapter in compile_report(approved).chapters for section in chapter.sections][-1]

    assert last.blocks[-1]["c"][0]["v"].count("Co-chair, Australia") == 1


def test_a_post_whose_window_has_not_begun_is_not_printed(approved, harriet):
    opened(approved, harriet, starts=24, ends=48)

    assert "before it was published" not in str(
        [section.blocks for chapter in compile_report(approved).chapters for section in chapter.sections]
    )


def test_a_post_whose_window_began_once_an_edition_was_out_is_not_printed_in_the_next(approved, harriet):
    opened(approved, harriet)
    edition = bring_out(approved.ref)
    Edition.objects.filter(pk=edition.pk).update(published_at=timezone.now() - timedelta(hours=2))

    assert "before it was published" not in str(
        [section.blocks for chapter in compile_report(approved).chapters for section in chapter.sections]
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


def test_the_next_date_stands_first_and_what_is_published_is_led_to(office, naree, now):
    for ref, days in (("far", 60), ("near", 1), ("today", 0)):
        day = timezone.localdate() + timedelta(days=days)
        made = ReportDate(ref=ref, title=f"Report {ref}", definition="monthly", period=str(2090 + days), planned_on=day)
        date_verbs.add([made], by=naree, now=now)
    bring_out("annual-2022")
    page = Client().get("/reports/calendar/").content.decode()

    titles = re.findall(r'<h2 class="h3" lang="en">\s*(.*?)\s*</h2>', page, re.DOTALL)
    assert [re.sub(r"<[^>]*>", "", title) for title in titles][:4] == [
        "Report today",
        "Report near",
        "Report far",
        "Annual Report 2022",
    ]
    assert re.findall(r'href="([^"]*)"', " ".join(titles)) == ["/reports/annual-2022/"]


def test_a_date_is_of_a_kind_of_report_that_there_is(office, naree, now):
    date = ReportDate.objects.get(ref="newsletter-2022-Q4")
    date.definition = "anual"
    with pytest.raises(Refused, match="is no kind of report; there are annual, finance, monthly, newsletter"):
        date_verbs.change([date], by=naree, now=now)


def test_a_date_names_a_period_and_one_that_is_stored_without_does_not_take_the_calendar_down(office, naree, now):
    date = ReportDate.objects.get(ref="newsletter-2022-Q4")
    date.period = "2022-Q5"
    with pytest.raises(Refused, match="“2022-Q5” is no period"):
        date_verbs.change([date], by=naree, now=now)
    with pytest.raises(Refused, match="“2022-Q5” is no period"):
        date_verbs.add([ReportDate(ref="d", title="D", definition="annual", period="2022-Q5")], by=naree, now=now)

    ReportDate.objects.filter(pk=date.pk).update(period="2022-Q5")
    answer = Client().get("/reports/calendar/")
    assert (answer.status_code, "2022-Q5" in answer.content.decode()) == (200, True)
