"""How the databases are asked: long lists, and statements that are asked again."""

from __future__ import annotations

import pytest
from django.db import connection

from rso.core.models import AuditEvent
from rso.core.search.finding import matching
from rso.members.models import Body

pytestmark = pytest.mark.django_db

#: More than PostgreSQL's protocol takes beside a statement.
MANY = [f"none{number}" for number in range(70_000)]


def test_a_list_may_be_longer_than_what_the_database_takes_beside_a_statement(office):
    found = Body.objects.filter(ref__in=[*MANY, "THA", "a'b\\%s"])
    assert [body.ref for body in found] == ["THA"]


def test_many_records_change_in_one_statement(office):
    kind = AuditEvent.objects.values_list("kind", flat=True)[0]
    last = AuditEvent.objects.filter(kind=kind, ref__in=MANY).update(reason="none")
    assert last == 0


def kept_plans(like: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement LIKE %s", [like])
        return [statement for (statement,) in cursor.fetchall()]


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="of PostgreSQL alone")
def test_a_statement_asked_again_keeps_its_plan_whatever_its_values(office):
    for ref in ("THA", "MMR", "IDN", "AUS", "NZL", "LAO", "KHM", "VNM"):
        assert Body.objects.get(ref=ref).ref == ref
    kept = kept_plans('%members_body"."ref" = %')
    assert [statement.endswith("LIMIT 21") for statement in kept] == [True]


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="of PostgreSQL alone")
def test_how_words_are_found_is_planned_for_those_words(office):
    for words in ("thailand", "indonesia", "lao", "the", "police", "border", "of", "asia"):
        assert Body.objects.filter(pk__in=matching(Body, words)).exists()
    assert kept_plans("%@@%search_entry%") + kept_plans("%search_entry%@@%") == []
