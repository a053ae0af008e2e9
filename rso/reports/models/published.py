"""What was published: editions, the figures that they printed, and what officers say of those that moved since."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rso.core.models import Kept, one_of
from rso.core.periods import show_day
from rso.core.privacy import DataClass, Privacy, public
from rso.reports.models.reports import Report


class EditionState(models.TextChoices):
    PUBLISHED = "published", _("Published")
    SUPERSEDED = "superseded", _("Superseded")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class EditionQuerySet(models.QuerySet["Edition"]):
    def light(self) -> EditionQuerySet:
        """Without what is long: words and what stands beside them, digests of files, changes."""
        return self.defer("words", "told", "files", "changes")

    def newest(self) -> EditionQuerySet:
        """Of each report its last edition, withdrawn or not: the one of which readers are told."""
        later = Edition.objects.filter(report=OuterRef("report"), number__gt=OuterRef("number"))
        return self.filter(~Exists(later))


class Edition(Kept):
    """A report as it was published, for good: its files lie under its report and number, its figures are `Frozen`."""

    privacy = public(_("Keeps what was published, so that it can be cited and checked"))
    report = models.ForeignKey(Report, models.PROTECT, related_name="editions", verbose_name=_("report"))
    number = models.PositiveSmallIntegerField(_("number of the edition"))
    state = models.CharField(_("status"), max_length=12, choices=EditionState.choices, default=EditionState.PUBLISHED)
    title = models.CharField(_("title"), max_length=160)
    subtitle = models.CharField(_("subtitle"), max_length=240, blank=True)
    period = models.CharField(_("period"), max_length=24)
    as_at = models.DateField(_("as at"))
    #: By section: the heading and the text of its words, as readers see them until the next edition.
    words = models.JSONField(_("words"), default=dict)
    #: What stands beside the words, by kind and ref: statements, sources, quotations, photographs, each as it was printed.
    told = models.JSONField(_("beside the words"), default=dict, blank=True)
    published_at = models.DateTimeField(_("published at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("published by"))
    and_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("and by"))
    #: Why there is another edition; of the first there is nothing to say.
    note = models.TextField(_("public note"), blank=True)
    #: Figures that moved since the edition before: key, title, before and after as printed.
    changes = models.JSONField(_("changes"), default=list, blank=True)
    #: The public note of an edition that was taken back: its day and its reason.
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_why = models.CharField(_("why it was withdrawn"), max_length=400, blank=True)
    #: SHA-256 of each of its files by its path, and of what the office keeps of its records.
    files = models.JSONField(_("files"), default=dict)
    #: The last audit event that it knows of: what is told later was done later.
    last_event = models.PositiveBigIntegerField(default=0)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("published edition")
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="published_edition_once"),
            models.CheckConstraint(condition=~Q(by=F("and_by")), name="published_edition_by_two"),
            models.CheckConstraint(condition=Q(number=1) | ~Q(note=""), name="published_edition_says_why"),
            models.CheckConstraint(
                condition=Q(state=EditionState.WITHDRAWN, withdrawn_at__isnull=False) & ~Q(withdrawn_why="")
                | ~Q(state=EditionState.WITHDRAWN) & Q(withdrawn_at=None, withdrawn_why=""),
                name="published_edition_withdrawn_says_why",
            ),
            one_of("published_edition", "state", EditionState),
        ]

    def __str__(self) -> str:
        return _("%(title)s, edition %(number)s") % {"title": self.title, "number": self.number}

    def get_absolute_url(self) -> str:
        return reverse("edition", args=[self.report.ref, self.number])

    @property
    def withdrawal(self) -> str:
        """The public note that it holds no longer: when, and why. Empty while it holds."""
        if self.withdrawn_at is None:
            return ""
        day = show_day(timezone.localdate(self.withdrawn_at))
        return _("Withdrawn on %(day)s: %(why)s") % {"day": day, "why": self.withdrawn_why}

    @property
    def is_withdrawn(self) -> bool:
        return self.state == EditionState.WITHDRAWN

    def as_report(self) -> Report:
        """The report as it was then. It is not saved."""
        of = self.report
        return Report(
            pk=of.pk, ref=of.ref, definition=of.definition, title=self.title, subtitle=self.subtitle, period=self.period, as_at=self.as_at
        )  # fmt: skip

    def file(self, name: str) -> str:
        """Where one of its files is taken from."""
        return reverse("edition-file", args=[self.report.ref, self.number, name])

    @property
    def address(self) -> str:
        """Where it is for good."""
        return f"{settings.BASE_URL}/reports/{self.report.ref}/{self.number}/"


class Frozen(models.Model):
    """A figure, one cell of it, or a split of it, as an edition printed it. `cells` are those of a split."""

    privacy = public(_("Keeps what was published, so that it can be cited and checked"))
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="frozen", verbose_name=_("published edition"))
    #: Figure, period and filter; of a split, its dimensions.
    key = models.CharField(max_length=200)
    figure = models.SlugField(max_length=60)
    period = models.CharField(max_length=24)
    filter = models.CharField(max_length=120, blank=True)
    by = models.CharField(max_length=80, blank=True)
    title = models.CharField(max_length=200)
    value = models.JSONField(null=True)
    shown = models.CharField(max_length=80, blank=True)
    unit = models.CharField(max_length=20)
    status = models.CharField(max_length=1)
    version = models.PositiveSmallIntegerField()
    #: SHA-256 of what the figure counts and of how it does.
    definition = models.CharField(max_length=64)
    notes = models.JSONField(default=list)
    cells = models.JSONField(default=list)
    #: Where it is printed: chapter, section and sentence.
    places = models.JSONField(default=list)
    as_at = models.DateField()
    #: SHA-256 of its rows: each ref with what it adds.
    rows = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("frozen figure")
        constraints = [models.UniqueConstraint(fields=["edition", "key"], name="frozen_once")]
        indexes = [
            models.Index(fields=["figure", "period"], name="frozen_of_figure"),
            models.Index(fields=["by", "period"], name="frozen_split_by"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def filters(self) -> dict[str, str]:
        return dict(pair.split("=", 1) for pair in self.filter.split(",")) if self.filter else {}

    def parts(self) -> Iterator[tuple[str, dict[str, str], Any, str]]:
        """What it says: (filter, as a mapping, value, status) of itself, or of each cell."""
        if not self.by:
            yield self.filter, self.filters, self.value, self.status
        for cell in self.cells:
            yield (
                cell["filter"],
                dict(pair.split("=", 1) for pair in cell["filter"].split(",")),
                cell["value"],
                cell["status"],
            )


class Why(models.TextChoices):
    """Why a published figure moved."""

    BETTER_DATA = "better_data", _("Better data")
    ROUTINE = "routine", _("Routine recalculation")
    DEFINITION = "definition", _("New definition")
    ERROR = "error", _("Error")


class Explained(models.Model):
    """What an officer says of a figure that moved since it was published: why it did. It holds for these two values."""

    privacy = Privacy(DataClass.PUBLIC, _("Tells readers why a published figure moved"), _("As long as the edition"))
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="explained")
    key = models.CharField(max_length=200)
    now = models.JSONField(null=True)
    why = models.CharField(_("reason"), max_length=12, choices=Why.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("explained movement")
        constraints = [
            models.UniqueConstraint(fields=["edition", "key"], name="explained_once"),
            one_of("explained", "why", Why),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.why}"


class Citation(models.Model):
    """One figure or table as a reader saw it, frozen at an address that its content names. What a stranger froze is public."""

    privacy = public(_("Keeps a figure as it was cited"))
    #: The beginning of the SHA-256 of what it says.
    digest = models.CharField(max_length=24, unique=True)
    figure = models.SlugField(max_length=60)
    period = models.CharField(max_length=24)
    by = models.CharField(max_length=80, blank=True)
    #: Whether it shows what only the office may see.
    office = models.BooleanField(default=False)
    #: Title, value, cells, notes, definition, rows' hash: all that it says.
    says = models.JSONField()
    #: The records behind, where they are few enough to keep.
    records = models.BinaryField(null=True, editable=False)
    at = models.DateTimeField()
    last_event = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("citation")
        indexes = [models.Index(fields=["period"], name="citation_of_days", condition=Q(office=False))]

    def __str__(self) -> str:
        return f"{self.figure} {self.period}"

    def get_absolute_url(self) -> str:
        return reverse("citation", args=[self.digest])
