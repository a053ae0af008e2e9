"""The office's desks of this room."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rso.core.loading.columns import column
from rso.core.office import Act, Col, Desk, Related, Section, View, acts_of, desks
from rso.core.templatetags.house import tongue
from rso.publications import clearing, states
from rso.publications.models import IN_CLEARANCE, Clearance, Edition, Publication, Verdict, waits_for
from rso.publications.policies import KEEP_PUBLICATIONS, SEE_PUBLICATIONS
from rso.publications.queries import why_not_answer, why_not_record

HOW_KNOWN = Section(_("How it is known"), "basis source")
VERDICT = replace(
    column(Clearance, "verdict", required=True), among=(Verdict.CLEARED, Verdict.CHANGES, Verdict.DECLINED), default=""
)
COMMENT = column(Clearance, "comment")
#: What one says beside a yes, and what changes or a no need.
REMARK = replace(COMMENT, hint="")
WHY = replace(COMMENT, required=True, hint="")
CHANNEL = column(Clearance, "channel", required=True)
GIVEN_ON = column(Clearance, "given_on", required=True)


def mine(user: Any, day: date) -> Q:
    return waits_for(user)


def giving(verdict: Verdict) -> Callable[..., None]:
    def run(clearances: Sequence[Clearance], **given: Any) -> None:
        clearing.answer(clearances, verdict=verdict, **given)

    return run


#: What whoever is asked may answer; a co-manager's answer leads the work on, or back to those who write it.
ANSWER = Act("answer", _("Answer"), SEE_PUBLICATIONS, giving(Verdict.CLEARED), asks=(WHY,), why_not=why_not_answer)
#: A co-manager's step leaves an answer on record beside it.
CLEAR = next(
    replace(act, run=clearing.clear, asks=(REMARK,)) for act in acts_of(states.publications) if act.slug == "clear"
)

desks.declare(
    Desk(
        "publications",
        Publication,
        _("Publications"),
        SEE_PUBLICATIONS,
        KEEP_PUBLICATIONS,
        columns="title kind state first_issued_on activity",
        filters="kind state first_issued_on basis",
        order=("-first_issued_on",),
        new=_("New publication"),
        prefix="p",
        machine=states.publications,
        acts=(CLEAR,),
        sections=(
            Section(_("The work"), "title kind authors series part_of_series summary link"),
            Section(_("When and why"), "first_issued_on precision activity"),
            Section(_("With whom"), "partners experts funders"),
            Section(_("Why"), "reason", asked=False),
            HOW_KNOWN,
        ),
        views=(
            View("clearance", _("In clearance"), lambda user, day: Q(state__in=IN_CLEARANCE)),
            View("mine", _("Mine"), lambda user, day: Q(activity__lead=user.pk)),
        ),
        related=(Related("clearances", "publication", "who kind verdict"), Related("editions", "publication")),
        blank=_("Nothing has been written yet."),
    ),
    Desk(
        "clearances",
        Clearance,
        _("Clearances"),
        SEE_PUBLICATIONS,
        KEEP_PUBLICATIONS,
        columns="who publication kind verdict asked_on given_on",
        filters="kind verdict body asked_on",
        order=("-asked_on",),
        new=_("Ask for a clearance"),
        prefix="c",
        machine=states.clearances,
        acts=(
            replace(ANSWER, slug="clear", title=_("Clear"), run=giving(Verdict.CLEARED), asks=(REMARK,)),
            replace(ANSWER, slug="ask_changes", title=_("Ask for changes"), run=giving(Verdict.CHANGES)),
            replace(ANSWER, slug="decline", title=_("Decline"), run=giving(Verdict.DECLINED)),
            Act(
                "record", _("Record the answer"), KEEP_PUBLICATIONS, clearing.record, why_not=why_not_record,
                asks=(VERDICT, GIVEN_ON, CHANNEL, COMMENT), says=_("What a partner or a reviewer from outside has answered."),
            ),
        ),
        more=(Col("who", _("Who is asked"), lambda row: row.who, ("reviewer__name", "body__name", "outsider")),),
        needs=("reviewer", "body", "publication"),
        under="publications",
        sections=(
            Section(_("Who is asked"), "publication kind reviewer outsider body asked_on"),
            Section(_("The answer"), "verdict given_on channel comment", asked=False),
        ),
        views=(
            View("mine", _("For me to answer"), mine),
            View("waiting", _("Waiting"), lambda user, day: Q(verdict=Verdict.WAITING)),
        ),
        blank=_("Nobody has been asked yet."),
    ),
    Desk(
        "editions",
        Edition,
        _("Editions"),
        SEE_PUBLICATIONS,
        KEEP_PUBLICATIONS,
        columns="publication language number issued_on",
        filters="language issued_on basis",
        order=("-issued_on",),
        new=_("New edition"),
        prefix="edition-",
        under="publications",
        more=(Col("language", _("language"), lambda row: tongue(row.language), ("language",)),),
        sections=(
            Section(_("Which edition"), "publication language number issued_on precision"),
            Section(_("Where it is"), "link file"),
            HOW_KNOWN,
        ),
        blank=_("No edition has been entered yet."),
    ),
)  # fmt: skip

desks.extend("activities", related=(Related("publications", "activity", "title kind state first_issued_on"),))
desks.extend("members", related=(Related("publications", "parts__body", "title kind state first_issued_on"),))
