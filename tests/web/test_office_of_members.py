"""The desks of members: who sees people, what the page of a body gathers, which members have nothing planned."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from rso.accounts.models import Role
from rso.core.verbs import Refused
from rso.events.models import Event
from rso.members.actions import body_verbs
from rso.members.models import Body, FocalPoint, Group, Person, Seat
from rso.members.policies import KEEP_BODIES, KEEP_PEOPLE, SEE_PEOPLE
from rso.members.site import roles_of
from rso.workplan.actions import request_verbs, set_askers
from rso.workplan.models import Activity, Request
from tests.web.conftest import as_user
from tests.web.markup import words
from tests.web.test_every_desk import answers_of
from tests.web.test_office_forms import summary
from tests.web.test_office_of_requests import named, page, part, rows, tabs

pytestmark = pytest.mark.usefixtures("office")


def test_people_are_seen_and_kept_by_few():
    few = {Role.PROGRAMME_OFFICER, Role.MONITORING_OFFICER, Role.CO_MANAGER}

    assert (SEE_PEOPLE.roles, KEEP_PEOPLE.roles) == (few | {Role.DATA_PROTECTION_LEAD}, few)
    assert KEEP_BODIES.roles == few | {Role.ADMINISTRATOR}


def test_the_page_of_a_body_names_its_people_only_to_those_who_see_them(naree):
    seen = {ref: page(named(ref), "/office/members/KHM/") for ref in ("naree-boonmee", "lena-fischer", "kim-osei")}

    assert {ref: "Sok Dara" in words(found.root) for ref, found in seen.items()} == {
        "naree-boonmee": True,
        "lena-fischer": False,
        "kim-osei": False,
    }


def test_a_refusal_to_remove_a_body_names_nobody_and_can_be_told_in_any_language(now, monkeypatch):
    monkeypatch.setattr("rso.core.verbs._", lambda text: text.replace("still used by", "masih dipakai oleh"))
    kim, josefa = named("kim-osei"), Person.objects.get(ref="josefa-waqa")
    body = Body.objects.create(ref="NEW", kind="partner", name="A new partner")
    FocalPoint.objects.create(ref="fp-new", body=body, person=josefa, starts_on=now.date())
    with pytest.raises(Refused) as refused:
        body_verbs.remove([body], by=kim, now=now)

    assert str(refused.value) == "masih dipakai oleh focal point fp-new"


def test_a_refusal_to_remove_names_what_a_link_ties_the_record_to(now):
    naree, request = named("naree-boonmee"), Request.objects.get(ref="q2022-01")
    body = Body.objects.create(ref="NEW", kind="partner", name="A new partner")
    set_askers({request: [{"body": body}]}, by=naree, now=now)
    Activity.objects.get(ref="a2022-02").origins.create(request=request)
    refusals = []
    for verbs, thing in ((body_verbs, body), (request_verbs, request)):
        with pytest.raises(Refused) as refused:
            verbs.remove([thing], by=naree, now=now)
        refusals.append(str(refused.value))

    assert refusals[0] == "still used by request More on online scam centres"
    assert "activity 10th Anniversary Border and Technology Forum" in refusals[1]


def test_the_page_of_a_body_gathers_what_it_asked_undertook_and_took_part_in(naree):
    found = page(naree, "/office/members/KHM/")

    assert "Lower visa fees for migrant workers to Thailand In progress 2022" in part(found, "Undertakings")
    assert "10th Anniversary Border and Technology Forum Held" in part(found, "Events that its people were entered for")
    assert "Police, Cambodia Police and law enforcement" in part(found, "Agencies")
    assert "/office/requests/new/?members=KHM" in found.links


def test_a_request_begun_from_a_body_is_its_own(naree):
    sent = answers_of(as_user(naree).get("/office/requests/new/?members=KHM").content)
    as_user(naree).post("/office/requests/new/", {**sent, "title": "A course", "received_on": "2023-01-09"})

    assert "A course Received" in part(page(naree, "/office/members/KHM/"), "Requests")


def test_members_with_nothing_planned_have_a_view_until_something_is(naree):
    idle = "/office/members/?view=idle"
    assert "Members with nothing planned" in tabs(page(naree, "/office/members/"))
    assert "Bhutan" in rows(page(naree, idle))

    bhutan, day = Body.objects.get(ref="BTN"), timezone.localdate() + timedelta(days=30)
    event = Event.objects.create(
        ref="e-to-come", title="A workshop", type="workshop", office_role="organised", starts_on=day, ends_on=day
    )
    event.parts.create(body=bhutan, part="host")

    assert "Bhutan" not in rows(page(naree, idle))


def test_a_group_is_called_by_the_name_that_it_bears_today(naree):
    group = Group.objects.get(ref="AHG")
    group.names.create(ref="AHG-later", name="Ad Hoc Circle", starts_on=timezone.localdate())

    assert "Ad Hoc Circle" in rows(page(naree, "/office/groups/"))
    assert "Ad Hoc Circle" in part(page(naree, "/office/members/AUS/"), "Seats in groups")


def test_the_name_of_a_member_is_told_in_the_readers_language(naree):
    assert "กัมพูชา" in rows(page(naree, "/th/office/members/?view=states"))


@pytest.mark.parametrize(
    ("address", "at"), [("/office/requests/", "Requests"), ("/office/undertakings/", "Undertakings")]
)
def test_the_navigation_has_the_rooms_in_their_order(naree, address, at):
    nav = next(e for e in page(naree, address).all("nav") if e.get("class") == "side")
    entries = [words(a) for a in nav.iter("a")]
    here = [words(a) for a in nav.iter("a") if a.get("aria-current")]

    rooms = ["Members", "Requests", "Undertakings", "Priority issues", "Work plan", "Events"]
    assert [entry for entry in entries if entry in rooms] == rooms
    assert here == [at]


@pytest.mark.parametrize("at", ["Corrections", "Duplicates"])
def test_what_concerns_all_rooms_stands_below_them(naree, at):
    nav = next(e for e in page(naree, f"/office/{at.lower()}/").all("nav") if e.get("class") == "side")

    assert [words(a) for a in nav.iter("a")][-3:] == ["The office itself", "Corrections", "Duplicates"]
    assert [words(a) for a in nav.iter("a") if a.get("aria-current")] == [at]


def test_a_body_keeps_the_ref_that_it_was_given(naree):
    sent = answers_of(as_user(naree).get("/office/members/KHM/edit/").content)
    as_user(naree).post("/office/members/KHM/edit/", {**sent, "ref": "KHX", "remark": "Checked"})

    assert Body.objects.get(ref="KHM").remark == "Checked"
    assert not Body.objects.filter(ref="KHX").exists()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"body": "AUS-POL"}, "State or organisation: is an agency; name its State or organisation here and the agency beside it"),
        ({"body": "VNM", "agency": "AUS-POL"}, "Agency: belongs to another body than the person"),
        ({"body": "VNM", "agency": "IOM"}, "Agency: is no agency"),
    ],
)  # fmt: skip
def test_a_person_is_of_a_state_or_organisation_and_of_an_agency_of_its_own(naree, wrong, says):
    sent = answers_of(as_user(naree).get("/office/people/new/").content)

    assert summary(as_user(naree).post("/office/people/new/", {**sent, "name": "Ana Vula", **wrong})) == [says]


def test_an_agency_belongs_to_no_other_agency():
    kim, address = named("kim-osei"), "/office/members/new/"
    sent = {**answers_of(as_user(kim).get(address).content), "ref": "AUS-X", "kind": "agency", "name": "Academy"}
    answer = as_user(kim).post(address, {**sent, "parent": "AUS-POL"})

    assert summary(answer) == ["State or organisation: an agency belongs to a State or organisation; name it"]


def test_the_navigation_marks_a_desk_that_higher_rooms_have_extended(naree):
    nav = next(e for e in page(naree, "/office/members/KHM/").all("nav") if e.get("class") == "side")

    assert [words(a) for a in nav.iter("a") if a.get("aria-current")] == ["Members"]


def test_a_name_in_another_language_is_marked_as_such(naree):
    found = page(naree, "/office/members/KHM/")

    assert {words(dd): dd.get("lang") for dd in found.all("dd") if words(dd) in ("Cambodia", "Kamboja", "กัมพูชา")} == {
        "Cambodia": "en",
        "Kamboja": "id",
        "กัมพูชา": "th",
    }


def test_a_short_name_in_another_language_is_asked_for_in_one_line(naree):
    form = page(naree, "/office/members/KHM/edit/")

    assert [e.tag for e in form.all("input", "textarea") if e.get("name") == "name_th"] == ["input"]


def test_a_member_is_one_from_the_day_it_joins_to_the_day_it_leaves_on_every_screen(client, naree):
    """Whoever enters either day beforehand changes nothing yet."""
    today = timezone.localdate()
    body = Body.objects.filter(ref="FJI")

    def shown() -> list[bool]:
        lists = client.get("/members/").content.decode(), client.get("/api/members/?limit=500").content.decode()
        office = as_user(naree).get("/office/members/?view=states&q=FJI").content.decode()
        told = ["/members/FJI/" in page for page in lists]
        return [*told, "/office/members/FJI/" in office, Body.objects.members(today).filter(ref="FJI").exists()]

    seen = []
    for joined, left in ((None, 1), (None, 0), (1, None), (0, None)):
        days = [None if days is None else today + timedelta(days=days) for days in (joined, left)]
        body.update(joined_on=days[0], left_on=days[1])
        seen.append(shown())
    assert seen == [[True] * 4, [False] * 4, [False] * 4, [True] * 4]


@pytest.mark.parametrize(
    ("starts", "ends", "years"),
    [
        ("2018-04-01", "2020-01-01", "2018–2019"), ("2017-01-01", "2018-01-01", "2017"), ("2017-01-01", "2018-01-02", "2017–2018"),
        ("2024-01-01", None, "2024–"), (None, "2018-01-01", "–2017"), (None, None, ""),
    ],
)  # fmt: skip
def test_the_years_of_a_seat_are_those_in_which_it_was_held(starts, ends, years):
    first, end = (day and date.fromisoformat(day) for day in (starts, ends))

    assert roles_of([Seat(role="co_chair", starts_on=first, ends_on=end)]) == [("Co-chair", years)]
