"""The administrator's page of API keys: what each opens, when it was last used; a new one is shown once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rso.accounts import actions
from rso.accounts.forms import NewKey
from rso.accounts.models import ApiKey
from rso.accounts.policies import KEEP_KEYS
from rso.core.api.scopes import Scope
from rso.core.office import Place, desks
from rso.core.office.doors import of_the_office
from rso.core.permissions import officer
from rso.core.verbs import Refused

KEYS = desks.declare_place(Place("keys", _("API keys"), KEEP_KEYS, "office-keys", last=True))
#: For how long a key is good unless another day is named.
USUAL = timedelta(days=365)
Page = Callable[..., HttpResponse]


def for_who_keeps_keys(page: Page) -> Page:
    @of_the_office
    @wraps(page)
    def answer(request: HttpRequest, *args: Any, **given: Any) -> HttpResponse:
        if not KEEP_KEYS.allows(request.user):
            raise Http404
        return page(request, *args, **given)

    return answer  # type: ignore[return-value]


@require_safe
@for_who_keeps_keys
def keys(request: HttpRequest) -> HttpResponse:
    """Every key, the good ones first."""
    now = timezone.now()
    found = [(key, key.is_good(now)) for key in ApiKey.objects.select_related("owner").order_by("-made_at", "-pk")]
    rows = sorted(found, key=lambda row: not row[1])
    return render(request, "office/accounts/keys.html", {"here": KEYS, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@for_who_keeps_keys
def new_key(request: HttpRequest) -> HttpResponse:
    """Makes a key and shows it: this page is the only one that ever does."""
    first = {"scope": Scope.PUBLIC, "expires_on": timezone.localdate() + USUAL}
    form = NewKey(request.POST if request.method == "POST" else None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            key, letters = actions.make_key(**form.cleaned_data, by=officer(request), now=timezone.now())
        except Refused as error:
            for problem in error.problems:
                form.add_error(problem.field, str(problem.says))
        else:
            return render(request, "office/accounts/key_made.html", {"here": KEYS, "key": key, "letters": letters})
    context = {"here": KEYS, "form": form}
    return render(request, "office/accounts/key.html", context, status=422 if form.errors else 200)


@require_POST
@for_who_keeps_keys
def revoke(request: HttpRequest, ref: str) -> HttpResponse:
    key = get_object_or_404(ApiKey, ref=ref)
    actions.revoke_keys([key], by=officer(request), now=timezone.now())
    messages.success(request, gettext("The key “%(name)s” opens nothing any more.") % {"name": key.name})
    return redirect("office-keys")


urlpatterns = [
    path("office/keys/", keys, name="office-keys"),
    path("office/keys/new/", new_key, name="office-key-new"),
    path("office/keys/<ref:ref>/revoke/", revoke, name="office-key-revoke"),
]
