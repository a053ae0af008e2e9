"""What each model declares about the data it holds; the privacy page is generated from these declarations."""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DataClass(models.TextChoices):
    """How far a record may travel, from everyone to nobody without need."""

    PUBLIC = "public", _("Public")
    OFFICE = "office", _("Office")
    MEMBER = "member", _("Members")
    PERSONAL = "personal", _("Personal")
    SENSITIVE = "sensitive", _("Sensitive")


@dataclass(frozen=True)
class Privacy:
    """A model's data class, the purpose it serves and how long it is kept."""

    data_class: DataClass
    purpose: str | Promise
    retention: str | Promise


KEPT = _("Kept as part of the office's record")


def public(purpose: str | Promise) -> Privacy:
    return Privacy(DataClass.PUBLIC, purpose, KEPT)
