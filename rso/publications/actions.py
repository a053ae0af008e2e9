"""Verbs of this room: works, their editions, and what a change of them does to answers that were given before it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rso.core import attachments, history, verbs
from rso.core.verbs import Problem, Verbs, plain, refuse, turn
from rso.publications.models import (
    IN_CLEARANCE,
    ISSUED,
    Clearance,
    Edition,
    Publication,
    PublicationBody,
    PublicationState,
    Verdict,
)

if TYPE_CHECKING:
    from rso.accounts.models import User

#: What reviewers, co-managers and partners have read when they clear a work.
READ = ("title", "summary", "link")


def check_publications(publications: Sequence[Publication]) -> Iterable[Problem]:
    for at, work in enumerate(publications):
        if work.state == PublicationState.WITHDRAWN and not work.reason:
            yield Problem(at, "reason", _("a work that is withdrawn says why"))
        if work.part_of_series and not work.series:
            yield Problem(at, "series", _("a part belongs to a series; name it"))


def change_publications(
    publications: Sequence[Publication], *, by: User, now: datetime, reason: str = ""
) -> list[Publication]:
    refuse(check_publications(publications))
    with turn():
        asked = Publication.objects.filter(pk__in=[work.pk for work in publications]).exclude(state__in=ISSUED)
        before = {work.pk: [getattr(work, name) for name in READ] for work in asked}
        moved = verbs.change(publications, verb="changed", by=by, now=now, reason=reason)
        other = [w.pk for w in moved if w.pk in before and before[w.pk] != [getattr(w, name) for name in READ]]
        review_again(other, by=by, now=now)
    return moved


def review_again(works: Collection[int], *, by: User, now: datetime) -> None:
    """What was cleared is not what there is now: answers given hold no more, of a draft that was sent back too, and a
    cleared work is reviewed again."""
    with turn():
        given = list(
            Clearance.objects.filter(publication__in=works, verdict=Verdict.CLEARED).exclude(
                publication__state__in=ISSUED
            )
        )
        for clearance in given:
            clearance.verdict = Verdict.OVERTAKEN
        verbs.change(given, verb="overtaken", by=by, now=now)
        asked = list(Publication.objects.filter(pk__in=works, state__in=IN_CLEARANCE))
        for work in asked:
            work.state = PublicationState.PEER_REVIEW
        verbs.change(asked, verb="reopen", by=by, now=now, reason=_("Changed after it was cleared"))


publication_verbs = Verbs(plain(check_publications).add, change_publications, plain().remove)


def add_editions(editions: Sequence[Edition], *, by: User, now: datetime) -> Sequence[Edition]:
    with turn():
        verbs.add(editions, verb="added", by=by, now=now)
        review_again([edition.publication_id for edition in editions if edition.file or edition.link], by=by, now=now)
    return editions


def change_editions(editions: Sequence[Edition], *, by: User, now: datetime, reason: str = "") -> list[Edition]:
    with turn():
        before = dict(_files(edition) for edition in Edition.objects.filter(pk__in=[e.pk for e in editions]))
        moved = verbs.change(editions, verb="changed", by=by, now=now, reason=reason)
        other = [edition.publication_id for edition in moved if _files(edition) not in before.items()]
        review_again(other, by=by, now=now)
    return moved


def _files(edition: Edition) -> tuple[int, tuple[int, str, str]]:
    return edition.pk, (edition.publication_id, edition.file, edition.link)


def remove_editions(editions: Sequence[Edition], *, by: User, now: datetime, reason: str = "") -> None:
    with turn():
        verbs.remove(editions, verb="removed", by=by, now=now, reason=reason)
        review_again([edition.publication_id for edition in editions if edition.file or edition.link], by=by, now=now)


edition_verbs = Verbs(add_editions, change_editions, remove_editions)


def set_partners(wanted: Mapping[Publication, verbs.Rows], *, by: User, now: datetime) -> None:
    verbs.relate(PublicationBody, wanted, parent="publication", verb="partners set", by=by, now=now)


history.says("send", gettext_lazy("%(who)s sent the %(noun)s for review"))
history.says("reopen", gettext_lazy("%(who)s opened the %(noun)s again"))
history.says("send_back", gettext_lazy("%(who)s sent the %(noun)s back"))
history.says("clear", gettext_lazy("%(who)s cleared the %(noun)s"))
history.says("publish", gettext_lazy("%(who)s published the %(noun)s"))
history.says("withdraw", gettext_lazy("%(who)s withdrew the %(noun)s"))
attachments.follow(Publication, lambda work, *, by, now: review_again([work.pk], by=by, now=now))
attachments.follow(Edition, lambda edition, *, by, now: review_again([edition.publication_id], by=by, now=now))
