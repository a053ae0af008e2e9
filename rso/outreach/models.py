"""Nouns of this room: engagements, in which the office takes part in what others do."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from rso.core.models import Dated, Record, one_of, words_in
from rso.core.periods import show_span
from rso.core.privacy import public
from rso.members.models import Body, Group
from rso.workplan.models import Activity, Part


class EngagementKind(models.TextChoices):
    EXTERNAL_EVENT = "external_event", _("Event of another body")
    REGIONAL_DIALOGUE = "regional_dialogue", _("Regional process or dialogue")
    PRESENTATION = "presentation", _("Presentation or update")
    COMMITTEE = "committee", _("Seat on a committee")
    PARTNERSHIP = "partnership", _("Partnership")
    BILATERAL_MEETING = "bilateral_meeting", _("Meeting with one body")
    MEDIA = "media", _("Media")
    SOCIAL_MEDIA = "social_media", _("Social media")
    CAMPAIGN = "campaign", _("Public information campaign")
    NEWSLETTER = "newsletter", _("Newsletter")


class EngagementMode(models.TextChoices):
    IN_PERSON = "in_person", _("In person")
    ONLINE = "online", _("Online")
    HYBRID = "hybrid", _("Hybrid")


class EngagementQuerySet(models.QuerySet["Engagement"]):
    def newest_first(self) -> EngagementQuerySet:
        return self.order_by("-starts_on", "-pk")

    def with_body(self, body: int) -> EngagementQuerySet:
        """Those in which a body had a part."""
        return self.filter(pk__in=EngagementBody.objects.filter(body=body).order_by().values("engagement"))


class Engagement(Record, Dated):
    """What the office attended or did with outside organisations. It is not an event of the office."""

    privacy = public(_("Shows the office's part in what others do"))
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=EngagementKind.choices)
    group = models.ForeignKey(
        Group,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="engagements",
        verbose_name=_("group"),
        help_text=_("The group whose meeting it was."),
    )
    ordinal = models.PositiveSmallIntegerField(
        _("number of the meeting"), null=True, blank=True, help_text=_("16 for the 16th meeting of the group.")
    )
    mode = models.CharField(_("mode"), max_length=15, blank=True, choices=EngagementMode.choices)
    place = models.CharField(_("place"), max_length=120, blank=True)
    activity = models.ForeignKey(
        Activity,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="engagements",
        verbose_name=_("activity"),
        help_text=_("The activity of the work plan that it belongs to."),
    )
    summary = models.TextField(_("summary"), blank=True, help_text=_("What the office did there and what came of it."))

    objects = EngagementQuerySet.as_manager()

    class Meta:
        verbose_name = _("engagement")
        indexes = [words_in("engagement"), models.Index(fields=["starts_on"], name="engagement_first_day")]
        constraints = [
            *Record.constraints("engagement"),
            *Dated.constraints_of_dates("engagement"),
            one_of("engagement", "kind", EngagementKind),
            one_of("engagement", "mode", EngagementMode, blank=True),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def when(self) -> str:
        return show_span(self.starts_on, self.ends_on, self.precision)


class EngagementBody(models.Model):
    """An organisation's part in an engagement."""

    privacy = public(_("Tells with whom the office engaged"))
    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="parts", verbose_name=_("engagement"))
    body = models.ForeignKey(Body, models.PROTECT, related_name="engagement_parts", verbose_name=_("organisation"))
    part = models.CharField(_("part"), max_length=10, choices=Part.choices)

    class Meta:
        verbose_name = _("part in an engagement")
        constraints = [
            models.UniqueConstraint(fields=["engagement", "body", "part"], name="engagement_body_once"),
            one_of("engagement_body", "part", Part),
        ]

    def __str__(self) -> str:
        return f"{self.part} {self.body.ref}"
