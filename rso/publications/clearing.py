"""Verbs of clearance: asking, answering, recording what came from outside, clearing as a co-manager."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rso.accounts.actions import goes_to
from rso.core import history, verbs
from rso.core.verbs import Problem, Verbs, refuse, turn
from rso.publications.models import Clearance, ClearanceKind, Publication, Verdict
from rso.publications.policies import CLEAR_PUBLICATIONS, SEE_PUBLICATIONS
from rso.publications.queries import was_sent_by, why_not_answer, why_not_record
from rso.publications.states import publications
from rso.workplan.models import Part

if TYPE_CHECKING:
    from rso.accounts.models import User

STEPS = {step.slug: step for step in publications.steps}


def check_clearances(clearances: Sequence[Clearance]) -> Iterator[Problem]:
    for at, clearance in enumerate(clearances):
        yield from (Problem(at, field, says) for field, says in _objections(clearance))


def _objections(clearance: Clearance) -> Iterator[tuple[str, str]]:
    kind, reviewer = clearance.kind, clearance.reviewer
    named = [name for name in ("reviewer", "outsider", "body") if getattr(clearance, name)]
    fitting = {ClearanceKind.PEER: ("reviewer", "outsider"), ClearanceKind.CO_MANAGER: ("reviewer",)}
    expected = fitting.get(ClearanceKind(kind), ("body",))
    if not named:
        yield expected[0], _("say who is asked")
    elif len(named) > 1:
        yield named[-1], _("one question is to one; ask the other apart")
    elif named[0] not in expected:
        yield named[0], _("does not go with “%(kind)s”") % {"kind": clearance.get_kind_display()}
    elif reviewer and (why := _why_not_asked(clearance, reviewer)):
        yield "reviewer", why
    elif kind == ClearanceKind.PARTNER and not _is_partner(clearance):
        yield "body", _("is no partner of this work; name it there first")


def _why_not_asked(clearance: Clearance, reviewer: User) -> str:
    """Why a question is not put to a colleague."""
    asked = CLEAR_PUBLICATIONS if clearance.kind == ClearanceKind.CO_MANAGER else SEE_PUBLICATIONS
    if not asked.allows(reviewer):
        return _("%(who)s may not be asked this") % {"who": reviewer}
    if clearance.verdict == Verdict.WAITING and was_sent_by(clearance.publication, reviewer):
        return _("whoever sent a work to review does not clear it; ask another")
    return ""


goes_to(Clearance, _why_not_asked)


def _is_partner(clearance: Clearance) -> bool:
    return clearance.publication.parts.filter(part=Part.PARTNER, body=clearance.body_id).exists()


def ask(clearances: Sequence[Clearance], *, by: User, now: datetime) -> Sequence[Clearance]:
    """Asks for clearances. A file may bring questions with their answers; whoever loads it answers for them."""
    for clearance in clearances:
        clearance.asked_on = clearance.asked_on or timezone.localdate(now)
    refuse(check_clearances(clearances))
    return verbs.add(clearances, verb="asked", by=by, now=now)


def change(clearances: Sequence[Clearance], *, by: User, now: datetime, reason: str = "") -> list[Clearance]:
    refuse([*check_clearances(clearances), *_answered(clearances)])
    return verbs.change(clearances, verb="changed", by=by, now=now, reason=reason)


def withdraw(clearances: Sequence[Clearance], *, by: User, now: datetime, reason: str = "") -> None:
    refuse(_answered(clearances))
    verbs.remove(clearances, verb="removed", by=by, now=now, reason=reason)


def _answered(clearances: Sequence[Clearance]) -> Iterable[Problem]:
    """An answer stays as it was given."""
    answered = set(
        Clearance.objects.filter(pk__in=[c.pk for c in clearances])
        .exclude(verdict=Verdict.WAITING)
        .values_list("pk", flat=True)
    )
    says = _("is answered, and the answer stays; ask anew")
    return [Problem(at, "verdict", says) for at, c in enumerate(clearances) if c.pk in answered]


clearance_verbs = Verbs(ask, change, withdraw)


def answer(clearances: Sequence[Clearance], *, by: User, now: datetime, verdict: str, comment: str = "") -> None:
    """Answers what one is asked. A co-manager's answer leads the work on, or back to those who write it."""
    _give(clearances, why_not_answer, verdict, comment, timezone.localdate(now), "", by, now)


def record(
    clearances: Sequence[Clearance], *, by: User, now: datetime, verdict: str, given_on: date, channel: str, comment: str = ""
) -> None:  # fmt: skip
    """Records what a partner or a reviewer from outside has answered, how and when."""
    today = timezone.localdate(now)
    if given_on > today:
        refuse([Problem(0, "given_on", _("has not come yet"))])
    _give(clearances, why_not_record, verdict, comment, given_on, channel, by, now)


def _give(
    clearances: Sequence[Clearance], why_not: Callable[[Clearance, User], str], verdict: str, comment: str, given_on: date,
    channel: str, by: User, now: datetime,
) -> None:  # fmt: skip
    refuse(Problem(at, "verdict", says) for at, c in enumerate(clearances) if (says := why_not(c, by)))
    if verdict != Verdict.CLEARED and not comment.strip():
        refuse([Problem(0, "comment", _("say what should change, or why not"))])
    with turn():
        for clearance in clearances:
            clearance.verdict, clearance.comment = verdict, comment
            clearance.given_on, clearance.channel = given_on, channel
        refuse(check_clearances(clearances))
        verbs.change(clearances, verb="clearance given", by=by, now=now)
        works = [c.publication for c in clearances if c.kind == ClearanceKind.CO_MANAGER]
        if verdict == Verdict.CLEARED:
            publications.take(STEPS["clear"], works, by=by, now=now)
        else:
            back = STEPS["send_back"]
            held = [work for work in works if work.state in back.sources]
            publications.take(back, held, by=by, now=now, reason=comment[:400])


def clear(works: Sequence[Publication], *, by: User, now: datetime, comment: str = "") -> list[Publication]:
    """Clears works as a co-manager, asked or not. The answer is on record, and the works are led on."""
    with turn():
        moved = publications.take(STEPS["clear"], works, by=by, now=now)
        waiting = Clearance.objects.waiting_for(by).filter(publication__in=works, kind=ClearanceKind.CO_MANAGER)
        asked = {clearance.publication_id: clearance for clearance in waiting}
        fresh = [_unasked(work, by, now) for work in works if work.pk not in asked]
        for clearance in [*asked.values(), *fresh]:
            clearance.verdict, clearance.given_on, clearance.comment = Verdict.CLEARED, timezone.localdate(now), comment
        verbs.change(list(asked.values()), verb="clearance given", by=by, now=now)
        verbs.add(fresh, verb="clearance given", by=by, now=now)
    return moved


def _unasked(work: Publication, by: User, now: datetime) -> Clearance:
    return Clearance(
        ref=f"c-{uuid4().hex[:12]}", publication=work, kind=ClearanceKind.CO_MANAGER, reviewer_id=by.pk,
        asked_on=timezone.localdate(now),
    )  # fmt: skip


history.says("asked", gettext_lazy("%(who)s asked for the %(noun)s"))
history.says("clearance given", gettext_lazy("%(who)s gave an answer, or recorded it"))
history.says("overtaken", gettext_lazy("%(who)s changed the work after it was cleared"))
