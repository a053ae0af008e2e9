"""`rso backup`: takes the records as they stand at one moment, while others go on writing."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from rso import __version__
from rso.backup import papers
from rso.backup.archive import CHUNK, Archive, writing
from rso.backup.rows import columns_of, kept_models, lines
from rso.core.folders import LEFT_BEHIND, alone
from rso.core.models import Attachment
from rso.core.snapshot import snapshot

#: What lies beside the database: papers of records, published editions, the keys that seal them, compiled reports.
MEDIA = "media"
FOLDERS = (MEDIA, "editions", "keys", "reports")
#: How the folder begins in which a backup holds files while it runs.
SCRATCH = ".backup-"


@dataclass(frozen=True)
class Taken:
    """What a backup holds. Missing are files that records name and that were lost before."""

    records: int
    files: int
    size: int
    sha256: str
    missing: tuple[str, ...]

    def shown(self) -> dict[str, int | str]:
        return {"records": self.records, "files": self.files, "bytes": self.size, "SHA-256": self.sha256}


def back_up(path: Path) -> Taken:
    """Writes the whole office into one file. Raises OSError and BadBackup; then an older file at the path stays."""
    folder: Path = settings.VAR
    folder.mkdir(parents=True, exist_ok=True)
    _clear_away(folder)
    with (
        writing(path) as archive,
        tempfile.TemporaryDirectory(dir=folder, prefix=SCRATCH) as scratch,
        alone(Path(scratch)),
    ):
        # A file attached just before the records are looked at is held by the second turn; one withdrawn just after it, by the first.
        _hold(folder, Path(scratch))
        with snapshot():
            migrations = sorted(MigrationRecorder(connection).applied_migrations())
            _hold(folder, Path(scratch))
            missing = _missing(Path(scratch))
            for model in kept_models():
                archive.add(f"tables/{model._meta.db_table}.jsonl", lines(model), columns_of(model))
        records = sum(part.rows for part in archive.parts)
        files = _add_files(archive, Path(scratch))
        archive.close(
            {
                "product": "RSO", "version": __version__, "made_at": timezone.now().isoformat(),
                "database": connection.vendor, "migrations": migrations, "missing": missing,
            }
        )  # fmt: skip
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Taken(records, files, path.stat().st_size, digest, tuple(missing))


def _clear_away(folder: Path) -> None:
    """What a killed backup held: papers that the office has removed since, and all that was fetched from a bucket."""
    for left in folder.glob(f"{SCRATCH}*"):
        if time.time() - left.stat().st_mtime > LEFT_BEHIND:
            with suppress(BlockingIOError), alone(left, wait=False):  # whoever still holds it is at work
                shutil.rmtree(left)


def _hold(folder: Path, scratch: Path) -> None:
    """Links every file that is not held yet: it stays readable here, even where the office removes or replaces it.

    Papers that lie elsewhere than in our folder are copied.
    """
    elsewhere = papers.lie_elsewhere()
    if elsewhere:
        papers.fetch(scratch / MEDIA)
    for name in (name for name in FOLDERS if name != MEDIA or not elsewhere):
        for path in sorted((folder / name).rglob("*")):
            held = scratch / path.relative_to(folder)
            if path.is_file() and not held.exists():
                held.parent.mkdir(parents=True, exist_ok=True)
                _link(path, held)


def _link(path: Path, held: Path) -> None:
    try:
        os.link(path, held)
    except FileNotFoundError:
        return
    except OSError:
        shutil.copy(path, held)


def _missing(scratch: Path) -> list[str]:
    attached = Attachment.objects.filter(withdrawn_at=None).order_by("ref")
    return [found.ref for found in attached if not (scratch / MEDIA / found.path).exists()]


def _add_files(archive: Archive, scratch: Path) -> int:
    paths = [path for path in sorted(scratch.rglob("*")) if path.is_file()]
    for path in paths:
        archive.add(f"files/{path.relative_to(scratch).as_posix()}", _chunks(path))
    return len(paths)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
