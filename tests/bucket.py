"""A stand-in for S3-compatible storage: keeps what it is sent, and answers nobody whose signature does not fit."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from rso.core.s3 import signed
from rso.media import bucket_of

KEY, SECRET = "office", "se/cr+et"


class Handler(BaseHTTPRequestHandler):
    server: Any

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, sent = self._found(body)
        self.send_response(status)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(sent)

    def _found(self, body: bytes) -> tuple[int, bytes]:
        kept: dict[str, bytes] = self.server.kept
        if self.server.ill:
            self.server.ill -= 1
            return 503, b"<Error/>"
        if not self._is_signed(body):
            return 403, b"<Error/>"
        if self.command == "PUT":
            kept[self.path] = body
            return 200, b""
        if self.command == "DELETE":
            kept.pop(self.path, None)
            return 204, b""
        return (200, kept[self.path]) if self.path in kept else (404, b"<Error/>")

    def _is_signed(self, body: bytes) -> bool:
        given = {name: self.headers.get(name, "") for name in ("host", "x-amz-content-sha256")}
        at = datetime.strptime(self.headers.get("x-amz-date", ""), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        (region,) = re.findall(r"/(\w+)/s3/aws4_request", self.headers.get("authorization", "")) or [""]
        asker = bucket_of(f"s3://{KEY}:se%2Fcr%2Bet@any?region={region}")
        fits = signed(asker, self.command, self.path, given, at)["authorization"] == self.headers["authorization"]
        return fits and given["x-amz-content-sha256"] == hashlib.sha256(body).hexdigest()

    do_GET = do_HEAD = do_PUT = do_DELETE = _answer  # noqa: N815  the library's names

    def log_message(self, *_words: object) -> None:
        """Says nothing."""


@contextmanager
def serving() -> Iterator[Any]:
    """The server: `url` is what RSO_MEDIA would say, `kept` what it holds, `ill` how often it fails from now on."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.kept, server.ill = {}, 0
    server.url = f"s3://{KEY}:se%2Fcr%2Bet@papers/office?endpoint=http://127.0.0.1:{server.server_port}&region=eu"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def names(server: Any) -> list[str]:
    return sorted(urlsplit(path).path for path in server.kept)
