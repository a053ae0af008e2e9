"""Papers of records that lie elsewhere than in our folder: how they come into a backup, and out of it."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage

from rso.core.models import Attachment


def lie_elsewhere() -> bool:
    return not isinstance(default_storage, FileSystemStorage)


def fetch(folder: Path) -> None:
    """Copies every paper that the folder does not have yet. What is lost there is told by whoever looks for it."""
    for found in Attachment.objects.filter(withdrawn_at=None).order_by("pk").iterator():
        held = folder / found.path
        if held.exists() or not default_storage.exists(found.path):
            continue
        held.parent.mkdir(parents=True, exist_ok=True)
        with default_storage.open(found.path) as paper, held.open("wb") as to:
            shutil.copyfileobj(paper, to)


def digest_of(name: str) -> str:
    """Of a paper that is there; empty where it is not."""
    if not default_storage.exists(name):
        return ""
    with default_storage.open(name) as paper:
        digest = hashlib.sha256()
        for chunk in paper.chunks():
            digest.update(chunk)
    return digest.hexdigest()


def put(name: str, chunks: Iterable[bytes]) -> None:
    with tempfile.TemporaryFile() as made:
        made.writelines(chunks)
        default_storage.save(name, File(made))
