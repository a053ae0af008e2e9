"""Nouns of this room: works, and the editions and languages in which they appeared."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rso.accounts.models import User
from rso.core.models import Kept, Precision, RankField, Record, one_of, precision_is_known, words_in
from rso.core.periods import show_day
from rso.core.privacy import DataClass, Privacy, public
from rso.members.models import Body
from rso.workplan.models import Activity, Part


class PublicationKind(models.TextChoices):
    PRACTITIONER_GUIDE = "practitioner_guide", _("Practitioner guide")
    FACILITATOR_GUIDE = "facilitator_guide", _("Facilitator guide")
    GOOD_PRACTICE_GUIDE = "good_practice_guide", _("Good practice guide")
    POLICY_GUIDE = "policy_guide", _("Policy guide")
    TOOLKIT = "toolkit", _("Toolkit")
    PRACTITIONER_TOOL = "practitioner_tool", _("Tool for practitioners")
    POLICY_BRIEF = "policy_brief", _("Policy brief")
    COMPARATIVE_ANALYSIS = ("comparative_analysis", _("Comparative analysis or research report"))
    ROADMAP = "roadmap", _("Roadmap")
    TRAINING_CURRICULUM = "training_curriculum", _("Training curriculum or module")
    OUTCOME_STATEMENT = "outcome_statement", _("Outcome statement or report")
    STRATEGY = "strategy", _("Strategic plan")
    WORK_PLAN = "work_plan", _("Work plan")
    ANNUAL_REPORT = "annual_report", _("Annual or impact report")
    NEWSLETTER = "newsletter", _("Newsletter")
    NOT_NAMED = "not_named", _("Kind not known")


class PublicationState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PEER_REVIEW = "peer_review", _("In peer review")
    CLEARED = "cleared", _("Cleared")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


#: Where answers are being gathered.
IN_CLEARANCE = (PublicationState.PEER_REVIEW, PublicationState.CLEARED)
#: Where no answer changes anything any more.
ISSUED = (PublicationState.PUBLISHED, PublicationState.WITHDRAWN)


class PublicationQuerySet(models.QuerySet["Publication"]):
    def out(self) -> PublicationQuerySet:
        """What the public may read."""
        return self.filter(state=PublicationState.PUBLISHED)

    def with_body(self, body: int) -> PublicationQuerySet:
        """Works in which a body had a part."""
        return self.filter(pk__in=PublicationBody.objects.filter(body=body).order_by().values("publication"))

    def newest_first(self) -> PublicationQuerySet:
        return self.order_by("-first_issued_on", "-pk")


class Publication(Record):
    """A work. A language or a later edition of it is not a new work."""

    named_in = ("title",)
    privacy = public(_("Lists what the office has published"))
    title = models.CharField(_("title"), max_length=240)
    kind = models.CharField(_("kind"), max_length=25, choices=PublicationKind.choices)
    state = models.CharField(
        _("status"), max_length=15, choices=PublicationState.choices, default=PublicationState.DRAFT
    )
    first_issued_on = models.DateField(
        _("first issue"),
        help_text=_("The work counts once, in the period of this day. Before it is out, the day that is planned."),
    )
    precision = RankField(
        Precision,
        default=Precision.DAY,
        verbose_name=_("precision"),
        help_text=_("Pages show no more of the date than is known."),
    )
    activity = models.ForeignKey(
        Activity,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="publications",
        verbose_name=_("activity"),
        help_text=_("The activity of the work plan from which it comes."),
    )
    authors = models.CharField(
        _("authors"), max_length=300, blank=True, help_text=_("Names as they stand on the cover.")
    )
    series = models.CharField(_("series"), max_length=160, blank=True)
    part_of_series = models.PositiveSmallIntegerField(
        _("part of the series"), null=True, blank=True, help_text=_("A number, where the series counts its parts.")
    )
    summary = models.TextField(
        _("summary"),
        blank=True,
        help_text=_("What it is for, in two or three sentences; it stands on the public page."),
    )
    link = models.URLField(_("link"), max_length=500, blank=True, help_text=_("Where the public finds it."))
    reason = models.CharField(
        _("reason"), max_length=400, blank=True, help_text=_("Why it was withdrawn or sent back.")
    )

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("publication")
        indexes = [
            words_in("publication"),
            models.Index(fields=["first_issued_on", "state", "kind"], name="publication_first_issue"),
        ]
        constraints = [
            *Record.constraints("publication"),
            precision_is_known("publication"),
            one_of("publication", "state", PublicationState),
            one_of("publication", "kind", PublicationKind),
            models.CheckConstraint(
                condition=~Q(state=PublicationState.WITHDRAWN) | ~Q(reason=""), name="publication_gives_its_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_out(self) -> bool:
        return self.state == PublicationState.PUBLISHED

    @property
    def sort_key(self) -> tuple[Any, ...]:
        return (self.first_issued_on, self.title)

    @property
    def when(self) -> str:
        return show_day(self.first_issued_on, self.precision)

    def get_absolute_url(self) -> str:
        return reverse("publication", args=[self.ref])


class PublicationBody(models.Model):
    """An organisation's part in a work."""

    privacy = public(_("Tells who worked beside the office"))
    publication = models.ForeignKey(Publication, models.CASCADE, related_name="parts", verbose_name=_("publication"))
    body = models.ForeignKey(Body, models.PROTECT, related_name="publication_parts", verbose_name=_("organisation"))
    part = models.CharField(_("part"), max_length=10, choices=Part.choices)

    class Meta:
        verbose_name = _("part in a publication")
        constraints = [
            models.UniqueConstraint(fields=["publication", "body", "part"], name="publication_body_once"),
            one_of("publication_body", "part", Part),
        ]

    def __str__(self) -> str:
        return f"{self.part} {self.body.ref}"


