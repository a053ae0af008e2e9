"""Nouns of this room: events, what bodies do in them, who took part, what was said."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rso.core.models import Dated, RankField, Record, Statement, one_of, words_in
from rso.core.periods import show_span
from rso.core.privacy import DataClass, Privacy, public
from rso.members.models import Body, Group, OfABodyQuerySet, Person, Sex
from rso.workplan.models import Activity, Part


class EventType(models.TextChoices):
    TRAINING = "training", _("Training course")
    WORKSHOP = "workshop", _("Workshop")
    TABLETOP_EXERCISE = "tabletop_exercise", _("Tabletop exercise")
    THEMATIC_DIALOGUE = "thematic_dialogue", _("Thematic dialogue")
    ROUNDTABLE = "roundtable", _("Roundtable")
    FORUM = "forum", _("Forum")
    CONSTRUCTIVE_DIALOGUE = "constructive_dialogue", _("Constructive Dialogue")
    WORKING_GROUP_MEETING = "working_group_meeting", _("Working group meeting")
    SENIOR_OFFICIALS_MEETING = ("senior_officials_meeting", _("Senior officials’ meeting"))
    MINISTERIAL_CONFERENCE = "ministerial_conference", _("Ministerial conference")
    TECHNICAL_CONSULTATION = "technical_consultation", _("Technical consultation")
    ENGAGEMENT_FUNCTION = "engagement_function", _("Members’ engagement function")
    ALUMNI_DAY = "alumni_day", _("Alumni day")
    LAUNCH = "launch", _("Launch of a publication or tool")


#: Types that build capacity: `countries-reached-by-training` counts them.
CAPACITY_BUILDING = (EventType.TRAINING, EventType.WORKSHOP, EventType.TABLETOP_EXERCISE)


class EventMode(models.TextChoices):
    IN_PERSON = "in_person", _("In person")
    ONLINE = "online", _("Online")
    HYBRID = "hybrid", _("Hybrid")
    SELF_PACED = "self_paced", _("Self-paced")
    VIRTUAL_REALITY = "virtual_reality", _("Virtual reality")


class EventState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    HELD = "held", _("Held")
    POSTPONED = "postponed", _("Postponed")
    CANCELLED = "cancelled", _("Cancelled")


class OfficeRole(models.TextChoices):
    ORGANISED = "organised", _("Organised by the office")
    CO_HOSTED = "co_hosted", _("Co-hosted with partners")
    FACILITATED = "facilitated", _("Facilitated for others")
    SUPPORTED = "supported", _("Supported")


#: The roles that make an event the office's own.
OWN_ROLES = (OfficeRole.ORGANISED, OfficeRole.CO_HOSTED, OfficeRole.FACILITATED)


class EventQuerySet(models.QuerySet["Event"]):
    def newest_first(self) -> EventQuerySet:
        return self.order_by("-starts_on", "-pk")

    def with_body(self, body: int) -> EventQuerySet:
        """Events that someone of the body attended, or in which it had a part. A page of the newest asks no more than its rows."""
        attended = Participation.objects.filter(COUNTED, member=body, event=OuterRef("pk"))
        parts = EventBody.objects.filter(body=body, event=OuterRef("pk"))
        return self.filter(Exists(attended) | Exists(parts))

    def that_concern(self, body: int) -> EventQuerySet:
        """Events for which someone of the body is on the list, whether they came or not, or in which it had a part."""
        listed = Participation.objects.filter(member=body, event=OuterRef("pk"))
        parts = EventBody.objects.filter(body=body, event=OuterRef("pk"))
        return self.filter(Exists(listed) | Exists(parts))


class Event(Record, Dated):
    """A training, dialogue, exercise or meeting that the office organised, co-hosted, facilitated or supported."""

    named_in = ("title",)
    privacy = public(_("Shows what the office held and supported"))
    title = models.CharField(_("title"), max_length=200)
    type = models.CharField(_("type"), max_length=30, choices=EventType.choices)
    mode = models.CharField(_("mode"), max_length=15, choices=EventMode.choices, blank=True)
    state = models.CharField(_("status"), max_length=10, choices=EventState.choices, default=EventState.PLANNED)
    reason = models.CharField(
        _("reason"), max_length=400, blank=True, help_text=_("Why it was postponed or cancelled.")
    )
    office_role = models.CharField(
        _("office’s role"),
        max_length=12,
        choices=OfficeRole.choices,
        help_text=_("What is only supported does not count among the office’s own events."),
    )
    group = models.ForeignKey(
        Group,
        models.PROTECT,
        verbose_name=_("group"),
        null=True,
        blank=True,
        related_name="events",
        help_text=_("Whose meeting it is, where it is one."),
    )
    ordinal = models.PositiveSmallIntegerField(
        _("number of the meeting"), null=True, blank=True, help_text=_("16 for the 16th meeting of the group.")
    )
    place = models.CharField(_("place"), max_length=120, blank=True)
    country = models.CharField(
        _("country code"), max_length=3, blank=True, help_text=_("Where it is held: three letters of ISO 3166, as THA.")
    )
    activity = models.ForeignKey(
        Activity,
        models.PROTECT,
        verbose_name=_("activity"),
        null=True,
        blank=True,
        related_name="events",
        help_text=_("The work of which it is a part, and with it why it is held."),
    )
    summary = models.TextField(_("summary"), blank=True, help_text=_("What it was, for the public and for reports."))
    outcome = models.TextField(_("outcome"), blank=True, help_text=_("What came of it, once something did."))

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        indexes = [
            words_in("event"),
            models.Index(fields=["starts_on", "type", "mode"], name="event_first_day"),
            models.Index(fields=["type", "starts_on"], name="event_type"),
            # A page of the list, walked newest first.
            models.Index(fields=["starts_on", "id"], name="event_newest"),
        ]
        constraints = [
            *Record.constraints("event"),
            *Dated.constraints_of_dates("event"),
            one_of("event", "mode", EventMode, blank=True),
            one_of("event", "type", EventType),
            one_of("event", "state", EventState),
            models.CheckConstraint(condition=Q(office_role__in=OfficeRole.values), name="event_role_is_known"),
            models.CheckConstraint(
                condition=~Q(state__in=[EventState.POSTPONED, EventState.CANCELLED]) | ~Q(reason=""),
                name="event_gives_its_reason",
            ),
            models.UniqueConstraint(fields=["group", "ordinal"], name="event_ordinal_once_a_group"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_off(self) -> bool:
        """Whether it does not take place then; why stands in its reason."""
        return self.state in (EventState.POSTPONED, EventState.CANCELLED)

    @property
    def sort_key(self) -> tuple[Any, ...]:
        return (self.starts_on, self.ref)

    @property
    def when(self) -> str:
        return show_span(self.starts_on, self.ends_on, self.precision)

    @property
    def where(self) -> str:
        return self.place or (
            str(self.get_mode_display()) if self.mode in (EventMode.ONLINE, EventMode.SELF_PACED) else ""
        )

    @property
    def is_own(self) -> bool:
        return self.office_role in OWN_ROLES

    def get_absolute_url(self) -> str:
        return reverse("event", args=[self.ref])


class EventBody(models.Model):
    """An organisation's part in an event."""

    privacy = public(_("Tells who worked beside the office"))
    event = models.ForeignKey(Event, models.CASCADE, related_name="parts")
    body = models.ForeignKey(Body, models.PROTECT, verbose_name=_("with"), related_name="event_parts")
    part = models.CharField(_("part"), max_length=10, choices=Part.choices)

    class Meta:
        verbose_name = _("part in an event")
        constraints = [
            models.UniqueConstraint(fields=["event", "body", "part"], name="event_body_once"),
            one_of("event_body", "part", Part),
        ]

    def __str__(self) -> str:
        return f"{self.part} {self.body.ref}"


