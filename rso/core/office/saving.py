"""Saves what a form says: three-way, so that nothing that another has written meanwhile is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from django.db import DataError, IntegrityError, models, transaction
from django.utils.translation import gettext as _

from rso.core import corrections
from rso.core.closing import WHY, because
from rso.core.loading.tables import Found
from rso.core.models import AuditEvent, Draft
from rso.core.models.rules import broken
from rso.core.office.cells import Cells, answers_of, cells_of_new, cells_of_stored, records_of
from rso.core.office.desks import Desk
from rso.core.verbs import Refused, kind_of, turn

if TYPE_CHECKING:
    from rso.accounts.models import User


class Unsaved(Exception):
    """Nothing was saved. `faults` says what is wrong by column; those of the whole form stand under the empty name."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        self.faults = dict(faults)
        super().__init__("; ".join(self.faults.values()))


class Gone(Exception):
    """The record was removed while the form was open."""


class SavedMeanwhile(Exception):
    """The same opening of the form was saved at the same moment, as by a second click."""


class Clash(Exception):
    """Another changed the same fields while the form was open: what the record says now, who wrote it, and which fields."""

    def __init__(self, theirs: Cells, who: str, columns: list[str]) -> None:
        self.theirs, self.who, self.columns = theirs, who, columns
        super().__init__(", ".join(columns))


@dataclass
class Saved:
    """What became of a form: the record's ref, whether anything changed, and which fields another had changed meanwhile."""

    ref: str
    changed: bool
    theirs: list[str] = field(default_factory=list)


def merged(
    began: Mapping[str, str], mine: Mapping[str, str], theirs: Mapping[str, str]
) -> tuple[Cells, list[str], list[str]]:
    """What a form and the database together say: the cells, those that another changed, and those that both changed."""
    found = dict(theirs)
    others: list[str] = []
    clashes: list[str] = []
    for name, text in mine.items():
        at_first, now = began.get(name, ""), theirs.get(name, "")
        if now != at_first and text != now:
            (others if text == at_first else clashes).append(name)
        if text != at_first:
            found[name] = text
    return found, others, clashes


def further(token: UUID, *, by: User) -> tuple[UUID, Draft | None]:
    """An opening of a form that was saved already goes on as another: its token, and what was saved."""
    saved = None
    while done := Draft.objects.filter(token=token, owner=by.pk).exclude(done="").first():
        token, saved = uuid5(token, done.done), done
    return token, saved


def save(
    desk: Desk, ref: str, mine: Cells, began: Cells, token: UUID, *, by: User, now: datetime, reason: str = ""
) -> Saved:
    """Changes one record by its verbs, with its links, in one transaction, or adds one: once for each opening of the form.

    Raises Unsaved with all that is wrong, Clash where another wrote into the same fields, Gone where the record is.
    """
    with turn():
        if further(token, by=by)[1]:
            raise SavedMeanwhile
        with because(reason):
            saved = _change(desk, ref, mine, began, by, now, reason) if ref else _add(desk, mine, by, now)
        Draft.objects.update_or_create(
            token=token,
            owner_id=by.pk,
            defaults={"desk": desk.slug, "ref": ref, "cells": mine, "kept_at": now, "done": saved.ref},
        )
    return saved


def _add(desk: Desk, mine: Cells, by: User, now: datetime) -> Saved:
    cells = {**cells_of_new(desk.table), **mine}
    if desk.prefix:
        cells["ref"] = next_ref(desk, cells, now)
    _write(desk, None, cells, list(desk.table.links), by, now, "")
    return Saved(cells["ref"], True)


def _change(desk: Desk, ref: str, mine: Cells, began: Cells, by: User, now: datetime, reason: str) -> Saved:
    thing = desk.rows(by).select_for_update().filter(ref=ref).first()
    theirs = cells_of_stored(desk.table, ref) if thing else None
    if thing is None or theirs is None:
        raise Gone
    # A ref never changes, and a form for a stored record does not ask for it.
    cells, others, clashes = merged(began, {**mine, "ref": theirs["ref"]}, theirs)
    if clashes:
        raise Clash(theirs, last_hand(desk, ref), clashes)
    altered = {name for name in cells if cells[name] != theirs[name]}
    if not altered:
        return Saved(ref, False, others)
    links = [
        link for link in desk.table.links if altered & {c.name for c in desk.table.lists if c.through is link.through}
    ]
    _write(desk, thing, cells, links, by, now, reason)
    corrections.keep(desk.table, ref, theirs, cells_of_stored(desk.table, ref) or {}, by=by, now=now, reason=reason)
    return Saved(ref, True, others)


