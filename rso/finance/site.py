"""The public door of this room: who funds the office, and what came of it."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path

from rso.core.listings import listings
from rso.finance.models import Contribution
from rso.members.models import Body

#: Contributions that a funder's page tells of.
SHOWN = 20


def funders(request: HttpRequest) -> HttpResponse:
    found = Body.objects.annotate(gifts=Count("contributions")).filter(gifts__gt=0)
    return render(request, "finance/funders.html", {"funders": found.order_by("name", "pk")})


def funder(request: HttpRequest, ref: str) -> HttpResponse:
    """Contribution → activities → what came of them."""
    body = get_object_or_404(Body.objects.filter(contributions__isnull=False).distinct(), ref=ref)
    found = (
        Contribution.objects.filter(funder=body).prefetch_related("pays_for__activity").order_by("-starts_on", "ref")
    )
    contributions = list(found[: SHOWN + 1])
    activities = {link.activity_id for row in contributions for link in row.pays_for.all()}
    outcomes = listings.outcomes_of(sorted(activities))
    chains = [
        (row, [(link.activity, outcomes.get(link.activity_id, ())) for link in row.pays_for.all()])
        for row in contributions[:SHOWN]
    ]
    context = {"body": body, "chains": chains, "more": len(contributions) > SHOWN}
    return render(request, "finance/funder.html", context)


urlpatterns = [path("funders/", funders, name="funders"), path("funders/<ref:ref>/", funder, name="funder")]
