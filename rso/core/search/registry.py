"""What is searched: rooms declare it in their searched.py, found when the site starts."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from rso.core.privacy import DataClass

#: Who searches: anyone, or the office. What a focal point or a sharing group may find has audiences of its own.
PUBLIC, OFFICE = "public", "office"
#: A field by its name (a text, or its translations), or a function that gives texts.
Field = str | Callable[[Any], Iterable[str]]


@dataclass(frozen=True)
class Searched:
    """How records of a kind are searched. The first field is what the record is called."""

    model: type[models.Model]
    fields: tuple[Field, ...]
    #: Those who may find a record, separated by spaces.
    visible: Callable[[Any], str]
    title: Callable[[Any], str]
    #: Where it is shown.
    url: Callable[[Any], str]
    #: What the fields, the audiences and the address of a record read beside it.
    related: tuple[str, ...]
    #: The public list of the kind, by the name of its address.
    all_at: str
    number: int
    #: Records that someone may look for: what is the platform's own is none.
    only: models.Q

    def texts(self, record: Any, field: Field) -> list[str]:
        value = field(record) if callable(field) else getattr(record, field)
        values = value.values() if isinstance(value, dict) else [value] if isinstance(value, str) else value
        return [text for text in values if text]

    def body(self, record: Any) -> Iterator[str]:
        """The texts beside the title."""
        for field in self.fields[1:]:
            yield from self.texts(record, field)

    def lang(self, record: Any) -> str:
        """The language of a title: that of the page where it is translated."""
        told = getattr(record, "language", "")
        return told or ("en" if self.title(record) in self.texts(record, self.fields[0])[:1] else "")

    def audiences(self, record: Any) -> list[str]:
        """Only a public kind can be found by the public, whatever its declaration says."""
        found = self.visible(record).split()
        is_public = self.model.privacy.data_class == DataClass.PUBLIC  # type: ignore[attr-defined]
        return [audience for audience in found if is_public or audience != PUBLIC]

    def stored(self) -> models.QuerySet[Any]:
        return self.model._default_manager.filter(self.only).prefetch_related(*self.related)


class Registry:
    def __init__(self) -> None:
        self.by_model: dict[type[models.Model], Searched] = {}
        self.by_number: dict[int, Searched] = {}
        self._owners: dict[type[models.Model], list[models.ForeignKey[Any, Any]]] = {}

    def declare(
        self,
        model: type[models.Model],
        *fields: Field,
        visible: Callable[[Any], str] | str = "",
        title: Callable[[Any], str] = str,
        url: Callable[[Any], str] = lambda record: str(record.get_absolute_url()),
        related: Sequence[str] = (),
        all_at: str = "",
        only: models.Q | None = None,
    ) -> Searched:
        """Declares that a kind is searched; `visible` is who may find it: all where its data class is public, else the office."""
        default = PUBLIC if model.privacy.data_class == DataClass.PUBLIC else OFFICE  # type: ignore[attr-defined]
        told = visible if callable(visible) else lambda _record: visible or default
        number = zlib.crc32(str(model._meta.label_lower).encode()) >> 17
        if number in self.by_number:
            raise ValueError(f"{model} and {self.by_number[number].model} have the same number in the search")
        searched = Searched(model, fields, told, title, url, tuple(related), all_at, number, only or models.Q())
        self.by_model[model] = self.by_number[number] = searched
        return searched

    def follow(self, model: type[models.Model], *names: str) -> None:
        """Declares that records of a kind give words to those that their foreign keys name."""
        fields = [model._meta.get_field(name) for name in names]
        self._owners.setdefault(model, []).extend(fields)  # type: ignore[arg-type]

    def owners(self, things: Sequence[models.Model]) -> Iterator[tuple[type[models.Model], set[int]]]:
        """Whose words these records are a part of: kind and ids."""
        for field in self._owners.get(type(things[0]), ()) if things else ():
            yield field.related_model, {getattr(thing, field.attname) for thing in things} - {None}


searched = Registry()
