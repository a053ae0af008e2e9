"""Counts every figure by every dimension in plain Python, row by row: what the engine is held against.

It shares no code with the engine: it reads all records, keeps those of the period by `if`, and adds them up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from rso.core.models import Office
from rso.core.periods import Period
from rso.events.models import Event, Participation
from rso.finance.models import BudgetLine, Contribution, Expenditure
from rso.members.models import Body
from rso.outreach.models import Engagement
from rso.publications.models import Publication
from rso.workplan.models import Activity, PriorityIssue, Request, Undertaking

BASES = {1: "recorded", 2: "stated", 3: "estimated", 4: "illustrative"}
OWN = ("organised", "co_hosted", "facilitated")
DISTINCT = {
    "people-reached", "people-trained", "countries-reached-by-training", "bodies-supported-in-person", "bodies-reached",
    "undertakings-acted-on",
}  # fmt: skip
SHARES = {
    "share-of-women": ("people-reached", ("sex", {"female"}), "people-reached", ("sex", {"female", "male"})),
    "core-staff-share": ("expenditure", ("category", {"STAFF-CORE"}), "expenditure", None),
    "host-staff-share": ("expenditure", ("category", {"STAFF-IOM"}), "expenditure", None),
    "budget-against-expenditure": ("expenditure", None, "budget", None),
    "contribution-share-of-budget": ("contributions", None, "operating-budget", None),
}
PROCESS = ("member_state", "member_organisation", "observer_state", "observer_organisation")
STATES = ("member_state", "observer_state")
Values = dict[str, list[tuple[str, int]]]


@dataclass
class Row:
    """One record, or one of the things that it shows: what it counts for, how it is known, where it stands."""

    at: Values
    basis: int
    number: Any = 1
    #: What is counted once; None for a head count.
    thing: Any = None
    precision: int = 1
    days: int = 0
    known_days: int = 0
    stated: bool = False
    refs: set[str] = field(default_factory=set)


def one(value: Any) -> list[tuple[str, int]]:
    return [(str(value) if value not in (None, "") else "unknown", 100)]


def name_of(choice: Any) -> str | None:
    return choice.name.lower() if choice is not None else None


def of_activity(activity: Activity | None) -> Values:
    themes = [(part.theme.ref, part.weight) for part in activity.themes.all()] if activity else []
    return {"purpose": one(activity.purpose.ref if activity else None), "theme": themes or one(None)}


def partners(thing: Any) -> list[tuple[str, int]]:
    engaged = [(part.body.ref, 100) for part in thing.parts.all() if part.part in ("partner", "expert")]
    return sorted(set(engaged)) or one(None)


class Oracle:
    def __init__(self, period: Period) -> None:
        self.asked = period
        office = Office.objects.get()
        self.first = max(period.starts, office.records_from or date.min)
        last = period.ends - timedelta(days=1)
        self.last = min(last, office.records_to or date.max)
        #: The last day of what was asked, on which stocks are taken.
        self.on = last
        self.work = list(
            Activity.objects.select_related("purpose").prefetch_related(
                "themes__theme", "parts__body", "origins__request__parts__body", "origins__undertaking__parts__body"
            )
        )
        self.activity = {activity.pk: activity for activity in self.work}
        self.events = list(Event.objects.select_related("group").prefetch_related("parts__body"))
        self.event = {event.pk: event for event in self.events}
        self.bodies = list(Body.objects.all())
        self.kept: dict[str, list[Row]] = {}
        self.came = list(Participation.objects.select_related("member", "agency", "person"))

    def inside(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.last

    # -- answers -------------------------------------------------------------------------------------------------------

    def value(self, slug: str) -> Any:
        """The figure; None where it cannot exist."""
        if slug in SHARES:
            part, cut, whole, of = SHARES[slug]
            above, below = self._cut(part, cut), self._cut(whole, of)
            return Decimal(above) * 100 / below if below else None
        if slug == "median-days-to-answer":
            days = [row.days for row in self.rows("requests-answered")]
            return Decimal(median(days)) if days else None
        return total(slug, self.rows(slug))

    def _cut(self, slug: str, cut: tuple[str, set[str]] | None) -> int:
        if cut is None:
            return int(total(slug, self.rows(slug)))
        dimension, keys = cut
        return sum(int(number) for key, number in self.by(slug, dimension).items() if key in keys)

    def by(self, slug: str, dimension: str) -> dict[str, Any]:
        """The figure at each value of the dimension that occurs; weighted ones in exact parts, None where it cannot exist."""
        if slug in SHARES:
            part, cut, whole, of = SHARES[slug]
            above, below = (
                total_by(figure, self._of(figure, c), dimension) for figure, c in ((part, cut), (whole, of))
            )
            return {
                key: above.get(key, Decimal(0)) * 100 / below[key] if below.get(key) else None
                for key in {*above, *below}
            }
        if slug == "median-days-to-answer":
            days = defaultdict(list)
            for row in self.rows("requests-answered"):
                days[row.at[dimension][0][0]].append(row.days)
            return {key: Decimal(median(found)) for key, found in days.items()}
        return total_by(slug, self.rows(slug), dimension)

    def _of(self, slug: str, cut: tuple[str, set[str]] | None) -> list[Row]:
        """Rows of a figure that stand at one of the keys."""
        return [row for row in self.rows(slug) if cut is None or row.at[cut[0]][0][0] in cut[1]]

    def basis(self, slug: str, rows: list[Row] | None = None, finest: int = 3) -> dict[str, int]:
        """The figure by basis; each thing that is counted once stands with the weakest of its rows."""
        needed = min(finest, self.asked.precision)
        found: dict[int, Any] = defaultdict(int)
        weakest: dict[Any, int] = {}
        for row in self.rows(slug) if rows is None else rows:
            rank = 4 if row.precision > needed else row.basis
            if slug in DISTINCT and row.thing is not None:
                weakest[row.thing] = max(weakest.get(row.thing, 0), rank)
            else:
                found[rank] += row.number
        for rank in weakest.values():
            found[rank] += 1
        return {BASES[rank]: number for rank, number in sorted(found.items()) if number}

    # -- rows of each figure -------------------------------------------------------------------------------------------

    def rows(self, slug: str) -> list[Row]:
        if slug not in self.kept:
            self.kept[slug] = list(getattr(self, slug.replace("-", "_"))())
        return self.kept[slug]

    def of_event(self, event: Event) -> Values:
        return {
            "event": one(event.ref), "type": one(event.type), "mode": one(event.mode), "partner": partners(event),
            "month": one(f"{event.starts_on:%Y-%m}"), "year": one(event.starts_on.year),
            **of_activity(self.activity.get(event.activity_id)),
        }  # fmt: skip

    def _events(self) -> Iterator[tuple[Event, Row]]:
        for event in self.events:
            if self.inside(event.starts_on) and event.state == "held":
                yield event, Row(self.of_event(event), event.basis, precision=event.precision, refs={event.ref})

    def events_held(self) -> Iterator[Row]:
        return (row for event, row in self._events() if event.office_role in OWN)

    def trainings_held(self) -> Iterator[Row]:
        return (row for event, row in self._events() if event.office_role in OWN and event.type == "training")

    def group_meetings_supported(self) -> Iterator[Row]:
        return (row for event, row in self._events() if event.office_role == "supported" and event.group)

    def _came(self, *types: str, in_room: bool = False) -> Iterator[tuple[Participation, Row]]:
        for came in self.came:
            event = self.event[came.event_id]
            if not (self.inside(event.starts_on) and event.state == "held" and event.office_role in OWN):
                continue
            if came.state != 2 or came.role not in (1, 2) or (types and event.type not in types):
                continue
            if in_room and came.mode != 1:
                continue
            member, agency = came.member, came.agency
            at = self.of_event(event) | {
                "member": one(member and member.ref), "kind": one(member and member.kind),
                "country": one(member and member.country), "region": one(member and member.region),
                "presence": one({1: "in_room", 2: "online"}[came.mode]), "sex": one({None: None, 1: "female", 2: "male"}[came.sex]),
                "agency": one(agency and agency.ref),
            }  # fmt: skip
            stated = came.statement_id is not None
            yield came, Row(at, came.basis, came.number, None, event.precision, stated=stated, refs={came.ref})

    def participations(self) -> Iterator[Row]:
        return (row for _came, row in self._came())

    def training_participations(self) -> Iterator[Row]:
        return (row for _came, row in self._came("training"))

    def _people(self, *types: str) -> Iterator[Row]:
        for came, row in self._came(*types):
            row.thing = came.person_id
            yield row

    def people_reached(self) -> Iterator[Row]:
        return self._people()

    def people_trained(self) -> Iterator[Row]:
        return self._people("training")

    def countries_reached_by_training(self) -> Iterator[Row]:
        for came, row in self._came("training", "workshop", "tabletop_exercise"):
            if came.member and came.member.kind in STATES and came.member.country:
                row.thing = came.member.country
                yield row

    def _bodies(self, in_room: bool) -> Iterator[Row]:
        for came, row in self._came(in_room=in_room):
            if came.member and came.member.kind in PROCESS:
                row.thing = came.member.ref
                yield row

    def bodies_supported_in_person(self) -> Iterator[Row]:
        return self._bodies(in_room=True)

    def bodies_reached(self) -> Iterator[Row]:
        return self._bodies(in_room=False)

    # -- members and organisations -------------------------------------------------------------------------------------

    def _standing(self, *kinds: str) -> Iterator[Body]:
        for body in self.bodies:
            joined = body.joined_on is None or body.joined_on <= self.on
            if joined and (body.left_on is None or body.left_on > self.on) and (not kinds or body.kind in kinds):
                yield body

    def _body(self, body: Body, basis: int) -> Row:
        return Row({"kind": one(body.kind), "region": one(body.region)}, max(body.basis, basis), refs={body.ref})

    def members(self) -> Iterator[Row]:
        return (self._body(body, 1) for body in self._standing("member_state", "member_organisation"))

    def under_way(self) -> list[Activity]:
        return [
            activity
            for activity in self.work
            if activity.starts_on <= self.last and activity.ends_on >= self.first and activity.status not in ("cancelled", "postponed")
        ]  # fmt: skip

    def _rank(self, basis: int, precision: int) -> int:
        return 4 if precision > self.asked.precision else basis

    def _engaged(self) -> dict[str, int]:
        """Organisations with a part as partner or expert, each with the basis of its firmest evidence."""
        of = [(event, event.starts_on) for event in self.events if event.state in ("planned", "held")]
        of += [(work, work.first_issued_on) for work in Publication.objects.prefetch_related("parts__body") if work.state == "published"]  # fmt: skip
        of += [(row, row.starts_on) for row in Engagement.objects.prefetch_related("parts__body")]
        things = [thing for thing, day in of if self.inside(day)] + self.under_way()
        found: dict[str, int] = {}
        for thing in things:
            rank = self._rank(thing.basis, thing.precision)
            for ref, _share in partners(thing):
                found[ref] = min(found.get(ref, 4), rank)
        return found

    def partners_engaged(self) -> Iterator[Row]:
        engaged = self._engaged()
        kinds = set(dict(Body._meta.get_field("kind").choices)) - set(STATES)  # type: ignore[arg-type]
        return (self._body(body, engaged[body.ref]) for body in self._standing(*kinds) if body.ref in engaged)

    def members_without_activity(self) -> Iterator[Row]:
        seen: dict[str, int] = {}
        evidence = [
            (came.member.ref, self._rank(came.basis, self.event[came.event_id].precision))
            for came in self.came
            if came.member and came.state == 2 and self.event[came.event_id].state == "held"
            and self.inside(self.event[came.event_id].starts_on)
        ]  # fmt: skip
        for activity in self.under_way():
            for origin in activity.origins.all():
                asked = origin.request or origin.undertaking
                for part in asked.parts.all() if asked else ():
                    evidence.append((part.body.ref, self._rank(activity.basis, activity.precision)))
        for ref, rank in evidence:
            seen[ref] = min(seen.get(ref, 4), rank)
        weakest = max(seen.values(), default=1)
        members = self._standing("member_state", "member_organisation")
        return (self._body(body, weakest) for body in members if body.ref not in seen)

    # -- requests, undertakings, activities ----------------------------------------------------------------------------

    def _requests(self) -> Iterator[tuple[Request, Row]]:
        for request in Request.objects.all():
            if self.inside(request.received_on):
                at = {"state": one(request.state), "month": one(f"{request.received_on:%Y-%m}")}
                yield request, Row(at, request.basis, precision=request.precision, refs={request.ref})

    def requests_received(self) -> Iterator[Row]:
        return (row for _request, row in self._requests())

    def requests_open(self) -> Iterator[Row]:
        for request, row in self._requests():
            if request.answered_on is None and request.state not in ("declined", "referred"):
                yield row

    def requests_answered(self) -> Iterator[Row]:
        for request in Request.objects.filter(state="answered"):
            if self.inside(request.answered_on):
                at = {"month": one(f"{request.answered_on:%Y-%m}")}
                days = (request.answered_on - request.received_on).days
                # Days are known only where both dates are known to the day.
                basis = 4 if max(request.precision, request.answered_precision) > 1 else request.basis
                yield Row(
                    at,
                    request.basis,
                    days=days,
                    known_days=basis,
                    precision=request.answered_precision,
                    refs={request.ref},
                )

    def undertakings_recorded(self) -> Iterator[Row]:
        for said in Undertaking.objects.all():
            if self.inside(said.said_on):
                at = {"state": one(said.state), "month": one(f"{said.said_on:%Y-%m}")}
                yield Row(at, said.basis, precision=said.precision, refs={said.ref})

    def _activities(self) -> Iterator[tuple[Activity, Row]]:
        for activity in self.under_way():
            at = of_activity(activity) | {
                "status": one(activity.status), "gender-marker": one(activity.gender_marker), "partner": partners(activity),
            }  # fmt: skip
            yield activity, Row(at, activity.basis, precision=activity.precision, refs={activity.ref})

    def activities(self) -> Iterator[Row]:
        return (row for _activity, row in self._activities())

    def undertakings_acted_on(self) -> Iterator[Row]:
        for activity, row in self._activities():
            for origin in activity.origins.all():
                if origin.undertaking:
                    yield Row(row.at, row.basis, 1, origin.undertaking.ref, row.precision, refs=row.refs)

    def priorities_agreed(self) -> Iterator[Row]:
        for issue in PriorityIssue.objects.all():
            if self.inside(issue.agreed_on):
                at = {"meeting": one(issue.set_by), "month": one(f"{issue.agreed_on:%Y-%m}")}
                yield Row(at, issue.basis, precision=issue.precision, refs={issue.ref})

    # -- publications, engagements, money ------------------------------------------------------------------------------

    def publications(self) -> Iterator[Row]:
        for work in Publication.objects.prefetch_related("parts__body"):
            if self.inside(work.first_issued_on) and work.state == "published":
                at = {
                    "kind": one(work.kind),
                    "partner": partners(work),
                    **of_activity(self.activity.get(work.activity_id)),
                }
                at |= {"month": one(f"{work.first_issued_on:%Y-%m}"), "year": one(work.first_issued_on.year)}
                yield Row(at, work.basis, precision=work.precision, refs={work.ref})

    def engagements(self) -> Iterator[Row]:
        for thing in Engagement.objects.prefetch_related("parts__body"):
            if self.inside(thing.starts_on):
                at = {
                    "kind": one(thing.kind),
                    "partner": partners(thing),
                    **of_activity(self.activity.get(thing.activity_id)),
                }
                at["month"] = one(f"{thing.starts_on:%Y-%m}")
                yield Row(at, thing.basis, precision=thing.precision, refs={thing.ref})

    def expenditure(self) -> Iterator[Row]:
        for entry in Expenditure.objects.select_related("category__purpose"):
            if self.inside(entry.spent_on):
                at = self._money(entry) | {"month": one(f"{entry.spent_on:%Y-%m}"), "year": one(entry.spent_on.year)}
                yield Row(at, entry.basis, in_office_currency(entry), refs={entry.ref})

    def _money(self, row: Expenditure | BudgetLine) -> Values:
        purpose = row.category.purpose
        return {
            "category": one(row.category.ref), "purpose": one(purpose and purpose.ref), "currency": one(row.currency),
        }  # fmt: skip

    def _gifts(self) -> Iterator[tuple[Contribution, Row]]:
        for gift in Contribution.objects.select_related("funder"):
            at = {"funder": one(gift.funder.ref), "kind": one(gift.kind), "currency": one(gift.currency)}
            at["state"] = one(gift.state)
            at["month"] = one(f"{gift.received_on:%Y-%m}" if gift.received_on else None)
            yield gift, Row(at, gift.basis, in_office_currency(gift), refs={gift.ref})

    def income(self) -> Iterator[Row]:
        for gift, row in self._gifts():
            if gift.state == "received" and self.inside(gift.received_on):
                row.precision = gift.precision
                yield row

    def contributions(self) -> Iterator[Row]:
        return (row for gift, row in self._gifts() if self.inside(gift.starts_on))

    def _lines(self, kind: str) -> Iterator[tuple[BudgetLine, Row]]:
        for line in BudgetLine.objects.select_related("budget", "category__purpose"):
            if line.budget.kind == kind:
                yield line, Row(self._money(line), line.basis, in_office_currency(line), refs={line.ref})

    def budget(self) -> Iterator[Row]:
        return (row for line, row in self._lines("annual") if self.inside(line.budget.starts_on))

    def operating_budget(self) -> Iterator[Row]:
        for line, row in self._lines("operating"):
            if line.budget.starts_on <= self.on <= line.budget.ends_on:
                yield row


def total(slug: str, rows: Iterable[Row]) -> Any:
    if slug not in DISTINCT:
        return sum(row.number for row in rows)
    rows = list(rows)
    heads = sum(row.number for row in rows if row.thing is None)
    return heads + len({row.thing for row in rows if row.thing is not None})


def total_by(slug: str, rows: Iterable[Row], dimension: str) -> dict[str, Decimal]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        for key, share in row.at[dimension]:
            found[key].append(replace(row, number=Decimal(row.number) * (share if slug not in DISTINCT else 100) / 100))
    return {key: Decimal(total(slug, of)) for key, of in found.items()}


def in_office_currency(row: Any) -> int:
    """Rounded half away from zero."""
    exact = Decimal(abs(row.amount)) * row.rate / row.scale
    whole = int(exact + Decimal("0.5"))
    return -whole if row.amount < 0 else whole
