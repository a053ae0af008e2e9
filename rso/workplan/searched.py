"""What search finds of this room."""

from __future__ import annotations

from django.urls import reverse

from rso.core.models import Titled
from rso.core.search.registry import OFFICE, searched
from rso.workplan.models import Activity, CorePurpose, PriorityIssue, Request, Theme, Undertaking


def titles_of(thing: Titled) -> list[str]:
    return [thing.title, *thing.titles.values()]


searched.declare(Activity, "title", "summary", "outcome", all_at="work")
searched.declare(Request, "title", "asked_by")
searched.declare(Undertaking, "text", "meeting", "area")
searched.declare(PriorityIssue, titles_of, "set_by")
searched.declare(Theme, titles_of, "short", "shorts", url=lambda theme: reverse("work"))
searched.declare(CorePurpose, titles_of, "short", "shorts", visible=OFFICE, url=lambda purpose: "")
