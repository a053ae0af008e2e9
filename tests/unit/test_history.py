"""A record's history in words: every kind of value as people read it, one sentence for each shape of change."""

from __future__ import annotations

import ast
from datetime import date

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.html import strip_tags

from rso.accounts.actions import open_account
from rso.core import history, verbs
from rso.core.diffs import word_diff
from rso.core.history import history_of, steps_of
from rso.core.models import AuditEvent, Precision
from rso.core.told import Names, Shown
from rso.environment import HOUSE
from rso.events.actions import event_verbs, set_partners
from rso.events.models import Event, EventMode, EventState
from rso.finance.actions import contribution_verbs
from rso.finance.models import Contribution
from rso.members.models import Body, Group
from rso.workplan.actions import activity_verbs, set_askers, set_origins, set_themes
from rso.workplan.models import Activity, PriorityIssue, Request, Theme


def words(thing) -> str:
    """The newest sentence on a record, and what stands below it."""
    step = history_of(thing)[0]
    return strip_tags("; ".join([step.words, *(change.says for change in step.below)]))


@pytest.fixture
def event(office) -> Event:
    return Event.objects.get(ref="e2022-01")


@pytest.fixture
def change(event, naree, now):
    """Changes some fields of the event; answers with the sentence."""

    def do(**values) -> str:
        for name, value in values.items():
            setattr(event, name, value)
        event_verbs.change([event], by=naree, now=now)
        return words(event)

    return do


# -- sentences -----------------------------------------------------------------------------------------------------------


def test_one_change_is_one_sentence(change):
    change(place="Jakarta")

    assert change(place="Semarang") == "Naree Boonmee changed the place from Jakarta to Semarang"


def test_a_value_is_set_where_there_was_none_and_cleared_where_none_is_left(change):
    assert change(place="Jakarta") == "Naree Boonmee set the place to Jakarta"
    assert change(place="") == "Naree Boonmee cleared the place, which was Jakarta"


def test_several_changes_stand_below_their_sentence(change):
    assert change(place="Jakarta", mode=EventMode.HYBRID) == (
        "Naree Boonmee changed the event; Mode: from Online to Hybrid; Place: Jakarta"
    )


def test_marks_stand_around_names_and_values_and_what_people_wrote_is_escaped(change, event):
    change(place="<b>Bali</b>")

    assert history_of(event)[0].words == (
        "<strong>Naree Boonmee</strong> set the place to <ins>&lt;b&gt;Bali&lt;/b&gt;</ins>"
    )


def test_the_newest_comes_first_with_its_time_and_its_reason(change, event, naree, now):
    change(place="Jakarta")
    event.place = "Bali"
    event_verbs.change([event], by=naree, now=now, reason="the hotel was full")
    newest, before, *_rest = history_of(event)

    assert (newest.who, newest.at, newest.verb, newest.reason) == (
        "Naree Boonmee",
        now,
        "changed",
        "the hotel was full",
    )
    assert strip_tags(before.words) == "Naree Boonmee set the place to Jakarta"
    assert history_of(event, limit=1) == [newest]


def test_a_record_that_was_added_tells_on_demand_what_it_said(event):
    added = history_of(event)[-1]

    assert strip_tags(added.words) == "RSO added the event"
    assert added.is_whole
    said = [strip_tags(change.says) for change in added.changes]
    assert said[:4] == ["Basis: Stated", "Source: Annual Report ’22", "First day: 2022", "Last day: 2022"]


def test_a_record_that_was_removed_still_says_what_it_was(office, naree, now):
    theme = Theme(ref="t-new", title="New", short="New", set="programme", valid_from=date(2024, 1, 1))
    verbs.add([theme], verb="added", by=naree, now=now)
    verbs.remove([theme], verb="removed", by=naree, now=now, reason="twice")
    step = history_of(theme)[0]

    assert strip_tags(step.words) == "Naree Boonmee removed the theme"
    assert [strip_tags(change.says) for change in step.changes if change.label == "First day in force"] == [
        "First day in force: 1 January 2024"
    ]


def test_every_verb_of_the_code_has_its_sentence():
    """A room declares it beside its verbs by `history.says`."""
    reverse("office")  # finds the rooms' verbs
    assert sorted(_verbs_in_code() - set(history._SENTENCES)) == []


