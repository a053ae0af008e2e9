"""Verbs on accounts."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rso.accounts.invitations import invited_by, send_link
from rso.accounts.keys import digest_of, new_key
from rso.accounts.models import ApiKey, Role, Session, User, may_own
from rso.core import history, verbs
from rso.core.api.scopes import Scope
from rso.core.models import CalendarFeed, Kept
from rso.core.verbs import Problem, Refused, refuse, turn

logger = logging.getLogger(__name__)
#: The platform itself, as the one who acts where no person does: the command line, a scheduled task.
PLATFORM = "platform"
#: For how long a key may be good.
LONGEST = timedelta(days=366)
#: What the audit trail calls the kinds of second factors.
FACTORS = {Authenticator.Type.TOTP: "app of codes", Authenticator.Type.WEBAUTHN: "passkey"}


def platform() -> User:
    """The service account under which the command line acts. It has no password and cannot sign in."""
    found, _made = User.objects.get_or_create(
        ref=PLATFORM,
        defaults={"name": "RSO", "email": f"{PLATFORM}@rso.example", "role": Role.SERVICE, "is_active": False},
    )
    return found


def open_accounts(users: Sequence[User], *, by: User, now: datetime) -> Sequence[User]:
    """Opens accounts without a password: their owners cannot sign in until one is set."""
    refuse(_of_the_platform(users))
    taken = set(User.objects.filter(email__in=[user.email for user in users]).values_list("email", flat=True))
    refuse(
        Problem(at, "email", _("%(email)s has an account already") % {"email": user.email})
        for at, user in enumerate(users)
        if user.email in taken
    )
    for user in users:
        user.set_unusable_password()
    return verbs.add(users, verb="opened", by=by, now=now)


def change_accounts(users: Sequence[User], *, by: User, now: datetime, verb: str = "changed") -> list[User]:
    """Saves altered accounts. Whoever is no longer active is signed out everywhere and has no calendar's address; an administrator always remains."""
    with turn():
        refuse([*_of_the_platform(users), *_role_problems(users, by)])
        moved = verbs.change(users, verb=verb, by=by, now=now)
        gone = [user for user in moved if not user.is_active]
        end_sessions(gone, by=by, now=now)
        CalendarFeed.objects.filter(owner__in=gone).delete()
    return moved


def _of_the_platform(users: Sequence[User]) -> Iterator[Problem]:
    """An account with the platform's own role would stand on no list, and nobody could take the role from it again."""
    for at, user in enumerate(users):
        if user.role == Role.SERVICE:
            yield Problem(at, "role", _("This role belongs to the platform itself; take another"))


def _role_problems(users: Sequence[User], by: User) -> Iterator[Problem]:
    """What would leave the office without someone who opens accounts: one's own role given up, the last administrator gone."""
    before = User.objects.in_bulk([user.pk for user in users])
    others = User.objects.exclude(pk__in=list(before))
    remains = any(map(_administers, users)) or others.filter(role=Role.ADMINISTRATOR, is_active=True).exists()
    for at, user in enumerate(users):
        was = before[user.pk]
        if user.pk == by.pk and user.role != was.role:
            yield Problem(at, "role", _("Nobody changes their own role; another administrator does"))
        elif _administers(was) and not remains:
            field = "role" if user.role != was.role else "is_active"
            yield Problem(at, field, _("This is the last administrator; make someone else one first"))


def _administers(user: User) -> bool:
    return user.is_active and user.role == Role.ADMINISTRATOR


def disable_accounts(users: Sequence[User], *, by: User, now: datetime) -> list[User]:
    """A leaver is disabled, never deleted: the audit trail keeps the name. What was theirs is handed over by `hand_over`."""
    refuse(
        Problem(at, "is_active", _("Nobody disables their own account"))
        for at, user in enumerate(users)
        if user.pk == by.pk
    )
    for user in users:
        user.is_active = False
    return change_accounts(users, by=by, now=now, verb="disabled")


