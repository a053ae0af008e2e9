"""The office's calendar: a month, a list, and addresses that other calendars subscribe to (RFC 5545)."""

from __future__ import annotations

import calendar
import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from rso.core.addresses import id_in
from rso.core.context import the_office
from rso.core.models import CalendarFeed, Precision
from rso.core.office.day import Entry, Span, entries_of, rooms
from rso.core.permissions import officer

if TYPE_CHECKING:
    from rso.accounts.models import User

#: How far a subscribed calendar looks back and ahead, in days, and how many addresses someone may have.
BACK, AHEAD, ADDRESSES = 370, 740, 20
#: In the place of a member's ref: what the owner of the address leads.
OWN = "*"
MONTH = re.compile(r"(19|20|21)\d\d-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True)
class Cell:
    """A day of the month's table, with what happens on it. Days of the months beside it are grey."""

    day: date
    inside: bool
    today: bool
    entries: Sequence[Entry]


def calendar_page(request: HttpRequest) -> HttpResponse:
    """A month as a table and as a list. `?month=2022-12` asks for one, `?mine=1` for what this person leads."""
    asked = request.GET.get("month", "")
    today = timezone.localdate()
    first = date(int(asked[:4]), int(asked[5:]), 1) if MONTH.fullmatch(asked) else today.replace(day=1)
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    entries = entries_of(Span(weeks[0][0], weeks[-1][-1], officer(request), months=True))
    mine = request.GET.get("mine") == "1"
    entries = [entry for entry in entries if entry.mine] if mine else entries
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    whose = shared(officer(request))
    feeds = CalendarFeed.objects.filter(owner=request.user.pk).order_by("-pk")
    context = {
        "here": None,
        "first": first,
        "before": first - timedelta(days=1),
        "after": last + timedelta(days=1),
        "mine": mine,
        "weeks": [[_cell(day, first, today, entries) for day in week] for week in weeks],
        "entries": sorted(
            (entry for entry in entries if entry.starts <= last and entry.ends >= first),
            key=lambda entry: entry.precision != Precision.DAY,
        ),
        "shared": whose,
        "feeds": [(feed, whose.get(feed.body, feed.body)) for feed in feeds],
        "made": request.session.pop("made", ""),
    }
    return render(request, "office/calendar.html", context)


def _cell(day: date, first: date, today: date, entries: Sequence[Entry]) -> Cell:
    there = [entry for entry in entries if entry.starts <= day <= entry.ends and entry.precision == Precision.DAY]
    return Cell(day, day.month == first.month, day == today, there)


# -- addresses to subscribe to -------------------------------------------------------------------------------------------


def feeds_page(request: HttpRequest) -> HttpResponse:
    """Makes an address for the whole office, this person or a member, shown once, or revokes one."""
    user = officer(request)
    if "revoke" in request.POST:
        CalendarFeed.objects.filter(owner=user.pk, pk=id_in(request.POST["revoke"])).delete()
        messages.success(request, _("The address is revoked; whoever still asks it gets nothing."))
    elif CalendarFeed.objects.filter(owner=user.pk).count() >= ADDRESSES:
        messages.error(request, _("You have %(n)s addresses; revoke one first.") % {"n": ADDRESSES})
    else:
        request.session["made"] = _made(user, request.POST.get("body", "").strip())
    return redirect("office-calendar")


def _made(user: User, body: str) -> str:
    """A new address, of which the database keeps the digest alone."""
    if body not in shared(user):
        raise Http404
    token = secrets.token_urlsafe(24)
    CalendarFeed.objects.create(owner=user, digest=_digest(token), body=body, made_at=timezone.now())
    return f"{settings.BASE_URL}{reverse('calendar-feed', args=[token])}"


def shared(user: User) -> dict[str, str]:
    """Whose calendar this person may give an address to, by ref and name: the whole office's, the own, each member's."""
    members = {ref: name for tell in rooms.calendars for ref, name in tell(user)}
    return {"": _("The whole office"), OWN: _("My own"), **members}


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def feed(request: HttpRequest, token: str) -> HttpResponse:
    """A calendar for whoever has its address: 404 once it is revoked or its owner has left."""
    now = timezone.now()
    found = CalendarFeed.objects.select_related("owner").filter(digest=_digest(token)).first()
    if found is None or not found.owner.is_office:
        raise Http404
    CalendarFeed.objects.filter(pk=found.pk).update(last_used_at=now)
    today = timezone.localdate()
    of = "" if found.body == OWN else found.body
    entries = entries_of(Span(today - timedelta(days=BACK), today + timedelta(days=AHEAD), found.owner, of))
    entries = [entry for entry in entries if entry.mine] if found.body == OWN else entries
    response = HttpResponse(_ical(found, entries), content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, max-age=900"
    return response


def _ical(feed: CalendarFeed, entries: Sequence[Entry]) -> bytes:
    from icalendar import Calendar, Event

    made, host = Calendar(), urlsplit(settings.BASE_URL).hostname or "rso"
    made.add("prodid", f"-//{the_office().label}//RSO//EN")
    made.add("version", "2.0")
    whose = str(feed.owner) if feed.body == OWN else shared(feed.owner).get(feed.body, feed.body)
    made.add("x-wr-calname", f"{the_office().label}: {whose}")
    for entry in entries:
        event = Event()
        event.add("uid", f"{entry.uid}@{host}")
        # Nothing of a reader's own clock: the same records give the same bytes.
        event.add("dtstamp", feed.made_at.astimezone(UTC))
        event.add("dtstart", entry.starts)
        event.add("dtend", entry.ends + timedelta(days=1))
        event.add("summary", entry.title)
        event.add("url", f"{settings.BASE_URL}{entry.url}")
        for name, text in (("location", entry.place), ("description", entry.says)):
            if text:
                event.add(name, text)
        if entry.is_off:
            event.add("status", "CANCELLED")
        made.add_component(event)
    return bytes(made.to_ical())
