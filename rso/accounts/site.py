"""The door of this room: signing in and out, one's own password, factors and sessions. Nobody opens an account for oneself."""

from __future__ import annotations

from typing import NoReturn

from allauth.account import views
from django.http import Http404, HttpRequest
from django.urls import include, path, re_path

from rso.accounts import own


def closed(request: HttpRequest) -> NoReturn:
    """What allauth knows and this office does not offer: accounts and addresses are the office's to change."""
    raise Http404


urlpatterns = [
    *own.urlpatterns,
    path("accounts/2fa/", include("rso.accounts.factors")),
    path("accounts/reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("accounts/login/", views.login, name="account_login"),
    path("accounts/logout/", views.logout, name="account_logout"),
    path("accounts/inactive/", views.account_inactive, name="account_inactive"),
    path("accounts/password/change/", views.password_change, name="account_change_password"),
    path("accounts/password/reset/", views.password_reset, name="account_reset_password"),
    path("accounts/password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    path(
        "accounts/password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    *(
        path("accounts/closed/", closed, name=f"account_{name}")
        for name in ("signup", "email", "email_verification_sent", "set_password")
    ),
]
