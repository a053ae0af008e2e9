"""Verbs of this room."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from rso.core import verbs
from rso.core.verbs import plain
from rso.outreach.models import Engagement, EngagementBody
from rso.workplan.actions import check_dates

if TYPE_CHECKING:
    from rso.accounts.models import User

engagement_verbs = plain(check_dates)


def set_partners(wanted: Mapping[Engagement, verbs.Rows], *, by: User, now: datetime) -> None:
    verbs.relate(EngagementBody, wanted, parent="engagement", verb="partners set", by=by, now=now)
