"""Whatever is done to the records after an edition is published, drift names exactly those that moved each figure.

What moved is told apart by `record_rows`, which reads the records behind a figure by a way of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from itertools import pairwise, product
from typing import Any

import pytest
from django.db import transaction
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from rso.accounts.models import User
from rso.core import verbs
from rso.core.figures import Distinct, registry
from rso.core.figures.holdings import Holdings
from rso.core.figures.reading import Reading
from rso.core.merging import merge
from rso.core.models import AuditEvent, Basis
from rso.core.periods import Period
from rso.core.snapshot import snapshot
from rso.core.verbs import Refused
from rso.events.actions import correct_participations, event_verbs, record_participations, strike_participations
from rso.events.models import OWN_ROLES, Event, EventType, Participation, ParticipationRole, Presence
from rso.finance.models import Expenditure
from rso.members.models import Body, Person, Sex
from rso.reports.compiler import compile_and_read
from rso.reports.drift import cells_now, drift
from rso.reports.freezing import _split as frozen_split
from rso.reports.freezing import cells_of, definition_hash, definition_of, freeze, hold, key_of
from rso.reports.listing import record_rows
from rso.reports.models import Edition, Frozen, Report, Why
from rso.workplan.actions import set_themes
from rso.workplan.models import Activity, Theme
from tests.conftest import NOW
from tests.sampling import few

YEAR = Period.year(2022)
#: Figures of people, events and bodies, and shares of them: what the edits can move.
WATCHED = (
    "participations", "people-reached", "people-trained", "training-participations", "bodies-reached",
    "bodies-supported-in-person", "countries-reached-by-training", "events-held", "trainings-held",
)  # fmt: skip


@contextmanager
def taken_back() -> Iterator[None]:
    """What an example did, undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def frozen_edition() -> tuple[Edition, Any]:
    """The annual report as publishing freezes it, without its files."""
    report = Report.objects.get(ref="annual-2022")
    last = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True)[0]
    with snapshot():
        document, reading_of = compile_and_read(report)
        rows, holdings = freeze(document, reading_of)
    edition = an_edition(document.as_at, last)
    for row in rows:
        row.edition = edition
    Frozen.objects.bulk_create(rows)
    return edition, type(holdings).from_bytes(holdings.to_bytes())


def an_edition(as_at: date, last_event: int | None = None) -> Edition:
    last = last_event or AuditEvent.objects.order_by("-pk").values_list("pk", flat=True)[0]
    by, and_by = (User.objects.get(ref=ref) for ref in ("harriet-lowe", "bagus-santoso"))
    return Edition.objects.create(
        ref="annual-2022-1", report=Report.objects.get(ref="annual-2022"), number=1, title="Annual Report 2022",
        period="2022", as_at=as_at, published_at=NOW, by=by, and_by=and_by, last_event=last,
    )  # fmt: skip


# -- edits ---------------------------------------------------------------------------------------------------------------


def _rows() -> list[Participation]:
    found = Participation.objects.filter(event__starts_on__year=2022)
    return list(found.select_related("event", "member", "agency", "person", "person__body").order_by("ref"))


def strike(at: int, by: User) -> None:
    rows = _rows()
    strike_participations([rows[at % len(rows)]], by=by, now=NOW, reason="never came")


def count_again(at: int, by: User) -> None:
    heads = [row for row in _rows() if row.person is None]
    heads[at % len(heads)].number += 1 + at % 3
    correct_participations([heads[at % len(heads)]], by=by, now=NOW)


def add_heads(at: int, by: User) -> None:
    like = _rows()[at % 50]
    made = Participation(
        ref=f"late-{Participation.objects.count()}", event=like.event, member=like.member, number=1 + at % 4,
        role=like.role, state=like.state, mode=like.mode, basis=like.basis,
    )  # fmt: skip
    record_participations([made], by=by, now=NOW)


