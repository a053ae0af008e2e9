"""An officer pastes a list of participants, looks at what was read, decides what is doubtful, and enters it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rso.accounts.models import User
from rso.core.models import Access
from rso.events.models import Event, Participation
from rso.members.models import Body, Person
from tests.web.conftest import as_user
from tests.web.markup import Page
from tests.web.test_every_desk import answers_of

ADDRESS = "/office/events/e2022-14/participants/paste/"
LIST = "Name\tCountry\tSex\nLan Pham\tVNM\tF\nBatbayar\tMongolia\tM\nBen Tan\tAtlantis\tM"


@pytest.fixture
def client(naree) -> Client:
    return as_user(naree)


@pytest.fixture
def entered(office) -> list[str]:
    """Nobody who was entered before stands in the way."""
    Participation.objects.filter(event__ref="e2022-14").delete()
    Event.objects.filter(ref="e2022-14").update(state="held")
    return []


def looked_at(client: Client, text: str, **decided: str) -> dict[str, list[str]]:
    """The form as it stands once a list was read, with what is decided by line: `line3="skip"`."""
    content = client.post(ADDRESS, {"text": text}).content
    lines = {str(e.get("aria-label")).split(":")[0]: str(e.get("name")) for e in Page(ADDRESS, content).all("select")}
    return {**answers_of(content), **{lines[f"Line {line[4:]}"]: [choice] for line, choice in decided.items()}}


def enter(client: Client, text: str, **decided: str):
    return client.post(ADDRESS, {**looked_at(client, text, **decided), "yes": "1"}, follow=True)


def names() -> list[str]:
    rows = Participation.objects.filter(event__ref="e2022-14", person__isnull=False)
    return sorted(rows.values_list("person__name", flat=True))


def test_the_page_asks_for_the_list_and_its_event_leads_there(client, entered):
    page = Page(ADDRESS, client.get(ADDRESS).content)

    assert page.faults == []
    assert f'href="{ADDRESS}"' in client.get("/office/events/e2022-14/").content.decode()


def test_a_list_is_shown_before_anything_is_entered(client, entered):
    answer = client.post(ADDRESS, {"text": LIST})

    text = answer.content.decode()
    assert (answer.status_code, Page(ADDRESS, answer.content).faults, names()) == (200, [], [])
    for says in (
        "New person",
        "Who is it?",
        "Cannot be read",
        "batbayar",
        "Member: is no State or organisation",
        "Line 3: what",
    ):
        assert says in text
    assert Access.objects.filter(kind="members.person", rows=1).count() == 1


def test_what_is_not_decided_is_told_and_nothing_is_entered(client, entered):
    answer = enter(client, LIST)

    assert (answer.status_code, names(), Page(ADDRESS, answer.content).faults) == (422, [], [])
    assert "Line 3: decide who is meant" in answer.content.decode()


def test_a_decided_list_is_entered_and_sent_again_adds_nothing(client, entered):
    sent = {**looked_at(client, LIST, line3="batbayar", line4="skip"), "yes": "1"}

    answer = client.post(ADDRESS, sent, follow=True)
    assert answer.redirect_chain == [("/office/events/e2022-14/", 302)]
    assert "2 rows were entered." in answer.content.decode()
    assert names() == ["Batbayar", "Lan Pham"]

    again = enter(client, LIST, line4="skip")
    assert "0 rows were entered. 2 were there already." in again.content.decode()
    assert (names(), Person.objects.filter(name="Lan Pham").count()) == (["Batbayar", "Lan Pham"], 1)


def test_what_was_decided_stays_with_whom_the_row_tells_where_the_list_is_mended(client, entered):
    sent = looked_at(client, LIST, line2="skip", line3="batbayar", line4="skip")
    mended = "Name\tCountry\tSex\nBatbayar\tMongolia\tF\nBen Tan\tSingapore\tM\nLan Pham\tVNM\tF"
    page = Page(ADDRESS, client.post(ADDRESS, {**sent, "text": mended}).content)

    told = {
        str(e.get("aria-label")).split(":")[0]: [
            o.get("value") for o in e.iter("option") if o.get("selected") is not None
        ]
        for e in page.all("select")
        if e.get("aria-label")
    }
    assert told == {"Line 2": ["batbayar"], "Line 3": [""], "Line 4": ["skip"]}


@pytest.mark.parametrize("sent", [{"text": "Name\tCountry\nFetu Tavita\tWSM"}, {"column-1": ""}])
def test_a_list_that_was_changed_since_it_was_read_is_shown_before_it_is_entered(client, entered, sent):
    looked = looked_at(client, "Name\tCountry\nLan Pham\tVNM")
    answer = client.post(ADDRESS, {**looked, **sent, "yes": "1"})

    assert (answer.status_code, names()) == (422, [])
    assert "The list has changed since it was read; look through it again" in answer.content.decode()
    client.post(ADDRESS, {**answers_of(answer.content), "yes": "1"})
    assert names() == ["Fetu Tavita" if "text" in sent else "Lan Pham"]


def test_columns_that_were_guessed_wrongly_are_named_and_forgotten_with_another_text(client, entered):
    text = "Lan Pham\tHanoi\nBen Tan\tSingapore"
    read = Page(ADDRESS, client.post(ADDRESS, {"text": text}).content)
    token = next(e.get("value") for e in read.all("input") if e.get("name") == "read")
    assert token

    columns = {"read": token, "column-0": "name", "column-1": ""}
    answer = client.post(ADDRESS, {"text": text, **columns}).content.decode()
    assert "Hanoi" not in answer.partition("<details>")[0]
    other = client.post(ADDRESS, {"text": text.replace("Hanoi", "Hue"), **columns}).content.decode()
    assert "Hue" in other.partition("<details>")[0]


@pytest.mark.parametrize("text", ["", "Sex\nF", "\x00\x00", "Name\n" + "x\n" * 501])
def test_what_cannot_be_read_is_answered_in_words(client, entered, text):
    answer = client.post(ADDRESS, {"text": text, "yes": "1"})

    assert (answer.status_code, Page(ADDRESS, answer.content).faults) == (422, [])


def test_for_whoever_may_not_enter_participants_there_is_no_such_page(office):
    found = {
        ref: as_user(User.objects.get(ref=ref)).get(ADDRESS).status_code for ref in ("lena-fischer", "josefa-waqa")
    }

    assert found == {"lena-fischer": 404, "josefa-waqa": 404}


def test_another_of_the_same_name_is_entered_as_a_new_person(client, entered):
    known = Person.objects.create(ref="pe9001", name="Lan Pham", body=Body.objects.get(ref="VNM"), post="Clerk")
    listed = {"text": "Name\tCountry\tPost\nLan Pham\tVNM\tJudge"}
    assert "Enter as a new person" in client.post(ADDRESS, listed).content.decode()
    enter(client, listed["text"], line2="new")

    (entered,) = Participation.objects.filter(event__ref="e2022-14").select_related("person")
    assert (entered.person.post, entered.person == known) == ("Judge", False)


def states() -> list[int]:
    return list(Participation.objects.filter(event__ref="e2022-14").order_by("pk").values_list("state", flat=True))


def test_who_was_registered_is_marked_as_having_come_once_the_event_was_held(client, entered):
    Event.objects.filter(ref="e2022-14").update(state="planned")
    enter(client, "Name\tCountry\nLan Pham\tVNM\nFetu Tavita\tWSM\nAna Vea\tTON")
    rows = list(Participation.objects.filter(event__ref="e2022-14").order_by("pk").values_list("ref", flat=True))
    came, away = {"ref": rows[:2]}, {"ref": rows[2:]}

    early = client.post("/office/participations/do/attend/", came)
    assert "nobody has attended an event that was not held" in early.content.decode()
    client.post("/office/events/e2022-14/do/hold/", {"yes": "1"})
    shown = client.post("/office/participations/do/attend/", came).content.decode()
    assert ("Registered" in shown, "Lan Pham, Border Management by Air" in shown, states()) == (True, True, [1, 1, 1])
    client.post("/office/participations/do/attend/", {**came, "yes": "1"})
    client.post("/office/participations/do/miss/", {**away, "yes": "1"})

    assert states() == [2, 2, 3]
    again = client.post("/office/participations/do/attend/", came).content.decode()
    assert "Lan Pham, Border Management by Air" in again
    told = client.get(f"/office/participations/{rows[0]}/").content.decode()
    assert "changed the status from <del>Registered</del> to <ins>Attended</ins>" in told


def test_marking_many_asks_no_question_for_each(client, entered):
    def asked(refs: list[str]) -> int:
        with CaptureQueriesContext(connection) as captured:
            client.post("/office/participations/do/miss/", {"ref": refs, "yes": "1"})
        return len(captured)

    rows = list(Participation.objects.filter(event__ref="e2022-01", state=2).values_list("ref", flat=True))
    asked(rows[:1])
    assert asked(rows[1:2]) == asked(rows[2:12])
