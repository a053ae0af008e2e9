"""What reports know of their editions: each file is the one that was published, the key is the one that sealed them, and what
moved since was moved by verbs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from rso.reports.drift import drift
from rso.reports.models import Edition
from rso.reports.proof import MANIFEST
from rso.reports.publishing import folder_of, key_file, office_key, records_file
from rso.reports.seals import Unsealed, public_of, sealed_by


def faults() -> Iterator[str]:
    sealed: tuple[str, Edition] | None = None
    for edition in Edition.objects.select_related("report").order_by("pk"):
        ref, number = edition.report.ref, edition.number
        for name, digest in sorted(edition.files.items()):
            path = records_file(ref, number) if name == "records" else folder_of(ref, number) / name
            if wrong := _wrong(path, digest):
                yield _of_file(name, edition, wrong, path)
        manifest = folder_of(ref, number) / MANIFEST
        if public := _sealed_manifest(manifest, edition):
            sealed = public, edition
        elif edition.files:
            wrong = "is not the one that was published" if manifest.is_file() else "is lost"
            yield _of_file(MANIFEST, edition, wrong, manifest)
        if not _wrong(records_file(ref, number), edition.files.get("records", "")):
            yield from _moved_untold(edition)
    if sealed:
        yield from _of_the_key(*sealed)


def _of_file(name: str, edition: Edition, wrong: str, path: Path) -> str:
    return f"The file {name} of {_named(edition)}, {wrong}: {path}"


def _named(edition: Edition) -> str:
    return f"{edition.report.ref}, edition {edition.number}"


def _sealed_manifest(path: Path, edition: Edition) -> str:
    """The public key that sealed the list of an edition's files; nothing where it is not the one that was sealed."""
    try:
        content = path.read_bytes()
        public, told = sealed_by(content), json.loads(content)["files"]
    except (OSError, Unsealed, ValueError, LookupError, TypeError):
        return ""
    files = {name: digest for name, digest in edition.files.items() if name != "records"}
    return public if told == files else ""


def _of_the_key(public: str, edition: Edition) -> Iterator[str]:
    """Whether the key that the office has now sealed the last edition: with another, none of its readers can check it."""
    path = key_file()
    if not path.is_file():
        yield f"The key with which the office seals what it publishes is lost: {path}"
        return
    try:
        is_ours = public_of(office_key()) == public
    except (OSError, ValueError):
        is_ours = False
    if not is_ours:
        yield f"The key with which the office seals is not the one that sealed {_named(edition)}: {path}"


def _moved_untold(edition: Edition) -> Iterator[str]:
    """What drift does not tell, for it goes by the audit trail."""
    try:
        told, found = (
            {m.key: (m.now, m.records) for m in drift(edition, throughout=all_of)} for all_of in (False, True)
        )
    except Exception as error:
        # Whatever a row that came past the rules makes the figures raise: the row is named by its rule.
        yield f"The records behind {_named(edition)}, cannot be compared with what was published: {error}"
        return
    for key in {**told, **found}:
        if told.get(key) != found.get(key):
            _now, refs = found.get(key) or told[key]
            names = ", ".join(refs[:5]) or "records that cannot be named"
            yield f"{key} of {edition.report.ref}, edition {edition.number}, moved past the audit trail, by {names}"


def _wrong(path: Path, digest: str) -> str:
    if not path.is_file():
        return "is lost"
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    return "" if found == digest else "is not the one that was published"
