"""What core forgets: drafts that nobody went on with, forms that were saved, mails that were sent, who saw what. Other rooms have theirs."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.utils.module_loading import module_has_submodule

from rso.core.models import Access, Digest, Draft

#: As long as a draft waits; as long as a second click on a saved form is recognised; as long as a sent mail is remembered.
DRAFTS, SAVED, MAILS = timedelta(days=30), timedelta(days=2), timedelta(days=30)


def forget_all(now: datetime) -> list[dict[str, str | int]]:
    """Removes what each room keeps no longer, and says how much of what. Rooms say it in their retention.py."""
    modules = (import_module(f"rso.{room}") for room in settings.ROOMS)
    found = (import_module(f"{m.__name__}.retention") for m in modules if module_has_submodule(m, "retention"))
    return [row for module in found for row in module.forget(now)]


def forget(now: datetime) -> list[dict[str, str | int]]:
    """Removes what is kept no longer, and says how much of what."""
    old = {
        "drafts": Draft.objects.filter(done="", kept_at__lt=now - DRAFTS),
        "saved forms": Draft.objects.exclude(done="").filter(kept_at__lt=now - SAVED),
        "mails remembered": Digest.objects.filter(sent_at__lt=now - MAILS),
        "accesses": Access.objects.filter(at__lt=now - timedelta(days=settings.ACCESS_KEPT_DAYS)),
    }
    return [{"what": f"{name} forgotten", "number": rows.delete()[0]} for name, rows in old.items()]
