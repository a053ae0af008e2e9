"""Two records that are one: what points to the loser is led over to the winner, so that it can be brought back.

A merge writes down its steps, and `undo_merge` walks them backwards:

- `move`: rows of a model whose field pointed to the loser point to the winner;
- `links`: the rows of a link table of some parents, before and after;
- `gone`: a record that is no more, with all that it held: the loser, and each row that would have stood twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models, transaction
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext as _

from rso.core import verbs
from rso.core.closing import WHY, because, objections
from rso.core.loading.load import discover as discover_tables
from rso.core.loading.tables import Link, tables
from rso.core.models import Attachment, AuditEvent, Correction, Kept, Merge
from rso.core.names import normal
from rso.core.verbs import Problem, kind_of, refuse, tell, turn

if TYPE_CHECKING:
    from rso.accounts.models import User

Step = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """Records that may turn out to be one: by which names, when they are alike besides, and in which fields they must agree."""

    model: type[Kept]
    names: Callable[[Any], Iterable[str]]
    alike: Callable[[Any, Any], bool] = lambda one, other: True
    same: tuple[str, ...] = ()


class Kinds:
    def __init__(self) -> None:
        self.all: dict[type[models.Model], Kind] = {}
        self.better: dict[type[models.Model], Callable[[Any], Any]] = {}

    def declare(self, kind: Kind) -> Kind:
        return self.all.setdefault(kind.model, kind)

    def prefer(self, model: type[models.Model], key: Callable[[Any], Any]) -> None:
        """Of two rows that would be one, the row with the greater key stays; with equal keys, the winner's."""
        self.better[model] = key


kinds = Kinds()


def discover() -> None:
    """Finds the tables of the rooms, and what of each room may stand twice."""
    discover_tables()
    autodiscover_modules("duplicates")


def candidates(model: type[Kept]) -> list[tuple[Any, Any]]:
    """Pairs that may be one, the older record first: of the same name but for case, marks and the order of words."""
    discover()
    kind = kinds.all[model]
    by_name: dict[str, dict[int, Any]] = {}
    for thing in model._default_manager.order_by("pk"):
        for name in filter(None, map(normal, kind.names(thing))):
            by_name.setdefault(name, {})[thing.pk] = thing
    pairs: dict[tuple[int, int], tuple[Any, Any]] = {}
    for same in by_name.values():
        for one, other in combinations(same.values(), 2):
            if kind.alike(one, other) and not list(_unlike(kind, one, other)):
                pairs[one.pk, other.pk] = (one, other)
    return [pairs[key] for key in sorted(pairs)]


def _unlike(kind: Kind, one: Any, other: Any) -> Iterator[Problem]:
    for name in kind.same:
        if getattr(one, name) != getattr(other, name):
            label = _field(kind.model, name).verbose_name
            says = _("differs in “%(field)s”; change that first, or leave both") % {"field": label}
            yield Problem(0, name, says)


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)


# -- merging -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moved:
    """Rows of one kind that a merge leads over or lets go, for those who decide about it."""

    noun: str
    field: str
    #: Refs, or how many there are where the rows have none.
    rows: list[str]


@dataclass(frozen=True)
class Preview:
    """What a merge would do: what points to the winner then, and which rows would stand twice: (noun, gone, stays)."""

    moved: list[Moved] = field(default_factory=list)
    folded: list[tuple[str, str, str]] = field(default_factory=list)


def preview_merge(winner: Kept, loser: Kept, *, by: User, now: datetime, reason: str = "") -> Preview:
    """Does the merge and takes it back, so that it tells the truth. Raises Refused as the merge would."""
    with turn(), transaction.atomic():
        done = merge(winner, loser, by=by, now=now, reason=reason)
        moved = list(_told(done.steps))
        transaction.set_rollback(True)
    nouns = {kind: str(apps.get_model(kind)._meta.verbose_name) for kind, _gone, _into in done.gone}
    folded = [(nouns[kind], gone, into) for kind, gone, into in done.gone if (kind, gone) != (done.kind, done.loser)]
    return Preview(moved, folded)


