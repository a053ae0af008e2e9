"""Reports and the texts of their sections, in each language. Figures in them are tokens."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rso.accounts.models import User
from rso.core.models import Kept, one_of
from rso.core.privacy import public

#: The language in which sections are written first; all others are translations of it.
SOURCE_LANGUAGE = "en"


class TextState(models.TextChoices):
    """How far the words of a section have come."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    APPROVED = "approved", _("Approved")
    PUBLISHED = "published", _("Published")


class ReportState(models.TextChoices):
    """How far a report has come."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    APPROVED = "approved", _("Approved")
    PUBLISHED = "published", _("Published")
    SUPERSEDED = "superseded", _("Superseded")


class ReportQuerySet(models.QuerySet["Report"]):
    def out(self) -> ReportQuerySet:
        """Reports of which the public knows: those with a first edition, whatever is done with them since."""
        return self.filter(editions__number=1)

    def visible_to(self, user: User | AnonymousUser) -> ReportQuerySet:
        """The office sees all."""
        return self if user.is_authenticated and user.is_office else self.out()


class Report(Kept):
    """A definition (what kind of report) for a period."""

    named_in = ("title",)
    privacy = public(_("Accounts for the office's work"))
    title = models.CharField(_("title"), max_length=160)
    definition = models.SlugField(
        _("kind of report"), max_length=40, help_text=_("The name of its definition, such as annual or monthly.")
    )
    period = models.CharField(_("period"), max_length=24, help_text=_("2022, 2022-09, 2022-H1 or FY2022."))
    subtitle = models.CharField(_("subtitle"), max_length=240, blank=True)
    as_at = models.DateField(
        _("as at"),
        null=True,
        blank=True,
        help_text=_("The day on which its figures stand; the last day of its period where empty."),
    )
    order = models.PositiveSmallIntegerField(
        _("place in the list"), default=0, help_text=_("Smaller numbers stand first.")
    )

    state = models.CharField(
        _("status"), max_length=12, choices=ReportState.choices, default=ReportState.DRAFT, editable=False
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        constraints = [one_of("report", "state", ReportState)]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("report", args=[self.ref])


class SectionText(Kept):
    """The words of one section of a report in one language, as Markdown with tokens in the place of numbers."""

    privacy = public(_("Accounts for the office's work"))
    hands_over = {"writer": _("Sections to write")}
    report = models.ForeignKey(Report, models.PROTECT, related_name="texts", verbose_name=_("report"))
    section = models.SlugField(
        _("section"), max_length=60, help_text=_("The name that the kind of report gives the section.")
    )
    language = models.CharField(_("language"), max_length=8, default="en", help_text=_("Its code: en, id, th …"))
    #: Where empty, the section has the heading that the kind of report gives it.
    title = models.CharField(
        _("heading"),
        max_length=160,
        blank=True,
        help_text=_("Where empty, the section has the heading that the kind of report gives it."),
    )
    text = models.TextField(
        _("text"),
        blank=True,
        help_text=_("Markdown; in the place of a number stands its figure, such as {{ fig participations }}."),
    )

    writer = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("writer"),
        help_text=_("Who writes it."),
    )
    due_on = models.DateField(_("due on"), null=True, blank=True, help_text=_("The day on which it is to be written."))
    state = models.CharField(
        _("status"), max_length=12, choices=TextState.choices, default=TextState.DRAFT, editable=False
    )
    #: Of a translation: the version of the source that it says in its own language.
    source_version = models.PositiveIntegerField(_("translated from version"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("text of a section")
        constraints = [
            models.UniqueConstraint(fields=["report", "section", "language"], name="section_text_once"),
            one_of("section_text", "state", TextState),
        ]

    def __str__(self) -> str:
        return f"{self.report.ref} {self.section} ({self.language})"
