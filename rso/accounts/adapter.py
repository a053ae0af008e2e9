from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils import timezone

from rso.accounts import actions
from rso.accounts.models import User


class InvitedOnly(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody makes an account for oneself: the office does. A password is set by its verb."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def set_password(self, user: User, password: str) -> None:
        actions.set_password(user, password=password, by=user, now=timezone.now())

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The page that follows says what happened; the name in the footer says who is signed in."""
