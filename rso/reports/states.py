"""The states of a report and of the texts of its sections, and who may lead them from one to another.

Publishing and superseding have no button: only the verbs that also freeze an edition take those steps. A text is approved
by the verb that asks which version was seen, on the page where it stands beside its preview. Every other step of a text that
is printed, or of a report, leaves what was signed: it takes the signatures back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rso.core import verbs
from rso.core.states import Machine, Step
from rso.reports.actions import take_signatures_back
from rso.reports.models import SOURCE_LANGUAGE, Comment, CommentState, Report, ReportState, SectionText, TextState
from rso.reports.policies import APPROVE_REPORTS, WRITE_REPORTS
from rso.reports.queries import LOOKS, author_of, unapproved

if TYPE_CHECKING:
    from rso.accounts.models import User

D, R, A, P, S = (
    ReportState.DRAFT,
    ReportState.IN_REVIEW,
    ReportState.APPROVED,
    ReportState.PUBLISHED,
    ReportState.SUPERSEDED,
)


def _wrote_it(text: SectionText, by: User) -> str | Promise:
    return _("you wrote this version; the other co-manager approves it") if author_of(text) == by.pk else ""


def _without_words(text: SectionText, by: User) -> str | Promise:
    """A heading alone can be sent: it stands over the words of its kind."""
    return "" if text.title or text.text.strip() else _("has no words yet")


def not_all_approved(report: Report, by: Any) -> str:
    """Why a report is neither approved nor signed yet."""
    number = len(unapproved(report))
    return (
        ngettext("%(n)s section is not approved", "%(n)s sections are not approved", number) % {"n": number}
        if number
        else ""
    )


class _Signed(Machine):
    """The steps of what co-managers sign."""

    def take(
        self, step: Step, things: Sequence[Any], *, by: User, now: datetime, reason: str = "", **answers: Any
    ) -> list[Any]:
        with verbs.turn():
            taken = super().take(step, things, by=by, now=now, reason=reason, **answers)
            if step.target not in (P, S):
                take_signatures_back([found for thing in things if (found := _printed_in(thing))], by=by, now=now)
        return taken


def _printed_in(thing: Report | SectionText) -> int | None:
    """The database id of the report whose edition prints it; a translation is in none."""
    if isinstance(thing, Report):
        return thing.pk
    return thing.report_id if thing.language == SOURCE_LANGUAGE else None


sections = _Signed(
    SectionText,
    (
        Step(
            "send", _("Send for review"), (TextState.DRAFT,), TextState.IN_REVIEW, WRITE_REPORTS, unless=_without_words
        ),
        Step(
            "approve",
            _("Approve"),
            (TextState.IN_REVIEW,),
            TextState.APPROVED,
            APPROVE_REPORTS,
            unless=_wrote_it,
            button=False,
        ),
        Step(
            "give_back",
            _("Give back to the writer"),
            (TextState.IN_REVIEW, TextState.APPROVED),
            TextState.DRAFT,
            APPROVE_REPORTS,
            asks_reason=True,
        ),
        Step(
            "publish",
            _("Publish"),
            (TextState.APPROVED, TextState.PUBLISHED),
            TextState.PUBLISHED,
            APPROVE_REPORTS,
            button=False,
        ),
    ),
    looks={state: LOOKS[state] for state in TextState},
)
reports = _Signed(
    Report,
    (
        Step("send", _("Send for review"), (D,), R, WRITE_REPORTS),
        Step("approve", _("Approve"), (R,), A, APPROVE_REPORTS, unless=not_all_approved),
        Step("reopen", _("Open again"), (R, A, P), D, APPROVE_REPORTS, asks_reason=True),
        Step("publish", _("Publish"), (A,), P, APPROVE_REPORTS, button=False),
        Step("supersede", _("Supersede"), (P,), S, APPROVE_REPORTS, button=False),
    ),
    looks=LOOKS,
)
comments = Machine(
    Comment,
    (
        Step("resolve", _("Resolve"), (CommentState.OPEN,), CommentState.RESOLVED, WRITE_REPORTS),
        Step("reopen", _("Open again"), (CommentState.RESOLVED,), CommentState.OPEN, WRITE_REPORTS),
    ),
    looks={CommentState.OPEN: "wait", CommentState.RESOLVED: "ok"},
)