def go_online(at: int, by: User) -> None:
    rows = _rows()
    row = rows[at % len(rows)]
    row.mode = Presence.ONLINE if row.mode != Presence.ONLINE else Presence.IN_ROOM
    correct_participations([row], by=by, now=NOW)


def reclassify(at: int, by: User) -> None:
    events = list(Event.objects.filter(starts_on__year=2022).order_by("ref"))
    event = events[at % len(events)]
    event.type = EventType.TRAINING if event.type != EventType.TRAINING else EventType.WORKSHOP
    event_verbs.change([event], by=by, now=NOW)


def postpone_to_next_year(at: int, by: User) -> None:
    events = list(Event.objects.filter(starts_on__year=2022, activity=None).order_by("ref")) or list(
        Event.objects.filter(starts_on__year=2022).order_by("ref")
    )
    event = events[at % len(events)]
    event.starts_on, event.ends_on = (day + timedelta(days=365) for day in (event.starts_on, event.ends_on))
    event_verbs.change([event], by=by, now=NOW)


def be_one(at: int, by: User) -> None:
    """Two people of one body turn out to be one."""
    people = list(Person.objects.order_by("body", "ref"))
    pairs = [(a, b) for a, b in pairwise(people) if a.body_id == b.body_id]
    winner, loser = pairs[at % len(pairs)]
    with suppress(Refused):
        merge(winner, loser, by=by, now=NOW)


def change_sex(at: int, by: User) -> None:
    """Of several at once: what few are does not move a public split."""
    rows = [row for row in _rows() if row.sex is None]
    for row in rows[: 1 + at % 60]:
        row.sex = Sex.FEMALE if at % 2 else Sex.MALE
    correct_participations(rows[: 1 + at % 60], by=by, now=NOW)


def change_agency(at: int, by: User) -> None:
    rows = _rows()
    member = rows[at % len(rows)].member
    own = Body.objects.filter(kind="agency", parent=member).order_by("ref").first()
    some = [row for row in rows if row.member_id == member.pk][: 1 + at % 9] if member and own else []
    for row in some:
        row.agency = None if row.agency else own
    correct_participations(some, by=by, now=NOW)


def know_otherwise(at: int, by: User) -> None:
    rows = _rows()
    row = rows[at % len(rows)]
    row.basis = Basis.ESTIMATED if row.basis != Basis.ESTIMATED else Basis.RECORDED
    correct_participations([row], by=by, now=NOW)


EDITS: list[Callable[[int, User], None]] = [
    strike, count_again, add_heads, go_online, reclassify, postpone_to_next_year, be_one, change_sex, change_agency, know_otherwise,
]  # fmt: skip
SOME_EDITS = st.lists(st.tuples(st.sampled_from(EDITS), st.integers(0, 300)), min_size=1, max_size=6)


def make(edits: list[tuple[Callable[[int, User], None], int]], by: User) -> None:
    """Edits one after the other; what a verb refuses is left."""
    for edit, at in edits:
        with suppress(Refused):
            edit(at, by)


# -- what truly moved ----------------------------------------------------------------------------------------------------


def behind(slug: str) -> list[dict[str, Any]]:
    return list(record_rows(slug, YEAR))


def value(slug: str) -> Any:
    return registry.find(slug).unit.exact(Reading(registry.find(slug), YEAR).value)


