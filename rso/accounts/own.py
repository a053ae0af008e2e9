"""The pages that everyone has for oneself: name and language, where one is signed in; and the one that an invitation opens."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import View

from rso.accounts import actions
from rso.accounts.forms import FirstPassword, Profile
from rso.accounts.invitations import invited_by
from rso.accounts.models import Session, User
from rso.core.verbs import Refused, turn


@login_required
def account(request: HttpRequest) -> HttpResponse:
    assert request.user.is_authenticated
    user = User.objects.get(pk=request.user.pk)
    form = Profile(request.POST if request.method == "POST" else None, instance=user)
    if request.method == "POST" and form.is_valid():
        with turn():
            # Role and account may have changed since the form was read: of the record as it is by now two fields alone.
            user = User.objects.get(pk=user.pk)
            user.name, user.language = (form.cleaned_data[name] for name in ("name", "language"))
            actions.change_accounts([user], by=user, now=timezone.now())
        return HttpResponseRedirect(reverse("account"))
    return render(request, "account/account.html", {"form": form})


@method_decorator(login_required, name="dispatch")
class Sessions(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "account/sessions.html", {"sessions": _sessions(request)})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Signs out in the place that is named, or everywhere."""
        assert request.user.is_authenticated
        user, now, named = request.user, timezone.now(), request.POST.get("session", "")
        if named == "all":
            actions.end_sessions([user], by=user, now=now)
            request.session.flush()
            return HttpResponseRedirect(reverse("account_login"))
        for session in _sessions(request):
            if session.name == named:
                actions.end_session(session, by=user, now=now)
        return HttpResponseRedirect(reverse("account_sessions"))


def _sessions(request: HttpRequest) -> list[Session]:
    """Where the user is signed in now, last used first."""
    found = Session.objects.filter(user=request.user.pk, expire_date__gt=timezone.now(), seen_at__isnull=False)
    return list(found.select_related("user").order_by("-seen_at", "session_key"))


@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Sets the first password, and signs nobody in."""
    user = invited_by(token)
    if user is None:
        return render(request, "account/invitation_gone.html", status=404)
    form = FirstPassword(user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.accept_invitation(token, password=form.cleaned_data["password1"], now=timezone.now())
        except Refused:
            return render(request, "account/invitation_gone.html", status=404)
        return HttpResponseRedirect(reverse("account_reset_password_from_key_done"))
    return render(request, "account/invitation.html", {"form": form, "invited": user})


urlpatterns = [
    path("accounts/", account, name="account"),
    path("accounts/sessions/", Sessions.as_view(), name="account_sessions"),
    path("accounts/invitation/<str:token>/", invitation, name="invitation"),
]
