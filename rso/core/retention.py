"""What core forgets: drafts that nobody went on with, forms that were saved, mails that were sent."""

from __future__ import annotations

from datetime import datetime, timedelta

from rso.core.models import Digest, Draft

#: As long as a draft waits; as long as a second click on a saved form is recognised; as long as a sent mail is remembered.
DRAFTS, SAVED, MAILS = timedelta(days=30), timedelta(days=2), timedelta(days=30)


def forget(now: datetime) -> list[dict[str, str | int]]:
    """Removes what is kept no longer, and says how much of what."""
    old = {
        "drafts": Draft.objects.filter(done="", kept_at__lt=now - DRAFTS),
        "saved forms": Draft.objects.exclude(done="").filter(kept_at__lt=now - SAVED),
        "mails remembered": Digest.objects.filter(sent_at__lt=now - MAILS),
    }
    return [{"what": f"{name} forgotten", "number": rows.delete()[0]} for name, rows in old.items()]
