"""What this room tells in the home of a member: the works in which it had a part."""

from django.utils.translation import gettext_lazy as _

from rso.core.figures import Column
from rso.core.listings import HomeList, listings
from rso.publications.models import Publication

listings.offers_at_home(
    HomeList(
        "publications",
        _("Publications with us"),
        lambda home: Publication.objects.out().with_body(home.body.pk).newest_first(),
        (
            Column("title", _("Publication"), lambda row: row),
            Column("when", _("When"), lambda row: row.when),
            Column("kind", _("Kind"), lambda row: row.get_kind_display()),
        ),
        _("No publication names you as partner, expert, host or funder."),
        order=50,
        day="first_issued_on",
    )
)
