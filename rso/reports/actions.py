"""Verbs of this room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Max
from django.utils.translation import gettext_lazy

from rso.core import history, verbs
from rso.core.periods import Period, UnknownPeriod
from rso.core.verbs import Problem, Verbs, plain
from rso.reports.models import (
    Inconsistency,
    InconsistentStatement,
    Report,
    SectionText,
    Signature,
    TextState,
    TextVersion,
)

if TYPE_CHECKING:
    from rso.accounts.models import User


def check_reports(reports: Sequence[Report]) -> Iterable[Problem]:
    for at, report in enumerate(reports):
        try:
            Period.parse(report.period)
        except UnknownPeriod as error:
            yield Problem(at, "period", str(error))


def add_texts(texts: Sequence[SectionText], *, by: User, now: datetime) -> Sequence[SectionText]:
    """Adds texts and keeps the first version of each. A text without words is planned, and has no version yet.

    Words take back the signatures under their report: they were not there when it was signed.
    """
    with verbs.turn():
        verbs.add(texts, verb="added", by=by, now=now)
        worded = [text for text in texts if text.title or text.text]
        _keep_versions(worded, by, now)
        take_signatures_back([text.report_id for text in worded], by=by, now=now)
    return texts


def change_texts(texts: Sequence[SectionText], *, by: User, now: datetime, reason: str = "") -> list[SectionText]:
    """Changes texts and keeps a version of each whose words moved.

    Such a text is a draft again where it was approved, and takes back the signatures under its report.
    """
    with verbs.turn():
        stored = SectionText.objects.in_bulk([text.pk for text in texts])
        moved = [text for text in texts if _words(text) != _words(stored[text.pk])]
        for text in moved:
            if text.state in (TextState.APPROVED, TextState.PUBLISHED):
                text.state = TextState.DRAFT
        changed = verbs.change(texts, verb="changed", by=by, now=now, reason=reason)
        _keep_versions(moved, by, now)
        take_signatures_back([text.report_id for text in moved], by=by, now=now)
    return changed


def remove_texts(texts: Sequence[SectionText], *, by: User, now: datetime, reason: str = "") -> None:
    """Removes texts with their versions; the audit trail keeps what they said. One with comments stays."""
    with verbs.turn():
        reports = [text.report_id for text in texts]
        verbs.remove(texts, verb="removed", by=by, now=now, reason=reason)
        take_signatures_back(reports, by=by, now=now)


def take_signatures_back(reports: Sequence[int], *, by: User, now: datetime) -> None:
    """What was signed is no more what stands there: each report with signatures loses them and says so."""
    signed = list(Report.objects.filter(pk__in=reports, signatures__isnull=False).distinct())
    Signature.objects.filter(report__in=signed).delete()
    for report in signed:
        verbs.tell(report, verb="signatures taken back", by=by, now=now)


def _words(text: SectionText) -> tuple[str, str]:
    return text.title, text.text


def _keep_versions(texts: Sequence[SectionText], by: User, now: datetime) -> None:
    last = dict(TextVersion.objects.filter(section__in=texts).values_list("section").annotate(Max("number")).order_by())
    TextVersion.objects.bulk_create(
        TextVersion(section=text, number=last.get(text.pk, 0) + 1, at=now, by=by, title=text.title, text=text.text)
        for text in texts
    )


report_verbs = plain(check_reports)
text_verbs = Verbs(add_texts, change_texts, remove_texts)
inconsistency_verbs = plain()


def set_statements(wanted: Mapping[Inconsistency, verbs.Rows], *, by: User, now: datetime) -> None:
    verbs.relate(InconsistentStatement, wanted, parent="inconsistency", verb="statements set", by=by, now=now)


history.says("signatures taken back", gettext_lazy("%(who)s changed words, so that the signatures no longer hold"))
