"""The page of the guide on roles, written from what the rooms declare."""

from __future__ import annotations

from collections.abc import Iterator

from rso.accounts.models import DESCRIBED, OFFICE_ROLES, Role
from rso.core.api.scopes import Scope
from rso.core.permissions import permissions


def who_may() -> Iterator[dict[str, str]]:
    """One line for each permission: its name, what it allows, which roles have it."""
    for slug, permission in sorted(permissions.all.items()):
        names = [str(role.label) for role in Role if role in permission.roles]
        yield {"permission": slug, "may": str(permission.says), "roles": ", ".join(names)}


def as_guide() -> str:
    titles = [str(role.label) for role in Role if role in OFFICE_ROLES]
    lines = [
        "# Roles",
        "",
        "Every account has one role, and a role has the permissions below, whoever holds it. Whoever is not signed in sees what the",
        "public sees. Roles of the office sign in with a second factor; without one they reach only the page that sets it up.",
        "",
        "| role | of the office | who |",
        "| --- | --- | --- |",
        *(
            f"| {role.label} | {'yes' if role in OFFICE_ROLES else 'no'} | {_whole(str(DESCRIBED[role]))} |"
            for role in Role
        ),
        "",
        "## API keys",
        "",
        "A key stands for its owner at [the machine door](api.md), and opens no more than its scope:",
        "",
        "| scope | opens |",
        "| --- | --- |",
        *(f"| {scope.value} | {scope.label} |" for scope in Scope),
        "",
        "## Who may do what",
        "",
        f"| may | {' | '.join(titles)} | others |",
        f"| --- | {' | '.join('---' for _title in titles)} | --- |",
        *(_row(slug) for slug in sorted(permissions.all)),
        "",
    ]
    return "\n".join(lines)


def _row(slug: str) -> str:
    permission = permissions.all[slug]
    office = ["yes" if role in permission.roles else "no" for role in Role if role in OFFICE_ROLES]
    others = [str(role.label) for role in Role if role in permission.roles - OFFICE_ROLES]
    return f"| {_whole(str(permission.says))} | {' | '.join(office)} | {', '.join(others) or 'no'} |"


def _whole(text: str) -> str:
    return text[:1].upper() + text[1:]
