"""What the public may see of sexes and agencies now, beside what was published before, tells nobody apart."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from django.db import transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from rso.accounts.models import User
from rso.core.figures import Refusal, registry
from rso.core.figures.earlier import Table, may_follow
from rso.core.figures.reading import OFFICE, PUBLIC, Reading
from rso.core.periods import Period
from rso.events.actions import record_participations, strike_participations
from rso.events.models import Participation
from rso.members.models import Sex
from rso.reports.citing import cite
from tests.conftest import NOW
from tests.unit.test_drift import frozen_edition

YEAR = Period.year(2022)
NUMBERS = count()
OF_PEOPLE = ("participations", "people-reached", "training-participations", "people-trained")


def table(value: int | None, **cells: int | None) -> Table:
    return Table("participations", value, cells, {})


@pytest.mark.parametrize(
    ("before", "now", "may"),
    [
        (table(30, a=10, b=20), table(30, a=10, b=20), True),
        (table(30, a=10, b=20), table(31, a=11, b=20), False),
        (table(30, a=10, b=20), table(40, a=15, b=25), True),
        (table(30, a=10, b=20), table(30, a=6, b=24), False),
        (table(30, a=10, b=20), table(35, a=10, b=20, c=5), True),
        (table(30, a=10, b=20), table(33, a=10, b=20, c=3), False),
        (table(30, a=None, b=None), table(30, a=None, b=None), True),
        (table(30, a=None, b=None), table(32, a=None, b=None), False),
        (table(30, a=None, b=None), table(31, a=5, b=26), False),
        (table(30, a=None, b=None), table(36, a=9, b=27), True),
    ],
)
def test_a_split_follows_another_where_nothing_moved_by_one_to_four(before, now, may):
    assert may_follow(before, now) is may


def split(slug: str, by: str, reader: Any = PUBLIC) -> dict[str, Any]:
    try:
        return {cell.key: cell.value for cell in Reading(registry.find(slug), YEAR, reader=reader).by(by).rows}
    except Refusal:
        return {}


def add(number: int, sex: int | None, naree: User) -> None:
    reading = Reading(registry.find("participations"), YEAR, reader=OFFICE)
    like = reading.records.select_related("event", "member").order_by("ref")[0]
    made = Participation(
        ref=f"late-{next(NUMBERS)}", event=like.event, member=like.member, number=number, sex=sex,
        role=like.role, state=like.state, mode=like.mode, basis=like.basis,
    )  # fmt: skip
    record_participations([made], by=naree, now=NOW)


def strike(at: int, sex: int | None, naree: User) -> None:
    rows = Participation.objects.filter(event__starts_on__year=2022, sex=sex).order_by("ref")
    if found := list(rows[at : at + 1]):
        strike_participations(found, by=naree, now=NOW)


def test_one_woman_more_is_told_of_no_split_and_of_no_share_until_four_more_have_come(office):
    naree = User.objects.get(ref="naree-boonmee")
    frozen_edition()
    shown, share = split("people-reached", "sex"), Reading(registry.find("share-of-women"), YEAR).value
    assert shown == split("people-reached", "sex", OFFICE)

    add(1, Sex.FEMALE, naree)

    assert split("people-reached", "sex", OFFICE)["female"] == shown["female"] + 1
    assert split("people-reached", "sex") == shown
    reading = Reading(registry.find("share-of-women"), YEAR)
    assert (reading.value, [part.value for part in reading.parts]) == (
        share,
        [shown["female"], shown["female"] + shown["male"]],
    )
    assert Reading(registry.find("people-reached"), YEAR).by("sex").held is True

    add(4, Sex.FEMALE, naree)

    assert split("people-reached", "sex")["female"] == shown["female"] + 5
    assert Reading(registry.find("share-of-women"), YEAR).value != share


def test_what_a_stranger_cited_of_the_same_days_by_another_name_is_remembered(office):
    shown = split("people-reached", "sex")
    cite(Reading(registry.find("people-reached"), Period.parse("2022-01-01..2022-12-31")), ("sex",), now=NOW)

    add(1, Sex.FEMALE, User.objects.get(ref="naree-boonmee"))

    assert split("people-reached", "sex", OFFICE)["female"] == shown["female"] + 1
    assert split("people-reached", "sex") == shown


@pytest.mark.long
def test_of_any_two_public_splits_nothing_small_is_told_by_subtraction(office):
    naree = User.objects.get(ref="naree-boonmee")
    edition, _holdings = frozen_edition()
    splits = [(row.figure, row.by) for row in edition.frozen.filter(by__in=("sex", "agency"), period="2022")]
    assert {figure for figure, _by in splits} & set(OF_PEOPLE) != set()
    before = {at: split(*at) for at in splits}
    assert all(before.values())

    @settings(deadline=None, database=None, max_examples=8, derandomize=True, phases=[Phase.generate])
    @given(
        st.lists(
            st.tuples(st.sampled_from((add, strike)), st.integers(1, 6), st.sampled_from((None, 1, 2))), max_size=5
        )
    )
    def holds(edits):
        with transaction.atomic():
            for edit, number, sex in edits:
                edit(number, sex, naree)
            for at, cells in before.items():
                now = split(*at)
                wholes = (None, None)
                assert may_follow(Table(at[0], wholes[0], cells, {}), Table(at[0], wholes[1], now, {})) or now == cells
            transaction.set_rollback(True)

    holds()
