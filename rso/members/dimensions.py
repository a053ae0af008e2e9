"""Dimensions of whatever belongs to a member, seen through the key `member`."""

from django.utils.translation import gettext_lazy as _

from rso.core.figures import Dimension, Place
from rso.members.models import Body, BodyKind, Region


def places() -> dict[str, Place]:
    """The tile grid of members: all of one size, no border drawn."""
    members = Body.objects.filter(tile_column__isnull=False).order_by("tile_line", "tile_column")
    return {
        body.ref: Place(
            body.tile_column or 1, body.tile_line or 1, body.iso2 or body.ref, body.label, body.get_absolute_url()
        )
        for body in members
    }


MEMBER = Dimension("member", _("Member"), "member", Body, places=places)
MEMBER_KIND = Dimension("kind", _("Kind of body"), "member__kind", BodyKind)
COUNTRY = Dimension("country", _("Country"), "member__country", Body, by="ref")
REGION = Dimension("region", _("Sub-region"), "member__region", Region)
OF_MEMBER = (MEMBER, MEMBER_KIND, COUNTRY, REGION)