def _told(steps: Sequence[Step]) -> Iterator[Moved]:
    for step in steps:
        if step["do"] == "move":
            model = apps.get_model(step["model"])
            label = str(_field(model, step["field"]).verbose_name)
            found = model._default_manager.in_bulk(step["rows"])
            yield Moved(str(model._meta.verbose_name), label, [str(getattr(t, "ref", t)) for t in found.values()])
        elif step["do"] == "links":
            model = apps.get_model(step["through"])
            parents = _field(model, step["parent"]).related_model
            found = parents._default_manager.in_bulk([int(pk) for pk in step["rows"]])
            yield Moved(str(model._meta.verbose_name), step["field"], [t.ref for t in found.values()])


def merge(winner: Kept, loser: Kept, *, by: User, now: datetime, reason: str = "") -> Merge:
    """Leads everything that points to the loser over to the winner, and removes the loser. One transaction, or nothing.

    Rows that would then stand twice become one. Raises Refused where the two cannot be one, or where what must hold of
    the whole office, such as a total that a source states, would hold no longer.
    """
    discover()
    with turn():
        refuse(_gone([winner, loser]))
        for thing in (winner, loser):
            thing.refresh_from_db()
        refuse(_problems(winner, loser))
        held = {found for check in tables.checks for found in check()}
        work = _Merging(by, now, f"{loser.ref} → {winner.ref}; {reason}".rstrip("; ")[:400])
        name = loser.ref
        with because(work.reason):
            work.absorb(winner, loser)
        refuse(() if reason.strip() else _to_be_told_why(work))
        broken = [found for check in tables.checks for found in check() if found not in held]
        refuse(Problem(0, "", f"{file}: “{ref}” {says}") for file, ref, says in broken)
        tell(winner, verb="merged", by=by, now=now, reason=work.reason)
        last = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True)[0]
        return Merge.objects.create(
            kind=kind_of(type(winner)),
            loser=name,
            winner=winner.ref,
            gone=work.gone,
            steps=work.steps,
            last_event=last,
            by=by,
            at=now,
            reason=reason[:400],
        )


def _to_be_told_why(work: _Merging) -> Iterator[Problem]:
    """What of that which was led over lies in a closed period. That one record was another is no reason to change it."""
    for step in work.steps:
        for _at, _where, says in objections(_changed_by(step), by=work.by):
            yield Problem(0, WHY, says)


def _changed_by(step: Step) -> list[Any]:
    """The records that a step of a merge has changed."""
    model: Any = apps.get_model(step.get("model") or step["through"])
    if step["do"] == "gone":
        return [_as_it_was(model, step["values"])]
    if step["do"] == "links":
        model = _field(model, step["parent"]).related_model
    return list(model._default_manager.in_bulk([int(pk) for pk in step["rows"]]).values())


def _gone(things: Sequence[Kept]) -> Iterator[Problem]:
    """Those that another merged or removed meanwhile."""
    for thing in things:
        if not type(thing)._default_manager.filter(pk=thing.pk).exists():
            yield _no_longer(thing.ref)


def _no_longer(ref: str) -> Problem:
    return Problem(0, "", _("“%(ref)s” is no longer there; undo first what became of it") % {"ref": ref})


def _problems(winner: Any, loser: Any) -> Iterator[Problem]:
    if type(winner) is not type(loser) or winner.pk == loser.pk:
        yield Problem(0, "ref", _("name two records of one kind"))
        return
    kind = kinds.all.get(type(winner))
    if kind is None:
        yield Problem(0, "ref", _("records of this kind are not merged"))
        return
    yield from _unlike(kind, winner, loser)
    for own in type(winner)._meta.concrete_fields:
        if own.one_to_one and getattr(loser, own.attname) is not None:
            yield Problem(0, own.name, _("belongs to the record that would go; keep that one instead"))
        at, seen = winner, set()
        while own.related_model is type(winner) and at is not None and at.pk not in seen:
            seen.add(at.pk)
            at = getattr(at, own.name)
            if at is not None and at.pk == loser.pk:
                yield Problem(0, own.name, _("belongs to the record that would go; keep that one instead"))


