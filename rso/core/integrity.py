"""What core knows of its files: each paper is there, and is the one that was attached."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from io import BufferedReader
from typing import cast

from django.core.files.storage import default_storage

from rso.core.models import Attachment


def faults() -> Iterator[str]:
    for found in Attachment.objects.filter(withdrawn_at=None).order_by("ref").iterator():
        of = f"The file “{found.name}” ({found.ref}) of {found.of_kind} {found.of_ref}"
        if not default_storage.exists(found.path):
            yield f"{of} is lost: {found.path}"
            continue
        with default_storage.open(found.path) as file:
            digest = hashlib.file_digest(cast(BufferedReader, file.file), "sha256").hexdigest()
        if digest != found.sha256:
            yield f"{of} is not the one that was attached: {found.path}"
