"""What is kept no longer goes, hour by hour, each kind in its own time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.db.models import Q

from rso.core.access import saw
from rso.core.corrections import by_the_office
from rso.core.figures import registry
from rso.core.figures.holdings import Holdings
from rso.core.figures.reading import Reading
from rso.core.history import history_of
from rso.core.loading.export import export
from rso.core.loading.load import BadFolder, load
from rso.core.loading.tables import tables
from rso.core.merging import merge, undo_merge
from rso.core.models import Access, AuditEvent, Correction, Draft, SavedView, Saw
from rso.core.periods import Period
from rso.core.retention import forget_all
from rso.core.verbs import Refused
from rso.events.models import Event, Participation
from rso.finance.actions import drop_extract, keep_extract
from rso.finance.extracts import read_extract
from rso.finance.models import LedgerRows, LedgerUpload
from rso.members.actions import forget_people, person_verbs
from rso.members.models import Person

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


def everything() -> str:
    """What all our tables hold and the search finds."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found.append(repr(cursor.fetchall()))
    return "".join(found).casefold()


def counted() -> dict[str, tuple[object, str]]:
    """What each figure of 2022 says, and of which records."""
    readings = {figure.slug: Reading(figure, Period.year(2022), as_at=date(2022, 12, 31)) for figure in registry}
    held = Holdings.of(readings)
    return {slug: (reading.value, held.hash_of(slug)) for slug, reading in readings.items()}


@pytest.mark.long
def test_who_took_part_is_forgotten_after_ten_years_and_counts_as_before(office, naree, now, tmp_path):
    ashworth, other = Person.objects.get(ref="pe0001"), Person(ref="pe9001", name="Ashwurth Zebedee")
    person_verbs.add([other], by=naree, now=now)
    last = max(Participation.objects.filter(person=ashworth).values_list("event__ends_on", flat=True))
    table = tables.of(Person)
    with by_the_office(table, ["pe0001"], by=naree, now=now, reason="Ashworth Zebedee, says Fiji"):
        ashworth.name = "Ashworth Zebedee"
        person_verbs.change([ashworth], by=naree, now=now, reason="Ashworth Zebedee, says Fiji")
    merged = merge(ashworth, other, by=naree, now=now, reason="Ashwurth Zebedee is the same")
    held = Person.objects.filter(Q(account__isnull=False) | Q(focal_points__ends_on=None, focal_points__isnull=False))
    names = sorted(held.values_list("name", flat=True))
    before, far = counted(), datetime.combine(last, time(12), UTC) + timedelta(days=3653)
    saw(Person, by=naree, now=far, what=Saw.LISTED, rows=1, filters="q=zebed&kind=x")
    saw(Person, by=naree, now=far, what=Saw.LISTED, rows=9, filters="q=Fiji")
    SavedView.objects.create(owner=naree, desk="people", title="Our man in Suva", query="q=Ashworth+Zebedee")
    assert ("zebedee" in everything(), Correction.objects.filter(ref="pe0001").count()) == (True, 1)

    assert "people forgotten" not in forgotten(far - timedelta(days=400))
    assert forgotten(far + timedelta(days=2))["people forgotten"] > 0

    gone = Person.objects.get(ref="pe0001")
    assert (str(gone), gone.post, gone.body, gone.agency) == ("Name forgotten", "", None, None)
    trail = list(AuditEvent.objects.filter(kind="members.person", ref__in=["pe0001", "pe9001"]).values_list())
    assert ("zebedee" in everything(), "worth" in repr(trail), len(trail)) == (False, False, 6)
    assert (counted(), sorted(held.values_list("name", flat=True))) == (before, names)
    assert [step.verb for step in history_of(gone)][:1] == ["forgotten"]
    looks = Access.objects.filter(what=Saw.LISTED).order_by("pk").values_list("rows", "filters")
    assert (list(looks), SavedView.objects.count()) == ([(1, ""), (9, "q=Fiji")], 0)
    with pytest.raises(Refused, match="has been forgotten since"):
        undo_merge(merged, by=naree, now=far)
    with pytest.raises(BadFolder) as refused:
        load(office, by=naree, now=far)
    export(tmp_path / "out")
    load(tmp_path / "out", by=naree, now=far)
    assert set(map(str, (fault.column for fault in refused.value.faults))) == {"name"}


@pytest.mark.parametrize(
    ("name", "part"), [("Trần Thị Búp", "tran thi"), ("Búp Trần-Thị", "TRAN THI"), ("สมชาย บุปผา", "ชาย")]
)
@pytest.mark.parametrize("looks", ["q={}", "sort=name&q={}", "q=%22{}%22"])
def test_whoever_is_forgotten_is_forgotten_as_they_were_looked_for(naree, now, name, part, looks):
    """Without accents, in the midst of a name that has no spaces, and by a view that was called so."""
    person = Person(ref="pe9001", name=name, post="Director")
    person_verbs.add([person], by=naree, now=now)
    for words in (name, name.upper(), part):
        saw(Person, by=naree, now=now, what=Saw.LISTED, filters=looks.format(quote(words)))
    views = {f"All of {name}": "state=held", "Mine": f"q={quote(part)}", "Director": "q=Director"}
    for title, query in views.items():
        SavedView.objects.create(owner=naree, desk="people", title=title, query=query)
    saw(Person, by=naree, now=now, what=Saw.LISTED, filters="q=director")

    forget_people([person], by=naree, now=now)

    assert list(Access.objects.order_by("pk").values_list("filters", flat=True)) == ["", "", "", "q=director"]
    assert list(SavedView.objects.values_list("title", flat=True)) == ["Director"]


def test_nothing_that_is_still_needed_goes(office, naree, now):
    Draft.objects.create(
        owner=naree, desk="events", cells={}, began={}, token="0e1b5c1e-2f6a-4b1c-9d5e-5f0a3b9c1d00", kept_at=now
    )
    before = Event.objects.count(), Draft.objects.count()

    assert forgotten(now) == {}
    assert (Event.objects.count(), Draft.objects.count()) == before
