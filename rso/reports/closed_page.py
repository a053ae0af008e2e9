"""The office's page of closed periods: a co-manager closes one, and opens it again."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from rso.core.closing import NotClosed, close, open_again
from rso.core.models import ClosedPeriod
from rso.core.office import Place, desks
from rso.core.office.doors import of_the_office
from rso.core.periods import FORMS, Period, UnknownPeriod
from rso.core.permissions import officer
from rso.core.typed import typed
from rso.reports.policies import CLOSE_PERIODS, SEE_REPORTS

CLOSED = desks.declare_place(Place("closed", _("Closed periods"), SEE_REPORTS, "office-closed", under="reports"))


@require_http_methods(["GET", "HEAD", "POST"])
@of_the_office
def closed(request: HttpRequest) -> HttpResponse:
    if not SEE_REPORTS.allows(request.user):
        raise Http404
    return _change(request) if request.method == "POST" else _show(request)


def _show(request: HttpRequest, *, status: int = 200, **asked: str) -> HttpResponse:
    """The page; `asked` is what was typed to close a period, where that was refused."""
    rows = ClosedPeriod.objects.select_related("by", "opened_by").order_by("-starts_on", "-pk")
    context = {"here": CLOSED, "rows": rows, "may": CLOSE_PERIODS.allows(request.user), "forms": FORMS, **asked}
    return render(request, "reports/office_closed.html", context, status=status)


def _change(request: HttpRequest) -> HttpResponse:
    if not CLOSE_PERIODS.allows(request.user):
        raise Http404
    asked = {name: typed(request, name) for name in ("period", "reason", "open")}
    by, now = officer(request), timezone.now()
    try:
        if asked["open"]:
            wanted = int(asked["open"]) if asked["open"].isdecimal() and len(asked["open"]) < 18 else 0
            open_again(get_object_or_404(ClosedPeriod, pk=wanted, opened_at=None), by=by, now=now)
            messages.success(request, _now("The period is open again."))
        else:
            close(Period.parse(asked["period"]), by=by, now=now, reason=asked["reason"])
            messages.success(request, _now("The period is closed."))
    except (NotClosed, UnknownPeriod) as error:
        messages.error(request, str(error))
        return _show(request, status=422, period=asked["period"], reason=asked["reason"])
    return redirect("office-closed")