def _write(desk: Desk, thing: Any, cells: Cells, links: list[Any], by: User, now: datetime, reason: str) -> None:
    table = desk.table
    values, faults = answers_of(table.columns, cells)
    found, unknown = records_of(table, values)
    faults.update({name: says for name, says in unknown.items() if name not in faults})
    faults.update({name: says for name, says in _circles(desk, values, found) if name not in faults})
    if faults:
        raise Unsaved(faults)
    stored = thing is not None
    thing = table.fill(thing if stored else table.model(), values, found)
    try:
        with transaction.atomic():
            if stored:
                table.verbs.change([thing], by=by, now=now, **({"reason": reason} if reason else {}))
            else:
                table.verbs.add([thing], by=by, now=now)
            for link in links:
                link.verb({thing: table.wanted(link, values, found)}, by=by, now=now)
    except Refused as error:
        raise Unsaved(_by_column(desk, error)) from error
    except (IntegrityError, DataError) as error:
        raise Unsaved(broken_rules(desk, thing, stored)) from error


def _circles(desk: Desk, values: Mapping[str, Any], found: Found) -> Iterator[tuple[str, str]]:
    """Columns by which the record would belong to itself, at once or by way of others."""
    for column in desk.table.plain:
        if column.refers is not desk.model or not values.get(column.name):
            continue
        at, seen = found[desk.model].get(values[column.name]), set()
        while at is not None and at.pk not in seen:
            if at.ref == values.get("ref"):
                yield column.name, _("leads in a circle back to the record itself")
                break
            seen.add(at.pk)
            at = getattr(at, column.attribute)


def _by_column(desk: Desk, error: Refused) -> dict[str, str]:
    """What a verb refused, by column of the form; what belongs to none of them under the empty name."""
    shown = {name: column.name for column in desk.form_columns for name in (column.name, column.attribute)} | {WHY: WHY}
    return {shown.get(problem.field, ""): str(problem.says) for problem in reversed(error.problems)}


def broken_rules(desk: Desk, thing: Any, stored: bool) -> dict[str, str]:
    """Which rules of the database a record breaks, by column."""
    if not stored:
        thing.pk, thing._state.adding = None, True
    faults: dict[str, str] = {}
    if not stored and desk.model._default_manager.filter(ref=thing.ref).exists():
        faults["ref"] = _("is taken; choose another")
    attributes = {column.attribute: column.name for column in desk.form_columns}
    for rule in broken(thing):
        where = next((attributes[name] for name in getattr(rule, "fields", ()) if name in attributes), "")
        if isinstance(rule, models.UniqueConstraint):
            faults[where] = _("another record has the same already")
        else:
            faults[where] = _("breaks the rule “%(rule)s”") % {"rule": rule.name.replace("_", " ")}
    return faults or {"": _("The database refuses this record.")}


def next_ref(desk: Desk, cells: Cells, now: datetime) -> str:
    """The next free ref of a desk that numbers its records by year: e2026-03 after e2026-02."""
    dates = (cells[column.name] for column in desk.table.columns if column.kind == "date")
    year = next((text[:4] for text in dates if text[:4].isdigit()), str(now.year))
    begins = f"{desk.prefix}{year}-"
    taken = desk.model._default_manager.filter(ref__startswith=begins).values_list("ref", flat=True)
    numbers = [int(rest) for ref in taken if (rest := ref[len(begins) :]).isdigit() and len(rest) < 9]
    return f"{begins}{max(numbers, default=0) + 1:02}"


def last_hand(desk: Desk, ref: str) -> str:
    """The name of whoever changed a record last."""
    event = AuditEvent.objects.filter(kind=kind_of(desk.model), ref=ref).select_related("actor").order_by("-pk").first()
    return str(event.actor) if event else ""
