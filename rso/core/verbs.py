"""How every write happens: one transaction, its audit events inside, refusals that a person can read.

A room's verb checks its rules and then calls `add`, `change`, `remove` or `relate` with unsaved or altered instances.
Verbs are plural; the single one is the plural of one. Nouns without rules of their own take `plain` verbs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from rso.core.closing import objections, reason_given
from rso.core.inserting import insert
from rso.core.models import Attachment, AuditEvent, Correction, Kept, Merge, RankField
from rso.core.privacy import DataClass
from rso.core.search import index

if TYPE_CHECKING:
    from rso.accounts.models import User

K = TypeVar("K", bound=Kept)
#: The rows that a parent is to have in a link table.
Rows = Sequence[Mapping[str, Any]]
BATCH = 2000
#: The lock of PostgreSQL that whoever writes audit events holds until the end of the transaction.
TURN = 7_362_017


@dataclass(frozen=True)
class Problem:
    """What is wrong with one of the things that a verb was given: which one, in which field, and what would be right."""

    index: int
    field: str
    says: str | Promise


class Refused(Exception):
    """A verb will not do this. Its message is for people; `problems` says what is wrong with which thing."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(str(problem.says) for problem in self.problems))


def refuse(problems: Iterable[Problem]) -> None:
    """Raises the room's objections, all of them at once, or does nothing."""
    found = list(problems)
    if found:
        raise Refused(found)


def kind_of(model: type[models.Model]) -> str:
    return str(model._meta.label_lower)


