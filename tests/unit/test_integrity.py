"""`rso check-integrity` finds what came past the constraints, and files that are not what they were."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connection, models
from django.test.utils import isolate_apps

from rso.core.attachments import attach
from rso.core.figures.reading import read
from rso.core.models import Basis, Source
from rso.core.periods import Period
from rso.events.models import Event
from rso.integrity import _dangling, _of_the_file, _twice, _unchecked, faults
from rso.reports.models import Edition
from rso.reports.publishing import folder_of
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
