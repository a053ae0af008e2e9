"""Two records that are one become one, and the office can take it back."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rso.accounts.actions import platform
from rso.core import corrections
from rso.core.figures import registry
from rso.core.figures.reading import OFFICE, Reading
from rso.core.loading.export import as_csv, as_yaml
from rso.core.loading.load import discover, load
from rso.core.loading.tables import tables
from rso.core.merging import candidates, merge, preview_merge, resolve, undo_merge
from rso.core.models import AuditEvent, Correction, Merge
from rso.core.periods import Period
from rso.core.verbs import Refused, add, change
from rso.events.actions import record_participations
from rso.events.models import Event, EventBody, Participation, ParticipationState
from rso.members.models import Body, BodyKind, FocalPoint, Person
from tests.conftest import NOW
from tests.unit.test_loading import read

LATER = NOW + timedelta(days=1)


def everything() -> str:
    """The office's whole folder as an export writes it."""
    discover()
    found = [(table, list(table.current().values())) for table in tables.in_order()]
    return "".join(as_yaml(t, rows) if t.file.endswith("yaml") else as_csv(t, rows) for t, rows in found)


def figure(slug: str) -> int:
    value = Reading(registry.find(slug), Period.parse("2022"), reader=OFFICE).value
    assert value is not None
    return int(value)


def attend(person: Person, event: Event, **values: object) -> Participation:
    given = {"role": 1, "state": ParticipationState.ATTENDED, "mode": 1, "member": person.body, **values}
    row = Participation(ref=f"t-{person.ref}-{event.ref}", event=event, person=person, **given)
    record_participations([row], by=platform(), now=NOW)
    return row


@pytest.fixture
def trainings(office) -> list[Event]:
    """Two trainings whose rows no stated total binds."""
    return list(
        Event.objects.filter(type="training", state="held", stated=None, starts_on__year=2022).order_by("ref")[:2]
    )


@pytest.fixture
def somchai(office) -> Person:
    person = Person(ref="t-somchai", name="Somchai Jaidee", body=Body.objects.get(ref="THA"))
    add([person], verb="added", by=platform(), now=NOW)
    return person


@pytest.fixture
def jaidee(office) -> Person:
    """The same man, by another spelling."""
    person = Person(ref="t-jaidee", name="JAIDEE, Somchai", body=Body.objects.get(ref="THA"))
    add([person], verb="added", by=platform(), now=NOW)
    return person


def test_people_of_one_name_and_body_are_candidates_and_others_are_not(somchai, jaidee):
    add(
        [
            Person(ref="t-fiji", name="Somchai Jaidee", body=Body.objects.get(ref="FJI")),
            Person(ref="t-none", name="somchai jaidee"),
            Person(ref="t-other", name="Somchai Jaidi", body=somchai.body),
        ],
        verb="added", by=platform(), now=NOW,
    )  # fmt: skip

    pairs = [(one.ref, other.ref) for one, other in candidates(Person) if one.ref.startswith("t-")]

    assert pairs == [
        ("t-somchai", "t-jaidee"), ("t-somchai", "t-none"), ("t-jaidee", "t-none"), ("t-fiji", "t-none"),
    ]  # fmt: skip


def test_a_merge_leads_all_over_and_counts_the_person_once(somchai, jaidee, trainings, naree, now):
    first, second = trainings
    attend(somchai, first)
    attend(jaidee, second)
    people, attendances = figure("people-trained"), figure("training-participations")

    merge(somchai, jaidee, by=naree, now=now, reason="Same passport")

    assert [p.event for p in Participation.objects.filter(person=somchai).order_by("event__ref")] == [first, second]
    assert not Person.objects.filter(ref="t-jaidee").exists()
    assert (figure("people-trained"), figure("training-participations")) == (people - 1, attendances)
    told = AuditEvent.objects.filter(actor=naree).order_by("pk").values_list("verb", "kind", "ref", "reason")
    reason = "t-jaidee → t-somchai; Same passport"
    assert list(told) == [
        ("led over", "events.participation", f"t-t-jaidee-{second.ref}", reason),
        ("merged", "members.person", "t-jaidee", reason),
        ("merged", "members.person", "t-somchai", reason),
    ]


