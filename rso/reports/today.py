"""What this room tells on the first page of the office."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from rso.accounts.models import User
from rso.core.office import desks
from rso.core.office.day import Entry, Span, Task, Today, Why, rooms
from rso.reports.models import SOURCE_LANGUAGE, Report, ReportDate, ReportState, SectionText, TextState, TextVersion
from rso.reports.policies import APPROVE_REPORTS, SEE_REPORTS, WRITE_REPORTS
from rso.reports.queries import heading_of, sections_of, signing, unapproved

#: The most that the page tells of one kind.
MOST = 50


@rooms.tells_tasks
def texts_to_write_and_to_approve(today: Today) -> Iterator[Task]:
    """Texts that are this person's to write, and those that another wrote and that wait for this person's approval.

    A section that nobody wrote before its report was published waits for nobody: the report came out without it.
    """
    if not WRITE_REPORTS.allows(today.user):
        return
    written_by = TextVersion.objects.filter(section=OuterRef("pk")).order_by("-number").values("by")[:1]
    wanted = Q(state=TextState.DRAFT, writer=today.user.pk)
    if APPROVE_REPORTS.allows(today.user):
        wanted |= Q(state=TextState.IN_REVIEW) & ~Q(author=today.user.pk)
    found = SectionText.objects.annotate(author=Subquery(written_by)).filter(wanted)
    for text, title, url in _to_write(found):
        says = f"{text.report}."
        if text.state == TextState.IN_REVIEW:
            yield Task(Why.WAITING, None, title, url, says, _("Review"), url)
        else:
            why = Why.OVERDUE if text.due_on and text.due_on < today.day else Why.DUE
            yield Task(why, text.due_on, title, url, says, _("Write"), url)


def _to_write(found: QuerySet[SectionText]) -> Iterator[tuple[SectionText, str, str]]:
    """Those that are still to be written, in the order of their days, each with its heading and where it is written."""
    done_without = Q(report__state=ReportState.PUBLISHED, language=SOURCE_LANGUAGE, title="", text="")
    found = found.exclude(report__state=ReportState.SUPERSEDED).exclude(done_without).select_related("report")
    for text in found.order_by("due_on", "pk")[:MOST]:
        if section := next((each for each in sections_of(text.report) if each.id == text.section), None):
            url = reverse("office-write-section", args=[text.report.ref, text.section]) + f"?language={text.language}"
            yield text, heading_of(text.report, section, text), url


@rooms.tells_entries
def days_of_reports(span: Span) -> Iterator[Entry]:
    """The days on which reports are to come out, and on which this person's sections are due."""
    if span.body or span.user is None or not SEE_REPORTS.allows(span.user):
        return
    days, desk = (span.first, span.last), desks.all["report-dates"]
    for date in ReportDate.objects.filter(planned_on__range=days).order_by("planned_on", "pk")[:MOST]:
        title = _("Comes out: %(title)s") % {"title": date.title}
        yield Entry(f"report-date-{date.ref}", date.planned_on, date.planned_on, title, desk.at(date.ref))
    mine = SectionText.objects.filter(state=TextState.DRAFT, writer=span.user.pk, due_on__range=days)
    for text, heading, url in _to_write(mine):
        assert text.due_on
        title = _("Due: %(title)s") % {"title": heading}
        yield Entry(f"section-{text.ref}", text.due_on, text.due_on, title, url, str(text.report), mine=True)


@rooms.tells_tasks
def reports_to_approve_sign_and_publish(today: Today) -> Iterator[Task]:
    """Reports of which the next step is this co-manager's."""
    if not APPROVE_REPORTS.allows(today.user):
        return
    waiting = Report.objects.filter(state__in=(ReportState.IN_REVIEW, ReportState.APPROVED))
    for report in waiting.order_by("order", "pk")[:MOST]:
        if act := _next(report, today.user):
            url, says = reverse("office-write", args=[report.ref]), f"{report.get_state_display()}."
            at = f"{desks.all['reports'].at(report.ref)}do/approve/" if report.state == ReportState.IN_REVIEW else url
            yield Task(Why.WAITING, None, report.title, url, says, act, at)


def _next(report: Report, user: User) -> str:
    """What is this co-manager's to do with a report now; nothing where it waits for others first."""
    if report.state == ReportState.IN_REVIEW:
        return "" if unapproved(report) else _("Approve")
    found = signing(report)
    return _("Sign for publication") if user in found.waits else _("Publish") if user in found.publishers else ""
