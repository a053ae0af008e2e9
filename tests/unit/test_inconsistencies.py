"""Where the printed report contradicts itself, and what its own numbers prove."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from rso.core.loading.tables import tables
from rso.core.models import Statement
from rso.core.verbs import Refused
from rso.reports.actions import inconsistency_verbs
from rso.reports.models import Inconsistency, SectionText

pytestmark = pytest.mark.usefixtures("office")


def test_at_most_512_were_trained_if_the_forum_s_delegates_are_among_those_reached():
    found = Inconsistency.objects.get(ref="participants-600-or-trained-600")

    numbers = [statement and statement.number for statement in (found.whole, found.outside, found.claimed)]
    assert numbers == [600, 88, 600]
    assert found.at_most == Decimal(512)


def test_the_proof_rests_on_printed_statements_and_on_no_record_of_ours():
    proved = Inconsistency.objects.exclude(whole=None)

    sources = {s.source.ref for i in proved for s in (i.whole, i.outside, i.claimed) if s is not None}
    assert sources == {"annual-report-2022"}


def test_an_inconsistency_without_a_proof_has_no_bound():
    assert Inconsistency.objects.get(ref="names-vary").at_most is None


def test_a_part_of_a_proof_is_refused_with_what_it_lacks(naree, now):
    found = Inconsistency.objects.get(ref="names-vary")
    found.whole = Statement.objects.get(ref="st-reached")
    with pytest.raises(Refused) as refused:
        inconsistency_verbs.change([found], by=naree, now=now)

    says = "a proof has all three of its numbers, or there is none"
    assert [(problem.field, problem.says) for problem in refused.value.problems] == [
        ("outside", says),
        ("claimed", says),
    ]


@pytest.mark.parametrize("part", ["whole", "outside", "claimed"])
def test_the_database_takes_no_part_of_a_proof_without_the_others(part):
    Inconsistency.objects.filter(ref="names-vary").update(**{part: None})
    with pytest.raises(IntegrityError), transaction.atomic():
        Inconsistency.objects.filter(ref="names-vary").update(**{part: Statement.objects.get(ref="st-reached")})


def test_a_statement_on_a_figure_names_its_period_and_one_that_does_not_is_shown_beside_none(naree, now):
    verbs = tables.of(Statement).verbs
    statement = Statement.objects.get(ref="st-reached")
    statement.period = ""
    with pytest.raises(Refused, match=r"^a statement on a figure names its period$"):
        verbs.change([statement], by=naree, now=now)

    shown = len(Client().get("/reports/printed/").context["rows"])
    Statement.objects.filter(ref="st-reached").update(period="")
    assert len(Client().get("/reports/printed/").context["rows"]) == shown - 1


def test_every_inconsistency_has_a_title_that_is_no_id():
    titles = list(Inconsistency.objects.values_list("ref", "title"))

    assert [
        ref
        for ref, title in titles
        if title == ref.replace("-", " ") or (not title[0].isupper() and title[0].isalpha())
    ] == []
    assert len({title for _ref, title in titles}) == len(titles) == 35


def test_a_section_s_text_needs_no_title_of_its_own():
    text = SectionText.objects.get(ref="annual-2022-contact-en")
    text.title = ""

    text.full_clean()