def end_sessions(users: Sequence[User], *, by: User, now: datetime, but: str | None = None) -> int:
    """Signs people out, everywhere but in one session. Returns how many sessions ended."""
    ended = 0
    with turn():
        for user in users:
            count, _by_kind = user.sessions.exclude(session_key=but).delete()
            if count:
                verbs.tell(user, verb="signed out elsewhere" if but else "signed out", by=by, now=now)
            ended += count
    return ended


def end_session(session: Session, *, by: User, now: datetime) -> None:
    """Signs a person out in one place."""
    with turn():
        session.delete()
        if session.user:
            verbs.tell(session.user, verb="signed out", by=by, now=now, reason=session.browser)


def tell_factor(user: User, kind: str, *, added: bool, by: User, now: datetime) -> None:
    """Writes that a second factor came or went, and of which kind, not what it is."""
    verbs.tell(user, verb=f"{FACTORS[kind]} {'added' if added else 'removed'}", by=by, now=now)


def reset_factors(users: Sequence[User], *, by: User, now: datetime) -> None:
    """For whoever has lost phone and recovery codes: factors and sessions go, and the next sign-in sets up new ones."""
    with turn():
        Authenticator.objects.filter(user__in=users).delete()
        for user in users:
            verbs.tell(user, verb="second factors reset", by=by, now=now)
        end_sessions(users, by=by, now=now)


def give_app(user: User, *, secret: str, by: User, now: datetime) -> None:
    """Sets up an app of codes whose secret is known: the example's."""
    with turn():
        TOTP.activate(user, secret)
        tell_factor(user, Authenticator.Type.TOTP, added=True, by=by, now=now)


# -- leaving -------------------------------------------------------------------------------------------------------------


#: Why a record does not go to someone, by its kind; empty where it does.
_why_not: dict[type[Kept], Callable[[Any, User], str]] = {}


def goes_to(model: type[Kept], why_not: Callable[[Any, User], str]) -> None:
    """A room says to whom records of a kind are not handed over."""
    _why_not[model] = why_not


def belongings(of: User) -> Iterator[tuple[type[Kept], str, str | Promise, list[Kept]]]:
    """What is a person's: the kind of record, its field, what the list is called, the records. Models say it in `hands_over`."""
    for model in apps.get_models():
        if issubclass(model, Kept):
            for field, title in model.hands_over.items():
                found = model._default_manager.filter(model.still_theirs, **{field: of})
                yield model, field, title, list(found.order_by("ref"))


def hand_over(*, of: User, to: User, by: User, now: datetime) -> int:
    """Moves all that is one person's to another. Returns how many records moved.

    What the other may not have is not moved in silence: it is ended first, or all goes to someone else.
    """
    if not to.is_office or of.pk == to.pk:
        raise Refused([Problem(0, "to", _("Hand over to another person of the office"))])
    found = list(belongings(of))
    held: dict[str, list[str]] = {}
    for model, _field, _title, things in found:
        for thing in things if model in _why_not else ():
            if why := _why_not[model](thing, to):
                held.setdefault(why, []).append(f"{thing} ({thing.ref})")
    refuse(Problem(0, "to", f"{', '.join(names)}: {why}") for why, names in held.items())
    moved = 0
    with turn():
        for _model, field, _title, things in found:
            for thing in things:
                setattr(thing, field, to)
            moved += len(verbs.change(things, verb="handed over", by=by, now=now, reason=of.name))
    return moved


def leave(*, of: User, to: User | None, by: User, now: datetime) -> None:
    """Disables a leaver's account. What was theirs goes to another person, who is named where there is anything."""
    theirs = any(things for _model, _field, _title, things in belongings(of))
    if theirs and to is None:
        raise Refused([Problem(0, "to", _("Say who takes over what is theirs"))])
    with turn():
        if to is not None:
            hand_over(of=of, to=to, by=by, now=now)
        disable_accounts([of], by=by, now=now)


