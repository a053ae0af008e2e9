"""Who signs in, and the role that decides what they may do."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rso.accounts.sessions import SessionStore
from rso.core.api.scopes import Scope
from rso.core.models import Kept, one_of
from rso.core.permissions import permissions
from rso.core.privacy import DataClass, Privacy


class Role(models.TextChoices):
    """Every role of the platform. Office roles see the records behind figures, but those that name people."""

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


#: What each role is for, in a sentence without its end.
DESCRIBED: dict[str, str | Promise] = {
    Role.PROGRAMME_OFFICER: _("plans and runs activities and events, with those who take part"),
    Role.MONITORING_OFFICER: _("checks what is recorded and writes the reports from it"),
    Role.COMMUNICATIONS_OFFICER: _("looks after publications, engagements and the public site"),
    Role.FINANCE_OFFICER: _("keeps budget, contributions and expenditure"),
    Role.DATA_PROTECTION_LEAD: _("watches over personal data: who saw it, who took it out, what is to be forgotten"),
    Role.CO_MANAGER: _("leads the office with the other co-manager; clears what is published"),
    Role.ADMINISTRATOR: _("opens and disables accounts and runs the platform"),
    Role.FOCAL_POINT: _("speaks for a State or an organisation; sees what the office did with it"),
    Role.PRACTITIONER: _("takes part in trainings and events"),
    Role.SERVICE: _("acts for the platform where no person does, and never signs in"),
}
#: What whoever may see the names behind figures is allowed; the room that keeps those names declares it.
NAMES = "participants.see"
OFFICE_ROLES = frozenset(Role) - {Role.FOCAL_POINT, Role.PRACTITIONER, Role.SERVICE}
#: Accounts of people, and not of the platform.
OF_PEOPLE = ~Q(role=Role.SERVICE)


class User(AbstractBaseUser, Kept):
    """A person who may sign in, or a service that acts for the platform and never signs in."""

    named_in = ("name",)
    privacy = Privacy(
        DataClass.PERSONAL,
        _("Lets people sign in and shows who did what"),
        _("Disabled when the person leaves; the name stays in the audit trail"),
    )
    offered_where = Q(is_active=True, role__in=OFFICE_ROLES)
    untold = frozenset({"password", "last_login"})
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("email"), unique=True)
    role = models.CharField(_("role"), max_length=30, choices=Role.choices)
    is_active = models.BooleanField(_("active"), default=True)
    #: In which pages open after signing in, and in which letters are written.
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[BaseUserManager[User]] = BaseUserManager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("account")
        constraints = [
            one_of("account", "role", Role),
            models.CheckConstraint(
                condition=models.Q(language__in=[code for code, _name in settings.LANGUAGES]),
                name="account_language_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_office(self) -> bool:
        """Whether the person works for the office and may see the records behind its figures, but those that name people."""
        return self.is_active and self.role in OFFICE_ROLES


def may_own(owner: User, scope: str) -> bool:
    """Whether a key of this scope may be someone's: it opens nothing that they may not see themselves."""
    if scope == Scope.PEOPLE:
        return permissions.all[NAMES].allows(owner)
    return owner.is_office if scope == Scope.OFFICE else owner.is_active


class ApiKey(Kept):
    """Lets a program ask at the machine door. Its ref begins the key; of the rest only a digest is kept."""

    privacy = Privacy(
        DataClass.OFFICE,
        _("Lets programs ask for what their owners may see"),
        _("Kept after it was revoked, so that the audit trail can name it"),
    )
    hands_over = {"owner": _("API keys")}
    untold = frozenset({"digest", "last_used_at"})
    name = models.CharField(_("what it is for"), max_length=120, help_text=_("The program that will use it."))
    owner = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="api_keys",
        verbose_name=_("owner"),
        help_text=_("Who answers for it. It is good for as long as the owner’s account is."),
    )
    scope = models.CharField(_("what it opens"), max_length=10, choices=Scope.choices, default=Scope.PUBLIC)
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField(_("made"))
    expires_on = models.DateField(_("last day"), help_text=_("The last day on which it is good."))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        constraints = [one_of("api_key", "scope", Scope)]

    def __str__(self) -> str:
        return self.name

    def is_good(self, now: datetime) -> bool:
        """Whether it opens anything: not revoked, not too old, and its owner may still see what it opens."""
        fits = may_own(self.owner, self.scope)
        return self.revoked_at is None and timezone.localdate(now) <= self.expires_on and fits


class Session(AbstractBaseSession):
    """Where someone is signed in. Its row is the session itself: whoever removes it signs that browser out."""

    privacy = Privacy(
        DataClass.PERSONAL,
        _("Shows people where they are signed in, so that they can sign out there"),
        _("Removed on signing out; otherwise when the session is too old to be used"),
    )
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")
    #: As `rso.accounts.browsers` names it: what a browser says of itself, address and version, is not kept.
    browser = models.CharField(max_length=60, blank=True)
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("session")

    def __str__(self) -> str:
        return self.browser

    @classmethod
    def get_session_store_class(cls) -> type[SessionStore]:
        return SessionStore

    @property
    def name(self) -> str:
        """Names it on a page: the key itself would let its reader in."""
        return salted_hmac("rso.accounts.session", self.session_key).hexdigest()[:20]


def display(user: User) -> str:
    return user.name
