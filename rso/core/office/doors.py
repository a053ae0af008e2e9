"""The addresses of the office: a list, a page, a form and verbs for every desk; the home of the office; what pages ask for."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db import IntegrityError, models, transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rso.core.access import is_guarded, saw
from rso.core.addresses import id_in
from rso.core.loading.columns import CONTROL
from rso.core.loading.tables import tables
from rso.core.merging import resolve
from rso.core.models import SavedView, Saw
from rso.core.office.calendar import calendar_page, feed, feeds_page
from rso.core.office.cells import NAMES, named
from rso.core.office.corrected import corrections_page
from rso.core.office.day import rooms
from rso.core.office.desks import Desk, desks
from rso.core.office.details import detail_page
from rso.core.office.doing import act_page
from rso.core.office.duplicates import duplicates_page
from rso.core.office.exports import export_page
from rso.core.office.files import attach_page, fetch_page, withdraw_page
from rso.core.office.finding import search_page
from rso.core.office.forms import form_page
from rso.core.office.home import home_page, tasks_page
from rso.core.office.lists import list_page
from rso.core.permissions import officer
from rso.core.search.finding import matching
from rso.core.search.registry import searched
from rso.core.typed import typed

Page = Callable[..., HttpResponseBase]
#: Suggestions for a name that is being typed.
SUGGESTED = 20


def of_the_office(page: Page) -> Page:
    """A page for those who work for the office: others are asked to sign in, or told that there is no such page."""

    @wraps(page)
    def answer(request: HttpRequest, *args: Any, **given: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not getattr(request.user, "is_office", False):
            raise Http404
        return page(request, *args, **given)

    return answer


def at_desk(page: Page) -> Page:
    """A page of a desk, for those who may see it: for all others there is no such page."""

    @of_the_office
    @wraps(page)
    def answer(request: HttpRequest, desk: str, *args: Any, **given: Any) -> HttpResponseBase:
        found = desks.all.get(desk)
        if found is None or not found.sees.allows(request.user):
            raise Http404
        return page(request, found, *args, **given)

    return answer


def leads_on(page: Page) -> Page:
    """A page of a record; the ref of one that was merged into another leads to that one's."""

    @wraps(page)
    def answer(request: HttpRequest, desk: Desk, ref: str = "") -> HttpResponseBase:
        try:
            return page(request, desk, ref)
        except Http404:
            stays = resolve(desk.model, ref)
            if stays and desk.rows(request.user).filter(ref=stays).exists():
                return redirect(desk.at(stays), permanent=True)
            raise

    return answer


show_home = require_safe(of_the_office(home_page))
show_tasks = require_safe(of_the_office(tasks_page))
show_calendar = require_safe(of_the_office(calendar_page))
keep_feeds = require_POST(of_the_office(feeds_page))
show_search = require_safe(of_the_office(search_page))
show_list = require_safe(at_desk(list_page))
show_detail = require_safe(at_desk(leads_on(detail_page)))
show_form = require_http_methods(["GET", "HEAD", "POST"])(at_desk(leads_on(form_page)))
do = require_http_methods(["GET", "HEAD", "POST"])(at_desk(act_page))
export = require_safe(at_desk(export_page))
attach = require_POST(at_desk(attach_page))
fetch = require_safe(at_desk(fetch_page))
withdraw = require_POST(at_desk(withdraw_page))
show_corrections = require_http_methods(["GET", "HEAD", "POST"])(of_the_office(corrections_page))
show_duplicates = require_http_methods(["GET", "HEAD", "POST"])(of_the_office(duplicates_page))


@require_safe
@at_desk
def suggest(request: HttpRequest, desk: Desk, kind: str) -> HttpResponse:
    """Names of records that hold what is being typed, for a field of this desk's form that points to them."""
    model: Any = next((c.refers for c in desk.form_columns if c.refers and c.refers._meta.model_name == kind), None)
    words = CONTROL.sub("", request.GET.get("q", "")).strip()[:100]
    if model is None or not desk.may_keep(request.user):
        raise Http404
    names = _names(model, words) if len(words) > 1 else []
    if names and is_guarded(model):
        asked = urlencode({"q": words})
        saw(model, by=officer(request), now=timezone.now(), what=Saw.LISTED, rows=len(names), filters=asked)
    return JsonResponse({"names": names})


