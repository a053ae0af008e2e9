"""`rso check-integrity` finds what came past the constraints, and files that are not what they were."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connection, models
from django.test.utils import isolate_apps

from rso.core.attachments import attach
from rso.core.figures.reading import read
from rso.core.models import AuditEvent, Basis, Source
from rso.core.periods import Period
from rso.events.models import Event, Participation
from rso.finance.models import Expenditure
from rso.integrity import _dangling, _of_the_file, _twice, _unchecked, _unreadable, faults
from rso.reports.drift import Movement
from rso.reports.models import Edition
from rso.reports.publishing import folder_of, key_file
from tests.unit.test_command_line import rso, told
from tests.unit.test_publishing import MONTHLY, flip, published


@pytest.fixture
def paper(office, settings, tmp_path, naree, now) -> str:
    """A paper attached to an event: where its bytes lie."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return attach(
        Event.objects.get(ref="e2022-01"), BytesIO(b"What was said.\n"), name="minutes.txt", by=naree, now=now
    ).path


@pytest.fixture
def edition(office, settings, tmp_path) -> Edition:
    """The monthly report, published."""
    settings.VAR = tmp_path / "var"
    return published()


def test_an_office_as_it_should_be_has_no_fault(paper):
    assert rso("check-integrity") == "Every constraint holds, and every file is the one that was kept.\n"


def test_a_paper_that_is_lost_or_altered_is_named_with_its_record(paper):
    Path(default_storage.path(paper)).write_bytes(b"Something else.\n")
    (altered,) = faults()
    default_storage.delete(paper)
    (lost,) = faults()

    assert altered.startswith("The file “minutes.txt” (f-")
    assert altered.endswith(f") of events.event e2022-01 is not the one that was attached: {paper}")
    assert lost.endswith(f") of events.event e2022-01 is lost: {paper}")
    assert told("check-integrity") == [lost, "1 fault. A backup from before it happened: rso restore"]


@isolate_apps("rso.core")
def with_rules() -> type[models.Model]:

    class Strict(models.Model):
        basis = models.IntegerField()
        name = models.CharField(max_length=60)
        of = models.ForeignKey(Source, models.PROTECT, null=True, related_name="+")

        class Meta:
            app_label = "core"
            db_table = "strict"
            constraints = [
                models.CheckConstraint(condition=models.Q(basis__range=(1, 4)), name="basis_is_known"),
                models.UniqueConstraint(fields=["name"], condition=models.Q(basis=Basis.STATED), name="stated_once"),
            ]

        def __str__(self) -> str:
            return self.name

    return Strict


@pytest.fixture
def strict(db) -> Iterator[type[models.Model]]:
    """A table whose rows came past the rules that it should have held."""
    # SQLite puts the check off until the end of the transaction; PostgreSQL is not told of the rule.
    rule = "REFERENCES core_source (id) DEFERRABLE INITIALLY DEFERRED" if connection.vendor == "sqlite" else ""
    rows = "(1, 1, 'a', NULL), (2, 9, 'a', 77777), (3, 2, 'b', NULL), (4, 2, 'b', NULL)"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE strict (id integer PRIMARY KEY, basis integer, name text, of_id bigint {rule})")
        cursor.execute(f"INSERT INTO strict VALUES {rows}")
        yield with_rules()
        cursor.execute("DROP TABLE strict")


def test_rows_that_came_past_a_rule_are_named_with_it(strict):
    assert list(_unchecked(strict)) == ["strict: row 2 breaks basis_is_known"]
    assert list(_twice(strict)) == ["strict: two rows are the same and break stated_once"]


def test_a_row_that_names_nothing_is_named(strict):
    assert [*_of_the_file(), *_dangling(strict)] == ["strict: row 2 names a row of core_source that is not there"]


only_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL takes no such value")


