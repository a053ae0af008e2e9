"""What this room tells on the pages of others: which contributions pay for an activity, and what a body contributed."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rso.core.listings import Item, Panel, listings
from rso.core.periods import show_span
from rso.finance.models import Contribution
from rso.members.models import Body
from rso.workplan.models import Activity


def item(row: Contribution) -> Item:
    when = show_span(row.starts_on, row.ends_on)
    return Item(row.title, reverse("funder", args=[row.funder.ref]), when, str(row.funder))


@listings.offers_panel(Activity)
def of_activity(activity: Activity) -> Panel:
    found = (
        Contribution.objects.filter(pays_for__activity=activity).select_related("funder").order_by("starts_on", "ref")
    )
    return Panel("money", _("Paid for by"), tuple(map(item, found)), blank=_("No contribution names it."))


@listings.offers_panel(Body)
def of_body(body: Body) -> Panel:
    """What the body or one of its agencies contributed."""
    by_it = Contribution.objects.filter(Q(funder=body) | Q(funder__parent=body)).select_related("funder")
    found = by_it.order_by("-starts_on", "ref")
    return Panel("money", _("Contributions"), tuple(map(item, found)), blank=_("No contribution of it is on record."))
