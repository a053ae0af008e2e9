"""Periods that are closed: what they hold has been accounted for."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rso.core.privacy import KEPT, DataClass, Privacy


class ClosedPeriod(models.Model):
    """Days whose records change only by a co-manager, with a reason. `opened_at` says since when that is over."""

    privacy = Privacy(DataClass.OFFICE, _("Keeps what has been accounted for from changing unnoticed"), KEPT)
    period = models.CharField(_("period"), max_length=24, help_text=_("2022, 2022-09, 2022-H1 or FY2022."))
    starts_on = models.DateField()
    ends_before = models.DateField()
    reason = models.CharField(_("why"), max_length=400)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("closed period")
        constraints = [
            models.UniqueConstraint(fields=["period"], condition=Q(opened_at=None), name="period_closed_once"),
            models.CheckConstraint(
                condition=Q(ends_before__gt=F("starts_on")), name="closed_period_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return self.period
