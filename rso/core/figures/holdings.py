"""What figures hold at one time: the records that each counts, and what every record adds to it.

Records stand once on the shelf of their kind, with columns of what figures read of them; a figure marks its records there.
What two times hold is compared in `moving.py`.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, MutableSequence, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import compress, repeat
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet

from rso.core.figures.adding import Adds, Distinct, Median, Total
from rso.core.figures.dimensions import BASIS, UNKNOWN, Dimension
from rso.core.figures.gathering import columns_of, is_within, sets_of, uncollected
from rso.core.figures.reading import Reading
from rso.core.figures.suppression import OTHER
from rso.core.models import Basis
from rso.core.verbs import kind_of

M = TypeVar("M", bound=MutableSequence[Any])
HUNDRED = 100
NONE: Mapping[str, Collection[str]] = {}
#: What a record adds, by its ref: a number; a thing and heads; two days.
Rows = Mapping[str, Any]
FIRST_DAY = (1980, 1, 1, 0, 0, 0)


@dataclass
class Shelf:
    """Records of one kind, each once, in the order of their refs, and columns beside them. Their keys are not kept."""

    refs: list[str] = field(default_factory=list)
    columns: dict[str, list[Any]] = field(default_factory=dict)
    keys: list[Any] = field(default_factory=list)

    def column(self, name: str) -> list[Any]:
        return self.columns.get(name) or [None] * len(self.refs)

    def put(self, name: str, places: Sequence[int], values: Iterable[Any]) -> None:
        """Writes values beside the records at some places."""
        column = self.columns.setdefault(name, [None] * len(self.refs))
        for at, value in zip(places, values, strict=True):
            column[at] = value


@dataclass(frozen=True)
class Held:
    """What one figure holds: which records of a shelf, the columns that it adds up, and how. A share holds two others.

    `asked` tells how the database was asked for the records.
    """

    rule: str
    kind: str = ""
    marks: str = ""
    columns: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    asked: str = ""


class Holdings:
    """Shelves, marks on them, and what each figure holds, by the key under which it was asked for."""

    def __init__(self) -> None:
        self.shelves: dict[str, Shelf] = {}
        self.marks: dict[str, bytes] = {}
        self.held: dict[str, Held] = {}
        #: By kind, where the records stand that alone were read; of other kinds all were.
        self.touched: dict[str, list[int]] = {}
        self._among: dict[str, Collection[str]] = {}
        self._asked: dict[str, str] = {}
        self._digests: dict[tuple[str, str, str], str] = {}
        self._words: dict[tuple[str, str], list[str]] = {}

    # -- taking --------------------------------------------------------------------------------------------------------

    @classmethod
    def of(
        cls,
        readings: Mapping[str, Reading],
        before: Holdings | None = None,
        touched: Mapping[str, Collection[str]] = NONE,
    ) -> Holdings:
        """What figures hold now, all at once: the records of a kind are read once, however many figures count them.

        Of kinds of which it is known which records were touched since another time, those alone are read, and the others
        taken from there: where both times ask for the same.

        Of a share of a sensitive split the records are those whom the split is of, for hashes go out: which of them it
        counts is told by a column, as of every split.
        """
        found, asked = cls(), dict[str, dict[str, tuple[QuerySet[Any], set[str]]]]()
        lent = set[tuple[str, str]]()  # what is read with the records for the sake of a split, and not kept
        for key, reading in readings.items():
            parts = parts_of(key, reading)
            if reading.figure.slices:
                found.held[key] = Held("share", of=tuple(parts))
            for name, part in parts.items():
                rule, columns = how(part.figure.adds, part.figure.source.model)
                question = _question(part)
                marks = found._asked.setdefault(question, str(len(found._asked)))
                kind = kind_of(part.figure.source.model)
                _records, wanted = asked.setdefault(kind, {}).setdefault(marks, (part.records.order_by(), set()))
                wanted.update(columns)
                if reading.split_of and (said_by := _field_of(part, reading.figure.slices[1].dimension)):
                    lent.add((kind, said_by))
                    wanted.add(said_by)
                told = hashlib.sha256(question.encode()).hexdigest()
                found.held[name] = Held(rule, kind, marks, columns, asked=told)
        if before:
            found._among = {kind: refs for kind, refs in touched.items() if found._asks_as(before, kind)}
        with uncollected():
            for kind, sets in asked.items():
                found._read(kind, sets)
                if before and kind in found._among:
                    found._take(kind, before)
            for key, reading in readings.items():
                if reading.split_of:
                    found.split(f"{key}|whole", reading.split_of, reading.figure.slices[1].dimension)
        for kind, name in lent - {(held.kind, name) for held in found.held.values() for name in held.columns}:
            found.shelves[kind].columns.pop(name, None)
        return found

    def _asks_as(self, before: Holdings, kind: str) -> bool:
        """Whether all figures of a kind ask for the same records, and read the same of them, as before."""
        told = {name: (held.rule, held.columns, held.asked) for name, held in self.held.items() if held.kind == kind}
        return all(
            (held := before.held.get(name)) and (held.rule, held.columns, held.asked) == says
            for name, says in told.items()
        )

    def _those(self, kind: str, records: QuerySet[Any]) -> QuerySet[Any]:
        """Of some records those that are to be read."""
        return records.filter(ref__in=self._among[kind]) if kind in self._among else records

    def _take(self, kind: str, before: Holdings) -> None:
        """Completes a shelf of touched records by those of before; what is new among them gets a place on both shelves."""
        fresh, old, refs = self.shelves[kind], before.shelves[kind], {*self._among[kind]}
        rows = dict(zip(fresh.refs, range(len(fresh.refs)), strict=True))
        places = list(compress(range(len(old.refs)), map(refs.__contains__, old.refs)))
        new = sorted(rows.keys() - {old.refs[at] for at in places})
        places += range(len(old.refs), len(old.refs) + len(new))
        before.add(kind, new)
        read = [rows.get(old.refs[at], -1) for at in places]

        def with_those(column: M, those: Sequence[Any], none: Any) -> M:
            those = [*those, none]
            for at, row in zip(places, read, strict=True):
                column[at] = those[row]
            return column

        columns = {name: with_those([*old.column(name)], fresh.column(name), None) for name in old.columns}
        self.shelves[kind] = Shelf(old.refs, columns, with_those([None] * len(old.refs), fresh.keys, None))
        for marks, name in {held.marks: name for name, held in self.held.items() if held.kind == kind}.items():
            flags = bytearray(before.marks[before.held[name].marks])
            self.marks[marks] = bytes(with_those(flags, self.marks[marks], 0))
        self.touched[kind] = places

    def _places(self, kind: str, marks: str) -> Sequence[int]:
        """Where the records of a set stand that were read."""
        flags = self.marks[marks]
        if kind in self.touched:
            return [at for at in self.touched[kind] if flags[at]]
        return list(compress(range(len(flags)), flags))

    def _read(self, kind: str, sets: Mapping[str, tuple[QuerySet[Any], set[str]]]) -> None:
        """Reads the records that are in any of some sets, each once, with what figures read of it and which sets it is in."""
        model = next(iter(sets.values()))[0].model
        wanted = sorted(set().union(*(wanted for _records, wanted in sets.values())))
        own = [name for name in wanted if not _is_many(name, model)]
        records, within = sets_of(model, [records for records, _wanted in sets.values()])
        found = columns_of(self._those(kind, records), "ref", "pk", *within, *own)
        order = sorted(range(len(found[0])), key=found[0].__getitem__)
        refs, keys, *found = (list(map(column.__getitem__, order)) for column in found)
        shelf = self.shelves[kind] = Shelf(refs, dict(zip(own, found[len(within) :], strict=True)), keys)
        for at, (marks, (records, of_set)) in enumerate(sets.items()):
            self.marks[marks] = is_within(at, found)
            for name in sorted(of_set.difference(own)):
                several = _gathered(zip(*columns_of(self._those(kind, records), "pk", name), strict=True))
                places = self._places(kind, marks)
                shelf.put(name, places, map(several.get, map(shelf.keys.__getitem__, places)))

    def split(self, key: str, reading: Reading, slug: str) -> None:
        """Keeps the values that the records of a figure, which is held already, have of a dimension."""
        if reading.figure.slices and reading.split_of:
            return
        for name, part in parts_of(key, reading).items():
            dimension = part.figure.source.dimension(slug)
            if dimension is BASIS:
                self._bases(name, part)
            else:
                self._values(part, dimension)

    def _bases(self, key: str, reading: Reading) -> None:
        """Keeps how each record is known, which differs by figure and period: a column of the figure's own."""
        held = self.held[key]
        shelf, places = self.shelves[held.kind], self._places(held.kind, held.marks)
        known = dict(zip(*columns_of(self._those(held.kind, reading.records), "pk", reading.basis_at()), strict=True))
        shelf.put(column_of(key, BASIS.slug), places, map(known.get, map(shelf.keys.__getitem__, places)))

    def _values(self, reading: Reading, dimension: Dimension) -> None:
        kind, marks = kind_of(reading.figure.source.model), self._asked[_question(reading)]
        shelf, places = self.shelves[kind], self._places(kind, marks)
        name = f"by {dimension.slug}"
        if f"{marks} {name}" in self._asked:
            return
        self._asked[f"{marks} {name}"] = marks
        if (said_by := _field_of(reading, dimension.slug)) in shelf.columns:
            raw = [shelf.columns[said_by][at] for at in places]
            shelf.put(name, places, map(_names_of(dimension, raw).__getitem__, raw))
            return
        columns = [dimension.reader(reading.records.model), *([dimension.weight] if dimension.weight else [])]
        records = self._those(kind, reading.records.filter(**dimension.only))
        pks, raw, *weights = columns_of(records, "pk", *columns)
        names = _names_of(dimension, raw)
        if not dimension.many and not weights:
            found = dict(zip(pks, map(names.__getitem__, raw), strict=True))
            values: Iterable[Any] = map(found.get, map(shelf.keys.__getitem__, places), repeat(UNKNOWN))
        else:
            pairs: dict[Any, set[tuple[str, int]]] = {}
            for pk, value, weight in zip(pks, raw, *(weights or [[None] * len(pks)]), strict=True):
                pairs.setdefault(pk, set()).add((names[value], HUNDRED if weight is None else weight))
            nothing = {(UNKNOWN, HUNDRED)}
            values = (sorted(map(list, pairs.get(pk, nothing))) for pk in map(shelf.keys.__getitem__, places))
        shelf.put(name, places, values)

    # -- asking --------------------------------------------------------------------------------------------------------

    def keeps(self, key: str, dimensions: Iterable[str]) -> bool:
        """Whether the values that a figure's records have of these dimensions are kept."""
        columns = self.shelves[self.held[key].kind].columns
        return all(column_of(key, slug) in columns for slug in dimensions)

    def rows(
        self, key: str, cell: Mapping[str, str] | None = None, named: Collection[str] = (), places: Collection[int] | None = None
    ) -> dict[str, Any]:  # fmt: skip
        """The records that a figure holds and what each adds; with a cell, those of one row of a split, or of a crossing.

        `named` are the rows of a split of which one is of all others. Where the split was not kept there are none. With
        places, only what stands there on the shelf.
        """
        held = self.held[key]
        shelf, flags = self.shelves[held.kind], self.marks[held.marks]

        def chosen(column: Sequence[Any]) -> list[Any]:
            return list(compress(column, flags)) if places is None else [column[at] for at in places if flags[at]]

        refs = chosen(shelf.refs)
        columns = [chosen(shelf.column(name)) for name in held.columns] or [[1] * len(refs)]
        found = dict(zip(refs, columns[0] if len(columns) == 1 else zip(*columns, strict=True), strict=True))
        for dimension, wanted in (cell or {}).items():
            values = dict(zip(refs, chosen(shelf.column(column_of(key, dimension))), strict=True))
            if dimension == BASIS.slug:
                found = _known_as(Basis[wanted.upper()], held.rule, found, values)
            elif wanted == OTHER and named:
                found = {ref: n for ref, n in found.items() if _weights_in(values[ref]).keys().isdisjoint(named)}
            else:
                weights = ((ref, _weights_in(values[ref]).get(wanted)) for ref in found)
                found = {ref: _weighed(found[ref], weight) for ref, weight in weights if weight is not None}
        return found

    def total(self, key: str) -> int:
        """What the records of a figure add up to that sums or counts them."""
        held = self.held[key]
        flags = self.marks[held.marks]
        return sum(compress(self.shelves[held.kind].column(held.columns[0]), flags)) if held.columns else flags.count(1)

    def hash_of(self, key: str) -> str:
        """SHA-256 of a figure's rows in the order of the refs: of the refs, and of each column that is added up."""
        held = self.held[key]
        digests = (
            [self._digest(held, name) for name in ("", *held.columns)] if held.kind else map(self.hash_of, held.of)
        )
        return hashlib.sha256("\n".join(digests).encode()).hexdigest()

    def _digest(self, held: Held, name: str) -> str:
        asked = (held.kind, held.marks, name)
        if asked not in self._digests:
            column = compress(self._told(held.kind, name), self.marks[held.marks])
            told = f"[{','.join(column)}]" if name else "\n".join(column)
            self._digests[asked] = hashlib.sha256(told.encode()).hexdigest()
        return self._digests[asked]

    def _told(self, kind: str, name: str) -> list[str]:
        """A column as the words in which it is kept, one a record: told once, however many figures read it."""
        if not name:
            return self.shelves[kind].refs
        if (kind, name) not in self._words:
            column = self.shelves[kind].column(name)
            words = _json(column).decode()[1:-1].split(",")
            whole = len(words) == len(column)  # no value holds a comma itself
            self._words[kind, name] = words if whole else [_json(value).decode() for value in column]
        return self._words[kind, name]

    def add(self, kind: str, refs: Sequence[str]) -> None:
        """Gives more records a place on a shelf, which no figure holds."""
        shelf = self.shelves[kind]
        for name in {held.marks for held in self.held.values() if held.kind == kind}:
            self.marks[name] += bytes(len(refs))
        for column in (*shelf.columns.values(), *([shelf.keys] if shelf.keys else [])):
            column.extend([None] * len(refs))
        shelf.refs = [*shelf.refs, *refs]

    def lay(self, kind: str, refs: Sequence[str]) -> None:
        """Lays a shelf over other refs, among which are all of its own."""
        shelf = self.shelves[kind]
        places = list(map(dict(zip(shelf.refs, range(len(shelf.refs)), strict=True)).get, refs, repeat(-1)))
        for name in {held.marks for held in self.held.values() if held.kind == kind}:
            self.marks[name] = bytes(map((self.marks[name] + b"\0").__getitem__, places))
        for name, column in shelf.columns.items():
            shelf.columns[name] = list(map([*column, None].__getitem__, places))
        shelf.keys = list(map([*shelf.keys, None].__getitem__, places)) if shelf.keys else []
        shelf.refs = list(refs)

    # -- keeping -------------------------------------------------------------------------------------------------------

    def to_bytes(self) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as made:

            def write(name: str, content: bytes) -> None:
                entry = zipfile.ZipInfo(name, FIRST_DAY)
                entry.compress_type = zipfile.ZIP_DEFLATED
                made.writestr(entry, content, compresslevel=3)

            write("held.json", _json({key: vars(held) for key, held in self.held.items()}))
            for kind, shelf in self.shelves.items():
                write(f"{kind}/refs", "\n".join(shelf.refs).encode())
                for name in shelf.columns:
                    write(f"{kind}/{name}.json", f"[{','.join(self._told(kind, name))}]".encode())
            for name, flags in self.marks.items():
                write(f"marks/{name}", flags)
        return out.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Holdings:
        found = cls()
        with zipfile.ZipFile(io.BytesIO(content)) as kept:
            for key, held in json.loads(kept.read("held.json")).items():
                found.held[key] = Held(**{**held, "columns": tuple(held["columns"]), "of": tuple(held["of"])})
            for name in kept.namelist():
                kind, _slash, rest = name.partition("/")
                if kind == "marks":
                    found.marks[rest] = kept.read(name)
                elif rest:
                    shelf = found.shelves.setdefault(kind, Shelf())
                    if rest == "refs":
                        shelf.refs = kept.read(name).decode().split("\n") if kept.getinfo(name).file_size else []
                    else:
                        shelf.columns[rest.removesuffix(".json")] = json.loads(kept.read(name))
        return found


