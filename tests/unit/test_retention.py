"""What is kept no longer goes, hour by hour, each kind in its own time."""

from __future__ import annotations

from datetime import timedelta

from rso.core.models import Access, AuditEvent, Draft
from rso.core.retention import forget_all
from rso.events.models import Event
from rso.finance.actions import drop_extract, keep_extract
from rso.finance.extracts import read_extract
from rso.finance.models import LedgerRows, LedgerUpload

ONE_ROW = b"date,voucher,category,activity,amount,currency,rate,description\n2022-12-05,JV1,FEE,,1.00,AUD,,x"


def forgotten(now) -> dict[str, int]:
    """What went, and how much of it."""
    return {str(row["what"]): int(row["number"]) for row in forget_all(now) if row["number"]}


def test_who_saw_what_is_kept_for_two_years(naree, now):
    for days in (729, 731):
        Access.objects.create(at=now - timedelta(days=days), actor=naree, kind="members.person", ref=f"{days}-days")

    assert forgotten(now) == {"accesses forgotten": 1}
    assert Access.objects.get().ref == "729-days"


def test_an_office_says_how_long_who_saw_what_is_kept(naree, now, settings):
    settings.ACCESS_KEPT_DAYS = 90
    Access.objects.create(at=now - timedelta(days=91), actor=naree, kind="members.person", ref="someone")

    assert forgotten(now) == {"accesses forgotten": 1}


def test_an_extract_that_nobody_entered_loses_its_rows_after_thirty_days_and_goes_after_thirty_more(marta, now):
    keep_extract(read_extract("ledger.csv", ONE_ROW), by=marta, now=now)

    assert forgotten(now + timedelta(days=29)) == {}
    assert forgotten(now + timedelta(days=31)) == {"extracts dropped": 1}
    assert (LedgerRows.objects.count(), LedgerUpload.objects.get().state) == (0, "dropped")
    assert forgotten(now + timedelta(days=60)) == {}
    assert forgotten(now + timedelta(days=62)) == {"extracts forgotten": 1}
    trail = AuditEvent.objects.filter(kind="finance.ledgerupload").order_by("pk").select_related("actor")
    assert [(event.verb, event.actor.ref) for event in trail] == [
        ("uploaded", "marta-ilves"), ("dropped", "platform"), ("purged", "platform"),
    ]  # fmt: skip


def test_an_extract_that_was_dropped_by_hand_goes_thirty_days_later(marta, now):
    upload = keep_extract(read_extract("ledger.csv", ONE_ROW), by=marta, now=now)
    drop_extract(upload, by=marta, now=now)

    assert forgotten(now + timedelta(days=31)) == {"extracts forgotten": 1}


def test_nothing_that_is_still_needed_goes(office, naree, now):
    Draft.objects.create(
        owner=naree, desk="events", cells={}, began={}, token="0e1b5c1e-2f6a-4b1c-9d5e-5f0a3b9c1d00", kept_at=now
    )
    before = Event.objects.count(), Draft.objects.count()

    assert forgotten(now) == {}
    assert (Event.objects.count(), Draft.objects.count()) == before
