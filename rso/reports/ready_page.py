"""The page that answers: is this report ready to publish? And the report as it stands, as a Word file and as a PDF."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from rso.core.office.desks import desks
from rso.reports.compiler import CannotCompile, compile_report
from rso.reports.evidence import as_bytes, evidence
from rso.reports.models import Report
from rso.reports.queries import unsigned
from rso.reports.ready import Finding, readiness
from rso.reports.typeset import CannotTypeset, typeset
from rso.reports.word import as_word
from rso.reports.writing_pages import of_a_report

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
KINDS = {
    "text": _("What cannot be printed"),
    "approval": _("Sections that are not approved"),
    "comment": _("Comments that are open"),
    "link": _("Links that lead nowhere"),
    "label": _("Labels without a translation"),
    "photograph": _("Photographs without alt text or consent"),
    "plan": _("What a planned change would break"),
    "note": _("What readers must be told"),
    "name": _("Names that the records write otherwise"),
    "translation": _("Translations behind their source"),
    "provisional": _("What may still move"),
    "illustrative": _("Figures on illustrative records"),
    "empty": _("Charts and tables without a row"),
}


@require_safe
@of_a_report
def ready_page(request: HttpRequest, report: Report) -> HttpResponse:
    """Blockers apart from warnings, each by its kind, with its place and the way there."""
    found = readiness(report)
    context = {
        "report": report,
        "here": desks.of(Report),
        "ready": found,
        "blockers": _by_kind(found.blockers),
        "warnings": _by_kind(found.warnings),
        "unsigned": unsigned(report),
    }
    return render(request, "reports/write/ready.html", context)


@require_safe
@of_a_report
def word(request: HttpRequest, report: Report) -> HttpResponse:
    """The report as a Word file, as it stands; where it cannot be compiled, the page that says why."""
    try:
        made = as_word(compile_report(report))
    except CannotCompile:
        return redirect("office-ready", report.ref)
    headers = {"Content-Disposition": f'attachment; filename="{report.ref}.docx"'}
    return HttpResponse(made, content_type=WORD, headers=headers)


@require_safe
@of_a_report
def pdf(request: HttpRequest, report: Report) -> HttpResponse:
    """The report as it would be printed now, marked as a draft, for those who are to sign it."""
    try:
        document = compile_report(report)
        with translation.override(document.language):
            made = typeset(document, as_bytes(evidence(document)))
    except CannotCompile:
        return redirect("office-ready", report.ref)
    except CannotTypeset as error:
        messages.error(request, gettext("The PDF cannot be set: %(why)s") % {"why": error})
        return redirect("office-ready", report.ref)
    headers = {"Content-Disposition": f'inline; filename="{report.ref}-draft.pdf"'}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


def _by_kind(found: list[Finding]) -> list[tuple[object, list[Finding]]]:
    return [
        (title, [each for each in found if each.kind == kind])
        for kind, title in KINDS.items()
        if any(each.kind == kind for each in found)
    ]
