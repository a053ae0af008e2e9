"""The home of a member: who may open it, whose people stand in it, and what it tells."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from rso.accounts.actions import platform, set_password
from rso.accounts.example import PASSWORD
from rso.accounts.models import Role, User
from rso.core.listings import listings
from rso.core.models import Access, Precision
from rso.events.models import Participation
from rso.members.actions import focal_point_verbs, person_verbs
from rso.members.models import Body, BodyKind, FocalPoint, Person
from rso.workplan.actions import request_verbs, set_undertakers
from rso.workplan.models import Request, Undertaking
from tests.sampling import few
from tests.web.markup import Page
from tests.web.walking import as_role

pytestmark = pytest.mark.usefixtures("office")

HOMES = FIJI, CAMBODIA, THAILAND, MALDIVES, IOM = "FJI", "KHM", "THA", "MDV", "IOM"
#: Whose home each of the cast may open: one's own, or as an office role with the right to look into homes all.
MAY_OPEN = {
    "josefa-waqa": {FIJI},
    "sok-dara": {CAMBODIA},
    **dict.fromkeys(
        ("naree-boonmee", "somchai-prasert", "tran-thi-mai", "ravi-perera", "harriet-lowe", "bagus-santoso"),
        frozenset(HOMES),
    ),
    **dict.fromkeys(("", "aishath-nazima", "batbayar", "lena-fischer", "marta-ilves", "kim-osei"), frozenset()),
}


def home(ref: str) -> str:
    return reverse("portal-home", args=[ref])


def pages_of(ref: str) -> dict[str, str]:
    """Every page of a home, by name."""
    lists = {offered.slug: reverse("portal-list", args=[ref, offered.slug]) for offered in listings.at_home()}
    return {"home": home(ref), "record": reverse("portal-record", args=[ref]), **lists}


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return " ".join(" ".join(Page(address, answer.content).root.find("body").itertext()).split())


def reads() -> list[tuple[str, str, int, str]]:
    """Who read how many of which records, of whom."""
    found = Access.objects.order_by("pk").select_related("actor")
    return [(each.actor.ref, each.kind, each.rows, each.filters) for each in found]


# -- who may ---------------------------------------------------------------------------------------------------------------


def test_the_cast_of_this_test_is_the_cast():
    assert set(MAY_OPEN) - {""} == set(User.objects.exclude(role=Role.SERVICE).values_list("ref", flat=True))


@pytest.mark.parametrize("who", few(MAY_OPEN))
def test_each_of_the_cast_opens_the_homes_that_are_theirs_and_no_other_page_of_any(who):
    client = as_role(who)
    agency = Body.objects.filter(kind=BodyKind.AGENCY, parent__ref=FIJI).order_by("pk")[0]
    opened = {
        (ref, name)
        for ref in (*HOMES, agency.ref, "nobody")
        for name, address in pages_of(ref).items()
        if client.get(address).status_code == 200
    }

    assert opened == {(ref, name) for ref in MAY_OPEN[who] for name in pages_of(ref)}


def test_a_home_that_is_not_ones_own_is_answered_as_one_that_is_not_there():
    client = as_role("josefa-waqa")
    other, none = client.get(home(CAMBODIA)), client.get(home("nobody"))

    assert (other.status_code, none.status_code) == (404, 404)
    assert other.content.decode().replace(CAMBODIA, "nobody") == none.content.decode()


def test_a_home_is_closed_on_the_day_after_the_last_of_its_focal_point(now):
    point, client = FocalPoint.objects.get(ref="fp-fji"), as_role("josefa-waqa")
    assert client.get(home(FIJI)).status_code == 200
    point.ends_on = date(2022, 12, 31)
    focal_point_verbs.change([point], by=platform(), now=now)

    assert client.get(home(FIJI)).status_code == 404
    assert "Nobody has named you as focal point" in text_of(client, reverse("portal"))


def test_a_focal_point_of_nobody_sees_no_people_without_an_account(now):
    """Most people have no account: whoever is not signed in is none of them."""
    batbayar = User.objects.get(ref="batbayar")

    assert [Body.objects.spoken_for_by(user, date(2023, 1, 1)).count() for user in (batbayar, User())] == [0, 0]
    assert Person.objects.visible_to(batbayar, date(2023, 1, 1)).count() == 0


def test_a_practitioner_who_is_named_as_focal_point_has_no_home_until_the_office_changes_the_role(now):
    maldives, aishath = Body.objects.get(ref=MALDIVES), Person.objects.get(ref="aishath-nazima")
    point = FocalPoint(ref="fp-mdv", body=maldives, person=aishath, starts_on=date(2022, 1, 1), source=maldives.source)
    focal_point_verbs.add([point], by=platform(), now=now)
    assert as_role("aishath-nazima").get(home(MALDIVES)).status_code == 404

    User.objects.filter(ref="aishath-nazima").update(role=Role.FOCAL_POINT)

    assert as_role("aishath-nazima").get(home(MALDIVES)).status_code == 200


def test_an_organisation_has_a_home_like_a_state_and_who_speaks_for_two_chooses(now):
    josefa, iom = Person.objects.get(ref="josefa-waqa"), Body.objects.get(ref=IOM)
    point = FocalPoint(ref="fp-iom", body=iom, person=josefa, starts_on=date(2023, 1, 1))
    focal_point_verbs.add([point], by=platform(), now=now)
    client = as_role("josefa-waqa")

    assert client.get(home(IOM)).status_code == 200
    links = Page("/portal/", client.get(reverse("portal")).content).links
    assert {link for link in links if link.startswith("/portal/")} == {
        "/portal/",
        "/portal/#main",
        home(FIJI),
        home(IOM),
    }


# -- the way in ------------------------------------------------------------------------------------------------------------


def test_a_focal_point_comes_home_on_signing_in_and_the_office_does_not(client, josefa, naree, now):
    led = {}
    for user in (josefa, naree):
        set_password(user, password=PASSWORD, by=platform(), now=now)
        answer = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
        led[user.ref] = urlsplit(answer.headers["Location"]).path
        client.logout()

    assert led == {"josefa-waqa": "/portal/", "naree-boonmee": "/office/"}
    assert as_role("josefa-waqa").get("/portal/").headers["Location"] == home(FIJI)


def test_the_office_is_told_as_whom_it_looks():
    words_for_fiji = "You see this page as the focal points of Fiji see it."

    assert words_for_fiji in text_of(as_role("naree-boonmee"), home(FIJI))
    assert words_for_fiji not in text_of(as_role("josefa-waqa"), home(FIJI))


@pytest.mark.parametrize("prefix", few(["", "/th"]))
def test_every_page_of_a_home_is_well_made(prefix):
    client = as_role("sok-dara")
    addresses = [
        prefix + address for address in (*pages_of(CAMBODIA).values(), pages_of(CAMBODIA)["people"] + "?year=x")
    ]

    assert [fault for address in addresses for fault in Page(address, client.get(address).content).faults] == []


# -- whose people ----------------------------------------------------------------------------------------------------------


def test_the_people_of_a_home_are_its_own_and_no_page_of_it_names_anyone_elses():
    ours = {row.person.name for row in Participation.objects.filter(member__ref=FIJI).select_related("person")}
    theirs = set(Person.objects.exclude(body__ref=FIJI).values_list("name", flat=True))
    theirs -= set(Person.objects.filter(body__ref=FIJI).values_list("name", flat=True))
    # One name alone, as many have, may stand within another.
    theirs = {name for name in theirs if " " in name}
    client = as_role("josefa-waqa")
    everything = " ".join(client.get(address).content.decode() for address in pages_of(FIJI).values())

    assert {name for name in ours if name not in everything} == set()
    assert {name for name in theirs if name in everything} == set()
    assert len(ours) > 5
    assert len(theirs) > 100
    cambodia = as_role("sok-dara").get(pages_of(CAMBODIA)["people"]).content.decode()
    assert {name for name in theirs if name in cambodia} != set()


def test_reading_the_people_of_a_home_makes_no_page_of_figures_anew(client, django_assert_max_num_queries):
    figure = "/figures/participations/2022/"
    client.get(figure)
    as_role("josefa-waqa").get(pages_of(FIJI)["people"])

    with django_assert_max_num_queries(7):
        client.get(figure)


def test_the_post_of_whoever_has_left_for_another_body_is_no_longer_told(now):
    row = Participation.objects.filter(member__ref=FIJI).order_by("pk").select_related("person")[0]
    client, address = as_role("josefa-waqa"), pages_of(FIJI)["people"]
    row.person.post = "Attaché for visas"
    person_verbs.change([row.person], by=platform(), now=now)
    assert "Attaché for visas" in text_of(client, address)

    row.person.body, row.person.agency = Body.objects.get(ref=MALDIVES), None
    person_verbs.change([row.person], by=platform(), now=now)

    assert "Attaché for visas" not in text_of(client, address)
    assert row.person.name in text_of(client, address)


def test_whoever_reads_the_names_of_people_is_told_once_a_page():
    client = as_role("josefa-waqa")
    for address in pages_of(FIJI).values():
        client.get(address)
    as_role("naree-boonmee").get(pages_of(FIJI)["people"] + "?year=2022")
    as_role("sok-dara").get(pages_of(FIJI)["people"])
    as_role("naree-boonmee").get(pages_of(MALDIVES)["record"])

    assert reads() == [
        ("josefa-waqa", "events.participation", 5, "body=FJI"),
        ("josefa-waqa", "members.focalpoint", 1, "body=FJI"),
        ("josefa-waqa", "events.participation", 13, "body=FJI"),
        ("naree-boonmee", "events.participation", 11, "body=FJI&year=2022"),
    ]


# -- what it tells ---------------------------------------------------------------------------------------------------------


def test_a_request_tells_its_state_and_how_long_it_has_waited_or_took():
    told = text_of(as_role("josefa-waqa"), pages_of(FIJI)["requests"])
    answered, waiting = (Request.objects.get(ref=ref) for ref in ("q2022-03", "q2022-05"))

    assert f"{answered} 5 April 2022 Answered 19 April 2022, after 14 days" in told
    # Up to 31 May 2023, the last day that the records of the example cover.
    assert f"{waiting} 26 September 2022 In work Not yet, for 247 days" in told


def test_a_request_of_which_only_the_month_is_known_tells_no_days(now):
    request = Request.objects.get(ref="q2022-06")
    request.precision = Precision.MONTH
    request_verbs.change([request], by=platform(), now=now)

    assert f"{request} November 2022 In work Not yet Nothing" in text_of(
        as_role("sok-dara"), pages_of(CAMBODIA)["requests"]
    )


def test_a_home_without_a_request_says_so_and_what_to_do():
    assert "No request of yours is on record. Write to the office" in text_of(as_role("naree-boonmee"), home(MALDIVES))


def test_an_undertaking_is_told_as_progress_with_what_the_office_did():
    told = text_of(as_role("sok-dara"), pages_of(CAMBODIA)["undertakings"])
    lower_fees = Undertaking.objects.get(ref="u2022-01")
    (origin,) = lower_fees.activities.all()

    assert "Undertakings are voluntary. What stands here is progress." in told
    assert f"{lower_fees.text} 2022 In progress {lower_fees.meeting} {origin.activity.title}" in told


def test_what_arose_from_an_undertaking_of_the_member_is_work_with_it(now):
    told = Undertaking.objects.filter(activities__isnull=False).exclude(parts__body__ref=FIJI).order_by("pk")[0]
    activity = told.activities.all()[0].activity
    client, address = as_role("josefa-waqa"), pages_of(FIJI)["work"]
    assert activity.title not in text_of(client, address)

    set_undertakers({told: [{"body": Body.objects.get(ref=FIJI)}]}, by=platform(), now=now)

    assert activity.title in text_of(client, address)


def test_a_figure_of_the_home_is_the_members_row_of_the_figure_and_opens_it():
    page = as_role("josefa-waqa").get(home(FIJI)).content.decode()
    shown = dict(re.findall(r'href="/figures/([a-z-]+)/2022/#by-member"[^>]*>(\d+)<', page))
    rows = Client().get("/tables/?figure=participations&period=2022&by=member&format=csv")
    table = b"".join(rows.streaming_content).decode()

    assert re.search(rf",FJI,[^,]*,{shown['participations']},", table)
    assert 'id="by-member"' in Client().get("/figures/participations/2022/").content.decode()


def test_what_the_office_holds_names_focal_points_and_seats_with_since_when():
    told = text_of(as_role("sok-dara"), pages_of(CAMBODIA)["record"])

    assert "Sok Dara Since 1 June 2021" in told
    assert "Stated" in told


def test_a_year_without_records_says_so_and_one_that_cannot_be_read_is_refused():
    client, address = as_role("josefa-waqa"), pages_of(FIJI)["people"]

    assert "0 found" in text_of(client, f"{address}?year=1999")
    assert client.get(f"{address}?year=never").status_code == 422
