"""What keys open: apart from the door itself, so that models can name it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """What a key opens. Each holds what stands before it."""

    PUBLIC = "public", _("What everyone sees, more often")
    OFFICE = "office", _("The office’s figures and the records behind them, without people")
    PEOPLE = "people", _("The names of people behind figures; each reading is on record")