def _none_better(row: Any) -> int:
    return 0


@dataclass
class _Merging:
    by: User
    now: datetime
    reason: str
    steps: list[Step] = field(default_factory=list)
    gone: list[list[str]] = field(default_factory=list)

    def absorb(self, winner: Any, loser: Any) -> None:
        """Leads all that points to a record over to another, then lets it go."""
        for relation in type(winner)._meta.get_fields(include_hidden=True):
            if isinstance(relation, models.ForeignObjectRel) and not relation.many_to_many:
                self._lead(relation.field, winner, loser)
        self._let_go(winner, loser)

    def _lead(self, own: Any, winner: Any, loser: Any) -> None:
        model: type[models.Model] = own.model
        if link := _link_of(model, own.name):
            self._lead_links(link, own, winner, loser)
            return
        better: Callable[[Any], Any] = kinds.better.get(model, _none_better)
        for mine, theirs in _twins(model, own, winner, loser):
            self.absorb(*((theirs, mine) if better(theirs) > better(mine) else (mine, theirs)))
        rows = list(model._default_manager.filter(**{own.name: loser}).order_by("pk"))
        if rows:
            self._point(model, own.name, rows, winner)
            ends = {"from": loser.pk, "to": winner.pk}
            step = {"do": "move", "model": kind_of(model), "field": own.name, "rows": [row.pk for row in rows], **ends}
            self.steps.append(step)

    def _point(self, model: type[models.Model], name: str, rows: list[Any], to: Any) -> None:
        for row in rows:
            setattr(row, name, to)
        if issubclass(model, Kept):
            verbs.change(rows, verb="led over", by=self.by, now=self.now, reason=self.reason)
        else:
            model._default_manager.bulk_update(rows, [name], batch_size=500)

    def _lead_links(self, link: Link, own: Any, winner: Any, loser: Any) -> None:
        """The rows of a link table are set anew for each parent, so that the audit trail tells them as ever."""
        through: Any = link.through
        parents = through._default_manager.filter(**{own.name: loser}).values(link.parent)
        found = _rows_of(through, link.parent, through._default_manager.filter(**{f"{link.parent}__in": parents}))
        if not found:
            return
        after = {
            pk: _once({**row, own.attname: winner.pk} if row[own.attname] == loser.pk else row for row in rows)
            for pk, rows in found.items()
        }
        self._relate(through, link.parent, after)
        rows = {str(pk): [found[pk], after[pk]] for pk in found}
        label = str(own.verbose_name)
        self.steps.append(
            {"do": "links", "through": kind_of(through), "parent": link.parent, "field": label, "rows": rows}
        )

    def _relate(self, through: Any, parent: str, wanted: dict[int, list[dict[str, Any]]]) -> None:
        things = through._meta.get_field(parent).related_model._default_manager.in_bulk(list(wanted))
        given = {things[pk]: rows for pk, rows in wanted.items()}
        verbs.relate(through, given, parent=parent, verb="links led over", by=self.by, now=self.now)

    def _let_go(self, winner: Any, loser: Any) -> None:
        model = type(loser)
        values = {f.attname: getattr(loser, f.attname) for f in _stored(model)}
        step: Step = {"do": "gone", "model": kind_of(model), "values": values, "corrections": [], "files": []}
        if isinstance(loser, Kept):
            kept = Correction.objects.filter(kind=kind_of(model), ref=loser.ref)
            step["corrections"] = [{f.attname: getattr(c, f.attname) for f in _stored(Correction)} for c in kept]
            files = Attachment.objects.filter(of_kind=kind_of(model), of_ref=loser.ref)
            step["files"] = list(files.values_list("ref", flat=True))
            files.update(of_ref=winner.ref)
            self.gone.append([kind_of(model), loser.ref, winner.ref])
            verbs.remove([loser], verb="merged", by=self.by, now=self.now, reason=self.reason, merged=True)
        else:
            loser.delete()
        self.steps.append(step)


def _link_of(through: type[models.Model], name: str) -> Link | None:
    """The link whose rows stand in a list column of their parent, where the field is its other end."""
    found = (link for table in tables.by_file.values() for link in table.links)
    return next((link for link in found if link.through is through and link.parent != name), None)


