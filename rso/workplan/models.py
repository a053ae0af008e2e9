"""Nouns of this room: why the office acts. Purposes, themes, priorities, requests, undertakings, activities."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from rso.core.models import (
    AS_KNOWN,
    Dated,
    Precision,
    RankField,
    Record,
    ShortTitled,
    Titled,
    one_of,
    precision_is_known,
    words_in,
)
from rso.core.periods import show_span
from rso.core.privacy import public
from rso.members.models import Body


class CorePurpose(ShortTitled):
    """One of the purposes by which programme cost is reported."""

    privacy = public(_("Names what the office is for"))

    class Meta:
        verbose_name = _("core purpose")


class ThemeSet(models.TextChoices):
    THEMATIC_AREA = "thematic_area", _("Thematic area")
    PROGRAMME = "programme", _("Programme")
    AREA_OF_COOPERATION = "area_of_cooperation", _("Area of cooperation")


class ThemeQuerySet(models.QuerySet["Theme"]):
    def valid_in(self, starts: date, ends: date) -> ThemeQuerySet:
        """Themes in force on some day of a half-open span."""
        return self.filter(valid_from__lt=ends).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=starts))


class Theme(ShortTitled):
    """A theme of the office's work, in force from a day up to, not including, another. Sets replace one another."""

    privacy = public(_("Names the themes of the office's work"))
    set = models.CharField(_("set"), max_length=20, choices=ThemeSet.choices)
    valid_from = models.DateField(_("first day in force"))
    valid_to = models.DateField(
        _("first day out of force"), null=True, blank=True, help_text=_("Empty while it is in force.")
    )

    objects = ThemeQuerySet.as_manager()

    class Meta:
        verbose_name = _("theme")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="theme_ends_after_it_starts"
            ),
            one_of("theme", "set", ThemeSet),
        ]

    @property
    def years(self) -> str:
        """The years in which it is in force: “2023–” where none has replaced it."""
        if self.valid_to is None:
            return f"{self.valid_from.year}–"
        return show_span(self.valid_from, self.valid_to - timedelta(days=1), Precision.YEAR)


def among_asked(day: date, ref: str) -> str:
    """Where the page of what was asked and undertaken tells of one thing."""
    return f"{reverse('asked')}?year={day.year}#{ref}"


class PriorityIssue(Record, Titled):
    """An issue on which a meeting agreed that efforts should focus."""

    privacy = public(_("Keeps what members agreed to focus on"))
    set_by = models.CharField(
        _("meeting that agreed"), max_length=200, help_text=_("By name, as 8th Bali Process Ministerial Conference.")
    )
    agreed_on = models.DateField(_("day of agreement"))
    precision = RankField(Precision, verbose_name=_("precision"), default=Precision.DAY, help_text=AS_KNOWN)

    class Meta:
        verbose_name = _("priority issue")
        indexes = [models.Index(fields=["agreed_on"], name="priority_agreed")]
        constraints = [*Record.constraints("priority_issue"), precision_is_known("priority_issue")]

    def get_absolute_url(self) -> str:
        return among_asked(self.agreed_on, self.ref)


class UndertakingState(models.TextChoices):
    RECORDED = "recorded", _("Recorded")
    IN_PROGRESS = "in_progress", _("In progress")
    DONE = "done", _("Done")
    DROPPED = "dropped", _("Dropped")
    OVERTAKEN = "overtaken", _("Overtaken by events")