def _names(model: Any, words: str) -> list[str]:
    fields = {field.name for field in model._meta.concrete_fields}
    q = models.Q(ref__istartswith=words)
    if model in searched.by_model:
        q |= models.Q(pk__in=matching(model, words))
    for name in NAMES:
        q |= models.Q(**{f"{name}__icontains": words}) if name in fields else models.Q()
    rows = model._default_manager.filter(tables.of(model).only).filter(q).order_by("pk")
    return [named(thing.ref, str(thing)) for thing in rows.prefetch_related(*model.named_by)[:SUGGESTED]]


@require_POST
@at_desk
def keep_view(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Keeps the list as it is shown under a name, or removes one."""
    if "drop" in request.POST:
        gone = id_in(request.POST["drop"])
        SavedView.objects.kept_by(request.user).filter(desk=desk.slug, pk=gone).delete()
        return redirect(desk.url)
    title, query = typed(request, "title"), typed(request, "query")
    if not title or len(title) > 60 or len(query) > 2000:
        messages.error(request, _("A view has a name of at most 60 characters."))
        return redirect(f"{desk.url}?{query}" if len(query) <= 2000 else desk.url)
    try:
        with transaction.atomic():
            SavedView.objects.create(
                owner=officer(request), desk=desk.slug, title=title, query=query, shared="shared" in request.POST
            )
        messages.success(request, _("The view is kept."))
    except IntegrityError:
        messages.error(request, _("You have a view of this name already; choose another."))
    return redirect(f"{desk.url}?{query}")


def patterns() -> list[URLPattern]:
    """The rooms' own pages first, then those that every desk has."""
    desks.discover()
    rooms.discover()
    own: list[URLPattern] = []
    for room in settings.ROOMS:
        package = import_module(f"rso.{room}")
        if room != "core" and module_has_submodule(package, "office"):
            own += getattr(import_module(f"rso.{room}.office"), "urlpatterns", [])
    return [
        path("office/", show_home, name="office"),
        path("office/tasks/", show_tasks, name="office-tasks"),
        path("office/calendar/", show_calendar, name="office-calendar"),
        path("office/calendar/addresses/", keep_feeds, name="office-feeds"),
        path("calendar/<str:token>.ics", require_safe(feed), name="calendar-feed"),
        path("office/search/", show_search, name="office-search"),
        *own,
        path("office/corrections/", show_corrections, name="office-corrections"),
        path("office/duplicates/", show_duplicates, name="office-duplicates"),
        path("office/<slug:desk>/", show_list, name="office-list"),
        path("office/<slug:desk>/new/", show_form, name="office-new"),
        path("office/<slug:desk>/view/", keep_view, name="office-view"),
        path("office/<slug:desk>/export.<str:form>", export, name="office-export"),
        path("office/<slug:desk>/suggest/<slug:kind>/", suggest, name="office-suggest"),
        path("office/<slug:desk>/do/<slug:slug>/", do, name="office-act"),
        path("office/<slug:desk>/<ref:ref>/", show_detail, name="office-detail"),
        path("office/<slug:desk>/<ref:ref>/files/", attach, name="office-attach"),
        path("office/<slug:desk>/<ref:ref>/files/<ref:file>/", fetch, name="office-file"),
        path("office/<slug:desk>/<ref:ref>/files/<ref:file>/withdraw/", withdraw, name="office-withdraw"),
        path("office/<slug:desk>/<ref:ref>/edit/", show_form, name="office-edit"),
        path("office/<slug:desk>/<ref:ref>/do/<slug:slug>/", do, name="office-act-one"),
    ]
