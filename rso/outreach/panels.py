"""What this room tells on the page of a body: the engagements in which the office met it."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rso.core.listings import Item, Panel, listings
from rso.members.models import Body
from rso.outreach.models import Engagement
from rso.workplan.models import Activity


def item(engagement: Engagement) -> Item:
    return Item(engagement.title, "", engagement.when, str(engagement.get_kind_display()))


@listings.offers_panel(Body)
def of_body(body: Body) -> Panel:
    return Panel.of(
        "engagements",
        _("Engagements"),
        Engagement.objects.with_body(body.pk).newest_first(),
        item,
        url=f"{reverse('engagements')}?body={body.ref}",
        blank=_("No engagement with it is on record."),
    )


@listings.offers_panel(Activity)
def of_activity(activity: Activity) -> Panel:
    found = activity.engagements.order_by("starts_on", "ref")
    return Panel("engagements", _("Engagements"), tuple(map(item, found)), blank=_("No engagement belongs to it."))
