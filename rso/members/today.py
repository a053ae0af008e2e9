"""What this room tells the office's calendar: the members that have one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils import timezone

from rso.core.office.day import rooms
from rso.members.models import Body

if TYPE_CHECKING:
    from rso.accounts.models import User


@rooms.calendars.append
def members_with_a_calendar(user: User) -> Iterator[tuple[str, str]]:
    for body in Body.objects.members(timezone.localdate()).by_kind_and_name():
        yield body.ref, body.label
