"""What this room tells on the pages of others: the newest events, a member's part in them, an activity's events."""

from collections.abc import Iterator, Sequence
from typing import cast

from django.db.models import Max, OuterRef, Subquery, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rso.core.listings import Item, Panel, listings
from rso.core.models import Basis
from rso.events.models import COUNTED, Event, EventState, Participation
from rso.members.models import Body
from rso.workplan.models import Activity


def item(event: Event, meta: str = "") -> Item:
    words = meta or ". ".join(str(part) for part in (event.where, event.get_type_display()) if part)
    return Item(event.title, event.get_absolute_url(), event.when, words)


@listings.offers_shelf
def newest() -> Panel:
    held = Event.objects.filter(state=EventState.HELD).newest_first()[:3]
    items = tuple(item(event) for event in held)
    return Panel(
        "events", gettext_lazy("Events"), items, reverse("events"), gettext_lazy("No event has been held yet.")
    )


@listings.offers_panel(Body)
def of_body(body: Body) -> Panel:
    """The newest events that someone of the body attended or in which it had a part."""
    rows = Participation.objects.filter(COUNTED, event=OuterRef("pk"), member=body).order_by().values("event")
    events = Event.objects.with_body(body.pk).annotate(
        attendances=Subquery(rows.annotate(n=Sum("number")).values("n")),
        weakest=Subquery(rows.annotate(weakest=Max("basis")).values("weakest")),
    )
    return Panel.of(
        "events",
        gettext_lazy("Events"),
        events.newest_first(),
        lambda event: item(event, _attended(event.attendances, event.weakest)),
        url=f"{reverse('events')}?body={body.ref}",
        blank=gettext_lazy("No event with it is on record."),
    )


def _attended(number: int | None, weakest: int | None) -> str:
    if number is None:
        return _("As partner or expert")
    words = ngettext("%(n)s attendance", "%(n)s attendances", number) % {"n": number}
    return f"{words}, {_('illustrative')}" if weakest == Basis.ILLUSTRATIVE else words


@listings.offers_panel(Activity)
def of_activity(activity: Activity) -> Panel:
    found = tuple(item(event) for event in activity.events.order_by("starts_on", "pk"))
    return Panel("events", gettext_lazy("Events"), found, blank=gettext_lazy("No event belongs to it."))


@listings.offers_outcomes
def held(activities: Sequence[int]) -> Iterator[tuple[int, Item]]:
    found = Event.objects.filter(activity__in=activities, state=EventState.HELD)
    for event in found.order_by("starts_on", "pk"):
        yield cast(int, event.activity_id), item(event)
