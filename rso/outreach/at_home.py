"""What this room tells in the home of a member: where the office met it outside its own events."""

from django.utils.translation import gettext_lazy as _

from rso.core.figures import Column
from rso.core.listings import HomeList, listings
from rso.outreach.models import Engagement

listings.offers_at_home(
    HomeList(
        "engagements",
        _("Engagements with us"),
        lambda home: Engagement.objects.with_body(home.body.pk).newest_first(),
        (
            Column("title", _("Engagement"), lambda row: row, prose=True),
            Column("when", _("When"), lambda row: row.when),
            Column("kind", _("Kind"), lambda row: row.get_kind_display()),
        ),
        _("No engagement with you is on record."),
        order=55,
        beside=True,
    )
)
