"""What figures hold at one time: the records that each counts, and what every record adds to it.

Records stand once on the shelf of their kind, with columns of what figures read of them; a figure marks its records there.
From what a figure held once and holds now follows which records moved it.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import compress
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.core.serializers.json import DjangoJSONEncoder

from rso.core.figures.adding import Adds, Distinct, Median, Total
from rso.core.figures.dimensions import BASIS, UNKNOWN, Dimension
from rso.core.figures.reading import Reading
from rso.core.figures.suppression import OTHER
from rso.core.models import Basis
from rso.core.verbs import kind_of

HUNDRED = 100
#: What a record adds, by its ref: a number; a thing and heads; two days.
Rows = Mapping[str, Any]
FIRST_DAY = (1980, 1, 1, 0, 0, 0)


@dataclass
class Shelf:
    """Records of one kind, each once, and columns beside their refs."""

    refs: list[str] = field(default_factory=list)
    columns: dict[str, list[Any]] = field(default_factory=dict)
    at: dict[str, int] = field(default_factory=dict)

    def place(self, ref: str) -> int:
        if (found := self.at.get(ref)) is not None:
            return found
        found = self.at[ref] = len(self.refs)
        self.refs.append(ref)
        return found

    def put(self, name: str, places: Iterable[int], values: Iterable[Any]) -> None:
        column = self.columns.setdefault(name, [])
        column.extend([None] * (len(self.refs) - len(column)))
        for at, value in zip(places, values, strict=True):
            column[at] = value


@dataclass(frozen=True)
class Held:
    """What one figure holds: which records of a shelf, the columns that it adds up, and how. A share holds two others."""

    rule: str
    kind: str = ""
    marks: str = ""
    columns: tuple[str, ...] = ()
    of: tuple[str, ...] = ()


class Holdings:
    """Shelves, marks on them, and what each figure holds, by the name under which it was taken."""

    def __init__(self) -> None:
        self.shelves: dict[str, Shelf] = {}
        self.marks: dict[str, bytes] = {}
        self.held: dict[str, Held] = {}
        self._known: dict[str, str] = {}
        self._hashes: dict[tuple[str, str, tuple[str, ...]], str] = {}

    # -- taking --------------------------------------------------------------------------------------------------------

    def take(self, key: str, reading: Reading) -> None:
        """Keeps the records of a figure and what each adds; of a share those of both its parts.

        Of a share of a sensitive split the records are those whom the split is of, for hashes go out: which of them it
        counts is told by a column, as of every split.
        """
        adds = reading.figure.adds
        if reading.figure.slices:
            whole = reading.split_of
            parts = {"whole": whole} if whole else dict(zip(("part", "whole"), reading.parts, strict=True))
            for name, part in parts.items():
                self.take(f"{key}|{name}", part)
            if whole:
                self._values(whole, whole.figure.source.dimension(reading.figure.slices[1].dimension))
            self.held[key] = Held("share", of=tuple(f"{key}|{name}" for name in parts))
            return
        rule, columns = how(adds, reading.figure.source.model)
        kind, marks = self._mark(reading, columns)
        self.held[key] = Held(rule, kind, marks, columns)

    def split(self, key: str, reading: Reading, slug: str) -> None:
        """Keeps the values that the records of a figure, which is taken already, have of a dimension."""
        if reading.split_of:
            return
        keys = self.held[key].of or (key,)
        for name, part in zip(keys, reading.parts if reading.figure.slices else (reading,), strict=True):
            dimension = part.figure.source.dimension(slug)
            if dimension is BASIS:
                self._bases(name, part)
            else:
                self._values(part, dimension)

    def _mark(self, reading: Reading, columns: Sequence[str]) -> tuple[str, str]:
        """Reads the refs of the records and the columns that are not known yet, each set of records once."""
        kind = kind_of(reading.figure.source.model)
        shelf = self.shelves.setdefault(kind, Shelf())
        records = reading.records.order_by()
        try:
            asked = f"{kind} {records.query}"
        except EmptyResultSet:
            asked = f"{kind} nothing"
        missing = [name for name in columns if f"{asked} {name}" not in self._known]
        if asked in self._known and not missing:
            return kind, self._known[asked]
        rows: list[Any] = [] if asked.endswith(" nothing") else list(records.values_list("ref", *missing))
        if missing and not reading.figure.source.model._meta.get_field(missing[0].partition("__")[0]).concrete:
            rows = _gathered(rows)
        places = [shelf.place(row[0]) for row in rows]
        for at, name in enumerate(missing, 1):
            shelf.put(name, places, (_plain(row[at]) for row in rows))
            self._known[f"{asked} {name}"] = name
        if asked not in self._known:
            flags = bytearray(len(shelf.refs))
            for place in places:
                flags[place] = 1
            self._known[asked] = str(len(self.marks))
            self.marks[self._known[asked]] = bytes(flags)
        return kind, self._known[asked]

    def _values(self, reading: Reading, dimension: Dimension) -> None:
        kind, marks = self._mark(reading, ())
        name, shelf = f"by {dimension.slug}", self.shelves[kind]
        if f"{kind} {marks} {name}" in self._known:
            return
        self._known[f"{kind} {marks} {name}"] = name
        columns = [dimension.reader(reading.records.model), *([dimension.weight] if dimension.weight else [])]
        rows = list(reading.records.filter(**dimension.only).order_by().values_list("ref", *columns))
        names = dimension.names({row[1] for row in rows} - {None, ""})
        found: dict[str, list[tuple[str, int]]] = {}
        for ref, raw, *weight in rows:
            key = UNKNOWN if raw in (None, "") else names[raw].key
            found.setdefault(ref, []).append((key, weight[0] if weight and weight[0] is not None else HUNDRED))
        members = list(compress(shelf.refs, self.marks[marks]))
        values = (sorted(set(found.get(ref, [(UNKNOWN, HUNDRED)]))) for ref in members)
        shelf.put(name, map(shelf.at.__getitem__, members), values)

    def _bases(self, key: str, reading: Reading) -> None:
        """Keeps how each record is known, which differs by figure and period: a column of the figure's own."""
        held = self.held[key]
        shelf, known = self.shelves[held.kind], dict(reading.records.order_by().values_list("ref", reading.basis_at()))
        members = list(compress(shelf.refs, self.marks[held.marks]))
        shelf.put(f"by {BASIS.slug} of {key}", map(shelf.at.__getitem__, members), (known[ref] for ref in members))

    # -- asking --------------------------------------------------------------------------------------------------------

    def keeps(self, key: str, dimensions: Iterable[str]) -> bool:
        """Whether the values that a figure's records have of these dimensions are kept."""
        columns = self.shelves[self.held[key].kind].columns
        return all(_column(key, slug) in columns for slug in dimensions)

    def rows(self, key: str, cell: Mapping[str, str] | None = None, named: Collection[str] = ()) -> dict[str, Any]:
        """The records that a figure holds and what each adds; with a cell, those of one row of a split, or of a crossing.

        `named` are the rows of a split of which one is of all others. Where the split was not kept there are none.
        """
        held = self.held[key]
        shelf, flags = self.shelves[held.kind], self.marks[held.marks]
        refs = list(compress(shelf.refs, flags))
        if not held.columns:
            added: Iterator[Any] = iter([1] * len(refs))
        else:
            columns = [compress(shelf.columns.get(name, ()), flags) for name in held.columns]
            added = (row[0] if len(row) == 1 else row for row in zip(*columns, strict=True))
        found = dict(zip(refs, added, strict=True))
        for dimension, wanted in (cell or {}).items():
            values = dict(zip(refs, compress(shelf.columns.get(_column(key, dimension), ()), flags), strict=False))
            if dimension == BASIS.slug:
                found = _known_as(Basis[wanted.upper()], held.rule, found, values)
            elif wanted == OTHER and named:
                found = {ref: n for ref, n in found.items() if not _values_in(values.get(ref)) & {*named}}
            else:
                weighed = {ref: weight for ref, of in values.items() for name, weight in of or () if name == wanted}
                found = {ref: _weighed(n, weighed[ref]) for ref, n in found.items() if ref in weighed}
        return found

    def standing(self, key: str) -> dict[str, Any]:
        """The records that a figure holds, each with what it adds and how it is known."""
        held, rows = self.held[key], self.rows(key)
        ranks = compress(self.shelves[held.kind].columns[_column(key, BASIS.slug)], self.marks[held.marks])
        return {ref: (row, rank) for (ref, row), rank in zip(rows.items(), ranks, strict=False)}

    def hash_of(self, key: str) -> str:
        """SHA-256 of a figure's rows: each ref with what it adds, in the order of the refs."""
        held = self.held[key]
        if held.rule == "share":
            return hashlib.sha256("\n".join(map(self.hash_of, held.of)).encode()).hexdigest()
        same = (held.kind, held.marks, held.columns)
        if same not in self._hashes:
            rows = self.rows(key)
            told = (
                _json([(ref, rows[ref]) for ref in sorted(rows)]) if held.columns else "\n".join(sorted(rows)).encode()
            )
            self._hashes[same] = hashlib.sha256(told).hexdigest()
        return self._hashes[same]

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
                for name, column in shelf.columns.items():
                    write(f"{kind}/{name}.json", _json(column))
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
                elif rest == "refs":
                    found.shelves.setdefault(kind, Shelf()).refs = kept.read(name).decode().split("\n")
                elif rest:
                    found.shelves.setdefault(kind, Shelf()).columns[rest.removesuffix(".json")] = json.loads(
                        kept.read(name)
                    )
        return found