def bring_back(users: Sequence[User], *, by: User, now: datetime) -> list[User]:
    """Opens disabled accounts again. Passwords and second factors are as they were; nobody is signed in."""
    for user in users:
        user.is_active = True
    return change_accounts(users, by=by, now=now, verb="account brought back")


# -- keys ----------------------------------------------------------------------------------------------------------------


def make_key(*, name: str, owner: User, scope: str, expires_on: date, by: User, now: datetime) -> tuple[ApiKey, str]:
    """Makes an API key. Returns it with its letters, which are kept nowhere: whoever loses them asks for another."""
    today = timezone.localdate(now)
    if not today <= expires_on <= today + LONGEST:
        raise Refused([Problem(0, "expires_on", _("Name a day from today to a year from now"))])
    if not may_own(owner, scope):
        raise Refused([Problem(0, "owner", _whose(scope))])
    ref, letters = new_key()
    key = ApiKey(
        ref=ref,
        name=name.strip(),
        owner=owner,
        scope=scope,
        digest=digest_of(letters),
        made_at=now,
        expires_on=expires_on,
    )
    verbs.add([key], verb="key made", by=by, now=now)
    return key, letters


def _whose(scope: str) -> str:
    """Whose a key of this scope may be."""
    if scope == Scope.PEOPLE:
        return _("A key that opens the names of people belongs to someone who may see who took part in an event")
    return _("A key that opens more than the public sees belongs to someone of the office")


def _why_no_key(key: ApiKey, user: User) -> str:
    """A key that would open nothing any more in the other's hands is revoked first."""
    return _whose(key.scope) if key.is_good(timezone.now()) and not may_own(user, key.scope) else ""


goes_to(ApiKey, _why_no_key)


def revoke_keys(keys: Sequence[ApiKey], *, by: User, now: datetime) -> list[ApiKey]:
    """Keys that open nothing from now on. They stay on record."""
    with turn():
        for key in keys:
            key.refresh_from_db()
            key.revoked_at = key.revoked_at or now
        return verbs.change(keys, verb="key revoked", by=by, now=now)


# -- invitations ---------------------------------------------------------------------------------------------------------


class Unsent(Refused):
    """Invitations that the mail server did not take. What was written stays: the accounts are there, and are invited again."""

    def __init__(self, users: Sequence[User]) -> None:
        self.users = users
        says = _(
            "The mail server took no invitation to %(names)s. All else is done; “Send the invitation” mails it again"
        )
        super().__init__([Problem(0, "", says % {"names": ", ".join(user.name for user in users)})])


def invite(
    *, email: str, name: str, role: str, by: User, now: datetime, language: str = settings.LANGUAGE_CODE
) -> User:
    """Opens an account without a password and mails its owner the link that sets one. Raises Unsent where no mail could go."""
    user = User(ref=_free_ref(name), name=name.strip(), email=email.strip().lower(), role=role, language=language)
    refuse(_problems(user))
    with turn():
        open_accounts([user], by=by, now=now)
        return send_invitation(user, by=by, now=now)


def needs_no_invitation(user: User, by: User | None = None) -> str:
    """Why no invitation is sent: the owner has left, or has a password already."""
    needless = not user.is_active or user.has_usable_password()
    return _("%(name)s needs no invitation") % {"name": user.name} if needless else ""


def send_invitations(users: Sequence[User], *, by: User, now: datetime) -> None:
    """Mails links that set the first password; earlier ones no longer work. Raises Unsent once all were tried."""
    refuse(Problem(at, "email", says) for at, user in enumerate(users) if (says := needs_no_invitation(user)))
    with turn():
        for user in users:
            user.set_unusable_password()
            user.save(update_fields=["password"])
            verbs.tell(user, verb="invited", by=by, now=now)
        transaction.on_commit(lambda: _mail_links(users, by=by, now=now))


