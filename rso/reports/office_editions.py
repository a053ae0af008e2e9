"""The office's pages of published editions: what moved since, which records are why, what officers say of it; and taking one back."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from rso.core.history import steps_of
from rso.core.office import Place, desks
from rso.core.office.doors import of_the_office
from rso.core.office.forms import Field
from rso.core.permissions import officer
from rso.core.told import model_of
from rso.core.typed import typed
from rso.core.verbs import Refused
from rso.reports.drift import Movement, Touched, explain
from rso.reports.models import Citation, Edition, EditionState, Why
from rso.reports.policies import EXPLAIN, PUBLISH, SEE_REPORTS
from rso.reports.publishing import WORDS, withdraw
from rso.reports.site.editions import counted_apart, moved_since

EDITIONS = desks.declare_place(
    Place("published", _("Published editions"), SEE_REPORTS, "office-editions", under="reports")
)


class Reason(forms.Form):
    """What an officer says of one movement."""

    key = forms.CharField(max_length=200)
    why = forms.ChoiceField(choices=Why.choices)


@require_safe
@of_the_office
def editions(request: HttpRequest) -> HttpResponse:
    _check(request)
    rows = Edition.objects.select_related("report", "by", "and_by").order_by("-published_at", "-pk")
    return render(request, "reports/office_editions.html", {"here": EDITIONS, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@of_the_office
def moved(request: HttpRequest, ref: str) -> HttpResponseBase:
    """What moved since an edition was published: each with its records, who touched them, and the sentences that print it."""
    _check(request)
    edition = get_object_or_404(Edition.objects.select_related("report"), ref=ref)
    found = moved_since(edition)
    if request.method == "POST":
        return _say_why(request, edition, found)
    context = {
        "here": EDITIONS, "edition": edition, "reasons": counted_apart(found), "whys": Why.choices,
        "moved": [_told(movement, request.user) for movement in found], "may_say": EXPLAIN.allows(request.user),
        "may_withdraw": PUBLISH.allows(request.user) and edition.state != EditionState.WITHDRAWN,
    }  # fmt: skip
    return render(request, "reports/office_moved.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@of_the_office
def take_back(request: HttpRequest, ref: str) -> HttpResponseBase:
    """GET says what the withdrawal of an edition does, and asks for its reason; POST does it."""
    if not PUBLISH.allows(request.user):
        raise Http404
    edition = get_object_or_404(Edition.objects.select_related("report"), ref=ref)
    given, fault = typed(request, "reason"), ""
    if request.method == "POST":
        try:
            withdraw(edition, by=officer(request), now=timezone.now(), reason=given)
        except Refused as error:
            fault = "; ".join(str(problem.says) for problem in error.problems)
        else:
            messages.success(request, _now("The edition is withdrawn; its page and its citations say so."))
            return redirect("office-moved", edition.ref)
    named = f"{edition.report.ref}/{edition.number}"
    others = edition.report.editions.filter(state=EditionState.PUBLISHED).exclude(pk=edition.pk)
    context = {
        "here": EDITIONS, "edition": edition, "fault": fault, "field": _reason(given, fault),
        "cited": Citation.objects.filter(says__edition=named).count(), "newest": others.order_by("-number").first(),
    }  # fmt: skip
    return render(request, "reports/office_withdraw.html", context, status=422 if fault else 200)


def _reason(given: str, fault: str) -> Field:
    hint = _("Every reader of the edition sees it: what is wrong, and what holds instead.")
    return Field("reason", _("Why"), hint, "area", True, value=given, error=fault, limit=WORDS)


def _check(request: HttpRequest) -> None:
    if not SEE_REPORTS.allows(request.user):
        raise Http404


def _say_why(request: HttpRequest, edition: Edition, found: list[Movement]) -> HttpResponseBase:
    form = Reason(request.POST)
    movement = next((m for m in found if m.key == request.POST.get("key")), None)
    if not EXPLAIN.allows(request.user):
        raise Http404
    if movement is None or not form.is_valid():
        messages.error(request, _now("It has moved again, or is as it was published: look once more."))
    else:
        explain(movement, Why(form.cleaned_data["why"]), by=officer(request), now=timezone.now())
        messages.success(request, _now("The reason is kept; readers of the edition see it."))
    return redirect("office-moved", edition.ref)


def _told(movement: Movement, user: Any) -> dict[str, Any]:
    """A movement with its records, those together to which the same was done: to themselves, or to what they belong to."""
    shown = movement.touched[:100]
    events = {each.event.pk: each.event for each in shown if each.event}
    steps = dict(zip(events, steps_of(events.values()), strict=True))
    causes: dict[int, list[Touched]] = defaultdict(list)
    for each in shown:
        causes[each.event.pk if each.event else 0].append(each)
    told = []
    for pk, touched in causes.items():
        step, records = steps.get(pk), [_linked(each.kind, each.ref, user) for each in touched]
        above = _linked(step.kind, step.ref, user) if step and step.kind != touched[0].kind else None
        told.append({"step": step, "above": above, "records": records})
    return {"movement": movement, "causes": told, "more": len(movement.touched) - len(shown)}


def _linked(kind: str, ref: str, user: Any) -> dict[str, str]:
    """A record, leading to its desk where this person may see it."""
    model = model_of(kind)
    desk = desks.of(model) if model else None
    return {"ref": ref, "url": desk.at(ref) if desk and desk.sees.allows(user) else ""}


urlpatterns = [
    path("office/published/", editions, name="office-editions"),
    path("office/published/<ref:ref>/", moved, name="office-moved"),
    path("office/published/<ref:ref>/withdraw/", take_back, name="office-take-back"),
]
