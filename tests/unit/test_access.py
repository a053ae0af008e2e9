"""Who saw what: one row for each page or file, told before anything is shown, and found again by person, record and day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.conf import settings

from rso.accounts.models import User
from rso.accounts.policies import READ_AUDIT_TRAIL
from rso.core.access import FILTERS, Tally, by_day, by_person, by_record, is_guarded, noun_of, saw, seen
from rso.core.figures.cache import last_change
from rso.core.models import Access, AuditEvent, Saw
from rso.events.models import Event, Participation
from rso.members.models import Body, Person
from tests.web.walking import ANYONE, JOSEFA, NAREE, as_role

pytestmark = pytest.mark.usefixtures("office")


@pytest.fixture
def people() -> list[Person]:
    return list(Person.objects.order_by("pk")[:3])


def told() -> list[tuple[object, ...]]:
    return list(seen().values_list("actor__ref", "what", "kind", "ref", "rows", "filters"))


# -- what is told --------------------------------------------------------------------------------------------------------


def test_the_page_of_a_person_is_one_row(naree, now, people):
    saw(people[0], by=naree, now=now)

    assert told() == [("naree-boonmee", "read", "members.person", people[0].ref, 1, "")]
    assert Access.objects.get().at == now


def test_a_list_or_a_file_is_one_row_with_its_number_and_its_filters(naree, now, django_assert_num_queries):
    with django_assert_num_queries(1):
        saw(Person, by=naree, now=now, what=Saw.EXPORTED, rows=10_000, filters="body=FJI")
    saw(Person, by=naree, now=now, what=Saw.LISTED, rows=50, filters="q=" + "x" * FILTERS)

    assert told() == [
        ("naree-boonmee", "listed", "members.person", "", 50, f"q={'x' * FILTERS}"[:FILTERS]),
        ("naree-boonmee", "exported", "members.person", "", 10_000, "body=FJI"),
    ]


def test_reads_of_what_anyone_may_see_are_not_told_and_exports_of_it_are(naree, now):
    saw(Event.objects.get(ref="e2022-01"), by=naree, now=now)
    saw(Event, by=naree, now=now, what=Saw.LISTED, rows=18)
    assert told() == []

    saw(Event, by=naree, now=now, what=Saw.EXPORTED, rows=18)
    assert told() == [("naree-boonmee", "exported", "events.event", "", 18, "")]


def test_what_names_people_is_guarded():
    assert [is_guarded(model) for model in (Person, Participation, User, Event, Body)] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_a_read_moves_no_figure_and_stands_in_no_history(naree, now, people):
    before = (last_change(["members.person"]), AuditEvent.objects.count())
    saw(people[0], by=naree, now=now)

    assert (last_change(["members.person"]), AuditEvent.objects.count()) == before


def test_the_data_protection_lead_alone_reads_who_saw_what(ravi, naree):
    assert [READ_AUDIT_TRAIL.allows(user) for user in (ravi, naree)] == [True, False]


# -- what is found -------------------------------------------------------------------------------------------------------


@pytest.fixture
def week(naree, ravi, now, people) -> datetime:
    """Naree reads two people, one of them twice, and exports all; the next day Ravi reads the third and looks at accounts."""
    for person in (people[0], people[1], people[0]):
        saw(person, by=naree, now=now)
    saw(Person, by=naree, now=now, what=Saw.EXPORTED, rows=300)
    later = now + timedelta(days=1)
    saw(people[2], by=ravi, now=later)
    saw(User, by=ravi, now=later, what=Saw.LISTED, rows=13)
    return later


def test_what_was_seen_is_found_by_person_record_kind_verb_and_day(week, naree, ravi, now, people):
    assert [access.actor.ref for access in seen()] == ["ravi-perera"] * 2 + ["naree-boonmee"] * 4
    assert seen(by=ravi).count() == 2
    assert seen(thing=people[0]).count() == 2
    assert seen(kind="members.person").count() == 5
    assert seen(what=Saw.EXPORTED).count() == 1
    assert seen(last=date(2023, 3, 31)).count() == 4
    assert seen(first=date(2023, 4, 1)).count() == 2
    assert seen(by=naree, first=date(2023, 4, 1)).count() == 0


def test_the_days_are_those_of_the_office_not_of_utc(naree, people):
    at = datetime.fromisoformat("2023-03-31T23:30:00+07:00")
    saw(people[0], by=naree, now=at)

    assert [seen(first=day, last=day).count() for day in (date(2023, 3, 31), date(2023, 4, 1))] == [1, 0]
    assert [tally.key for tally in by_day(seen())] == [date(2023, 3, 31)]
    assert settings.TIME_ZONE == "Asia/Bangkok"


def test_tallies_tell_who_saw_most_what_was_read_most_and_on_which_days(week, people):
    assert by_person(seen()) == [
        Tally("Naree Boonmee", 4, 303, "naree-boonmee"), Tally("Ravi Perera", 2, 14, "ravi-perera"),
    ]  # fmt: skip
    assert by_record(seen())[0] == Tally(str(people[0]), 2, 2, ("members.person", people[0].ref))
    assert {tally.times for tally in by_record(seen())[1:]} == {1}
    assert by_day(seen()) == [
        Tally("2023-04-01", 2, 14, date(2023, 4, 1)), Tally("2023-03-31", 4, 303, date(2023, 3, 31)),
    ]  # fmt: skip


@pytest.mark.parametrize("number", [1, 3])
def test_a_tally_costs_the_same_queries_however_many_were_read(naree, now, people, number, django_assert_num_queries):
    for person in people[:number]:
        saw(person, by=naree, now=now)

    with django_assert_num_queries(2):
        assert len(by_record(seen())) == number


def test_a_record_that_is_gone_and_a_kind_that_is_no_more_are_named_as_they_were(naree, now):
    Access.objects.create(at=now, actor=naree, kind="members.person", ref="p-gone")
    Access.objects.create(at=now, actor=naree, kind="rooms.gone", ref="x")

    assert sorted(tally.label for tally in by_record(seen())) == ["p-gone", "x"]
    assert [noun_of("members.person"), noun_of("rooms.gone")] == ["Person", "rooms.gone"]


# -- pages that show names -----------------------------------------------------------------------------------------------


def test_the_names_behind_a_figure_are_told_when_the_office_sees_them_and_when_it_takes_them_away():
    staff = as_role(NAREE)
    for _time in range(2):
        staff.get("/figures/participations/2022/")
    rows = len(staff.get("/figures/participations/2022/records.csv").getvalue().splitlines()) - 1
    asked = "figure=participations&period=2022"

    assert told() == [
        ("naree-boonmee", "exported", "events.participation", "", rows, asked),
        *[("naree-boonmee", "listed", "events.participation", "", 50, asked)] * 2,
    ]


def test_nothing_is_told_of_readers_who_see_no_names_or_of_figures_without():
    for role in (ANYONE, JOSEFA):
        as_role(role).get("/figures/participations/2022/")
        as_role(role).get("/figures/participations/2022/records.csv").getvalue()
    as_role(NAREE).get("/figures/events-held/2022/")

    assert told() == []
