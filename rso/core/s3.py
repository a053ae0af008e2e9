"""Papers in S3-compatible storage: four requests, each signed (AWS Signature Version 4), by the standard library alone."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from io import BytesIO
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from urllib.parse import quote, urlsplit

from django.core.files import File
from django.core.files.storage import Storage

from rso.media import Bucket

#: Seconds that the storage may let wait for itself; how often what failed is asked again.
PATIENCE, AGAIN = 30, 1
#: What is kept in memory of a paper that is read; more lies in a temporary file.
IN_MEMORY = 2**20


class NoStorage(OSError):
    """The storage does not answer, or refuses."""


@dataclass(frozen=True)
class Answer:
    status: int
    size: int
    body: IO[bytes]


class S3(Storage):
    """One bucket. A name is made from the digest of its bytes: what is saved under it again is the same."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def exists(self, name: str) -> bool:
        return self._ask("HEAD", name).status != 404

    def size(self, name: str) -> int:
        return self._there(name, self._ask("HEAD", name)).size

    def delete(self, name: str) -> None:
        self._ask("DELETE", name)

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        return File(self._there(name, self._ask("GET", name)).body, name)

    def _save(self, name: str, content: File[bytes]) -> str:
        self._ask("PUT", name, content)
        return name

    def _there(self, name: str, answer: Answer) -> Answer:
        if answer.status == 404:
            raise FileNotFoundError(name)
        return answer

    def _ask(self, method: str, name: str, body: Any = None) -> Answer:
        """Asks again where the storage did not answer well. “Not found” is an answer; all other refusals raise NoStorage."""
        for left in range(AGAIN, -1, -1):
            try:
                answer = self._ask_once(method, name, BytesIO() if body is None else body)
            except (OSError, HTTPException) as error:
                if not left:
                    raise NoStorage(f"The storage of papers in RSO_MEDIA does not answer: {error}") from error
                continue
            if answer.status < 300 or (answer.status == 404 and method != "PUT"):
                return answer
            if answer.status < 500 or not left:
                raise NoStorage(f"The storage of papers in RSO_MEDIA answers {method} with {answer.status}")
        raise AssertionError("the last time either answers or raises")

    def _ask_once(self, method: str, name: str, body: Any) -> Answer:
        bucket, place = self._bucket, urlsplit(self._bucket.endpoint)
        path = quote("/".join(("", *filter(None, (bucket.name, bucket.folder, name)))))
        body.seek(0)
        digest = hashlib.sha256()
        while chunk := body.read(IN_MEMORY):
            digest.update(chunk)
        size = body.tell()
        body.seek(0)
        headers = signed(
            bucket, method, path, {"host": place.netloc, "x-amz-content-sha256": digest.hexdigest()}, datetime.now(UTC)
        )
        connection = (HTTPSConnection if place.scheme == "https" else HTTPConnection)(place.netloc, timeout=PATIENCE)
        try:
            connection.request(method, path, body if size else None, {**headers, "content-length": str(size)})
            found = connection.getresponse()
            held: Any = BytesIO()
            if method == "GET" and found.status == 200:
                held = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  whoever asked closes it
            copyfileobj(found, held)
            held.seek(0)
            return Answer(found.status, int(found.headers.get("content-length", 0)), held)
        finally:
            connection.close()


def signed(bucket: Bucket, method: str, path: str, headers: dict[str, str], at: datetime) -> dict[str, str]:
    """The headers, with when and by whom they were signed. Their names are in small letters."""
    day, moment = at.strftime("%Y%m%d"), at.strftime("%Y%m%dT%H%M%SZ")
    headers = {**headers, "x-amz-date": moment}
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = "\n".join((method, path, "", lines, names, headers["x-amz-content-sha256"]))
    scope = f"{day}/{bucket.region}/s3/aws4_request"
    to_sign = "\n".join(("AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(request.encode()).hexdigest()))
    key = f"AWS4{bucket.secret}".encode()
    for part in (*scope.split("/"), to_sign):
        key = hmac.digest(key, part.encode(), "sha256")
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={bucket.key}/{scope},SignedHeaders={names},Signature={key.hex()}"
    )
    return headers
