"""Sessions that know whose they are, so that one can see and end one's own. Django asks for this module by name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.http import HttpRequest

from rso.accounts.browsers import name_of

#: Where a session keeps when it began, when it was last used, and in which browser.
SEEN = "seen"
#: Seconds in which a use is not noted again: not every page writes.
OFTEN = 600


class SessionStore(db.SessionStore):
    @classmethod
    def get_model_class(cls) -> type[AbstractBaseSession]:
        from rso.accounts.models import Session

        return Session

    def _validate_session_key(self, key: str) -> bool:
        """A cookie is anything that somebody sends; of what can be no key of ours the database is not asked."""
        return bool(key) and len(key) == 32 and key.isascii() and key.isalnum()

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        made: Any = super().create_model_instance(data)
        made.user_id = data.get(SESSION_KEY)
        if seen := data.get(SEEN):
            made.browser = seen["browser"]
            made.began_at, made.seen_at = (datetime.fromtimestamp(seen[name], UTC) for name in ("began", "at"))
        return made  # type: ignore[no-any-return]


def note_use(request: HttpRequest, now: datetime) -> None:
    """Keeps in the session when it was last used, to ten minutes."""
    seen = request.session.get(SEEN)
    at = now.timestamp()
    if seen is None or at - seen["at"] > OFTEN:
        browser = name_of(request.headers.get("User-Agent", ""))
        request.session[SEEN] = {"began": seen["began"] if seen else at, "at": at, "browser": browser}
