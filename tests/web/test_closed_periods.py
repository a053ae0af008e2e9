"""Closed periods at the office's screens: a co-manager is asked why, of a new record and by every verb; nobody else gets in."""

from __future__ import annotations

import pytest

from rso.accounts.models import User
from rso.core.closing import close
from rso.core.models import AuditEvent, Correction, Merge
from rso.core.periods import Period
from rso.events.models import Event, Participation
from rso.members.models import Body
from tests.web.conftest import as_user
from tests.web.test_every_desk import answers_of
from tests.web.test_office_forms import summary

NEW = "/office/events/new/"
SAY_WHY = "2022 is closed: say why its records change."
HELD_LATE = {
    "title": "A late one", "type": "workshop", "mode": "online", "starts_on": "2022-05-04", "ends_on": "2022-05-04",
    "state": "held", "office_role": "organised", "basis": "recorded",
}  # fmt: skip


@pytest.fixture
def closed(harriet, now):
    return close(Period.year(2022), by=harriet, now=now, reason="Annual Report 2022")


def send_new(user: User, **more: str):
    client = as_user(user)
    return client.post(NEW, {**answers_of(client.get(NEW).content), **HELD_LATE, **more})


def last_of(ref: str) -> AuditEvent:
    return AuditEvent.objects.filter(ref=ref).order_by("-pk")[0]


def test_a_new_record_in_a_closed_period_asks_why_and_keeps_what_was_typed(closed, harriet):
    answer = send_new(harriet)

    assert (answer.status_code, summary(answer)) == (422, [f"Why it is added: {SAY_WHY}"])
    assert 'value="A late one"' in answer.content.decode()

    saved = send_new(harriet, _reason="It was left out")
    event = Event.objects.get(title="A late one")
    assert saved.headers["Location"] == f"/office/events/{event.ref}/"
    assert last_of(event.ref).reason == "It was left out"


def test_a_new_record_is_asked_for_nothing_where_no_period_is_closed_or_nobody_may(office, harriet, naree, now):
    assert "_reason" not in answers_of(as_user(harriet).get(NEW).content)
    close(Period.year(2022), by=harriet, now=now, reason="Annual Report 2022")

    assert "_reason" in answers_of(as_user(harriet).get(NEW).content)
    assert "_reason" not in answers_of(as_user(naree).get(NEW).content)
    assert "_reason" not in answers_of(as_user(harriet).get("/office/sources/new/").content)
    answer = send_new(naree, _reason="It was left out")
    assert (answer.status_code, Event.objects.filter(title="A late one").exists()) == (422, False)


def test_a_change_without_a_reason_keeps_the_reason_s_place_in_the_summary(closed, harriet):
    client, at = as_user(harriet), "/office/events/e2022-14/edit/"
    asked = {**answers_of(client.get(at).content), "place": "Jakarta"}

    assert summary(client.post(at, {**asked, "_reason": ""})) == [f"Why it is changed: {SAY_WHY}"]
    assert client.post(at, {**asked, "_reason": "The venue moved"}).status_code == 302


def test_a_verb_within_a_closed_period_asks_why_though_it_asks_nothing_elsewhere(closed, harriet):
    row = Participation.objects.filter(event__starts_on__year=2022).order_by("ref")[0]
    at = f"/office/participations/{row.ref}/do/remove/"
    client = as_user(harriet)

    assert "Why" in words_of(client.get(at))
    assert client.post(at, {"yes": "1", "reason": ""}).status_code == 422
    assert client.post(at, {"yes": "1", "reason": "Entered twice"}).status_code == 302
    assert last_of(row.ref).reason == "Entered twice"


def test_a_verb_that_leads_a_record_into_a_closed_period_asks_why(closed, harriet):
    event = Event.objects.get(ref="e2022-14")
    Event.objects.filter(pk=event.pk).update(starts_on="2023-02-01", ends_on="2023-02-01", state="planned")
    client, at = as_user(harriet), f"/office/events/{event.ref}/edit/"
    asked = {**answers_of(client.get(at).content), "starts_on": "2022-05-04", "ends_on": "2022-05-04"}

    assert summary(client.post(at, asked)) == [f"Why it is changed: {SAY_WHY}"]


