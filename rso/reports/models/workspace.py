"""What is done with a text until it is published: its versions, what colleagues say of it, who signs the report."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rso.accounts.models import User
from rso.core.models import Kept, one_of
from rso.core.privacy import KEPT, DataClass, Privacy
from rso.reports.models.reports import Report, SectionText


class TextVersion(models.Model):
    """A text as it was saved once: who, when, what. Every saved version is kept; the text itself is the last of them."""

    privacy = Privacy(DataClass.OFFICE, _("Shows how the words of a report came about"), KEPT)
    section = models.ForeignKey(SectionText, models.CASCADE, related_name="versions", verbose_name=_("section"))
    number = models.PositiveIntegerField(_("version"))
    at = models.DateTimeField(_("saved at"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    title = models.CharField(_("heading"), max_length=160, blank=True)
    text = models.TextField(_("text"), blank=True)

    class Meta:
        verbose_name = _("version of a text")
        constraints = [models.UniqueConstraint(fields=["section", "number"], name="text_version_once")]

    def __str__(self) -> str:
        return f"{self.section_id} {self.number}"


class CommentState(models.TextChoices):
    OPEN = "open", _("Open")
    RESOLVED = "resolved", _("Resolved")


class Comment(Kept):
    """What a colleague says of a section, or of the words that are quoted from it. Publishing waits until it is resolved."""

    privacy = Privacy(DataClass.OFFICE, _("Lets colleagues agree on the words of a report"), KEPT)
    section = models.ForeignKey(SectionText, models.PROTECT, related_name="comments", verbose_name=_("section"))
    quoted = models.CharField(_("words in question"), max_length=500, blank=True)
    says = models.TextField(_("comment"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("said at"))
    state = models.CharField(_("status"), max_length=12, choices=CommentState.choices, default=CommentState.OPEN)

    class Meta:
        verbose_name = _("comment")
        constraints = [one_of("comment", "state", CommentState)]

    def __str__(self) -> str:
        return self.says[:60]


class Signature(models.Model):
    """That a co-manager signed a report for publication as it stands. A change of what it prints takes all back."""

    privacy = Privacy(DataClass.OFFICE, _("Shows who released a report"), KEPT)
    report = models.ForeignKey(Report, models.CASCADE, related_name="signatures", verbose_name=_("report"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("signed at"))

    class Meta:
        verbose_name = _("signature")
        constraints = [models.UniqueConstraint(fields=["report", "by"], name="signature_once")]

    def __str__(self) -> str:
        return f"{self.report_id} {self.by_id}"


class ChangeKind(models.TextChoices):
    FIGURE = "figure", _("Figure")
    DIMENSION = "dimension", _("Dimension")
    VALUE = "value", _("Value of a classification")
    VERSION = "version", _("Definition of a figure")


class PlannedChange(Kept):
    """That a name which tokens, notes and views use will go: a figure, a dimension, or a value such as a theme.

    Where `becomes` is empty, what uses it is dropped; otherwise it is mapped onto that name. Publishing waits for both.
    Of a figure that counts otherwise than in print the name stays, and publishing waits until someone has looked through.
    """

    privacy = Privacy(DataClass.OFFICE, _("Keeps reports whole when a classification changes"), KEPT)
    kind = models.CharField(_("what changes"), max_length=12, choices=ChangeKind.choices)
    name = models.CharField(_("its name"), max_length=60, help_text=_("As tokens write it, such as participations."))
    becomes = models.CharField(
        _("becomes"), max_length=60, blank=True, help_text=_("The name that takes its place; empty where none does.")
    )
    from_on = models.DateField(
        _("from"), help_text=_("Reports whose period ends on or after this day must not use it.")
    )
    reason = models.CharField(_("reason"), max_length=400)
    #: When someone has looked through what names a figure that counts otherwise.
    settled_at = models.DateTimeField(_("looked through at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("planned change")
        constraints = [
            models.UniqueConstraint(fields=["kind", "name"], name="planned_change_once"),
            models.CheckConstraint(condition=~Q(name=F("becomes")), name="planned_change_changes"),
            one_of("planned_change", "kind", ChangeKind),
        ]

    def __str__(self) -> str:
        if self.kind == ChangeKind.VERSION:
            return _("%(name)s, version %(version)s") % {"name": self.name, "version": self.becomes.partition("-")[0]}
        return f"{self.name} → {self.becomes or '–'}"
