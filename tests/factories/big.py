"""A big office, made by plain SQL: 60 members, as many years and participations as asked. Deterministic.

A year of 500 events holds the same in an office of twenty such years as in an office of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any

from django.apps import apps
from django.db import connection, models

from rso.accounts.actions import platform
from rso.accounts.models import User
from rso.core.inserting import insert
from rso.core.models import Basis, Office, Precision
from rso.events.models import Event, EventBody, EventMode, EventType, OfficeRole, Participation
from rso.finance.models import Budget, BudgetLine, Category, CategoryGroup, Contribution, Expenditure
from rso.members.models import Body, BodyKind, Person, Region
from rso.outreach.models import Engagement, EngagementBody
from rso.publications.models import Publication, PublicationBody
from rso.workplan.models import (
    Activity,
    ActivityBody,
    ActivityOrigin,
    ActivityTheme,
    CorePurpose,
    PriorityIssue,
    Request,
    RequestBody,
    Theme,
    Undertaking,
    UndertakingBody,
)

MEMBERS, AGENCIES = 60, 180


@dataclass(frozen=True)
class Years:
    first: int
    number: int

    def day(self, at: int, of: int) -> date:
        """The day of one of so many things, spread evenly."""
        return date(self.first, 1, 1) + timedelta(days=at * self.number * 365 // of)


TWENTY = Years(2004, 20)


def fill(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Inserts rows that bring their own ids."""
    ordered = iter(rows)
    while batch := list(islice(ordered, 50_000)):
        insert(model, columns, batch)
    if connection.vendor == "postgresql" and "id" in columns:
        table = model._meta.db_table
        with connection.cursor() as cursor:
            # A sequence is not taken back with the transaction: it must never fall behind the rows that were there before.
            sequence = f"pg_get_serial_sequence('{table}', 'id')"
            cursor.execute(f"SELECT setval({sequence}, GREATEST(nextval({sequence}), (SELECT MAX(id) FROM {table})))")


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("rso.")]


