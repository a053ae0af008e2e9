"""What the audit trail keeps of a record, as people read it: labels for choices, names for refs, dates, amounts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from rso.core.models import AuditEvent, Kept, Precision, RankField
from rso.core.periods import show_day
from rso.core.templatetags.house import amount, tongue

Model = type[models.Model]
Field = Any
#: A link as its row's words tell it: the part that a body has, its ref, its weight.
LINK = re.compile(r"(?:(?P<part>\S+) )?(?P<ref>[^\s:]+)(?::(?P<weight>\d+))?")


@lru_cache
def model_of(kind: str) -> Model | None:
    """The model that a kind of record names; None where a later version of the platform knows it no more."""
    try:
        return apps.get_model(kind)
    except (LookupError, ValueError):
        return None


@lru_cache
def _fields(model: Model | None) -> dict[str, Field]:
    return {field.name: field for field in model._meta.concrete_fields} if model else {}


@lru_cache
def _links(model: Model | None) -> dict[str, Model]:
    """The link tables whose rows the audit trail tells with a record, by the names that it gives them."""
    relations: Iterable[Any] = model._meta.get_fields(include_hidden=True) if model else ()
    return {
        str(relation.related_model._meta.model_name): relation.related_model
        for relation in relations
        if relation.one_to_many and relation.auto_created
    }


@lru_cache
def _ends(through: Model, parent: Model | None) -> tuple[Model, ...]:
    """The kinds of record that a link table ties to the parent."""
    found: list[Any] = [f.related_model for f in through._meta.concrete_fields if f.is_relation]
    return tuple(dict.fromkeys(model for model in found if model is not parent)) or tuple(found)


class Names:
    """The names of the records that a page of events names, each kind of them read at once."""

    def __init__(self) -> None:
        self._wanted: dict[Model, set[str | int]] = defaultdict(set)
        self._found: dict[Model, dict[str | int, str]] = {}

    @classmethod
    def of(cls, events: Iterable[AuditEvent]) -> Names:
        names = cls()
        for event in events:
            for key, value in (*event.before.items(), *event.after.items()):
                names._want(model_of(event.kind), key, value)
        names._read()
        return names

    def find(self, model: Model, name: str | int) -> str | None:
        return self._found.get(model, {}).get(name)

    def _want(self, model: Model | None, key: str, value: Any) -> None:
        field = _fields(model).get(key)
        if field is not None and field.is_relation and value is not None:
            self._wanted[field.related_model].add(value)
        elif isinstance(value, list) and (through := _links(model).get(key)):
            for match in filter(None, map(LINK.fullmatch, value)):
                for end in _ends(through, model):
                    self._wanted[end].add(match["ref"])

    def _read(self) -> None:
        for model, wanted in self._wanted.items():
            if not issubclass(model, Kept):
                continue
            ids = [name for name in wanted if isinstance(name, int)]
            refs = [name for name in wanted if isinstance(name, str)]
            rows = model._default_manager.filter(Q(pk__in=ids) | Q(ref__in=refs)).prefetch_related(*model.named_by)
            self._found[model] = {name: str(row) for row in rows for name in (row.pk, row.ref)}


class Shown:
    """One event's values in words. Where its own values do not say it, the record tells a date's precision, an amount's currency."""

    def __init__(self, event: AuditEvent, thing: Kept | None, names: Names) -> None:
        self.model = model_of(event.kind)
        self.thing, self.names = thing, names

    def in_order(self, keys: Iterable[str]) -> list[str]:
        """Fields as the record has them: what databases keep of an event has an order of its own."""
        fields = list(_fields(self.model))
        return sorted(keys, key=lambda key: (fields.index(key) if key in fields else len(fields), key))

    def label(self, key: str) -> str:
        """What people call a field or a link table, as it stands within a sentence."""
        known = _fields(self.model).get(key) or getattr(_links(self.model).get(key), "_meta", None)
        return str(known.verbose_name) if known else key.replace("_", " ")

    def link(self, key: str, word: str) -> str:
        """A row of a link table: “partner IOM” is International Organization for Migration (Partner)."""
        through, match = _links(self.model).get(key), LINK.fullmatch(word)
        if through is None or match is None:
            return word
        name = next(filter(None, (self.names.find(end, match["ref"]) for end in _ends(through, self.model))), None)
        if name is None:
            return word
        labels = {str(v): label for f in through._meta.concrete_fields for v, label in (getattr(f, "flatchoices", ()))}
        name = f"{name} ({labels.get(match['part'], match['part'])})" if match["part"] else name
        return f"{name}: {match['weight']}" if match["weight"] else name

    def value(self, key: str, value: Any, values: Mapping[str, Any]) -> str:
        """A field's value; nothing where it had none."""
        field = _fields(self.model).get(key)
        if value in (None, "", {}):
            return ""
        if field is None:
            return str(value)
        if field.is_relation:
            return self.names.find(field.related_model, value) or str(value)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if field.choices:
            return _choice(field, value)
        if isinstance(value, dict):
            return "; ".join(f"{tongue(code)}: {_inner(text)}" for code, text in value.items())
        return self._plain(field, value, values)

    def _plain(self, field: Field, value: Any, values: Mapping[str, Any]) -> str:
        if isinstance(field, models.DateField):
            return self._day(field, value, values)
        if isinstance(field, models.BigIntegerField) and (field.name == "amount" or field.name.endswith("_amount")):
            return amount(value, self._beside("currency", values) or settings.OFFICE_CURRENCY)
        if isinstance(value, int | float):
            return formats.number_format(value)
        return str(value)

    def _day(self, field: Field, value: Any, values: Mapping[str, Any]) -> str:
        try:
            read = field.to_python(value)
        except ValidationError:
            return str(value)
        if isinstance(read, datetime):
            return formats.date_format(timezone.localtime(read), "j F Y, H:i")
        return show_day(read, self._precision(field, values))

    def _precision(self, field: Field, values: Mapping[str, Any]) -> int:
        """How much of a date is known: by a precision of its own, or by the record's."""
        own = f"{field.name.removesuffix('_on')}_precision"
        value = self._beside(own if own in _fields(self.model) else "precision", values)
        return Precision[value.upper()] if isinstance(value, str) else value or Precision.DAY

    def _beside(self, key: str, values: Mapping[str, Any]) -> Any:
        """Another value of the same record, at that time or else now."""
        return values.get(key) or getattr(self.thing, key, None)


def _inner(value: Any) -> str:
    """What stands under a key: a text, or what was asked with what was answered."""
    return (
        ", ".join(f"“{asked}”: {answer}" for asked, answer in value.items()) if isinstance(value, dict) else str(value)
    )


def _choice(field: Field, value: Any) -> str:
    """The label of a choice; ranks are kept by their names."""
    ranks: Iterator[tuple[Any, Any]] = iter(field.flatchoices)
    if isinstance(field, RankField) and field.ranks is not None:
        ranks = ((rank.name.lower(), rank.label) for rank in field.ranks)
    return str(next((label for known, label in ranks if known == value), value))
