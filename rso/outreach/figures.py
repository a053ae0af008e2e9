"""The figures of this room: engagements with outside organisations."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from rso.core.figures import BASIS, BASIS_COLUMN, Column, Dimension, Figure, Source, Total, month_of, registry, units
from rso.core.periods import Period, known_span
from rso.outreach.models import Engagement, EngagementBody, EngagementKind
from rso.workplan.dimensions import OF_ACTIVITY, partner
from rso.workplan.models import ENGAGED

ENGAGEMENT = Source(
    "engagement",
    _("Engagements"),
    Engagement,
    when=("starts_on",),
    precision="precision",
    dimensions=(
        Dimension("kind", _("Kind of engagement"), "kind", EngagementKind),
        *OF_ACTIVITY,
        partner(),
        month_of("starts_on"),
        BASIS,
    ),
    columns=(
        Column("title", _("Engagement"), lambda row: row.title, prose=True),
        Column("kind", _("Kind"), lambda row: row.get_kind_display()),
        Column("when", _("When"), lambda row: row.when, exact=known_span),
        Column("place", _("Where"), lambda row: row.place or "–"),
        BASIS_COLUMN,
    ),
)
engagements = registry.figure(
    Figure(
        "engagements",
        _("Engagements"),
        units.ENGAGEMENTS,
        ENGAGEMENT,
        Total(),
        _("Counts what the office attended or did with outside organisations, by first day."),
        _("The office’s own events are not engagements."),
    )
)


@registry.gives_evidence("partnership", of="body", basis="engagement__basis", precision="engagement__precision")
def partners_in_engagements(period: Period) -> QuerySet[Any, Any]:
    inside = Engagement.objects.filter(starts_on__gte=period.starts, starts_on__lt=period.ends)
    return EngagementBody.objects.filter(engagement__in=inside.values("pk"), part__in=ENGAGED)