def test_who_stood_twice_in_an_event_stands_there_once_and_attended_if_either_did(
    somchai, jaidee, trainings, naree, now
):
    first, second = trainings
    for person, states in ((somchai, (1, 2)), (jaidee, (2, 1))):
        for event, state in zip(trainings, states, strict=True):
            attend(person, event, state=state)
    before = everything()

    seen = preview_merge(somchai, jaidee, by=naree, now=now)
    assert everything() == before
    assert seen.folded == [
        ("participation", f"t-t-somchai-{first.ref}", f"t-t-jaidee-{first.ref}"),
        ("participation", f"t-t-jaidee-{second.ref}", f"t-t-somchai-{second.ref}"),
    ]
    assert [(m.noun, m.rows) for m in seen.moved] == [("participation", [f"t-t-jaidee-{first.ref}"])]

    done = merge(somchai, jaidee, by=naree, now=now)
    rows = Participation.objects.filter(person=somchai).order_by("event__ref")
    assert [(row.event, row.state) for row in rows] == [(first, 2), (second, 2)]

    undo_merge(done, by=naree, now=LATER)
    assert everything() == before


def test_a_body_is_merged_with_its_links_and_brought_back_with_them(office, naree, now):
    event = Event.objects.order_by("ref")[0]
    one, other = (Body(ref=f"t-{name}", kind=BodyKind.PARTNER, name="The Fund") for name in ("fund", "funds"))
    add([one, other], verb="added", by=platform(), now=NOW)
    for body in (one, other):
        EventBody.objects.create(event=event, body=body, part="funder")
    EventBody.objects.create(event=event, body=other, part="host")
    before = everything()
    assert [(a.ref, b.ref) for a, b in candidates(Body) if a == one] == [("t-fund", "t-funds")]

    done = merge(one, other, by=naree, now=now)

    parts = EventBody.objects.filter(event=event, body=one).order_by("part").values_list("part", flat=True)
    assert list(parts) == ["funder", "host"]
    undo_merge(done, by=naree, now=LATER)
    assert everything() == before


@pytest.mark.parametrize(
    ("winner", "loser", "says"),
    [
        ("THA", "THA", "name two records of one kind"),
        ("THA", "IOM", "differs in “kind”; change that first, or leave both"),
    ],
)
def test_what_cannot_be_one_is_refused(office, naree, now, winner, loser, says):
    with pytest.raises(Refused) as refused:
        merge(Body.objects.get(ref=winner), Body.objects.get(ref=loser), by=naree, now=now)

    assert str(refused.value) == says


def test_whoever_signs_in_stays_or_the_account_would_belong_to_nobody(jaidee, naree, josefa, now):
    waqa = Person.objects.get(account=josefa)
    with pytest.raises(Refused, match="belongs to the record that would go; keep that one instead"):
        merge(jaidee, waqa, by=naree, now=now)

    merge(waqa, jaidee, by=naree, now=now)

    assert Person.objects.get(account=josefa) == waqa


def test_a_merge_that_would_break_a_total_that_a_source_states_is_refused_whole(office, naree, now):
    one, other = Participation.objects.filter(statement__ref="st-forum-delegates", person__isnull=False).order_by(
        "ref"
    )[:2]
    before = everything()

    with pytest.raises(Refused, match="st-forum-delegates"), transaction.atomic():
        merge(one.person, other.person, by=naree, now=now)

    assert (everything(), Merge.objects.count()) == (before, 0)


def test_a_merge_is_not_undone_once_what_it_led_over_has_changed(somchai, jaidee, trainings, naree, josefa, now):
    row = attend(jaidee, trainings[0])
    done = merge(somchai, jaidee, by=naree, now=now)
    row.refresh_from_db()
    row.mode = 2
    change([row], verb="corrected", by=naree, now=LATER)

    with pytest.raises(Refused) as refused, transaction.atomic():
        undo_merge(done, by=naree, now=LATER)

    says = f"participation {row.ref} was changed by Naree Boonmee on 2023-04-01, after the merge"
    assert str(refused.value) == says


