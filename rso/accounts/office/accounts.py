"""The office's desk of accounts, the pages on which someone is invited and leaves."""

from __future__ import annotations

from contextlib import ExitStack

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from rso.accounts import actions
from rso.accounts.forms import Invitation, Leaving
from rso.accounts.models import User
from rso.accounts.policies import KEEP_ACCOUNTS
from rso.core.access import saw
from rso.core.corrections import by_the_office
from rso.core.listings import Item, Panel
from rso.core.loading.tables import tables
from rso.core.models import Kept
from rso.core.office import Act, Desk, Section, View, desks
from rso.core.office.details import find
from rso.core.office.doors import at_desk
from rso.core.permissions import officer
from rso.core.verbs import Refused, turn


def is_signed_in_nowhere(user: User, by: User) -> str:
    return "" if user.sessions.exists() else gettext("is signed in nowhere")


def has_not_left(user: User, by: User) -> str:
    return gettext("has not left") if user.is_active else ""


def cannot_leave(user: User, by: User) -> str:
    """Why an account is not disabled: it is already, or it is one's own."""
    if user.pk == by.pk:
        return gettext("is your own account")
    return "" if user.is_active else gettext("has left already")


def theirs(user: User, by: User) -> Panel:
    """What is the person's, and would be handed over."""
    items = [
        Item(str(thing), desks.address_of(thing, by), meta=str(title))
        for _model, _field, title, things in actions.belongings(user)
        for thing in things
    ]
    return Panel("theirs", _("What is theirs"), tuple(items), blank=_("Nothing is in this person’s name."))


desks.declare(
    Desk(
        "accounts",
        User,
        _("Accounts"),
        KEEP_ACCOUNTS,
        KEEP_ACCOUNTS,
        columns="name email role is_active",
        filters="role is_active",
        order=("name",),
        new=_("Invite someone"),
        removable=False,
        begins=True,
        last=True,
        sections=(Section(_("Who signs in"), "name email role"),),
        views=(
            View("open", _("Open"), lambda user, day: Q(is_active=True)),
            View("left", _("Left"), lambda user, day: Q(is_active=False)),
        ),
        acts=(
            Act("invite", _("Send the invitation"), KEEP_ACCOUNTS, actions.send_invitations, why_not=actions.needs_no_invitation),
            Act("sign_out", _("Sign out everywhere"), KEEP_ACCOUNTS, actions.end_sessions, why_not=is_signed_in_nowhere),
            Act(
                "reset_factors",
                _("Reset the second factors"),
                KEEP_ACCOUNTS,
                actions.reset_factors,
                final=True,
                bulk=False,
                says=_("For whoever has lost phone, key and recovery codes. Make sure that it is them who ask."),
            ),
            Act(
                "leave", _("Disable and hand over"), KEEP_ACCOUNTS, actions.disable_accounts,
                why_not=cannot_leave, final=True, bulk=False,
            ),
            Act("bring_back", _("Open again"), KEEP_ACCOUNTS, actions.bring_back, why_not=has_not_left, bulk=False),
        ),
        panels=(theirs,),
    )
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def invite(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Opens an account and sends the link that sets its password."""
    form = Invitation(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.invite(**form.cleaned_data, by=officer(request), now=timezone.now())
        except actions.Unsent as error:
            messages.error(request, f"{error}.")
            return redirect(desk.at(error.users[0].ref))
        except Refused as error:
            for problem in error.problems:
                form.add_error(problem.field if problem.field in form.fields else None, str(problem.says))
        else:
            messages.success(request, gettext("The invitation is on its way to %(email)s.") % {"email": user.email})
            return redirect(desk.at(user.ref))
    context = {"desk": desk, "here": desk, "form": form, "action": reverse("account-invite")}
    return render(request, "office/accounts/invite.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def leave(request: HttpRequest, desk: Desk, ref: str) -> HttpResponse:
    """One screen: what is the leaver's, who takes it over, and the account's end."""
    user, by = find(desk, request.user, ref), officer(request)
    if user.pk == by.pk:
        raise Http404
    if not user.is_active:  # whoever clicks twice sees what the first click did
        return redirect(desk.at(user.ref))
    saw(user, by=by, now=timezone.now())
    panel = theirs(user, by)
    form = Leaving(user, bool(panel.items), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            _leave(user, form.cleaned_data["to"], by)
        except Refused as error:
            form.add_error("to", str(error))
        else:
            messages.success(request, gettext("%(name)s’s account is disabled.") % {"name": user.name})
            return redirect(desk.at(user.ref))
    context = {"desk": desk, "here": desk, "form": form, "thing": user, "panel": panel, "back": desk.at(user.ref)}
    return render(request, "office/accounts/leave.html", context, status=422 if form.errors else 200)


def _leave(user: User, to: User | None, by: User) -> None:
    """What came by a file stays as the office left it: loading the file again gives nothing back, and opens no account."""
    now = timezone.now()
    changed: dict[type[Kept], list[str]] = {User: [user.ref]}
    for model, _field, _title, things in actions.belongings(user):
        changed.setdefault(model, []).extend(thing.ref for thing in things)
    with turn(), ExitStack() as kept:
        for table in tables.in_order():
            if refs := changed.get(table.model):
                kept.enter_context(by_the_office(table, refs, by=by, now=now))
        actions.leave(of=user, to=to, by=by, now=now)


urlpatterns = [
    path("office/accounts/new/", invite, {"desk": "accounts"}, name="account-invite"),
    path("office/accounts/<ref:ref>/do/leave/", leave, {"desk": "accounts"}, name="account-leave"),
]
