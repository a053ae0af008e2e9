"""What reports know of their editions: each file is the one that was published, and what moved since was moved by verbs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from rso.reports.drift import drift
from rso.reports.models import Edition
from rso.reports.publishing import folder_of, records_file


def faults() -> Iterator[str]:
    for edition in Edition.objects.select_related("report").order_by("pk"):
        ref, number = edition.report.ref, edition.number
        for name, digest in sorted(edition.files.items()):
            path = records_file(ref, number) if name == "records" else folder_of(ref, number) / name
            if wrong := _wrong(path, digest):
                yield f"The file {name} of {ref}, edition {number}, {wrong}: {path}"
        if not _wrong(records_file(ref, number), edition.files.get("records", "")):
            yield from _moved_untold(edition)


def _moved_untold(edition: Edition) -> Iterator[str]:
    """What drift does not tell, for it goes by the audit trail."""
    told, found = ({m.key: (m.now, m.records) for m in drift(edition, throughout=all_of)} for all_of in (False, True))
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
