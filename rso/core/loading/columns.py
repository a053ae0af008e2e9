"""Columns of the files that come in and go out: how a cell is read, written, described, and what would be right in it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import number_format
from django.utils.functional import Promise, lazy
from django.utils.text import format_lazy
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from rso.core.loading.files import shortened
from rso.core.loading.near import did_you_mean
from rso.core.models import RankField

#: No cell is longer, whatever its column.
LONGEST = 50_000
#: Characters that turn the reading direction of what follows, and with it the meaning of a name.
DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
#: Control characters but tab and line end, halves of characters, byte order marks, what Unicode says is no character.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
#: An item of a list with weights, such as A:60.
WEIGHTED = re.compile(r"[^:\s]+:([1-9]\d?|100)", re.ASCII)
#: What a spreadsheet would run: a formula, or a signed one that calls a program.
FORMULA = re.compile(r"[=@]|[+-](?=[^\d\s.,-])|[+-]\d\S*\|")


#: A number as the reader's language groups it, when it is read.
grouped = lazy(partial(number_format, force_grouping=True), str)


class Wrong(ValueError):
    """A cell does not hold what its column needs. The message says what would be right."""


@dataclass(frozen=True)
class Column:
    """A column of a file: `name` in the file, `attribute` of the record, `path` to the value in the database."""

    name: str
    attribute: str
    path: str
    required: bool
    expects: str | Promise
    kind: str = "string"
    limit: int = 0
    among: tuple[str, ...] = ()
    parse_text: Callable[[str], Any] = str
    write_value: Callable[[Any], str] = str
    refers: type[models.Model] | None = None
    default: Any = ""
    #: What forms and pages call it; the file's own name for it where there is none.
    label: str | Promise = ""
    hint: str | Promise = ""

    def read(self, text: str) -> Any:
        """The value that a cell means; space around it means nothing. Raises Wrong."""
        text = self.cleaned(text)
        if not text:
            return self.absent()
        if self.among and text not in self.among:
            raise Wrong(_("is none of %(known)s") % {"known": ", ".join(self.among)} + did_you_mean(text, self.among))
        try:
            return self.parse_text(text)
        except (ValueError, ValidationError, InvalidOperation, OverflowError) as error:
            raise Wrong(_("is not %(expected)s") % {"expected": self.expects}) from error

    def cleaned(self, text: str) -> str:
        """The text as it can be kept. Raises Wrong where it is too long or holds what no cell of ours holds."""
        limit = self.limit or LONGEST
        text = text.strip()
        if len(text) <= LONGEST:
            text = unicodedata.normalize("NFC", text)
        if len(text) > limit:
            says = _("is %(length)s characters long; at most %(most)s fit")
            raise Wrong(says % {"length": grouped(len(text)), "most": grouped(limit)})
        check_characters(text)
        return text

    def absent(self) -> Any:
        """What an empty cell means. Raises Wrong where it may not be empty."""
        if self.required:
            raise Wrong(_("is empty; it needs %(expected)s") % {"expected": self.expects})
        return self.default

    def write(self, value: Any) -> str:
        return "" if value in (None, "", ()) else self.write_value(value)

    @property
    def takes(self) -> str:
        """What the column takes, as the guide says it."""
        is_text = self.kind == "string" and str(self.expects).startswith("text")
        longest = f", at most {self.limit:,} characters" if is_text else ""
        usual = "" if self.required else self.write(self.default)
        return f"{self.expects}{longest}{f'; empty means {usual}' if usual else ''}"

    def refs(self, value: Any) -> Iterable[str]:
        """The refs that a value names in another table."""
        return (value,) if self.refers and value else ()

    def schema(self) -> dict[str, Any]:
        """The field as Frictionless Table Schema describes it."""
        constraints: dict[str, Any] = {}
        if self.required:
            constraints["required"] = True
        if self.name == "ref":
            constraints["unique"] = True
        if self.among:
            constraints["enum"] = list(self.among)
        if self.limit and not self.among:
            constraints["maxLength"] = self.limit
        return {"name": self.name, "type": self.kind, "description": str(self.expects), "constraints": constraints}


@dataclass(frozen=True)
class ListColumn(Column):
    """Several values in one cell, parted by semicolons: refs of another table, each with a weight where `weight` is named."""

    through: type[models.Model] | None = None
    to: str = ""
    where: Mapping[str, Any] = field(default_factory=dict)
    weight: str = ""

    def holds(self, link: Mapping[str, Any]) -> bool:
        """Whether a link, of which its own fields are given, stands in this column."""
        return all(link[name] == value for name, value in self.where.items())

    def read(self, text: str) -> Any:
        items = [item.strip() for item in self.cleaned(text).split(";") if item.strip()]
        if not items:
            return self.absent()
        if wrong := [item for item in items if self.weight and not WEIGHTED.fullmatch(item)]:
            told = ", ".join(f"“{shortened(item)}”" for item in wrong[:5])
            raise Wrong(_("has %(found)s; it needs %(expected)s") % {"found": told, "expected": self.expects})
        found = [self._item(item) for item in items]
        times = Counter(item[0] if self.weight else item for item in found)
        if twice := [name for name, number in times.items() if number > 1]:
            raise Wrong(_("names %(names)s twice") % {"names": ", ".join(map(shortened, twice[:5]))})
        return tuple(sorted(found))

    def _item(self, item: str) -> Any:
        if not self.weight:
            return item
        name, _colon, weight = item.partition(":")
        return name, int(weight)

    def write(self, value: Any) -> str:
        return ";".join(f"{name}:{weight}" for name, weight in value) if self.weight else ";".join(value)

    def refs(self, value: Any) -> Iterable[str]:
        return tuple(item[0] for item in value) if self.weight else tuple(value)


def check_characters(text: str) -> None:
    """Refuses what no cell of ours holds: control characters, turned reading directions, spreadsheet formulas."""
    if found := DIRECTION.search(text):
        says = _("holds the invisible character %(code)s, which turns the reading direction; remove it")
        raise Wrong(says % {"code": f"U+{ord(found[0]):04X}"})
    if found := CONTROL.search(text):
        raise Wrong(_("holds the control character %(code)s; remove it") % {"code": f"U+{ord(found[0]):04X}"})
    if FORMULA.match(text):
        raise Wrong(_("looks like a spreadsheet formula; write the value itself"))


def _day(text: str) -> date:
    if not re.fullmatch(r"(19|20|21)\d{2}-\d{2}-\d{2}", text, re.ASCII):
        raise ValueError
    return date.fromisoformat(text)


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"-?\d{1,18}", text, re.ASCII) or not least <= int(text) <= most:
            raise ValueError
        return int(text)

    return parse


def _decimal(digits: int, places: int) -> Callable[[str], Decimal]:
    """A number that the database keeps to the last digit."""
    form = re.compile(rf"-?\d{{1,{digits - places}}}(\.\d{{1,{places}}})?", re.ASCII)

    def parse(text: str) -> Decimal:
        if not form.fullmatch(text):
            raise ValueError
        return Decimal(text).normalize()

    return parse


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


#: Fields whose own validators look at the text, and what these ask for.
VALIDATED = {
    "URLField": gettext_lazy("an address that begins with https:// or http://"),
    "EmailField": gettext_lazy("an e-mail address"),
    "SlugField": gettext_lazy("a name of letters, digits and hyphens"),
    "RefField": gettext_lazy("a ref of letters, digits, points, hyphens and underscores"),
}


def _validated(django_field: Any) -> Callable[[str], str]:
    """Text that passes the field's own validators. An e-mail address that is one person's is kept in small letters."""
    is_address = isinstance(django_field, models.URLField)
    is_ones_own = isinstance(django_field, models.EmailField) and django_field.unique

    def parse(text: str) -> str:
        if is_address and not text.lower().startswith(("https://", "http://")):
            raise ValueError
        django_field.run_validators(text)
        return text.lower() if is_ones_own else text

    return parse


def column(model: type[models.Model], name: str, *, attribute: str = "", required: bool | None = None) -> Column:
    """The column that a model's field makes: type, length and choices come from the field, so they exist once."""
    django_field: Any = model._meta.get_field(attribute or name)
    needed = not (django_field.blank or django_field.has_default()) if required is None else required
    base: dict[str, Any] = {
        "name": name, "attribute": django_field.name, "path": django_field.name, "required": needed,
        "label": django_field.verbose_name, "hint": django_field.help_text,
    }  # fmt: skip
    if django_field.is_relation:
        target = django_field.related_model
        return Column(
            **{**base, "path": f"{django_field.name}__ref"},
            expects=lazy(_ref_of, str)(target._meta.verbose_name),
            limit=60,
            refers=target,
            default=None,
        )
    default = django_field.get_default() if django_field.has_default() else (None if django_field.null else "")
    if django_field.choices:
        return _choice(base, django_field, default)
    return _plain_column(base, django_field, default)


