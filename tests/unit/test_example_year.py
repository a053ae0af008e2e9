"""The example year keeps what data/reference/example-year.yaml decides, counted from its records."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from rso.accounts.models import Role, User
from rso.core.figures.reading import OFFICE, Reading, read
from rso.core.models import Basis, Precision
from rso.core.periods import Period
from rso.events.models import Event, Participation
from rso.finance.models import Budget, Contribution, Expenditure, Rate
from rso.members.models import Body, BodyKind, Person
from rso.outreach.models import Engagement
from rso.publications.models import Publication
from rso.workplan.models import Activity, Request, Undertaking
from tests.conftest import HOUSE
from tests.papers import paper

pytestmark = pytest.mark.usefixtures("office")
YEAR = paper(HOUSE / "data" / "reference" / "example-year.yaml")
#: The figure that counts each check sum.
CHECKED = {
    "participations": "participations",
    "people_reached": "people-reached",
    "people_trained": "people-trained",
    "events_held": "events-held",
    "trainings_held": "trainings-held",
    "trained_participations": "training-participations",
    "publications": "publications",
    "bodies_in_person": "bodies-supported-in-person",
    "countries_trained": "countries-reached-by-training",
    "partners": "partners-engaged",
}
DIALOGUE, TABLETOP, FORUM = "e2022-06", "e2022-07", "e2022-09"
TERRITORIES = {"HKG", "MAC", "FRA"}
STATES = {BodyKind.MEMBER_STATE, BodyKind.OBSERVER_STATE}


def of(slug: str, period: str = "2022") -> Reading:
    return read(slug, Period.parse(period), reader=OFFICE)


def counted() -> Iterable[Participation]:
    """The rows that the 600 count, one by one."""
    return of("participations").records.select_related("event", "member", "person").order_by("pk")


def bodies_at(*refs: str) -> set[str]:
    return {row.member.ref for row in counted() if row.event.ref in refs and row.member}


def rounded(value: Any) -> int:
    return round(value)


# -- check sums ----------------------------------------------------------------------------------------------------------


def test_every_check_sum_is_counted_from_the_records():
    assert {name: of(slug).value for name, slug in CHECKED.items()} == YEAR["check_sums"]


def test_the_bars_of_the_year_that_are_shares_and_splits_are_counted_from_the_records():
    by_event = {cell.key: cell.value for cell in of("bodies-supported-in-person").by("event").rows}

    assert (rounded(of("core-staff-share").value), rounded(of("host-staff-share").value)) == (18, 24)
    assert of("participations").by("event")[FORUM].value == 88
    assert (by_event[DIALOGUE], by_event[FORUM]) == (40, 35)
    assert of("group-meetings-supported").value == len(YEAR["supported_meetings"]) == 3


def test_the_fifty_bodies_in_person_split_by_kind_without_overlap():
    kinds = of("bodies-supported-in-person").by("kind")

    assert {cell.key: cell.value for cell in kinds.rows} == {
        "member_state": 38,
        "member_organisation": 4,
        "observer_state": 7,
        "observer_organisation": 1,
    }
    assert kinds.overlap == 0


def test_participations_fall_on_every_event_as_the_year_decides():
    wanted = {event["ref"]: event["n"] for event in YEAR["own_events"]}

    assert {cell.key: cell.value for cell in of("participations").by("event").rows} == wanted
    assert sum(wanted.values()) == 600


# -- events --------------------------------------------------------------------------------------------------------------


def as_decided(entry: dict[str, Any], role: str, kind: str = "") -> dict[str, Any]:
    return {
        "ref": entry["ref"], "title": entry["title"].replace("People's", "People’s"), "type": entry.get("type", kind),
        "mode": entry.get("mode", ""), "place": entry.get("place", ""), "role": role, "precision": entry["precision"],
        "starts": str(entry.get("starts", "")), "ends": str(entry.get("ends", "")), "partners": set(entry.get("partners", ())),
        "experts": set(entry.get("experts", ())), "basis": "stated", "state": "held",
    }  # fmt: skip


def as_recorded(event: Event) -> dict[str, Any]:
    parts: dict[str, set[str]] = defaultdict(set)
    for part in event.parts.select_related("body"):
        parts[part.part].add(part.body.ref)
    return {
        "ref": event.ref, "title": event.title.replace("People's", "People’s"), "type": event.type, "mode": event.mode,
        "place": event.place, "role": event.office_role, "precision": Precision(event.precision).slug,
        "starts": str(event.starts_on), "ends": str(event.ends_on), "partners": parts["partner"], "experts": parts["expert"],
        "basis": Basis(event.basis).slug, "state": event.state,
    }  # fmt: skip


def test_own_events_are_as_decided_and_the_office_had_the_role_that_it_chose():
    """Organised, except the roundtables and the two dialogues (co-hosted) and the tabletop exercise (facilitated)."""
    roles = {"roundtable": "co_hosted", "thematic_dialogue": "co_hosted", "tabletop_exercise": "facilitated"}
    wanted = [as_decided(entry, roles.get(entry["type"], "organised")) for entry in YEAR["own_events"]]

    assert [as_recorded(event) for event in of("events-held").records.order_by("ref")] == wanted


def test_meetings_of_groups_are_supported_numbered_and_in_no_headline():
    meetings = list(of("group-meetings-supported").records.select_related("group").order_by("ref"))

    assert [(m.ref, m.group.ref, m.ordinal, m.title) for m in meetings] == [
        (entry["ref"], entry["group"], entry["ordinal"], entry["title"]) for entry in YEAR["supported_meetings"]
    ]
    for meeting, entry in zip(meetings, YEAR["supported_meetings"], strict=True):
        decided = as_decided(entry, "supported", "working_group_meeting")
        found = as_recorded(meeting)
        if "starts" not in entry:
            assert (meeting.starts_on.year, entry["year"]) == (2022, 2022)
            decided |= {"starts": found["starts"], "ends": found["ends"]}
        assert found == decided
    assert not Participation.objects.filter(event__in=meetings).exists()


def test_what_sources_state_of_an_event_stands_beside_it():
    wanted = {
        (entry["ref"], "participants" if unit == "delegates" else unit, number)
        for entry in [*YEAR["own_events"], *YEAR["supported_meetings"]]
        for unit, number in entry.get("stated", {}).items()
    }
    found = Event.objects.filter(starts_on__year=2022, stated__isnull=False)

    assert set(found.values_list("ref", "stated__statement__unit", "stated__statement__number")) == wanted


def test_what_the_office_attended_is_an_engagement_and_no_event():
    found = of("engagements").records.order_by("ref")

    assert [(g.ref, g.title.replace("’", "'"), str(g.starts_on), Precision(g.precision).slug) for g in found] == [
        (entry["ref"], entry["title"], str(entry["starts"]), entry["precision"]) for entry in YEAR["engagements"]
    ]
    assert [
        {
            "group": g.group.ref if g.group else None,
            "ordinal": g.ordinal,
            "mode": g.mode or None,
            "place": g.place or None,
        }
        for g in found
    ] == [{name: entry.get(name) for name in ("group", "ordinal", "mode", "place")} for entry in YEAR["engagements"]]
    assert not Event.objects.filter(title__in=[entry["title"] for entry in YEAR["engagements"]]).exists()


# -- publications, partners ----------------------------------------------------------------------------------------------


def test_six_publications_are_named_and_ten_are_not():
    works = list(of("publications").records.order_by("ref"))
    named = [work for work in works if work.basis == Basis.STATED]
    unnamed = [work for work in works if work.basis == Basis.ILLUSTRATIVE]

    assert len(named) == len(YEAR["publications"]["named"]) == 6
    wanted = YEAR["publications"]["unnamed"]
    assert [work.title for work in unnamed] == [wanted["title"].format(n=n) for n in range(1, wanted["count"] + 1)]
    assert {(work.kind, work.summary, work.parts.count()) for work in unnamed} == {("not_named", "", 0)}


def test_works_of_other_years_and_papers_of_the_house_are_no_publications_of_the_year():
    other = (
        Publication.objects.out().exclude(pk__in=of("publications").records.values("pk")).order_by("first_issued_on")
    )

    assert [work.when for work in other] == ["January 2018", "7 April 2023", "May 2023"]
    assert not Publication.objects.filter(title__icontains="strategy").exists()
    assert not Publication.objects.filter(title__icontains="plan").exists()


def test_partners_are_those_of_the_two_lists_the_trainers_and_the_exercise():
    engaged = set(of("partners-engaged").records.values_list("ref", flat=True))
    outreach = set(
        Activity.objects.get(ref="a2022-23").parts.filter(part="partner").values_list("body__ref", flat=True)
    )
    training, exercise = set(YEAR["partners"]["training"]), set(YEAR["partners"]["exercise"])

    assert len(outreach) == YEAR["partners"]["outreach_and_cross_sector"] == 21
    assert engaged == outreach | training | exercise
    assert {"AUS", "AUS-DHA", "GABF"} & engaged == set()
    assert not Body.objects.filter(ref__in=engaged, kind__in=STATES).exists()


# -- rules of the year ---------------------------------------------------------------------------------------------------


def test_nothing_is_in_person_before_the_dialogue():
    modes = {event.ref: (event.starts_on, event.mode) for event in of("events-held").records}
    in_person = sorted(starts for starts, mode in modes.values() if mode == "in_person")
    presence: dict[str, set[int]] = {ref: set() for ref in modes}
    for row in counted():
        presence.setdefault(row.event.ref, set()).add(row.mode)

    assert in_person[0] == date(2022, 9, 7)
    assert {ref: seen == {1} for ref, seen in presence.items()} == {
        ref: mode == "in_person" for ref, (_starts, mode) in modes.items()
    }


def test_dialogue_and_forum_share_twenty_five_bodies_and_no_other_came_in_person():
    dialogue, forum = bodies_at(DIALOGUE), bodies_at(FORUM)
    in_person = {row.member.ref for row in counted() if row.mode == 1 and row.member}
    kinds = dict(Body.objects.values_list("ref", "kind"))

    assert (len(dialogue), len(forum), len(dialogue & forum), len(dialogue | forum)) == (40, 35, 25, 50)
    assert in_person == dialogue | forum
    assert sum(kinds[ref] == "member_state" for ref in dialogue) < 40
    for bodies in (dialogue, forum):
        assert {kinds[ref].removesuffix("_organisation") for ref in bodies} >= {"member_state", "observer_state"}
        assert any(kinds[ref].endswith("organisation") for ref in bodies)


def test_each_roundtable_draws_officials_of_its_own_state_only():
    roundtables = {event.ref: event.country for event in of("events-held").records if event.type == "roundtable"}

    assert {ref: bodies_at(ref) for ref in roundtables} == {ref: {country} for ref, country in roundtables.items()}
    assert sorted(roundtables.values()) == ["IDN", "MYS", "VNM"]


def test_the_tabletop_draws_twelve_member_states_that_all_met_in_person_elsewhere():
    states = bodies_at(TABLETOP)

    assert len(states) == 12
    assert set(Body.objects.filter(ref__in=states).values_list("kind", flat=True)) == {"member_state"}
    assert states <= bodies_at(DIALOGUE, FORUM)


def test_trainings_and_tabletop_draw_officials_of_twenty_six_states_and_of_no_territory():
    trainings = {event.ref for event in of("trainings-held").records}
    drawn = Body.objects.filter(ref__in=bodies_at(*trainings, TABLETOP))

    assert len(trainings) == 6
    assert {body.kind for body in drawn} <= STATES
    assert {body.ref for body in drawn} & TERRITORIES == set()
    assert len({body.country for body in drawn}) == 26


def test_forty_people_come_twice_eleven_of_them_to_two_trainings_and_nobody_more():
    attended: Counter[str] = Counter()
    trained: Counter[str] = Counter()
    for row in counted():
        if row.person:
            attended[row.person.ref] += 1
            trained[row.person.ref] += row.event.type == "training"

    assert Counter(attended.values())[2] == 40
    assert max(attended.values()) == 2
    assert Counter(trained.values())[2] == 11


def test_forty_five_attendances_have_no_known_sex_all_but_three_of_them_head_counts():
    unknown = [row for row in counted() if row.sex is None]
    heads = [row for row in unknown if row.person is None]

    assert sum(row.number for row in unknown) == 45
    assert (len(heads), sum(row.number for row in heads)) == (6, 42)
    assert all(row.person for row in counted() if row.sex is not None)
    assert rounded(of("share-of-women").value) == 41


def test_every_participation_is_illustrative_and_two_totals_are_stated():
    assert set(Participation.objects.values_list("basis", flat=True)) == {Basis.ILLUSTRATIVE}
    by_event = of("participations").by("event")

    assert {cell.key: dict(cell.parts) for cell in by_event.rows if "total_stated" in cell.parts} == {
        TABLETOP: {"total_stated": 45},
        FORUM: {"total_stated": 88},
    }
    assert (of("participations").total_stated, of("participations").basis) == (133, {"illustrative": 600})


# -- after the year ------------------------------------------------------------------------------------------------------


def test_what_came_after_the_year_is_on_record_and_in_no_figure_of_it():
    after = {entry["ref"]: entry for entry in YEAR["after_the_year"]}
    request = Request.objects.get(ref="q2022-01")
    dialogue = Event.objects.get(ref="e2023-01")
    brief = Publication.objects.get(ref="p2023-01")
    conference = Engagement.objects.get(ref="m2023-01")
    undertaking = Undertaking.objects.get(ref="u2023-01")
    gift = Contribution.objects.get(ref="c2023-01")

    assert (request.received_on, request.precision, request.answered_on) == (
        after["q2022-01"]["received"], Precision.MONTH, after["p2023-01"]["first_issued"],
    )  # fmt: skip
    assert (dialogue.starts_on, dialogue.type, dialogue.mode) == (
        after["e2023-01"]["starts"], after["e2023-01"]["type"], "online",
    )  # fmt: skip
    assert of("participations", "2023").by("event")["e2023-01"].value == after["e2023-01"]["n"] == 74
    assert list(dialogue.stated.values_list("statement__number", flat=True)) == [after["e2023-01"]["stated"]["bodies"]]
    assert (brief.first_issued_on, brief.kind) == (after["p2023-01"]["first_issued"], after["p2023-01"]["type"])
    assert brief.source is not None
    assert brief.source.ref == after["p2023-01"]["source"]
    assert (conference.starts_on, conference.place) == (after["m2023-01"]["starts"], after["m2023-01"]["place"])
    # YAML reads the key "on" as true.
    assert (undertaking.said_on, undertaking.state, undertaking.area.split("; ")) == (
        after["u2023-01"][True], after["u2023-01"]["state"], after["u2023-01"]["area"],
    )  # fmt: skip
    assert (gift.amount, gift.currency, gift.state, gift.starts_on.year) == (
        after["c2023-01"]["amount"] * 100, "AUD", "announced", 2023,
    )  # fmt: skip
    assert set(after) == {"q2022-01", "e2023-01", "p2023-01", "m2023-01", "u2023-01", "c2023-01"}


def test_of_what_came_after_only_the_receipt_of_the_request_is_of_the_year():
    later = {entry["ref"] for entry in YEAR["after_the_year"]} - {"q2022-01"}
    of_the_year = (
        "events-held", "publications", "engagements", "undertakings-recorded", "income", "contributions", "requests-answered",
    )  # fmt: skip
    found = {ref for slug in of_the_year for ref in of(slug).records.values_list("ref", flat=True)}

    assert found & (later | {"q2022-01"}) == set()
    assert of("requests-received").records.filter(ref="q2022-01").count() == 1
    assert of("requests-answered", "2023").records.filter(ref="q2022-01").count() == 1


# -- choices of the builder ----------------------------------------------------------------------------------------------


def test_what_the_builder_chose_is_marked_illustrative():
    activities = of("activities").records
    requests = of("requests-received").records.exclude(ref="q2022-01")

    assert 25 <= activities.count() <= 35
    assert set(activities.values_list("basis", flat=True)) == {Basis.ILLUSTRATIVE}
    assert set(of("income").records.values_list("basis", "kind", "funder__ref")) == {(4, "primary", "AUS-DHA")}
    assert of("income").records.count() == 2
    assert (requests.count(), set(requests.values_list("basis", flat=True))) == (5, {Basis.ILLUSTRATIVE})
    assert of("requests-open").value == 2
    assert set(Person.objects.values_list("basis", flat=True)) == {Basis.ILLUSTRATIVE}


def test_every_event_publication_and_engagement_of_the_year_belongs_to_an_activity():
    for slug in ("events-held", "group-meetings-supported", "publications", "engagements"):
        assert not of(slug).records.filter(activity__isnull=True).exists(), slug


# -- money ---------------------------------------------------------------------------------------------------------------


def test_expenditure_and_its_categories_are_as_decided():
    table = of("expenditure").by("category")

    assert of("expenditure").value == YEAR["money"]["total"] * 100
    assert {cell.key: cell.value for cell in table.rows} == {
        category: amount * 100 for category, amount in YEAR["money"]["categories"].items()
    }
    assert table.percents == YEAR["money"]["shares_per_cent"]


def test_the_operating_budget_is_three_times_the_one_off_contribution():
    budget = Budget.objects.get(kind="operating")

    assert of("operating-budget", "2023").value == 8_100_000_00
    assert (budget.starts_on, budget.ends_on) == (date(2021, 3, 1), date(2024, 6, 30))
    assert f"{of('contribution-share-of-budget', '2023').value:.1f}" == "33.3"


def test_a_category_has_one_to_four_ledger_lines_a_month_and_errors_are_reversed():
    reversing = list(Expenditure.objects.filter(reverses__isnull=False).select_related("reverses"))
    corrected = {row.pk for pair in reversing for row in (pair, pair.reverses)}
    lines = Counter(
        (row.category_id, row.spent_on.month) for row in of("expenditure").records if row.pk not in corrected
    )

    assert {(row.amount + row.reverses.amount, row.category_id == row.reverses.category_id) for row in reversing} == {
        (0, True)
    }
    assert len(lines) == 9 * 12
    assert set(lines.values()) == {1, 2, 3, 4}


def test_lines_in_other_currencies_have_the_rate_of_their_day():
    foreign = list(of("expenditure").records.exclude(currency="AUD"))
    rates = {(rate.currency, rate.on): (rate.rate, rate.scale) for rate in Rate.objects.all()}

    assert {row.currency for row in foreign} == {"THB", "USD"}
    assert all(row.rate_on <= row.spent_on for row in foreign)
    assert {(row.rate, row.scale) == rates[row.currency, row.rate_on] for row in foreign} == {True}
    assert set(of("expenditure").records.filter(currency="AUD").values_list("rate", "scale")) == {(1, 1)}


# -- the cast ------------------------------------------------------------------------------------------------------------


def test_the_cast_can_sign_in_each_in_its_role_at_an_address_that_reaches_nobody():
    people = User.objects.exclude(role=Role.SERVICE)
    titles = {
        "focal_point": {"focal point, Fiji", "focal point, Cambodia"},
        "practitioner": {"practitioner, Maldives", "practitioner, Mongolia (one name only)"},
    }
    wanted = {(entry["name"], entry["role"]) for entry in YEAR["cast"]}

    assert {user.name for user in people} == {name for name, _role in wanted}
    assert {(user.name, user.role) for user in people} == {
        (
            name,
            next((role for role, known in titles.items() if title in known), title.replace(" ", "_").replace("-", "_")),
        )
        for name, title in wanted
    }
    assert {user.email.endswith(".example") for user in people} == {True}
    assert {body: name for name, body in Person.objects.filter(name__in=people.values("name")).values_list("name", "body__ref")} == {
        "FJI": "Josefa Waqa", "KHM": "Sok Dara", "MDV": "Aishath Nazima", "MNG": "Batbayar",
    }  # fmt: skip
