"""Before a figure, a dimension or a classification changes, what would break is listed, and publishing waits for it."""

from __future__ import annotations

from datetime import date

import pytest

from rso.core.models import Note, SavedView
from rso.core.verbs import Refused, add
from rso.reports.models import PlannedChange, Report, SectionText
from rso.reports.planning import change_verbs, map_all, renamed, uses
from rso.reports.ready import blockers


@pytest.fixture
def annual_report(office) -> Report:
    return Report.objects.get(ref="annual-2022")


def planned(kind: str, name: str, becomes: str = "", from_on: date = date(2022, 6, 1)) -> PlannedChange:
    return PlannedChange(ref="plan-1", kind=kind, name=name, becomes=becomes, from_on=from_on, reason="New areas.")


@pytest.mark.parametrize(
    ("change", "token", "becomes"),
    [
        (planned("figure", "participations", "people-reached"), "{{ fig participations ", "{{ fig people-reached "),
        (planned("figure", "participations", "people-reached"), "{{ fig training-participations ", None),
        (planned("figure", "participations"), "{{ chart participations by=theme ", "{{ chart – by=theme "),
        (
            planned("dimension", "theme", "area"),
            "{{ chart participations by=theme ",
            "{{ chart participations by=area ",
        ),
        (planned("dimension", "theme", "area"), "{{ fig participations theme=T1 ", "{{ fig participations area=T1 "),
        (planned("value", "T1", "AC1"), "{{ fig participations theme=T1 ", "{{ fig participations theme=AC1 "),
        (planned("value", "2022", "2023"), "{{ fig participations period=2022 ", None),
        (planned("value", "T1", "AC1"), "{{ fig participations theme=T10 ", None),
    ],
)
def test_a_token_that_names_what_goes_is_found_and_no_other(change, token, becomes):
    assert renamed(change, token) == (becomes or token)


def test_each_section_chart_note_and_view_that_would_break_is_listed(annual_report, naree, now):
    change = planned("figure", "participations", "people-reached")
    add(
        [Note(ref="n-plan", figure="participations", period="2022", text="Counted at the door.")],
        verb="added",
        by=naree,
        now=now,
    )
    SavedView.objects.create(owner=naree, desk="statements", title="Mine", query="figure=participations")
    found = uses(change)

    assert {use.kind for use in found} >= {"section", "chart", "note", "view"}
    assert [use.says for use in found if use.kind == "view"] == ["figure=participations"]


def test_a_period_that_ends_before_the_change_is_left_alone(annual_report):
    before = planned("figure", "participations", from_on=date(2022, 12, 31))
    after = planned("figure", "participations", from_on=date(2023, 1, 1))

    assert [use for use in uses(before, annual_report) if use.kind != "note"] != []
    assert [use for use in uses(after, annual_report) if use.kind != "note"] == []


def test_publishing_waits_until_everything_is_mapped(annual_report, naree, now):
    change = planned("figure", "participations", "people-reached")
    change_verbs.add([change], by=naree, now=now)
    assert "plan" in {finding.kind for finding in blockers(annual_report)}

    places = map_all(change, by=naree, now=now)

    assert places > 0
    assert uses(change) == []
    assert "plan" not in {finding.kind for finding in blockers(annual_report)}
    assert not SectionText.objects.filter(text__contains="{{ fig participations }}").exists()


def test_what_nothing_replaces_is_dropped_by_hand(annual_report, naree, now):
    change = planned("figure", "participations")
    with pytest.raises(Refused, match="nothing takes its place"):
        map_all(change, by=naree, now=now)
    with pytest.raises(Refused, match="there is no figure “nothing”"):
        change_verbs.add([planned("figure", "participations", "nothing")], by=naree, now=now)
