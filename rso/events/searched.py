"""What search finds of this room. Who said what is found by the office alone."""

from __future__ import annotations

from rso.core.search.registry import searched
from rso.events.models import Event, Quote

searched.declare(Event, "title", "place", "summary", "outcome", "reason", all_at="events")
searched.declare(
    Quote,
    "words",
    "speaker",
    "post",
    url=lambda quote: quote.event.get_absolute_url() if quote.event else "",
    related=("event",),
)
