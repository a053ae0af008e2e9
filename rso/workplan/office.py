"""The office's desks of this room."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import formats, timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rso.core.listings import SHOWN, Panel, listings
from rso.core.models import Precision
from rso.core.office import HOW_KNOWN, Col, Desk, Related, Section, View, desks
from rso.core.periods import is_over, show_day
from rso.workplan import states
from rso.workplan.models import (
    Activity,
    ActivityOrigin,
    ActivityStatus,
    CorePurpose,
    PriorityIssue,
    Request,
    RequestState,
    Theme,
    Undertaking,
)
from rso.workplan.policies import KEEP_LISTS, KEEP_WORK, SEE_WORK
from rso.workplan.site import Running


def days_of(request: Request, day: date) -> int | None:
    """How many days a request took to answer, or has waited until a day; none where it was declined or referred."""
    if request.state not in (*states.OPEN, RequestState.ANSWERED):
        return None
    return ((request.answered_on or day) - request.received_on).days


def age_of(request: Request) -> str:
    """How long a request has waited, or waited until it was answered."""
    days = days_of(request, timezone.localdate())
    if days is None:
        return ""
    if request.answered_on:
        says = ngettext("%(n)s day to the answer", "%(n)s days to the answer", days)
    else:
        says = ngettext("%(n)s day without an answer", "%(n)s days without an answer", days)
    told = says % {"n": formats.number_format(days)}
    whole = request.precision == request.answered_precision == Precision.DAY
    return told if whole else _now("about %(days)s") % {"days": told}


def of_request(request: Request) -> str:
    """A request's line: when it came, how it stands, how long it has waited."""
    came = _now("Received %(day)s") % {"day": show_day(request.received_on, request.precision)}
    return "; ".join(filter(None, (came, age_of(request))))


def came_of_it(thing: Any, user: Any) -> Panel | None:
    """What came of the activities that answer what was asked: events held, works published."""
    name = {Request: "request", Undertaking: "undertaking", PriorityIssue: "priority"}[type(thing)]
    activities = ActivityOrigin.objects.filter(**{name: thing.pk}).order_by("pk").values_list("activity", flat=True)
    if not activities:
        return None
    outcomes = listings.outcomes_of(list(activities)).values()
    items = [item for found in outcomes for item in found]
    return Panel("outcomes", _("What came of it"), items[:SHOWN], blank=_("Nothing that the public can see yet."))


