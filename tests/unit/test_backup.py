"""An office in one file: it comes back the same; what is cut off, altered, newer or in the way is refused in a sentence."""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from rso.backup import archive
from rso.backup.archive import BadBackup
from rso.backup.make import back_up
from rso.backup.restore import restore
from rso.backup.rows import kept_models, lines
from rso.core.attachments import attach
from rso.core.figures.reading import OFFICE
from rso.core.folders import alone
from rso.core.models import AuditEvent, Office
from rso.core.periods import Period
from rso.core.search.models import Entry
from rso.events.models import Event
from rso.reports.listing import figure_rows
from tests.sampling import few


@pytest.fixture
def var(settings, tmp_path) -> Path:
    """A folder of data of the test's own."""
    settings.VAR = tmp_path / "var"
    settings.MEDIA_ROOT = settings.VAR / "media"
    return settings.VAR


@pytest.fixture
def paper(office, var, naree, now) -> str:
    """A paper attached to an event: where its bytes lie."""
    event = Event.objects.order_by("pk")[0]
    return attach(event, BytesIO(b"What was said.\n"), name="minutes.txt", by=naree, now=now).path


@pytest.fixture
def taken(paper, tmp_path) -> Path:
    """A backup of the example office, its paper and a report."""
    report = tmp_path / "var" / "reports" / "annual" / "annual.pdf"
    report.parent.mkdir(parents=True)
    report.write_bytes(b"%PDF")
    back_up(tmp_path / "office.zip")
    return tmp_path / "office.zip"


def rows() -> dict[str, list[object]]:
    """Every row of every table that a backup keeps, in whatever order a database keeps what is within a cell."""
    return {
        model._meta.db_table: [json.loads(line) for text in lines(model) for line in text.splitlines()]
        for model in kept_models()
    }


