from __future__ import annotations

import logging
from threading import Thread
from time import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rso.accounts import actions, secrets
from rso.accounts.example import PASSWORD
from rso.accounts.models import User
from rso.accounts.policies import HAVE_A_HOME, SEE_THE_OFFICE
from rso.core.context import the_office

logger = logging.getLogger(__name__)


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

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The home page, of the office its day, of a focal point the own home, in the user's own language."""
        user = request.user
        with translation.override(user.language if user.is_authenticated else translation.get_language()):
            home = (
                "portal"
                if HAVE_A_HOME.allows(user)
                else "office"
                if SEE_THE_OFFICE.allows(user)
                else settings.LOGIN_REDIRECT_URL
            )
            return reverse(home)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever has just signed in is not asked again."""
        records = get_authentication_records(self.request, self.request.user)
        return not records or time() - records[-1]["at"] > app_settings.REAUTHENTICATION_TIMEOUT

    def reauthenticate(self, user: User, password: str) -> bool:
        """By the account's own address: allauth looks for one among addresses that people confirm themselves."""
        return authenticate(self.request, email=user.email, password=password) == user

    def set_password(self, user: User, password: str) -> None:
        key = self.request.session.session_key
        actions.set_password(user, password=password, by=user, now=timezone.now(), but=key)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Allauth would show the empty form again, as if nothing had been done."""
        messages.success(request, _("Your password is changed. Everywhere else you are signed out."))
        return reverse("account")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """At the address that the operator has set: what the browser says of the host may be anybody's."""
        uid, _dash, token = key.partition("-")
        return f"{settings.BASE_URL}{reverse('account_reset_password_from_key', args=[uid, token])}"

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """In the language of whom it goes to, as all letters are, and not of the page on which somebody asked."""
        with translation.override(user.language):
            link = self.get_reset_password_from_key_url(f"{context['uid']}-{context['key']}")
            super().send_password_reset_mail(user, email, {**context, "password_reset_url": link})

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Writes the letter and lets it go by itself: how long the mail server takes, or that it is down, tells nobody who has an account."""
        letter = self.render_mail(template_prefix, email, {"email": email, **context})
        Thread(target=_deliver, args=(letter,), name="letter").start()

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """What went well is told by the page that follows, and by the name in the footer."""
        if level >= messages.ERROR:
            super().add_message(request, level, *args, **kwargs)


def _deliver(letter: EmailMessage) -> None:
    try:
        letter.send()
    except OSError as error:  # of which those of SMTP are some; what they say may name the address
        logger.warning("A letter could not be sent: %s", type(error).__name__)


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("This code is not right, or it has been used. Wait for the next one."),
    }

    def encrypt(self, text: str) -> str:
        return secrets.close(text)

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.open_(encrypted_text)

    def get_totp_issuer(self) -> str:
        """What the app of codes shows above the code."""
        return the_office().name

    def build_totp_svg(self, url: str) -> str:
        """The picture as part of the page: of another origin, or as data, it would not be shown."""
        import qrcode
        from qrcode.image.svg import SvgPathFillImage

        return str(qrcode.make(url, image_factory=SvgPathFillImage).to_string(encoding="unicode"))
