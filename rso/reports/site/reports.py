"""Pages of reports: compiled from the records when they are asked for, kept while nothing changes.

The office sees the words that are being written. All others see those of the last edition, and of a report that has none
they know nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _

from rso.core.figures import registry
from rso.core.figures.reading import Reading
from rso.core.keeping import made_once
from rso.core.models import AuditEvent, Statement
from rso.core.periods import Period
from rso.reports.blocks import PLACES
from rso.reports.compiler import CannotCompile, compile_anew, compile_report
from rso.reports.document import Document
from rso.reports.evidence import filter_of
from rso.reports.html import chapter_context
from rso.reports.models import Edition, Frozen, Inconsistency, Report
from rso.reports.policies import SEE_REPORTS
from rso.reports.publishing import folder_of
from rso.reports.sources import show_stated


def index(request: HttpRequest) -> HttpResponse:
    """Reports as their last edition calls them; the office sees beside them those that have none."""
    last = {edition.report_id: edition for edition in Edition.objects.newest().light()}
    found = Report.objects.visible_to(request.user).order_by("order", "ref")
    rows = [{"report": report, "said": last.get(report.pk, report)} for report in found]
    return render(request, "reports/list.html", {"rows": rows})


def _who_speaks(request: HttpRequest, ref: str) -> tuple[Report, Edition | None, Edition | None]:
    """A report, its last edition, and the edition whose words this reader sees: for the office those being written."""
    found = get_object_or_404(Report.objects.visible_to(request.user), ref=ref)
    last = found.editions.newest().select_related("report").first()
    return found, last, None if SEE_REPORTS.allows(request.user) else last


def document_of(report: Report, last: Edition | None, words: Edition | None) -> Document:
    """The compiled report for the site's own pages, kept until the next change to any record.

    It is in its own language; its links lead to pages in the reader's.
    """
    base_url = reverse("home").rstrip("/")
    of = words.ref if words else "live"
    key = f"report:{report.ref}:{of}:{base_url}:{AuditEvent.objects.aggregate(last=Max('id'))['last']}"

    def compiled() -> Document:
        found = compile_anew(words, base_url=base_url) if words else compile_report(report, base_url=base_url)
        found.pages = "site"
        if last and not last.is_withdrawn:
            found.moved = moved_in(found, last)
            mark_cells(found, last)
        return found

    return made_once(key, compiled)


def moved_in(document: Document, edition: Edition) -> dict[str, str]:
    """What an edition printed in the place of figures that are another number now, by their key."""
    frozen = edition.frozen.filter(by="").values_list("key", "value", "shown")
    now = document.figures
    return {key: shown for key, value, shown in frozen if key in now and now[key].value != value}


def mark_cells(document: Document, edition: Edition) -> None:
    """Tells a document what an edition printed in its charts and tables where that is another number now, or has no row."""
    now: dict[str, dict[str, Any]] = defaultdict(dict)
    for cell in document.breakdowns:
        by = ",".join(cell[name] for name, _key, _label in PLACES if name in cell)
        now[f"{cell['figure']}|{cell['period']}|{by}"][filter_of(cell)] = cell["value"]
    with translation.override(document.language):
        for split in edition.frozen.exclude(by=""):
            name = f"{split.figure}|{split.period}|{split.by}"
            if name in now:
                now[name][""] = document.figures[f"{split.figure}|{split.period}|"].value
                moved, gone = moved_in_split(split, now[name])
                document.moved_cells |= moved
                document.gone |= {name: gone} if gone else {}
                document.moved_splits |= {name} if moved or gone else set()


def moved_in_split(split: Frozen, now: dict[str, Any]) -> tuple[dict[str, str], str]:
    """What an edition printed of a split in the place of cells, by figure, period and filter; and what has no row any more."""
    whole, read = f"{split.figure}|{split.period}|", registry.find(split.figure).unit.read
    then, found = {"": split.value} | {cell["filter"]: cell["value"] for cell in split.cells}, {}
    for name, value in now.items():
        if name not in then and value:
            found[whole + name] = _("nothing")
        elif (printed := then.get(name)) is not None and printed != value:
            found[whole + name] = read(printed)
    gone = [cell for cell in split.cells if cell["value"] and cell["filter"] not in now]
    return found, "; ".join(f"{cell['label']} ({read(cell['value'])})" for cell in gone)


def _live(
    request: HttpRequest, ref: str, template: str, more: Callable[[Document], dict[str, Any]] = lambda document: {}
) -> HttpResponse:
    """A page of a report. Where the public can no longer be shown what an edition said, the edition itself speaks."""
    report, last, words = _who_speaks(request, ref)
    if words and words.is_withdrawn:
        return redirect(words)
    try:
        document = document_of(report, last, words)
    except CannotCompile as error:
        if words:
            return redirect(words)
        return render(request, "reports/unfinished.html", {"report": report, "faults": error.faults}, status=503)
    context = {
        "report": report, "said": words or report, "last": last, "words": words, "document": document,
        "files": _files(report, _folder(report, last, words)),
    }  # fmt: skip
    return render(request, template, {**context, **more(document)})


def report(request: HttpRequest, ref: str) -> HttpResponse:
    editions = Edition.objects.filter(report__ref=ref).select_related("report").light().order_by("-number")
    return _live(request, ref, "reports/report.html", lambda document: {"editions": editions})


def chapter(request: HttpRequest, ref: str, chapter: str) -> HttpResponse:
    def of_the_chapter(document: Document) -> dict[str, Any]:
        at = next((at for at, each in enumerate(document.chapters) if each.id == chapter), None)
        if at is None:
            raise Http404
        return chapter_context(document, at)

    return _live(request, ref, "reports/chapter_page.html", of_the_chapter)


def _folder(report: Report, last: Edition | None, words: Edition | None) -> Path:
    """Where the files lie that a reader takes away: those of the edition, or for the office what it compiled since."""
    compiled: Path = settings.VAR / "reports" / report.ref
    is_last = last and not last.is_withdrawn and _is_older(compiled / f"{report.ref}.pdf", last)
    edition = words or (last if is_last else None)
    return folder_of(report.ref, edition.number) if edition else compiled


def _is_older(path: Path, edition: Edition) -> bool:
    """Whether a file is not there, or was written before the edition came out."""
    return not path.is_file() or path.stat().st_mtime < edition.published_at.timestamp()


def _files(report: Report, folder: Path) -> dict[str, int]:
    """Sizes of those that are there."""
    named = {"pdf": folder / f"{report.ref}.pdf", "data": folder / "data.zip"}
    return {name: path.stat().st_size for name, path in named.items() if path.is_file()}


def pdf(request: HttpRequest, ref: str) -> HttpResponseBase:
    return _taken(request, ref, f"{ref}.pdf", "application/pdf", f"{ref}.pdf")


def data(request: HttpRequest, ref: str) -> HttpResponseBase:
    return _taken(request, ref, "data.zip", "application/zip", f"{ref}-data.zip")


def _taken(request: HttpRequest, ref: str, file: str, kind: str, name: str) -> HttpResponseBase:
    report, last, words = _who_speaks(request, ref)
    if words and words.is_withdrawn:
        return redirect(words)
    return _file(request, _folder(report, last, words) / file, kind, name)


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
    found = Statement.objects.exclude(figure="").exclude(period="").select_related("source")
    for statement in found.order_by("figure", "ref"):
        if statement.figure not in registry.figures or statement.number is None:
            continue
        reading = Reading(registry.find(statement.figure), Period.parse(statement.period))
        rows.append(
            {"statement": statement, "stated": show_stated(statement), "reading": reading, "shown": _shown(reading)}
        )
    contradictions = Inconsistency.objects.prefetch_related("statements__statement").order_by("order", "ref")
    return render(request, "reports/printed.html", {"rows": rows, "inconsistencies": contradictions})


def _shown(reading: Reading) -> dict[str, Any]:
    unit = reading.figure.unit
    value = unit.exact(reading.value)
    return {
        "text": unit.show(reading.value), "value": value, "figure": reading.figure.slug, "period": reading.period.key,
        "unit": unit.code, "decimals": unit.decimals if not unit.is_money else 0,
        "illustrative": "illustrative" in reading.basis,
    }  # fmt: skip
