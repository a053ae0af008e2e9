"""The office's desks of this room, and what it knows of the records of lower rooms."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from rso.core.office import HOW_KNOWN, Act, Col, Desk, Related, Section, View, desks
from rso.core.periods import is_over
from rso.events import states
from rso.events.actions import mark_participations
from rso.events.models import Event, EventState, Participation, ParticipationState, Quote
from rso.events.paste_page import paste_page, way_to_paste
from rso.events.policies import KEEP_EVENTS, KEEP_PARTICIPANTS, KEEP_QUOTES, SEE_EVENTS, SEE_PARTICIPANTS
from rso.members.models import MEMBER_KINDS, is_standing
from rso.workplan.models import Activity, ActivityStatus

if TYPE_CHECKING:
    from rso.accounts.models import User


def marking(slug: str, title: Promise, state: ParticipationState) -> Act:
    """The verb that says of those chosen how they stand."""

    def why_not(row: Participation, by: User) -> str:
        if row.state == state:
            return _now("is “%(state)s” already") % {"state": row.get_state_display()}
        if state == ParticipationState.ATTENDED and row.event.state != EventState.HELD:
            return _now("nobody has attended an event that was not held")
        return ""

    return Act(slug, title, KEEP_PARTICIPANTS, partial(mark_participations, state=state), why_not=why_not)


desks.declare(
    Desk(
        "events",
        Event,
        _("Events"),
        SEE_EVENTS,
        KEEP_EVENTS,
        columns="title state when place type activity",
        filters="type state mode starts_on group parts__body office_role",
        order=("-starts_on",),
        new=_("New event"),
        prefix="e",
        machine=states.events,
        sections=(
            Section(_("What and why"), "title type activity office_role mode group ordinal"),
            Section(_("When and where"), "starts_on ends_on precision place country"),
            Section(_("With whom"), "partners experts hosts funders"),
            Section(_("What came of it"), "summary outcome stated"),
            Section(_("Why"), "reason", asked=False),
            HOW_KNOWN,
        ),
        views=(
            View("next", _("Next 60 days"), lambda user, day: Q(starts_on__range=(day, day + timedelta(days=60)))),
            View("mine", _("Mine"), lambda user, day: Q(activity__lead=user.pk)),
        ),
        related=(
            Related("participations", "event", also=way_to_paste),
            Related("quotes", "event", "words speaker post consent"),
        ),
        blank=_("No event is planned yet."),
    ),
    Desk(
        "participations",
        Participation,
        _("Who took part"),
        SEE_PARTICIPANTS,
        KEEP_PARTICIPANTS,
        columns="who event member number sex role state",
        filters="state role sex mode basis event member",
        new=_("Enter someone"),
        prefix="p",
        under="events",
        needs=("person", "member", "event"),
        sections=(
            Section(_("Who"), "event person number sex member agency"),
            Section(_("How they took part"), "role state mode"),
            Section(_("How it is known"), "basis statement source"),
        ),
        acts=(
            marking("attend", _("Mark as attended"), ParticipationState.ATTENDED),
            marking("miss", _("Mark as absent"), ParticipationState.ABSENT),
            marking("register", _("Mark as registered"), ParticipationState.REGISTERED),
        ),
        more=(Col("who", _("Who"), lambda row: row.person or _("Head count"), ("person__name",)),),
        views=(View("came", _("Attended"), lambda user, day: Q(state=ParticipationState.ATTENDED)),),
        blank=_("Nobody has been entered yet."),
    ),
    Desk(
        "quotes",
        Quote,
        _("Quotations"),
        SEE_EVENTS,
        KEEP_QUOTES,
        columns="words speaker post event consent",
        filters="consent event",
        new=_("New quotation"),
        prefix="quote-",
        under="events",
        sections=(
            Section(_("Who said what"), "speaker post body event words"),
            Section(_("Consent"), "consent consent_on"),
            HOW_KNOWN,
        ),
        blank=_("No quotation is kept yet."),
    ),
)


def nothing_planned(user: User, day: date) -> Q:
    """Members with no event to come and no work planned or under way: nobody of theirs is entered, nothing of it is theirs."""
    to_come = Event.objects.filter(~is_over(day), state=EventState.PLANNED)
    work = Activity.objects.filter(status__in=(ActivityStatus.PLANNED, ActivityStatus.RUNNING))
    here = OuterRef("pk")
    planned = (
        to_come.filter(participations__member=here),
        to_come.filter(parts__body=here),
        work.filter(parts__body=here),
        work.filter(origins__request__parts__body=here),
        work.filter(origins__undertaking__parts__body=here),
    )
    found = Q(is_standing(day), kind__in=MEMBER_KINDS)
    for rows in planned:
        found &= Q(~Exists(rows))
    return found


#: What the pages of other records show of events.
SHORT = "title state when place"

desks.extend(
    "members",
    views=(View("idle", _("Members with nothing planned"), nothing_planned),),
    related=(
        Related("events", "participations__member", SHORT, _("Events that its people were entered for")),
        Related("events", "parts__body", SHORT, _("Events in which it has a part")),
    ),
)
desks.extend("people", related=(Related("participations", "person", "event role state mode"),))
desks.extend("groups", related=(Related("events", "group", SHORT),))
desks.extend("activities", related=(Related("events", "activity", SHORT),))

urlpatterns = [path("office/events/<ref:ref>/participants/paste/", paste_page, name="office-paste")]
