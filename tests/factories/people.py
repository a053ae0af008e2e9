"""Small made-up years of people at events, for properties that must hold whoever came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from hypothesis import strategies as st

from rso.core.figures import registry
from rso.core.figures.reading import OFFICE, Reading
from rso.core.periods import Period
from rso.events.figures import OWN
from rso.events.models import Event, EventType, Participation
from rso.members.models import Body, BodyKind, Person

MEMBERS = 3


class Likes(NamedTuple):
    """So many people of one member, agency and sex, who came to the same events; without names they are a head count."""

    number: int
    member: int
    agency: int | None
    sex: int | None
    events: frozenset[int]
    named: bool


#: Two trainings and two other events; the first member has one agency, the second two, the third three.
years = st.lists(
    st.builds(
        Likes,
        number=st.integers(1, 9),
        member=st.integers(0, MEMBERS - 1),
        agency=st.none() | st.integers(0, MEMBERS - 1),
        sex=st.sampled_from((None, 1, 2)),
        events=st.frozensets(st.integers(0, 3), min_size=1, max_size=4),
        named=st.booleans(),
    ),
    min_size=1,
    max_size=7,
)


class Stage:
    """The events of the example year, and members made up with their agencies. Whoever came in truth has gone."""

    def __init__(self) -> None:
        own = Event.objects.filter(OWN, starts_on__year=2022).order_by("pk")
        trainings = own.filter(type=EventType.TRAINING)
        self.events = [*trainings[:2], *own.exclude(type=EventType.TRAINING)[:2]]
        self.members = [
            Body.objects.create(ref=f"H{at}", name=f"State {at}", kind=BodyKind.MEMBER_STATE) for at in range(MEMBERS)
        ]
        self.agencies = [
            [
                Body.objects.create(ref=f"H{at}-{n}", name=f"Agency {n}", kind=BodyKind.AGENCY, parent=member)
                for n in range(at + 1)
            ]
            for at, member in enumerate(self.members)
        ]

    def play(self, year: Iterable[Likes]) -> None:
        """Puts the year's people on record in place of all others."""
        Participation.objects.all().delete()
        Person.objects.filter(ref__startswith="h-").delete()
        rows = list(self._rows(year))
        Person.objects.bulk_create({id(row.person): row.person for row in rows if row.person}.values())
        Participation.objects.bulk_create(rows)

    def _rows(self, year: Iterable[Likes]) -> Iterator[Participation]:
        for at, likes in enumerate(year):
            agencies = self.agencies[likes.member]
            of = {
                "member": self.members[likes.member], "sex": likes.sex, "role": 1, "state": 2, "mode": 1,
                "agency": None if likes.agency is None else agencies[likes.agency % len(agencies)],
            }  # fmt: skip
            people = [Person(ref=f"h-{at}-{n}", name="Somchai") for n in range(likes.number)] if likes.named else [None]
            for n, person in enumerate(people):
                for event in sorted(likes.events):
                    yield Participation(
                        ref=f"h-{at}-{n}-{event}", event=self.events[event], person=person,
                        number=1 if person else likes.number, **of,
                    )  # fmt: skip


def leave_three_women() -> None:
    """Makes men of all women of the example year but three."""
    women = Reading(registry.find("people-reached"), Period.parse("2022"), reader=OFFICE).records.filter(sex=1)
    three = list(women.order_by("person").values_list("person", flat=True).distinct()[:3])
    Participation.objects.filter(sex=1).exclude(person__in=three).update(sex=2)
