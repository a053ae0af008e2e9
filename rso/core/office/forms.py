"""The form of a desk: sections, hints, an error summary, a draft that outlives the browser, another's changes shown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.contrib import messages
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rso.core.access import saw
from rso.core.addresses import REF
from rso.core.closing import WHY, closed_for, may_with_reason
from rso.core.loading.columns import LONGEST, Column, ListColumn
from rso.core.models import AuditEvent, ClosedPeriod, Draft
from rso.core.office.cells import Cells, Sent, cells_of_new, cells_of_stored, labels_of, named
from rso.core.office.desks import Desk
from rso.core.office.details import find
from rso.core.office.filters import choices_among
from rso.core.office.saving import Clash, Gone, Unsaved, save
from rso.core.permissions import officer
from rso.core.typed import plain, typed
from rso.core.verbs import kind_of

#: Up to so many records are offered in a select; more are typed, with suggestions.
IN_SELECT = 40
#: Up to so many choices stand as radio buttons.
AS_RADIOS = 4
#: Empty places for more linked records.
MORE = 3


@dataclass
class Field:
    """One question of a form as the template draws it."""

    name: str
    label: Any
    hint: Any
    kind: str
    required: bool
    value: str = ""
    error: str = ""
    #: What another has made of it meanwhile.
    theirs: str = ""
    limit: int = 0
    options: list[tuple[str, Any]] = field(default_factory=list)
    listed: str = ""
    rows: list[dict[str, str]] = field(default_factory=list)
    weighted: bool = False

    @property
    def id(self) -> str:
        return f"f-{self.name}"

    @property
    def choices(self) -> str:
        """The options of a select, drawn here: each would cost the template as much as a whole field."""
        drawn = ((value, " selected" if value == self.value else "", label) for value, label in self.options)
        return format_html_join("", '<option value="{}"{}>{}</option>', drawn)

    @property
    def first(self) -> str:
        """The id of its first control, to which the error summary leads."""
        return f"{self.id}-1" if self.kind in ("radio", "several") else self.id


class Opened:
    """A form as someone has it open: for a new record or a stored one, with the cells at first and those typed."""

    def __init__(self, desk: Desk, thing: Any, token: UUID, began: Cells, cells: Cells) -> None:
        self.desk, self.thing, self.token, self.began, self.cells = desk, thing, token, began, cells
        self.faults: dict[str, str] = {}
        self.theirs: Cells = {}
        #: Where it is sent; nowhere else than from where it came, if empty.
        self.action = ""

    @cached_property
    def _offered(self) -> dict[type[models.Model], list[tuple[str, str]]]:
        return choices_among(column.refers for column in self.desk.form_columns if column.refers)

    def offered(self, model: type[models.Model]) -> list[tuple[str, str]]:
        """The records of a kind that can be offered, by ref and name; none where there are too many."""
        return self._offered[model]

    @property
    def sections(self) -> list[tuple[Any, list[Field]]]:
        return [
            (section.title, [self._field(self.desk.column(name)) for name in section.columns if self._asks(name)])
            for section in self.desk.sections
            if section.asked
        ]

    def _asks(self, name: str) -> bool:
        """A ref is typed once, where the desk does not give it."""
        return name != "ref" or not (self.thing or self.desk.prefix)

    @property
    def lists(self) -> dict[str, str]:
        """The suggestions that the page itself holds, by kind of record."""
        return {
            model._meta.model_name or "": format_html_join(
                "", "<option>{}</option>", ((named(ref, label),) for ref, label in rows)
            )
            for model, rows in self._offered.items()
            if len(rows) > IN_SELECT or any(c.refers is model for c in self.desk.lists)
        }

    @property
    def at_large(self) -> dict[str, str]:
        """Faults that belong to no field."""
        return {
            name: says
            for name, says in self.faults.items()
            if name != WHY and name not in {c.name for c in self.desk.form_columns}
        }

    def _field(self, column: Column) -> Field:
        found = Field(
            column.name, column.label or column.name, column.hint, "text", column.required,
            value=self.cells.get(column.name, ""), error=self.faults.get(column.name, ""),
            theirs=self.theirs.get(column.name, ""), limit=column.limit or LONGEST,
        )  # fmt: skip
        if isinstance(column, ListColumn):
            self._several(found, column)
        elif column.refers:
            self._one(found, column.refers, self.desk.model._meta.get_field(column.attribute))
        elif column.among:
            found.options = list(labels_of(column, self.desk.model).items())
            few = len(found.options) <= AS_RADIOS and (column.required or column.default not in ("", None))
            found.kind = "radio" if few else "select"
        elif column.kind == "date":
            found.kind = "date"
        elif column.kind in ("integer", "number"):
            found.kind = "number"
        elif found.limit > 300:
            found.kind = "area"
        return found

    def _one(self, found: Field, model: type[models.Model], own: Any) -> None:
        """A select of those that are offered. Whose own a record is, as an account is a person's, is typed: any may be meant."""
        offered = self.offered(model)
        few = 0 < len(offered) <= IN_SELECT and not own.one_to_one
        if few and (not found.value or found.value in dict(offered)):
            found.kind, found.options = "select", list(offered)
        else:
            found.kind, found.listed = "ref", model._meta.model_name or ""
            found.value = self._label(model, found.value)

    def _several(self, found: Field, column: ListColumn) -> None:
        assert column.refers
        found.kind, found.listed, found.weighted = "several", column.refers._meta.model_name or "", bool(column.weight)
        for item in filter(None, found.value.split(";")):
            ref, _colon, weight = item.rpartition(":") if column.weight else (item, "", "")
            found.rows.append({"value": self._label(column.refers, ref or item), "weight": weight})
        found.rows += [{"value": "", "weight": ""} for _more in range(MORE)]

    def _label(self, model: type[models.Model], ref: str) -> str:
        if not REF.fullmatch(ref):
            return ref
        label = dict(self.offered(model)).get(ref)
        if label is None:
            thing = model._default_manager.filter(ref=ref).first()
            label = str(thing) if thing else ""
        return named(ref, label)


