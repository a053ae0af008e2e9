"""The figures of this room: who belongs to the Process, who worked beside the office, whom nothing reached."""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from rso.core.figures import BASIS, BASIS_COLUMN, Column, Covered, Dimension, Figure, Source, Total, registry, units
from rso.core.figures.reading import read
from rso.core.listings import Listing, listings
from rso.members.models import MEMBER_KINDS, STATE_KINDS, Body, BodyKind, Region, is_standing


def standing(bodies: QuerySet[Any, Any], on: date) -> QuerySet[Any, Any]:
    return bodies.filter(is_standing(on))


BODY = Source(
    "body",
    _("States and organisations"),
    Body,
    when=(),
    stock=standing,
    dimensions=(
        Dimension("kind", _("Kind of body"), "kind", BodyKind),
        Dimension("region", _("Sub-region"), "region", Region),
        BASIS,
    ),
    columns=(
        Column("name", _("Name"), lambda body: body),
        Column("kind", _("Kind"), lambda body: body.get_kind_display()),
        Column("region", _("Sub-region"), lambda body: body.get_region_display()),
        BASIS_COLUMN,
    ),
)

members = registry.figure(
    Figure(
        "members",
        _("Members"),
        units.MEMBERS,
        BODY,
        Total(),
        _("Counts Member States and Member Organisations of the Process on the last day of the period."),
        _("Leaves out observers and partners. Not all Member States are States: some stand for territories."),
        where=Q(kind__in=MEMBER_KINDS),
    )
)
partners_engaged = registry.figure(
    Figure(
        "partners-engaged",
        _("Partners engaged"),
        units.ORGANISATIONS,
        BODY,
        Covered("partnership"),
        _(
            "Counts organisations recorded as partner or expert in an activity, event, publication or engagement of the period, each once."
        ),
        _("A funder, host or member counts only for such a part. States and bodies of the Process never count."),
        where=~Q(kind__in=STATE_KINDS),
    )
)
members_without_activity = registry.figure(
    Figure(
        "members-without-activity",
        _("Members without activity"),
        units.MEMBERS,
        BODY,
        Covered("member-activity", lacking=True),
        _(
            "Counts members of whom no one attended an event in the period and who asked for nothing that was worked on."
        ),
        _("Observers and partners are left out. It says where to look, not who is to blame."),
        where=Q(kind__in=MEMBER_KINDS),
    )
)

listings.declare(
    Listing(
        "partners",
        _("Partners"),
        (
            BODY.columns[0],
            Column(
                "sector", _("Sector, or standing"), lambda body: body.get_sector_display() or body.get_kind_display()
            ),
            BODY.columns[3],
        ),
        lambda period: sorted(read("partners-engaged", period).shown, key=lambda body: body.sort_key),
        figure="partners-engaged",
    )
)
