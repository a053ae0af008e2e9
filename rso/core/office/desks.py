"""A desk: what the office does with one kind of record. Ten lines in a room's office.py give its list, page, form and verbs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

import django_filters
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.module_loading import autodiscover_modules
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from rso.core.addresses import address
from rso.core.listings import Item, Panel
from rso.core.loading.columns import Column, ListColumn
from rso.core.loading.load import discover as discover_tables
from rso.core.loading.tables import Table, tables
from rso.core.models import Basis, Kept, Precision, RankField, by_name
from rso.core.office.acts import REASON, Act, acts_of
from rso.core.periods import show_day
from rso.core.permissions import Permission
from rso.core.states import Machine

if TYPE_CHECKING:
    from rso.accounts.models import User


@dataclass(frozen=True)
class Col:
    """A column of a list: its heading, what its cell says of a record, and by which fields of the database it sorts."""

    name: str
    title: str | Promise
    show: Callable[[Any], Any]
    sort: tuple[str, ...] = ()
    number: bool = False
    #: What a file has instead of the words, such as an amount that spreadsheets add up; and the column that tells its unit.
    exact: Callable[[Any], Any] | None = None
    unit: str = ""


@dataclass(frozen=True)
class Section:
    """A part of a form and of a record's page: a heading and the names of the file's columns that stand under it."""

    title: str | Promise
    names: str
    #: Whether the form asks for it; what only verbs write stands on the page alone.
    asked: bool = True

    @property
    def columns(self) -> list[str]:
        return self.names.split()


@dataclass(frozen=True)
class View:
    """Rows that are often asked for: a tab above the list."""

    slug: str
    title: str | Promise
    where: Callable[[User, date], Q]


@dataclass(frozen=True)
class Related:
    """A panel of a record's page: the records of another desk whose field `via` is this record, or leads to it by way of a link.

    `title` says what they are to this record, where the desk's own title does not.
    """

    desk: str
    via: str
    columns: str = ""
    title: str | Promise = ""
    #: Whether this record may have such at all.
    fits: Callable[[Any], bool] = lambda thing: True
    #: A further way to add to it, beside that of one at a time: given the record and the reader.
    also: Callable[[Any, Any], Item | None] = lambda thing, user: None


#: The section that every record's form ends with.
HOW_KNOWN = Section(_("How it is known"), "basis source")


@dataclass(frozen=True)
class Desk:
    """One kind of record in the office.

    `columns`, `filters` and `sections` name fields of the model and columns of its file, separated by spaces; a `Col` of
    `more` stands for a name that the model does not have. `sees` may open the list and the pages, `keeps` may add, change
    and remove. `prefix` begins the refs that new records get; where it is empty, the officer types the ref.
    """

    slug: str
    model: type[Kept]
    title: str | Promise
    sees: Permission
    keeps: Permission | None
    columns: str
    sections: tuple[Section, ...]
    filters: str = ""
    order: tuple[str, ...] = ("ref",)
    new: str | Promise = ""
    prefix: str = ""
    machine: Machine | None = None
    acts: tuple[Act, ...] = ()
    views: tuple[View, ...] = ()
    related: tuple[Related, ...] = ()
    #: Panels of the room's own: each is given the record and the reader, and may have nothing to show.
    panels: tuple[Callable[[Any, Any], Panel | None], ...] = ()
    #: A line under the name of a record on its page.
    tells: Callable[[Any], str | Promise] = lambda thing: ""
    #: Columns that are no field of the model, and filters that django-filter cannot make from a field.
    more: tuple[Col, ...] = ()
    more_filters: Mapping[str, django_filters.Filter] = field(default_factory=dict)
    #: Relations that a record needs in order to say its name.
    needs: tuple[str, ...] = ()
    #: Whether its records are never altered or removed once they stand, as entries of a ledger: only added.
    settled: bool = False
    #: The desk under which this one stands in the navigation; a desk of its own where empty.
    under: str = ""
    #: Whether its records can be removed; where not, the room has verbs of its own, or they stay.
    removable: bool = True
    #: Whether the navigation begins a new group with it.
    begins: bool = False
    #: Whether it stands after the other rooms.
    last: bool = False
    #: What the list says where there is nothing yet.
    blank: str | Promise = ""
    #: The records that this person may see, where not all.
    visible: Callable[[models.QuerySet[Any], Any], models.QuerySet[Any]] | None = None

    # -- what the declaration means ------------------------------------------------------------------------------------

    @cached_property
    def table(self) -> Table:
        return tables.of(self.model)

    @cached_property
    def usual(self) -> list[str]:
        """The columns that the list shows until its reader chooses others."""
        return self.columns.split()

    @cached_property
    def cols(self) -> dict[str, Col]:
        """All columns that the list can show, the usual ones first."""
        own = {col.name: col for col in self.more}
        fields = {f.name for f in self.model._meta.concrete_fields}
        others = [c.attribute for c in self.form_columns if c.attribute in fields]
        names = dict.fromkeys([*self.usual, *own, "ref", *others])
        return {name: own.get(name) or self._col(name) for name in names}

    def _col(self, name: str) -> Col:
        if name == "when":
            return Col("when", _("When"), lambda thing: thing.when, ("starts_on",))
        model_field: Any = self.model._meta.get_field(name)
        title = model_field.verbose_name
        number = isinstance(model_field, models.IntegerField | models.DecimalField) and not model_field.choices
        sort = () if model_field.is_relation else (name,)
        shows = self._shows(model_field)
        is_decimal = isinstance(model_field, models.DecimalField)
        exact = (lambda thing: Decimal(shows(thing)) if shows(thing) else None) if is_decimal else None
        return Col(name, title, shows, sort, number, exact)

    def _shows(self, model_field: Any) -> Callable[[Any], Any]:
        name = model_field.name
        if self.machine and name == self.machine.field:
            return self.state_of
        if name == "basis":
            return basis_of
        if model_field.choices:
            return lambda thing: getattr(thing, f"get_{name}_display")()
        if isinstance(model_field, models.DecimalField):
            return lambda thing: self.column(name).write(getattr(thing, name))
        if isinstance(model_field, models.BooleanField):
            return lambda thing: _("Yes") if getattr(thing, name) else _("No")
        if isinstance(model_field, models.DateField):
            return lambda thing: as_known(thing, name)
        return lambda thing: getattr(thing, name)

    def state_of(self, thing: Any) -> SafeString:
        """A record's state as a mark with its word."""
        machine = self.machine
        assert machine
        state = getattr(thing, machine.field)
        return format_html(
            '<span class="st {}">{}</span>',
            machine.looks.get(state, ""),
            getattr(thing, f"get_{machine.field}_display")(),
        )

    @cached_property
    def relations(self) -> dict[str, Any]:
        """The models that a record points to, by the field."""
        return {field.name: field.related_model for field in self.model._meta.concrete_fields if field.is_relation}

    def ready(self, rows: models.QuerySet[Any], names: Iterable[str], known: str = "") -> models.QuerySet[Any]:
        """The rows with what the cells of these columns read, and with what they need in order to say their names.

        `known` is a field whose record is at hand already, and is not read. Without columns the rows are for a verb, which
        may ask more of what they point to than its name.
        """
        columns = list(names)
        joins = [name for name in dict.fromkeys([*columns, *self.needs]) if name in self.relations and name != known]
        further = [name for name in self.needs if name not in self.relations]
        ahead = [f"{name}__{more}" for name in joins for more in self.relations[name].named_by]
        ahead = [name for name in dict.fromkeys([*self.model.named_by, *ahead]) if name != known]
        if columns and not further:
            rows = by_name(rows, *joins)
        elif joins or further:
            rows = rows.select_related(*joins, *further)
        return rows.prefetch_related(*ahead) if ahead else rows

    @cached_property
    def all_acts(self) -> dict[str, Act]:
        """The verbs at hand: the machine's steps, the room's own, and removal."""
        found = [*(acts_of(self.machine) if self.machine else ()), *self.acts]
        if self.keeps and self.removable and not self.settled:
            found.append(Act("remove", _("Remove"), self.keeps, self.table.verbs.remove, asks=(REASON,), final=True))
        return {act.slug: act for act in found}

    def column(self, name: str) -> Column:
        return self.table.column(name)

    @cached_property
    def form_columns(self) -> list[Column]:
        """The columns of the file that the form asks for, in its order."""
        return [self.column(name) for section in self.sections if section.asked for name in section.columns]

    @property
    def lists(self) -> list[ListColumn]:
        return [column for column in self.form_columns if isinstance(column, ListColumn)]

    @property
    def led_by(self) -> set[str]:
        """By which of its fields and links the pages of other desks lead here."""
        return {way.via for desk in desks.all.values() for way in desk.related if way.desk == self.slug}

    def asks_for(self, via: str) -> str:
        """The question of the form that is answered by where one comes from; empty where there is none."""
        name, _way, to = via.partition("__")
        if not to:
            return next((column.name for column in self.form_columns if column.attribute == via), "")
        through = self.model._meta.get_field(name).related_model
        return next((column.name for column in self.lists if column.through is through and column.to == to), "")

    # -- rows and addresses --------------------------------------------------------------------------------------------

    def rows(self, user: Any) -> models.QuerySet[Any]:
        """The records that this person may see."""
        found: models.QuerySet[Any] = self.model._default_manager.filter(self.table.only)
        return self.visible(found, user) if self.visible else found

    @property
    def url(self) -> str:
        return address("office-list", self.slug)

    def at(self, ref: str) -> str:
        return f"{self.url}{ref}/"

    def may_keep(self, user: Any) -> bool:
        return self.keeps is not None and self.keeps.allows(user)

    def may_alter(self, user: Any) -> bool:
        """Whether this person may edit what stands."""
        return self.may_keep(user) and bool(self.sections) and not self.settled

    @property
    def noun(self) -> str:
        return str(self.model._meta.verbose_name)