class StatedNumber(models.Model):
    """What a source states of an event: how many came, from how many bodies. Shown beside the count, never counted."""

    privacy = public(_("Keeps what a source says of an event beside what the records show"))
    event = models.ForeignKey(Event, models.CASCADE, related_name="stated")
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("stated number")
        constraints = [models.UniqueConstraint(fields=["event", "statement"], name="event_statement_once")]

    def __str__(self) -> str:
        return str(self.statement)


# What is counted by the million is kept as small numbers; files and evidence write their names.


class ParticipationRole(models.IntegerChoices):
    PARTICIPANT = 1, _("Participant")
    DELEGATE = 2, _("Delegate")
    SPEAKER = 3, _("Speaker")
    EXPERT = 4, _("Expert")
    OBSERVER = 5, _("Observer")
    STAFF = 6, _("Staff")


#: The roles that count as attendance; speakers, experts and staff are not those whom an event is for.
COUNTED_ROLES = (ParticipationRole.PARTICIPANT, ParticipationRole.DELEGATE)


class ParticipationState(models.IntegerChoices):
    REGISTERED = 1, _("Registered")
    ATTENDED = 2, _("Attended")
    ABSENT = 3, _("Absent")


#: Those for whom an event is, when they came.
COUNTED = Q(role__in=COUNTED_ROLES, state=ParticipationState.ATTENDED)


class Presence(models.IntegerChoices):
    IN_ROOM = 1, _("In the room")
    ONLINE = 2, _("Online")


class ParticipationQuerySet(OfABodyQuerySet):
    of = "member"


