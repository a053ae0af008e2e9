"""The figures of this room: requests and their answers, undertakings, activities."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from rso.core.figures import (
    BASIS,
    BASIS_COLUMN,
    Column,
    Dimension,
    Distinct,
    Figure,
    Median,
    Source,
    Total,
    month_of,
    registry,
    units,
)
from rso.core.periods import Period, known_day, known_span, show_day
from rso.workplan.dimensions import PURPOSE, THEME, partner
from rso.workplan.models import (
    ENGAGED,
    Activity,
    ActivityBody,
    ActivityOrigin,
    ActivityStatus,
    GenderMarker,
    PriorityIssue,
    Request,
    RequestState,
    Undertaking,
    UndertakingState,
)

REQUEST_COLUMNS = (
    Column("title", _("Request"), lambda row: row),
    Column(
        "received",
        _("Received"),
        lambda row: show_day(row.received_on, row.precision),
        exact=lambda row: known_day(row.received_on, row.precision),
    ),
    Column(
        "answered",
        _("Answered"),
        lambda row: show_day(row.answered_on, row.answered_precision) if row.answered_on else _("Not yet"),
        exact=lambda row: known_day(row.answered_on, row.answered_precision) if row.answered_on else "",
    ),
    Column("state", _("Status"), lambda row: row.get_state_display()),
    BASIS_COLUMN,
)
STATE = Dimension("state", _("Status"), "state", RequestState)
RECEIVED = Source(
    "request-received", _("Requests by day of receipt"), Request, when=("received_on",), precision="precision",
    dimensions=(STATE, month_of("received_on"), BASIS), columns=REQUEST_COLUMNS,
)  # fmt: skip
ANSWERED = Source(
    "request-answered", _("Requests by day of answer"), Request, when=("answered_on",), precision="answered_precision",
    dimensions=(month_of("answered_on"), BASIS), columns=REQUEST_COLUMNS,
)  # fmt: skip
UNDERTAKING = Source(
    "undertaking", _("Undertakings"), Undertaking, when=("said_on",), precision="precision",
    dimensions=(Dimension("state", _("Status"), "state", UndertakingState), month_of("said_on"), BASIS),
    columns=(
        Column("text", _("Undertaking"), lambda row: row),
        Column("meeting", _("Meeting"), lambda row: row.meeting, prose=True),
        Column(
            "said",
            _("When"),
            lambda row: show_day(row.said_on, row.precision),
            exact=lambda row: known_day(row.said_on, row.precision),
        ),
        Column("state", _("Status"), lambda row: row.get_state_display()),
        BASIS_COLUMN,
    ),
)  # fmt: skip
ACTIVITY = Source(
    "activity", _("Activities"), Activity, when=("starts_on", "ends_on"), precision="precision",
    dimensions=(
        PURPOSE, THEME, Dimension("status", _("Status"), "status", ActivityStatus),
        Dimension("gender-marker", _("Gender marker"), "gender_marker", GenderMarker), partner(), BASIS,
    ),
    related=("purpose",),
    columns=(
        Column("title", _("Activity"), lambda row: row),
        Column("purpose", _("Core purpose"), lambda row: row.purpose.label),
        Column("when", _("When"), lambda row: row.when, exact=known_span),
        Column("status", _("Status"), lambda row: row.get_status_display()),
        BASIS_COLUMN,
    ),
)  # fmt: skip
PRIORITY = Source(
    "priority", _("Priority issues"), PriorityIssue, when=("agreed_on",), precision="precision",
    dimensions=(Dimension("meeting", _("Meeting"), "set_by"), month_of("agreed_on"), BASIS),
    columns=(
        Column("title", _("Issue"), lambda row: row),
        Column("set_by", _("Meeting"), lambda row: row.set_by, prose=True),
        BASIS_COLUMN,
    ),
)  # fmt: skip

requests_received = registry.figure(
    Figure(
        "requests-received", _("Requests received"), units.REQUESTS, RECEIVED, Total(),
        _("Counts what members asked the office for, by the day on which the request came in."),
        _("Leaves out what the office offered unasked."),
    )
)  # fmt: skip
requests_answered = registry.figure(
    Figure(
        "requests-answered", _("Requests answered"), units.REQUESTS, ANSWERED, Total(),
        _("Counts requests that were answered in the period, whenever they came in."),
        _("Leaves out those declined or passed on to a partner."), where=Q(state=RequestState.ANSWERED),
    )
)  # fmt: skip
requests_open = registry.figure(
    Figure(
        "requests-open", _("Requests received and without an answer"), units.REQUESTS, RECEIVED, Total(),
        _("Counts requests of the period that have no answer in the records."),
        _("Leaves out those declined or passed on to a partner."),
        where=Q(answered_on__isnull=True) & ~Q(state__in=[RequestState.DECLINED, RequestState.REFERRED]),
    )
)  # fmt: skip
median_days = registry.figure(
    Figure(
        "median-days-to-answer", _("Median days to answer"), units.DAYS, ANSWERED, Median("received_on", "answered_on", ("precision", "answered_precision")),
        _("The middle of the days from receipt to answer, over requests answered in the period: half took less, half more."),
        _("Leaves out requests without an answer."), where=Q(state=RequestState.ANSWERED),
    )
)  # fmt: skip
undertakings_recorded = registry.figure(
    Figure(
        "undertakings-recorded", _("Undertakings recorded"), units.UNDERTAKINGS, UNDERTAKING, Total(),
        _("Counts what members or the office said in meetings of the period that they would do."),
        _("Undertakings are voluntary; this counts none of them as kept or broken."),
    )
)  # fmt: skip
_UNDERTAKINGS = ActivityOrigin.objects.filter(activity=OuterRef("pk"), undertaking__isnull=False)
undertakings_acted_on = registry.figure(
    Figure(
        "undertakings-acted-on", _("Undertakings acted on"), units.UNDERTAKINGS, ACTIVITY, Distinct("origins__undertaking"),
        _("Counts undertakings from which an activity of the period arose, each once."),
        _("Leaves out activities that were cancelled or postponed."),
        where=~Q(status__in=[ActivityStatus.CANCELLED, ActivityStatus.POSTPONED]) & Q(Exists(_UNDERTAKINGS)),
    )
)  # fmt: skip
activities = registry.figure(
    Figure(
        "activities", _("Activities"), units.ACTIVITIES, ACTIVITY, Total(),
        _("Counts pieces of the office’s work that were under way in the period; one that spans two periods is in both."),
        _("Leaves out what was cancelled or postponed."),
        where=~Q(status__in=[ActivityStatus.CANCELLED, ActivityStatus.POSTPONED]),
    )
)  # fmt: skip
priorities_agreed = registry.figure(
    Figure(
        "priorities-agreed", _("Priority issues agreed"), units.Unit("issues", _("issues")), PRIORITY, Total(),
        _("Counts issues on which a meeting of the period agreed that efforts should focus."),
        _("Leaves out what single members proposed."),
    )
)  # fmt: skip


def _during(period: Period) -> QuerySet[Any, Any]:
    cancelled = [ActivityStatus.CANCELLED, ActivityStatus.POSTPONED]
    return ACTIVITY.parents(period, Q()).exclude(status__in=cancelled)


OF_ITS_ACTIVITY = {"basis": "activity__basis", "precision": "activity__precision"}


@registry.gives_evidence("partnership", of="body", **OF_ITS_ACTIVITY)
def partners_in_activities(period: Period) -> QuerySet[Any, Any]:
    return ActivityBody.objects.filter(activity__in=_during(period).values("pk"), part__in=ENGAGED)


@registry.gives_evidence("member-activity", of="request__parts__body", **OF_ITS_ACTIVITY)
def members_that_asked(period: Period) -> QuerySet[Any, Any]:
    """Requests behind the activities of the period: they speak for the members who asked."""
    return ActivityOrigin.objects.filter(activity__in=_during(period).values("pk"))


@registry.gives_evidence("member-activity", of="undertaking__parts__body", **OF_ITS_ACTIVITY)
def members_that_undertook(period: Period) -> QuerySet[Any, Any]:
    """Undertakings behind the activities of the period: they speak for the members that made them."""
    return ActivityOrigin.objects.filter(activity__in=_during(period).values("pk"))
