"""Verbs of this room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rso.core import history, verbs
from rso.core.periods import has_begun
from rso.core.verbs import Problem, Verbs, plain, refuse
from rso.events.models import Event, EventBody, EventState, Participation, ParticipationState, StatedNumber
from rso.members.actions import is_country
from rso.members.models import BodyKind
from rso.workplan.actions import check_dates

if TYPE_CHECKING:
    from rso.accounts.models import User


def check_events(events: Sequence[Event]) -> Iterable[Problem]:
    yield from check_dates(events)
    today = timezone.localdate()
    for at, event in enumerate(events):
        if event.state == EventState.HELD and not has_begun(event.starts_on, event.precision, today):
            yield Problem(at, "starts_on", _("lies in the future, and the event was held"))
        if event.state in (EventState.POSTPONED, EventState.CANCELLED) and not event.reason:
            yield Problem(at, "reason", _("an event that is postponed or cancelled says why"))
        if event.ordinal and event.group is None:
            yield Problem(at, "group", _("a numbered meeting belongs to a group; name it"))
        if not is_country(event.country):
            yield Problem(at, "country", _("is no country code of three capital letters, such as THA"))


event_verbs = plain(check_events)
quote_verbs = plain()


def set_partners(wanted: Mapping[Event, verbs.Rows], *, by: User, now: datetime) -> None:
    verbs.relate(EventBody, wanted, parent="event", verb="partners set", by=by, now=now)


def set_statements(wanted: Mapping[Event, verbs.Rows], *, by: User, now: datetime) -> None:
    verbs.relate(StatedNumber, wanted, parent="event", verb="statements set", by=by, now=now)


def check_participations(participations: Sequence[Participation]) -> Iterable[Problem]:
    """Rules of a participation. `event`, `member`, `agency` and `person` are expected to be at hand, not fetched."""
    seen: set[tuple[int, int]] = set()
    for at, row in enumerate(participations):
        if row.person_id is not None:
            if row.number != 1:
                yield Problem(at, "number", _("a named person counts once; a head count has no name"))
            pair = (row.event_id, row.person_id)
            if pair in seen:
                yield Problem(at, "person", _("stands twice in the same event"))
            seen.add(pair)
        elif row.number < 1:
            yield Problem(at, "number", _("a head count is at least 1"))
        if row.member_id is not None and row.member and row.member.kind == BodyKind.AGENCY:
            yield Problem(at, "member", _("is an agency; name its State or organisation here and the agency beside it"))
        if row.agency_id is not None and row.agency and row.agency.kind != BodyKind.AGENCY:
            yield Problem(at, "agency", _("is no agency"))
        elif row.agency is not None and row.agency.parent_id != row.member_id:
            yield Problem(at, "agency", _("belongs to another body than the member"))
        if row.state == ParticipationState.ATTENDED and row.event.state != EventState.HELD:
            yield Problem(at, "state", _("nobody has attended an event that was not held"))


def record_participations(
    participations: Sequence[Participation], *, by: User, now: datetime
) -> Sequence[Participation]:
    """Records who took part: named persons, or delegations by head count."""
    refuse(check_participations(participations))
    return verbs.add(participations, verb="recorded", by=by, now=now)


def correct_participations(
    participations: Sequence[Participation], *, by: User, now: datetime, reason: str = ""
) -> list[Participation]:
    refuse(check_participations(participations))
    return verbs.change(participations, verb="corrected", by=by, now=now, reason=reason)


def mark_participations(participations: Sequence[Participation], *, state: int, by: User, now: datetime) -> None:
    """Says of many at once that they are registered, that they came, or that they did not."""
    prefetch_related_objects(participations, "event", "member", "agency", "person")
    for row in participations:
        row.state = state
    refuse(check_participations(participations))
    verbs.change(participations, verb="changed", by=by, now=now)


def strike_participations(
    participations: Sequence[Participation], *, by: User, now: datetime, reason: str = ""
) -> None:
    """Removes rows that should never have been there; the audit trail keeps what they said."""
    verbs.remove(participations, verb="struck", by=by, now=now, reason=reason)


participation_verbs = Verbs(record_participations, correct_participations, strike_participations)

history.says("statements set", gettext_lazy("%(who)s set what sources state"))
