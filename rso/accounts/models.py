"""Who signs in, and the role that decides what they may do."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from rso.core.models import Kept, one_of
from rso.core.privacy import DataClass, Privacy


class Role(models.TextChoices):
    """Every role of the platform. Office roles see the records behind figures."""

    PROGRAMME_OFFICER = "programme_officer", _("Programme officer")
    MONITORING_OFFICER = "monitoring_officer", _("Monitoring officer")
    COMMUNICATIONS_OFFICER = "communications_officer", _("Communications officer")
    FINANCE_OFFICER = "finance_officer", _("Finance officer")
    DATA_PROTECTION_LEAD = "data_protection_lead", _("Data protection lead")
    CO_MANAGER = "co_manager", _("Co-manager")
    ADMINISTRATOR = "administrator", _("Administrator")
    FOCAL_POINT = "focal_point", _("Focal point")
    PRACTITIONER = "practitioner", _("Practitioner")
    SERVICE = "service", _("Service of the platform")


OFFICE_ROLES = frozenset(Role) - {Role.FOCAL_POINT, Role.PRACTITIONER, Role.SERVICE}


class User(AbstractBaseUser, Kept):
    """A person who may sign in, or a service that acts for the platform and never signs in."""

    privacy = Privacy(
        DataClass.PERSONAL,
        _("Lets people sign in and shows who did what"),
        _("Disabled when the person leaves; the name stays in the audit trail"),
    )
    name = models.CharField(max_length=120)
    email = models.EmailField(unique=True)
    role = models.CharField(max_length=30, choices=Role.choices)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[BaseUserManager[User]] = BaseUserManager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("account")
        constraints = [one_of("account", "role", Role)]

    def __str__(self) -> str:
        return self.name

    @property
    def is_office(self) -> bool:
        """Whether the person works for the office and may see the records behind its figures."""
        return self.is_active and self.role in OFFICE_ROLES


def display(user: User) -> str:
    return user.name
