"""What the office promises of its data, and what each version of it changed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from rso.reports.contract import published


def changelog(request: HttpRequest) -> HttpResponse:
    return render(request, "reports/changelog.html", {"data": published()})