def clear() -> None:
    """Empties every table of ours within the transaction of a test, which puts off the check of what refers to what."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA defer_foreign_keys = ON")
        for model in our_models():
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")


def make_office(
    events: int = 10_000, participations: int = 100_000, heads_every: int = 50, years: Years = TWENTY
) -> None:
    """Fills an empty database. People attend about twice; one row in `heads_every` is a head count."""
    make_frame(years)
    make_events(events, years)
    members, agencies = ids("M"), ids("A")
    fill(Person, ("id", "ref", "basis", "name", "post", "body"), people(max(1, participations // 2), members))
    fill(Participation, PARTICIPATION, attendances(events, participations, heads_every, years, members, agencies))
    if connection.vendor == "postgresql":
        weigh()


def weigh() -> None:
    """Tells the database how many rows our tables have, as it finds out by itself in a minute.

    Ours alone: what all databases of a server share would stay locked for everyone until the test ends.
    """
    tables = [connection.ops.quote_name(model._meta.db_table) for model in our_models()]
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables) if connection.vendor == 'postgresql' else ''}")


def make_frame(years: Years) -> None:
    """Members, agencies, purposes, themes: what everything else belongs to."""
    Office.objects.create(ref="big", name="Big office", headline_period="2022")
    platform()
    regions = list(Region.values)
    Body.objects.bulk_create(
        Body(
            ref=f"M{at:02d}", name=f"Member {at:02d}", country=f"M{at:02d}", region=regions[at % len(regions)],
            kind=BodyKind.MEMBER_STATE if at < 45 else BodyKind.OBSERVER_STATE,
        )
        for at in range(MEMBERS)
    )  # fmt: skip
    states = list(Body.objects.order_by("pk"))
    Body.objects.bulk_create(
        Body(ref=f"A{at:03d}", name=f"Agency {at:03d}", kind=BodyKind.AGENCY, parent=states[at % MEMBERS])
        for at in range(AGENCIES)
    )
    Body.objects.bulk_create(
        Body(ref=f"P{at:02d}", name=f"Partner {at:02d}", kind=BodyKind.PARTNER) for at in range(40)
    )
    CorePurpose.objects.bulk_create(
        CorePurpose(ref=f"CP{at}", title=f"Purpose {at}", short=f"P{at}", order=at) for at in range(1, 5)
    )
    Theme.objects.bulk_create(
        Theme(
            ref=f"T{at}", title=f"Theme {at}", short=f"T{at}", order=at, set="thematic_area", valid_from=date(2000, 1, 1)
        )
        for at in range(1, 7)
    )  # fmt: skip
    purposes = list(CorePurpose.objects.order_by("pk").values_list("pk", flat=True))
    lead = User.objects.order_by("pk").values_list("pk", flat=True)[0]
    Activity.objects.bulk_create(
        Activity(
            ref=f"a{at:04d}", title=f"Activity {at}", purpose_id=purposes[at % 4], lead_id=lead, status="done",
            starts_on=date(years.first + at // 50, 1, 1), ends_on=date(years.first + at // 50, 12, 31),
        )
        for at in range(years.number * 50)
    )  # fmt: skip
    activities = list(Activity.objects.order_by("pk").values_list("pk", flat=True))
    themes = list(Theme.objects.order_by("pk").values_list("pk", flat=True))
    ActivityTheme.objects.bulk_create(
        ActivityTheme(activity_id=pk, theme_id=themes[(at + turn) % 6], weight=weight)
        for at, pk in enumerate(activities)
        if at % 7
        for turn, weight in ((0, 60), (1, 40))
    )


def make_events(events: int, years: Years) -> None:
    types, modes = list(EventType.values)[:7], list(EventMode.values)
    activities = list(Activity.objects.order_by("pk").values_list("pk", flat=True))
    roles = [OfficeRole.ORGANISED] * 6 + [OfficeRole.CO_HOSTED] * 2 + [OfficeRole.FACILITATED, OfficeRole.SUPPORTED]

    def rows() -> Iterator[tuple[Any, ...]]:
        for at in range(1, events + 1):
            day = years.day(at - 1, events)
            activity = activities[min((day.year - years.first) * 50 + at % 50, len(activities) - 1)]
            yield (
                at, f"e{at:06d}", Basis.RECORDED, f"Event {at}", types[at % 7], modes[at % 5], "held", "", roles[at % 10],
                "Bangkok" if at % 3 else "", "", day, day, Precision.DAY, "", "", activity,
            )  # fmt: skip

    fill(
        Event,
        (
            *("id", "ref", "basis", "title", "type", "mode", "state", "reason", "office_role", "place", "country"),
            *("starts_on", "ends_on", "precision", "summary", "outcome", "activity"),
        ),
        rows(),
    )
    partners = ids("P")
    fill(
        EventBody,
        ("event", "body", "part"),
        ((at, partners[at % 40], "partner") for at in range(1, events + 1) if at % 2),
    )


def ids(letter: str) -> list[int]:
    return list(Body.objects.filter(ref__startswith=letter).order_by("pk").values_list("pk", flat=True))


def people(number: int, members: list[int]) -> Iterator[tuple[Any, ...]]:
    for at in range(1, number + 1):
        yield at, f"p{at:07d}", Basis.RECORDED, f"Person {at}", "", members[at % MEMBERS]


PARTICIPATION = (
    *("id", "ref", "basis", "number", "sex", "role", "state", "mode", "agency", "event", "member", "person"),
)


def attendances(
    events: int, number: int, heads_every: int, years: Years, members: list[int], agencies: list[int]
) -> Iterator[tuple[Any, ...]]:
    a_year = max(1, number // 2 // years.number)
    per_event = max(1, number // events)
    for at in range(1, number + 1):
        event = min((at - 1) // per_event + 1, events)
        member = members[at % MEMBERS]
        person = (at - 1) // (2 * a_year) * a_year % (number // 2 or 1) + (at - 1) % a_year + 1
        is_head = at % heads_every == 0
        yield (
            at, f"x{at:07d}", 1 + (at % 10 == 0), 3 if is_head else 1, (None, 1, 2, 2, 1)[at % 5],
            3 if at % 25 == 0 else 1, 3 if at % 33 == 0 else 2,
            2 if at % 3 == 0 else 1, agencies[at % AGENCIES], event, member, None if is_head else person,
        )  # fmt: skip


def make_money(entries: int = 5_000, years: Years = TWENTY) -> None:
    """A ledger over the same years."""
    Category.objects.bulk_create(
        Category(ref=f"K{at}", title=f"Category {at}", short=f"K{at}", order=at, group=CategoryGroup.PROGRAMME)
        for at in range(1, 10)
    )
    kinds = list(Category.objects.order_by("pk"))
    Expenditure.objects.bulk_create(
        (
            Expenditure(
                ref=f"y{at:06d}", spent_on=years.day(at, entries), category=kinds[at % 9],
                amount=100 + at, currency="AUD",
            )
            for at in range(entries)
        ),
        batch_size=2000,
    )  # fmt: skip


def make_publications(number: int = 1_000, years: Years = TWENTY) -> None:
    Publication.objects.bulk_create(
        Publication(
            ref=f"w{at:05d}", title=f"Work {at}", kind="toolkit", state="published",
            first_issued_on=years.day(at, number),
        )
        for at in range(number)
    )  # fmt: skip


def make_work(number: int = 1_000, years: Years = TWENTY) -> None:
    """Requests, undertakings, priorities, engagements, contributions and budgets over the same years, after all the rest."""
    members, partners = ids("M"), ids("P")
    kinds = list(Category.objects.order_by("pk"))
    budgets = make_budgets(years)
    said = made(number, years, Undertaking, "u", text="We shall.", said_on=on)
    asked = made(number, years, Request, "q", title="Help", received_on=on, answered_on=on, state="answered")
    met = made(number, years, Engagement, "g", title="Met", kind="media", starts_on=on, ends_on=on)
    made(number, years, PriorityIssue, "i", title="Issue", set_by="Meeting", agreed_on=on)
    made(
        number, years, Contribution, "c", title="Gift", funder_id=lambda at, _day: partners[at % 40], kind="project", state="received",
        received_on=on, starts_on=on, ends_on=lambda _at, day: day + timedelta(days=364), amount=100_00, currency="AUD",
    )  # fmt: skip
    made(
        number, years, BudgetLine, "l", budget=lambda at, _day: budgets[at % len(budgets)], category=lambda at, _day: kinds[at % 9],
        amount=100_00, currency="AUD",
    )  # fmt: skip
    works, activities = (list(model.objects.order_by("pk")) for model in (Publication, Activity))
    joined(RequestBody, "request", asked, members)
    joined(UndertakingBody, "undertaking", said, members)
    joined(EngagementBody, "engagement", met, partners, part="partner")
    joined(PublicationBody, "publication", works, partners, part="partner")
    joined(ActivityBody, "activity", activities, partners, part="partner")
    ActivityOrigin.objects.bulk_create(
        ActivityOrigin(activity=activities[at % len(activities)], **{name: thing})
        for name, things in (("request", asked), ("undertaking", said))
        for at, thing in enumerate(things)
    )


def on(_at: int, day: date) -> date:
    return day


def made(number: int, years: Years, model: type[models.Model], letter: str, **of: Any) -> list[Any]:
    """Records spread over the years; a value that is a function is called with the record's number and its day."""
    model._default_manager.bulk_create(
        (
            model(
                ref=f"{letter}{at:05d}",
                **{name: v(at, years.day(at, number)) if callable(v) else v for name, v in of.items()},
            )
            for at in range(number)
        ),
        batch_size=500,
    )
    return list(model._default_manager.order_by("pk"))


def joined(model: type[models.Model], name: str, things: Sequence[Any], bodies: list[int], **of: Any) -> None:
    """A link of each thing to a body."""
    rows = [model(**{name: thing, "body_id": bodies[at % len(bodies)]}, **of) for at, thing in enumerate(things)]
    model._default_manager.bulk_create(rows, batch_size=500)


def make_budgets(years: Years) -> list[Budget]:
    Budget.objects.bulk_create(
        Budget(
            ref=f"b{year}-{kind}", title=f"{kind} {year}", kind=kind, starts_on=date(year, 1, 1), ends_on=date(year, 12, 31)
        )
        for year in range(years.first, years.first + years.number)
        for kind in ("annual", "operating")
    )  # fmt: skip
    return list(Budget.objects.order_by("pk"))


__all__ = ["Years", "clear", "make_money", "make_office", "make_publications", "make_work"]
