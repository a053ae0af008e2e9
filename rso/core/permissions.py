"""What a role may do, one sentence each. Rooms declare theirs in policies.py; `docs/guide/roles.md` is generated from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.functional import Promise

if TYPE_CHECKING:
    from rso.accounts.models import User


@dataclass(frozen=True)
class Permission:
    """A thing that some roles may do: `slug` is `room.verb`, `says` completes the sentence “may …”."""

    slug: str
    says: str | Promise
    roles: frozenset[str]

    def allows(self, user: User | AnonymousUser) -> bool:
        """Whether this person may do it. Whoever has left may do nothing."""
        return not isinstance(user, AnonymousUser) and user.is_active and user.role in self.roles


class Permissions:
    def __init__(self) -> None:
        self.all: dict[str, Permission] = {}

    def declare(self, slug: str, says: str | Promise, *roles: str) -> Permission:
        """Declares a permission; the same slug declared twice is an error of ours."""
        if slug in self.all:
            raise ValueError(f"the permission {slug} is declared twice")
        self.all[slug] = Permission(slug, says, frozenset(roles))
        return self.all[slug]


permissions = Permissions()


def officer(request: HttpRequest) -> User:
    """Who asks, on a page for which one has signed in."""
    return cast("User", request.user)
