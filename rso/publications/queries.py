"""What stands between a work and the public."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from rso.core.models import AuditEvent
from rso.core.verbs import kind_of
from rso.publications.models import ISSUED, Clearance, ClearanceKind, Publication, Verdict
from rso.workplan.models import Part

if TYPE_CHECKING:
    from rso.accounts.models import User


def was_sent_by(work: Publication, user: User) -> bool:
    """Whether this person has ever sent the work to review; the audit trail knows."""
    sent = AuditEvent.objects.filter(kind=kind_of(Publication), ref=work.ref, verb="send")
    return sent.filter(actor=user.pk).exists()


def standing(work: Publication) -> Iterable[Clearance]:
    """The last question to each who was asked: an earlier answer of theirs holds no more."""
    asked = work.clearances.select_related("reviewer", "body").order_by("pk")
    return {clearance.asks: clearance for clearance in asked}.values()


def cleared_as(work: Publication, kind: ClearanceKind) -> list[Clearance]:
    return [c for c in standing(work) if c.kind == kind and c.verdict == Verdict.CLEARED]


def why_not_send(work: Publication, by: User) -> str:
    asked = [c for c in standing(work) if c.kind == ClearanceKind.PEER]
    if not any(c.verdict in (Verdict.WAITING, Verdict.CLEARED) for c in asked):
        return _("name a peer reviewer first: ask for a clearance")
    return ""


def why_not_clear(work: Publication, by: User) -> str:
    if was_sent_by(work, by):
        return _("whoever sent a work to review does not clear it; ask the other co-manager")
    if not cleared_as(work, ClearanceKind.PEER):
        return _("no peer reviewer has cleared it as it stands")
    return ""


def why_not_publish(work: Publication, by: User) -> str:
    answers = [c for c in standing(work) if c.verdict == Verdict.CLEARED]
    if not any(c.kind == ClearanceKind.CO_MANAGER for c in answers):
        return _("no co-manager has cleared it as it stands")
    agreed = {c.body_id for c in answers if c.kind == ClearanceKind.PARTNER}
    partners = work.parts.filter(part=Part.PARTNER).select_related("body").order_by("body__name")
    if missing := [str(part.body) for part in partners if part.body_id not in agreed]:
        return _("the clearance of %(partners)s is not on record") % {"partners": ", ".join(missing)}
    return ""


def why_not_answer(clearance: Clearance, by: User) -> str:
    """For those who are asked by name."""
    if clearance.verdict != Verdict.WAITING:
        return _("is answered; ask anew")
    if clearance.reviewer_id is None:
        return _("is answered outside; record it")
    if clearance.reviewer_id != by.pk:
        return _("is for %(who)s to answer") % {"who": clearance.who}
    work = clearance.publication
    if work.state in ISSUED:
        return _("the work is “%(state)s” and waits for no answer") % {"state": work.get_state_display()}
    if was_sent_by(work, by):
        return _("whoever sent a work to review does not clear it")
    return ""


def why_not_record(clearance: Clearance, by: User) -> str:
    """For answers that come from outside the office."""
    if clearance.verdict != Verdict.WAITING:
        return _("is answered; ask anew")
    if clearance.reviewer_id is not None:
        return _("is for %(who)s to answer") % {"who": clearance.who}
    return ""
