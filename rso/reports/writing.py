"""Verbs of the workspace: plan who writes a section, write its words three-way, comment, lead on, sign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rso.core import history, verbs
from rso.core.addresses import fitting
from rso.core.models import Draft
from rso.core.office import saving
from rso.core.office.saving import merged
from rso.core.verbs import Problem, refuse
from rso.reports import states
from rso.reports.actions import text_verbs
from rso.reports.models import (
    SOURCE_LANGUAGE,
    Comment,
    CommentState,
    Report,
    ReportState,
    SectionText,
    Signature,
    TextVersion,
)
from rso.reports.queries import latest

if TYPE_CHECKING:
    from rso.accounts.models import User

#: Under which name drafts of the workspace are kept.
DESK = "write"
Words = dict[str, str]


class Clashing(Exception):
    """Another changed the same words meanwhile: what they are now, and which version that is."""

    def __init__(self, theirs: Words, version: TextVersion | None, columns: Sequence[str]) -> None:
        self.theirs, self.version, self.columns = theirs, version, list(columns)
        super().__init__(", ".join(columns))


@dataclass(frozen=True)
class Place:
    """A section of a report in a language: where words are written."""

    report: Report
    section: str
    language: str = SOURCE_LANGUAGE

    @property
    def ref(self) -> str:
        """The ref that its text has or will get."""
        return fitting(f"{self.report.ref}-{self.section}-{self.language}")

    @property
    def text(self) -> SectionText | None:
        found = SectionText.objects.select_related("report", "writer")
        return found.filter(report=self.report, section=self.section, language=self.language).first()

    def new(self) -> SectionText:
        return SectionText(ref=self.ref, report=self.report, section=self.section, language=self.language)


def words_of(text: SectionText | TextVersion | None) -> Words:
    return {"title": text.title if text else "", "text": text.text if text else ""}


def begun(place: Place, *, by: User, now: datetime) -> SectionText:
    """The text of a section, added without words where there is none."""
    if found := place.text:
        return found
    text_verbs.add([place.new()], by=by, now=now)
    found = place.text
    assert found
    return found


def plan(place: Place, *, writer: User | None, due_on: date | None, by: User, now: datetime) -> SectionText:
    """Says who writes a section and until when."""
    with verbs.turn():
        text = begun(place, by=by, now=now)
        text.writer, text.due_on = writer, due_on
        verbs.change([text], verb="planned", by=by, now=now)
    return text


def further(token: UUID, began: Mapping[str, str], *, by: User, again: bool = False) -> tuple[UUID, Mapping[str, str]]:
    """An opening of the page that was saved already goes on as another: from what it saved where the same window sends it
    `again`, as when the answer was lost; from where it began where another window of the draft saved it."""
    token, saved = saving.further(token, by=by)
    return token, {**began, **(saved.cells if saved and again else {})}


def write(
    place: Place,
    mine: Mapping[str, str],
    began: Mapping[str, str],
    token: UUID,
    *,
    by: User,
    now: datetime,
    source_version: int | None = None,
) -> tuple[SectionText, list[str]]:
    """Saves words three-way: the text, and what another had changed meanwhile. Words that come again are saved once.

    A translation keeps the version of the source that its writer saw. Raises Clashing where both changed the same.
    """
    with verbs.turn():
        text = begun(place, by=by, now=now)
        token, began = further(token, began, by=by)
        words, others, clashes = merged(began, mine, words_of(text))
        if clashes:
            raise Clashing(words_of(text), latest(text), clashes)
        text.title, text.text = words["title"], words["text"]
        if place.language != SOURCE_LANGUAGE and source_version:
            text.source_version = source_version
        text_verbs.change([text], by=by, now=now)
        done = {
            "owner_id": by.pk,
            "desk": DESK,
            "ref": place.ref,
            "cells": dict(mine),
            "kept_at": now,
            "done": text.ref,
        }
        Draft.objects.update_or_create(token=token, defaults=done)
    return text, others


def take_back(text: SectionText, number: int, *, by: User, now: datetime) -> SectionText:
    """Makes an earlier version the text again: a new version that says the same.

    Of a translation it is not known which version of the source that one said.
    """
    version = text.versions.filter(number=number).first()
    refuse([] if version else [Problem(0, "version", _("there is no such version"))])
    assert version
    if (text.title, text.text) != (version.title, version.text):
        text.title, text.text, text.source_version = version.title, version.text, None
    reason = _("version %(number)s taken back") % {"number": number}
    text_verbs.change([text], by=by, now=now, reason=reason)
    return text


def comment(text: SectionText, says: str, *, by: User, now: datetime, quoted: str = "") -> Comment:
    """Says something of a section, or of words quoted from it as they stand there, however their lines are broken.

    The same words that come again within a minute were sent twice, and stand once.
    """
    says = says.strip()
    problems = [] if says else [Problem(0, "says", _("say what you mean"))]
    if quoted and "".join(quoted.split()) not in "".join(text.text.split()):
        problems.append(Problem(0, "quoted", _("these words do not stand in the text as it is saved")))
    refuse(problems)
    with verbs.turn():
        same = Comment.objects.filter(section=text, by=by.pk, says=says, quoted=quoted, state=CommentState.OPEN)
        if found := same.filter(at__gt=now - timedelta(minutes=1)).first():
            return found
        made = Comment(ref=f"c-{uuid4().hex[:12]}", section=text, says=says, quoted=quoted, by_id=by.pk, at=now)
        verbs.add([made], verb="commented", by=by, now=now)
    return made


def resolve(said: Comment, *, by: User, now: datetime, again: bool = False) -> None:
    """Marks a comment as dealt with, or opens it again."""
    step = states.comments.step("reopen" if again else "resolve")
    states.comments.take(step, [said], by=by, now=now)


def lead_on(texts: Sequence[SectionText], slug: str, *, by: User, now: datetime, reason: str = "") -> None:
    """Takes a step with texts as they are by now: send, approve, give_back."""
    with verbs.turn():
        for text in texts:
            text.refresh_from_db()
        states.sections.take(states.sections.step(slug), texts, by=by, now=now, reason=reason)


def approve(text: SectionText, seen: int, *, by: User, now: datetime) -> None:
    """Approves the version that the co-manager has seen, and no other."""
    with verbs.turn():
        last = latest(text)
        if last and last.number != seen:
            refuse([Problem(0, "version", _("the text has changed since you read it; read it again"))])
        lead_on([text], "approve", by=by, now=now)


def sign(report: Report, *, by: User, now: datetime) -> Signature:
    """Signs an approved report for publication as it stands; publishing waits until both co-managers have."""
    problems = []
    with verbs.turn():
        report.refresh_from_db()
        if report.state != ReportState.APPROVED:
            problems.append(Problem(0, "state", _("only an approved report can be signed")))
        elif says := states.not_all_approved(report, by):
            problems.append(Problem(0, "texts", says))
        if report.signatures.filter(by=by).exists():
            problems.append(Problem(0, "by", _("you have signed it already")))
        refuse(problems)
        made = Signature.objects.create(report=report, by_id=by.pk, at=now)
        verbs.tell(report, verb="signed", by=by, now=now)
    return made


history.says("approve", gettext_lazy("%(who)s approved the %(noun)s"))
history.says("give_back", gettext_lazy("%(who)s gave the %(noun)s back to the writer"))
history.says("supersede", gettext_lazy("%(who)s superseded the %(noun)s by another"))
history.says("resolve", gettext_lazy("%(who)s resolved the %(noun)s"))
history.says("planned", gettext_lazy("%(who)s planned the writing"))
history.says("commented", gettext_lazy("%(who)s said something of a section"))
history.says("signed", gettext_lazy("%(who)s signed the report for publication"))