def _mail_links(users: Sequence[User], *, by: User, now: datetime) -> None:
    unsent = []
    for user in users:
        try:
            send_link(user, by)
        except OSError as error:  # of which those of SMTP are some; what they say may name the address
            logger.warning("An invitation could not be sent: %s", type(error).__name__)
            unsent.append(user)
    if unsent:
        with turn():
            for user in unsent:
                verbs.tell(user, verb="not mailed", by=by, now=now)
        raise Unsent(unsent)


def send_invitation(user: User, *, by: User, now: datetime) -> User:
    send_invitations([user], by=by, now=now)
    return user


def accept_invitation(token: str, *, password: str, now: datetime) -> User:
    """Sets the first password. The link does no more: its owner then signs in."""
    with turn():
        user = invited_by(token)
        if user is None:
            raise Refused([Problem(0, "password", _("This link no longer works"))])
        return set_password(user, password=password, by=user, now=now)


# -- passwords -----------------------------------------------------------------------------------------------------------


def set_password(user: User, *, password: str, by: User, now: datetime, but: str | None = None) -> User:
    """Sets a password that meets the rules, and ends the sessions that began by another one, but for the one that sets it.

    The audit trail says that it was set, not what it is.
    """
    user.set_password(password)
    with turn():
        user.save(update_fields=["password"])
        verbs.tell(user, verb="password set", by=by, now=now)
        end_sessions([user], by=by, now=now, but=but)
    return user


def open_account(*, email: str, name: str, role: str, password: str, by: User, now: datetime) -> User:
    """Opens one account with a password. Refuses a weak password, an unknown role, an address that is taken."""
    user = User(ref=_free_ref(name), name=name.strip(), email=email.strip().lower(), role=role)
    refuse([*_problems(user), *_problems_of(password, user)])
    with turn():
        open_accounts([user], by=by, now=now)
        return set_password(user, password=password, by=by, now=now)


def _free_ref(name: str) -> str:
    """The name in plain letters, with a number where another account has it."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:50] or "user"
    taken = {*verbs.TAKEN, *User.objects.filter(ref__startswith=plain).values_list("ref", flat=True)}
    return next(ref for number in count(1) if (ref := plain if number == 1 else f"{plain}-{number}") not in taken)


def _problems(user: User) -> Iterator[Problem]:
    if user.role not in set(Role) - {Role.SERVICE}:
        known = ", ".join(role for role in Role if role != Role.SERVICE)
        yield Problem(0, "role", _("“%(role)s” is no role; there are %(known)s") % {"role": user.role, "known": known})
    try:
        user.clean_fields(exclude=["password", "role"])
    except ValidationError as error:
        for name, texts in error.message_dict.items():
            yield from (Problem(0, name, f"{name}: {text}") for text in texts)


def _problems_of(password: str, user: User) -> Iterator[Problem]:
    try:
        validate_password(password, user)
    except ValidationError as error:
        yield from (Problem(0, "password", text) for text in error.messages)


history.says("password set", gettext_lazy("%(who)s set the password"))
history.says("signed out", gettext_lazy("%(who)s signed the account out"))
history.says("signed out elsewhere", gettext_lazy("%(who)s signed the account out everywhere else"))
history.says("app of codes added", gettext_lazy("%(who)s set up an app with codes"))
history.says("app of codes removed", gettext_lazy("%(who)s removed the app with codes"))
history.says("passkey added", gettext_lazy("%(who)s added a passkey"))
history.says("passkey removed", gettext_lazy("%(who)s removed a passkey"))
history.says("second factors reset", gettext_lazy("%(who)s reset the second factors"))
history.says("invited", gettext_lazy("%(who)s sent an invitation"))
history.says("not mailed", gettext_lazy("The mail server did not take the invitation that %(who)s sent"))
history.says("key made", gettext_lazy("%(who)s made the %(noun)s"))
history.says("key revoked", gettext_lazy("%(who)s revoked the %(noun)s"))
history.says("handed over", gettext_lazy("%(who)s handed the %(noun)s over"))
history.says("account brought back", gettext_lazy("%(who)s opened the %(noun)s again"))
