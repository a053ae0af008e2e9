"""The states of a publication, and who may lead it from one to another."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rso.core.models import Precision
from rso.core.states import Machine, Step
from rso.publications.actions import check_publications
from rso.publications.models import Clearance, Publication, PublicationState, Verdict
from rso.publications.policies import CLEAR_PUBLICATIONS, KEEP_PUBLICATIONS
from rso.publications.queries import why_not_clear, why_not_publish, why_not_send

D, R, C, P, W = (
    PublicationState.DRAFT,
    PublicationState.PEER_REVIEW,
    PublicationState.CLEARED,
    PublicationState.PUBLISHED,
    PublicationState.WITHDRAWN,
)


def _forget_reason(work: Publication, now: datetime) -> None:
    work.reason = ""


def _issue(work: Publication, now: datetime) -> None:
    """A work is first issued on the day on which it is published, whatever was planned."""
    work.first_issued_on, work.precision, work.reason = timezone.localdate(now), Precision.DAY, ""


publications = Machine(
    Publication,
    (
        Step("send", _("Send to peer review"), (D,), R, KEEP_PUBLICATIONS, sets=_forget_reason, unless=why_not_send),
        Step("clear", _("Clear"), (R,), C, CLEAR_PUBLICATIONS, unless=why_not_clear),
        Step("reopen", _("Review again"), (C,), R, KEEP_PUBLICATIONS, asks_reason=True),
        Step("send_back", _("Send back"), (R, C), D, KEEP_PUBLICATIONS, asks_reason=True),
        Step("publish", _("Publish"), (C,), P, KEEP_PUBLICATIONS, sets=_issue, unless=why_not_publish, final=True),
        Step("withdraw", _("Withdraw"), (P,), W, KEEP_PUBLICATIONS, asks_reason=True, final=True),
    ),
    looks={D: "info", R: "wait", C: "wait", P: "ok", W: "stop"},
    check=check_publications,
)
#: Clearances have no steps of their own: an answer is given once, and what overtakes it is a change of the work.
clearances = Machine(
    Clearance,
    (),
    looks={
        Verdict.WAITING: "wait",
        Verdict.CLEARED: "ok",
        Verdict.CHANGES: "late",
        Verdict.DECLINED: "stop",
        Verdict.OVERTAKEN: "late",
    },
    field="verdict",
)
