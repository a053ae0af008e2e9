"""Which records may add something else to figures than they did: those that the audit trail tells of since, and those that lead to them.

Of a record itself, whatever was done to it counts. Of what it leads to (its event, its member), what was done to the fields
that figures read on the way; the rows of a link stand in the history of the record on this side of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Q

from rso.core.figures.adding import Covered, Distinct
from rso.core.figures.holdings import how, parts_of
from rso.core.figures.reading import Reading
from rso.core.models import AuditEvent
from rso.core.verbs import kind_of

#: Beyond so many it is no longer quicker to read them alone.
MANY = 20_000
ANYTHING = ""


class CannotTell(Exception):
    """A figure counts by more than the fields of its records and of those that they lead to."""


def touched(readings: Iterable[Reading], since: int) -> dict[str, set[str]]:
    """By kind, the refs of all records that may have come, gone or changed in some figures since an audit event.

    A kind is missing where that cannot be told, or where they are too many: then all must be read.
    """
    paths: dict[type[models.Model], set[str]] = defaultdict(set)
    unknown = set[type[models.Model]]()
    for part in (part for reading in readings for part in parts_of("", reading).values()):
        model = part.figure.source.model
        try:
            paths[model].update(_paths(part))
        except CannotTell:
            unknown.add(model)
    found = {kind_of(model): _refs(model, read, since) for model, read in paths.items() if model not in unknown}
    return {kind: refs for kind, refs in found.items() if len(refs) <= MANY}


def _paths(reading: Reading) -> Iterator[str]:
    """All that a figure, and its splits, read from a record on."""
    figure, source, adds = reading.figure, reading.figure.source, reading.figure.adds
    if source.stock or isinstance(adds, Covered):
        raise CannotTell
    yield from (*source.when, source.precision, *how(adds, source.model)[1], *_names(figure.where))
    yield from (f"{source.parent}__{name}" if source.parent else name for name in _names(figure.parents))
    if isinstance(adds, Distinct):
        yield from (f"{adds.of}__{name}" for name in _names(adds.only))
    for dimension in source.dimensions:
        yield from (dimension.path, dimension.weight, *dimension.only)


def _names(condition: Q) -> Iterator[str]:
    for child in leaves(condition):
        if not isinstance(child, tuple) or hasattr(child[1], "resolve_expression"):
            raise CannotTell
        yield child[0]


def leaves(condition: Q) -> Iterator[Any]:
    """What a condition asks, however nested: pairs of a path and a value, or expressions."""
    for child in condition.children:
        if isinstance(child, Q):
            yield from leaves(child)
        else:
            yield child


def _refs(model: type[models.Model], paths: Iterable[str], since: int) -> set[str]:
    read: dict[tuple[str, type[models.Model]], set[str]] = defaultdict(set)
    for path in paths:
        for prefix, at, name in _steps(model, path):
            read[prefix, at].add(name)
    events = AuditEvent.objects.filter(kind=kind_of(model), id__gt=since).order_by()
    found = set(events.values_list("ref", flat=True).distinct()[: MANY + 1])
    for (prefix, at), names in read.items():
        if prefix and (refs := _changed(at, names, since)):
            leading = model._default_manager.filter(**{f"{prefix}__ref__in": refs})
            found.update(leading.order_by().values_list("ref", flat=True)[: MANY + 1])
    return found


def _steps(model: type[models.Model], path: str) -> Iterator[tuple[str, type[models.Model], str]]:
    """The fields on a path: how one comes to each, of which model it is, and its name, or that anything counts."""
    prefix, at = "", model
    for name in path.split("__"):
        try:
            own = at._meta.get_field(name)
        except FieldDoesNotExist:  # how it is compared
            return
        yield prefix, at, name if own.concrete else ANYTHING
        if not isinstance(own.related_model, type):
            return
        prefix, at = f"{prefix}__{name}" if prefix else name, own.related_model
        if not own.concrete and any(each.name == "ref" for each in at._meta.concrete_fields):
            yield prefix, at, ANYTHING


def _changed(model: type[models.Model], names: set[str], since: int) -> set[str]:
    """The records of a kind of which one of these fields was changed. To one that was added since, only touched ones can lead."""
    events = AuditEvent.objects.filter(kind=kind_of(model), id__gt=since).order_by()
    found, added = set[str](), set[str]()
    for ref, before, after in events.values_list("ref", "before", "after"):
        if after and not before:
            added.add(ref)
        elif ANYTHING in names or names & {*before, *after}:
            found.add(ref)
    return found - added
