"""The audit trail tells which records can have moved a figure: drift by these alone says the same as by all of them."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from rso.accounts.models import User
from rso.core import verbs
from rso.core.figures import registry
from rso.core.figures.reading import Reading
from rso.core.figures.touching import touched
from rso.core.models import AuditEvent, Basis
from rso.events.actions import correct_participations, event_verbs, strike_participations
from rso.events.models import Event, EventType, Participation
from rso.finance.models import Expenditure
from rso.members.actions import body_verbs
from rso.members.models import Body, Region
from rso.reports.drift import drift
from rso.workplan.actions import set_themes
from rso.workplan.models import Activity, Theme
from tests.conftest import NOW
from tests.unit.test_drift import EDITS, YEAR, _rows, frozen_edition, make, taken_back


def change_region(at: int, by: User) -> None:
    bodies = list(Body.objects.filter(kind__endswith="state").order_by("ref"))
    body = bodies[at % len(bodies)]
    body.region = list(Region.values)[at % len(Region.values)]
    body_verbs.change([body], by=by, now=NOW)


def change_kind(at: int, by: User) -> None:
    bodies = list(Body.objects.filter(kind__in=("member_state", "observer_state")).order_by("ref"))
    body = bodies[at % len(bodies)]
    body.kind = "observer_state" if body.kind == "member_state" else "member_state"
    body_verbs.change([body], by=by, now=NOW)


def change_name(at: int, by: User) -> None:
    bodies = list(Body.objects.order_by("ref"))
    bodies[at % len(bodies)].name += f" {at}"
    body_verbs.change([bodies[at % len(bodies)]], by=by, now=NOW)


def weigh_themes(at: int, by: User) -> None:
    activities, themes = (list(model.objects.order_by("ref")) for model in (Activity, Theme))
    rows = [{"theme": themes[at % len(themes)], "weight": 100}] if at % 3 else []
    set_themes({activities[at % len(activities)]: rows}, by=by, now=NOW)


def move_to_another_activity(at: int, by: User) -> None:
    events, activities = (list(model.objects.order_by("ref")) for model in (Event, Activity))
    events[at % len(events)].activity = activities[at % len(activities)]
    event_verbs.change([events[at % len(events)]], by=by, now=NOW)


def spend_more(at: int, by: User) -> None:
    entries = list(Expenditure.objects.filter(spent_on__year=2022).order_by("ref"))
    entries[at % len(entries)].amount += at
    verbs.change([entries[at % len(entries)]], verb="changed", by=by, now=NOW)


#: Edits of what participations lead to, of what no figure reads, and of money.
FROM_AFAR = [change_region, change_kind, change_name, weigh_themes, move_to_another_activity, spend_more]


def may_have_moved(*slugs: str, since: int) -> dict[str, set[str]]:
    return touched([Reading(registry.find(slug), YEAR) for slug in slugs], since)


def test_the_audit_trail_tells_which_records_may_have_moved_a_figure(office, naree, monkeypatch):
    last = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True)[0]
    row, other, gone = _rows()[0], _rows()[50], _rows()[100]
    row.basis = Basis.ESTIMATED
    other.event.type = EventType.FORUM
    correct_participations([row], by=naree, now=NOW)
    strike_participations([gone], by=naree, now=NOW, reason="never came")
    event_verbs.change([other.event], by=naree, now=NOW)
    of_event = {each.ref for each in _rows() if each.event_id == other.event_id}
    wanted = {"events.participation": {row.ref, gone.ref, *of_event}}

    assert may_have_moved("participations", "people-reached", "members", since=last) == wanted

    member, quiet = Body.objects.filter(pk__in=[each.member_id for each in _rows()]).order_by("ref")[:2]
    member.region, quiet.name = Region.MELANESIA, "Otherwise called"
    body_verbs.change([member, quiet], by=naree, now=NOW)
    of_member = {each.ref for each in Participation.objects.filter(member=member)}
    activity = Activity.objects.filter(events__participations__isnull=False).order_by("ref")[0]
    set_themes({activity: []}, by=naree, now=NOW)
    of_activity = {each.ref for each in Participation.objects.filter(event__activity=activity)}

    assert may_have_moved("participations", since=last) == {
        "events.participation": wanted["events.participation"] | of_member | of_activity
    }
    assert may_have_moved("undertakings-acted-on", "members-without-activity", since=last) == {}
    monkeypatch.setattr("rso.core.figures.touching.MANY", 1)
    assert may_have_moved("participations", since=last) == {}


@pytest.mark.long
def test_where_a_sum_is_not_what_the_trail_explains_all_records_are_compared(office, naree):
    edition, holdings = frozen_edition()
    heads, other = [row for row in _rows() if row.person is None][:2]
    Participation.objects.filter(pk=other.pk).update(number=other.number + 5)
    heads.number += 1
    correct_participations([heads], by=naree, now=NOW)

    (moved,) = [m for m in drift(edition, holdings) if m.key == "participations|2022|"]

    assert (moved.by_how_much, set(moved.records)) == (6, {heads.ref, other.ref})


@pytest.mark.long
def test_what_the_trail_tells_is_what_a_comparison_of_all_records_tells(office):
    by = User.objects.get(ref="naree-boonmee")
    edition, holdings = frozen_edition()
    seen: set[bool] = set()

    @settings(deadline=None, database=None, max_examples=25, derandomize=True, phases=[Phase.generate])
    @given(
        edits=st.lists(st.tuples(st.sampled_from([*EDITS, *FROM_AFAR]), st.integers(0, 300)), min_size=1, max_size=6)
    )
    def holds(edits):
        with taken_back():
            make(edits, by)
            found = drift(edition, holdings)
            assert found == drift(edition, holdings, throughout=True)
            seen.add(bool(found))

    holds()
    assert seen == {True, False}