def form_page(request: HttpRequest, desk: Desk, ref: str = "") -> HttpResponse:
    """The form for a new record or a stored one: GET opens it, POST saves it, keeps it as a draft or drops the draft."""
    if not desk.may_keep(request.user) or not desk.sections or (ref and desk.settled):
        raise Http404
    try:
        thing = find(desk, request.user, ref) if ref else None
    except Http404:
        if request.method != "POST" or not _was_removed(desk, ref):
            raise
        return _of_removed(request, desk)
    if request.method == "POST":
        return _posted(request, desk, thing)
    given = {} if thing else _given(desk, request)
    if kept := draft_of(request, desk.slug, ref):
        # What a link says of the new record stands where the draft says nothing.
        cells = {**given, **{name: text for name, text in kept.cells.items() if text or name not in given}}
        return _show(request, Opened(desk, thing, kept.token, kept.began, cells), draft=kept)
    stored = cells_of_stored(desk.table, ref) if thing else None
    start = stored or {**cells_of_new(desk.table), **given}
    return _show(request, Opened(desk, thing, uuid4(), start, start))


def _was_removed(desk: Desk, ref: str) -> bool:
    """Whether the last that was done to a record is that it was removed."""
    told = AuditEvent.objects.filter(kind=kind_of(desk.model), ref=ref).order_by("-pk").first()
    return told is not None and bool(told.before) and not told.after


