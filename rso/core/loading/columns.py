"""Columns of the files that come in and go out: how a cell is read, written, described, and what would be right in it."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from rso.core.models import RankField, RefField

#: Characters that turn the reading direction of what follows, and with it the meaning of a name.
DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
FORMULA = re.compile(r"^[=@]|^[+-](?=[^\d\s.,-])")


class Wrong(ValueError):
    """A cell does not hold what its column needs. The message says what would be right."""


@dataclass(frozen=True)
class Column:
    """A column of a file: `name` in the file, `attribute` of the record, `path` to the value in the database."""

    name: str
    attribute: str
    path: str
    required: bool
    expects: str
    kind: str = "string"
    limit: int = 0
    among: tuple[str, ...] = ()
    parse_text: Callable[[str], Any] = str
    write_value: Callable[[Any], str] = str
    refers: type[models.Model] | None = None
    default: Any = ""

    def read(self, text: str) -> Any:
        """The value that a cell means. Raises Wrong."""
        if not text:
            if self.required:
                raise Wrong(f"is empty; it needs {self.expects}")
            return self.default
        check_characters(text)
        if self.limit and len(text) > self.limit:
            raise Wrong(f"is {len(text):,} characters long; at most {self.limit} fit")
        if self.among and text not in self.among:
            close = difflib.get_close_matches(text, self.among, n=1, cutoff=0.6)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise Wrong(f"is none of {', '.join(self.among)}{hint}")
        try:
            return self.parse_text(text)
        except (ValueError, ValidationError, InvalidOperation, OverflowError) as error:
            raise Wrong(f"is not {self.expects}") from error

    def write(self, value: Any) -> str:
        return "" if value in (None, "", ()) else self.write_value(value)

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
        return {
            "name": self.name,
            "type": self.kind,
            "description": self.expects,
            "constraints": constraints,
        }


@dataclass(frozen=True)
class ListColumn(Column):
    """Several values in one cell, parted by semicolons: refs of another table, each with a weight where `weight` is named."""

    through: type[models.Model] | None = None
    to: str = ""
    where: Mapping[str, Any] = field(default_factory=dict)
    weight: str = ""

    def read(self, text: str) -> Any:
        if not text:
            return super().read(text) or ()
        check_characters(text)
        found = [self._item(item.strip()) for item in text.split(";") if item.strip()]
        names = [item[0] if self.weight else item for item in found]
        if len(set(names)) < len(names):
            raise Wrong(f"names {next(name for name in names if names.count(name) > 1)} twice")
        return tuple(sorted(found))

    def _item(self, item: str) -> Any:
        if not self.weight:
            return item
        name, colon, weight = item.rpartition(":")
        if not colon or not weight.isascii() or not weight.isdigit() or not 1 <= int(weight) <= 100:
            raise Wrong(f"has “{item}”; it needs {self.expects}")
        return name, int(weight)

    def write(self, value: Any) -> str:
        return ";".join(f"{name}:{weight}" for name, weight in value) if self.weight else ";".join(value)

    def refs(self, value: Any) -> Iterable[str]:
        return tuple(item[0] for item in value) if self.weight else tuple(value)


def check_characters(text: str) -> None:
    """Refuses what no cell of ours holds: control characters, turned reading directions, spreadsheet formulas."""
    for letter in text:
        if letter in DIRECTION:
            raise Wrong(
                f"holds the invisible character U+{ord(letter):04X}, which turns the reading direction; remove it"
            )
        if (letter < " " and letter not in "\n\t") or letter == "\x7f":
            raise Wrong(f"holds the control character U+{ord(letter):04X}; remove it")
    if FORMULA.match(text):
        raise Wrong("looks like a spreadsheet formula; write the value itself")


def _day(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError
    return date.fromisoformat(text)


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"-?\d{1,18}", text, re.ASCII) or not least <= int(text) <= most:
            raise ValueError
        return int(text)

    return parse


def _decimal(text: str) -> Decimal:
    if not re.fullmatch(r"-?\d{1,14}(\.\d{1,8})?", text, re.ASCII):
        raise ValueError
    return Decimal(text).normalize()


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _text(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip())


def _validated(django_field: Any) -> Callable[[str], str]:
    """Text that passes the field's own validators."""

    def parse(text: str) -> str:
        django_field.run_validators(text)
        return text

    return parse


