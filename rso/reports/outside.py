"""Verbs of what readers are told in advance: dates of reports, and who may read one before it is out."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rso.core import history, verbs
from rso.core.imports import check_periods
from rso.core.models import AuditEvent
from rso.core.verbs import Problem, Verbs, kind_of, plain, refuse
from rso.reports.actions import of_no_kind
from rso.reports.letters import lacking
from rso.reports.models import AdvanceReading, Edition, Report, ReportDate, ReportDateMove, ReportState
from rso.reports.queries import unapproved

if TYPE_CHECKING:
    from rso.accounts.models import User


#: How far from today a report may be opened in advance: what lies further is mistyped.
YEARS = 5


def check_dates(dates: Sequence[ReportDate]) -> Iterable[Problem]:
    """A date is of a period, and of a kind of report that there is."""
    stored = ReportDate.objects.in_bulk([date.pk for date in dates if date.pk])
    yield from check_periods(dates)
    for at, date in enumerate(dates):
        yield from of_no_kind(at, date, stored.get(date.pk))


def change_dates(dates: Sequence[ReportDate], *, by: User, now: datetime, reason: str = "") -> list[ReportDate]:
    """Changes dates. One that moves says why, and the reason stays for all readers to see."""
    refuse(check_dates(dates))
    with verbs.turn():
        stored = ReportDate.objects.in_bulk([date.pk for date in dates])
        moved = [date for date in dates if date.planned_on != stored[date.pk].planned_on]
        if not reason.strip():
            says = _("a day that moves needs a reason; readers see it")
            refuse(Problem(at, "planned_on", says) for at, date in enumerate(dates) if date in moved)
        ReportDateMove.objects.bulk_create(
            ReportDateMove(date=date, before=stored[date.pk].planned_on, after=date.planned_on, reason=reason, at=now)
            for date in moved
        )
        return verbs.change(dates, verb="changed", by=by, now=now, reason=reason)


_plain = plain(check_dates)
date_verbs = Verbs(_plain.add, change_dates, _plain.remove)


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def open_to(
    report: Report, post: str, starts_at: datetime, ends_at: datetime, *, by: User, now: datetime
) -> tuple[AdvanceReading, str]:
    """Lets a post read an approved report within a window. Returns the secret of its address, which is shown this once."""
    problems = []
    if report.state != ReportState.APPROVED:
        problems.append(Problem(0, "report", _("only an approved report can be read in advance")))
    if not post.strip() or len(post) > 160:
        problems.append(Problem(0, "post", _("name the post, in at most 160 letters")))
    if letters := lacking(post):
        says = _("“%(words)s”: “%(letters)s” cannot be printed; the fonts of print do not have it")
        problems.append(Problem(0, "post", says % {"words": post[:80], "letters": letters}))
    if ends_at <= starts_at or ends_at <= now:
        problems.append(Problem(0, "ends_at", _("must lie ahead, and after the beginning")))
    for field, moment in (("starts_at", starts_at), ("ends_at", ends_at)):
        if abs(moment.year - now.year) > YEARS:
            problems.append(Problem(0, field, _("a window lies within %(years)s years of today") % {"years": YEARS}))
    refuse(problems)
    secret = secrets.token_urlsafe(32)
    made = AdvanceReading(
        ref=f"advance-{uuid4().hex[:12]}", report=report, post=post.strip(), starts_at=starts_at, ends_at=ends_at,
        digest=digest_of(secret),
    )  # fmt: skip
    verbs.add([made], verb="added", by=by, now=now)
    return made, secret


def reading_at(secret: str, now: datetime) -> AdvanceReading | None:
    """The reading of which this is the address, within its window."""
    found = AdvanceReading.objects.select_related("report").filter(digest=digest_of(secret)).first()
    return found if found and found.is_open(now) else None


def published_since(reading: AdvanceReading, until: datetime | None = None) -> Edition | None:
    """The last edition that came out since the address was given: what it opens then, and never the words of a later one."""
    given = (
        AuditEvent.objects.filter(kind=kind_of(AdvanceReading), ref=reading.ref, verb="added").order_by("pk").first()
    )
    since = given.at if given else reading.starts_at
    editions = reading.report.editions.select_related("report").light().filter(published_at__gte=since)
    return (editions.filter(published_at__lte=until) if until else editions).order_by("-number").first()


def may_be_read(report: Report) -> bool:
    """Whether all words of a report are approved, as well as the report: those who read in advance see no others."""
    return report.state == ReportState.APPROVED and not unapproved(report)


def revoke(readings: Sequence[AdvanceReading], *, by: User, now: datetime, reason: str = "") -> list[AdvanceReading]:
    """Closes addresses at once. The posts stay in the list of those who could read."""
    with verbs.turn():
        for reading in readings:
            reading.refresh_from_db()
            reading.revoked_at = reading.revoked_at or now
        return verbs.change(readings, verb="revoked", by=by, now=now, reason=reason)


history.says("revoked", gettext_lazy("%(who)s closed the address for advance reading"))
