"""What search finds of this room."""

from __future__ import annotations

from django.urls import reverse
from django.utils.http import urlencode

from rso.core.search.registry import searched
from rso.outreach.models import Engagement

# An engagement has no page of its own: the list shows it alone.
searched.declare(
    Engagement,
    "title",
    "place",
    "summary",
    url=lambda row: f"{reverse('engagements')}?{urlencode({'q': row.ref})}",
    all_at="engagements",
)
