"""Which records moved a figure: what it held once, beside what it holds now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import compress
from operator import ne
from typing import Any

from rso.core.figures.dimensions import BASIS
from rso.core.figures.holdings import Holdings, column_of, heads_of, things_in, things_of

NO_CELL: Mapping[str, str] = {}


class Moves:
    """Two times side by side: the shelves of both are laid over the same refs, so that whole columns are compared at once."""

    def __init__(self, before: Holdings, now: Holdings) -> None:
        self.before, self.now = before, now
        self._names: dict[tuple[str, str, frozenset[str]], list[int]] = {}
        self._differ: dict[tuple[str, str, str], Sequence[int]] = {}
        for kind in before.shelves.keys() & now.shelves.keys():
            once, today = (side.shelves[kind].refs for side in (before, now))
            if once == today:
                continue
            both = sorted([*once, *sorted({*today}.difference(once))])
            for side in (before, now):
                if side.shelves[kind].refs != both:
                    side.lay(kind, both)

    def records(
        self, key: str, cell: Mapping[str, str] = NO_CELL, was_beside: Collection[str] = (), is_beside: Collection[str] = ()
    ) -> list[str]:  # fmt: skip
        """The records that moved a figure, or a cell of it, or nothing where it did not move: they came, went, or add something else.

        Of things that are counted once, only those records count by which a thing came or went; and heads without a name.
        A cell of all others is known by the rows that stood, and stand, beside it. One by basis is moved by records that are
        known otherwise themselves: a thing is known as the weakest of its records, and the others are not why it is another.
        """
        places = self._places(key, cell)
        beside = {*was_beside}, {*is_beside}
        within = places if beside[0] == beside[1] and BASIS.slug not in cell else None
        sides = list(zip((self.before, self.now), beside, strict=True))
        before, after = (side.rows(key, cell, names, within) for side, names in sides)
        differ = [ref for ref in {**before, **after} if before.get(ref) != after.get(ref)]
        if self.before.held[key].rule != "things":
            found = [ref for ref in differ if before.get(ref) or after.get(ref)]
        else:
            things = things_of(side[ref] for side in (before, after) for ref in differ if ref in side)
            turned = set[str]()
            named = self._naming(key, things)
            for side, names in sides:
                turned ^= things & things_of(side.rows(key, cell, names, named).values())
            found = [ref for ref in differ if _turns(before.get(ref), after.get(ref), turned)]
        if BASIS.slug in cell and places is not None:
            refs = self.before.shelves[self.before.held[key].kind].refs
            found = list({*found} & {refs[at] for at in places})
        return sorted(found)

    def _places(self, key: str, cell: Mapping[str, str]) -> list[int] | None:
        """Where on the shelf a record came or went, or another value stands; None where other things are counted now."""
        before, now = self.before.held[key], self.now.held[key]
        if (before.kind, before.columns) != (now.kind, now.columns):
            return None
        flags = self.before.marks[before.marks], self.now.marks[now.marks]
        found = set(self._unlike(before.kind, *flags))
        for name in (*before.columns, *(column_of(key, dimension) for dimension in cell)):
            found.update(at for at in self._differing(before.kind, name, now.marks) if flags[0][at] and flags[1][at])
        return sorted(found)

    def _naming(self, key: str, things: set[str]) -> list[int]:
        """Where on the shelf a record names one of some things, or named one."""
        held = self.before.held[key]
        asked = (held.kind, held.columns[0], frozenset(things))
        if asked not in self._names:
            found = set[int]()
            for side in (self.before, self.now) if things else ():
                column = side.shelves[held.kind].column(held.columns[0])
                try:
                    found.update(compress(range(len(column)), map(things.__contains__, column)))
                except TypeError:  # each record names several
                    found.update(at for at, several in enumerate(column) if not things.isdisjoint(several or ()))
            self._names[asked] = sorted(found)
        return self._names[asked]

    def _differing(self, kind: str, name: str, marks: str) -> Sequence[int]:
        """Where two columns differ. Those of splits are filled for one set of records after the other."""
        asked = (kind, name, marks if name.startswith("by ") else "")
        if asked not in self._differ:
            columns = [side.shelves[kind].column(name) for side in (self.before, self.now)]
            self._differ[asked] = self._unlike(kind, *columns)
        return self._differ[asked]

    def _unlike(self, kind: str, once: Sequence[Any], today: Sequence[Any]) -> list[int]:
        """Where two columns differ, of which only what stands beside touched records can."""
        if kind in self.now.touched:
            return [at for at in self.now.touched[kind] if once[at] != today[at]]
        return list(compress(range(len(once)), map(ne, once, today)))

    def is_still(self, key: str) -> bool:
        """Whether it is known that no record was touched that a figure holds, or held."""
        before, now = self.before.held[key], self.now.held[key]
        flags = self.before.marks[before.marks], self.now.marks[now.marks]
        return before.kind in self.now.touched and not any(
            flags[0][at] or flags[1][at] for at in self.now.touched[before.kind]
        )


def _turns(before: Any, after: Any, turned: Collection[str]) -> bool:
    """Whether a record names a thing that came or went, or heads that are others now."""
    return any(thing in turned for row in (before, after) for thing in things_in(row)) or heads_of(before) != heads_of(
        after
    )
