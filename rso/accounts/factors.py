"""The pages that set up, show and remove one's second factors: allauth's, with what this house adds.

Whoever sets up a factor has shown it, so the session goes on. The audit trail says which factor came or went.
"""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import clear_authentication_records, record_authentication
from allauth.mfa.base import views as base
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal.auth import begin_registration
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone

from rso.accounts.actions import end_sessions, tell_factor


class Adds:
    """A view that sets up a factor of one kind."""

    request: HttpRequest
    kind: str

    def form_valid(self, form: Any) -> HttpResponse:
        user = self.request.user
        assert user.is_authenticated
        answer: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        made = Authenticator.objects.filter(user=user, type=self.kind).latest("pk")
        record_authentication(self.request, user, "mfa", id=made.pk, type=self.kind)
        tell_factor(user, self.kind, added=True, by=user, now=timezone.now())
        return answer


class Removes:
    """A view that removes a factor: where else one is signed in, it may have been by this one. After the last there is none to show."""

    request: HttpRequest
    kind: str

    def form_valid(self, form: Any) -> HttpResponse:
        user = self.request.user
        assert user.is_authenticated
        answer: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        now = timezone.now()
        tell_factor(user, self.kind, added=False, by=user, now=now)
        end_sessions([user], but=self.request.session.session_key, by=user, now=now)
        if not is_mfa_enabled(user):
            clear_authentication_records(self.request)
        return answer


class AddApp(Adds, totp.ActivateTOTPView):  # type: ignore[misc]
    kind = Authenticator.Type.TOTP


class RemoveApp(Removes, totp.DeactivateTOTPView):  # type: ignore[misc]
    kind = Authenticator.Type.TOTP


class AddPasskey(Adds, webauthn.AddWebAuthnView):  # type: ignore[misc]
    kind = Authenticator.Type.WEBAUTHN

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "js_data": {"creation_options": begin_registration(self.request.user, True)}}


class RemovePasskey(Removes, webauthn.RemoveWebAuthnView):  # type: ignore[misc]
    kind = Authenticator.Type.WEBAUTHN


urlpatterns: list[URLPattern] = [
    path("", base.index, name="mfa_index"),
    path("authenticate/", base.authenticate, name="mfa_authenticate"),
    path("reauthenticate/", base.reauthenticate, name="mfa_reauthenticate"),
    path("app/add/", AddApp.as_view(), name="mfa_activate_totp"),
    path("app/remove/", RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path("recovery-codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("recovery-codes/generate/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("recovery-codes/download/", recovery.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("passkeys/", base.index, name="mfa_list_webauthn"),
    path("passkeys/add/", AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("passkeys/sign-in/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("passkeys/reauthenticate/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("passkeys/<int:pk>/remove/", RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("passkeys/<int:pk>/rename/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
]