def _of_removed(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What was typed of a record that another removed meanwhile: nothing of it is lost, and it can become a new record."""
    form = Opened(desk, None, uuid4(), {}, {**cells_of_new(desk.table), **Sent(desk, request.POST).cells})
    form.action = f"{desk.url}new/"
    says = _("This record was removed while you wrote. Copy what you need from here, or save it as a new record.")
    form.faults = {"": says}
    return _show(request, form, status=410)


def _given(desk: Desk, request: HttpRequest) -> Cells:
    """What the address already says of the new record: `?event=e2022-01`."""
    names = {column.name for column in desk.form_columns}
    return {name: request.GET[name][:200] for name in request.GET if name in names}


def draft_of(request: HttpRequest, desk: str, ref: str) -> Draft | None:
    """What this person was typing there and has not saved."""
    drafts = Draft.objects.filter(owner=request.user.pk, desk=desk, ref=ref, done="")
    return drafts.order_by("-kept_at", "-pk").first()


def _posted(request: HttpRequest, desk: Desk, thing: Any) -> HttpResponse:
    ref = thing.ref if thing else ""
    token, began = opening(request)
    cells = Sent(desk, request.POST).cells
    if ref or desk.prefix:
        cells.pop("ref", None)
    if "_drop" in request.POST:
        Draft.objects.filter(owner=request.user.pk, desk=desk.slug, ref=ref, done="").delete()
        return redirect(request.get_full_path())
    if "_keep" in request.POST:
        return keep_draft(request, desk.slug, ref, token, began, cells)
    form = Opened(desk, thing, token, began, {**began, **cells})
    try:
        saved = save(
            desk, ref, cells, began, token,
            by=officer(request), now=timezone.now(), reason=typed(request, WHY, 400),
        )  # fmt: skip
    except Unsaved as error:
        form.faults = error.faults
        return _show(request, form, status=422)
    except Clash as clash:
        form.theirs = {name: clash.theirs[name] for name in clash.columns}
        form.began = {**clash.theirs}
        form.cells = {**clash.theirs, **{name: text for name, text in cells.items() if text != began.get(name, "")}}
        return _show(request, form, status=409, who=clash.who)
    except Gone:
        return _of_removed(request, desk)
    _tell(request, desk, saved.changed, saved.theirs)
    return redirect(desk.at(saved.ref))


def _tell(request: HttpRequest, desk: Desk, changed: bool, theirs: list[str]) -> None:
    messages.success(request, _("Saved.") if changed else _("Nothing had changed; nothing was saved."))
    if theirs:
        words = ", ".join(str(desk.column(name).label or name) for name in theirs)
        says = ngettext(
            "Another changed this field meanwhile, and it stays: %s",
            "Another changed these fields meanwhile, and they stay: %s",
            len(theirs),
        )
        messages.info(request, says % words)


def opening(request: HttpRequest) -> tuple[UUID, Cells]:
    """Which opening of the form this is, and what the record said then; a form without them is a new opening."""
    try:
        token = UUID(request.POST.get("_token", ""))
    except ValueError:
        token = uuid4()
    if Draft.objects.filter(token=token).exclude(owner=request.user.pk).exists():
        # The page was opened by another who has signed out of this browser since.
        token = uuid5(token, officer(request).ref)
    try:
        began: Any = json.loads(request.POST.get("_began", "{}"))
    except (ValueError, RecursionError):
        began = {}
    whole = isinstance(began, dict) and all(isinstance(text, str) for text in began.values())
    return token, {plain(name): plain(text) for name, text in began.items()} if whole else {}


def keep_draft(request: HttpRequest, desk: str, ref: str, token: UUID, began: Cells, cells: Cells) -> HttpResponse:
    """Keeps what is typed. The script asks for it while one types; a button does where no script runs."""
    now = timezone.now()
    mine = {
        "owner_id": request.user.pk,
        "desk": desk,
        "ref": ref,
        "cells": {**began, **{name: plain(text) for name, text in cells.items()}},
        "began": began,
        "kept_at": now,
    }
    Draft.objects.filter(token=token, done="").update(**mine) or Draft.objects.get_or_create(token=token, defaults=mine)
    says = _("Draft kept %(time)s") % {"time": date_format(timezone.localtime(now), "H:i")}
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"says": says})
    messages.success(request, says)
    return redirect(request.get_full_path())


def _reason(form: Opened, request: HttpRequest) -> Field | None:
    """Why a record is changed; why it is added, where some of its kind lie in a closed period and this person may add to it."""
    closed = closed_for(form.desk.model) if may_with_reason(request.user) else []
    return (
        why_asked(request, form.faults.get(WHY, ""), closed, stored=bool(form.thing)) if form.thing or closed else None
    )


def why_asked(request: HttpRequest, fault: str, closed: Sequence[ClosedPeriod] = (), *, stored: bool = False) -> Field:
    """The question why: of a change as one likes, of what lies in a closed period by need."""
    hint = _("It stands in the history. Leave it empty where it is plain.")
    if closed or not stored:
        hint = _("It stands in the history. What lies in a closed period needs it.")
    if closed:
        names = ", ".join(map(str, closed))
        hint = " ".join([hint, _("Closed: %(periods)s.") % {"periods": names}])
    label = _("Why it is changed") if stored else _("Why it is added")
    return Field(WHY, label, hint, "text", False, value=request.POST.get(WHY, "")[:400], error=fault, limit=400)


def _show(
    request: HttpRequest, form: Opened, *, status: int = 200, draft: Draft | None = None, who: str = ""
) -> HttpResponse:
    desk = form.desk
    if form.thing:
        saw(form.thing, by=officer(request), now=timezone.now())
    reason = _reason(form, request)
    sections = form.sections
    context = {
        "desk": desk,
        "here": desk,
        "form": form,
        "thing": form.thing,
        "sections": sections,
        "began": json.dumps(form.began, ensure_ascii=False),
        "errors": list(_errors(form, [*sections, ("", [reason] if reason else [])])),
        "reason": reason,
        "draft": draft,
        "who": who,
        "back": desk.at(form.thing.ref) if form.thing else desk.url,
    }
    return render(request, "office/form.html", context, status=status)


def _errors(form: Opened, sections: list[tuple[Any, list[Field]]]) -> Iterator[Mapping[str, Any]]:
    """The error summary, in the order of the page."""
    for says in form.at_large.values():
        yield {"says": says}
    for _title, fields in sections:
        for question in fields:
            if question.error:
                yield {"says": question.error, "label": question.label, "id": question.first}
