"""The public calendar of reports, and the page on which a named post reads an approved report before it is out."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rso.accounts.actions import platform
from rso.core.access import saw
from rso.core.tries import address_of, times
from rso.reports.compiler import CannotCompile, compile_report
from rso.reports.html import draw_blocks
from rso.reports.models import AdvanceReading, Photograph, Report, ReportDate, ReportState
from rso.reports.outside import digest_of
from rso.reports.photographs import file_of, is_printed
from rso.reports.policies import SEE_REPORTS

#: Tries from one address within a span of seconds: nobody guesses an address, and nobody makes the site compile all day.
TRIES, SPAN = 30, 300


def calendar(request: HttpRequest) -> HttpResponse:
    """The day of each report, next ones first; a day that moved with its reason."""
    dates = ReportDate.objects.prefetch_related("moves").order_by("-planned_on", "pk")
    out = set(Report.objects.out().values_list("definition", "period"))
    rows = [
        {
            "date": date,
            "moves": sorted(date.moves.all(), key=lambda move: move.pk),
            "is_out": (date.definition, date.period) in out,
        }
        for date in dates
    ]
    return render(request, "reports/calendar.html", {"rows": rows, "today": timezone.localdate()})


@require_safe
@never_cache
def advance(request: HttpRequest, secret: str) -> HttpResponse:
    """The whole report on one page, within the window of the address. Outside it there is no such page. Each read is told."""
    if _too_many(request):
        return HttpResponse(status=429)
    now = timezone.now()
    reading = AdvanceReading.objects.select_related("report").filter(digest=digest_of(secret)).first()
    if reading is None or not reading.is_open(now) or reading.report.state != ReportState.APPROVED:
        raise Http404
    saw(reading, by=platform(), now=now)
    try:
        document = compile_report(reading.report, base_url="")
    except CannotCompile as error:
        raise Http404 from error
    document.pages = "preview"
    with translation.override(document.language):
        chapters = [
            (chapter, [(section, draw_blocks(document, section.blocks)) for section in chapter.sections])
            for chapter in document.chapters
        ]
    context = {"reading": reading, "report": reading.report, "document": document, "chapters": chapters}
    answer = render(request, "reports/advance.html", context)
    answer.headers["Referrer-Policy"], answer.headers["X-Robots-Tag"] = "no-referrer", "noindex, nofollow"
    return answer


@require_safe
def photograph(request: HttpRequest, ref: str) -> FileResponse:
    """The picture of a photograph: for anyone once an edition prints it, as long as it has consent; always for the office."""
    found = get_object_or_404(Photograph.objects.select_related("report"), ref=ref)
    file = file_of(found)
    if file is None or not (SEE_REPORTS.allows(request.user) or is_printed(found, file)):
        raise Http404
    return FileResponse(default_storage.open(file.path), content_type=file.media_type, filename=file.name)


def _too_many(request: HttpRequest) -> bool:
    return times(f"advance:{address_of(request)}", SPAN) > TRIES
