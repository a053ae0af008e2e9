"""What this room tells on the page of a body: what it asked for, undertook and worked on."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rso.core.listings import SHOWN, Item, Panel, listings
from rso.core.periods import show_day
from rso.members.models import Body
from rso.workplan.models import Activity, Request, Undertaking


@listings.offers_panel(Body)
def asked(body: Body) -> Panel:
    """The newest requests and undertakings in which the body is named."""
    requests = Request.objects.filter(parts__body=body).order_by("-received_on", "ref")[: SHOWN + 1]
    undertakings = Undertaking.objects.filter(parts__body=body).order_by("-said_on", "ref")[: SHOWN + 1]
    found = [(row.received_on, row) for row in requests] + [(row.said_on, row) for row in undertakings]
    found.sort(key=lambda pair: pair[0], reverse=True)
    return Panel(
        "asked",
        _("Asked and undertaken"),
        tuple(
            Item(str(row), row.get_absolute_url(), show_day(day, row.precision), str(row.get_state_display()))
            for day, row in found[:SHOWN]
        ),
        reverse("asked"),
        _("No request or undertaking names it."),
        len(found) > SHOWN,
    )


@listings.offers_panel(Body)
def worked_on(body: Body) -> Panel:
    return Panel.of(
        "work",
        _("Work with it"),
        Activity.objects.with_body(body.pk).newest_first(),
        lambda a: Item(a.title, a.get_absolute_url(), a.when, str(a.get_status_display())),
        url=f"{reverse('work')}?body={body.ref}",
        blank=_("No activity names it as partner, expert, host or funder."),
    )
