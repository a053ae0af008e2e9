"""Whom the rows of a pasted list mean: people already known, new ones, or a delegation by its number."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from rso.core.loading.columns import Wrong
from rso.core.loading.load import discover
from rso.core.loading.near import near
from rso.core.loading.tables import tables
from rso.core.names import are_near, normal
from rso.core.verbs import Problem, refuse
from rso.events.entering import Entrant, head_counts
from rso.events.models import Event, Participation
from rso.events.pasting import TELLS, Pasted, PastedRow, number_of, read_pasted, role_of, sex_of, without_title
from rso.members.models import FORGOTTEN, Body, BodyKind, Person, Sex


class Verdict(StrEnum):
    """What a row of the list is found to be."""

    THERE = "there"
    KNOWN = "known"
    NEW = "new"
    HEADS = "heads"
    DOUBTFUL = "doubtful"
    WRONG = "wrong"


#: What an officer may decide of a doubtful row, besides the ref of a person who may be meant.
NEW, HEADS, SKIP = "new", "heads", "skip"


@dataclass
class Proposal:
    """A row, what it means, and what is wrong with it by column. `near` are those who may be meant where it is doubtful."""

    row: PastedRow
    verdict: Verdict = Verdict.WRONG
    entrant: Entrant | None = None
    near: list[Person] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass
class Proposals:
    pasted: Pasted
    rows: list[Proposal] = field(default_factory=list)

    @property
    def counts(self) -> Counter[Verdict]:
        return Counter(proposal.verdict for proposal in self.rows)


def propose(event: Event, text: str, *, fields: Sequence[str] = ()) -> Proposals:
    """Reads a pasted list and says of each row whom it means. Nothing is written."""
    discover()
    bodies, people = Bodies(), People(event)
    pasted = read_pasted(text, fields=fields, is_member=lambda cell: bodies.member(cell) is not None)
    found = Proposals(pasted)
    if pasted.problems:
        return found
    heads = head_counts(event)
    seen: dict[tuple[Any, ...], int] = {}
    for row in pasted.rows:
        proposal = _read(row, bodies)
        found.rows.append(proposal)
        entrant = proposal.entrant
        if entrant is None:
            continue
        if not entrant.name:
            proposal.verdict = Verdict.THERE if heads[entrant.as_heads] > 0 else Verdict.HEADS
            heads[entrant.as_heads] -= 1
            continue
        key = (normal(entrant.name), entrant.member, entrant.agency, normal(entrant.post))
        if key in seen:
            proposal.entrant = None
            proposal.problems["name"] = _("stands in line %(line)s already") % {"line": seen[key]}
            continue
        seen[key] = row.line
        people.find(proposal)
    return found


def _read(row: PastedRow, bodies: Bodies) -> Proposal:
    """What a row says, with all that is wrong in it."""
    proposal = Proposal(row)
    problems = proposal.problems
    name, told_sex = without_title(row["name"])
    texts = {"name": name, "post": row["post"]}
    for column, text in texts.items():
        try:
            texts[column] = tables.of(Person).column(column).cleaned(text)
        except Wrong as error:
            problems[column] = str(error)
    values: dict[str, Any] = {}
    readers: dict[str, Callable[[], Any]] = {
        "sex": lambda: sex_of(row["sex"]),
        "role": lambda: role_of(row["role"]),
        "number": lambda: number_of(row["number"], name),
    }
    for column, read in readers.items():
        try:
            values[column] = read()
        except ValueError as error:
            problems[column] = str(error)
    if not name and not row["number"]:
        problems["name"] = _("has neither a name nor a number of people")
    member, agency = bodies.of_row(proposal)
    if not problems:
        sex: Sex | None = values["sex"] or told_sex
        proposal.entrant = Entrant(
            row.line, texts["name"], texts["post"], member, agency, sex, values["role"], values["number"]
        )
    return proposal


class Bodies:
    """The bodies that a cell may name: by ref, by code, by any of their names."""

    def __init__(self) -> None:
        self.members: dict[str, Body] = {}
        self.agencies: dict[Body, dict[str, Body]] = defaultdict(dict)
        self.any_agency: dict[str, list[Body]] = defaultdict(list)
        for body in Body.objects.select_related("parent").order_by("-pk"):
            names = {normal(name) for name in (body.ref, *self._names(body))} - {""}
            if body.kind != BodyKind.AGENCY or body.parent is None:
                names |= {normal(code) for code in (body.iso2, body.country) if code}
                self.members.update(dict.fromkeys(names, body))
                continue
            of_state = set(normal(body.parent.name).split())
            # “Coast guard, Australia” is the coast guard where Australia stands beside it.
            short = {" ".join(word for word in name.split() if word not in of_state) for name in names} - {""}
            self.agencies[body.parent].update(dict.fromkeys(names | short, body))
            for name in names:
                self.any_agency[name].append(body)

    def _names(self, body: Body) -> Iterator[str]:
        yield from (body.name, body.long_name, *body.names.values(), *body.aliases.split(";"))

    def member(self, text: str) -> Body | None:
        return self.members.get(normal(text))

    def of_row(self, proposal: Proposal) -> tuple[Body | None, Body | None]:
        """The member and the agency of a row; an organisation that is no agency is the member itself."""
        row = proposal.row
        member = self.member(row["member"])
        if row["member"] and member is None:
            says = _("is no State or organisation that is known here")
            if close := near(normal(row["member"]), self.members):
                says = _("is not known here; did you mean %(name)s?") % {"name": self.members[close[0]].name}
            proposal.problems["member"] = says
            return None, None
        if not row["agency"]:
            return member, None
        agency = self._agency(row["agency"], member)
        if agency is not None:
            return member or agency.parent, agency
        organisation = self.member(row["agency"])
        if organisation is not None and member in (None, organisation):
            return organisation, None
        proposal.notes.append(
            _("“%(agency)s” is no agency that is known here; it is left out") % {"agency": row["agency"]}
        )
        return member, None

    def _agency(self, text: str, member: Body | None) -> Body | None:
        name = normal(text)
        if member is not None:
            return self.agencies[member].get(name)
        found = self.any_agency.get(name, [])
        return found[0] if len(found) == 1 else None


class People:
    """Those who are known, by their names, and those who are in the event already."""

    def __init__(self, event: Event) -> None:
        self.by_name: dict[str, list[Person]] = defaultdict(list)
        self.by_start: dict[str, dict[str, None]] = defaultdict(dict)
        for person in Person.objects.exclude(name=FORGOTTEN).select_related("body", "agency").order_by("pk"):
            name = normal(person.name)
            self.by_name[name].append(person)
            for word in name.split():
                self.by_start[word[:2]][name] = None
        attending = Participation.objects.filter(event=event, person__isnull=False)
        self.there: set[int] = set(attending.values_list("person", flat=True))
        #: Those who are taken by a row of the list.
        self.taken: set[int] = set()

    def find(self, proposal: Proposal) -> None:
        """Sets what a named row is: there already, known, new, or doubtful."""
        entrant = proposal.entrant
        assert entrant is not None
        same = [p for p in self.by_name.get(normal(entrant.name), ()) if p.pk not in self.taken]
        here = [person for person in same if self._may_be(person, entrant)]
        here.sort(key=lambda p: (p.pk not in self.there, p.agency != entrant.agency, p.pk))
        if here and here[0].pk in self.there:
            self._take(proposal, Verdict.THERE, here[0])
        elif len(here) == 1 and self._surely(here[0], entrant):
            self._take(proposal, Verdict.KNOWN, here[0])
        else:
            proposal.near = [*here, *(p for p in same if p not in here), *self._near(entrant)]
            proposal.verdict = Verdict.DOUBTFUL if proposal.near else Verdict.NEW

    def _take(self, proposal: Proposal, verdict: Verdict, person: Person) -> None:
        assert proposal.entrant is not None
        proposal.verdict, proposal.entrant.person = verdict, person
        self.taken.add(person.pk)

    def _may_be(self, person: Person, entrant: Entrant) -> bool:
        return None in (person.body, entrant.member) or person.body == entrant.member

    def _surely(self, person: Person, entrant: Entrant) -> bool:
        """Whether the same name is enough: one word alone is borne by many, unless the agency is the same too."""
        if person.body is None or person.body != entrant.member:
            return False
        one_word = " " not in normal(entrant.name)
        return not one_word or (entrant.agency is not None and person.agency == entrant.agency)

    def _near(self, entrant: Entrant) -> list[Person]:
        name = normal(entrant.name)
        close = dict.fromkeys(other for word in name.split() for other in self.by_start[word[:2]] if other != name)
        found = []
        for other in close:
            people = [p for p in self.by_name[other] if self._may_be(p, entrant) and p.pk not in self.taken]
            if people and are_near(name, other):
                found += people
        return found[:5]


# -- decisions ---------------------------------------------------------------------------------------------------------


def decided(proposals: Proposals, choices: Mapping[int, str]) -> list[Entrant]:
    """Whom to enter, after the officer has decided by line: a ref of those who may be meant, or new, heads, skip.

    Rows that are wrong must be skipped, and doubtful ones decided. Raises Refused with all lines that are not.
    """
    refuse(problem for at, proposal in enumerate(proposals.rows) for problem in _undecided(at, proposal, choices))
    found = []
    for proposal in proposals.rows:
        choice, entrant = choices.get(proposal.row.line, ""), proposal.entrant
        if choice == SKIP or entrant is None:
            continue
        if choice == NEW:
            entrant.person = None
        elif choice == HEADS:
            entrant.name, entrant.person = "", None
        elif choice:
            entrant.person = next(person for person in proposal.near if person.ref == choice)
        found.append(entrant)
    return found


def _undecided(at: int, proposal: Proposal, choices: Mapping[int, str]) -> Iterator[Problem]:
    line, choice = proposal.row.line, choices.get(proposal.row.line, "")
    known = {NEW, HEADS, SKIP, *(person.ref for person in proposal.near)}
    if choice and choice not in known:
        yield Problem(at, "choice", _("line %(line)s: is none of those who may be meant") % {"line": line})
    elif proposal.verdict is Verdict.WRONG and choice != SKIP:
        says = "; ".join(f"{TELLS[column]}: {text}" for column, text in proposal.problems.items())
        yield Problem(at, "choice", _("line %(line)s: %(says)s") % {"line": line, "says": says})
    elif proposal.verdict is Verdict.DOUBTFUL and not choice:
        yield Problem(at, "choice", _("line %(line)s: decide who is meant") % {"line": line})
