"""Who saw what: reads of personal and sensitive data, and every export, one row for each page or file.

Whoever shows such data calls `saw` before it does: where that cannot be written, nothing is shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.text import capfirst

from rso.core.models import Access, Kept, Saw
from rso.core.privacy import DataClass
from rso.core.told import model_of
from rso.core.verbs import kind_of

if TYPE_CHECKING:
    from rso.accounts.models import User

#: What is guarded by telling who read it.
GUARDED = (DataClass.PERSONAL, DataClass.SENSITIVE)
#: The most that is kept of a list's filters, and the most people or records that a tally names.
FILTERS, MOST = 400, 50


def is_guarded(model: type[Kept]) -> bool:
    """Whether a read of these records is told."""
    return model.privacy.data_class in GUARDED


def saw(
    seen: Kept | type[Kept], *, by: User, now: datetime, what: Saw = Saw.READ, rows: int = 1, filters: str = ""
) -> None:
    """Tells that someone read a record, or listed or exported so many of a kind.

    Reads are told of personal and sensitive data, exports of any. A page or file is one row, however many records it holds;
    `filters` says which, as the list's address does.
    """
    model = seen if isinstance(seen, type) else seen.__class__
    if what != Saw.EXPORTED and not is_guarded(model):
        return
    ref = "" if isinstance(seen, type) else seen.ref
    Access.objects.create(
        at=now, actor_id=by.pk, what=what, kind=kind_of(model), ref=ref, rows=rows, filters=filters[:FILTERS]
    )


def seen(
    *,
    by: User | None = None,
    thing: Kept | None = None,
    kind: str = "",
    what: str = "",
    first: date | None = None,
    last: date | None = None,
) -> QuerySet[Access]:
    """What was seen, newest first: by one person, of one record or kind, from one day to another, both included."""
    found = Access.objects.select_related("actor").order_by("-pk")
    if thing is not None:
        found = found.filter(kind=kind_of(thing.__class__), ref=thing.ref)
    wanted = {"actor": by, "kind": kind, "what": what}
    found = found.filter(**{name: value for name, value in wanted.items() if value})
    return between(found, first, last)


def between(found: QuerySet[Access], first: date | None, last: date | None) -> QuerySet[Access]:
    """Those from one day to another, both included, in the zone of the pages."""
    if first:
        found = found.filter(at__gte=timezone.make_aware(datetime.combine(first, time.min)))
    return found.filter(at__lte=timezone.make_aware(datetime.combine(last, time.max))) if last else found


@dataclass(frozen=True)
class Tally:
    """How often someone, something or a day stands among what was seen, and how many records that were."""

    label: str
    times: int
    rows: int
    key: Any


def by_person(found: QuerySet[Access]) -> list[Tally]:
    """Who saw most, first."""
    return [Tally(name, times, rows, ref) for ref, name, times, rows in _tallied(found, "actor__ref", "actor__name")]


def by_record(found: QuerySet[Access]) -> list[Tally]:
    """Which records were read most, first; lists are no record."""
    counted = list(_tallied(found.exclude(ref=""), "kind", "ref"))
    names = record_names((kind, ref) for kind, ref, _times, _rows in counted)
    return [Tally(names[kind, ref], times, rows, (kind, ref)) for kind, ref, times, rows in counted]


def by_day(found: QuerySet[Access]) -> list[Tally]:
    """Days, the latest first, in the zone of the pages."""
    days = found.order_by().annotate(day=TruncDate("at")).values_list("day").annotate(Count("pk"), Sum("rows"))
    return [Tally(day.isoformat(), times, rows, day) for day, times, rows in days.order_by("-day")]


def _tallied(found: QuerySet[Access], *names: str) -> QuerySet[Access, tuple[Any, ...]]:
    counted = found.order_by().values_list(*names).annotate(times=Count("pk"), sum=Sum("rows"))
    return counted.order_by("-times", *names)[:MOST]


def record_names(wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The names of records by kind and ref, each kind read at once; what is gone is named by its ref."""
    refs: dict[str, set[str]] = defaultdict(set)
    for kind, ref in wanted:
        refs[kind].add(ref)
    names = {(kind, ref): ref for kind, found in refs.items() for ref in found}
    for kind, found in refs.items():
        if model := model_of(kind):
            for row in model._default_manager.filter(ref__in=found).prefetch_related(*getattr(model, "named_by", ())):
                names[kind, getattr(row, "ref", "")] = str(row)
    return names


def open_names(wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """As `record_names`, where nobody is told who reads them: records of which a read must be told keep to their refs."""
    found = dict.fromkeys(wanted)
    named = [
        (kind, ref)
        for kind, ref in found
        if (model := model_of(kind)) and issubclass(model, Kept) and not is_guarded(model)
    ]
    return {key: key[1] for key in found} | record_names(named)


def noun_of(kind: str) -> str:
    """What people call records of a kind, as a heading does."""
    model = model_of(kind)
    return capfirst(str(model._meta.verbose_name)) if model else kind