def parts_of(key: str, reading: Reading) -> dict[str, Reading]:
    """What of a figure is held, by key: itself; of a share both its parts, or whom the split is of."""
    if not reading.figure.slices:
        return {key: reading}
    if reading.split_of:
        return {f"{key}|whole": reading.split_of}
    return {f"{key}|{name}": part for name, part in zip(("part", "whole"), reading.parts, strict=True)}


def column_of(key: str, dimension: str) -> str:
    """Beside a shelf: how its records are split; by basis, for each figure apart."""
    return f"by {dimension} of {key}" if dimension == BASIS.slug else f"by {dimension}"


def _weights_in(of: str | Iterable[tuple[str, int]] | None) -> dict[str, int]:
    """The values that a record has of a dimension, in hundredths: one as it is, or several with their weights."""
    return {of: HUNDRED} if isinstance(of, str) else dict(of or ())


def _known_as(rank: int, rule: str, rows: Rows, ranks: Mapping[str, int]) -> dict[str, Any]:
    """The rows that are known so. Things that are counted once are known, each, as the weakest of its records."""
    if rule != "things":
        return {ref: row for ref, row in rows.items() if ranks.get(ref) == rank}
    weakest: dict[str, int] = {}
    for ref, row in rows.items():
        for thing in things_in(row):
            weakest[thing] = max(weakest.get(thing, 0), ranks.get(ref) or 0)
    found = {}
    for ref, row in rows.items():
        things = things_in(row)
        known = {thing for thing in things if weakest[thing] == rank}
        if known or (not things and ranks.get(ref) == rank):
            found[ref] = sorted(known) if isinstance(row, list) else row
    return found


