"""What this room tells on the page of an activity: which contributions pay for it."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rso.core.listings import Item, Panel, listings
from rso.finance.models import Contribution
from rso.workplan.models import Activity


@listings.offers_panel(Activity)
def of_activity(activity: Activity) -> Panel:
    found = (
        Contribution.objects.filter(pays_for__activity=activity).select_related("funder").order_by("starts_on", "ref")
    )
    items = tuple(Item(row.title, reverse("funder", args=[row.funder.ref]), "", str(row.funder)) for row in found)
    return Panel("money", _("Paid for by"), items, blank=_("No contribution names it."))
