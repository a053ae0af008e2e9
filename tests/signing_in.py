"""How tests sign somebody in: as after password and second factor, without the pages."""

from __future__ import annotations

from time import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.userkit import user_id_to_str
from django.test import Client
from django.utils import timezone

from rso.accounts.models import User
from rso.accounts.sessions import SEEN


def sign_in(client: Client, user: User, *, factor: bool = True) -> Client:
    """The user is signed in; without `factor`, by the password alone."""
    client.force_login(user)
    session, at = client.session, time()
    records = [{"method": "password", "at": at}, {"method": "mfa", "at": at, "type": "totp"}]
    session[AUTHENTICATION_METHODS_SESSION_KEY] = records if factor else records[:1]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = user_id_to_str(user)
    session[SEEN] = {"began": at, "at": timezone.now().timestamp(), "browser": "Firefox, Linux"}
    session.save()
    return client
