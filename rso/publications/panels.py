"""What this room tells on the pages of others: the newest works, a body's part in them, an activity's works."""

from collections.abc import Iterator, Sequence
from typing import cast

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rso.core.listings import Item, Panel, listings
from rso.core.models import Basis
from rso.members.models import Body
from rso.publications.models import Publication
from rso.workplan.models import Activity


def item(work: Publication) -> Item:
    return Item(work.title, work.get_absolute_url(), work.when, str(work.get_kind_display()), "en")


@listings.offers_shelf
def newest() -> Panel:
    """The newest works that are known by name: the example's unnamed ones stand in the list alone."""
    items = tuple(item(work) for work in Publication.objects.out().exclude(basis=Basis.ILLUSTRATIVE).newest_first()[:3])
    return Panel(
        "publications", _("Publications"), items, reverse("publications"), _("Nothing has been published yet.")
    )


@listings.offers_panel(Body)
def of_body(body: Body) -> Panel:
    return Panel.of(
        "publications",
        _("Publications"),
        Publication.objects.out().with_body(body.pk).newest_first(),
        item,
        url=f"{reverse('publications')}?body={body.ref}",
        blank=_("No publication with it is on record."),
    )


@listings.offers_panel(Activity)
def of_activity(activity: Activity) -> Panel:
    works = Publication.objects.out().filter(activity=activity).order_by("first_issued_on", "pk")
    return Panel("publications", _("Publications"), tuple(map(item, works)), blank=_("No publication belongs to it."))


@listings.offers_outcomes
def issued(activities: Sequence[int]) -> Iterator[tuple[int, Item]]:
    for work in Publication.objects.out().filter(activity__in=activities).order_by("first_issued_on", "pk"):
        yield cast(int, work.activity_id), item(work)
