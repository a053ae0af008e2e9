"""How every write happens: its audit event, its turn."""

from __future__ import annotations

import pytest
from django.db import connection

from rso.accounts.actions import platform
from rso.core.models import AuditEvent
from rso.core.verbs import TURN, Refused, add
from rso.members.models import Body, BodyKind


def test_a_verb_that_adds_writes_what_was_added_and_who_did_it(office, naree, now):
    body = Body(ref="t-union", kind=BodyKind.PARTNER, name="Testunion")

    add([body], verb="added", by=naree, now=now, reason="asked by letter")

    event = AuditEvent.objects.order_by("-pk")[0]
    assert (event.verb, event.kind, event.ref, event.actor, event.reason) == (
        "added", "members.body", "t-union", naree, "asked by letter",
    )  # fmt: skip
    assert event.before == {}
    assert event.after["name"] == "Testunion"


def test_who_writes_holds_the_turn_until_the_transaction_ends(office, now):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer by itself")
    beside = connection.copy()

    def is_free() -> bool:
        with beside.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s), pg_advisory_unlock(%s)", [TURN, TURN])
            return bool(cursor.fetchone()[0])

    assert is_free()
    add([Body(ref="t-first", kind=BodyKind.PARTNER, name="First")], verb="added", by=platform(), now=now)
    assert not is_free()
    beside.close()


@pytest.mark.parametrize("ref", ["new", "view"])
def test_a_ref_that_is_a_word_of_the_office_s_addresses_is_refused(office, naree, now, ref):
    with pytest.raises(Refused, match="is the address of another page of the site"):
        add([Body(ref=ref, name="New Body", kind=BodyKind.PARTNER)], verb="added", by=naree, now=now)
