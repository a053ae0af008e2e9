"""Many sets of records are read in one question, and each record tells which of them it is in."""

from __future__ import annotations

import pytest

from rso.core.figures.gathering import columns_of, is_within, sets_of
from rso.events.models import Event, Participation

pytestmark = pytest.mark.django_db


def told(model, sets):
    """By the place of each set: the refs of its records, as one question for all of them says."""
    records, within = sets_of(model, sets)
    refs, *numbers = columns_of(records, "ref", *within)
    flags = [is_within(at, numbers) for at in range(len(sets))]
    return refs, [{ref for ref, held in zip(refs, each, strict=True) if held} for each in flags]


def asked(sets):
    return [{*records.values_list("ref", flat=True)} for records in sets]


def test_a_record_tells_in_which_sets_it_is_whatever_they_ask(office):
    all_ = Participation.objects.all()
    sets = [
        all_.filter(event__in=Event.objects.filter(starts_on__year=2022), sex=2),
        all_.filter(member__kind="member_state", event__group__isnull=False),  # joins others
        all_.filter(event__parts__isnull=False),  # joins several rows to one record
        all_.none(),
        all_.exclude(role__in=[1, 2]),
        all_.filter(person__isnull=True),
    ]

    refs, found = told(Participation, sets)

    assert found == asked(sets)
    assert sorted(refs) == sorted(set().union(*found))


def test_of_a_set_without_a_condition_all_records_are(office):
    refs, found = told(Event, [Event.objects.all(), Event.objects.filter(title__contains="%")])

    assert found == asked([Event.objects.all(), Event.objects.filter(title__contains="%")])
    assert len(refs) == Event.objects.count()


def test_more_sets_than_one_number_can_tell_are_told_by_several(office):
    first = Event.objects.order_by("ref").values_list("ref", flat=True)[:5]
    sets = [Event.objects.filter(ref__gte=first[at % 5]) for at in range(130)]

    _refs, found = told(Event, sets)

    assert found == asked(sets)