@dataclass(frozen=True)
class Place:
    """A page of a room's own that stands in the navigation. `address` is the name of its URL. One that begins a group or is
    under a stop stands where it was declared, the others below all."""

    slug: str
    title: str | Promise
    sees: Permission
    address: str
    under: str = ""
    begins: bool = False
    last: bool = False

    @property
    def url(self) -> str:
        return address(self.address)


def basis_of(thing: Any) -> SafeString:
    """How a record is known, as a mark with its word."""
    return format_html(
        '<span class="st-basis" data-basis="{}">{}</span>', Basis(thing.basis).slug, thing.get_basis_display()
    )


def precision_of(model: type[models.Model], name: str) -> str:
    """The field that says how much of a date is known: one of its own, or the record's; empty where the day always is."""
    fields = {f.name for f in model._meta.concrete_fields if isinstance(f, RankField)}
    return next((f for f in (f"{name.removesuffix('_on')}_precision", "precision") if f in fields), "")


def as_known(thing: Any, name: str) -> Any:
    """A record's date: a day, or in words where no more than the month or the year is known."""
    day, field = getattr(thing, name), precision_of(type(thing), name)
    known = getattr(thing, field) if field else Precision.DAY
    return day if day is None or known == Precision.DAY else show_day(day, known)


def in_words(value: Any) -> Any:
    """What a page prints of a cell: a day in words, all else as it is."""
    return show_day(value) if isinstance(value, date) else value


