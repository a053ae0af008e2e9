"""Enters a list of participants: new people and the part of each, once, however often the list is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models

from rso.core.models import AuditEvent
from rso.core.names import normal
from rso.core.verbs import kind_of, turn
from rso.events.actions import record_participations
from rso.events.models import (
    Event,
    EventMode,
    EventState,
    Participation,
    ParticipationRole,
    ParticipationState,
    Presence,
)
from rso.members.actions import person_verbs
from rso.members.models import Body, Person

if TYPE_CHECKING:
    from rso.accounts.models import User


@dataclass
class Entrant:
    """Someone, or a delegation by its number where there is no name, who is to be entered in an event.

    `person` is who is meant of those who are known; without, someone new.
    """

    line: int
    name: str
    post: str = ""
    member: Body | None = None
    agency: Body | None = None
    sex: int | None = None
    role: int = ParticipationRole.PARTICIPANT
    number: int = 1
    person: Person | None = None

    @property
    def as_heads(self) -> tuple[int | None, int | None, int | None, int, int]:
        """What tells one head count of an event from another."""
        ends = [body.pk if body else None for body in (self.member, self.agency)]
        return ends[0], ends[1], self.sex, self.role, self.number


def head_counts(event: Event) -> Counter[tuple[int | None, int | None, int | None, int, int]]:
    """The head counts that an event has, so that a list that is pasted again adds none of them a second time."""
    rows = Participation.objects.filter(event=event, person=None)
    return Counter(rows.values_list("member", "agency", "sex", "role", "number"))


@dataclass(frozen=True)
class Entered:
    """What became of a list: whom it added, and how many of its rows were there already."""

    people: list[Person]
    participations: list[Participation]
    there: int


def enter_participants(event: Event, rows: Sequence[Entrant], *, by: User, now: datetime) -> Entered:
    """Enters a list of participants: new people and the part of each, all or nothing.

    Who is in the event already is left as they are, so the same list twice adds nothing the second time. Those of an event
    that has been held have attended; those of one to come are registered.
    """
    with turn():
        Event.objects.select_for_update().get(pk=event.pk)
        entering = _Entering(event)
        # Those who are known stand for themselves before anybody is looked for by name.
        for row in sorted(rows, key=lambda row: row.person is None):
            entering.enter(row)
        person_verbs.add(entering.people, by=by, now=now)
        participations = entering.participations()
        record_participations(participations, by=by, now=now)
    return Entered(entering.people, participations, len(rows) - len(participations))


class _Entering:
    def __init__(self, event: Event) -> None:
        self.event = event
        #: Rows that add something, with their person where they have one.
        self.fresh: list[tuple[Entrant, Person | None]] = []
        self.people: list[Person] = []
        self._heads = head_counts(event)
        there = list(Participation.objects.filter(event=event).select_related("person__body", "person__agency"))
        self._there = {row.person_id for row in there}
        self._names = Counter(_key(row.person.name, row.person.body, row.person.agency) for row in there if row.person)
        self._people = _free_refs(Person, "pe", 4, Person.objects.values_list("ref", flat=True))
        self._rows = _free_refs(Participation, f"{event.ref[:50]}-", 3, [row.ref for row in there])

    def enter(self, row: Entrant) -> None:
        if not row.name:
            self._heads[row.as_heads] -= 1
            if self._heads[row.as_heads] < 0:
                self.fresh.append((row, None))
            return
        key = _key(row.name, row.member, row.agency)
        if row.person is None:
            self._names[key] -= 1
            if self._names[key] < 0:
                ref = next(self._people)
                person = Person(ref=ref, name=row.name, body=row.member, agency=row.agency, post=row.post)
                self.people.append(person)
                self.fresh.append((row, person))
        elif row.person.pk in self._there:
            self._names[_key(row.person.name, row.person.body, row.person.agency)] -= 1
        else:
            self._there.add(row.person.pk)
            self.fresh.append((row, row.person))

    def participations(self) -> list[Participation]:
        event = self.event
        online = event.mode in (EventMode.ONLINE, EventMode.SELF_PACED, EventMode.VIRTUAL_REALITY)
        mode = Presence.ONLINE if online else Presence.IN_ROOM
        state = ParticipationState.ATTENDED if event.state == EventState.HELD else ParticipationState.REGISTERED
        return [
            Participation(
                ref=next(self._rows), event=event, member=row.member, agency=row.agency, person=person,
                number=row.number, sex=row.sex, role=row.role, state=state, mode=mode,
            )
            for row, person in self.fresh
        ]  # fmt: skip


def _key(name: str, body: Body | None, agency: Body | None) -> tuple[str, Body | None, Body | None]:
    return normal(name), body, agency


def _free_refs(model: type[models.Model], begins: str, digits: int, known: Iterable[str]) -> Iterator[str]:
    """Refs that no record has or has had: pe0124 after pe0123."""
    numbers = (int(rest) for ref in known if (rest := ref.removeprefix(begins)).isdecimal() and len(rest) < 9)
    first = max(numbers, default=0) + 1
    while True:
        refs = [f"{begins}{number:0{digits}}" for number in range(first, first + 500)]
        taken = set(model._default_manager.filter(ref__in=refs).values_list("ref", flat=True))
        taken |= set(AuditEvent.objects.filter(kind=kind_of(model), ref__in=refs).values_list("ref", flat=True))
        yield from (ref for ref in refs if ref not in taken)
        first += 500
