"""Where co-managers open an approved report to named posts, and see who has read it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rso.core.models import Access, Saw
from rso.core.office.desks import desks
from rso.core.permissions import officer
from rso.core.typed import typed
from rso.core.verbs import Problem, Refused, kind_of
from rso.reports.models import AdvanceReading, Report
from rso.reports.outside import may_be_read, open_to, published_since, revoke
from rso.reports.policies import APPROVE_REPORTS
from rso.reports.writing_pages import of_a_report


@require_http_methods(["GET", "HEAD", "POST"])
@of_a_report
def advance_page(request: HttpRequest, report: Report) -> HttpResponse:
    """GET lists the posts; POST opens the report to one more, or closes an address."""
    if request.method != "POST":
        return _show(request, report)
    if not APPROVE_REPORTS.allows(request.user):
        raise Http404
    if "revoke" in request.POST:
        reading = get_object_or_404(AdvanceReading, report=report, ref=typed(request, "revoke"))
        revoke([reading], by=officer(request), now=timezone.now())
        return redirect(request.path)
    return _open(request, report)


def _open(request: HttpRequest, report: Report) -> HttpResponse:
    given = {name: typed(request, name, 200) for name in ("post", "starts_at", "ends_at")}
    try:
        starts_at, ends_at = (_moment(given[name]) for name in ("starts_at", "ends_at"))
        reading, secret = open_to(report, given["post"], starts_at, ends_at, by=officer(request), now=timezone.now())
    except Refused as error:
        return _show(request, report, status=422, typed=given, fault=str(error))
    address = f"{settings.BASE_URL}{reverse('report-advance', args=[secret])}"
    return _show(request, report, address=address, post=reading.post)


def _moment(text: str) -> datetime:
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise Refused([Problem(0, "starts_at", _("give day and time of both ends, as 2023-03-01 09:00"))])
    return timezone.make_aware(found) if timezone.is_naive(found) else found


def _row(reading: AdvanceReading, report: Report, now: datetime, reads: int) -> dict[str, Any]:
    """A post, how its address answers now, and how often it was read."""
    if reading.revoked_at:
        state, look = _("Closed"), "stop"
    elif not reading.is_open(now):
        state, look = _("Outside its window"), ""
    elif published_since(reading):
        state, look = _("Published"), "ok"
    elif may_be_read(report):
        state, look = _("Open"), "ok"
    else:
        state, look = _("Closed until all is approved"), "wait"
    return {"reading": reading, "state": state, "look": look, "reads": reads}


def _show(request: HttpRequest, report: Report, *, status: int = 200, **more: Any) -> HttpResponse:
    readings = list(report.readings.order_by("starts_at", "pk"))
    told = Access.objects.filter(kind=kind_of(AdvanceReading), what=Saw.READ, ref__in=[each.ref for each in readings])
    reads = dict(told.order_by().values_list("ref").annotate(Count("pk")))
    now = timezone.now()
    context = {
        "report": report,
        "here": desks.of(Report),
        "place": True,
        "rows": [_row(each, report, now, reads.get(each.ref, 0)) for each in readings],
        "zone": timezone.get_current_timezone_name(),
        "may": APPROVE_REPORTS.allows(request.user),
        **more,
    }
    return render(request, "reports/write/advance.html", context, status=status)
