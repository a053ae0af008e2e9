"""The file of a backup: a zip whose manifest names each part with its digest, and which ends with the digest of itself."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from rso.core.folders import LEFT_BEHIND
from rso.troubles import Trouble

#: Raised when an older RSO could not read what this one writes.
FORMAT = 1
MANIFEST = "manifest.json"
#: The last letters of the file, as the comment of the zip: the digest of all that stands before them.
SEAL = 64
CHUNK = 1 << 20


class BadBackup(Trouble):
    """The file is no backup, or not one that can be restored here."""


@dataclass(frozen=True)
class Part:
    """One table or one file within a backup."""

    name: str
    size: int
    sha256: str
    rows: int = 0
    columns: tuple[str, ...] = ()


@dataclass
class Archive:
    """A backup that is being written."""

    zip: ZipFile
    parts: list[Part] = field(default_factory=list)

    def add(self, name: str, chunks: Iterable[bytes], columns: tuple[str, ...] = ()) -> Part:
        digest, size, rows = hashlib.sha256(), 0, 0
        with self.zip.open(name, "w", force_zip64=True) as to:
            for chunk in chunks:
                to.write(chunk)
                digest.update(chunk)
                size, rows = size + len(chunk), rows + (chunk.count(b"\n") if columns else 0)
        part = Part(name, size, digest.hexdigest(), rows, columns)
        self.parts.append(part)
        return part

    def close(self, about: dict[str, Any]) -> None:
        manifest = {"format": FORMAT, **about, "parts": [asdict(part) for part in self.parts]}
        with self.zip.open(MANIFEST, "w") as to:
            to.write(json.dumps(manifest, ensure_ascii=False, indent=1).encode())
        self.zip.comment = b"0" * SEAL


@contextmanager
def writing(path: Path) -> Iterator[Archive]:
    """Writes beside the path, for this user alone. The file is sealed and read back before it takes its place in one step.

    Raises OSError and BadBackup; then an older file at the path stays.
    """
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "There is no such folder", str(path.parent))
    for left in path.parent.glob(f".{path.name}.*"):
        if time.time() - left.stat().st_mtime > LEFT_BEHIND:
            left.unlink(missing_ok=True)
    made = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        made.touch(mode=0o600)
        with ZipFile(made, "w", ZIP_DEFLATED, compresslevel=1) as zip:
            yield Archive(zip)
        with made.open("r+b") as file:
            seal = _digest_of_all_before_the_seal(file)
            file.seek(-SEAL, os.SEEK_END)
            file.write(seal)
            file.flush()
            os.fsync(file.fileno())
        check(made)
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)


def _digest_of_all_before_the_seal(file: IO[bytes]) -> bytes:
    left = file.seek(0, os.SEEK_END) - SEAL
    file.seek(0)
    digest = hashlib.sha256()
    while left > 0 and (chunk := file.read(min(CHUNK, left))):
        digest.update(chunk)
        left -= len(chunk)
    return digest.hexdigest().encode()


def check(path: Path) -> dict[str, Any]:
    """Reads the whole file and returns its manifest. Raises BadBackup where anything is not as it was written."""
    with path.open("rb") as file:
        if file.read(2) != b"PK":
            raise BadBackup(f"{path} is no backup of RSO.")
        if _digest_of_all_before_the_seal(file) != file.read(SEAL):
            says = (
                "was cut off or altered, or is no backup of RSO: it does not end with its own digest. Take another one"
            )
            raise BadBackup(f"{path} {says}.")
    try:
        with ZipFile(path) as zip:
            return _check_parts(path, zip)
    except (BadZipFile, KeyError, TypeError, ValueError) as error:
        raise BadBackup(f"{path} is no backup of RSO, or one that was altered.") from error


def _check_parts(path: Path, zip: ZipFile) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(zip.read(MANIFEST))
    if manifest["format"] > FORMAT:
        raise BadBackup(f"{path} was made by a newer version of RSO, {manifest['version']}. Restore it with that one.")
    parts = [Part(**{**part, "columns": tuple(part["columns"])}) for part in manifest["parts"]]
    if sorted(zip.namelist()) != sorted([MANIFEST, *(part.name for part in parts)]):
        raise BadBackup(f"{path} does not hold what its manifest names.")
    for part in parts:
        digest, size, rows = hashlib.sha256(), 0, 0
        for chunk in chunks_of(zip, part.name):
            digest.update(chunk)
            size, rows = size + len(chunk), rows + (chunk.count(b"\n") if part.columns else 0)
        if (digest.hexdigest(), size, rows) != (part.sha256, part.size, part.rows):
            raise BadBackup(f"{path}: {part.name} is not as it was written.")
    return {**manifest, "parts": parts}


def chunks_of(zip: ZipFile, name: str) -> Iterator[bytes]:
    with zip.open(name) as part:
        while chunk := part.read(CHUNK):
            yield chunk