def _verbs_in_code() -> set[str]:
    found = set()
    for path in (HOUSE / "rso").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "verb" and isinstance(node.value, ast.Constant):
                found.add(node.value.value)
            elif (
                isinstance(node, ast.Call)
                and ast.unparse(node.func) == "Step"
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                found.add(node.args[0].value)
    return found


def test_a_verb_a_field_and_a_kind_that_nobody_knows_any_more_are_told_as_they_stand(event, naree, now):
    verbs.tell(event, verb="blessed", by=naree, now=now)
    assert words(event) == "Naree Boonmee: blessed"

    lost = AuditEvent(
        at=now, actor=naree, verb="changed", kind="rooms.gone", ref="x", before={"old_name": 1}, after={"old_name": 2}
    )
    (step,) = steps_of([lost])
    assert strip_tags(step.words) == "Naree Boonmee changed the old name from 1 to 2"
    assert strip_tags(
        steps_of([AuditEvent(at=now, actor=naree, verb="added", kind="rooms.gone", ref="x")])[0].words
    ) == ("Naree Boonmee added the rooms.gone")


def test_sentences_are_told_in_the_language_in_force(change, event):
    change(state=EventState.PLANNED)
    with translation.override("th"):
        told = history_of(event)[0].words

    assert told != history_of(event)[0].words
    assert "<strong>Naree Boonmee</strong>" in told


# -- values --------------------------------------------------------------------------------------------------------------


def test_a_choice_and_a_rank_are_told_by_their_labels(change):
    assert change(state=EventState.PLANNED) == "Naree Boonmee changed the status from Held to Planned"
    assert change(basis=3) == "Naree Boonmee changed the basis from Stated to Estimated"


def test_a_date_is_told_with_no_more_than_was_known_of_it(change):
    assert change(starts_on=date(2021, 3, 7)) == "Naree Boonmee changed the first day from 2022 to 2021"
    assert change(starts_on=date(2022, 3, 6), precision=Precision.DAY) == (
        "Naree Boonmee changed the event; First day: from 2021 to 6 March 2022; Precision: from Year to Day"
    )


def test_days_of_which_no_more_is_known_than_what_they_share_are_told_as_they_stand(change):
    assert change(starts_on=date(2022, 3, 7)) == "Naree Boonmee changed the first day from 8 March 2022 to 7 March 2022"


def test_a_related_record_is_told_by_its_name_whether_the_trail_kept_its_ref_or_its_id(office, naree, now):
    activity = Activity.objects.get(ref="a2022-01")
    activity.lead = None
    activity_verbs.change([activity], by=naree, now=now)
    assert AuditEvent.objects.latest("id").before == {"lead": naree.pk}
    assert words(activity) == "Naree Boonmee cleared the lead officer, which was Naree Boonmee"

    activity.lead = naree
    activity_verbs.change([activity], by=naree, now=now)
    assert AuditEvent.objects.latest("id").after == {"lead": "naree-boonmee"}
    assert words(activity) == "Naree Boonmee set the lead officer to Naree Boonmee"


def test_a_related_record_that_is_gone_is_told_by_its_ref(event, naree, now):
    lost = AuditEvent(
        at=now, actor=naree, verb="changed", kind="events.event", ref=event.ref, before={"activity": "a-gone"}, after={"activity": None}
    )  # fmt: skip

    assert strip_tags(steps_of([lost], event)[0].words) == "Naree Boonmee cleared the activity, which was a-gone"


def test_an_amount_is_told_in_its_currency(office, naree, now):
    gift = Contribution.objects.filter(currency="AUD")[0]
    gift.amount = 123_456_00
    contribution_verbs.change([gift], by=naree, now=now)

    assert words(gift).endswith("to AUD\u00a0123,456")


def test_a_moment_is_told_as_pages_tell_it_and_answers_beside_what_was_asked(office):
    shown = Shown(AuditEvent(kind="finance.ledgerupload"), None, Names())

    assert shown.value("closed_at", "2022-11-29T03:58:00+00:00", {}) == "29 November 2022, 10:58"
    assert shown.value("answers", {"category": {"travel": "PROG-CP1"}}, {}) == "category: “travel”: PROG-CP1"


def test_yes_and_no_are_words(office, naree, now):
    account = open_account(
        email="lee@rso.example", name="Lee Tan", role="practitioner", password="a long sentence", by=naree, now=now
    )
    account.is_active = False
    verbs.change([account], verb="disabled", by=naree, now=now)

    assert words(account) == "Naree Boonmee disabled the account; Active: from yes to no"


def test_links_are_told_as_what_was_added_and_removed(event, naree, now):
    iom, afp, jclec = (Body.objects.get(ref=ref) for ref in ("IOM", "AFP", "JCLEC"))
    set_partners({event: [{"body": body, "part": "partner"} for body in (iom, jclec)]}, by=naree, now=now)

    assert words(event) == (
        f"Naree Boonmee set the partners; Part in an event: added {iom} (Partner); removed {afp} (Partner)"
    )
    set_partners({event: [{"body": jclec, "part": "partner"}]}, by=naree, now=now)
    assert words(event) == f"Naree Boonmee set the partners; Part in an event: removed {iom} (Partner)"


def test_a_weighed_link_tells_its_weight(office, naree, now):
    activity = Activity.objects.get(ref="a2022-03")
    set_themes({activity: [{"theme": Theme.objects.get(ref="TA1"), "weight": 100}]}, by=naree, now=now)
    one, six = (Theme.objects.get(ref=ref).label for ref in ("TA1", "TA6"))

    assert words(activity) == (
        f"Naree Boonmee weighed the themes; Theme of an activity: added {one}: 100; removed {six}: 100"
    )


# -- long texts ----------------------------------------------------------------------------------------------------------


def test_a_long_text_is_told_by_the_words_that_changed(change, event):
    text = event.summary
    assert change(summary=text.replace("followed", "pursued")) == "Naree Boonmee changed the summary"
    step = history_of(event)[0]

    assert step.below == ()
    assert step.diff == (
        "… of trafficking in persons are opened, proved and <del>followed </del><ins>pursued </ins>across borders."
    )


def test_a_text_of_eighty_characters_is_still_told_in_full(change):
    short = "a" * history.LONG
    assert change(place=short) == f"Naree Boonmee set the place to {short}"
    assert change(place=f"{short}a") == "Naree Boonmee changed the place"


def test_a_diff_leaves_out_what_lies_far_from_a_change():
    many = [f"w{at}" for at in range(40)]
    changed = [*many[:20], "new", *many[20:]]

    assert word_diff(" ".join(many), " ".join(changed)) == (
        "… w12 w13 w14 w15 w16 w17 w18 w19 <ins>new </ins>w20 w21 w22 w23 w24 w25 w26 w27 … "
    )
    assert word_diff("a <b>", "a c") == "a <del>&lt;b&gt;</del><ins>c</ins>"


def test_what_was_linked_in_one_language_is_told_in_the_reader_s(naree, now, office):
    request, work = Request.objects.get(ref="q2022-01"), Activity.objects.get(ref="a2022-02")
    with translation.override("id"):
        set_askers({request: [{"body": Body.objects.get(ref="JPN")}]}, by=naree, now=now)
        set_origins({work: [{"priority": PriorityIssue.objects.get(ref="PI1-2022")}]}, by=naree, now=now)

    asked, issue = "Body of a request: added Japan", PriorityIssue.objects.get(ref="PI1-2022").title
    assert words(request) == f"Naree Boonmee set who asked; {asked}"
    assert f"added {issue}" in words(work)
    with translation.override("id"):
        assert words(request).endswith("Jepang")


# -- the page ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 3])
def test_a_page_of_history_costs_the_same_queries_however_long(event, naree, now, number, django_assert_num_queries):
    bodies = list(Body.objects.order_by("pk")[:number])
    for at, body in enumerate(bodies):
        event.place = f"Hall {at}"
        event.activity = Activity.objects.order_by("-pk")[at]
        event_verbs.change([event], by=naree, now=now)
        set_partners({event: [{"body": body, "part": "host"}]}, by=naree, now=now)

    with django_assert_num_queries(4):  # events, sources, activities, bodies
        steps = history_of(event)
        render_to_string("office/history.html", {"steps": steps})
    assert len(steps) == 2 * number + 2


@pytest.mark.parametrize("number", [1, 3])
def test_names_that_are_made_of_other_records_cost_no_query_each(event, naree, now, number, django_assert_num_queries):
    for group in Group.objects.order_by("pk")[:number]:
        event.group = group
        event_verbs.change([event], by=naree, now=now)
    events = list(AuditEvent.objects.filter(kind="events.event", ref=event.ref, verb="changed"))

    with django_assert_num_queries(2):  # groups, their names
        Names.of(events)


def test_the_page_shows_each_step_with_its_time_reason_and_folds(change, event, naree, now):
    change(summary=event.summary.replace("followed", "pursued"))
    event.place, event.mode = "Bali", EventMode.IN_PERSON
    event_verbs.change([event], by=naree, now=now, reason="the hotel was full")
    page = render_to_string("office/history.html", {"steps": history_of(event)})

    assert page.count("<time ") == 4
    assert "Reason: the hotel was full" in page
    assert '<time datetime="2023-03-31T16:00:00+07:00">31 March 2023, 16:00</time>' in page
    assert page.count("<summary>What changed in the text</summary>") == 1
    assert page.count("<summary>What it said</summary>") == 1
