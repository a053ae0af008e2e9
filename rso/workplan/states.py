"""The states of requests, undertakings and activities, and who may lead them from one to another."""

from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from rso.core import history
from rso.core.loading.columns import column
from rso.core.models import Precision
from rso.core.states import Machine, Step
from rso.workplan.actions import check_dates, check_requests
from rso.workplan.models import Activity, ActivityStatus, Request, RequestState, Undertaking, UndertakingState
from rso.workplan.policies import KEEP_WORK

#: The day of an answer, which whoever answers a request is asked for.
ANSWERED_ON = replace(
    column(Request, "answered_on"), required=True, label=_("Answered on"), hint=_("The day on which the member had it.")
)


def on_that_day(request: Request, now: datetime) -> None:
    request.answered_precision = Precision.DAY


def unanswered(request: Request, now: datetime) -> None:
    request.answered_on, request.answered_precision = None, Precision.DAY


R = RequestState
OPEN = (R.RECEIVED, R.ACKNOWLEDGED, R.IN_WORK)
requests = Machine(
    Request,
    (
        Step("acknowledge", _("Acknowledge"), (R.RECEIVED,), R.ACKNOWLEDGED, KEEP_WORK),
        Step("work_on", _("Take into work"), (R.RECEIVED, R.ACKNOWLEDGED), R.IN_WORK, KEEP_WORK),
        Step("answer", _("Mark as answered"), OPEN, R.ANSWERED, KEEP_WORK, asks=(ANSWERED_ON,), sets=on_that_day),
        Step("decline", _("Decline"), OPEN, R.DECLINED, KEEP_WORK, asks_reason=True),
        Step("refer", _("Refer to a partner"), OPEN, R.REFERRED, KEEP_WORK, asks_reason=True),
        Step(
            *("reopen", _("Take up again"), (R.ANSWERED, R.DECLINED, R.REFERRED), R.IN_WORK, KEEP_WORK),
            asks_reason=True,
            sets=unanswered,
        ),
    ),
    looks={
        R.RECEIVED: "wait",
        R.ACKNOWLEDGED: "wait",
        R.IN_WORK: "info",
        R.ANSWERED: "ok",
        R.DECLINED: "stop",
        R.REFERRED: "",
    },
    check=check_requests,
)

U = UndertakingState
UNDER_WAY = (U.RECORDED, U.IN_PROGRESS)
undertakings = Machine(
    Undertaking,
    (
        Step("begin", _("Mark as in progress"), (U.RECORDED,), U.IN_PROGRESS, KEEP_WORK),
        Step("fulfil", _("Mark as done"), UNDER_WAY, U.DONE, KEEP_WORK),
        Step("drop", _("Mark as dropped"), UNDER_WAY, U.DROPPED, KEEP_WORK, asks_reason=True),
        Step("overtake", _("Mark as overtaken by events"), UNDER_WAY, U.OVERTAKEN, KEEP_WORK, asks_reason=True),
        Step(
            *("resume", _("Take up again"), (U.DONE, U.DROPPED, U.OVERTAKEN), U.IN_PROGRESS, KEEP_WORK),
            asks_reason=True,
        ),
    ),
    looks={U.RECORDED: "", U.IN_PROGRESS: "info", U.DONE: "ok", U.DROPPED: "stop", U.OVERTAKEN: "stop"},
)

A = ActivityStatus
#: Until it is done it may come to be late; what is postponed waits for a new date.
TO_DO = (A.PLANNED, A.RUNNING)
activities = Machine(
    Activity,
    (
        Step("start", _("Start"), (A.PLANNED, A.POSTPONED), A.RUNNING, KEEP_WORK),
        Step("finish", _("Mark as done"), TO_DO, A.DONE, KEEP_WORK),
        Step("postpone", _("Postpone"), TO_DO, A.POSTPONED, KEEP_WORK, asks_reason=True),
        Step(*("cancel", _("Cancel"), (*TO_DO, A.POSTPONED), A.CANCELLED, KEEP_WORK), asks_reason=True, final=True),
        Step("plan_again", _("Plan again"), (A.DONE, A.POSTPONED, A.CANCELLED), A.PLANNED, KEEP_WORK),
    ),
    looks={A.PLANNED: "", A.RUNNING: "info", A.DONE: "ok", A.POSTPONED: "late", A.CANCELLED: "stop"},
    check=check_dates,
    field="status",
)

for verb, sentence in {
    "acknowledge": _("%(who)s acknowledged the %(noun)s"),
    "work_on": _("%(who)s took the %(noun)s into work"),
    "answer": _("%(who)s answered the %(noun)s"),
    "decline": _("%(who)s declined the %(noun)s"),
    "refer": _("%(who)s referred the %(noun)s to a partner"),
    "reopen": _("%(who)s took the %(noun)s up again"),
    "begin": _("%(who)s marked the %(noun)s as in progress"),
    "fulfil": _("%(who)s marked the %(noun)s as done"),
    "drop": _("%(who)s marked the %(noun)s as dropped"),
    "overtake": _("%(who)s marked the %(noun)s as overtaken by events"),
    "resume": _("%(who)s took the %(noun)s up again"),
    "start": _("%(who)s started the %(noun)s"),
    "finish": _("%(who)s marked the %(noun)s as done"),
    "postpone": _("%(who)s postponed the %(noun)s"),
    "cancel": _("%(who)s cancelled the %(noun)s"),
    "plan_again": _("%(who)s planned the %(noun)s again"),
}.items():
    history.says(verb, sentence)