class Participation(Record):
    """A person's part in an event (number 1), or the head count of a delegation of which no names are known."""

    privacy = Privacy(
        DataClass.PERSONAL,
        _("Counts who took part, so that the office can account for its events"),
        _("The name is forgotten with the person’s; the attendance stays, and counts as before"),
    )
    named_by = ("person", "event")
    event = models.ForeignKey(
        Event, models.PROTECT, verbose_name=_("event"), related_name="participations", db_index=False
    )
    member = models.ForeignKey(
        Body,
        models.PROTECT,
        verbose_name=_("State or organisation"),
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text=_("For whom they came; empty where it is not known."),
    )
    agency = models.ForeignKey(
        Body, models.PROTECT, verbose_name=_("agency"), null=True, blank=True, related_name="+", db_index=False
    )
    person = models.ForeignKey(
        Person,
        models.PROTECT,
        verbose_name=_("person"),
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text=_("Empty for a head count: a delegation of which no names are known."),
    )
    number = models.PositiveIntegerField(
        _("number"), default=1, help_text=_("1 for a person; of a head count, how many of one sex came.")
    )
    sex = RankField(Sex, verbose_name=_("sex"), null=True, blank=True, help_text=_("Empty where it is not known."))
    role = RankField(ParticipationRole, verbose_name=_("role"))
    state = RankField(ParticipationState, verbose_name=_("status"), default=ParticipationState.REGISTERED)
    mode = RankField(Presence, verbose_name=_("way of taking part"))
    statement = models.ForeignKey(
        Statement,
        models.PROTECT,
        verbose_name=_("statement"),
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text=_("The total of a source that this row is a part of."),
    )
    source = models.ForeignKey(
        "core.Source",
        models.PROTECT,
        verbose_name=_("source"),
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text=_("The document in which it stands."),
    )

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = _("participation")
        indexes = [
            # Everything a figure groups or filters by stands in one index, so that the table itself is not read.
            models.Index(
                fields=[
                    *("event", "state", "role", "number", "person", "basis"),
                    *("statement", "member", "mode", "sex", "agency"),
                ],
                name="participation_all",
            ),
            models.Index(
                fields=["member", "event", "state", "role"],
                name="participation_member",
                condition=Q(member__isnull=False),
            ),
            models.Index(fields=["agency", "event"], name="participation_agency", condition=Q(agency__isnull=False)),
            models.Index(fields=["statement"], name="participation_statement", condition=Q(statement__isnull=False)),
            models.Index(fields=["source"], name="participation_source", condition=Q(source__isnull=False)),
        ]
        constraints = [
            *Record.constraints("participation"),
            models.UniqueConstraint(fields=["person", "event"], name="participation_person_once_an_event"),
            models.CheckConstraint(condition=Q(number__gte=1), name="participation_counts_someone"),
            models.CheckConstraint(
                condition=Q(person__isnull=True) | Q(number=1), name="participation_person_counts_once"
            ),
            one_of("participation", "role", ParticipationRole),
            one_of("participation", "state", ParticipationState),
            models.CheckConstraint(condition=Q(mode__in=Presence.values), name="participation_presence_is_known"),
            models.CheckConstraint(
                condition=Q(sex__isnull=True) | Q(sex__in=Sex.values), name="participation_sex_is_known_or_null"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person or _('Head count')}, {self.event}"


class Consent(models.TextChoices):
    GIVEN = "given", _("Given")
    PUBLISHED = "published", _("Published by its speaker or with consent elsewhere")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Quote(Record):
    """Words that someone said and agreed to see printed. Withdrawn consent takes the quotation out of every edition to come."""

    privacy = Privacy(
        DataClass.PERSONAL, _("Prints what participants said, with their consent"), _("Until consent is withdrawn")
    )
    event = models.ForeignKey(
        Event, models.PROTECT, verbose_name=_("event"), null=True, blank=True, related_name="quotes"
    )
    speaker = models.CharField(_("speaker"), max_length=120)
    post = models.CharField(_("post"), max_length=160, blank=True, help_text=_("As it was when the words were said."))
    body = models.ForeignKey(
        Body, models.PROTECT, verbose_name=_("State or organisation"), null=True, blank=True, related_name="+"
    )
    words = models.TextField(_("words"), help_text=_("As they were said, without quotation marks."))
    consent = models.CharField(
        _("consent"),
        max_length=10,
        choices=Consent.choices,
        help_text=_("Without it the words are shown nowhere; when it is withdrawn they leave every edition to come."),
    )
    consent_on = models.DateField(_("day of consent"), null=True, blank=True)

    class Meta:
        verbose_name = _("quotation")
        constraints = [*Record.constraints("quote"), one_of("quote", "consent", Consent)]

    def __str__(self) -> str:
        return self.words[:60]