def _column(key: str, dimension: str) -> str:
    return f"by {dimension} of {key}" if dimension == BASIS.slug else f"by {dimension}"


def _values_in(of: Iterable[tuple[str, int]] | None) -> set[str]:
    return {name for name, _weight in of or ()}


def _known_as(rank: int, rule: str, rows: Rows, ranks: Mapping[str, int]) -> dict[str, Any]:
    """The rows that are known so. Things that are counted once are known, each, as the weakest of its records."""
    if rule != "things":
        return {ref: row for ref, row in rows.items() if ranks.get(ref) == rank}
    weakest: dict[str, int] = {}
    for ref, row in rows.items():
        for thing in _things_in(row):
            weakest[thing] = max(weakest.get(thing, 0), ranks.get(ref, 0))
    found = {}
    for ref, row in rows.items():
        things = _things_in(row)
        known = {thing for thing in things if weakest[thing] == rank}
        if known or (not things and ranks.get(ref) == rank):
            found[ref] = sorted(known) if isinstance(row, list) else row
    return found


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


def moved(rule: str, before: Rows, after: Rows) -> list[str]:
    """The records that moved a figure, or nothing where it did not move: they came, went, or add something else.

    Of things that are counted once, only those records count by which a thing came or went; and heads without a name.
    """
    if rule != "things":
        differ = [ref for ref in {*before, *after} if before.get(ref) != after.get(ref)]
        return sorted(ref for ref in differ if before.get(ref) or after.get(ref))
    # Made anew: what is left of two large sets would keep their size, and be walked for each record.
    turned = frozenset(sorted(_things_of(before) ^ _things_of(after)))
    found = []
    for ref in {*before, *after}:
        both = (before.get(ref), after.get(ref))
        if any(thing in turned for row in both for thing in _things_in(row)) or _heads(both[0]) != _heads(both[1]):
            found.append(ref)
    return sorted(found)


