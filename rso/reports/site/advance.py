"""The public calendar of reports, and the page on which a named post reads an approved report before it is out."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rso.accounts.actions import platform
from rso.core.access import saw
from rso.core.snapshot import snapshot
from rso.core.tries import address_of, times
from rso.reports.compiler import CannotCompile, compile_report
from rso.reports.document import Document
from rso.reports.html import draw_blocks
from rso.reports.models import AdvanceReading, Consent, Edition, Photograph, ReportDate
from rso.reports.outside import may_be_read, published_since, reading_at
from rso.reports.photographs import file_of, is_printed, show_by
from rso.reports.policies import SEE_REPORTS

#: Tries from one address within a span of seconds: nobody guesses an address, and nobody makes the site compile all day.
TRIES, SPAN = 30, 300


def calendar(request: HttpRequest) -> HttpResponse:
    """The day of each report, the next one first, then those that have been; a day that moved with its reason."""
    today = timezone.localdate()
    dates = sorted(
        ReportDate.objects.prefetch_related("moves").order_by("pk"),
        key=lambda date: (date.planned_on < today, abs(date.planned_on - today)),
    )
    out = {
        (last.report.definition, last.report.period): last
        for last in Edition.objects.newest().select_related("report").light().order_by("published_at", "pk")
    }
    rows = [
        {
            "date": date,
            "moves": sorted(date.moves.all(), key=lambda move: move.pk),
            "last": out.get((date.definition, date.period)),
        }
        for date in dates
    ]
    return render(request, "reports/calendar.html", {"rows": rows, "today": today})


@require_safe
@never_cache
def advance(request: HttpRequest, secret: str) -> HttpResponse:
    """The whole report on one page, within the window of the address. Outside it there is no such page. Each read is told.

    While words of it are not approved it is closed; once it is published, the address leads to what was published.
    """
    answer = _too_many(request) or _opened(request, secret)
    answer.headers["Referrer-Policy"], answer.headers["X-Robots-Tag"] = "no-referrer", "noindex, nofollow"
    return answer


def _opened(request: HttpRequest, secret: str) -> HttpResponse:
    now = timezone.now()
    reading = reading_at(secret, now)
    if reading is None:
        raise Http404
    if edition := published_since(reading):
        return redirect(edition)
    document = _approved(reading)
    if document is None:
        return render(request, "reports/advance_closed.html", {"report": reading.report}, status=503)
    saw(reading, by=platform(), now=now)
    show_by(document, {"reading": secret})
    with translation.override(document.language):
        chapters = [
            (chapter, [(section, draw_blocks(document, section.blocks)) for section in chapter.sections])
            for chapter in document.chapters
        ]
    context = {"reading": reading, "report": reading.report, "document": document, "chapters": chapters}
    return render(request, "reports/advance.html", context)


def _approved(reading: AdvanceReading) -> Document | None:
    """The report in approved words; None while there are others, or where these cannot be printed as they stand."""
    with snapshot():
        try:
            document = compile_report(reading.report, base_url="") if may_be_read(reading.report) else None
        except CannotCompile:
            return None
    if document:
        document.pages = "whole"
    return document


@require_safe
def photograph(request: HttpRequest, ref: str) -> FileResponse:
    """The picture of a photograph: for anyone once an edition prints it, as long as it has consent; always for the office.

    Whoever may read its report in advance sees it by the address of that reading.
    """
    found = get_object_or_404(Photograph.objects.select_related("report"), ref=ref)
    file = file_of(found)
    if file is None:
        raise Http404
    is_public = is_printed(found, file)
    if not (is_public or SEE_REPORTS.allows(request.user) or _is_read_in_advance(request, found)):
        raise Http404
    answer = FileResponse(default_storage.open(file.path), content_type=file.media_type, filename=file.name)
    if not is_public:
        add_never_cache_headers(answer)
    return answer


def _is_read_in_advance(request: HttpRequest, photograph: Photograph) -> bool:
    if photograph.consent == Consent.MISSING or not (secret := request.GET.get("reading")):
        return False
    reading = reading_at(secret, timezone.now())
    return bool(
        reading
        and reading.report_id == photograph.report_id
        and may_be_read(reading.report)
        and not published_since(reading)
    )


def _too_many(request: HttpRequest) -> HttpResponse | None:
    """The refusal of whoever tries too often."""
    if times(f"advance:{address_of(request)}", SPAN) > TRIES:
        return render(request, "429.html", status=429)
    return None
