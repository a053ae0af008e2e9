"""The figures of this room: works by first issue."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from rso.core.figures import (
    BASIS,
    BASIS_COLUMN,
    Column,
    Dimension,
    Figure,
    Source,
    Total,
    month_of,
    registry,
    units,
    year_of,
)
from rso.core.figures.reading import read
from rso.core.listings import Listing, listings
from rso.core.periods import Period, known_day
from rso.publications.models import Publication, PublicationBody, PublicationKind, PublicationState
from rso.workplan.dimensions import OF_ACTIVITY, partner
from rso.workplan.models import ENGAGED, Part


def partners_of(work: Publication) -> str:
    return ", ".join(str(part.body) for part in work.parts.all() if part.part == Part.PARTNER) or "–"


PUBLICATION = Source(
    "publication",
    _("Publications"),
    Publication,
    when=("first_issued_on",),
    precision="precision",
    related=("activity",),
    dimensions=(
        Dimension("kind", _("Kind of publication"), "kind", PublicationKind),
        *OF_ACTIVITY,
        partner(),
        month_of("first_issued_on"),
        year_of("first_issued_on"),
        BASIS,
    ),
    columns=(
        Column("title", _("Title"), lambda work: work),
        Column("kind", _("Kind"), lambda work: work.get_kind_display()),
        Column("partners", _("Partners"), partners_of),
        Column(
            "first_issue",
            _("First issue"),
            lambda work: work.when,
            exact=lambda work: known_day(work.first_issued_on, work.precision),
        ),
        BASIS_COLUMN,
    ),
)
publications = registry.figure(
    Figure(
        "publications",
        _("Publications"),
        units.PUBLICATIONS,
        PUBLICATION,
        Total(),
        _("Counts works that were first issued in the period."),
        _("A language or a later edition is not a new work. Drafts and works withdrawn are left out."),
        where=Q(state=PublicationState.PUBLISHED),
        headline=_("new publications, each counted once whatever its languages"),
    )
)


@registry.gives_evidence("partnership", of="body", basis="publication__basis", precision="publication__precision")
def partners_in_publications(period: Period) -> QuerySet[Any, Any]:
    works = PUBLICATION.parents(period, Q(state=PublicationState.PUBLISHED))
    return PublicationBody.objects.filter(publication__in=works.values("pk"), part__in=ENGAGED)


def _rows(period: Period) -> QuerySet[Any, Any]:
    works = read("publications", period).shown
    return works.prefetch_related("parts__body").order_by("first_issued_on", "pk")


listings.declare(Listing("publications", _("Publications"), PUBLICATION.columns, _rows, figure="publications"))