class Edition(Record):
    """One language and version of a work, with its file or link."""

    privacy = public(_("Lists the languages and versions of a work"))
    publication = models.ForeignKey(Publication, models.PROTECT, related_name="editions", verbose_name=_("publication"))
    language = models.CharField(_("language"), max_length=8, help_text=_("Its code: en, id, th …"))
    number = models.PositiveSmallIntegerField(
        _("number of the edition"),
        default=1,
        help_text=_("1 for the first; a revised issue in the same language is 2."),
    )
    issued_on = models.DateField(_("issued on"))
    precision = RankField(
        Precision,
        default=Precision.DAY,
        verbose_name=_("precision"),
        help_text=_("Pages show no more of the date than is known."),
    )
    link = models.URLField(_("link"), max_length=500, blank=True, help_text=_("Where the public finds it."))
    #: Path of the file under the media folder, where the office keeps it itself.
    file = models.CharField(
        _("file"),
        max_length=200,
        blank=True,
        help_text=_("Its path under the media folder, where the office keeps it itself."),
    )

    class Meta:
        verbose_name = _("edition")
        constraints = [
            *Record.constraints("edition"),
            precision_is_known("edition"),
            models.UniqueConstraint(fields=["publication", "language", "number"], name="edition_once"),
        ]


class ClearanceKind(models.TextChoices):
    """In what office someone is asked."""

    PEER = "peer", _("Peer reviewer")
    CO_MANAGER = "co_manager", _("Co-manager")
    PARTNER = "partner", _("Partner")


class Verdict(models.TextChoices):
    WAITING = "waiting", _("Waiting for an answer")
    CLEARED = "cleared", _("Cleared")
    CHANGES = "changes", _("Changes asked")
    DECLINED = "declined", _("Declined")
    OVERTAKEN = "overtaken", _("Cleared, then the work changed")


class Channel(models.TextChoices):
    """How an answer came to the office."""

    LETTER = "letter", _("Letter")
    EMAIL = "email", _("E-mail")
    MEETING = "meeting", _("Meeting")


def waits_for(user: User) -> Q:
    """What this person has been asked and has not answered, of works that are not out."""
    return Q(reviewer=user.pk, verdict=Verdict.WAITING) & ~Q(publication__state__in=ISSUED)


class ClearanceQuerySet(models.QuerySet["Clearance"]):
    def waiting_for(self, user: User) -> ClearanceQuerySet:
        return self.filter(waits_for(user))


class Clearance(Kept):
    """A question to one reviewer, co-manager or partner whether a work may be published, and the answer."""

    privacy = Privacy(
        DataClass.PERSONAL, _("Shows who agreed to the publication of a work, and when"), _("As long as the work")
    )
    hands_over = {"reviewer": _("Clearances that wait for an answer")}
    still_theirs = Q(verdict=Verdict.WAITING)
    publication = models.ForeignKey(
        Publication, models.CASCADE, related_name="clearances", verbose_name=_("publication")
    )
    kind = models.CharField(_("asked as"), max_length=12, choices=ClearanceKind.choices)
    reviewer = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("colleague who is asked"),
        help_text=_("A reviewer of the office, or a co-manager; they answer themselves."),
    )
    outsider = models.CharField(
        _("reviewer from outside"),
        max_length=160,
        blank=True,
        help_text=_("Name and organisation of someone without an account; you record their answer."),
    )
    body = models.ForeignKey(
        Body,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("partner who is asked"),
        help_text=_("One of the work’s partners; you record their answer."),
    )
    asked_on = models.DateField(_("asked on"), null=True, blank=True, help_text=_("Today where empty."))
    verdict = models.CharField(_("answer"), max_length=10, choices=Verdict.choices, default=Verdict.WAITING)
    given_on = models.DateField(_("answered on"), null=True, blank=True)
    channel = models.CharField(_("how it came"), max_length=10, choices=Channel.choices, blank=True)
    comment = models.TextField(
        _("comment"), blank=True, max_length=4000, help_text=_("Needed where changes are asked or the answer is no.")
    )

    objects = ClearanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("clearance")
        indexes = [models.Index(fields=["reviewer", "verdict"], name="clearance_waiting_for")]
        constraints = [
            one_of("clearance", "kind", ClearanceKind),
            one_of("clearance", "verdict", Verdict),
            one_of("clearance", "channel", Channel, blank=True),
            models.CheckConstraint(
                condition=Q(verdict=Verdict.WAITING, given_on=None)
                | (~Q(verdict=Verdict.WAITING) & Q(given_on__isnull=False)),
                name="clearance_answered_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(kind=ClearanceKind.PEER, reviewer__isnull=False, outsider="", body=None)
                | (Q(kind=ClearanceKind.PEER, reviewer=None, body=None) & ~Q(outsider=""))
                | Q(kind=ClearanceKind.CO_MANAGER, reviewer__isnull=False, outsider="", body=None)
                | Q(kind=ClearanceKind.PARTNER, reviewer=None, outsider="", body__isnull=False),
                name="clearance_puts_it_to_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.who} ({self.get_kind_display()}): {self.publication}"

    @property
    def who(self) -> str:
        return str(self.reviewer or self.body or self.outsider)

    @property
    def asks(self) -> tuple[str, int | str]:
        """In what office who is asked: later questions to the same one replace earlier ones."""
        return self.kind, self.reviewer_id or self.body_id or self.outsider
