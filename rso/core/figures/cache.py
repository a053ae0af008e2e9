"""What pages may keep of a reading: by figure version, period, reader, language, and the last change to what it reads.

Compiling never comes here. A change to any record that the figure can depend on makes the kept value unreachable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from hashlib import sha256
from typing import Any, TypeVar

from django.db import connection, models
from django.utils.translation import get_language

from rso.core.figures.adding import Covered
from rso.core.figures.reading import Reading
from rso.core.figures.registry import Figure, Source, registry
from rso.core.keeping import made_once
from rso.core.models import AuditEvent, Note, Office, Statement

T = TypeVar("T")


@lru_cache
def _of_source(source: Source) -> frozenset[type[models.Model]]:
    found: set[type[models.Model]] = {source.model, Office, Note, Statement}
    paths = [dimension.path for dimension in source.dimensions] + list(source.when)
    for path in paths:
        model: Any = source.model
        for name in path.split("__"):
            field = model._meta.get_field(name) if model else None
            model = field.related_model if field is not None and field.is_relation else None
            if model:
                found.add(model)
    for dimension in source.dimensions:
        if isinstance(dimension.values, type) and issubclass(dimension.values, models.Model):
            found.add(dimension.values)
    return frozenset(found)


def models_behind(figure: Figure, reading: Reading) -> frozenset[type[models.Model]]:
    """The models whose records can move the figure or the names in its breakdowns."""
    found = set(_of_source(figure.source))
    for cut in figure.slices:
        found |= _of_source(registry.find(cut.figure).source)
    if isinstance(figure.adds, Covered):
        for evidence in registry.evidence.get(figure.adds.evidence, ()):
            model = evidence.rows(reading.period).model
            found.add(model)
            found |= {
                f.related_model for f in model._meta.get_fields() if f.is_relation and f.related_model and f.concrete
            }
    return frozenset(found)


def last_change(kinds: Iterable[str]) -> int:
    """The id of the last audit event on any of these kinds of record; 0 where there is none."""
    return max(last_changes(kinds).values(), default=0)


def last_changes(kinds: Iterable[str]) -> dict[str, int]:
    """The id of the last audit event on each kind of record, in one query."""
    table = connection.ops.quote_name(AuditEvent._meta.db_table)
    ordered = sorted(kinds)
    if not ordered:
        return {}
    # One plan of one look into the index, however many kinds: twenty branches would cost PostgreSQL more to plan than to run.
    each = " UNION ALL ".join(["SELECT %s AS kind"] * len(ordered))
    newest = f"SELECT MAX(id) FROM {table} WHERE {table}.kind = kinds.kind"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT kind, ({newest}) FROM ({each}) AS kinds", ordered)  # noqa: S608
        return {kind: found or 0 for kind, found in cursor.fetchall()}


def keep(readings: Iterable[Reading], name: str, make: Callable[[], T]) -> T:
    """`make()`, or what it gave before for the same readings, reader and language while nothing behind them changed."""
    readings = list(readings)
    kinds = {model._meta.label_lower for reading in readings for model in models_behind(reading.figure, reading)}
    asked = ",".join(
        f"{r.figure.slug}.{r.figure.version}.{r.period.key}.{r.as_at}.{'office' if r.reader.office else 'public'}"
        for r in readings
    )
    asked_now = f"{name}:{asked}:{get_language()}:{last_change(kinds)}"
    return made_once(f"figure:{sha256(asked_now.encode()).hexdigest()}", make)