class Desks:
    """All desks, in the order in which the rooms declare them."""

    def __init__(self) -> None:
        self.all: dict[str, Desk] = {}
        self.places: dict[str, Place] = {}
        #: Desks and places in the order of the navigation.
        self.stops: list[Desk | Place] = []
        self._by_model: dict[type[models.Model], Desk] = {}

    def declare(self, *found: Desk) -> None:
        for desk in found:
            if desk.slug in self.all:
                raise ValueError(f"the desk {desk.slug} is declared twice")
            self.all[desk.slug] = desk
            self.stops.append(desk)
            self._by_model.setdefault(desk.model, desk)

    def declare_place(self, place: Place) -> Place:
        if place.begins or place.under:
            self.stops.append(place)
        return self.places.setdefault(place.slug, place)

    def in_order(self) -> list[Desk | Place]:
        """Desks and places as the navigation has them: rooms as they were declared, that of accounts last, each with its own below."""
        stops = [*self.stops, *(place for place in self.places.values() if place not in self.stops)]
        tops = sorted((stop for stop in stops if not stop.under), key=lambda stop: stop.last)
        return [each for top in tops for each in (top, *(stop for stop in stops if stop.under == top.slug))]

    def extend(
        self,
        slug: str,
        *,
        related: tuple[Related, ...] = (),
        views: tuple[View, ...] = (),
        panels: tuple[Callable[[Any, Any], Panel | None], ...] = (),
    ) -> None:
        """Adds to the desk of a lower room what a higher one knows of its records."""
        desk = self.all[slug]
        wider = replace(
            desk, related=(*desk.related, *related), views=(*desk.views, *views), panels=(*desk.panels, *panels)
        )
        self.all[slug] = wider
        self.stops = [wider if stop is desk else stop for stop in self.stops]
        if self._by_model[desk.model] is desk:
            self._by_model[desk.model] = wider

    def discover(self) -> None:
        """Finds the desks that the rooms declare."""
        discover_tables()
        autodiscover_modules("office")

    def of(self, model: type[models.Model]) -> Desk | None:
        return self._by_model.get(model)

    def address_of(self, thing: Any, user: Any) -> str:
        """Where the office keeps a record; empty where it has no desk or this person may not see it."""
        desk = self.of(type(thing))
        return desk.at(thing.ref) if desk and desk.sees.allows(user) else ""

    def seen_by(self, user: Any) -> Sequence[Desk]:
        return [desk for desk in self.all.values() if desk.sees.allows(user)]


desks = Desks()
