"""What this room forgets: sessions that have run out."""

from __future__ import annotations

from datetime import datetime

from rso.accounts.models import Session


def forget(now: datetime) -> list[dict[str, str | int]]:
    gone, _by_kind = Session.objects.filter(expire_date__lt=now).delete()
    return [{"what": "sessions forgotten", "number": gone}]