def test_a_merge_is_undone_once_and_the_later_one_first(somchai, jaidee, naree, now):
    third = Person(ref="t-third", name="Somchai Jaidee")
    add([third], verb="added", by=platform(), now=NOW)
    before = everything()
    first = merge(somchai, jaidee, by=naree, now=now)
    second = merge(third, somchai, by=naree, now=now)
    assert resolve(Person, "t-jaidee") == "t-third"

    with (
        pytest.raises(Refused, match="“t-somchai” is no longer there; undo first what became of it"),
        transaction.atomic(),
    ):
        undo_merge(first, by=naree, now=LATER)
    undo_merge(second, by=naree, now=LATER)
    undo_merge(first, by=naree, now=LATER)

    assert everything() == before
    assert resolve(Person, "t-jaidee") == ""
    with pytest.raises(Refused, match="undone already"):
        undo_merge(first, by=naree, now=LATER)


def test_a_file_that_still_has_the_loser_does_not_bring_it_back(office, tmp_path, naree, now):
    rows = read(office / "participations.csv")
    row = next(row for row in rows if row["person"] and row["statement"] == "")
    loser = Person.objects.get(ref=row["person"])
    attended = Participation.objects.filter(person=loser).values("event")
    others = Person.objects.exclude(pk=loser.pk).order_by("ref")
    winner = others.exclude(pk__in=Participation.objects.filter(event__in=attended).values("person"))[0]
    merge(winner, loser, by=naree, now=now)

    counts = {c.file: c for c in load(office, by=platform(), now=LATER)}

    assert {(c.added, c.changed, tuple(c.gone)) for c in counts.values()} == {(0, 0, ())}
    assert [(m.ref, m.into, m.who) for c in counts.values() for m in c.merged] == [
        (loser.ref, winner.ref, "Naree Boonmee")
    ]
    assert not Person.objects.filter(ref=loser.ref).exists()


def test_a_row_that_stood_twice_does_not_come_back_with_its_file(office, tmp_path, naree, now):
    pair = FocalPoint.objects.order_by("ref")[0]
    twin = Person(ref="t-twin", name="Twin", body=pair.person.body)
    add([twin], verb="added", by=platform(), now=NOW)
    again = FocalPoint(ref="t-again", body=pair.body, person=twin, starts_on=pair.starts_on, basis=pair.basis)
    add([again], verb="added", by=platform(), now=NOW)
    folder = tmp_path / "office"
    shutil.copytree(office, folder)
    for file in ("people.csv", "focal_points.csv"):
        table = tables.by_file[file]
        (folder / file).write_text(as_csv(table, list(table.current().values())))
    merge(pair.person, twin, by=naree, now=now)

    merged = [str(m) for c in load(folder, by=platform(), now=LATER) for m in c.merged]

    assert [text.partition(", row")[2].partition(", ")[2] for text in merged] == [
        f"t-twin: merged into {pair.person.ref} (by Naree Boonmee on 2023-03-31)",
        f"t-again: merged into {pair.ref} (by Naree Boonmee on 2023-03-31)",
    ]


def test_what_the_office_corrected_in_the_loser_comes_back_with_it(somchai, jaidee, naree, now):
    table = tables.of(Person)
    corrections.keep(table, "t-jaidee", {"post": ""}, {"post": "Officer"}, by=naree, now=now)
    kept = list(Correction.objects.values())

    done = merge(somchai, jaidee, by=naree, now=now)
    assert Correction.objects.count() == 0

    undo_merge(done, by=naree, now=LATER)
    assert list(Correction.objects.values()) == kept


