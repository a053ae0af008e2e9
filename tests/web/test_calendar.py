"""The office's calendar, and the addresses at which other calendars read it."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from icalendar import Calendar

from rso.accounts import actions
from rso.accounts.models import User
from rso.core.merging import merge
from rso.core.models import CalendarFeed
from rso.core.office.calendar import ADDRESSES
from rso.events.models import Event
from rso.members.actions import body_verbs
from rso.members.models import Body
from rso.reports.models import ReportDate, SectionText
from tests.conftest import named
from tests.web.conftest import as_user
from tests.web.markup import Page, words

pytestmark = pytest.mark.usefixtures("office")
OCTOBER = "/office/calendar/?month=2022-10"


@pytest.fixture
def today(monkeypatch) -> None:
    """A day of the example year."""
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_now: date(2022, 10, 20))


def made(user: User, **answers: str) -> str:
    """The path of a new address, as the page shows it once."""
    client = as_user(user)
    client.post("/office/calendar/addresses/", answers)
    page = Page("/", client.get("/office/calendar/").content)
    return "/calendar/" + words(page.all("code")[0]).rpartition("/")[2]


def titles(answer) -> list[str]:
    return [str(event["summary"]) for event in Calendar.from_ical(answer.content).walk("VEVENT")]


def test_a_month_shows_what_has_a_known_day_in_it(naree):
    page = Page(OCTOBER, as_user(naree).get(OCTOBER).content)

    assert page.faults == []
    assert "10th Anniversary Border and Technology Forum" in words(page.root)
    assert "Trafficking in persons investigations" not in words(page.root)


def test_what_is_known_by_its_month_alone_is_listed_in_it_and_stands_on_no_day(naree, today):
    page = Page("/", as_user(naree).get("/office/calendar/?month=2022-12").content)
    (table,) = page.all("table")
    listed = [words(item) for item in page.all("li") if "Border Management by Air" in words(item)]

    assert "Border Management by Air" not in words(table)
    assert [item.partition(" Border")[0] for item in listed] == ["Dec 2022"]
    assert "Border Management by Air" not in titles(Client().get(made(naree)))


@pytest.mark.parametrize("month", ["2022-13", "1", "", "9999-01", "2022-10\x00", "1900-01", "2199-12"])
def test_any_month_is_answered(naree, month):
    assert as_user(naree).get("/office/calendar/", {"month": month}).status_code == 200


def test_only_mine_are_what_i_lead(naree):
    Event.objects.filter(ref="e2022-09").update(activity=None)
    client = as_user(naree)

    assert "Border and Technology Forum" in client.get(OCTOBER).content.decode()
    assert "Border and Technology Forum" not in client.get(f"{OCTOBER}&mine=1").content.decode()


def test_an_address_gives_the_calendar_without_signing_in_and_is_shown_once(naree, today):
    address = made(naree)
    answer = Client().get(address)

    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "10th Anniversary Border and Technology Forum" in titles(answer)
    event = next(e for e in Calendar.from_ical(answer.content).walk("VEVENT") if "Forum" in e["summary"])
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2022, 10, 26), date(2022, 10, 28))
    assert "<code>" not in as_user(naree).get("/office/calendar/").content.decode()


def test_my_own_address_gives_what_i_lead_and_another_the_whole_office(naree, marta, today):
    Event.objects.filter(ref="e2022-09").update(activity=None)
    forum = "10th Anniversary Border and Technology Forum"
    own, nothing, whole = (Client().get(made(user, body=of)) for user, of in ((naree, "*"), (marta, "*"), (marta, "")))

    assert (titles(nothing), forum in titles(own), forum in titles(whole)) == ([], False, True)
    assert set(titles(own)) < set(titles(whole))


def test_an_address_is_told_by_the_name_of_whose_calendar_it_gives(naree, today):
    calendars = [Client().get(made(naree, body=of)) for of in ("*", "", "FJI")]
    page = Page("/", as_user(naree).get("/office/calendar/").content)

    assert [words(heading) for heading in page.all("h3")][-3:] == ["Fiji", "The whole office", "My own"]
    assert [str(Calendar.from_ical(found.content)["x-wr-calname"]).partition(": ")[2] for found in calendars] == [
        "Naree Boonmee",
        "The whole office",
        "Fiji",
    ]


def test_what_does_not_take_place_is_struck_out_of_a_calendar_and_says_so(naree, today):
    Event.objects.filter(ref="e2022-09").update(state="postponed", reason="The venue closed")
    answer = Client().get(made(naree))
    (found,) = (e for e in Calendar.from_ical(answer.content).walk("VEVENT") if "Border and Tech" in e["summary"])

    assert (found["summary"], found["status"]) == (
        "Postponed: 10th Anniversary Border and Technology Forum",
        "CANCELLED",
    )


def test_the_address_of_a_member_gives_what_it_has_a_part_in_and_leads_to_public_pages(naree, today):
    answer = Client().get(made(naree, body="FJI"))
    fiji = Body.objects.get(ref="FJI").pk
    with_fiji = set(Event.objects.with_body(fiji).filter(precision=1).values_list("title", flat=True))

    assert set(titles(answer)) == with_fiji
    assert b"/office/" not in answer.content


def test_the_address_of_a_member_goes_on_when_it_is_merged_and_is_empty_when_it_is_gone(naree, harriet, today, now):
    once, other = (Body(ref=ref, kind="member_state", name="Fidji") for ref in ("t-once", "t-other"))
    body_verbs.add([once, other], by=harriet, now=now)
    merged, gone = made(naree, body="t-once"), made(naree, body="t-other")

    merge(Body.objects.get(ref="FJI"), once, by=harriet, now=now, reason="Fiji")
    body_verbs.remove([other], by=harriet, now=now)

    assert len(titles(Client().get(merged))) > 0
    assert titles(Client().get(gone)) == []


def test_a_revoked_address_gives_nothing(naree, today):
    address = made(naree)
    as_user(naree).post("/office/calendar/addresses/", {"revoke": CalendarFeed.objects.get().pk})

    assert Client().get(address).status_code == 404


def test_nobody_revokes_the_address_of_another(naree, today):
    address = made(naree)
    somchai = User.objects.get(ref="somchai-prasert")
    as_user(somchai).post("/office/calendar/addresses/", {"revoke": CalendarFeed.objects.get().pk})

    assert Client().get(address).status_code == 200


def test_the_address_of_someone_who_has_left_gives_nothing(naree, today):
    address = made(naree)
    User.objects.filter(pk=naree.pk).update(is_active=False)

    assert Client().get(address).status_code == 404


def test_an_address_stays_closed_when_its_owner_comes_back(naree, kim, today, now):
    address = made(naree)
    actions.disable_accounts([User.objects.get(pk=naree.pk)], by=kim, now=now)
    actions.bring_back([User.objects.get(pk=naree.pk)], by=kim, now=now)

    assert Client().get(address).status_code == 404


def test_the_database_does_not_hold_the_address(naree, today):
    token = made(naree).removeprefix("/calendar/").removesuffix(".ics")

    assert token not in str(CalendarFeed.objects.values().get())


def test_nobody_has_addresses_without_end(naree):
    client = as_user(naree)
    for _time in range(ADDRESSES + 2):
        client.post("/office/calendar/addresses/", {})

    assert CalendarFeed.objects.filter(owner=naree).count() == ADDRESSES


def test_the_days_on_which_reports_come_out_and_ones_own_sections_are_due_stand_in_it(naree, today):
    ReportDate.objects.filter(definition="annual", period="2022").update(planned_on=date(2022, 10, 28))
    for section, writer in (("theme-1", naree), ("theme-2", named("tran-thi-mai"))):
        SectionText.objects.filter(report__ref="annual-2022", section=section, language="en").update(
            writer=writer, due_on=date(2022, 10, 21), state="draft"
        )
    shown = words(Page(OCTOBER, as_user(naree).get(OCTOBER).content).root)
    mine = words(Page(OCTOBER, as_user(naree).get(f"{OCTOBER}&mine=1").content).root)

    annual = f"Comes out: {ReportDate.objects.get(definition='annual', period='2022')}"
    assert (annual in shown, annual in mine) == (True, False)
    assert [title for title in titles(Client().get(made(naree, body="*"))) if "Due: " in title] == [
        "Due: The Covid-19 pandemic and future impacts"
    ]
