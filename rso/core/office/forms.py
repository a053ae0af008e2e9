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
from rso.core.merging import resolve
from rso.core.models import AuditEvent, ClosedPeriod, Draft
from rso.core.office.cells import Cells, Sent, cells_of_new, cells_of_stored, labels_of, named
from rso.core.office.desks import Desk
from rso.core.office.details import find
from rso.core.office.filters import Choices, choices_among
from rso.core.office.saving import Clash, Gone, SavedMeanwhile, Unsaved, further, merged, save
from rso.core.permissions import officer
from rso.core.typed import plain, typed
from rso.core.verbs import kind_of, turn

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
        #: What the draft says, as far as this window knows.
        self.seen = began
        #: Where it is sent; nowhere else than from where it came, if empty.
        self.action = ""

    @property
    def ref(self) -> str:
        return self.thing.ref if self.thing else ""

    @cached_property
    def _offered(self) -> dict[type[models.Model], Choices]:
        return choices_among(column.refers for column in self.desk.form_columns if column.refers)

    def offered(self, model: type[models.Model]) -> list[tuple[str, str]]:
        """The records of a kind that can be offered, by ref and name; none where there are too many."""
        return self._offered[model].pairs

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
            model._meta.model_name or "": found.drawn
            for model, found in self._offered.items()
            if len(found.pairs) > IN_SELECT or any(c.refers is model for c in self.desk.lists)
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
            theirs=self._in_words(column, self.theirs[column.name]) if column.name in self.theirs else "", limit=column.limit or LONGEST,
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

    def _in_words(self, column: Column, text: str) -> str:
        """A cell as people read it, where it is told and not asked for."""
        if column.refers:
            items = text.split(";") if isinstance(column, ListColumn) else [text]
            text = "; ".join(self._label(column.refers, item) for item in items if item)
        return str(labels_of(column, self.desk.model).get(text, text)) or _("nothing")

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
        return _of_removed(request, desk, ref)
    if request.method == "POST":
        return _posted(request, desk, thing)
    given = {} if thing else _given(desk, request)
    if kept := draft_of(request, desk.slug, ref, given):
        # What a link says of the new record stands where the draft says nothing.
        cells = {**given, **{name: text for name, text in kept.cells.items() if text or name not in given}}
        form = Opened(desk, thing, kept.token, kept.began, cells)
        form.seen = kept.cells
        return _show(request, form, draft=kept)
    stored = cells_of_stored(desk.table, ref) if thing else None
    start = stored or {**cells_of_new(desk.table), **given}
    return _show(request, Opened(desk, thing, uuid4(), start, start))


def _was_removed(desk: Desk, ref: str) -> bool:
    """Whether the last that was done to a record is that it was removed."""
    told = AuditEvent.objects.filter(kind=kind_of(desk.model), ref=ref).order_by("-pk").first()
    return told is not None and bool(told.before) and not told.after


def _of_removed(request: HttpRequest, desk: Desk, ref: str) -> HttpResponse:
    """What was typed of a record that another removed meanwhile: nothing of it is lost, and it can become a new record.

    Of one that was merged into another, a new record would be the duplicate that the merge did away with.
    """
    form = Opened(desk, None, uuid4(), {}, {**cells_of_new(desk.table), **Sent(desk, request.POST).cells})
    form.action = f"{desk.url}new/"
    says = _("This record was removed while you wrote. Copy what you need from here, or save it as a new record.")
    if stays := desk.rows(request.user).filter(ref=resolve(desk.model, ref)).first():
        merged_into = _(
            "This record was merged into “%(record)s” while you wrote. Copy what you need from here to that one."
        )
        says = merged_into % {"record": named(stays.ref, str(stays))}
    form.faults = {"": says}
    return _show(request, form, status=410)


def _given(desk: Desk, request: HttpRequest) -> Cells:
    """What the address already says of the new record: `?event=e2022-01`."""
    names = {column.name for column in desk.form_columns}
    return {name: request.GET[name][:200] for name in request.GET if name in names}


def draft_of(request: HttpRequest, desk: str, ref: str, given: Mapping[str, str] | None = None) -> Draft | None:
    """What this person was typing there and has not saved: the newest that does not speak of another than a link does."""
    drafts = Draft.objects.filter(owner=request.user.pk, desk=desk, ref=ref, done="").order_by("-kept_at", "-pk")
    said = (given or {}).items()
    return next((d for d in drafts if all(_may_mean(d.cells.get(name, ""), text) for name, text in said)), None)


def _may_mean(cell: str, given: str) -> bool:
    """Whether a cell is still open, or names among others what a link gives."""
    return not cell or given in [item.partition(":")[0] for item in cell.split(";")]