def _ref_of(noun: str | Promise) -> str:
    """Two texts, for English alone tells nouns apart by how they begin."""
    says = _("the ref of an %(noun)s") if str(noun)[0] in "aeio" else _("the ref of a %(noun)s")
    return says % {"noun": noun}


def columns(model: type[models.Model], *names: str) -> tuple[Column, ...]:
    """A column for each of the model's fields named."""
    return tuple(column(model, name) for name in names)


def _one_of(names: Iterable[str]) -> Promise:
    return format_lazy(gettext_lazy("one of {names}"), names=", ".join(names))


def _choice(base: dict[str, Any], django_field: Any, default: Any) -> Column:
    if isinstance(django_field, RankField) and django_field.ranks:
        names = {rank.name.lower(): rank.value for rank in django_field.ranks}
        back = {value: name for name, value in names.items()}
        return Column(
            **base, expects=_one_of(names), among=tuple(names), parse_text=names.__getitem__,
            write_value=back.__getitem__, default=default,
        )  # fmt: skip
    values = [str(value) for value, _label in django_field.flatchoices]
    return Column(**base, expects=_one_of(values), among=tuple(values), default=default)


def _plain_column(base: dict[str, Any], django_field: Any, default: Any) -> Column:
    if isinstance(django_field, models.DateField):
        return Column(
            **base,
            expects=gettext_lazy("a date as 2022-09-30, of the years 1900 to 2199"),
            kind="date",
            parse_text=_day,
            default=default,
        )
    if isinstance(django_field, models.BooleanField):
        return Column(
            **base, expects=gettext_lazy("yes or no"), among=("yes", "no"), parse_text="yes".__eq__,
            write_value=lambda value: "yes" if value else "no", default=default,
        )  # fmt: skip
    if isinstance(django_field, models.IntegerField):
        name = type(django_field).__name__
        most = 10**15 if "Big" in name else 32_767 if "Small" in name else 2_147_483_647
        least = 0 if "Positive" in name else -most
        expects = format_lazy(
            gettext_lazy("a whole number from {least} to {most}"), least=grouped(least), most=grouped(most)
        )
        return Column(**base, expects=expects, kind="integer", parse_text=_whole(least, most), default=default)
    if isinstance(django_field, models.DecimalField):
        return Column(
            **base,
            expects=format_lazy(
                gettext_lazy("a number such as 12.5, with at most {n} decimals"), n=django_field.decimal_places
            ),
            kind="number",
            parse_text=_decimal(django_field.max_digits, django_field.decimal_places),
            write_value=_plain,
            default=default,
        )
    if type(django_field).__name__ in VALIDATED:
        return Column(
            **base,
            expects=VALIDATED[type(django_field).__name__],
            limit=django_field.max_length,
            parse_text=_validated(django_field),
            default=default,
        )
    return Column(**base, expects=gettext_lazy("text"), limit=django_field.max_length or LONGEST, default=default)