def audited_fields(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """What of a record the audit trail keeps: all but its database id, its ref, what is untold and what the database derives."""
    untold = getattr(model, "untold", ())
    return [
        field
        for field in model._meta.concrete_fields
        if not field.primary_key
        and field.name != "ref"
        and field.name not in untold
        and not getattr(field, "generated", False)
    ]


def told(field: models.Field[Any, Any], thing: models.Model) -> Any:
    """A field's value as the audit trail keeps it: a related record by its ref, a rank by its name."""
    value = getattr(thing, field.attname)
    if isinstance(field, RankField):
        return field.name_of(value)
    if value is not None and field.is_relation and field.is_cached(thing):  # type: ignore[attr-defined]
        return getattr(getattr(thing, field.name), "ref", value)
    return value


@contextmanager
def turn() -> Iterator[None]:
    """A transaction in which writers take turns, as SQLite makes them.

    So audit events become visible in the order of their ids, and the last id that one sees names a state of the records:
    what pages keep of a figure is found by it.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])
        yield


def _refuse_closed(
    things: Sequence[Kept], by: User, reason: str, moved: Sequence[Kept] | None = None, before: Sequence[Kept] = ()
) -> None:
    """Refuses what lies in a closed period, as it was or as it would be. Of `things`, those in `moved` alone."""
    found = things if moved is None else moved
    at = {id(thing): at for at, thing in enumerate(things)}
    said = [*objections(found, by=by, reason=reason), *objections(before, by=by, reason=reason)]
    refuse(
        Problem(at[id(found[index])], where, says) for index, (where, says) in {at: rest for at, *rest in said}.items()
    )


def _whole(fields: Iterable[models.Field[Any, Any]], thing: Kept) -> dict[str, Any]:
    """All that a record says, as the audit trail keeps it."""
    return {field.name: value for field in fields if (value := told(field, thing)) not in (None, "")}


#: What stands in the office's addresses where a ref does: a record of that name could not be opened.
TAKEN = frozenset({"new", "view"})


def add(things: Sequence[K], *, verb: str, by: User, now: datetime, reason: str = "") -> Sequence[K]:
    """Creates records and one audit event each. Returns the same instances, now with their ids."""
    if not things:
        return things
    model = type(things[0])
    fields = audited_fields(model)
    says = _("is the address of another page of the site; choose another")
    refuse(Problem(at, "ref", says) for at, thing in enumerate(things) if thing.ref in TAKEN)
    with turn():
        _refuse_closed(things, by, reason)
        model._default_manager.bulk_create(things, batch_size=BATCH)
        index.keep(things)
        _record(
            model,
            ((thing.ref, {}, _whole(fields, thing)) for thing in things),
            verb=verb,
            by=by,
            now=now,
            reason=reason,
        )
    return things


def change(things: Sequence[K], *, verb: str, by: User, now: datetime, reason: str = "") -> list[K]:
    """Saves altered records and one audit event for each that differs from what is stored. Returns those that differ."""
    if not things:
        return []
    model = type(things[0])
    fields = audited_fields(model)
    with turn():
        stored = model._default_manager.select_for_update().in_bulk([thing.pk for thing in things])
        moved: list[K] = []
        counted: list[K] = []
        events = []
        touched: set[str] = set()
        for thing in things:
            old = stored[thing.pk]
            differ = [f for f in fields if getattr(old, f.attname) != getattr(thing, f.attname)]
            if differ:
                moved.append(thing)
                counted += [thing] if {f.name for f in differ} - set(model.hands_over) else []
                touched.update(f.name for f in differ)
                events.append(
                    (thing.ref, {f.name: told(f, old) for f in differ}, {f.name: told(f, thing) for f in differ})
                )
        if moved:
            _refuse_closed(things, by, reason, counted, [stored[thing.pk] for thing in counted])
            model._default_manager.bulk_update(moved, sorted(touched), batch_size=500)
            index.keep(moved, before=[stored[thing.pk] for thing in moved])
            _record(model, events, verb=verb, by=by, now=now, reason=reason)
    return moved


def remove(things: Sequence[K], *, verb: str, by: User, now: datetime, reason: str = "", merged: bool = False) -> None:
    """Deletes records that nothing else points to, and keeps in the audit trail what they said.

    What the office corrected in them goes with them, and what was merged into them, unless they are `merged` themselves.
    """
    if not things:
        return
    model = type(things[0])
    fields = audited_fields(model)
    with turn():
        _refuse_closed(things, by, reason)
        refuse(_with_files(things))
        try:
            model._default_manager.filter(pk__in=[thing.pk for thing in things]).delete()
        except (models.ProtectedError, models.RestrictedError) as error:
            holders = sorted({_called(holder, model) for holder in error.args[1]})
            says = _("still used by %(holders)s") % {"holders": ", ".join(holders[:5])}
            raise Refused([Problem(0, "ref", says)]) from error
        _forget(model, {thing.ref for thing in things}, merged)
        index.forget(things)
        _record(
            model,
            ((thing.ref, _whole(fields, thing), {}) for thing in things),
            verb=verb,
            by=by,
            now=now,
            reason=reason,
        )


def _called(holder: Any, gone: type[models.Model]) -> str:
    """What a refusal calls what points to a record: of a link, what it ties the record to. Whoever may remove a body need
    not know its people by name."""
    if not isinstance(holder, Kept):
        ends = (getattr(holder, field.name) for field in holder._meta.concrete_fields if field.is_relation)
        holder = next((end for end in ends if isinstance(end, Kept) and not isinstance(end, gone)), holder)
    called = holder.ref if holder.privacy.data_class == DataClass.PERSONAL else holder
    return f"{holder._meta.verbose_name} {called}"


def _with_files(things: Sequence[Kept]) -> list[Problem]:
    held = set(
        Attachment.objects.filter(of_kind=kind_of(type(things[0])), withdrawn_at=None).values_list("of_ref", flat=True)
    )
    says = _("has files attached; withdraw them first")
    return [Problem(at, "ref", says) for at, thing in enumerate(things) if thing.ref in held]


def _forget(model: type[models.Model], refs: set[str], merged: bool) -> None:
    kind = kind_of(model)
    stories: list[tuple[type[models.Model], str]] = [(Correction, "ref"), *([] if merged else [(Merge, "winner")])]
    for story, name in stories:
        kept = story._default_manager.filter(kind=kind).values_list("pk", name)
        if gone := [pk for pk, ref in kept if ref in refs]:
            story._default_manager.filter(pk__in=gone).delete()


def relate(
    through: type[models.Model], wanted: Mapping[K, Rows], *, parent: str, verb: str, by: User, now: datetime
) -> list[K]:
    """Makes the rows of a link table exactly `wanted` for each parent. Returns the parents whose rows changed.

    The audit event stands on the parent and tells its rows before and after, as sorted words.
    """
    if not wanted:
        return []
    columns = [f for f in through._meta.concrete_fields if not f.primary_key and f.name != parent]
    with turn():
        noun = str(through._meta.model_name)
        ends = [f.name for f in columns if f.is_relation]
        before: dict[Any, list[models.Model]] = {thing.pk: [] for thing in wanted}
        for link in through._default_manager.filter(**{f"{parent}__in": list(wanted)}).select_related(*ends):
            before[getattr(link, f"{parent}_id")].append(link)
        fresh: list[models.Model] = []
        events: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
        moved: list[K] = []
        for thing, rows in wanted.items():
            after = [through(**{parent: thing}, **row) for row in rows]
            kept, made = (
                {tuple(getattr(link, f.attname) for f in columns) for link in links}
                for links in (before[thing.pk], after)
            )
            if made != kept:
                moved.append(thing)
                fresh += after
                told = ({noun: sorted(map(str, links))} for links in (before[thing.pk], after))
                events.append((thing.ref, *told))
        if moved:
            _refuse_closed(list(wanted), by, "", moved)
            through._default_manager.filter(**{f"{parent}__in": moved}).delete()
            through._default_manager.bulk_create(fresh, batch_size=BATCH)
            _record(type(moved[0]), events, verb=verb, by=by, now=now)
    return moved


Check = Callable[[Sequence[Any]], Iterable[Problem]]


@dataclass(frozen=True)
class Verbs:
    """How one kind of record is added, changed and removed: (things, *, by, now)."""

    add: Callable[..., Any]
    change: Callable[..., Any]
    remove: Callable[..., Any]


def plain(check: Check = lambda things: ()) -> Verbs:
    """The three verbs of a noun whose only rules are those of `check`, applied to what is added or changed."""

    def add_them(things: Sequence[Any], *, by: User, now: datetime) -> Sequence[Any]:
        refuse(check(things))
        return add(things, verb="added", by=by, now=now)

    def change_them(things: Sequence[Any], *, by: User, now: datetime, reason: str = "") -> list[Any]:
        refuse(check(things))
        return change(things, verb="changed", by=by, now=now, reason=reason)

    def remove_them(things: Sequence[Any], *, by: User, now: datetime, reason: str = "") -> None:
        remove(things, verb="removed", by=by, now=now, reason=reason)

    return Verbs(add_them, change_them, remove_them)


def tell(thing: Kept, *, verb: str, by: User, now: datetime, reason: str = "") -> None:
    """Writes that something was done to a record, without saying what it holds: that a password was set."""
    with turn():
        # Whoever is signed in comes wrapped, and only __class__ sees through.
        _record(thing.__class__, [(thing.ref, {}, {})], verb=verb, by=by, now=now, reason=reason)


def _record(
    model: type[models.Model],
    events: Iterable[tuple[str, dict[str, Any], dict[str, Any]]],
    *,
    verb: str,
    by: User,
    now: datetime,
    reason: str = "",
) -> None:
    """Writes the audit events by plain SQL: as model instances they would cost more than the records themselves."""
    kind, encode = kind_of(model), DjangoJSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    reason = reason or reason_given()
    rows = [
        (now, by.pk, verb, kind, ref, encode(before) if before else "{}", encode(after) if after else "{}", reason)
        for ref, before, after in events
    ]
    insert(AuditEvent, ("at", "actor", "verb", "kind", "ref", "before", "after", "reason"), rows)
