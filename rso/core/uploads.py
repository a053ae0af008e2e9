"""What comes in by a form as a file is held to a size while it comes, so that it fills no disk."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

#: The largest file that the office takes.
LARGEST = 25 * 2**20


class Limited(FileUploadHandler):
    """Lets go of a file that is too large: the form comes without it, and `too_large` of the request says why."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        if start + len(raw_data) > LARGEST:
            request: Any = self.request
            request.too_large = True
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler keeps the file."""
