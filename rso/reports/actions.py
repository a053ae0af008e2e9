"""Verbs of this room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Max
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rso.accounts.actions import goes_to
from rso.core import history, verbs
from rso.core.loading.near import did_you_mean
from rso.core.periods import Period, UnknownPeriod
from rso.core.verbs import Problem, Verbs, plain
from rso.reports.definitions import known
from rso.reports.models import (
    Edition,
    Inconsistency,
    InconsistentStatement,
    Report,
    ReportDate,
    SectionText,
    Signature,
    TextState,
    TextVersion,
)
from rso.reports.policies import WRITE_REPORTS
from rso.reports.queries import sections_of

if TYPE_CHECKING:
    from rso.accounts.models import User


def check_reports(reports: Sequence[Report]) -> Iterable[Problem]:
    """A report is of a kind that there is, for a period; both stay once an edition says so. Its address is no other page's."""
    stored = Report.objects.in_bulk([report.pk for report in reports if report.pk])
    last = dict(Edition.objects.filter(report__in=stored).order_by("number").values_list("report", "number"))
    for at, report in enumerate(reports):
        old = stored.get(report.pk)
        try:
            Period.parse(report.period)
        except UnknownPeriod as error:
            yield Problem(at, "period", str(error))
        yield from of_no_kind(at, report, old)
        if old is None and (why := _no_address(report.ref)):
            yield Problem(at, "ref", why)
        elif old and report.pk in last:
            yield from _moved_in_print(at, report, old, last[report.pk])


def of_no_kind(at: int, thing: Report | ReportDate, old: Report | ReportDate | None) -> Iterable[Problem]:
    """That there is no such kind of report; one that is kept may stay."""
    if thing.definition not in known() and (old is None or old.definition != thing.definition):
        says = _("is no kind of report; there are %(kinds)s")
        yield Problem(at, "definition", says % {"kinds": ", ".join(known())})


def _moved_in_print(at: int, report: Report, old: Report, number: int) -> Iterable[Problem]:
    """What its editions say of themselves, and what readers find them by, no more changes."""
    if report.period != old.period:
        says = _("stays “%(was)s”, as edition %(number)s says it; begin another report for another period")
        yield Problem(at, "period", says % {"was": old.period, "number": number})
    if report.definition != old.definition:
        says = _("stays “%(was)s”, as edition %(number)s says it; begin another report of another kind")
        yield Problem(at, "definition", says % {"was": old.definition, "number": number})


def _no_address(ref: str) -> str:
    """Why a new report cannot have its pages under /reports/, or nothing."""
    try:
        of_report, of_chapter = reverse("report", args=[ref]), reverse("chapter", args=[ref, "chapter"])
    except NoReverseMatch:
        return _("stands in addresses; write it with letters, digits, hyphens and underscores alone")
    for address, name in ((of_report, "report"), (of_chapter, "chapter"), (of_report.removesuffix("/"), "")):
        try:
            found = resolve(address).url_name
        except Resolver404:
            continue
        if found != name:
            return _("is the address of another page of the site; choose another")
    return ""


def check_texts(texts: Sequence[SectionText]) -> Iterable[Problem]:
    """A text is of a section that its kind of report has, in a language of the office. One that is kept stays where it is."""
    stored = SectionText.objects.in_bulk([text.pk for text in texts if text.pk])
    for at, text in enumerate(texts):
        old, sections = stored.get(text.pk), [section.id for section in sections_of(text.report)]
        if (old is None or _place(old) != _place(text)) and sections and text.section not in sections:
            says = _("is no section of this kind of report")
            yield Problem(at, "section", says + did_you_mean(text.section, sections))
        if (old is None or old.language != text.language) and text.language not in dict(settings.LANGUAGES):
            says = _("is no language of the office; there are %(languages)s")
            yield Problem(at, "language", says % {"languages": ", ".join(dict(settings.LANGUAGES))})


def _place(text: SectionText) -> tuple[int, str]:
    return text.report_id, text.section


def add_texts(texts: Sequence[SectionText], *, by: User, now: datetime) -> Sequence[SectionText]:
    """Adds texts and keeps the first version of each. A text without words is planned, and has no version yet."""
    verbs.refuse(check_texts(texts))
    with verbs.turn():
        verbs.add(texts, verb="added", by=by, now=now)
        _keep_versions([text for text in texts if text.title or text.text], by, now)
    return texts


