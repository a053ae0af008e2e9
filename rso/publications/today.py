"""What this room tells on the first page of the office."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from rso.core.office import desks
from rso.core.office.day import Task, Today, Why, rooms
from rso.core.periods import show_day
from rso.publications.models import Clearance
from rso.publications.queries import why_not_answer

#: The most that the page tells of one kind.
MOST = 50


@rooms.tells_tasks
def works_to_answer_for(today: Today) -> Iterator[Task]:
    """Publications that wait for this person's review or clearance."""
    waiting = Clearance.objects.waiting_for(today.user).select_related("publication").order_by("asked_on", "pk")
    desk = desks.all["clearances"]
    for clearance in waiting[:MOST]:
        if why_not_answer(clearance, today.user):
            continue
        says = _("You were asked on %(day)s.") % {"day": show_day(clearance.asked_on)} if clearance.asked_on else ""
        url = desk.at(clearance.ref)
        yield Task(Why.WAITING, clearance.asked_on, clearance.publication.title, url, says, _("Review"), url)