def test_a_pasted_list_of_a_closed_event_asks_why(closed, harriet):
    client, at = as_user(harriet), "/office/events/e2022-14/participants/paste/"
    read = client.post(at, {"text": "Name\tState\nA Person Of Ours\tThailand"})
    sent = answers_of(read.content)

    assert 'name="_reason"' in words_of(read)
    assert client.post(at, {**sent, "yes": "1"}).status_code == 422
    assert client.post(at, {**sent, "yes": "1", "_reason": "The list came late"}).status_code == 302
    assert {event.reason for event in AuditEvent.objects.filter(actor=harriet.pk, kind="events.participation")} == {
        "The list came late"
    }


def test_what_a_file_says_of_a_closed_record_is_taken_by_a_co_manager_who_says_why(closed, harriet, naree, now):
    kept = {"kind": "events.event", "ref": "e2022-14", "by": naree, "at": now, "seen_at": now}
    said = {"column": "place", "file_value": "Krabi", "office_value": "Semarang", "seen_value": "Krabi"}
    chosen = {"correction": Correction.objects.create(**kept, **said).pk}
    client, at = as_user(harriet), "/office/corrections/"
    shown = client.get(at, chosen).content.decode()
    silent = client.post(at, {**chosen, "yes": "1"})

    assert ("<ins>Krabi</ins>" in shown, "(optional)" in shown) == (True, False)
    assert (silent.status_code, SAY_WHY in words_of(silent), 'name="reason"' in words_of(silent)) == (422, True, True)
    assert "only by a co-manager" in words_of(as_user(naree).post(at, {**chosen, "yes": "1", "reason": "It is so"}))
    assert client.post(at, {**chosen, "yes": "1", "reason": "The host wrote"}).status_code == 302
    assert Event.objects.get(ref="e2022-14").place == "Krabi"


@pytest.mark.parametrize("kind", ["body", "person"])
def test_a_merge_that_changes_closed_records_is_done_by_a_co_manager_who_says_why_and_undone(
    closed, harriet, naree, kind
):
    client, at = as_user(harriet), "/office/duplicates/"
    came = Participation.objects.filter(event__ref="e2022-14", person__isnull=False).order_by("pk")[0].person
    loser = came if kind == "person" else Body.objects.get(ref="AFP")
    model, same = type(loser), {"body": came.body} if kind == "person" else {"kind": "partner"}
    model.objects.create(ref="stays", name=loser.name, **same)
    pair = {"kind": kind, "winner": "stays", "loser": loser.ref}
    shown, silent = client.get(at, pair), client.post(at, {**pair, "yes": "1"})

    assert ("(optional)" in words_of(shown), SAY_WHY in words_of(shown), "What will change" in words_of(shown)) == (
        False,
        False,
        True,
    )
    assert (silent.status_code, SAY_WHY in words_of(silent), 'name="reason"' in words_of(silent)) == (422, True, True)
    assert as_user(naree).post(at, {**pair, "yes": "1", "reason": "One"}).status_code == 422
    assert client.post(at, {**pair, "yes": "1", "reason": "They are one"}).status_code == 302
    client.post(at, {"undo": Merge.objects.get().pk})
    assert (Merge.objects.get().undone_by, model.objects.filter(ref=loser.ref).exists()) == (harriet, True)


def test_the_form_that_closes_a_period_says_how_a_period_is_written(office, harriet):
    page = words_of(as_user(harriet).get("/office/closed/"))

    assert "2022, 2022-H1, 2022-Q3, 2022-09, FY2022 or 2022-07-01..2023-06-30." in page
    assert 'aria-describedby="period-h"' in page


def test_a_refused_period_keeps_what_was_typed_to_close_it(office, harriet):
    answer = as_user(harriet).post("/office/closed/", {"period": "2022-Q5", "reason": "The audit is over."})

    assert answer.status_code == 422
    assert ['value="2022-Q5"' in words_of(answer), 'value="The audit is over."' in words_of(answer)] == [True, True]


def words_of(answer) -> str:
    return " ".join(answer.content.decode().split())
