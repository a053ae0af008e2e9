"""Tries to bring back what is kept from the public: an integer program over all that it is told, and more.

The attacker is given every record but for its sensitive value: which attendances are of one person, of which member, in
which of the figures. What the engine publishes of the sensitive dimension, in any of them, binds the rest. Heads without
a name are people like others: nobody is told how many rows a delegation's count has.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from rso.core.figures import UNKNOWN, Refusal, Status, registry
from rso.core.figures.reading import OFFICE, PUBLIC, Reading
from rso.core.figures.suppression import OTHER, SMALL
from rso.core.periods import Period
from rso.events.models import EventType, Participation
from rso.members.models import Body

#: Attendances and people, at all events and at trainings: the figures that the public may split by what is sensitive.
FIGURES = ("participations", "people-reached", "training-participations", "people-trained")


@dataclass(frozen=True)
class Alike:
    """People whom the attacker cannot tell apart: of one member, as often at events and at trainings."""

    member: str
    attended: int
    trained: int

    def counts(self, figure: str) -> int:
        """For how much one of them stands in a figure."""
        numbers = (self.attended, 1, self.trained, int(self.trained > 0))
        return numbers[FIGURES.index(figure)]


class Attacker:
    """What the public is told of a year's people by sex or by agency, and what follows from it."""

    def __init__(self, period: str, dimension: str) -> None:
        self.period, self.dimension = Period.parse(period), dimension
        self.truth = self._truth()
        self.people: Counter[Alike] = Counter()
        for (alike, _value), number in self.truth.items():
            self.people[alike] += number
        self.cells = [(alike, value) for alike in self.people for value in self._values(alike)]
        self.values = {value for _alike, value in self.cells}

    def _truth(self) -> Counter[tuple[Alike, str]]:
        """How many are alike and of one value. A person of two agencies is taken for two people."""
        everyone = Reading(registry.find("participations"), self.period, reader=OFFICE).records
        rows = everyone.select_related("event", "member", "agency")
        of_person: dict[tuple[object, str], list[Participation]] = defaultdict(list)
        found: Counter[tuple[Alike, str]] = Counter()
        for row in rows:
            if row.person_id is None:
                trained = int(row.event.type == EventType.TRAINING)
                found[Alike(_ref(row.member), 1, trained), self._value(row)] += row.number
            else:
                of_person[row.person_id, self._value(row)].append(row)
        for (_person, value), came in of_person.items():
            trained = sum(row.event.type == EventType.TRAINING for row in came)
            found[Alike(_ref(came[0].member), len(came), trained), value] += 1
        return found

    def _value(self, row: Participation) -> str:
        if self.dimension == "agency":
            return _ref(row.agency)
        return {None: UNKNOWN, 1: "female", 2: "male"}[row.sex]

    @cached_property
    def agencies(self) -> Mapping[str, list[str]]:
        found = defaultdict(list)
        for agency in Body.objects.filter(kind="agency").select_related("parent").order_by("ref"):
            found[agency.parent.ref].append(agency.ref)
        return found

    def _values(self, alike: Alike) -> list[str]:
        """What someone may be: an official belongs to an agency of the own member."""
        return [UNKNOWN, *(self.agencies[alike.member] if self.dimension == "agency" else ("female", "male"))]

    # -- what is told --------------------------------------------------------------------------------------------------

    @cached_property
    def told(self) -> dict[str, dict[str, int]]:
        """What the public sees of each figure's split: numbers by key; nothing where the split is refused."""
        found: dict[str, dict[str, int]] = {}
        for slug in FIGURES:
            try:
                cells = Reading(registry.find(slug), self.period, reader=PUBLIC).by(self.dimension).rows
            except Refusal:
                cells = ()
            found[slug] = {cell.key: int(cell.value) for cell in cells if cell.status is not Status.SUPPRESSED}
        return found

    @cached_property
    def constraints(self) -> LinearConstraint:
        rows = [[float(of == alike) for of, _value in self.cells] for alike in self.people]
        sums = list(self.people.values())
        for slug, cells in self.told.items():
            for key, number in cells.items():
                # The row of others holds whatever has no row of its own.
                values = set(self.values) - set(cells) if key == OTHER else {key}
                rows.append(self.worth(slug, values))
                sums.append(number)
        return LinearConstraint(np.array(rows), sums, sums)

    def worth(self, slug: str, values: Container[str]) -> list[float]:
        """How much each cell adds to a figure's rows of some values."""
        return [float(alike.counts(slug) if value in values else 0) for alike, value in self.cells]

    # -- what follows --------------------------------------------------------------------------------------------------

    def between(self, worth: list[float]) -> tuple[int, int]:
        """The least and the most that a sum of cells can be."""
        most = np.array([self.people[alike] for alike, _value in self.cells], dtype=float)
        ends = []
        for sign in (1, -1):
            done = milp(
                sign * np.array(worth),
                constraints=self.constraints,
                integrality=np.ones(len(most)),
                bounds=Bounds(0, most),
            )
            assert done.success, done.message
            ends.append(round(sign * done.fun))
        return ends[0], ends[1]

    def small(self) -> Iterator[tuple[str, str, int, list[float]]]:
        """Every small number of people or attendances: in a figure, or in what trainings leave of all events."""
        pairs = [(slug, "") for slug in FIGURES] + [(FIGURES[0], FIGURES[2]), (FIGURES[1], FIGURES[3])]
        for whole, part in pairs:
            for value in sorted(self.values - {UNKNOWN}):
                worth = self.worth(whole, {value})
                if part:
                    worth = [a - b for a, b in zip(worth, self.worth(part, {value}), strict=True)]
                number = sum(w * self.truth[cell] for w, cell in zip(worth, self.cells, strict=True))
                if 0 < number < SMALL:
                    yield f"{whole}{' less ' + part if part else ''}", value, int(number), worth

    def recovers(self) -> list[str]:
        """Small numbers that can be but one thing."""
        found = []
        for what, value, number, worth in self.small():
            least, most = self.between(worth)
            assert least <= number <= most
            if least == most:
                found.append(f"{what}, {value}: {number}")
        return found


def _ref(body: Body | None) -> str:
    return body.ref if body else UNKNOWN