def _posted(request: HttpRequest, desk: Desk, thing: Any) -> HttpResponse:
    by = officer(request)
    token, began = opening(request)
    token, done = further(token, by=by)
    cells = Sent(desk, request.POST).cells
    if done and not thing and cells.get("ref", done.done) != done.done:
        done = None  # another ref is another record
    form = Opened(desk, thing, token, began, {**began, **cells})
    form.seen = seen_of(request, began)
    if done and not thing and desk.settled:
        if not {"_keep", "_drop"} & request.POST.keys():
            return _settled(request, form, cells, done)
    elif done and not thing:
        # The form of a new record that was saved goes on as a form of that record.
        form.thing, form.action = desk.rows(by).filter(ref=done.done).first(), f"{desk.at(done.done)}edit/"
        if form.thing is None:
            return _of_removed(request, desk, done.done)
    if form.ref or desk.prefix:
        cells.pop("ref", None)
    if "_drop" in request.POST:
        drafts = Draft.objects.filter(owner=by.pk, desk=desk.slug, ref=form.ref, done="")
        (drafts if form.ref else drafts.filter(token=token)).delete()
        return redirect(request.get_full_path())
    keeps = "_keep" in request.POST
    if keeps and wants_json(request):
        return keep_draft(request, desk.slug, form.ref, token, began, cells)
    form.cells, others, clashes, draft = with_draft(request, token, form.seen, form.cells)
    if clashes or (others and not keeps):
        form.seen, form.theirs = draft, {name: draft[name] for name in clashes}
        return _show(request, form, status=409, elsewhere=True)
    if keeps:
        return keep_draft(request, desk.slug, form.ref, token, began, cells)
    return _save(request, form, {n: t for n, t in cells.items() if not done or t != done.cells.get(n)})


def _save(request: HttpRequest, form: Opened, mine: Cells) -> HttpResponse:
    """Saves what is typed, but for what the same opening of the form has saved already."""
    desk = form.desk
    try:
        saved = save(
            desk, form.ref, mine, form.began, form.token,
            by=officer(request), now=timezone.now(), reason=typed(request, WHY, 400),
        )  # fmt: skip
    except Unsaved as error:
        form.faults = error.faults
        return _show(request, form, status=422)
    except Clash as clash:
        mine = {name: text for name, text in mine.items() if text != form.began.get(name, "")}
        form.theirs = {name: clash.theirs[name] for name in clash.columns}
        form.began = {**clash.theirs}
        form.cells = {**clash.theirs, **mine}
        return _show(request, form, status=409, who=clash.who)
    except Gone:
        return _of_removed(request, desk, form.ref)
    except SavedMeanwhile:
        return _posted(request, desk, form.thing)
    _tell(request, desk, saved.changed, saved.theirs)
    return redirect(desk.at(saved.ref))


def _settled(request: HttpRequest, form: Opened, cells: Cells, done: Draft) -> HttpResponse:
    """A form whose record is never altered, sent again once it was saved: what differs may only become another record."""
    if cells == done.cells:
        return redirect(form.desk.at(done.done))
    says = _("This form was saved already, as %(ref)s. What stands here now is not; saved again, it is another record.")
    form.faults = {"": says % {"ref": done.done}}
    return _show(request, form, status=409)


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
    return token, _sent_cells(request, "_began") or {}


def _sent_cells(request: HttpRequest, name: str) -> Cells | None:
    """The cells that a form sent back as it was given them; None where they are none."""
    try:
        cells: Any = json.loads(request.POST.get(name, ""))
    except (ValueError, RecursionError):
        return None
    whole = isinstance(cells, dict) and all(isinstance(text, str) for text in cells.values())
    return {plain(name): plain(text) for name, text in cells.items()} if whole else None


def seen_of(request: HttpRequest, began: Cells) -> Cells:
    """What the draft said when this window last heard of it; what the record said, where there was none."""
    seen = _sent_cells(request, "_seen")
    return began if seen is None else seen


def with_draft(
    request: HttpRequest, token: UUID, seen: Cells, mine: Cells
) -> tuple[Cells, list[str], list[str], Cells]:
    """What is typed together with what another window of the form has put into the draft since this one heard of it:
    which fields it wrote, which both did, and what the draft says."""
    draft = Draft.objects.filter(token=token, done="").first() if "_seen" in request.POST else None
    return (*merged(seen, mine, draft.cells), draft.cells) if draft else (mine, [], [], {})


def wants_json(request: HttpRequest) -> bool:
    """Whether the script asks."""
    return request.headers.get("Accept") == "application/json"


def keep_draft(request: HttpRequest, desk: str, ref: str, token: UUID, began: Cells, cells: Cells) -> HttpResponse:
    """Keeps what is typed. The script asks for it while one types; a button does where no script runs.

    What another window of the form has typed stays, and where both wrote into one field what came first.
    """
    now = timezone.now()
    mine, seen = {**began, **{name: plain(text) for name, text in cells.items()}}, seen_of(request, began)
    with turn():
        token, done = further(token, by=officer(request))
        both, _others, clashes, draft = with_draft(request, token, seen, mine)
        kept = {
            "owner_id": request.user.pk,
            "desk": desk,
            "ref": ref or (done.done if done else ""),
            "cells": both | {name: draft[name] for name in clashes},
            "began": began,
            "kept_at": now,
        }
        Draft.objects.update_or_create(token=token, defaults=kept)
    says = _("Draft kept %(time)s") % {"time": date_format(timezone.localtime(now), "H:i")}
    if clashes:
        says = _("%(kept)s, but not all: another window of yours wrote into the same. Save here to see both.") % {
            "kept": says
        }
    if wants_json(request):
        knows = mine | {name: seen.get(name, "") for name in clashes}
        return JsonResponse({"says": says, "seen": json.dumps(knows, ensure_ascii=False)})
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
    request: HttpRequest, form: Opened, *, status: int = 200, draft: Draft | None = None, who: str = "",
    elsewhere: bool = False,
) -> HttpResponse:  # fmt: skip
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
        "seen": json.dumps(form.seen, ensure_ascii=False) if form.seen != form.began else "",
        "errors": list(_errors(form, [*sections, ("", [reason] if reason else [])])),
        "reason": reason,
        "draft": draft,
        "who": who,
        "elsewhere": elsewhere,
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