desks.declare(
    Desk(
        "requests",
        Request,
        _("Requests"),
        SEE_WORK,
        KEEP_WORK,
        columns="title state received_on age asked_by",
        filters="state received_on parts__body basis",
        order=("-received_on",),
        new=_("New request"),
        prefix="q",
        machine=states.requests,
        sections=(
            Section(_("What is asked for, and by whom"), "title members asked_by received_on precision"),
            Section(_("The answer"), "answered_on answered_precision remark"),
            HOW_KNOWN,
        ),
        more=(Col("age", _("age"), age_of),),
        views=(
            View("open", _("Without an answer"), lambda user, day: Q(state__in=states.OPEN)),
            View("unplanned", _("Without an activity"), lambda user, day: Q(state__in=states.OPEN, activities=None)),
        ),
        tells=of_request,
        related=(Related("activities", "origins__request", "title status when lead", _("What was done")),),
        panels=(came_of_it,),
        blank=_("Nothing has been asked for yet."),
    ),
    Desk(
        "undertakings",
        Undertaking,
        _("Undertakings"),
        SEE_WORK,
        KEEP_WORK,
        columns="text state said_on meeting",
        filters="state said_on parts__body basis",
        order=("-said_on",),
        new=_("New undertaking"),
        prefix="u",
        under="requests",
        machine=states.undertakings,
        sections=(
            Section(_("Who undertook what"), "text members area"),
            Section(_("Where and when"), "meeting said_on precision"),
            HOW_KNOWN,
        ),
        views=(
            View("open", _("Under way"), lambda user, day: Q(state__in=states.UNDER_WAY)),
            View(
                "unplanned", _("Without an activity"), lambda user, day: Q(state__in=states.UNDER_WAY, activities=None)
            ),
        ),
        related=(Related("activities", "origins__undertaking", "title status when lead", _("What was done")),),
        panels=(came_of_it,),
        blank=_("Nothing has been undertaken yet."),
    ),
    Desk(
        "priorities",
        PriorityIssue,
        _("Priority issues"),
        SEE_WORK,
        KEEP_WORK,
        columns="title set_by agreed_on",
        filters="agreed_on basis",
        order=("-agreed_on", "order"),
        new=_("New priority issue"),
        prefix="pi",
        under="requests",
        sections=(
            Section(_("What was agreed"), "title title_id title_th order"),
            Section(_("Where and when"), "set_by agreed_on precision"),
            HOW_KNOWN,
        ),
        more=(Col("title", _("title"), lambda issue: issue.label, ("title",)),),
        views=(View("unplanned", _("Without an activity"), lambda user, day: Q(activities=None)),),
        related=(Related("activities", "origins__priority", "title status when lead", _("What was done")),),
        panels=(came_of_it,),
        blank=_("No priority issue has been agreed yet."),
    ),
    Desk(
        "activities",
        Activity,
        _("Work plan"),
        SEE_WORK,
        KEEP_WORK,
        columns="title status when purpose lead",
        filters="status purpose themes__theme gender_marker parts__body",
        more_filters={"year": Running()},
        order=("-starts_on",),
        new=_("New activity"),
        prefix="a",
        machine=states.activities,
        more=(Col("purpose", _("core purpose"), lambda work: work.purpose.short_label),),
        sections=(
            Section(_("What and when"), "title starts_on ends_on precision lead summary"),
            Section(_("Why it exists"), "requests undertakings priorities"),
            Section(_("What it serves"), "purpose themes gender_marker"),
            Section(_("With whom"), "partners experts funders"),
            Section(_("What came of it"), "outcome"),
            HOW_KNOWN,
        ),
        views=(
            View("plan", _("Not cancelled"), lambda user, day: ~Q(status=ActivityStatus.CANCELLED)),
            View("mine", _("Mine"), lambda user, day: Q(lead=user.pk)),
            View("now", _("Under way"), lambda user, day: Q(status="running")),
            View("late", _("Overdue"), lambda user, day: Q(status__in=states.TO_DO) & is_over(day)),
        ),
        blank=_("No activity is planned yet."),
    ),
    Desk(
        "purposes",
        CorePurpose,
        _("Core purposes"),
        SEE_WORK,
        KEEP_LISTS,
        columns="title short order",
        order=("order",),
        new=_("New core purpose"),
        under="activities",
        sections=(
            Section(_("Title"), "ref title title_id title_th"),
            Section(_("Short title"), "short short_id short_th order"),
        ),
        more=(Col("title", _("title"), lambda purpose: purpose.label, ("title",)),),
        related=(Related("activities", "purpose"),),
    ),
    Desk(
        "themes",
        Theme,
        _("Themes"),
        SEE_WORK,
        KEEP_LISTS,
        columns="title set valid_from valid_to",
        filters="set",
        order=("-valid_from", "order"),
        new=_("New theme"),
        under="activities",
        sections=(
            Section(_("Title"), "ref title title_id title_th"),
            Section(_("Short title"), "short short_id short_th order"),
            Section(_("In force"), "set valid_from valid_to"),
        ),
        more=(Col("title", _("title"), lambda theme: theme.label, ("title",)),),
        views=(
            View(
                "now",
                _("In force today"),
                lambda user, day: Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gt=day)),
            ),
        ),
        related=(Related("activities", "themes__theme"),),
    ),
)

desks.extend(
    "members",
    related=(
        Related("requests", "parts__body", "title state age"),
        Related("undertakings", "parts__body", "text state said_on"),
        Related("activities", "parts__body", "title status when purpose", _("Activities in which it has a part")),
    ),
)
