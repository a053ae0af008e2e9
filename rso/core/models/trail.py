"""What is kept of what was done to records, and of who saw them."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from rso.core.models.rules import one_of
from rso.core.privacy import KEPT, DataClass, Privacy


class Correction(models.Model):
    """What the office says of one cell of a record, where a file may say otherwise: a re-load leaves the cell to the office."""

    privacy = Privacy(
        DataClass.OFFICE,
        _("Keeps what the office corrected when its files are loaded again"),
        _("Until the file says the same, or the office takes what the file says"),
    )
    kind = models.CharField(max_length=40)
    ref = models.CharField(max_length=60)
    column = models.CharField(max_length=60)
    #: The cell as files write it: as it stood before the office corrected it, and as the office has it.
    file_value = models.TextField(blank=True)
    office_value = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=400, blank=True)
    #: What the last file that said otherwise held, and when it was loaded.
    seen_value = models.TextField(blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("correction")
        constraints = [models.UniqueConstraint(fields=["kind", "ref", "column"], name="correction_once_a_cell")]

    def __str__(self) -> str:
        return f"{self.ref} {self.column}"

    @property
    def file_says(self) -> str:
        """What the file says, as far as it is known."""
        return self.seen_value if self.seen_at else self.file_value

    @property
    def source_has_changed(self) -> bool:
        """Whether the file has said a third thing since the office corrected the cell."""
        return self.file_says != self.file_value


class Merge(models.Model):
    """Two records that were one: which of them stayed, and what was led over to it, so that it can be brought back."""

    privacy = Privacy(
        DataClass.PERSONAL,
        _("Lets the office take back that two records were called one"),
        _("As long as the record that stayed"),
    )
    kind = models.CharField(max_length=40)
    loser = models.CharField(max_length=60)
    winner = models.CharField(max_length=60)
    #: Refs that are no more, each as (kind, ref, the ref that stands for it).
    gone = models.JSONField(default=list)
    #: What was done, step by step, in the words of `rso.core.merging`.
    steps = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    #: The last audit event of the merge: what is told later was done later.
    last_event = models.PositiveBigIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=400, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("merge")
        indexes = [models.Index(fields=["kind", "loser"], name="merge_of_loser")]

    def __str__(self) -> str:
        return f"{self.loser} → {self.winner}"


class AuditEvent(models.Model):
    """Who did what to which record, and what changed. Written by the verb in its own transaction, never edited."""

    privacy = Privacy(DataClass.OFFICE, _("Shows who changed which record, when and why"), KEPT)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    verb = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    ref = models.CharField(max_length=60)
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    reason = models.CharField(max_length=400, blank=True)

    class Meta:
        verbose_name = _("audit event")
        indexes = [
            models.Index(fields=["kind", "id"], name="audit_last_of_kind"),
            models.Index(fields=["kind", "ref"], name="audit_of_record"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.kind} {self.ref}"


class Saw(models.TextChoices):
    """What someone did with records that they did not change."""

    READ = "read", _("Read")
    LISTED = "listed", _("Listed")
    EXPORTED = "exported", _("Exported")


class Access(models.Model):
    """Who saw which personal data, and who took which list away. Written by `rso.core.access`, never edited, forgotten in time.

    It is kept apart from audit events: those say which state the records are in, and what pages keep of figures hangs on them.
    """

    privacy = Privacy(
        DataClass.OFFICE,
        _("Shows who saw personal data and who took which lists away"),
        format_lazy(_("{days} days"), days=settings.ACCESS_KEPT_DAYS),
    )
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    what = models.CharField(max_length=10, choices=Saw.choices, default=Saw.READ)
    kind = models.CharField(max_length=40)
    #: The record; empty where it was a list.
    ref = models.CharField(max_length=60, blank=True)
    rows = models.PositiveIntegerField(default=1)
    #: What the list was filtered by, as its address has it.
    filters = models.CharField(max_length=400, blank=True)

    class Meta:
        verbose_name = _("access")
        indexes = [
            models.Index(fields=["kind", "ref", "id"], name="access_to_record"),
            models.Index(fields=["actor", "id"], name="access_by_person"),
            models.Index(fields=["at"], name="access_at"),
        ]
        constraints = [one_of("access", "what", Saw)]

    def __str__(self) -> str:
        return f"{self.what} {self.kind} {self.ref or self.rows}"
