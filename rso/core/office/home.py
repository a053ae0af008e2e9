"""The office's first page, and the list of all that a person has to do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language

from rso.core.access import open_names
from rso.core.history import Step, steps_of
from rso.core.keeping import made_once
from rso.core.models import AuditEvent
from rso.core.office.day import Today, due_this_week, rooms, tasks_of, today_of
from rso.core.office.desks import desks
from rso.core.permissions import officer
from rso.core.told import model_of
from rso.core.verbs import kind_of

if TYPE_CHECKING:
    from rso.accounts.models import User

#: Changes that the first page tells.
CHANGES = 8


def home_page(request: HttpRequest) -> HttpResponse:
    """What is due, what waits for me, where the year stands, what changed. `?year=` asks for another year."""
    user = officer(request)
    today = today_of(user, timezone.localdate(), request.GET.get("year", ""))
    tasks = tasks_of(today)
    shown = today.year.starts.year
    context = {
        "here": None,
        "today": today,
        "tasks": tasks,
        "due": list(due_this_week(tasks, today.day)),
        **made_once(_state(today), lambda: {**_where_the_year_stands(today), "steps": list(_changes(user))}),
        "years": (shown - 1, shown, shown + 1),
    }
    return render(request, "office/home.html", context)


def _state(today: Today) -> str:
    """All that the numbers and the changes of the page are made from: the records, who may see them, the day, the language."""
    last = AuditEvent.objects.aggregate(last=Max("pk"))["last"]
    return f"today:{today.user.role}:{today.day}:{today.year.key}:{get_language()}:{last}"


def _where_the_year_stands(today: Today) -> dict[str, list[Any]]:
    return {
        "glances": [glance for tell in rooms.glances for glance in tell(today)],
        "standings": [standing for tell in rooms.standings for standing in tell(today)],
    }


def tasks_page(request: HttpRequest) -> HttpResponse:
    tasks = tasks_of(today_of(officer(request), timezone.localdate()))
    return render(request, "office/all_tasks.html", {"here": None, "tasks": tasks})


def _changes(user: User) -> Iterator[tuple[Step, str, str]]:
    """The newest changes of a week at desks that this person may see, each with its record's name and address."""
    kinds = {kind_of(desk.model): desk for desk in reversed(desks.seen_by(user))}
    week = timezone.now() - timedelta(days=7)
    events = (
        AuditEvent.objects.filter(kind__in=kinds, at__gte=week, actor__is_active=True)
        .select_related("actor")
        .order_by("-pk")[:CHANGES]
    )
    steps = list(steps_of(events))
    names = open_names((step.kind, step.ref) for step in steps)
    for step in steps:
        model = model_of(step.kind)
        desk = kinds.get(step.kind)
        yield step, names[step.kind, step.ref], desk.at(step.ref) if desk and model and step.verb != "removed" else ""
