"""A record as the cells of its file's row: what a form shows, what it sends back, and what those cells mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rso.core.loading.columns import CONTROL, Column, ListColumn, read_cells
from rso.core.loading.export import as_cells
from rso.core.loading.files import shortened
from rso.core.loading.near import did_you_mean
from rso.core.loading.tables import Found, Table
from rso.core.models import RankField
from rso.core.office.desks import Desk

Cells = dict[str, str]
#: A record as a form names it: “Naree Boonmee (naree-boonmee)”.
NAMED = re.compile(r"\(([A-Za-z0-9][A-Za-z0-9._-]{0,59})\)\s*$")
#: By which of its fields a record may be named in a form.
NAMES = ("name", "title", "text", "long_name")
#: No name of a record is longer.
LONGEST_NAME = 500
YES_NO = {"yes": gettext_lazy("Yes"), "no": gettext_lazy("No")}


def cells_of_new(table: Table) -> Cells:
    """The cells of a record that has just what its columns begin with."""
    return {column.name: column.write(column.default) for column in table.columns}


def cells_of_stored(table: Table, ref: str) -> Cells | None:
    """The cells of a stored record; None where it is gone."""
    row = table.current([ref]).get(ref)
    return None if row is None else as_cells(table, row)


def answers_of(columns: Iterable[Column], asked: Mapping[str, str | None]) -> tuple[dict[str, Any], dict[str, str]]:
    """What the answers of a form mean, and what is wrong with them. A file is told what an empty cell needs; a form shows it."""
    columns = list(columns)
    values, faults = read_cells(columns, asked)
    for column in columns:
        if column.name in faults and not (asked.get(column.name) or "").strip():
            faults[column.name] = _("nothing is chosen") if column.among or column.refers else _("is empty")
    return values, faults


def named(ref: str, label: str) -> str:
    return f"{label} ({ref})" if label and label != ref else ref


def labels_of(column: Column, model: type[models.Model]) -> dict[str, Any]:
    """The words for each value that a column may take, where it takes one of some."""
    if not column.among:
        return {}
    if column.among == ("yes", "no"):
        return dict(YES_NO)
    field: Any = model._meta.get_field(column.attribute)
    if isinstance(field, RankField) and field.ranks:
        return {rank.name.lower(): rank.label for rank in field.ranks}
    return {str(value): label for value, label in field.flatchoices if str(value) in column.among}


class Sent:
    """What a form sent, as cells. Records may be named in them by their ref, by their name, or by both."""

    def __init__(self, desk: Desk, data: QueryDict) -> None:
        self.desk, self.data = desk, data
        self.refs = _Refs()
        for column in desk.form_columns:
            if column.refers:
                self.refs.want(column.refers, data.getlist(column.name))
        self.refs.find()

    @property
    def cells(self) -> Cells:
        """A form that may not change the ref does not ask for it."""
        asked = [column for column in self.desk.form_columns if column.name != "ref" or "ref" in self.data]
        return {column.name: self._cell(column) for column in asked}

    def _cell(self, column: Column) -> str:
        if not isinstance(column, ListColumn):
            text = self.data.get(column.name, "").replace("\r\n", "\n").strip()
            return self.refs.ref(column.refers, text) if column.refers else text
        items = [item.strip() for item in self.data.getlist(column.name)]
        weights = [*self.data.getlist(f"{column.name}.weight"), *[""] * len(items)]
        assert column.refers
        return ";".join(
            self.refs.ref(column.refers, item) + (f":{weight.strip()}" if column.weight else "")
            for item, weight in zip(items, weights, strict=False)
            if item
        )


class _Refs:
    """Finds the refs of the records that texts name: two queries a kind at most."""

    def __init__(self) -> None:
        self.wanted: dict[type[models.Model], set[str]] = {}
        self.found: dict[tuple[type[models.Model], str], str] = {}

    def want(self, model: type[models.Model], texts: Iterable[str]) -> None:
        asked = (text.strip() for text in texts)
        fit = {text for text in asked if text and len(text) <= LONGEST_NAME and not CONTROL.search(text)}
        self.wanted.setdefault(model, set()).update(fit)

    def find(self) -> None:
        for model, texts in self.wanted.items():
            by_ref = {(match[1] if (match := NAMED.search(text)) else text): text for text in texts}
            known = (
                set(model._default_manager.filter(ref__in=list(by_ref)).values_list("ref", flat=True))
                if by_ref
                else set()
            )
            self.found.update({(model, by_ref[ref]): ref for ref in known})
            self._by_name(model, {text for ref, text in by_ref.items() if ref not in known})

    def _by_name(self, model: type[models.Model], texts: set[str]) -> None:
        names = [field.name for field in model._meta.concrete_fields if field.name in NAMES]
        q = models.Q()
        for name in names:
            for text in texts:
                q |= models.Q(**{f"{name}__iexact": text})
        rows = list(model._default_manager.filter(q).values_list("ref", *names)[:500]) if q else []
        for text in texts:
            refs = [ref for ref, *values in rows if text.casefold() in (value.casefold() for value in values)]
            if len(refs) == 1:
                self.found[model, text] = refs[0]

    def ref(self, model: type[models.Model], text: str) -> str:
        """The ref, or the text itself where nothing bears the name, without what a list would part."""
        return self.found.get((model, text), text.replace(";", ","))


def records_of(table: Table, values: Mapping[str, Any]) -> tuple[Found, dict[str, str]]:
    """The records that a row points to, and which of them there are not, by column."""
    found = table.pointed_to([values])
    faults: dict[str, str] = {}
    for column in table.columns:
        for ref in column.refs(values[column.name]) if column.refers and column.name in values else ():
            assert column.refers
            if ref not in found[column.refers]:
                near = did_you_mean(ref, column.refers._default_manager.values_list("ref", flat=True)[:5000])
                says = _("“%(ref)s” is no known %(noun)s%(near)s")
                faults[column.name] = says % {
                    "ref": shortened(ref),
                    "noun": column.refers._meta.verbose_name,
                    "near": near,
                }
    return found, faults
