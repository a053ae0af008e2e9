from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from rso.accounts import actions
from rso.accounts.example import PASSWORD
from rso.accounts.models import User


class InvitedOnly(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody makes an account for oneself: the office does. A password is set by its verb."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Counts the try; the example's password, which is public, is good on the machine itself alone."""
        super().pre_authenticate(request, **credentials)
        if settings.ENV.is_reachable and credentials.get("password") == PASSWORD:
            raise ValidationError(
                _("This is the public password of the example. It signs in on the machine itself and nowhere else.")
            )

    def set_password(self, user: User, password: str) -> None:
        actions.set_password(user, password=password, by=user, now=timezone.now())

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The page that follows says what happened; the name in the footer says who is signed in."""