def money(model: type[models.Model], name: str, *, required: bool = True) -> Column:
    """An amount: in files in major units with two decimals, in the database in whole minor units."""
    field = model._meta.get_field(name)
    return Column(
        name=name, attribute=name, path=name, required=required, expects=gettext_lazy("an amount such as 1250.00"), kind="number",
        label=getattr(field, "verbose_name", name), hint=getattr(field, "help_text", ""),
        parse_text=lambda text: int(_cents(text)), write_value=lambda minor: f"{Decimal(minor) / 100:.2f}", default=None,
    )  # fmt: skip


def _cents(text: str) -> Decimal:
    if not re.fullmatch(r"-?\d{1,12}(\.\d{1,2})?", text, re.ASCII):
        raise ValueError
    return Decimal(text) * 100


def read_cells(columns: Iterable[Column], cells: Mapping[str, str | None]) -> tuple[dict[str, Any], dict[str, str]]:
    """What the cells of a row mean, and what is wrong with them, by column. None is a cell of which that is told already."""
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for column in columns:
        text = cells.get(column.name, "")
        try:
            if text is not None:
                values[column.name] = column.read(text)
        except Wrong as error:
            faults[column.name] = str(error)
    return values, faults


def translations(model: type[models.Model], base: str, languages: Sequence[str] = ("id", "th")) -> list[Column]:
    """Columns such as title_th, kept together in the field `titles`; empty where nothing has been translated."""
    attribute = f"{base}s"
    field: Any = model._meta.get_field(base)
    return [
        Column(
            name=f"{base}_{language}", attribute=f"{attribute}.{language}", path=f"{attribute}__{language}", required=False,
            expects=f"text in {get_language_info(language)['name']}", limit=300 if (field.max_length or 400) <= 200 else 400,
            label=format_lazy("{}, {}", field.verbose_name, get_language_info(language)["name_local"]),
        )
        for language in languages
    ]  # fmt: skip


def links(
    name: str,
    through: type[models.Model],
    to: str,
    *,
    where: Mapping[str, Any] | None = None,
    weight: str = "",
    label: str | Promise = "",
    hint: str | Promise = "",
) -> ListColumn:
    """A column that names linked records, kept as rows of `through`."""
    target: Any = through._meta.get_field(to).related_model
    weighted = gettext_lazy("refs of {noun} rows, each with a weight from 1 to 100, such as A:60;B:40")
    plain = gettext_lazy("refs of {noun} rows, parted by semicolons")
    return ListColumn(
        name=name, attribute="", path="", required=False, limit=0, default=(), refers=target, through=through, to=to,
        where=where or {}, weight=weight, label=label, hint=hint,
        expects=format_lazy(weighted if weight else plain, noun=target._meta.verbose_name),
    )  # fmt: skip
