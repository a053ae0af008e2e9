"""The link of an invitation: signed, good for seven days and for as long as the account has no password and this address."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.core.signing import BadSignature, TimestampSigner
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import constant_time_compare, salted_hmac

from rso.accounts.models import User

SALT = "rso.accounts.invitation"
PARTS = ("subject", "message")
GOOD_FOR = timedelta(days=7)


def token_of(user: User) -> str:
    return TimestampSigner(salt=SALT).sign_object([user.ref, _state(user)])


def invited_by(token: str) -> User | None:
    """Whom the link invites; nobody when it is not ours, too old, or used."""
    try:
        ref, state = TimestampSigner(salt=SALT).unsign_object(token, max_age=GOOD_FOR)
    except BadSignature:
        return None
    user = User.objects.filter(ref=ref, is_active=True).first()
    if user is None or user.has_usable_password() or not constant_time_compare(state, _state(user)):
        return None
    return user


def _state(user: User) -> str:
    """What changes with each new invitation, where an account without a password keeps random letters in its place; and
    with the address, for whoever was written to by mistake is not invited."""
    return salted_hmac(SALT, f"{user.password} {user.email}").hexdigest()[:32]


def send_link(user: User, by: User) -> None:
    """Mails the link, in the language of the invited."""
    with translation.override(user.language):
        address = f"{settings.BASE_URL}{reverse('invitation', args=[token_of(user)])}"
        context = {"name": user.name, "by": by.name, "address": address, "days": GOOD_FOR.days}
        subject, text = (render_to_string(f"account/email/invitation_{part}.txt", context) for part in PARTS)
    send_mail(subject.strip(), text, None, [user.email])
