"""Nouns of this room: rates, contributions, budgets and their lines, commitments, expenditure by category, extracts of the ledger.

Money is whole minor units of its own currency (SQLite keeps decimals as floats). A rate is a whole number over a scale;
the amount in the office's currency is derived by the database and never entered.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Abs
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rso.core.models import Kept, Precision, RankField, Record, ShortTitled, one_of, precision_is_known
from rso.core.privacy import KEPT, DataClass, Privacy, public
from rso.members.models import Body
from rso.workplan.models import Activity, CorePurpose


class Rate(Kept):
    """What one unit of a currency was worth in the office's currency on a day: `rate` over `scale`."""

    privacy = public(_("Converts amounts into the office's currency"))
    currency = models.CharField(_("currency"), max_length=3)
    on = models.DateField(_("day"))
    rate = models.BigIntegerField(_("rate"), help_text=_("What one unit is worth, times the scale."))
    scale = models.BigIntegerField(_("scale of the rate"), help_text=_("Such as 10000."))
    source = models.ForeignKey(
        "core.Source", models.PROTECT, verbose_name=_("source"), null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("rate")
        constraints = [
            models.UniqueConstraint(fields=["currency", "on"], name="rate_once_a_day"),
            models.CheckConstraint(condition=Q(rate__gt=0, rate__lte=10**9), name="rate_is_positive"),
            models.CheckConstraint(condition=Q(scale__gt=0, scale__lte=10**9), name="rate_scale_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.on}"


def in_office_currency() -> Case:
    """Amount × rate ÷ scale, rounded half away from zero, by whole numbers only."""
    rounded = (Abs(F("amount")) * F("rate") + F("scale") / 2) / F("scale")
    return Case(When(amount__lt=0, then=Value(0) - rounded), default=rounded)


class Amount(Record):
    """An amount in its own currency with the rate of its day, and what it is in the office's currency."""

    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    rate = models.BigIntegerField(
        _("rate"), default=1, help_text=_("What one unit is worth, times the scale; 1 for the office’s own currency.")
    )
    scale = models.BigIntegerField(_("scale of the rate"), default=1, help_text=_("Such as 10000."))
    rate_on = models.DateField(_("day of the rate"), null=True, blank=True)
    office_amount = models.GeneratedField(
        expression=in_office_currency(), output_field=models.BigIntegerField(), db_persist=True
    )

    class Meta:
        abstract = True

    @classmethod
    def constraints_of_amounts(cls, name: str) -> list[models.BaseConstraint]:
        return [
            # Amount × rate stays within a 64-bit number.
            models.CheckConstraint(condition=Q(amount__range=(-(10**12), 10**12)), name=f"{name}_amount_in_range"),
            models.CheckConstraint(condition=Q(rate__gt=0, rate__lte=10**6), name=f"{name}_rate_in_range"),
            models.CheckConstraint(condition=Q(scale__gt=0, scale__lte=10**9), name=f"{name}_scale_in_range"),
        ]


class ContributionState(models.TextChoices):
    """Announced is not money."""

    ANNOUNCED = "announced", _("Announced")
    SIGNED = "signed", _("Signed")
    RECEIVED = "received", _("Received")


class FundingKind(models.TextChoices):
    PRIMARY = "primary", _("Primary funding")
    ONE_OFF = "one_off", _("One-off funding")
    PROJECT = "project", _("Project funding")
    MEMBER_DIRECT = "member_direct", _("Direct funding by a member")
    IN_KIND = "in_kind", _("In kind")


class Contribution(Amount):
    """A sum that a funder gives, for a span of days. Income counts what was received."""

    privacy = public(_("Shows who pays for the office and what for"))
    title = models.CharField(_("title"), max_length=200)
    funder = models.ForeignKey(Body, models.PROTECT, related_name="contributions", verbose_name=_("funder"))
    kind = models.CharField(_("kind of funding"), max_length=15, choices=FundingKind.choices)
    state = models.CharField(_("status"), max_length=10, choices=ContributionState.choices)
    announced_on = models.DateField(_("announced on"), null=True, blank=True)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    received_on = models.DateField(_("received on"), null=True, blank=True)
    precision = RankField(Precision, verbose_name=_("precision"), default=Precision.DAY)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    purpose_text = models.CharField(_("purpose"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("contribution")
        indexes = [
            models.Index(fields=["received_on"], name="contribution_received"),
            models.Index(fields=["starts_on"], name="contribution_span"),
        ]
        constraints = [
            *Record.constraints("contribution"),
            precision_is_known("contribution"),
            one_of("contribution", "kind", FundingKind),
            one_of("contribution", "state", ContributionState),
            *Amount.constraints_of_amounts("contribution"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="contribution_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="contribution_is_positive"),
            models.CheckConstraint(
                condition=Q(state=ContributionState.RECEIVED, received_on__isnull=False)
                | (~Q(state=ContributionState.RECEIVED) & Q(received_on__isnull=True)),
                name="contribution_received_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The page of its funder tells what came of it."""
        return reverse("funder", args=[self.funder.ref])


class ContributionActivity(models.Model):
    """An activity that a contribution pays for."""

    privacy = public(_("Joins money to what was done with it"))
    contribution = models.ForeignKey(Contribution, models.CASCADE, related_name="pays_for")
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="paid_by")

    class Meta:
        verbose_name = _("activity that is paid for")
        constraints = [models.UniqueConstraint(fields=["contribution", "activity"], name="contribution_activity_once")]

    def __str__(self) -> str:
        return str(self.activity.ref)


class CategoryGroup(models.TextChoices):
    PROGRAMME = "programme", _("Programme")
    VISIBILITY = "visibility", _("Visibility")
    STAFF_AND_OPERATIONS = "staff_and_operations", _("People and running costs")


class Category(ShortTitled):
    """A category of expenditure, in the order in which it is reported. Programme categories serve one core purpose."""

    privacy = public(_("Names the categories by which expenditure is reported"))
    group = models.CharField(_("group"), max_length=25, choices=CategoryGroup.choices)
    purpose = models.ForeignKey(
        CorePurpose, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("core purpose")
    )

    class Meta:
        verbose_name = _("category")
        constraints = [one_of("category", "group", CategoryGroup)]


class BudgetKind(models.TextChoices):
    OPERATING = "operating", _("Operating budget")
    ANNUAL = "annual", _("Annual budget")


class Budget(Record):
    """What the office plans to spend over a span of days."""

    privacy = public(_("Shows what the office plans to spend"))
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind of budget"), max_length=10, choices=BudgetKind.choices)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))

    class Meta:
        verbose_name = _("budget")
        constraints = [
            *Record.constraints("budget"),
            one_of("budget", "kind", BudgetKind),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="budget_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return self.title


class BudgetLine(Amount):
    """A line of a budget."""

    privacy = public(_("Shows what the office plans to spend"))
    named_by = ("budget", "category", "activity")
    budget = models.ForeignKey(Budget, models.PROTECT, related_name="lines", verbose_name=_("budget"))
    category = models.ForeignKey(Category, models.PROTECT, related_name="+", verbose_name=_("category"))
    activity = models.ForeignKey(
        Activity, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("activity")
    )

    class Meta:
        verbose_name = _("budget line")
        constraints = [*Record.constraints("budget_line"), *Amount.constraints_of_amounts("budget_line")]

    def __str__(self) -> str:
        planned = f"{self.category}: {self.activity}" if self.activity else str(self.category)
        return f"{planned} ({self.budget})"


class Forecast(Record):
    """What an officer expects a budget line to have cost at its end, in the office's currency, as seen on a day."""

    privacy = Privacy(DataClass.OFFICE, _("Shows what the office expects to spend, and who expects it"), KEPT)
    line = models.ForeignKey(BudgetLine, models.PROTECT, related_name="forecasts", verbose_name=_("budget line"))
    amount = models.BigIntegerField(
        _("amount at the line’s end"), help_text=_("In the office’s currency; what is spent is part of it.")
    )
    on = models.DateField(_("seen on"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    reason = models.CharField(_("why"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("forecast")
        constraints = [
            *Record.constraints("forecast"),
            models.CheckConstraint(condition=Q(amount__range=(0, 10**12)), name="forecast_amount_in_range"),
            models.UniqueConstraint(fields=["line", "on"], name="forecast_once_a_day"),
        ]


class CommitmentState(models.TextChoices):
    """Open holds money; closed and cancelled hold none."""

    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")


class Commitment(Amount):
    """What the office ordered or contracted and has not fully paid. Entries of the ledger that name it reduce it."""

    privacy = Privacy(DataClass.OFFICE, _("Shows what is ordered and not yet paid"), KEPT)
    text = models.CharField(_("what was ordered"), max_length=200)
    category = models.ForeignKey(Category, models.PROTECT, related_name="+", verbose_name=_("category"))
    activity = models.ForeignKey(
        Activity, models.PROTECT, null=True, blank=True, related_name="commitments", verbose_name=_("activity")
    )
    committed_on = models.DateField(_("committed on"))
    #: The day by which it is to be paid: the commitment counts against the budget whose span holds it.
    expected_on = models.DateField(_("to be paid by"), help_text=_("It counts against the budget of this day."))
    state = models.CharField(_("status"), max_length=10, choices=CommitmentState.choices, default=CommitmentState.OPEN)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("commitment")
        indexes = [models.Index(fields=["expected_on"], name="commitment_expected")]
        constraints = [
            *Record.constraints("commitment"),
            *Amount.constraints_of_amounts("commitment"),
            one_of("commitment", "state", CommitmentState),
            models.CheckConstraint(condition=Q(amount__gt=0), name="commitment_is_positive"),
            models.CheckConstraint(
                condition=Q(expected_on__gte=F("committed_on")), name="commitment_expected_after_it_was_made"
            ),
            models.CheckConstraint(
                condition=Q(closed_on__gte=F("committed_on")), name="commitment_closed_after_it_was_made"
            ),
            models.CheckConstraint(
                condition=Q(state=CommitmentState.OPEN, closed_on__isnull=True)
                | (~Q(state=CommitmentState.OPEN) & Q(closed_on__isnull=False)),
                name="commitment_closed_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Expenditure(Amount):
    """A ledger entry. It is never altered: an entry that reverses it corrects it, and a new one replaces it."""

    privacy = public(_("Accounts for what the office spent"))
    spent_on = models.DateField(_("day"))
    category = models.ForeignKey(Category, models.PROTECT, related_name="+", db_index=False, verbose_name=_("category"))
    activity = models.ForeignKey(
        Activity, models.PROTECT, null=True, blank=True, related_name="expenditure", verbose_name=_("activity")
    )
    text = models.CharField(_("text"), max_length=200, blank=True)
    #: The entry's name in the finance system that it came from; empty where the ref is that name.
    voucher = models.CharField(_("voucher"), max_length=60, blank=True)
    commitment = models.ForeignKey(
        Commitment, models.PROTECT, null=True, blank=True, related_name="paid_by", verbose_name=_("commitment")
    )
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name=_("reverses")
    )

    class Meta:
        verbose_name = _("expenditure")
        indexes = [
            models.Index(
                fields=["spent_on", "category", "activity", "basis", "currency", "office_amount"],
                name="expenditure_all",
            ),
            models.Index(fields=["category"], name="expenditure_category"),
            models.Index(fields=["voucher"], name="expenditure_voucher"),
        ]
        constraints = [
            *Record.constraints("expenditure"),
            *Amount.constraints_of_amounts("expenditure"),
            models.CheckConstraint(condition=~Q(amount=0), name="expenditure_is_not_zero"),
        ]

    def __str__(self) -> str:
        return self.text or self.ref


class UploadState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    ENTERED = "entered", _("Entered")
    DROPPED = "dropped", _("Dropped")


class LedgerUpload(Kept):
    """An extract of the ledger between its upload and the one yes: whose, which file, and what the officer chose so far."""

    privacy = Privacy(
        DataClass.OFFICE,
        _("Lets the finance officer check an extract of the ledger before it is entered"),
        _("Its rows go when it is entered, dropped, or has waited 30 days; a dropped one goes 30 days later"),
    )
    file_name = models.CharField(_("file"), max_length=120)
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    state = models.CharField(_("status"), max_length=10, choices=UploadState.choices, default=UploadState.WAITING)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    #: What the officer said that a word of the file means: {"activity": {"border forum": "a2022-02"}}; "" for nothing.
    answers = models.JSONField(_("answers"), default=dict, blank=True)

    class Meta:
        verbose_name = _("ledger extract")
        constraints = [
            one_of("ledger_upload", "state", UploadState),
            models.CheckConstraint(
                condition=Q(state=UploadState.WAITING, closed_at__isnull=True)
                | (~Q(state=UploadState.WAITING) & Q(closed_at__isnull=False)),
                name="ledger_upload_closed_has_its_time",
            ),
            models.UniqueConstraint(
                fields=["sha256"], condition=Q(state=UploadState.WAITING), name="ledger_upload_waits_once"
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class LedgerRows(models.Model):
    """The rows of a waiting extract as text, and what could not be read of it."""

    privacy = Privacy(
        DataClass.OFFICE,
        _("Keeps the rows of an extract while it waits for its yes"),
        _("Goes when the extract is entered, dropped, or has waited 30 days"),
    )
    upload = models.OneToOneField(LedgerUpload, models.CASCADE, related_name="content")
    #: [line, {column: text}], in the order of the file.
    rows = models.JSONField(default=list)
    #: [line, column, value, what would be right].
    faults = models.JSONField(default=list)

    class Meta:
        verbose_name = _("rows of a ledger extract")

    def __str__(self) -> str:
        return str(self.upload)
