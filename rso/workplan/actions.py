"""Verbs of this room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rso.core import history, verbs
from rso.core.periods import known_day
from rso.core.verbs import Problem, plain, refuse
from rso.workplan.models import (
    Activity,
    ActivityBody,
    ActivityOrigin,
    ActivityTheme,
    Request,
    RequestBody,
    RequestState,
    Theme,
    Undertaking,
    UndertakingBody,
)

if TYPE_CHECKING:
    from rso.accounts.models import User


def check_dates(things: Sequence[Any]) -> Iterable[Problem]:
    """First day before last, for whatever has both."""
    for at, thing in enumerate(things):
        if thing.ends_on < thing.starts_on:
            yield Problem(at, "ends_on", _("lies before the first day, %(day)s") % {"day": thing.starts_on.isoformat()})


def check_themes(themes: Sequence[Theme]) -> Iterable[Problem]:
    for at, theme in enumerate(themes):
        if theme.valid_to and theme.valid_to <= theme.valid_from:
            yield Problem(at, "valid_to", _("is not after its first day"))


def check_requests(requests: Sequence[Request]) -> Iterable[Problem]:
    today = timezone.localdate()
    for at, request in enumerate(requests):
        for name, day, known in (
            ("received_on", request.received_on, request.precision),
            ("answered_on", request.answered_on, request.answered_precision),
        ):
            if day and known_day(day, known) > known_day(today, known):
                yield Problem(at, name, _("lies in the future"))
        if request.answered_on and request.answered_on < request.received_on:
            yield Problem(at, "answered_on", _("lies before the day of receipt"))
        if bool(request.answered_on) != (request.state == RequestState.ANSWERED):
            yield Problem(at, "answered_on", _("a request that is answered has its day, and no other has"))


def check_undertakings(undertakings: Sequence[Undertaking]) -> Iterable[Problem]:
    today = timezone.localdate()
    for at, undertaking in enumerate(undertakings):
        if known_day(undertaking.said_on, undertaking.precision) > known_day(today, undertaking.precision):
            yield Problem(at, "said_on", _("lies in the future"))


activity_verbs = plain(check_dates)
request_verbs = plain(check_requests)
undertaking_verbs = plain(check_undertakings)
purpose_verbs = plain()
theme_verbs = plain(check_themes)
priority_verbs = plain()


def set_themes(wanted: Mapping[Activity, verbs.Rows], *, by: User, now: datetime) -> None:
    """Weighs the themes of activities. The shares of each sum to 100, or there are none."""
    refuse(
        Problem(at, "themes", _("weights sum to %(sum)s; they must sum to 100") % {"sum": total})
        for at, rows in enumerate(wanted.values())
        if rows and (total := sum(row["weight"] for row in rows)) != 100
    )
    verbs.relate(ActivityTheme, wanted, parent="activity", verb="themes weighed", by=by, now=now)


def set_partners(wanted: Mapping[Activity, verbs.Rows], *, by: User, now: datetime) -> None:
    verbs.relate(ActivityBody, wanted, parent="activity", verb="partners set", by=by, now=now)


def set_origins(wanted: Mapping[Activity, verbs.Rows], *, by: User, now: datetime) -> None:
    verbs.relate(ActivityOrigin, wanted, parent="activity", verb="origins set", by=by, now=now)


def set_askers(wanted: Mapping[Request, verbs.Rows], *, by: User, now: datetime) -> None:
    verbs.relate(RequestBody, wanted, parent="request", verb="askers set", by=by, now=now)


def set_undertakers(wanted: Mapping[Undertaking, verbs.Rows], *, by: User, now: datetime) -> None:
    verbs.relate(UndertakingBody, wanted, parent="undertaking", verb="bodies set", by=by, now=now)


history.says("themes weighed", gettext_lazy("%(who)s weighed the themes"))
history.says("origins set", gettext_lazy("%(who)s set why the activity is done"))
history.says("askers set", gettext_lazy("%(who)s set who asked"))
history.says("bodies set", gettext_lazy("%(who)s set who undertakes it"))