def truly_moved(slug: str, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> set[str]:
    if not isinstance(registry.find(slug).adds, Distinct):
        counts = [{row["ref"]: row["counts"] for row in rows} for rows in (before, after)]
        return {ref for ref in {*counts[0], *counts[1]} if counts[0].get(ref, 0) != counts[1].get(ref, 0)}
    things = [{row["ref"]: (row["counts"], row["records"]) for row in rows} for rows in (before, after)]
    turned = {ref for ref in {*things[0], *things[1]} if things[0].get(ref, (0,))[0] != things[1].get(ref, (0,))[0]}
    return {record for side in things for ref in turned if ref in side for record in side[ref][1].split(";")}


@pytest.mark.parametrize("times", few([1, 12]))
def test_drift_names_exactly_the_records_that_moved_each_figure(office, times):
    by = User.objects.get(ref="naree-boonmee")
    edition, holdings = frozen_edition()
    printed = {row.figure for row in edition.frozen.filter(by="", filter="", period="2022")}
    watched = [slug for slug in WATCHED if slug in printed]
    before = {slug: (value(slug), behind(slug)) for slug in watched}
    assert len(watched) > 6

    @settings(deadline=None, database=None, max_examples=times, derandomize=True, phases=[Phase.generate])
    @given(edits=SOME_EDITS)
    def holds(edits):
        with taken_back():
            make(edits, by)
            told = {m.frozen.figure: m for m in drift(edition, holdings) if not m.filter and m.frozen.period == "2022"}
            for slug in watched:
                was, rows = before[slug]
                found = told.get(slug)
                assert set(found.records if found else ()) == truly_moved_in(slug, rows), slug
                assert (found.published, found.now) == (was, value(slug)) if found else value(slug) == was, slug

    holds()


def truly_moved_in(slug: str, before: list[dict[str, Any]]) -> set[str]:
    adds = registry.find(slug).adds
    found = truly_moved(slug, before, behind(slug))
    if isinstance(adds, Distinct) and adds.named:
        return _by_name(slug, before)
    return found


def _by_name(slug: str, before: list[dict[str, Any]]) -> set[str]:
    """A figure that counts a name of the things (the country of a member): things of one name are one."""
    adds = registry.find(slug).adds
    assert isinstance(adds, Distinct)
    names = dict(Body.objects.values_list("ref", adds.named))
    sides = []
    for rows in (before, behind(slug)):
        side: dict[str, set[str]] = {}
        for row in rows:
            side.setdefault(names[row["ref"]], set()).update(row["records"].split(";"))
        sides.append(side)
    turned = sides[0].keys() ^ sides[1].keys()
    return {record for side in sides for name in turned for record in side.get(name, ())}


# -- cells by sex, agency and basis --------------------------------------------------------------------------------------

PEOPLE = ("participations", "people-reached")
BY = ("sex", "agency", "basis")
Stood = dict[str, tuple[Any, ...]]


def frozen_splits() -> tuple[Edition, Holdings]:
    """An edition that prints splits by all three of figures of people, and a share of women."""
    of = {slug: Reading(registry.find(slug), YEAR) for slug in (*PEOPLE, "share-of-women")}
    edition, holdings = an_edition(YEAR.last_day), hold(of.values())
    rows = [frozen_split(of[slug], by, cells_of(of[slug], by), holdings) for slug, by in product(PEOPLE, BY)]
    share = of["share-of-women"]
    printed = {
        "value": share.figure.unit.exact(share.value),
        "status": share.status.value,
        "unit": share.figure.unit.code,
    }
    key = key_of(share)
    rows.append(
        Frozen(
            key=key, figure=share.figure.slug, period="2022", **printed, version=1, definition=definition_hash(share.figure),
            as_at=share.as_at, rows=holdings.hash_of(key),
        )
    )  # fmt: skip
    for row in rows:
        row.edition = edition
        row.save()
    return edition, Holdings.from_bytes(holdings.to_bytes())


def stood(slug: str) -> Stood:
    """Each record that a figure counts as it stands: person, number, sex, agency, basis."""
    rows = Reading(registry.find(slug), YEAR).records.select_related("person", "agency")
    return {
        row.ref: (
            row.person and row.person.ref, row.number, Sex(row.sex).name.lower() if row.sex else "unknown",
            row.agency.ref if row.agency else "unknown", Basis(row.basis).slug,
        )
        for row in rows
    }  # fmt: skip


def in_cell(rows: Stood, by: str, key: str, beside: set[str]) -> Stood:
    """The records of one cell; of a person known on several grounds the weakest is the person's."""
    if by != "basis":
        at = 2 + BY.index(by)
        return {ref: row for ref, row in rows.items() if row[at] == key or (key == "other" and row[at] not in beside)}
    ranks: dict[str, int] = {}
    for person, _number, _sex, _agency, basis in rows.values():
        if person:
            ranks[person] = max(ranks.get(person, 0), Basis[basis.upper()])
    return {ref: row for ref, row in rows.items() if Basis(ranks.get(row[0], Basis[row[4].upper()])).slug == key}


def moved_in_cell(
    slug: str, by: str, key: str, sides: tuple[Stood, Stood], beside: tuple[set[str], set[str]]
) -> set[str]:
    if slug == "participations" and by == "basis":
        cells = [{ref: row for ref, row in side.items() if row[4] == key} for side in sides]
    else:
        cells = [in_cell(side, by, key, names) for side, names in zip(sides, beside, strict=True)]
    before, after = cells
    refs = {*before, *after}
    if slug == "participations":
        return {ref for ref in refs if before.get(ref, (0, 0))[1] != after.get(ref, (0, 0))[1]}
    turned = {row[0] for row in before.values()} ^ {row[0] for row in after.values()}
    heads = [{ref: row[1] for ref, row in cell.items() if row[0] is None} for cell in cells]
    return {
        ref
        for ref in refs
        if heads[0].get(ref) != heads[1].get(ref)
        or (
            any(cell[ref][0] in turned - {None} for cell in cells if ref in cell)
            and (by != "basis" or sides[0].get(ref) != sides[1].get(ref))
        )
    }


@pytest.mark.long
def test_drift_names_exactly_the_records_that_moved_each_cell_by_sex_agency_and_basis(office):
    by_whom = User.objects.get(ref="naree-boonmee")
    edition, holdings = frozen_splits()
    before = {slug: stood(slug) for slug in PEOPLE}
    splits = {(slug, by): edition.frozen.get(figure=slug, period="2022", by=by) for slug, by in product(PEOPLE, BY)}
    seen: set[str] = set()

    @settings(deadline=None, database=None, max_examples=10, derandomize=True, phases=[Phase.explicit, Phase.generate])
    @example(edits=[(change_sex, 59), (change_agency, 8), (know_otherwise, 3)])
    @example(edits=[(change_agency, 156)])
    @given(edits=SOME_EDITS)
    def holds(edits):
        with taken_back():
            make(edits, by_whom)
            told = {m.key: m for m in drift(edition, holdings) if m.is_cell and m.frozen.figure in PEOPLE}
            for (slug, by), row in splits.items():
                after = stood(slug)
                now = cells_now(Reading(registry.find(slug), YEAR, as_at=edition.as_at), row)
                was = {cell["filter"]: cell["value"] for cell in row.cells}
                beside = tuple({name.partition("=")[2] for name in side} - {"other"} for side in (was, now))
                for name in {*was, *now}:
                    value_now = now.get(name, (0 if now else None,))[0]
                    found = told.get(f"{slug}|2022|{name}")
                    if was.get(name, 0) == value_now:
                        continue
                    key = name.partition("=")[2]
                    assert found is not None, name
                    assert set(found.records) == moved_in_cell(slug, by, key, (before[slug], after), beside), name
                    seen.update([by] if found.records else [])

    holds()
    assert seen == {*BY}


def test_a_share_of_women_moves_by_those_whose_sex_is_another_and_by_nobody_else(office):
    edition, holdings = frozen_splits()
    rows = [row for row in _rows() if row.sex is None and row.person is None and row.number >= 5]
    rows[0].sex = Sex.FEMALE
    correct_participations([rows[0]], by=User.objects.get(ref="naree-boonmee"), now=NOW)
    late, like = Participation(ref="late", number=9), rows[1]
    for name in ("event", "member", "role", "state", "mode", "basis"):
        setattr(late, name, getattr(like, name))
    record_participations([late], by=User.objects.get(ref="naree-boonmee"), now=NOW)

    (moved,) = [m for m in drift(edition, holdings) if m.key == "share-of-women|2022|"]

    assert moved.published != moved.now
    assert list(moved.records) == [rows[0].ref]


def test_of_an_edition_that_did_not_keep_a_split_no_record_is_named_wrongly(office):
    edition, holdings = frozen_splits()
    for shelf in holdings.shelves.values():
        shelf.columns = {name: column for name, column in shelf.columns.items() if name != "by sex"}
    rows = [row for row in _rows() if row.person is None and row.number >= 5]
    rows[0].sex = Sex.FEMALE if rows[0].sex != Sex.FEMALE else Sex.MALE
    correct_participations([rows[0]], by=User.objects.get(ref="naree-boonmee"), now=NOW)

    cells = [m for m in drift(edition, holdings) if m.frozen.by == "sex" and m.frozen.figure in PEOPLE]

    assert {tuple(m.records) for m in cells} == {()}


def test_nothing_drifts_while_nothing_changes(office):
    edition, holdings = frozen_edition()

    assert drift(edition, holdings) == []


def test_a_record_that_moves_within_a_split_is_told_by_its_cells(office):
    edition, holdings = frozen_edition()
    event = Event.objects.filter(starts_on__year=2022, type=EventType.TRAINING, state="held").order_by("ref")[0]
    event.type = EventType.FORUM

    event_verbs.change([event], by=User.objects.get(ref="naree-boonmee"), now=NOW)

    cells = {
        m.filter: m for m in drift(edition, holdings) if m.frozen.by == "type" and m.frozen.figure == "events-held"
    }
    assert {name: (cell.by_how_much, list(cell.records)) for name, cell in cells.items()} == {
        "type=training": (-1, [event.ref]), "type=forum": (1, [event.ref]),
    }  # fmt: skip


@pytest.mark.long
def test_a_record_that_moves_by_what_it_belongs_to_is_told_with_what_was_done_to_that(office):
    naree = User.objects.get(ref="naree-boonmee")
    edition, holdings = frozen_edition()
    held = Event.objects.filter(
        starts_on__year=2022,
        state="held",
        office_role__in=OWN_ROLES,
        participations__role=ParticipationRole.PARTICIPANT,
    )
    event = held.filter(type=EventType.TRAINING).order_by("ref")[0]
    event.type = EventType.FORUM
    event_verbs.change([event], by=naree, now=NOW)
    event.title = "A title that counts nothing"
    event_verbs.change([event], by=naree, now=NOW)
    activity = Activity.objects.filter(events__in=held.exclude(pk=event.pk), themes__weight__lt=100).order_by("ref")[0]
    set_themes({activity: [{"theme": Theme.objects.get(ref="TA1"), "weight": 100}]}, by=naree, now=NOW)

    def done(by: str) -> set[tuple[str, str, str]]:
        moved = [m for m in drift(edition, holdings) if (m.frozen.figure, m.frozen.by) == ("participations", by)]
        assert {m.why for m in moved} == {Why.BETTER_DATA}
        events = [each.event for movement in moved for each in movement.touched]
        return {(told.ref, told.verb, told.actor.ref) for told in events if told and "title" not in told.after}

    assert done("type") == {(event.ref, "changed", "naree-boonmee")}
    assert done("theme") == {(activity.ref, "themes weighed", "naree-boonmee")}


def test_money_that_was_entered_late_is_told_in_the_units_that_were_printed(office):
    edition, holdings = frozen_edition()
    like = Expenditure.objects.filter(spent_on__year=2022).order_by("ref")[0]
    like.amount += 12_345
    verbs.change([like], verb="changed", by=User.objects.get(ref="marta-ilves"), now=NOW)

    (moved,) = [m for m in drift(edition, holdings) if m.key == "expenditure|2022|"]
    assert (moved.by_how_much, list(moved.records)) == (123.45, [like.ref])


def test_a_definition_says_the_same_on_every_run():
    assert [figure.slug for figure in registry if " at 0x" in definition_of(figure)] == []