@contextmanager
def past_the_rules(sql: str, *values: object) -> Iterator[None]:
    """A row written past every rule of the tables, as somebody's own SQL can write it."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        try:
            cursor.execute(sql, values)
            yield
        finally:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


@only_sqlite
def test_a_row_in_which_no_day_stands_is_named_and_the_rest_looked_at(edition):
    row = Expenditure.objects.order_by("pk")[0].pk
    event = AuditEvent.objects.order_by("pk")[0].pk
    with past_the_rules("UPDATE finance_expenditure SET spent_on = '2022-99-99' WHERE id = %s", row):
        named = list(faults())
    assert f"finance_expenditure: row {row} has in spent_on no day: “2022-99-99”" in named
    with past_the_rules("UPDATE core_auditevent SET at = 'xx' WHERE id = %s", event):
        named = list(faults())
    assert f"core_auditevent: row {event} has in at no time: “xx”" in named


@only_sqlite
@pytest.mark.parametrize("value", ["2022-02-30", "", "5", "2022-9-1 x"])
def test_whatever_is_no_day_is_named(office, value):
    row = Expenditure.objects.order_by("pk")[0].pk
    with past_the_rules("UPDATE finance_expenditure SET spent_on = %s WHERE id = %s", value, row):
        assert list(_unreadable(Expenditure)) == [f"finance_expenditure: row {row} has in spent_on no day: “{value}”"]


@only_sqlite
def test_a_row_that_came_past_a_rule_is_named_and_the_editions_are_still_looked_at(edition, monkeypatch):
    def cannot(*_given: object, **_more: object) -> list[Movement]:
        raise ValueError("9 is not a valid Sex")

    monkeypatch.setattr("rso.reports.integrity.drift", cannot)
    row = Participation.objects.order_by("pk")[0].pk
    (folder_of(MONTHLY, 1) / "data.zip").unlink()
    with past_the_rules("UPDATE events_participation SET sex = 9 WHERE id = %s", row):
        assert list(faults()) == [
            f"events_participation: row {row} breaks participation_sex_is_known_or_null",
            f"The file data.zip of {MONTHLY}, edition 1, is lost: {folder_of(MONTHLY, 1) / 'data.zip'}",
            f"The records behind {MONTHLY}, edition 1, cannot be compared with what was published: 9 is not a valid Sex",
        ]


def test_the_list_of_an_edition_s_files_is_the_one_that_was_sealed(edition):
    path = folder_of(MONTHLY, 1) / "manifest.json"
    whole = path.read_bytes()
    for content in (b"{", whole.replace(b"a", b"b", 1), b""):
        path.write_bytes(content)
        assert list(faults()) == [
            f"The file manifest.json of {MONTHLY}, edition 1, is not the one that was published: {path}"
        ]
    path.unlink()
    assert list(faults()) == [f"The file manifest.json of {MONTHLY}, edition 1, is lost: {path}"]


@pytest.mark.parametrize("content", [b"", b"garbage", b"\xff\xfe\x00"])
def test_a_key_that_is_lost_or_another_is_named(edition, content):
    path = key_file()
    assert list(faults()) == []
    path.write_bytes(content)
    assert list(faults()) == [
        f"The key with which the office seals is not the one that sealed {MONTHLY}, edition 1: {path}"
    ]
    path.unlink()
    assert list(faults()) == [f"The key with which the office seals what it publishes is lost: {path}"]
    assert not path.exists()


@pytest.mark.long
def test_a_file_of_an_edition_that_is_lost_or_altered_is_named(edition):
    assert list(faults()) == []
    folder = folder_of(MONTHLY, 1)
    flip(folder / f"{MONTHLY}.pdf", 1000)
    (folder / "data.zip").unlink()

    assert list(faults()) == [
        f"The file data.zip of {MONTHLY}, edition 1, is lost: {folder / 'data.zip'}",
        f"The file {MONTHLY}.pdf of {MONTHLY}, edition 1, is not the one that was published: {folder / f'{MONTHLY}.pdf'}",
    ]


@pytest.mark.long
def test_what_moved_an_edition_past_the_audit_trail_is_named_with_its_records(edition):
    event = read("events-held", Period.parse(edition.period)).records.order_by("ref")[0]
    Event.objects.filter(pk=event.pk).update(state="postponed", reason="Rain.")

    named = [fault for fault in faults() if fault.startswith(f"events-held|{edition.period}| ")]
    assert named == [
        f"events-held|{edition.period}| of {MONTHLY}, edition 1, moved past the audit trail, by {event.ref}"
    ]
