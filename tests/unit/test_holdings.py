"""What figures hold is read together and compared column by column: a figure's hash and its movers do not depend on the others."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rso.core.figures import registry
from rso.core.figures.holdings import Holdings
from rso.core.figures.moving import Moves
from rso.core.figures.reading import Reading
from rso.core.periods import Period
from rso.events.models import Participation

pytestmark = pytest.mark.django_db

YEAR = Period.year(2022)
OF_PARTICIPATIONS = ("participations", "people-reached", "bodies-reached", "countries-reached-by-training")


def held(*slugs: str, period: Period = YEAR) -> Holdings:
    return Holdings.of({slug: Reading(registry.find(slug), period) for slug in slugs})


def test_the_hash_of_a_figure_is_the_same_whichever_others_are_read_beside_it(office):
    together = held(*OF_PARTICIPATIONS, "expenditure", "share-of-women", "median-days-to-answer")

    assert {slug: held(slug).hash_of(slug) for slug in together.held if "|" not in slug} == {
        slug: together.hash_of(slug) for slug in together.held if "|" not in slug
    }
    assert len({together.hash_of(slug) for slug in OF_PARTICIPATIONS}) == len(OF_PARTICIPATIONS)


def test_the_records_of_a_kind_are_read_once_however_many_figures_count_them(office):
    with CaptureQueriesContext(connection) as captured:
        held(*OF_PARTICIPATIONS)

    assert sum('."ref" AS "ref"' in query["sql"] for query in captured) == 1


def test_what_is_kept_is_read_back_as_it_was(office):
    kept = held(*OF_PARTICIPATIONS, "undertakings-acted-on", "median-days-to-answer").to_bytes()

    assert Holdings.from_bytes(kept).to_bytes() == kept


def test_figures_of_a_time_without_records_hold_nothing_and_stay_so(office):
    early = Period.year(1990)
    before = Holdings.from_bytes(held(*OF_PARTICIPATIONS, period=early).to_bytes())

    assert {slug: dict(before.rows(slug)) for slug in OF_PARTICIPATIONS} == {slug: {} for slug in OF_PARTICIPATIONS}
    moves = Moves(before, held(*OF_PARTICIPATIONS, period=early))
    assert [moves.records(slug) for slug in OF_PARTICIPATIONS] == [[]] * len(OF_PARTICIPATIONS)


def test_records_that_came_and_went_and_changed_at_once_are_told_apart(office):
    before = Holdings.from_bytes(held("participations").to_bytes())
    records = Reading(registry.find("participations"), YEAR).records.order_by("ref")
    gone, renamed = records.filter(person__isnull=False)[:2]
    more = records.filter(person__isnull=True)[0]
    Participation.objects.filter(pk=gone.pk).delete()
    Participation.objects.filter(pk=renamed.pk).update(ref="zz-new")
    Participation.objects.filter(pk=more.pk).update(number=more.number + 2)

    moved = Moves(before, held("participations")).records("participations")

    assert moved == sorted([gone.ref, renamed.ref, more.ref, "zz-new"])
