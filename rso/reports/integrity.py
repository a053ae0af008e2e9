"""What reports know of their files: each file of each edition is the one that was published."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from rso.reports.models import Edition
from rso.reports.publishing import folder_of, records_file


def faults() -> Iterator[str]:
    for edition in Edition.objects.select_related("report").order_by("pk"):
        ref, number = edition.report.ref, edition.number
        for name, digest in sorted(edition.files.items()):
            path = records_file(ref, number) if name == "records" else folder_of(ref, number) / name
            if wrong := _wrong(path, digest):
                yield f"The file {name} of {ref}, edition {number}, {wrong}: {path}"


def _wrong(path: Path, digest: str) -> str:
    if not path.is_file():
        return "is lost"
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    return "" if found == digest else "is not the one that was published"