def column(
    model: type[models.Model],
    name: str,
    *,
    attribute: str = "",
    required: bool | None = None,
) -> Column:
    """The column that a model's field makes: type, length and choices come from the field, so they exist once."""
    django_field: Any = model._meta.get_field(attribute or name)
    needed = not (django_field.blank or django_field.has_default()) if required is None else required
    base: dict[str, Any] = {
        "name": name,
        "attribute": django_field.name,
        "path": django_field.name,
        "required": needed,
    }
    if django_field.is_relation:
        target = django_field.related_model
        return Column(
            **{**base, "path": f"{django_field.name}__ref"},
            expects=f"the ref of a {target._meta.verbose_name}",
            limit=60,
            refers=target,
            default=None,
        )
    default = django_field.get_default() if django_field.has_default() else (None if django_field.null else "")
    if django_field.choices:
        return _choice(base, django_field, default)
    return _plain_column(base, django_field, default)


def columns(model: type[models.Model], *names: str) -> tuple[Column, ...]:
    """A column for each of the model's fields named."""
    return tuple(column(model, name) for name in names)


def _choice(base: dict[str, Any], django_field: Any, default: Any) -> Column:
    if isinstance(django_field, RankField) and django_field.ranks:
        names = {rank.name.lower(): rank.value for rank in django_field.ranks}
        back = {value: name for name, value in names.items()}
        return Column(
            **base, expects=f"one of {', '.join(names)}", among=tuple(names), parse_text=names.__getitem__,
            write_value=back.__getitem__, default=default,
        )  # fmt: skip
    values = [str(value) for value, _label in django_field.flatchoices]
    return Column(
        **base,
        expects=f"one of {', '.join(values)}",
        among=tuple(values),
        default=default,
    )


def _plain_column(base: dict[str, Any], django_field: Any, default: Any) -> Column:
    if isinstance(django_field, models.DateField):
        return Column(
            **base,
            expects="a date as 2022-09-30",
            kind="date",
            limit=10,
            parse_text=_day,
            default=default,
        )
    if isinstance(django_field, models.BooleanField):
        return Column(
            **base, expects="yes or no", among=("yes", "no"), parse_text="yes".__eq__,
            write_value=lambda value: "yes" if value else "no", default=default,
        )  # fmt: skip
    if isinstance(django_field, models.IntegerField):
        least = 0 if "Positive" in type(django_field).__name__ else -(10**15)
        most = 32767 if "Small" in type(django_field).__name__ else 10**15
        return Column(
            **base, expects=f"a whole number from {least} to {most}", kind="integer", parse_text=_whole(least, most), default=default,
        )  # fmt: skip
    if isinstance(django_field, models.DecimalField):
        return Column(
            **base,
            expects="a number",
            kind="number",
            parse_text=_decimal,
            write_value=_plain,
            default=default,
        )
    if isinstance(django_field, models.URLField | models.EmailField | RefField):
        expects = {
            "URLField": "an address that begins with https:// or http://",
            "EmailField": "an e-mail address",
        }.get(type(django_field).__name__, "a ref: letters, digits, points and hyphens")
        return Column(
            **base,
            expects=expects,
            limit=django_field.max_length,
            parse_text=_validated(django_field),
            default=default,
        )
    return Column(
        **base,
        expects="text",
        limit=django_field.max_length or 50_000,
        parse_text=_text,
        default=default,
    )


def money(model: type[models.Model], name: str, *, required: bool = True) -> Column:
    """An amount: in files in major units with two decimals, in the database in whole minor units."""
    return Column(
        name=name, attribute=name, path=name, required=required, expects="an amount such as 1250.00", kind="number",
        parse_text=lambda text: int(_cents(text)), write_value=lambda minor: f"{Decimal(minor) / 100:.2f}", default=None,
    )  # fmt: skip


def _cents(text: str) -> Decimal:
    if not re.fullmatch(r"-?\d{1,12}(\.\d{1,2})?", text, re.ASCII):
        raise ValueError
    return Decimal(text) * 100


def translations(model: type[models.Model], base: str, languages: Sequence[str] = ("id", "th")) -> list[Column]:
    """Columns such as title_th, kept together in the field `titles`; empty where nothing has been translated."""
    attribute = f"{base}s"
    return [
        Column(
            name=f"{base}_{language}", attribute=f"{attribute}.{language}", path=f"{attribute}__{language}", required=False,
            expects=f"text in {language}", limit=400, parse_text=_text,
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
) -> ListColumn:
    """A column that names linked records, kept as rows of `through`."""
    target: Any = through._meta.get_field(to).related_model
    what = f"refs of {target._meta.verbose_name} rows"
    return ListColumn(
        name=name, attribute="", path="", required=False, limit=0, default=(), refers=target, through=through, to=to,
        where=where or {}, weight=weight,
        expects=f"{what} with weights, such as A:60;B:40" if weight else f"{what}, parted by semicolons",
    )  # fmt: skip