def change_texts(texts: Sequence[SectionText], *, by: User, now: datetime, reason: str = "") -> list[SectionText]:
    """Changes texts and keeps a version of each whose words moved. Such a text is a draft again where it was approved."""
    verbs.refuse(check_texts(texts))
    with verbs.turn():
        stored = SectionText.objects.in_bulk([text.pk for text in texts])
        moved = [text for text in texts if _words(text) != _words(stored[text.pk])]
        for text in moved:
            if text.state in (TextState.APPROVED, TextState.PUBLISHED):
                text.state = TextState.DRAFT
        changed = verbs.change(texts, verb="changed", by=by, now=now, reason=reason)
        _keep_versions(moved, by, now)
    return changed


def remove_texts(texts: Sequence[SectionText], *, by: User, now: datetime, reason: str = "") -> None:
    """Removes texts with their versions; the audit trail keeps what they said. One with comments stays."""
    verbs.remove(texts, verb="removed", by=by, now=now, reason=reason)


def signed(rows: Verbs, report: str, prints: Callable[[Any], object]) -> Verbs:
    """Verbs of records that an edition prints: whoever moves what is printed of one takes back the signatures under its report.

    `report` is the attribute with the report's database id; `prints` is all that reaches the edition, or None.
    """

    def moved(things: Sequence[Any], before: Mapping[int, Any]) -> list[int]:
        """The reports that would print something else than before."""
        pairs = [(thing, before.get(thing.pk)) for thing in things]
        differ = [(thing, old) for thing, old in pairs if prints(thing) != (prints(old) if old else None)]
        return [getattr(each, report) for pair in differ for each in pair if each]

    def add(things: Sequence[Any], *, by: User, now: datetime) -> Any:
        with verbs.turn():
            added = rows.add(things, by=by, now=now)
            take_signatures_back(moved(things, {}), by=by, now=now)
        return added

    def change(things: Sequence[Any], *, by: User, now: datetime, reason: str = "") -> Any:
        with verbs.turn():
            stored = type(things[0])._default_manager.in_bulk([thing.pk for thing in things]) if things else {}
            changed = rows.change(things, by=by, now=now, reason=reason)
            take_signatures_back(moved(things, stored), by=by, now=now)
        return changed

    def remove(things: Sequence[Any], *, by: User, now: datetime, reason: str = "") -> None:
        with verbs.turn():
            reports = moved(things, {})
            rows.remove(things, by=by, now=now, reason=reason)
            take_signatures_back(reports, by=by, now=now)

    return Verbs(add, change, remove)


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


report_verbs = signed(
    plain(check_reports),
    "pk",
    lambda report: (report.title, report.subtitle, report.definition, report.period, report.as_at),
)
text_verbs = signed(
    Verbs(add_texts, change_texts, remove_texts),
    "report_id",
    lambda text: (text.report_id, text.section, text.language, *_words(text)) if any(_words(text)) else None,
)


def check_inconsistencies(found: Sequence[Inconsistency]) -> Iterable[Problem]:
    """A proof has all three of its numbers, or there is none."""
    for at, each in enumerate(found):
        proof = {"whole": each.whole_id, "outside": each.outside_id, "claimed": each.claimed_id}
        if any(proof.values()):
            says = _("a proof has all three of its numbers, or there is none")
            yield from (Problem(at, name, says) for name, pk in proof.items() if pk is None)


inconsistency_verbs = plain(check_inconsistencies)


def _why_not_written_by(_text: SectionText, user: User) -> str:
    return "" if WRITE_REPORTS.allows(user) else _("choose someone who may %(may)s") % {"may": WRITE_REPORTS.says}


goes_to(SectionText, _why_not_written_by)


def set_statements(wanted: Mapping[Inconsistency, verbs.Rows], *, by: User, now: datetime) -> None:
    verbs.relate(InconsistentStatement, wanted, parent="inconsistency", verb="statements set", by=by, now=now)


history.says(
    "signatures taken back", gettext_lazy("%(who)s changed what was signed, so that the signatures no longer hold")
)
