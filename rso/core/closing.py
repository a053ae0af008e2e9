"""Closed periods: a record that figures count and that lies in one changes only by a co-manager, who says why.

Asked by every verb, of every door: a load, a form and a merge are refused alike. Whose work a record is no figure counts:
a leaver's becomes another's, closed or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext as _

from rso.core.models import ClosedPeriod
from rso.core.periods import Period
from rso.core.permissions import permissions

if TYPE_CHECKING:
    from rso.accounts.models import User

#: Who may: declared by the room that knows the roles.
PERMISSION = "periods.close"
#: The place of what is wrong where nothing is but that nobody said why.
WHY = "_reason"
_REASON: ContextVar[str] = ContextVar("reason", default="")


class NotClosed(Exception):
    """A period is not closed, or not opened again; the message says why."""


@contextmanager
def because(reason: str) -> Iterator[None]:
    """The reason of whatever verbs are called within, also of those that ask for none."""
    token = _REASON.set(reason)
    try:
        yield
    finally:
        _REASON.reset(token)


def reason_given() -> str:
    return _REASON.get()


def closed_for(model: type[models.Model]) -> list[ClosedPeriod]:
    """The closed periods in which records of this kind can lie."""
    return list(ClosedPeriod.objects.filter(opened_at=None).order_by("starts_on")) if _when(model) else []


def may_with_reason(by: Any) -> bool:
    """Whether this person changes what is closed, saying why."""
    return PERMISSION in permissions.all and permissions.all[PERMISSION].allows(by)


def objections(things: Sequence[models.Model], *, by: User, reason: str = "") -> Iterator[tuple[int, str, str]]:
    """(index, place, sentence) for each record that lies in a closed period, where this person may not change it so."""
    closed = closed_for(type(things[0])) if things else []
    may = bool(closed) and may_with_reason(by)
    if not closed or (may and (reason or reason_given()).strip()):
        return
    where, form = (
        (WHY, _("%(period)s is closed: say why its records change."))
        if may
        else ("ref", _("%(period)s is closed: its records change only by a co-manager, who says why."))
    )
    for at, (first, last) in enumerate(_days(things, _when(type(things[0])))):
        for period in closed:
            if first < period.ends_before and last >= period.starts_on:
                yield at, where, form % {"period": period}
                break


def asks_why(things: Sequence[models.Model], by: Any) -> bool:
    """Whether this person may change these records, and must say why."""
    return any(where == WHY for _at, where, _says in objections(things, by=by))


def close(period: Period, *, by: User, now: datetime, reason: str) -> ClosedPeriod:
    """Closes a period. Raises NotClosed."""
    if not permissions.all[PERMISSION].allows(by):
        raise NotClosed(_("Only a co-manager closes a period."))
    if not reason.strip():
        raise NotClosed(_("Say why the period is closed, such as the report that accounts for it."))
    if ClosedPeriod.objects.filter(period=period.key, opened_at=None).exists():
        raise NotClosed(_("%(period)s is closed already.") % {"period": period})
    return ClosedPeriod.objects.create(
        period=period.key,
        starts_on=period.starts,
        ends_before=period.ends,
        reason=reason.strip()[:400],
        by_id=by.pk,
        at=now,
    )


def open_again(closed: ClosedPeriod, *, by: User, now: datetime) -> None:
    """Lets records of the period change as those of any other. Raises NotClosed."""
    if not permissions.all[PERMISSION].allows(by):
        raise NotClosed(_("Only a co-manager opens a period again."))
    closed.opened_at, closed.opened_by_id = now, by.pk
    closed.save(update_fields=["opened_at", "opened_by"])


def _when(model: type[models.Model]) -> tuple[str, ...]:
    """Where the date of a record stands by which figures count it; nothing where none does."""
    from rso.core.figures.registry import registry

    found = (figure.source.when for figure in registry if figure.source.model is model and figure.source.when)
    return next(found, ())


def _days(things: Sequence[Any], when: tuple[str, ...]) -> Iterator[tuple[date, date]]:
    """First and last day of each record, or of what it belongs to. One without a day lies in no period."""
    parent, _under, field = when[0].rpartition("__")
    if not parent:
        for thing in things:
            days = [getattr(thing, name) or date.max for name in (when[0], when[-1])]
            yield days[0], days[1]
        return
    model: Any = type(things[0])._meta.get_field(parent).related_model
    wanted = {getattr(thing, f"{parent}_id") for thing in things}
    known = dict(model.objects.filter(pk__in=wanted).values_list("pk", field))
    for thing in things:
        day = known.get(getattr(thing, f"{parent}_id"), date.max)
        yield day, day