def test_the_office_takes_what_a_file_says_of_a_record_that_was_merged_since(somchai, jaidee, trainings, naree, now):
    row, table = attend(jaidee, trainings[0]), tables.of(Participation)
    corrections.keep(table, row.ref, {"person": "t-jaidee"}, {"person": ""}, by=naree, now=now)
    Participation.objects.filter(pk=row.pk).update(person=None)
    merge(somchai, jaidee, by=naree, now=now)

    corrections.drop_corrections(list(Correction.objects.all()), by=naree, now=LATER)

    assert Participation.objects.get(pk=row.pk).person == somchai


def test_the_address_of_a_body_that_was_merged_leads_to_the_one_that_stayed(office, client, naree, now):
    for ref in ("t-fund", "t-funds"):
        add([Body(ref=ref, kind=BodyKind.PARTNER, name="The Fund")], verb="added", by=platform(), now=NOW)
    merge(Body.objects.get(ref="t-fund"), Body.objects.get(ref="t-funds"), by=naree, now=now)

    answer = client.get(reverse("member", args=["t-funds"]))

    assert (answer.status_code, answer["Location"]) == (301, reverse("member", args=["t-fund"]))
    assert client.get(reverse("member", args=["t-nobody"])).status_code == 404


@pytest.mark.parametrize("address", ["/events/", "/engagements/", "/publications/", "/work/", "/api/events/"])
def test_a_list_is_narrowed_to_a_body_by_the_ref_that_it_had_before_a_merge(office, client, naree, now, address):
    once = Body(ref="t-once", kind="member_state", name="Fidji")
    add([once], verb="added", by=naree, now=now)
    merge(Body.objects.get(ref="FJI"), once, by=naree, now=now, reason="Fiji")
    one, other = (client.get(address, {"body": ref}) for ref in ("t-once", "FJI"))

    assert (one.status_code, other.status_code) == (200, 200)
    if one.context:
        assert list(one.context["rows"]) == list(other.context["rows"])
        assert '<option value="FJI" selected>' in one.content.decode()
    else:
        assert one.json()["items"] == other.json()["items"]
    assert client.get(address, {"body": "\x00"}).status_code == 422


def test_the_story_of_a_merge_goes_with_the_record_that_stayed(somchai, jaidee, naree, now):
    merge(somchai, jaidee, by=naree, now=now)

    tables.of(Person).verbs.remove([somchai], by=naree, now=LATER)

    assert Merge.objects.count() == 0


# -- whoever they are --------------------------------------------------------------------------------------------------

pairs = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 3), st.sampled_from(ParticipationState.values), st.integers(1, 6)),
    unique_by=lambda row: row[:2],
    max_size=8,
)


def check_that_undoing_brings_all_back(rows: list[tuple[int, int, int, int]]) -> None:
    office, now = platform(), NOW
    events = list(Event.objects.filter(state="held", stated=None, starts_on__year=2022).order_by("ref")[:4])
    people = [Person(ref=f"t-{at}", name="Somchai") for at in range(2)]
    add(people, verb="added", by=office, now=now)
    for who, at, state, role in rows:
        attend(people[who], events[at], state=state, role=role)
    came = [{at for who, at, state, role in rows if who == one and state == 2 and role in (1, 2)} for one in (0, 1)]
    before, reached, attended = everything(), figure("people-reached"), figure("participations")

    done = merge(*people, by=office, now=now)

    own = {at for at, event in enumerate(events) if event.is_own}
    both = all(seen & own for seen in came)
    assert figure("people-reached") == reached - both
    assert figure("participations") == attended - len(came[0] & came[1] & own)
    assert json.loads(json.dumps(done.gone))[-1] == ["members.person", "t-1", "t-0"]
    undo_merge(done, by=office, now=now)
    assert everything() == before


@pytest.mark.long
@given(pairs)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_merging_and_undoing_leaves_the_same_export(office, rows):
    with transaction.atomic():
        check_that_undoing_brings_all_back(rows)
        transaction.set_rollback(True)


@pytest.mark.long
@given(pairs)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_merging_and_undoing_leaves_the_same_export_whoever_came(office, rows):
    with transaction.atomic():
        check_that_undoing_brings_all_back(rows)
        transaction.set_rollback(True)
