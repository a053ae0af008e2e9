"""What readers outside the office are told before a report is out: its next date, and who may read it in advance."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rso.core.models import Kept, one_of
from rso.core.privacy import KEPT, DataClass, Privacy, public
from rso.reports.models.reports import Report


class ReportDate(Kept):
    """The day on which a report is to come out. A day that was moved keeps its reason, for all to see."""

    privacy = public(_("Tells readers when the next report comes"))
    title = models.CharField(_("title"), max_length=160)
    definition = models.SlugField(
        _("kind of report"), max_length=40, help_text=_("The name of its definition, such as annual or monthly.")
    )
    period = models.CharField(_("period"), max_length=24, help_text=_("2022, 2022-09, 2022-H1 or FY2022."))
    planned_on = models.DateField(_("planned on"))

    class Meta:
        verbose_name = _("report date")
        constraints = [models.UniqueConstraint(fields=["definition", "period"], name="report_date_once")]

    def __str__(self) -> str:
        return self.title


class ReportDateMove(models.Model):
    """That a report was put off, or brought forward: from which day to which, and why."""

    privacy = public(_("Tells readers why a report comes on another day"))
    date = models.ForeignKey(ReportDate, models.CASCADE, related_name="moves", verbose_name=_("report date"))
    before = models.DateField(_("planned before"))
    after = models.DateField(_("planned now"))
    reason = models.CharField(_("reason"), max_length=400)
    at = models.DateTimeField(_("moved at"))

    class Meta:
        verbose_name = _("move of a report date")
        constraints = [
            models.CheckConstraint(condition=~Q(reason="") & ~Q(before=F("after")), name="report_date_move_says_why")
        ]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class Consent(models.TextChoices):
    MISSING = "missing", _("Not asked yet")
    GIVEN = "given", _("Given by those shown")
    NOT_NEEDED = "not_needed", _("Nobody can be recognised")


class Photograph(Kept):
    """A photograph of a report. Its file is attached to it; it is printed only with alt text and consent."""

    privacy = public(_("Shows readers the work"))
    report = models.ForeignKey(Report, models.PROTECT, related_name="photographs", verbose_name=_("report"))
    alt = models.CharField(
        _("alt text"), max_length=300, blank=True, help_text=_("What it shows, for those who cannot see it.")
    )
    credit = models.CharField(_("credit"), max_length=160, blank=True, help_text=_("Who took it; it is printed below."))
    consent = models.CharField(_("consent"), max_length=12, choices=Consent.choices, default=Consent.MISSING)
    is_cover = models.BooleanField(_("stands on the cover"), default=False)

    class Meta:
        verbose_name = _("photograph")
        constraints = [
            models.UniqueConstraint(fields=["report"], condition=Q(is_cover=True), name="photograph_one_cover"),
            one_of("photograph", "consent", Consent),
        ]

    def __str__(self) -> str:
        return self.alt[:60] or self.ref


class AdvanceReading(Kept):
    """A post that may read an approved report before it is out, within a window, by an address of its own.

    Only the digest of the address is kept: whoever reads the database cannot read the report.
    """

    privacy = Privacy(DataClass.PERSONAL, _("Shows which posts read a report before it was out, and when"), KEPT)
    report = models.ForeignKey(Report, models.PROTECT, related_name="readings", verbose_name=_("report"))
    post = models.CharField(
        _("post"),
        max_length=160,
        help_text=_("A post, not a person: Co-chair, Australia. It is printed in the edition."),
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("advance reading")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="advance_reading_has_a_window")
        ]

    def __str__(self) -> str:
        return self.post

    def is_open(self, now: datetime) -> bool:
        return self.revoked_at is None and self.starts_at <= now < self.ends_at

    @property
    def was_open(self) -> bool:
        """Whether the post could read at all: it was not closed before its window began."""
        return self.revoked_at is None or self.revoked_at > self.starts_at
