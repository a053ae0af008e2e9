"""Verbs on accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import count

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rso.accounts.models import Role, User
from rso.core import history, verbs
from rso.core.verbs import Problem, refuse, turn

#: The platform itself, as the one who acts where no person does: the command line, a scheduled task.
PLATFORM = "platform"


def platform() -> User:
    """The service account under which the command line acts. It has no password and cannot sign in."""
    found, _made = User.objects.get_or_create(
        ref=PLATFORM,
        defaults={"name": "RSO", "email": f"{PLATFORM}@rso.example", "role": Role.SERVICE, "is_active": False},
    )
    return found


def open_accounts(users: Sequence[User], *, by: User, now: datetime) -> Sequence[User]:
    """Opens accounts without a password: their owners cannot sign in until one is set."""
    taken = set(User.objects.filter(email__in=[user.email for user in users]).values_list("email", flat=True))
    refuse(
        Problem(at, "email", _("%(email)s has an account already") % {"email": user.email})
        for at, user in enumerate(users)
        if user.email in taken
    )
    for user in users:
        user.set_unusable_password()
    return verbs.add(users, verb="opened", by=by, now=now)


def change_accounts(users: Sequence[User], *, by: User, now: datetime) -> list[User]:
    return verbs.change(users, verb="changed", by=by, now=now)


def disable_accounts(users: Sequence[User], *, by: User, now: datetime) -> list[User]:
    """A leaver is disabled, never deleted: the audit trail keeps the name."""
    for user in users:
        user.is_active = False
    return verbs.change(users, verb="disabled", by=by, now=now)


def set_password(user: User, *, password: str, by: User, now: datetime) -> User:
    """Sets a password that meets the rules. The audit trail says that it was set, not what it is."""
    user.set_password(password)
    with turn():
        user.save(update_fields=["password"])
        verbs.tell(user, verb="password set", by=by, now=now)
    return user


def open_account(*, email: str, name: str, role: str, password: str, by: User, now: datetime) -> User:
    """Opens one account with a password. Refuses a weak password, an unknown role, an address that is taken."""
    user = User(ref=_free_ref(name), name=name.strip(), email=email.strip().lower(), role=role)
    refuse(_problems(user, password))
    with turn():
        open_accounts([user], by=by, now=now)
        return set_password(user, password=password, by=by, now=now)


def _free_ref(name: str) -> str:
    """The name in plain letters, with a number where another account has it."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:50] or "user"
    taken = set(User.objects.filter(ref__startswith=plain).values_list("ref", flat=True))
    return next(ref for number in count(1) if (ref := plain if number == 1 else f"{plain}-{number}") not in taken)


def _problems(user: User, password: str) -> Iterator[Problem]:
    if user.role not in set(Role) - {Role.SERVICE}:
        known = ", ".join(role for role in Role if role != Role.SERVICE)
        yield Problem(0, "role", _("“%(role)s” is no role; there are %(known)s") % {"role": user.role, "known": known})
    try:
        user.clean_fields(exclude=["password", "role"])
    except ValidationError as error:
        for name, texts in error.message_dict.items():
            yield from (Problem(0, name, f"{name}: {text}") for text in texts)
    try:
        validate_password(password, user)
    except ValidationError as error:
        yield from (Problem(0, "password", text) for text in error.messages)


history.says("password set", gettext_lazy("%(who)s set the password"))