class Undertaking(Record):
    """What a member or the office said in a meeting that it would do. Voluntary: told as progress."""

    named_in = ("text",)
    privacy = public(_("Keeps what was undertaken in meetings and what came of it"))
    text = models.CharField(_("undertaking"), max_length=400, help_text=_("What was said that would be done."))
    meeting = models.CharField(_("meeting"), max_length=200, blank=True, help_text=_("Where it was said."))
    said_on = models.DateField(_("day of the undertaking"))
    precision = RankField(Precision, verbose_name=_("precision"), default=Precision.DAY, help_text=AS_KNOWN)
    state = models.CharField(
        _("status"), max_length=15, choices=UndertakingState.choices, default=UndertakingState.RECORDED
    )
    area = models.CharField(_("area of cooperation"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("undertaking")
        indexes = [models.Index(fields=["said_on"], name="undertaking_said")]
        constraints = [
            *Record.constraints("undertaking"),
            precision_is_known("undertaking"),
            one_of("undertaking", "state", UndertakingState),
        ]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return among_asked(self.said_on, self.ref)


class UndertakingBody(models.Model):
    """A body that took part in an undertaking."""

    privacy = public(_("Tells who undertook what"))
    undertaking = models.ForeignKey(Undertaking, models.CASCADE, related_name="parts")
    body = models.ForeignKey(Body, models.PROTECT, verbose_name=_("member"), related_name="+")

    class Meta:
        verbose_name = _("body of an undertaking")
        constraints = [models.UniqueConstraint(fields=["undertaking", "body"], name="undertaking_body_once")]

    def __str__(self) -> str:
        return str(self.body.ref)


class RequestState(models.TextChoices):
    RECEIVED = "received", _("Received")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    IN_WORK = "in_work", _("In work")
    ANSWERED = "answered", _("Answered")
    DECLINED = "declined", _("Declined")
    REFERRED = "referred", _("Referred to a partner")


class Request(Record):
    """What a member asks the office for, and when it was answered."""

    named_in = ("title",)
    privacy = public(_("Shows what members asked for and what came of it"))
    title = models.CharField(
        _("request"), max_length=200, help_text=_("What is asked for. Say nothing of a victim, a migrant or a suspect.")
    )
    received_on = models.DateField(_("day of receipt"))
    precision = RankField(
        Precision, verbose_name=_("precision of the receipt"), default=Precision.DAY, help_text=AS_KNOWN
    )
    answered_on = models.DateField(
        _("day of the answer"),
        null=True,
        blank=True,
        help_text=_("Set when the request is answered; change it here only to correct it."),
    )
    answered_precision = RankField(
        Precision, verbose_name=_("precision of the answer"), default=Precision.DAY, help_text=AS_KNOWN
    )
    state = models.CharField(_("status"), max_length=15, choices=RequestState.choices, default=RequestState.RECEIVED)
    asked_by = models.CharField(
        _("requester"),
        max_length=120,
        blank=True,
        help_text=_("Who spoke for the members, where it helps: a ministry, a delegation; no private person."),
    )
    remark = models.CharField(_("remark"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("request")
        indexes = [
            models.Index(fields=["received_on"], name="request_received"),
            models.Index(fields=["answered_on"], name="request_answered"),
        ]
        constraints = [
            *Record.constraints("request"),
            precision_is_known("request"),
            one_of("request", "state", RequestState),
            precision_is_known("request", "answered_precision"),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True) | Q(answered_on__gte=F("received_on")),
                name="request_answered_after_receipt",
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True) | Q(state=RequestState.ANSWERED),
                name="request_answer_has_its_state",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return among_asked(self.received_on, self.ref)


class RequestBody(models.Model):
    """A member that made a request."""

    privacy = public(_("Tells who asked for what"))
    request = models.ForeignKey(Request, models.CASCADE, related_name="parts")
    body = models.ForeignKey(Body, models.PROTECT, verbose_name=_("member"), related_name="+")

    class Meta:
        verbose_name = _("body of a request")
        constraints = [models.UniqueConstraint(fields=["request", "body"], name="request_body_once")]

    def __str__(self) -> str:
        return str(self.body.ref)


class GenderMarker(models.TextChoices):
    """The marker of the OECD's Development Assistance Committee; not screened is a state of its own, not zero."""

    NOT_TARGETED = "0", _("Not targeted")
    SIGNIFICANT = "1", _("Significant objective")
    PRINCIPAL = "2", _("Principal objective")
    NOT_SCREENED = "not_screened", _("Not screened")


class ActivityStatus(models.TextChoices):
    PLANNED = "planned", _("Planned")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    POSTPONED = "postponed", _("Postponed")
    CANCELLED = "cancelled", _("Cancelled")


class ActivityQuerySet(models.QuerySet["Activity"]):
    def newest_first(self) -> ActivityQuerySet:
        return self.order_by("-starts_on", "ref")

    def with_body(self, body: int) -> ActivityQuerySet:
        """Those in which a body had a part."""
        return self.filter(pk__in=ActivityBody.objects.filter(body=body).order_by().values("activity"))

    def that_concern(self, body: int) -> ActivityQuerySet:
        """Those in which a body had a part, or that arose from what it asked for or undertook."""
        asked = Q(request__parts__body=body) | Q(undertaking__parts__body=body)
        arose = ActivityOrigin.objects.filter(asked).order_by().values("activity")
        parts = ActivityBody.objects.filter(body=body).order_by().values("activity")
        return self.filter(Q(pk__in=arose) | Q(pk__in=parts))


class Activity(Record, Dated):
    """A piece of the office's work: why it exists, which purpose and themes it serves, who is beside the office in it."""

    named_in = ("title",)
    privacy = public(_("Shows what the office does and why"))
    hands_over = {"lead": _("Activities in the lead")}
    title = models.CharField(_("title"), max_length=200)
    purpose = models.ForeignKey(
        CorePurpose,
        models.PROTECT,
        verbose_name=_("core purpose"),
        related_name="activities",
        help_text=_("Its cost is reported under it."),
    )
    gender_marker = models.CharField(
        _("gender marker"),
        max_length=12,
        choices=GenderMarker.choices,
        default=GenderMarker.NOT_SCREENED,
        help_text=_(
            "Whether equality of women and men is its aim, one of its aims, or neither. Not screened is no answer."
        ),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=ActivityStatus.choices, default=ActivityStatus.PLANNED
    )
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("lead officer"),
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The officer who answers for it; the public does not see the name."),
    )
    summary = models.TextField(_("summary"), blank=True, help_text=_("What it is, for the public and for reports."))
    outcome = models.TextField(_("outcome"), blank=True, help_text=_("What came of it, once something did."))

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity")
        indexes = [words_in("activity"), models.Index(fields=["starts_on", "ends_on"], name="activity_span")]
        constraints = [
            *Record.constraints("activity"),
            *Dated.constraints_of_dates("activity"),
            models.CheckConstraint(condition=Q(gender_marker__in=GenderMarker.values), name="activity_marker_is_known"),
            one_of("activity", "status", ActivityStatus),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def when(self) -> str:
        return show_span(self.starts_on, self.ends_on, self.precision)

    def get_absolute_url(self) -> str:
        return reverse("activity", args=[self.ref])


class ActivityTheme(models.Model):
    """A theme's share of an activity in whole per cents; the shares of an activity sum to 100."""

    privacy = public(_("Weighs the themes that an activity serves"))
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="themes")
    theme = models.ForeignKey(Theme, models.PROTECT, verbose_name=_("theme"), related_name="+")
    weight = models.PositiveSmallIntegerField(_("per cent"))

    class Meta:
        verbose_name = _("theme of an activity")
        constraints = [
            models.UniqueConstraint(fields=["activity", "theme"], name="activity_theme_once"),
            models.CheckConstraint(condition=Q(weight__range=(1, 100)), name="activity_theme_weight_in_range"),
        ]

    def __str__(self) -> str:
        return f"{self.theme.ref}:{self.weight}"


class Part(models.TextChoices):
    """What an organisation does in a piece of work. Only partners and experts count as engaged."""

    PARTNER = "partner", _("Partner")
    EXPERT = "expert", _("Expert")
    HOST = "host", _("Host")
    FUNDER = "funder", _("Funder")


#: The parts that make an organisation a partner engaged.
ENGAGED = (Part.PARTNER, Part.EXPERT)


class ActivityBody(models.Model):
    """A body's part in an activity."""

    privacy = public(_("Tells who works beside the office"))
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="parts")
    body = models.ForeignKey(Body, models.PROTECT, verbose_name=_("with"), related_name="+")
    part = models.CharField(_("part"), max_length=10, choices=Part.choices)

    class Meta:
        verbose_name = _("part in an activity")
        indexes = [models.Index(fields=["body"], name="activity_of_body")]
        constraints = [
            models.UniqueConstraint(fields=["activity", "body", "part"], name="activity_body_once"),
            one_of("activity_body", "part", Part),
        ]

    def __str__(self) -> str:
        return f"{self.part} {self.body.ref}"


class ActivityOrigin(models.Model):
    """Why an activity exists: a request, an undertaking or a priority issue."""

    privacy = public(_("Joins what was asked to what was done"))
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="origins")
    request = models.ForeignKey(
        Request, models.PROTECT, verbose_name=_("request"), null=True, blank=True, related_name="activities"
    )
    undertaking = models.ForeignKey(
        Undertaking, models.PROTECT, verbose_name=_("undertaking"), null=True, blank=True, related_name="activities"
    )
    priority = models.ForeignKey(
        PriorityIssue,
        models.PROTECT,
        verbose_name=_("priority issue"),
        null=True,
        blank=True,
        related_name="activities",
    )

    class Meta:
        verbose_name = _("origin of an activity")
        constraints = [
            models.CheckConstraint(
                condition=Q(request__isnull=False, undertaking__isnull=True, priority__isnull=True)
                | Q(request__isnull=True, undertaking__isnull=False, priority__isnull=True)
                | Q(request__isnull=True, undertaking__isnull=True, priority__isnull=False),
                name="activity_origin_is_one_thing",
            )
        ]

    def __str__(self) -> str:
        return str(self.asked.ref)

    @property
    def asked(self) -> Request | Undertaking | PriorityIssue:
        """The one thing from which the activity arose."""
        found = self.request or self.undertaking or self.priority
        assert found
        return found

    @property
    def kind(self) -> str:
        return capfirst(str(self.asked._meta.verbose_name))
