"""What this room forgets: extracts of the ledger that nobody entered."""

from __future__ import annotations

from datetime import datetime

from rso.accounts.actions import platform
from rso.finance.actions import drop_stale_extracts, purge_extracts


def forget(now: datetime) -> list[dict[str, str | int]]:
    """Drops extracts that waited too long, and removes those that were dropped long ago."""
    by = platform()
    purged, dropped = purge_extracts(by=by, now=now), drop_stale_extracts(by=by, now=now)
    return [{"what": "extracts dropped", "number": len(dropped)}, {"what": "extracts forgotten", "number": len(purged)}]