def _field_of(reading: Reading, slug: str) -> str:
    """The field of a record that says its one value of a dimension; none where it takes more to know the value."""
    dimension = reading.figure.source.dimension(slug)
    more = dimension.many or dimension.weight or dimension.only or dimension.expression or "__" in dimension.path
    return "" if more else dimension.path


def _names_of(dimension: Dimension, raw: Iterable[Any]) -> dict[Any, str]:
    """The key of each raw value."""
    return {value: named.key for value, named in dimension.names({*raw} - {None, ""}).items()} | {"": UNKNOWN}


def _question(reading: Reading) -> str:
    """What tells one set of records from another: how the database is asked for it."""
    try:
        return f"{kind_of(reading.figure.source.model)} {reading.records.order_by().query}"
    except EmptyResultSet:
        return f"{kind_of(reading.figure.source.model)} nothing"


def _is_many(name: str, model: Any) -> bool:
    """Whether a record may name several things there, for others point to it."""
    return not model._meta.get_field(name.partition("__")[0]).concrete


def how(adds: Adds, model: Any) -> tuple[str, tuple[str, ...]]:
    """The rule by which a figure's records add up, and what it reads of each."""
    if isinstance(adds, Total):
        return ("sum", (adds.field,)) if adds.field else ("records", ())
    if isinstance(adds, Distinct):
        return "things", (_thing(adds, model), *([adds.heads] if adds.heads else []))
    if isinstance(adds, Median):
        return "days", (adds.first, adds.last)
    return "records", ()


