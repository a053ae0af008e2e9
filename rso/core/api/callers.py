"""Who asks, what a key lets them see, and how often they may ask."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.utils.translation import gettext as _

from rso.core.api.problems import Problem
from rso.core.api.scopes import Scope
from rso.core.figures.reading import OFFICE, PUBLIC, Reader
from rso.core.tries import address_of, times

if TYPE_CHECKING:
    from rso.accounts.models import User

#: Requests a minute: of an address that shows no key, and of a key.
WITHOUT_KEY, WITH_KEY = 60, 600
MINUTE = 60


@dataclass(frozen=True)
class Caller:
    """Whoever asks: by which scope, for whom of the office a key stands, and what their requests are counted by."""

    counted_by: str
    scope: Scope = Scope.PUBLIC
    user: User | None = None
    per_minute: int = WITHOUT_KEY

    @property
    def reader(self) -> Reader:
        return PUBLIC if self.scope == Scope.PUBLIC else OFFICE

    @property
    def sees_people(self) -> bool:
        return self.scope == Scope.PEOPLE


class Callers:
    """How keys are known. The room that keeps them says it."""

    def __init__(self) -> None:
        self._find: Callable[[str], Caller | None] = lambda key: None

    def knows_keys(self, find: Callable[[str], Caller | None]) -> Callable[[str], Caller | None]:
        """Marks the function that finds who shows a key: None where the key is unknown, too old or revoked."""
        self._find = find
        return find

    def of(self, request: HttpRequest) -> Caller:
        """Who asks. A session does not count: what a browser is signed in to, another site could ask for. Raises Problem."""
        told = request.headers.get("Authorization", "")
        if not told:
            return Caller(f"address:{address_of(request)}")
        scheme, _space, key = told.partition(" ")
        caller = self._find(key.strip()) if scheme.lower() == "bearer" else None
        if caller is None:
            raise Problem(
                401, _("Nobody has this key, or it is no longer good. Send “Authorization: Bearer KEY”, or no key.")
            )
        return caller


callers = Callers()


@dataclass(frozen=True)
class Allowance:
    """How many requests of a minute are left, and in how many seconds the next minute begins."""

    limit: int
    left: int
    seconds: int

    def check(self) -> None:
        """Raises Problem where there are none."""
        if self.left < 0:
            says = _("Too many requests: %(limit)s a minute. Ask again in %(seconds)s seconds.")
            raise Problem(429, says % {"limit": self.limit, "seconds": self.seconds})


def count(caller: Caller, now: float | None = None) -> Allowance:
    """Counts one request, whichever worker of this machine answers it."""
    at = time.time() if now is None else now
    key, seconds = f"asked:{caller.counted_by}:{int(at // MINUTE)}", MINUTE - int(at % MINUTE)
    return Allowance(caller.per_minute, caller.per_minute - times(key, 2 * MINUTE), seconds)
