"""Who touched the records behind a figure: the last thing that was done to each, or to what it is counted by, such as its event."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q

from rso.core.figures import Figure, registry
from rso.core.figures.adding import Distinct
from rso.core.figures.touching import leaves
from rso.core.models import AuditEvent, Kept
from rso.core.verbs import kind_of

#: Refs in one question.
MANY = 500


def last_done(figure: Figure, by: Collection[str], refs: Sequence[str], since: int) -> dict[str, AuditEvent]:
    """By ref of a record: what was done to it last since an event. Where nothing was: to what it belongs to, if the figure reads it.

    `by` are the dimensions of the cell that moved; of a whole figure there are none.
    """
    model: Any = figure.source.model
    own = {event.ref: event for event in _events(kind_of(model), refs, since)}
    left = [ref for ref in refs if ref not in own]
    above: dict[str, AuditEvent] = {}
    for way, (kind, columns) in _ways(figure, by).items() if left else ():
        if not AuditEvent.objects.filter(kind=kind, id__gt=since).exists():
            continue
        belongs = {
            ref: to
            for some in _in_parts(left)
            for ref, to in model.objects.filter(ref__in=some).values_list("ref", f"{way}__ref")
            if to
        }
        events = _events(kind, sorted(set(belongs.values())), since)
        done = {event.ref: event for event in events if columns & {*event.before, *event.after}}
        for ref, to in belongs.items():
            if to in done and (ref not in above or done[to].pk > above[ref].pk):
                above[ref] = done[to]
    return above | own


def _events(kind: str, refs: Sequence[str], since: int) -> Iterator[AuditEvent]:
    """What was done to some records of a kind since, of each the last thing last."""
    for some in _in_parts(refs):
        events = AuditEvent.objects.filter(kind=kind, ref__in=some, id__gt=since)
        yield from events.select_related("actor").order_by("id")


def _in_parts(refs: Sequence[str]) -> Iterator[Sequence[str]]:
    return (refs[at : at + MANY] for at in range(0, len(refs), MANY))


def _ways(figure: Figure, by: Collection[str]) -> dict[str, tuple[str, set[str]]]:
    """By the way from a record to what it belongs to: the kind of that, and what the figure reads of it, as audit events name it."""
    found: dict[str, tuple[str, set[str]]] = {}
    for path in _read(figure, by):
        model: Any = figure.source.model
        names = path.split("__")
        for at, (name, column) in enumerate(pairwise(names), 1):
            try:
                model = model._meta.get_field(name).related_model
                read = model._meta.get_field(column) if model else None
            except FieldDoesNotExist:
                break
            if read is None or not issubclass(model, Kept):
                break
            told = read.name if read.concrete else read.related_model._meta.model_name
            found.setdefault("__".join(names[:at]), (kind_of(model), set()))[1].add(told)
    return found


def _read(figure: Figure, by: Collection[str]) -> Iterator[str]:
    """The paths of all columns by which a figure counts a record and dates it, and by which a cell of it is told apart."""
    for each in (figure, *(registry.find(cut.figure) for cut in figure.slices)):
        source, adds = each.source, each.adds
        yield from source.when
        for dimension in (dimension for dimension in source.dimensions if dimension.slug in by):
            yield from filter(None, (dimension.path, dimension.weight))
        yield from _looked_up(each.where)
        yield from (f"{source.parent}__{path}" if source.parent else path for path in _looked_up(each.parents))
        if isinstance(adds, Distinct):
            yield from (f"{adds.of}__{path}" for path in (*_looked_up(adds.only), adds.named) if path)


def _looked_up(condition: Q) -> Iterable[str]:
    return (child[0] for child in leaves(condition) if isinstance(child, tuple))