def _stored(model: type[models.Model]) -> list[Any]:
    return [f for f in model._meta.concrete_fields if not getattr(f, "generated", False)]


def _rows_of(through: Any, parent: str, links: Any) -> dict[int, list[dict[str, Any]]]:
    """What link rows say, by the id of their parent, in an order of their own."""
    names = [f.attname for f in through._meta.concrete_fields if not f.primary_key and f.name != parent]
    found: dict[int, list[dict[str, Any]]] = {}
    for pk, *values in links.values_list(f"{parent}_id", *names):
        found.setdefault(pk, []).append(dict(zip(names, values, strict=True)))
    return {pk: _once(rows) for pk, rows in found.items()}


def _once(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    found = {tuple(row.values()): row for row in rows}
    return [found[key] for key in sorted(found, key=repr)]


def _twins(model: type[models.Model], own: Any, winner: Any, loser: Any) -> Iterator[tuple[Any, Any]]:
    """Rows of the winner and of the loser that may not both point to the winner, pair by pair."""
    gone: set[int] = set()
    for constraint in model._meta.constraints:
        if not isinstance(constraint, models.UniqueConstraint) or own.name not in constraint.fields:
            continue
        names = [_field(model, name).attname for name in constraint.fields if name != own.name]
        rows = model._default_manager.filter(constraint.condition or models.Q()).order_by("pk")
        by_key = {tuple(getattr(row, name) for name in names): row for row in rows.filter(**{own.name: winner})}
        for theirs in rows.filter(**{own.name: loser}):
            key = tuple(getattr(theirs, name) for name in names)
            mine = by_key.get(key)
            if mine is not None and None not in key and not {mine.pk, theirs.pk} & gone:
                gone |= {mine.pk, theirs.pk}
                yield mine, theirs
    if own.unique:
        pair = [model._default_manager.filter(**{own.name: end}).first() for end in (winner, loser)]
        if None not in pair:
            yield pair[0], pair[1]


# -- bringing back -----------------------------------------------------------------------------------------------------


def undo_merge(done: Merge, *, by: User, now: datetime, reason: str = "") -> Merge:
    """Brings back what was before the merge. Raises Refused where something that it led over has been changed since."""
    discover()
    with turn():
        done = Merge.objects.select_for_update().get(pk=done.pk)
        refuse(_hindrances(done))
        work = _Merging(by, now, f"{done.winner} → {done.loser}; {reason}".rstrip("; ")[:400])
        with because(work.reason):
            for step in reversed(done.steps):
                _BACK[step["do"]](work, step)
        winner = apps.get_model(done.kind)._default_manager.get(ref=done.winner)
        tell(winner, verb="merge undone", by=by, now=now, reason=work.reason)
        done.undone_by, done.undone_at = by, now
        done.save(update_fields=["undone_by", "undone_at"])
    return done


def _bring_back(work: _Merging, step: Step) -> None:
    model = apps.get_model(step["model"])
    thing = _as_it_was(model, step["values"])
    if isinstance(thing, Kept):
        verbs.add([thing], verb="brought back", by=work.by, now=work.now, reason=work.reason)
    else:
        thing.save(force_insert=True)
    kept = [
        Correction(**{f.attname: f.to_python(c[f.attname]) for f in _stored(Correction)}) for c in step["corrections"]
    ]
    Correction.objects.bulk_create(kept)
    Attachment.objects.filter(ref__in=step.get("files", [])).update(of_ref=step["values"].get("ref", ""))


def _move_back(work: _Merging, step: Step) -> None:
    model: Any = apps.get_model(step["model"])
    target = model._meta.get_field(step["field"]).related_model._default_manager.get(pk=step["from"])
    work._point(model, step["field"], list(model._default_manager.in_bulk(step["rows"]).values()), target)


def _relink(work: _Merging, step: Step) -> None:
    wanted = {int(pk): before for pk, (before, _after) in step["rows"].items()}
    work._relate(apps.get_model(step["through"]), step["parent"], wanted)


_BACK: dict[str, Callable[[_Merging, Step], None]] = {"gone": _bring_back, "move": _move_back, "links": _relink}


def _hindrances(done: Merge) -> Iterator[Problem]:
    """Why a merge cannot be undone, all of it."""
    if done.undone_at:
        yield Problem(0, "", _("the merge is undone already"))
        return
    if not apps.get_model(done.kind)._default_manager.filter(ref=done.winner).exists():
        yield _no_longer(done.winner)
        return
    if not done.steps:
        yield Problem(0, "", _("who was merged has been forgotten since; nothing is left to bring back"))
    for step in done.steps:
        found = {"gone": _taken, "move": _changed_since, "links": _linked_since}[step["do"]](done, step)
        yield from (Problem(0, "", says) for says in found)


def _taken(done: Merge, step: Step) -> Iterator[str]:
    model, values = apps.get_model(step["model"]), step["values"]
    if "ref" in values and model._default_manager.filter(ref=values["ref"]).exists():
        yield _("there is another “%(ref)s” now") % {"ref": values["ref"]}


def _changed_since(done: Merge, step: Step) -> Iterator[str]:
    model: Any = apps.get_model(step["model"])
    there = model._default_manager.in_bulk(step["rows"])
    noun = model._meta.verbose_name
    if missing := len(step["rows"]) - len(there):
        yield _("%(number)s of the kind “%(noun)s” are no longer there") % {"number": missing, "noun": noun}
    refs = {getattr(row, "ref", None) for row in there.values()}
    later = AuditEvent.objects.filter(pk__gt=done.last_event, kind=step["model"]).select_related("actor").order_by("pk")
    told = {event.ref: event for event in later if event.ref in refs}
    for ref, event in sorted(told.items()):
        values = {"noun": noun, "ref": ref, "who": event.actor, "day": f"{event.at:%Y-%m-%d}"}
        yield _("%(noun)s %(ref)s was changed by %(who)s on %(day)s, after the merge") % values
    for row in there.values():
        if getattr(row, f"{step['field']}_id") != step["to"] and getattr(row, "ref", None) not in told:
            yield _("%(noun)s %(ref)s no longer points to “%(winner)s”") % {
                "noun": noun,
                "ref": getattr(row, "ref", row.pk),
                "winner": done.winner,
            }


def _linked_since(done: Merge, step: Step) -> Iterator[str]:
    through: Any = apps.get_model(step["through"])
    parents = [int(pk) for pk in step["rows"]]
    now = _rows_of(through, step["parent"], through._default_manager.filter(**{f"{step['parent']}__in": parents}))
    if moved := [pk for pk in parents if now.get(pk, []) != step["rows"][str(pk)][1]]:
        model: Any = through._meta.get_field(step["parent"]).related_model
        things = model._default_manager.in_bulk(moved)
        refs = ", ".join(things[pk].ref if pk in things else str(pk) for pk in moved)
        values = {"noun": through._meta.verbose_name, "refs": refs}
        yield _("“%(noun)s” of %(refs)s was changed after the merge") % values


def gone_in(done: Merge) -> Any:
    """The record that a merge let go, as it was then; None once it has been forgotten."""
    model = apps.get_model(done.kind)
    found = (
        s["values"]
        for s in done.steps
        if s["do"] == "gone" and s["model"] == done.kind and s["values"]["ref"] == done.loser
    )
    return next((_as_it_was(model, values) for values in found), None)


def _as_it_was(model: type[models.Model], values: Step) -> models.Model:
    return model(**{f.attname: f.to_python(values[f.attname]) for f in _stored(model)})


# -- where a ref leads -------------------------------------------------------------------------------------------------


def resolve(model: type[models.Model], ref: str) -> str:
    """The ref that stands for one that was merged away, by way of others where those were too; empty where there is none."""
    kept = Merge.objects.filter(kind=kind_of(model), undone_at=None)
    at, seen = ref, set()
    while at not in seen:
        seen.add(at)
        at = kept.filter(loser=at).order_by("-pk").values_list("winner", flat=True).first() or at
    return at if at != ref else ""
