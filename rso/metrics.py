"""What a machine counts of the site, as Prometheus reads it: requests by page and status, how long they took, what is due.

Processes of one server share the counts: each adds in a part of its own of memory that they had before they were forked.
"""

from __future__ import annotations

import mmap
import threading
from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

STATUSES = (200, 201, 204, 206, 301, 302, 304, 400, 401, 403, 404, 405, 409, 410, 422, 429, 500, 503)
#: Seconds; what takes longer is in the last.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
#: Processes that one server may have started before two share a part; routes that there may be.
PARTS, ROUTES = 128, 1024
#: In a part: counts of the buckets, milliseconds in all, then a row of statuses for each route.
TIMES = len(BUCKETS) + 2
ROW = len(STATUSES) + 1
SIZE = TIMES + ROUTES * ROW
#: Untouched pages of it take no memory.
_shared = memoryview(mmap.mmap(-1, PARTS * SIZE * 8)).cast("Q")
_lock = threading.Lock()
_part = 0


def begin(age: int) -> None:
    """Gives this process a part of its own: the number of processes that its server has started so far."""
    global _part
    _part = age % PARTS


def count(route: str, status: int, seconds: float) -> None:
    row = _routes().get(route, 0) * ROW + TIMES
    column = STATUSES.index(status) if status in STATUSES else len(STATUSES)
    first = _part * SIZE
    with _lock:
        _shared[first + bisect_left(BUCKETS, seconds)] += 1
        _shared[first + TIMES - 1] += round(seconds * 1000)
        _shared[first + row + column] += 1


@cache
def _routes() -> dict[str, int]:
    """A number for each page by the name that it has in the code; nought for what is no page."""
    from django.urls import get_resolver

    names = sorted(set(_names(get_resolver(), "")))
    return {name: at for at, name in enumerate(names[: ROUTES - 1], 1)}


def _names(resolver: Any, space: str) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _names(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        elif pattern.name:
            yield f"{space}{pattern.name}"


def told() -> str:
    """All counts, in Prometheus' text format."""
    sums = [sum(_shared[part * SIZE + at] for part in _parts()) for at in range(TIMES + (len(_routes()) + 1) * ROW)]
    return "".join(f"{line}\n" for line in (*_told_requests(sums), *_told_times(sums), *_told_state()))


def _parts() -> list[int]:
    """Parts that were counted in: every request is in one of the buckets."""
    return [part for part in range(PARTS) if any(_shared[part * SIZE : part * SIZE + TIMES])]


def _told_requests(sums: list[int]) -> Iterator[str]:
    yield "# HELP rso_requests_total Requests answered, by page and status."
    yield "# TYPE rso_requests_total counter"
    for route, number in [("", 0), *_routes().items()]:
        for at, status in enumerate((*STATUSES, "other")):
            if found := sums[TIMES + number * ROW + at]:
                yield f'rso_requests_total{{route="{route}",status="{status}"}} {found}'


def _told_times(sums: list[int]) -> Iterator[str]:
    yield "# HELP rso_request_seconds How long answers took."
    yield "# TYPE rso_request_seconds histogram"
    so_far = 0
    for bound, found in zip((*BUCKETS, "+Inf"), sums, strict=False):
        so_far += found
        yield f'rso_request_seconds_bucket{{le="{bound}"}} {so_far}'
    yield f"rso_request_seconds_sum {sums[TIMES - 1] / 1000}"
    yield f"rso_request_seconds_count {so_far}"


def _told_state() -> Iterator[str]:
    from rso.health import database_answers

    yield "# HELP rso_database_up Whether the database answers."
    yield "# TYPE rso_database_up gauge"
    yield f"rso_database_up {int(database_answers())}"
    yield "# HELP rso_last_success_timestamp_seconds When a job of this machine last ended well."
    yield "# TYPE rso_last_success_timestamp_seconds gauge"
    # What begins with a dot is being written, or was by a process that was killed.
    for path in sorted(_folder().glob("[!.]*")):
        yield f'rso_last_success_timestamp_seconds{{job="{path.name}"}} {path.read_text()}'


def ended_well(job: str, now: datetime) -> None:
    """Keeps when a job last ended well, on this machine. Raises OSError."""
    from rso.core.folders import put

    _folder().mkdir(parents=True, exist_ok=True)
    put(_folder() / job, str(round(now.timestamp())).encode())


def _folder() -> Path:
    from django.conf import settings

    folder: Path = settings.VAR
    return folder / "jobs"
