"""No one of the office goes further than the set-up of a second factor without having shown one in this session."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone

from rso.accounts.models import User
from rso.accounts.sessions import note_use

#: The pages on which someone without a second factor sets one up, gives the password again, or leaves.
OPEN = frozenset({"mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate", "account_logout"})


def second_factor(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Asks for the second factor before every page, whatever the address. Without a session there is nobody to ask."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            note_use(request, timezone.now())
            if request.user.is_office and not has_shown_factor(request, request.user):
                return _ask(request, request.user) or get_response(request)
        return get_response(request)

    return answer


def has_shown_factor(request: HttpRequest, user: User) -> bool:
    """Whether the user has given a code, a recovery code or a passkey in this session."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, user))


def _ask(request: HttpRequest, user: User) -> HttpResponseBase | None:
    """Leads to the set-up; nothing where the page is part of it.

    Whoever has a factor and a session that has not shown it signed in before there was one: a password alone must not
    open the pages that show recovery codes and add factors. Such a session ends.
    """
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": "Sign in with a second factor."}, status=401)
    if is_mfa_enabled(user):
        logout(request)
        return HttpResponseRedirect(reverse("account_login"))
    if _name_of(request) not in OPEN:
        return HttpResponseRedirect(reverse("mfa_index"))
    # The page shows no way that would lead back here.
    request.is_set_up = True  # type: ignore[attr-defined]
    return None


def _name_of(request: HttpRequest) -> str | None:
    try:
        return resolve(request.path_info).url_name
    except Resolver404:
        return None