def _things_of(rows: Rows) -> set[str]:
    return {thing for row in rows.values() for thing in _things_in(row)}


def _things_in(row: Any) -> set[str]:
    """What a record names to be counted once: one thing, several, or with its heads beside it."""
    thing = row[0] if isinstance(row, tuple) else row
    return set(thing) if isinstance(thing, list) else set() if thing is None else {thing}


def _heads(row: Any) -> int:
    return int(row[1] or 0) if isinstance(row, tuple) and row[0] is None else 0


def _weighed(added: Any, weight: int) -> Any:
    return added * weight if isinstance(added, int) else added


def sums_to(rule: str, rows: Rows) -> dict[str, Any]:
    """How a figure's rows add up, without saying which record adds what: how many records add each number."""
    if rule == "things":
        heads = [_heads(row) for row in rows.values()]
        return {"things": len(_things_of(rows)), "heads": _tally(filter(None, heads))}
    if rule == "days":
        spans = ([date.fromisoformat(day) for day in row] for row in rows.values())
        return {"days": _tally((last - first).days for first, last in spans)}
    return {"numbers": _tally(rows.values())}


def _gathered(rows: Iterable[tuple[str, Any]]) -> list[tuple[str, list[Any]]]:
    """One row a record that names several things."""
    found: dict[str, set[Any]] = {}
    for ref, thing in rows:
        found.setdefault(ref, set()).update({thing} - {None})
    return [(ref, sorted(things)) for ref, things in found.items()]


def _plain(value: Any) -> Any:
    """A value as it is kept: a day by its text."""
    return value.isoformat() if isinstance(value, date) else value


def _tally(numbers: Iterable[Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for number in numbers:
        found[str(number)] = found.get(str(number), 0) + 1
    return dict(sorted(found.items()))


def _json(found: Any) -> bytes:
    return json.dumps(found, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":")).encode()
