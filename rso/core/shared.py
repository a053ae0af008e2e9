"""A cache that all workers of a machine share: tries and requests are counted there, so that a limit is one limit.

A file of SQLite's beside the office's database, not in it: whoever only reads waits for no writer, and nothing of it is backed up.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from pathlib import Path
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

#: Seconds that a write waits for those of other workers; each takes well under a millisecond.
TURN = 5
#: After so many additions one worker clears away what has run out.
CLEARED_AFTER = 200
FOR_EVER = 1e18
TABLE = "CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, value TEXT, until REAL) WITHOUT ROWID"


class Shared(BaseCache):
    """Django makes one for each thread. `add` and `incr` are one step each, whoever else counts; values are what JSON can say."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._path = Path(location)
        self._opened: tuple[int, sqlite3.Connection] | None = None
        self._added = 0

    def __del__(self) -> None:
        if self._opened:
            self._opened[1].close()

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        self._added += 1
        if self._added % CLEARED_AFTER == 0:
            self._do("DELETE FROM kept WHERE until <= ?", time.time())
        put = (
            "INSERT INTO kept VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value, until = excluded.until"
        )
        row = self._row(key, value, timeout, version)
        return self._do(f"{put} WHERE kept.until <= ?", *row, time.time()).rowcount == 1

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        asked = self._do("SELECT value FROM kept WHERE key = ? AND until > ?", self._name(key, version), time.time())
        found = asked.fetchone()
        return json.loads(found[0]) if found else default

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._do("REPLACE INTO kept VALUES (?, ?, ?)", *self._row(key, value, timeout, version))

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        plus = "UPDATE kept SET value = CAST(value + ? AS TEXT) WHERE key = ? AND until > ? RETURNING value"
        found = self._do(plus, delta, self._name(key, version), time.time()).fetchall()
        if not found:
            raise ValueError(f"{key} is not kept")
        return int(found[0][0])

    def delete(self, key: str, version: int | None = None) -> bool:
        gone = self._do("DELETE FROM kept WHERE key = ? AND until > ?", self._name(key, version), time.time())
        return gone.rowcount == 1

    def clear(self) -> None:
        self._do("DELETE FROM kept")

    def _row(self, key: str, value: Any, timeout: Any, version: int | None) -> tuple[str, str, float]:
        until = self.get_backend_timeout(timeout)
        return self._name(key, version), json.dumps(value), FOR_EVER if until is None else until

    def _name(self, key: str, version: int | None) -> str:
        return str(self.make_key(key, version=version))

    def _do(self, statement: str, *values: str | float) -> sqlite3.Cursor:
        """Runs one statement, which is one transaction. A connection is of the process that opened it."""
        if not self._opened or self._opened[0] != os.getpid():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            made = sqlite3.connect(self._path, timeout=TURN, isolation_level=None)
            made.execute("PRAGMA journal_mode=WAL")
            made.execute("PRAGMA synchronous=NORMAL")
            made.execute(TABLE)
            self._opened = os.getpid(), made
        return self._opened[1].execute(statement, values)