def empty() -> None:
    """Takes everything out of the database, within the transaction of the test."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA defer_foreign_keys = ON")
        for model in [*kept_models(), Entry]:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")


def fresh_machine(settings, tmp_path) -> Path:
    """Nothing in the database, nothing in the folder."""
    empty()
    settings.VAR = tmp_path / "fresh"
    settings.MEDIA_ROOT = settings.VAR / "media"
    return settings.VAR


def refused(path: Path) -> str:
    with pytest.raises(BadBackup) as told:
        restore(path)
    return str(told.value)


@pytest.mark.long
def test_what_is_restored_on_a_fresh_machine_is_what_was_backed_up(taken, paper, settings, tmp_path):
    before, entries = rows(), Entry.objects.count()
    figures = figure_rows(["participations", "expenditure"], Period.parse("2022"), "", OFFICE)
    var = fresh_machine(settings, tmp_path)

    restore(taken)

    assert rows() == before
    assert figure_rows(["participations", "expenditure"], Period.parse("2022"), "", OFFICE) == figures
    assert (var / "media" / paper).read_bytes() == b"What was said.\n"
    assert (var / "reports" / "annual" / "annual.pdf").read_bytes() == b"%PDF"
    assert (Entry.objects.count(), entries > 0) == (entries, True)


@pytest.mark.long
def test_records_made_after_a_restore_get_ids_of_their_own(taken, settings, tmp_path, naree, now):
    last = AuditEvent.objects.order_by("-pk")[0].pk
    fresh_machine(settings, tmp_path)
    restore(taken)

    made = AuditEvent.objects.create(at=now, actor=naree, verb="told", kind="event", ref="x")

    assert made.pk > last


def test_a_backup_is_for_its_owner_alone_and_leaves_nothing_beside_it(taken, tmp_path):
    assert stat.S_IMODE(taken.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["office.zip", "var"]
    assert sorted(path.name for path in (tmp_path / "var").iterdir()) == ["media", "reports"]


@pytest.mark.long
def test_what_a_killed_backup_held_goes_with_the_next_one_and_what_another_holds_stays(taken, tmp_path):
    killed, running = (tmp_path / "var" / f".backup-{name}" for name in ("killed", "running"))
    for scratch in (killed, running):
        (scratch / "media").mkdir(parents=True)
        (scratch / "media" / "paper").write_bytes(b"What was said.")
        os.utime(scratch, (0, 0))
    with alone(running):
        back_up(taken)

    assert (killed.exists(), running.exists()) == (False, True)


def test_a_paper_that_was_lost_is_named_and_does_not_hinder_the_backup(taken, paper, tmp_path):
    default_storage.delete(paper)

    found = back_up(tmp_path / "second.zip")

    assert (len(found.missing), found.files) == (1, 1)


def test_sessions_are_left_behind_and_the_office_is_not_opened_to_them(taken):
    with ZipFile(taken) as zip:
        tables = {name for name in zip.namelist() if re.search("session|search_entry", name)}

    assert tables == set()


# -- what is refused -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", few([0.5, 0.0, 0.1, 0.9, 0.999]))
def test_a_backup_that_was_cut_off_is_refused(taken, share):
    whole = taken.read_bytes()
    taken.write_bytes(whole[: int(len(whole) * share)])

    assert re.search("is no backup of RSO|was cut off or altered", refused(taken))


@pytest.mark.parametrize("place", few(range(12), 2))
def test_a_backup_with_one_other_byte_is_refused_wherever_it_is(taken, place):
    whole = bytearray(taken.read_bytes())
    whole[(len(whole) - 1) * place // 11] ^= 1
    taken.write_bytes(whole)

    assert re.search("is no backup of RSO|was cut off or altered", refused(taken))


def rewritten(path: Path, change: dict[str, bytes], manifest: dict[str, object] | None = None) -> Path:
    """The backup with other parts, sealed as if it had been written so."""
    with ZipFile(path) as zip:
        parts = {name: zip.read(name) for name in zip.namelist()} | change
    if manifest:
        parts["manifest.json"] = json.dumps(json.loads(parts["manifest.json"]) | manifest).encode()
    with ZipFile(path, "w", ZIP_DEFLATED) as zip:
        for name, content in parts.items():
            zip.writestr(name, content)
        zip.comment = b"0" * archive.SEAL
    with path.open("r+b") as file:
        seal = archive._digest_of_all_before_the_seal(file)
        file.seek(-archive.SEAL, 2)
        file.write(seal)
    return path


def test_a_part_that_was_altered_and_sealed_anew_is_named(taken):
    rewritten(taken, {"tables/core_office.jsonl": b"[]\n"})

    assert refused(taken) == f"{taken}: tables/core_office.jsonl is not as it was written."


def test_a_part_that_the_manifest_does_not_name_is_refused(taken):
    rewritten(taken, {"files/media/more.txt": b"more"})

    assert refused(taken) == f"{taken} does not hold what its manifest names."


def test_any_other_zip_is_no_backup(var, tmp_path, office):
    with ZipFile(tmp_path / "other.zip", "w") as zip:
        zip.writestr("letter.txt", "x" * 100)

    assert refused(tmp_path / "other.zip").startswith(
        f"{tmp_path / 'other.zip'} was cut off or altered, or is no backup of RSO"
    )


def test_a_database_that_holds_an_office_is_left_alone(taken):
    before = rows()

    assert refused(taken) == "The database in DATABASE_URL holds an office. Name an empty one; nothing was changed."
    assert rows() == before


def test_a_newer_backup_is_refused_with_what_is_not_known(taken, settings, tmp_path):
    with ZipFile(taken) as zip:
        migrations = json.loads(zip.read("manifest.json"))["migrations"]
    rewritten(taken, {}, {"migrations": [*migrations, ["core", "0099_later"]], "version": "9.0"})
    fresh_machine(settings, tmp_path)

    says = f"{taken} was made by a newer version of RSO, 9.0: this one does not know core 0099_later."
    assert refused(taken) == f"{says} Restore it with that version."
    assert Office.objects.count() == 0


def test_a_backup_in_a_newer_form_is_refused(taken):
    rewritten(taken, {}, {"format": 2, "version": "9.0"})

    assert refused(taken) == f"{taken} was made by a newer version of RSO, 9.0. Restore it with that one."


@pytest.mark.long
def test_tables_of_another_shape_are_named(taken, settings, tmp_path):
    with ZipFile(taken) as zip:
        parts = json.loads(zip.read("manifest.json"))["parts"]
    for part in parts:
        if part["name"] == "tables/core_office.jsonl":
            part["columns"].append("colour")
    rewritten(taken, {}, {"parts": parts})
    fresh_machine(settings, tmp_path)

    assert refused(taken) == (
        f"{taken} was made by another version of RSO, whose tables differ: core_office."
        " Restore it with that version, then: rso export and rso load."
    )


def test_a_restore_on_a_full_disk_leaves_no_half_of_a_file(taken, settings, tmp_path, monkeypatch):
    var = fresh_machine(settings, tmp_path)

    def full(*_part: object) -> Iterator[bytes]:
        yield b"%PDF"
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("rso.backup.restore.chunks_of", full)
    with pytest.raises(OSError, match="No space left"):
        restore(taken)

    assert [path for path in var.rglob("*") if path.is_file()] == []


def test_another_file_that_is_in_the_way_is_named_and_stays(taken, paper, settings, tmp_path):
    var = fresh_machine(settings, tmp_path)
    there = var / "media" / paper
    there.parent.mkdir(parents=True)
    there.write_bytes(b"somebody's")

    says = f"{there} is there already, and is another file. Move it away, or set RSO_VAR to a new folder."
    assert (refused(taken), there.read_bytes(), Office.objects.count()) == (says, b"somebody's", 0)


def test_a_backup_is_a_file_in_a_folder_that_is_there(office, tmp_path):
    from tests.unit.test_command_line import told

    assert told("backup", tmp_path / "none" / "office.zip") == [f"{tmp_path}/none: There is no such folder."]
    assert "directory" in " ".join(told("backup", tmp_path, code=2))


def test_an_older_backup_stays_where_a_new_one_fails(taken, monkeypatch):
    before = taken.read_bytes()
    monkeypatch.setattr(archive, "check", lambda _path: (_ for _ in ()).throw(BadBackup("no")))

    with pytest.raises(BadBackup):
        back_up(taken)

    assert (taken.read_bytes(), [path.name for path in taken.parent.iterdir() if path.name.startswith(".")]) == (
        before,
        [],
    )


def test_a_database_that_is_newer_is_refused_by_every_command(office):
    from tests.unit.test_command_line import told

    MigrationRecorder(connection).record_applied("core", "0099_later")

    says = "The database is of a newer version of RSO: it has core 0099_later, which this version does not know."
    more = "Run that version, or restore a backup of this one into an empty database."
    for words in (
        ["figures", "2022"],
        ["migrate"],
        ["serve"],
        ["run-due"],
        ["backup", "x.zip"],
        ["createuser", "a@b", "--name", "x", "--role", "x", "--password", "x"],
    ):
        assert told(*words) == [f"{says} {more}"]