def _thing(adds: Distinct, model: Any) -> str:
    """What of a record names the thing that is counted once."""
    if adds.named:
        return f"{adds.of}__{adds.named}"
    for part in adds.of.split("__"):
        found = model._meta.get_field(part)
        model = found.related_model
    return f"{adds.of}__ref" if model is not None else adds.of


def things_of(rows: Iterable[Any]) -> set[str]:
    return {thing for row in rows for thing in things_in(row)}


def things_in(row: Any) -> Collection[str]:
    """What a record names to be counted once: one thing, several, or with its heads beside it."""
    thing = row[0] if isinstance(row, tuple) else row
    return thing if isinstance(thing, list) else () if thing is None else (thing,)


def heads_of(row: Any) -> int:
    """Heads without a name."""
    return int(row[1] or 0) if isinstance(row, tuple) and row[0] is None else 0


def _weighed(added: Any, weight: int) -> Any:
    return added * weight if isinstance(added, int) else added


def sums_to(rule: str, rows: Rows) -> dict[str, Any]:
    """How a figure's rows add up, without saying which record adds what: how many records add each number."""
    if rule == "things":
        heads = map(heads_of, rows.values())
        return {"things": len(things_of(rows.values())), "heads": _tally(filter(None, heads))}
    if rule == "days":
        spans = ([date.fromisoformat(day) for day in row] for row in rows.values())
        return {"days": _tally((last - first).days for first, last in spans)}
    return {"numbers": _tally(rows.values())}


def _gathered(rows: Iterable[tuple[Any, Any]]) -> dict[Any, list[Any]]:
    """One row a record that names several things."""
    found: dict[Any, set[Any]] = {}
    for key, thing in rows:
        found.setdefault(key, set()).update({thing} - {None})
    return {key: sorted(things) for key, things in found.items()}


def _tally(numbers: Iterable[Any]) -> dict[str, int]:
    return dict(sorted((str(number), times) for number, times in Counter(numbers).items()))


def _json(found: Any) -> bytes:
    return json.dumps(found, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":")).encode()
