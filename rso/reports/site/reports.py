"""Pages of reports: compiled from the records when they are asked for, kept while nothing changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from rso.core.figures import registry
from rso.core.figures.reading import Reading
from rso.core.keeping import made_once
from rso.core.models import AuditEvent, Statement
from rso.core.periods import Period
from rso.reports.compiler import CannotCompile, compile_report, show_stated
from rso.reports.document import Document
from rso.reports.html import chapter_context
from rso.reports.models import Inconsistency, Report


def index(request: HttpRequest) -> HttpResponse:
    return render(request, "reports/list.html", {"reports": Report.objects.order_by("order", "ref")})


def document_of(report: Report) -> Document:
    """The compiled report for the site's own pages, kept until the next change to any record.

    It is in its own language; its links lead to pages in the reader's.
    """
    base_url = reverse("home").rstrip("/")
    key = f"report:{report.ref}:{base_url}:{AuditEvent.objects.aggregate(last=Max('id'))['last']}"

    def compiled() -> Document:
        found = compile_report(report, base_url=base_url)
        found.pages = "site"
        return found

    return made_once(key, compiled)


def report(request: HttpRequest, ref: str) -> HttpResponse:
    found = get_object_or_404(Report, ref=ref)
    try:
        document = document_of(found)
    except CannotCompile as error:
        return render(request, "reports/unfinished.html", {"report": found, "faults": error.faults}, status=503)
    context = {
        "report": found,
        "document": document,
        "files": _files(found),
        "editions": found.editions.order_by("-number"),
    }
    return render(request, "reports/report.html", context)


def chapter(request: HttpRequest, ref: str, chapter: str) -> HttpResponse:
    found = get_object_or_404(Report, ref=ref)
    try:
        document = document_of(found)
    except CannotCompile as error:
        return render(request, "reports/unfinished.html", {"report": found, "faults": error.faults}, status=503)
    at = next((at for at, each in enumerate(document.chapters) if each.id == chapter), None)
    if at is None:
        raise Http404
    context = {"report": found, "files": _files(found), **chapter_context(document, at)}
    return render(request, "reports/chapter_page.html", context)


def _folder(report: Report) -> Path:
    folder: Path = settings.VAR / "reports" / report.ref
    return folder


def _files(report: Report) -> dict[str, int]:
    """Sizes of the compiled editions that lie ready to be taken away."""
    folder = _folder(report)
    found = {"pdf": folder / f"{report.ref}.pdf", "data": folder / "data.zip"}
    return {name: path.stat().st_size for name, path in found.items() if path.is_file()}


def pdf(request: HttpRequest, ref: str) -> HttpResponseBase:
    report = get_object_or_404(Report, ref=ref)
    return _file(request, _folder(report) / f"{ref}.pdf", "application/pdf", f"{ref}.pdf")


def data(request: HttpRequest, ref: str) -> HttpResponseBase:
    report = get_object_or_404(Report, ref=ref)
    return _file(request, _folder(report) / "data.zip", "application/zip", f"{ref}-data.zip")


def _file(request: HttpRequest, path: Path, kind: str, name: str) -> HttpResponseBase:
    """A compiled edition; 304 for who has it already, 404 where it has not been compiled."""
    if not path.is_file():
        raise Http404
    written = int(path.stat().st_mtime)
    if unchanged := get_conditional_response(request, last_modified=written):
        return unchanged
    headers = {"Last-Modified": http_date(written)}
    return FileResponse(path.open("rb"), content_type=kind, filename=name, headers=headers)


def printed(request: HttpRequest) -> HttpResponse:
    """What the printed report said, each statement beside the figure, and why they differ."""
    rows = []
    for statement in Statement.objects.exclude(figure="").select_related("source").order_by("figure", "ref"):
        if statement.figure not in registry.figures or statement.number is None:
            continue
        reading = Reading(registry.find(statement.figure), Period.parse(statement.period))
        rows.append(
            {"statement": statement, "stated": show_stated(statement), "reading": reading, "shown": _shown(reading)}
        )
    found = Inconsistency.objects.prefetch_related("statements__statement").order_by("order", "ref")
    return render(request, "reports/printed.html", {"rows": rows, "inconsistencies": found})


def _shown(reading: Reading) -> dict[str, Any]:
    unit = reading.figure.unit
    value = unit.exact(reading.value)
    return {
        "text": unit.show(reading.value), "value": value, "figure": reading.figure.slug, "period": reading.period.key,
        "unit": unit.code, "decimals": unit.decimals if not unit.is_money else 0,
        "illustrative": "illustrative" in reading.basis,
    }  # fmt: skip
