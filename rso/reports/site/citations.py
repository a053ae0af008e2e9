"""“Cite this”: a reader freezes a figure or a table, and finds it again at its address for good."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from rso.core.figures import Refusal, UnknownFigure, registry
from rso.core.figures.reading import PUBLIC, Reading
from rso.core.tries import address_of, times
from rso.reports.citing import Cited, cite, for_readers, since, split_by
from rso.reports.models import Citation
from rso.reports.site.figures import reader_of, reading_of

#: What one address may freeze within an hour, unless someone has signed in.
AN_HOUR, TIMES = 3600, 30


@csrf_exempt
@require_POST
def cite_this(request: HttpRequest) -> HttpResponse:
    """Freezes and leads to it. Without a token of its own: it changes nothing, and the same question leads to the same place."""
    asked = {name: request.POST.get(name, "")[:60] for name in ("figure", "period", "by", "across")}
    reading = reading_of(request, asked["figure"], asked["period"])
    if "public" in request.POST:
        reading = Reading(reading.figure, reading.period, reader=PUBLIC)
    by = tuple(dict.fromkeys(filter(None, (asked["by"], asked["across"]))))
    if not request.user.is_authenticated and not _may_ask(request):
        return render(request, "429.html", status=429)
    try:
        found = cite(reading, by, now=timezone.now())
    except (Refusal, UnknownFigure) as error:
        raise Http404(str(error)) from error
    return redirect(found)


def _may_ask(request: HttpRequest) -> bool:
    return times(f"cite:{address_of(request)}", AN_HOUR) <= TIMES


@require_safe
def citation(request: HttpRequest, digest: str) -> HttpResponse:
    """What was cited, and what became of it; what the office froze of its own view is for those who have that view."""
    found = get_object_or_404(Citation, digest=digest)
    office = reader_of(request, registry.figures.get(found.figure)).office
    if found.office and not office:
        raise Http404
    became = since(found)
    context = {
        "cited": found, "says": found.says, "since": became, "cite": Cited.citation(found), "is_office": office,
        "split_by": split_by(found), "for_all": found.office and for_readers(found),
    }  # fmt: skip
    return render(request, "reports/citation.html", context)


urlpatterns = [path("cite/", cite_this, name="cite"), path("cite/<slug:digest>/", citation, name="citation")]
