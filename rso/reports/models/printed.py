"""Where printed reports contradict themselves, with the statements that prove it."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rso.core.models import Kept, Statement, one_of
from rso.core.privacy import public


class InconsistencyKind(models.TextChoices):
    """How a printed report contradicts itself."""

    SAME_NUMBER_TWO_MEANINGS = "same_number_two_meanings", _("One number, two meanings")
    SAME_THING_TWO_NUMBERS = "same_thing_two_numbers", _("One thing, two numbers")
    UNIT_BLUR = "unit_blur", _("Units that blur")
    DATE = "date", _("Dates")
    LIST = "list", _("Lists that differ")
    NAME = "name", _("Names that vary")
    SOURCE = "source", _("Sources")
    MISSING_BASE = "missing_base", _("No base given")


class Certainty(models.TextChoices):
    PLAIN = "plain", _("Both places cannot be read as written")
    AMBIGUOUS = "ambiguous", _("A reader cannot tell")
    OUTSIDE = "outside", _("Needs knowledge from outside the report")


class Inconsistency(Kept):
    """Where a printed report says two things that do not go together, and what rules it out here.

    Where `whole`, `outside` and `claimed` are set, the printed numbers alone prove how large the claim can be at most:
    what the claim counts is a part of the whole, and what lies outside is another part of it.
    """

    privacy = public(_("Explains why printed numbers differ from counted ones"))
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=30, choices=InconsistencyKind.choices)
    certainty = models.CharField(_("certainty"), max_length=10, choices=Certainty.choices)
    what = models.TextField(_("what the report says"))
    ruled_out_by = models.CharField(
        _("ruled out here by"), max_length=300, help_text=_("What of this platform keeps it from happening again.")
    )
    whole = models.ForeignKey(
        Statement,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("the whole"),
        help_text=_("The printed number of which the other two are parts."),
    )
    outside = models.ForeignKey(
        Statement,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("outside the claim"),
        help_text=_("The printed number of what the claim does not count."),
    )
    claimed = models.ForeignKey(
        Statement,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("the claim"),
        help_text=_("The printed number that cannot be so large."),
    )
    order = models.PositiveSmallIntegerField(
        _("place in the list"), default=0, help_text=_("Smaller numbers stand first.")
    )

    class Meta:
        verbose_name = _("inconsistency")
        constraints = [
            models.CheckConstraint(
                condition=Q(whole=None, outside=None, claimed=None)
                | Q(whole__isnull=False, outside__isnull=False, claimed__isnull=False),
                name="inconsistency_proof_is_whole",
            ),
            one_of("inconsistency", "kind", InconsistencyKind),
            one_of("inconsistency", "certainty", Certainty),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def at_most(self) -> Decimal | None:
        """The largest number that the claim can be if the other two printed numbers hold."""
        if self.whole is None or self.outside is None or self.whole.number is None or self.outside.number is None:
            return None
        return self.whole.number - self.outside.number


class InconsistentStatement(models.Model):
    """A printed statement that takes part in an inconsistency."""

    privacy = public(_("Explains why printed numbers differ from counted ones"))
    inconsistency = models.ForeignKey(
        Inconsistency, models.CASCADE, related_name="statements", verbose_name=_("inconsistency")
    )
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="+", verbose_name=_("statement"))

    class Meta:
        verbose_name = _("contradicting statement")
        constraints = [
            models.UniqueConstraint(fields=["inconsistency", "statement"], name="inconsistent_statement_once")
        ]

    def __str__(self) -> str:
        return str(self.statement)
