"""What people keep at their desks: lists as they want to see them again, and what they were typing."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rso.core.privacy import DataClass, Privacy


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def seen_by(self, user: Any) -> "SavedViewQuerySet":
        """One's own, and those that colleagues share."""
        return self.filter(Q(owner=user.pk) | Q(shared=True))

    def kept_by(self, user: Any) -> "SavedViewQuerySet":
        """Those that this person may remove: one's own, and what someone shared who has left."""
        return self.filter(Q(owner=user.pk) | Q(shared=True, owner__is_active=False))


class SavedView(models.Model):
    """A list as someone wants to see it again: its filters, order and columns, as the address says them."""

    privacy = Privacy(
        DataClass.OFFICE, _("Spares people to choose the same rows again"), _("Until its owner removes it")
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    desk = models.SlugField(max_length=40)
    title = models.CharField(_("Name of the view"), max_length=60)
    query = models.CharField(max_length=2000)
    shared = models.BooleanField(_("Shown to the whole office"), default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        constraints = [models.UniqueConstraint(fields=["owner", "desk", "title"], name="saved_view_once")]

    def __str__(self) -> str:
        return self.title


class Draft(models.Model):
    """What someone was typing into a form, kept until it is saved or dropped. `token` names one opening of the form.

    Once it is saved, `done` names the record, so that a second click on the same form leads to it and makes no other.
    """

    privacy = Privacy(
        DataClass.PERSONAL, _("Keeps what is typed from being lost"), _("Thirty days after its last change")
    )
    token = models.UUIDField(unique=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    desk = models.SlugField(max_length=40)
    #: The record that is being changed; empty for a new one.
    ref = models.CharField(max_length=60, blank=True)
    cells = models.JSONField(default=dict)
    #: The record's cells when the form was opened.
    began = models.JSONField(default=dict)
    kept_at = models.DateTimeField()
    done = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("draft")
        indexes = [models.Index(fields=["owner", "desk", "ref"], name="draft_of_form")]

    def __str__(self) -> str:
        return f"{self.desk} {self.ref}"


class Digest(models.Model):
    """That someone was sent the mail of a day, so that it goes out once."""

    privacy = Privacy(DataClass.OFFICE, _("Keeps a mail from going out twice"), _("Thirty days"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    day = models.DateField()
    sent_at = models.DateTimeField()

    class Meta:
        verbose_name = _("mail of the day")
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="digest_once_a_day")]

    def __str__(self) -> str:
        return f"{self.user} {self.day}"


class CalendarFeed(models.Model):
    """An address at which a calendar can be read without signing in, until it is revoked. Only its digest is kept."""

    privacy = Privacy(
        DataClass.OFFICE, _("Lets people read the calendar where they keep their own"), _("Until it is revoked")
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    #: The ref of the member whose calendar it is; an asterisk for what its owner leads; empty for the whole office's.
    body = models.CharField(max_length=60, blank=True)
    made_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("calendar address")

    def __str__(self) -> str:
        return self.body or str(self.owner)
