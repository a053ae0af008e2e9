"""What this room tells on the pages of others: the newest events, a member's part in them, an activity's events."""

from django.db.models import Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rso.core.listings import Item, Panel, listings
from rso.events.models import COUNTED_ROLES, Event, EventState, ParticipationState
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
        "events",
        gettext_lazy("Events"),
        items,
        reverse("events"),
        gettext_lazy("No event has been held yet."),
    )


@listings.offers_panel(Body)
def of_body(body: Body) -> Panel:
    """Events that someone of the body attended, and those in which it had a part."""
    counted = Q(
        participations__member=body,
        participations__state=ParticipationState.ATTENDED,
        participations__role__in=COUNTED_ROLES,
    )
    attended = Event.objects.filter(counted).newest_first().annotate(attendances=Sum("participations__number"))
    items = [
        item(event, ngettext("%(n)s attendance", "%(n)s attendances", n) % {"n": n})
        for event in attended
        for n in [event.attendances]  # type: ignore[attr-defined]
    ]
    parts = Event.objects.filter(parts__body=body).exclude(pk__in=[event.pk for event in attended]).distinct()
    items += [item(event, _("As partner or expert")) for event in parts.newest_first()]
    return Panel(
        "events",
        gettext_lazy("Events"),
        tuple(items),
        blank=gettext_lazy("No event with it is on record."),
    )


@listings.offers_panel(Activity)
def of_activity(activity: Activity) -> Panel:
    found = tuple(item(event) for event in activity.events.order_by("starts_on", "pk"))
    return Panel(
        "events",
        gettext_lazy("Events"),
        found,
        blank=gettext_lazy("No event belongs to it."),
    )
