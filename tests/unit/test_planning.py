"""Before a figure, a dimension or a classification changes, what would break is listed, and publishing waits for it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from rso.core.figures import registry
from rso.core.models import Note, SavedView
from rso.core.office import desks
from rso.core.verbs import Refused, add
from rso.reports.actions import text_verbs
from rso.reports.models import Edition, Frozen, PlannedChange, Report, SectionText
from rso.reports.planning import change_verbs, look_through, map_all, names, open_plans, renamed, uses
from rso.reports.publishing import withdraw
from rso.reports.ready import blockers
from rso.reports.writing import Place
from rso.workplan.actions import set_themes, theme_verbs
from rso.workplan.models import Activity, Theme


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
    change = planned("figure", "trainings-held", "events-held")
    change_verbs.add([change], by=naree, now=now)
    assert "plan" in {finding.kind for finding in blockers(annual_report)}

    places = map_all(change, by=naree, now=now)

    assert places > 0
    assert uses(change) == []
    assert "plan" not in {finding.kind for finding in blockers(annual_report)}
    assert not SectionText.objects.filter(text__contains="{{ fig trainings-held }}").exists()


def test_what_nothing_replaces_is_dropped_by_hand(annual_report, naree, now):
    change = planned("figure", "participations")
    with pytest.raises(Refused, match="nothing takes its place"):
        map_all(change, by=naree, now=now)
    with pytest.raises(Refused, match="there is no figure “nothing”"):
        change_verbs.add([planned("figure", "participations", "nothing")], by=naree, now=now)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (planned("figure", "particpations"), "there is no figure “particpations”; did you mean participations?"),
        (planned("version", "particpations"), "there is no figure “particpations”; did you mean participations?"),
        (planned("dimension", "thme"), "there is no dimension “thme”; did you mean theme?"),
        (planned("dimension", "mode", "modus"), "there is no dimension “modus”; did you mean mode?"),
        (planned("value", "TA33"), "there is no value “TA33”"),
        (planned("value", "TA3", "TA3"), "is the name that goes; leave it empty where nothing takes its place"),
    ],
)
def test_names_that_there_are_not_are_refused(annual_report, naree, now, change, says):
    with pytest.raises(Refused, match=re.escape(says)):
        change_verbs.add([change], by=naree, now=now)


@pytest.mark.parametrize(
    "change",
    [
        planned("dimension", "mode", "presence"), planned("value", "training"), planned("value", "AUD"),
        planned("value", "in_room"), planned("value", "TA1", "PR9"),
    ],
)  # fmt: skip
def test_what_there_is_may_go_and_a_new_value_may_be_planned_before_it_is_entered(annual_report, naree, now, change):
    change_verbs.add([change], by=naree, now=now)

    assert PlannedChange.objects.filter(name=change.name).exists()


def test_a_value_that_is_not_entered_yet_is_not_written_anywhere(annual_report, naree, now):
    change = planned("value", "TA3", "PR9")
    change_verbs.add([change], by=naree, now=now)

    with pytest.raises(Refused, match="there is no value “PR9”; enter it first"):
        map_all(change, by=naree, now=now)


def test_a_name_that_is_gone_already_is_planned_where_words_name_it_and_its_plan_can_be_mended(
    annual_report, naree, now
):
    text = annual_report.texts.filter(language="en").exclude(text="").order_by("section")[0]
    text.text += "\n\n{{ fig seats-offered }} seats."
    text_verbs.change([text], by=naree, now=now)
    change = planned("figure", "seats-offered", "participations")
    change_verbs.add([change], by=naree, now=now)
    assert map_all(change, by=naree, now=now) == 1

    change.reason = "Renamed."
    change_verbs.change([change], by=naree, now=now)
    assert PlannedChange.objects.get(name="seats-offered").reason == "Renamed."


@pytest.fixture
def monthly_report(office) -> Report:
    """A report whose office has written no word of its own."""
    report = Report.objects.get(ref="monthly-2022-09")
    assert not report.texts.exclude(text="").exists()
    return report


def test_words_that_the_kind_of_a_report_gives_it_are_listed_and_keep_it_back(monthly_report, naree, now):
    change = planned("figure", "people-reached", "participations")
    change_verbs.add([change], by=naree, now=now)

    found = [(use.place, use.says, use.url) for use in uses(change, monthly_report) if use.kind == "section"]
    at = "/office/reports/monthly-2022-09/write/events/?language=en"
    assert found == [("monthly-2022-09 events (en)", "{{ fig people-reached }}", at)]
    assert [says for says in plan_blockers(monthly_report) if "monthly-2022-09 events (en)" in says] != []


def test_mapping_gives_a_report_words_of_its_own_in_the_place_of_those_of_its_kind(monthly_report, naree, now):
    change = planned("figure", "people-reached", "participations")
    change_verbs.add([change], by=naree, now=now)

    map_all(change, by=naree, now=now)

    text = monthly_report.texts.get(section="events")
    assert ("People reached: {{ fig participations }}" in text.text, text.state) == (True, "draft")
    assert uses(change, monthly_report) == []


def test_an_office_that_writes_its_own_words_no_longer_prints_those_of_the_kind(monthly_report, naree, now):
    text_verbs.add([Place(monthly_report, "events").new()], by=naree, now=now)
    change = planned("figure", "people-reached")
    assert [use.thing.section for use in uses(change, monthly_report) if use.kind == "section"] == ["events"]

    text = monthly_report.texts.get(section="events")
    text.text = "Much was done."
    text_verbs.change([text], by=naree, now=now)

    assert [use for use in uses(change, monthly_report) if use.kind == "section"] == []


@pytest.mark.parametrize(
    ("kind", "name", "token"),
    [
        ("version", "participations", "{{ headlines "),
        ("figure", "people-reached", "{{ headlines "),
        ("dimension", "presence", "{{ headlines "),
        ("version", "expenditure", "{{ chart expenditure-by-category "),
        ("figure", "expenditure", "{{ table expenditure-by-category "),
        ("dimension", "category", "{{ table expenditure-by-category "),
        ("figure", "events-held", "{{ list events "),
        ("dimension", "type", "{{ list events "),
    ],
)
def test_great_numbers_named_tables_and_lists_print_what_they_do_not_name(annual_report, kind, name, token):
    assert names(planned(kind, name), token, annual_report)
    assert not names(planned(kind, "projects"), token, annual_report)


@pytest.mark.parametrize(
    "token",
    [
        "{{ chart participations by=theme ",
        "{{ table bodies-reached by=kind across=theme ",
        "{{ table coverage ",
        "{{ table coverage period=2022-Q3 ",
    ],
)
def test_a_chart_or_table_prints_each_label_under_which_something_is_counted_from_the_day_on(annual_report, token):
    assert names(planned("value", "TA3"), token, annual_report)
    assert not names(planned("value", "TA3", from_on=date(2022, 12, 31)), token, annual_report)
    assert not names(planned("value", "TA99"), token, annual_report)


def test_great_numbers_and_lists_print_labels_too(annual_report):
    in_person = planned("value", "training")
    assert [names(in_person, token, annual_report) for token in ("{{ headlines ", "{{ list events ")] == [True, True]
    assert not names(in_person, "{{ list publications ", annual_report)


@pytest.mark.parametrize(
    "token", ["{{ ", "{{ chart ", "{{ chart nothing by=theme ", "{{ table coverage period=soon ", '{{ fig "']
)
def test_a_token_that_makes_no_sense_prints_nothing(annual_report, token):
    assert not names(planned("value", "TA3"), token, annual_report)


def test_what_mapping_cannot_write_keeps_a_report_back_until_it_is_dropped(annual_report, naree, now):
    change = planned("figure", "publications", "events-held")
    change_verbs.add([change], by=naree, now=now)

    map_all(change, by=naree, now=now)

    left = {(use.title, use.place, use.says) for use in uses(change, annual_report)}
    assert left == {
        ("Section", "annual-2022 year-headlines (en)", "{{ headlines }}"),
        ("List", "annual-2022 annex-publications (en)", "{{ list publications }}"),
    }
    assert plan_blockers(annual_report) != []


# -- plans that nobody had to think of -----------------------------------------------------------------------------------


@pytest.fixture
def counts_otherwise(annual_report, an_edition) -> str:
    """A figure of which an edition froze another definition than the code has."""
    Frozen.objects.create(
        edition=an_edition, key="participations|2022|", figure="participations", period="2022", unit="attendances",
        status="A", version=1, definition="0" * 64, as_at=date(2022, 12, 31),
    )  # fmt: skip
    return "participations"


@pytest.fixture
def an_edition(office, harriet, bagus, now) -> Edition:
    monthly = Report.objects.get(ref="monthly-2022-09")
    return Edition.objects.create(
        ref="e-1", report=monthly, number=1, title=monthly.title, period="2022-09", as_at=date(2022, 9, 30),
        published_at=now, by=harriet, and_by=bagus,
    )  # fmt: skip


def plan_blockers(report: Report) -> list[str]:
    return [finding.says for finding in blockers(report) if finding.kind == "plan"]


def test_a_figure_that_counts_otherwise_keeps_a_report_back_until_someone_looked_through(
    counts_otherwise, annual_report, naree, now
):
    says = "counts otherwise than when it was last published; look through it"
    assert {each.rpartition("” ")[2] for each in plan_blockers(annual_report)} == {says}

    (change,) = open_plans(by=naree, now=now)
    assert open_plans(by=naree, now=now) == []
    assert {use.kind for use in uses(change)} >= {"section", "chart"}
    with pytest.raises(Refused, match="its name stays"):
        map_all(change, by=naree, now=now)
    with pytest.raises(Refused, match="say what was found"):
        look_through(change, by=naree, now=now, reason=" ")
    look_through(change, by=naree, now=now, reason="Read all of them; two sentences mended.")

    assert (uses(change), plan_blockers(annual_report)) == ([], [])
    with pytest.raises(Refused, match="has been looked through"):
        look_through(change, by=naree, now=now, reason="Again")


@pytest.mark.long
def test_a_figure_that_changes_once_more_needs_another_look(counts_otherwise, annual_report, naree, now, monkeypatch):
    (change,) = open_plans(by=naree, now=now)
    look_through(change, by=naree, now=now, reason="Read.")
    figure = registry.find(counts_otherwise)
    monkeypatch.setitem(registry.figures, counts_otherwise, replace(figure, version=figure.version + 1))

    assert plan_blockers(annual_report) != []
    (again,) = open_plans(by=naree, now=now)
    assert (again.pk, str(again)) == (change.pk, f"participations, version {figure.version + 1}")
    assert plan_blockers(annual_report) != []


def test_a_withdrawn_edition_asks_nothing(counts_otherwise, annual_report, an_edition, harriet, now):
    withdraw(an_edition, by=harriet, now=now, reason="wrong month")

    assert plan_blockers(annual_report) == []


@pytest.mark.long
def test_a_theme_that_ends_opens_a_plan_for_what_names_it_afterwards(annual_report, naree, now):
    theme = Theme.objects.get(ref="TA3")
    text = annual_report.texts.filter(language="en").exclude(text="").order_by("section")[0]
    text.text += f"\n\n{{{{ fig participations theme={theme.ref} }}}} attendances."
    text_verbs.change([text], by=naree, now=now)
    assert (plan_blockers(annual_report), open_plans(by=naree, now=now)) == ([], [])

    theme.valid_to = date(2022, 7, 1)
    theme_verbs.change([theme], by=naree, now=now)

    said = plan_blockers(annual_report)
    assert {says.partition("“")[2] for says in said} == {"TA3” goes on 2022-07-01", "TA3”, which goes on 2022-07-01"}
    (change,) = open_plans(by=naree, now=now)
    assert (change.kind, change.name, change.from_on) == ("value", theme.ref, date(2022, 7, 1))
    assert [use.says for use in uses(change) if use.thing == text] == ["{{ fig participations theme=TA3 }}"]
    text.text = text.text.rpartition("\n\n")[0]
    text_verbs.change([text], by=naree, now=now)
    charts = ["{{ chart participations by=theme }}", "{{ table bodies-reached by=theme across=kind }}"]
    assert [use.says for use in uses(change)] == charts

    filed_under = [{"theme": Theme.objects.get(ref="TA1"), "weight": 100}]
    set_themes(dict.fromkeys(Activity.objects.filter(themes__theme=theme), filed_under), by=naree, now=now)
    assert plan_blockers(annual_report) == []


def test_a_theme_with_the_longest_of_names_ends_by_a_plan_like_any_other(annual_report, naree, now):
    theme = Theme(
        ref="T" * 60,
        title="Long",
        short="Long",
        set=Theme.objects.get(ref="TA3").set,
        order=9,
        valid_from=date(2019, 1, 1),
    )
    theme.valid_to = date(2022, 7, 1)
    theme_verbs.add([theme], by=naree, now=now)
    text = annual_report.texts.filter(language="en").exclude(text="").order_by("section")[0]
    text.text += f"\n\n{{{{ fig participations theme={theme.ref} }}}} attendances."
    text_verbs.change([text], by=naree, now=now)

    (change,) = open_plans(by=naree, now=now)

    assert (change.name, len(change.ref)) == (theme.ref, 60)


def test_the_page_of_a_theme_says_what_its_end_breaks_at_the_moment_at_which_it_is_set(annual_report, naree, now):
    theme = Theme.objects.get(ref="TA3")
    text = annual_report.texts.filter(language="en").exclude(text="").order_by("section")[0]
    text.text += "\n\n{{ fig participations theme=TA3 }} attendances."
    text_verbs.change([text], by=naree, now=now)
    panel = desks.all["themes"].panels[-1]

    def broken() -> list[str]:
        return [item.title for item in panel(theme, naree).items]

    assert (theme.valid_to, broken()) == (date(2023, 1, 1), [])
    for last_day in (date(2022, 7, 1), None):
        theme.valid_to = last_day
        theme_verbs.change([theme], by=naree, now=now)
        assert broken() == [
            "{{ fig participations theme=TA3 }}",
            "{{ chart participations by=theme }}",
            "{{ table bodies-reached by=theme across=kind }}",
        ]
