"""What this room tells on the first page of the office."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rso.core.models import AuditEvent, Precision
from rso.core.office import desks
from rso.core.office.day import Bar, Entry, Glance, Span, Standing, Task, Today, Why, rooms
from rso.core.periods import is_over, latest, show_day
from rso.core.verbs import kind_of
from rso.workplan.models import (
    Activity,
    ActivityStatus,
    CorePurpose,
    Request,
    RequestState,
    Undertaking,
    UndertakingState,
)
from rso.workplan.policies import KEEP_WORK
from rso.workplan.states import TO_DO

#: Within how many days the office promises an answer.
PROMISED = 30
#: The most that the page tells of one kind, and how many audit events are looked through for what was given to someone.
MOST, LOOKED_AT = 50, 1000
#: The most that a calendar holds of one kind.
LISTED = 2000
OPEN_REQUESTS = (RequestState.RECEIVED, RequestState.ACKNOWLEDGED, RequestState.IN_WORK)
OVER = (ActivityStatus.DONE, ActivityStatus.CANCELLED)


@rooms.tells_tasks
def requests_to_answer(today: Today) -> Iterator[Task]:
    """Every request without an answer: overdue after the days that the office promises."""
    if not KEEP_WORK.allows(today.user):
        return
    desk = desks.all["requests"]
    found = Request.objects.filter(state__in=OPEN_REQUESTS, received_on__lte=today.day).order_by("received_on", "pk")
    for request in found[:MOST]:
        age, url = (today.day - request.received_on).days, desk.at(request.ref)
        if request.precision == Precision.DAY:
            says = ngettext(
                "Asked %(n)s day ago; the office promises %(promised)s.",
                "Asked %(n)s days ago; the office promises %(promised)s.",
                age,
            ) % {"n": age, "promised": PROMISED}
        else:
            says = _("Received %(day)s") % {"day": show_day(request.received_on, request.precision)} + "."
        due = latest(request.received_on, request.precision) + timedelta(days=PROMISED)
        why = Why.OVERDUE if due < today.day else Why.DUE
        yield Task(why, due, request.title, url, says, _("Answer"), f"{url}do/answer/")


@rooms.tells_tasks
def activities_of_mine(today: Today) -> Iterator[Task]:
    """Activities that this person leads: those over and not done, and those lately given to the person."""
    desk = desks.all["activities"]
    mine = {
        a.ref: a
        for a in Activity.objects.filter(lead=today.user.pk).exclude(status__in=OVER).order_by("ends_on", "pk")[:MOST]
    }
    ends = {ref: latest(activity.ends_on, activity.precision) for ref, activity in mine.items()}
    given = _given_to(today) & set(mine) if any(end >= today.day for end in ends.values()) else set()
    for ref, activity in mine.items():
        url = desk.at(ref)
        if ends[ref] < today.day and activity.status in TO_DO:
            says = _("Planned end: %(day)s.") % {"day": show_day(activity.ends_on, activity.precision)}
            verb = (_("Mark as done"), f"{url}do/finish/") if KEEP_WORK.allows(today.user) else (_("Open"), url)
            yield Task(Why.OVERDUE, ends[ref], activity.title, url, says, *verb, activity.precision)
        elif ref in given:
            ends_on = show_day(activity.ends_on, activity.precision)
            if activity.precision == Precision.DAY:
                says = _("You lead it now; it ends on %(day)s.") % {"day": ends_on}
            else:
                says = _("You lead it now; it ends in %(when)s.") % {"when": ends_on}
            yield Task(Why.ASSIGNED, ends[ref], activity.title, url, says, _("Open"), url, activity.precision)


def _given_to(today: Today) -> set[str]:
    """Activities whose lead was lately made this person by another."""
    kind = kind_of(Activity)
    last = AuditEvent.objects.filter(kind=kind).exclude(actor=today.user.pk).order_by("-pk")[:LOOKED_AT]
    return {ref for ref, after in last.values_list("ref", "after") if after.get("lead") == today.user.ref}


@rooms.tells_entries
def ends_of_activities(span: Span) -> Iterator[Entry]:
    """The last days of activities that are not done, in the office's calendar."""
    if span.body or span.user is None:
        return
    desk = desks.all["activities"]
    found = Activity.objects.filter(ends_on__range=(span.first, span.last), precision__in=span.known).exclude(
        status__in=OVER
    )
    for activity in found.order_by("ends_on", "pk")[:LISTED]:
        title = _("Ends: %(title)s") % {"title": activity.title}
        mine = activity.lead_id == span.user.pk
        yield Entry(
            f"activity-{activity.ref}", activity.ends_on, activity.ends_on, title, desk.at(activity.ref),
            mine=mine, precision=activity.precision,
        )  # fmt: skip


@rooms.tells_glances
def what_is_open(today: Today) -> Iterator[Glance]:
    requests = Request.objects.filter(state__in=OPEN_REQUESTS).count()
    without = Undertaking.objects.filter(
        activities=None, state__in=(UndertakingState.RECORDED, UndertakingState.IN_PROGRESS)
    )
    yield Glance(_("requests without an answer"), str(requests), f"{desks.all['requests'].url}?view=open")
    yield Glance(
        _("undertakings without an activity"), str(without.count()), f"{desks.all['undertakings'].url}?view=unplanned"
    )


@rooms.tells_standings
def plan_by_purpose(today: Today) -> Iterator[Standing]:
    """Activities of the year by core purpose: done, under way, late."""
    late = is_over(today.day) & Q(status__in=TO_DO)
    of_year = Activity.objects.filter(starts_on__lt=today.year.ends, ends_on__gte=today.year.starts).exclude(
        status=ActivityStatus.CANCELLED
    )
    counted = {
        row["purpose"]: row
        for row in of_year.order_by().values("purpose").annotate(
            total=Count("pk"), done=Count("pk", Q(status=ActivityStatus.DONE)), late=Count("pk", late),
            running=Count("pk", Q(status=ActivityStatus.RUNNING) & ~late),
        )
    }  # fmt: skip
    most = max((row["total"] for row in counted.values()), default=0)
    url = desks.all["activities"].url
    bars = [
        _bar(purpose, counted[purpose.pk], most, f"{url}?view=plan&purpose={purpose.ref}&year={today.year.starts.year}")
        for purpose in CorePurpose.objects.order_by("order", "pk")
        if purpose.pk in counted
    ]
    yield Standing(
        "plan", _("Work plan"), url, _("Open the plan"), (_("Core purpose"), _("Done"), _("Late")), bars,
        key=(("f1", _("Done")), ("f2", _("Under way")), ("f4", _("Late"))),
        blank=_("No activity is planned for this year yet."),
    )  # fmt: skip


def _bar(purpose: CorePurpose, row: Mapping[str, Any], most: int, url: str) -> Bar:
    done, running, late = (row[name] * 100 / most for name in ("done", "running", "late"))
    pieces = (("f1", 0.0, done), ("f2", done, done + running), ("f4", done + running, done + running + late))
    of = _("%(done)s of %(total)s") % {"done": row["done"], "total": row["total"]}
    return Bar(purpose.short_label, url, pieces, (of, str(row["late"] or "–")))
