"""What people typed beside a form's own columns: a reason, a note, a name. Without the signs that no text of ours holds."""

from __future__ import annotations

from django.http import HttpRequest

from rso.core.loading.columns import CONTROL


def plain(text: str) -> str:
    """The text as both databases keep it: PostgreSQL stores neither a zero byte nor half a character."""
    return CONTROL.sub("", text)


def typed(request: HttpRequest, name: str, most: int | None = None) -> str:
    """What a form sent under a name, at most so many letters of it; nothing where it sent nothing."""
    return plain(request.POST.get(name, "")).strip()[:most]
