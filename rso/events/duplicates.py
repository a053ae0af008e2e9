"""Which of two rows stays where a person turns out to have stood twice in an event."""

from rso.core.merging import kinds
from rso.events.models import COUNTED_ROLES, Participation, ParticipationState

# Whoever attended under one of two names attended, and counts if they count under one.
kinds.prefer(Participation, lambda row: (row.state == ParticipationState.ATTENDED, row.role in COUNTED_ROLES))
