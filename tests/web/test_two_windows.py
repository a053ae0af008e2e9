"""One person with one form open in two windows: what is typed in either is kept, saved once, and never lost unseen."""

from __future__ import annotations

from typing import Any

import pytest

from rso.accounts.models import User
from rso.core.models import Draft
from rso.core.office import forms
from rso.core.office.saving import further
from rso.events.models import Event
from rso.finance.models import Expenditure
from rso.members.models import Body
from rso.reports.models import SectionText
from tests.conftest import named
from tests.web.conftest import as_user
from tests.web.markup import Page, words
from tests.web.test_every_desk import answers_of

pytestmark = pytest.mark.usefixtures("office")
EDIT, NEW = "/office/events/e2022-14/edit/", "/office/events/new/"
WEEK = {"title": "Border week", "type": "workshop", "office_role": "organised"}
WEEK |= {"starts_on": "2022-12-20", "ends_on": "2022-12-21"}


def window(user: User, address: str) -> dict[str, Any]:
    """What a window's form would send."""
    return answers_of(as_user(user).get(address).content)


def two_of_a_draft(user: User, address: str, **typed: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A draft is begun, and opened in two windows."""
    keep(user, address, {**window(user, address), **typed})
    return window(user, address), window(user, address)


def keep(user: User, address: str, sent: dict[str, Any]) -> str:
    """What the script does while one types: the draft is kept, and the window knows from then on what it says."""
    answer = as_user(user).post(address, {**sent, "_keep": "1"}, headers={"accept": "application/json"})
    sent["_seen"] = answer.json()["seen"]
    return answer.json()["says"]


def shown(answer) -> str:
    return words(Page("/", answer.content).root)


@pytest.mark.parametrize("address", [NEW, EDIT])
def test_what_is_typed_into_two_windows_of_a_draft_stands_together_in_it(naree, address):
    first, second = two_of_a_draft(naree, address, title="Half typed")
    first["place"], second["summary"] = "Apia", "Five days."
    says = [keep(naree, address, each) for each in (first, second, first, second)]

    draft = window(naree, address)
    assert [draft[name] for name in ("title", "place", "summary")] == [["Half typed"], ["Apia"], ["Five days."]]
    assert [each.partition(" kept ")[0] for each in says] == ["Draft"] * 4
    assert "not" not in "".join(says)


def test_what_a_window_takes_back_is_taken_back_in_the_draft(naree):
    first, second = two_of_a_draft(naree, NEW, title="Half typed")
    keep(naree, NEW, {**second, "summary": "Five days."})
    for place in ("Apia", ""):
        first["place"] = place
        keep(naree, NEW, first)

    draft = window(naree, NEW)
    assert (draft["place"], draft["summary"]) == ([""], ["Five days."])


def test_of_one_field_the_draft_keeps_what_came_first_and_the_other_window_is_told(naree):
    first, second = two_of_a_draft(naree, NEW, title="Half typed")
    first["place"], second["place"] = "Apia", "Suva"
    says = [keep(naree, NEW, each) for each in (first, second, second)]

    assert window(naree, NEW)["place"] == ["Apia"]
    told = ", but not all: another window of yours wrote into the same. Save here to see both."
    assert [each.endswith(told) for each in says] == [False, True, True]


def test_who_saves_a_window_sees_first_what_the_other_has_typed(naree):
    first, second = two_of_a_draft(naree, NEW, **WEEK)
    first |= {"place": "Apia", "summary": "Five days."}
    keep(naree, NEW, first)

    both = as_user(naree).post(NEW, {**second, "place": "Suva"})
    assert (both.status_code, Event.objects.filter(title="Border week").count()) == (409, 0)
    assert "You wrote in another window of this form too. Nothing of it is lost and nothing is saved yet." in shown(
        both
    )
    assert "Meanwhile it says: Apia" in shown(both)

    sent = answers_of(both.content)
    assert (sent["place"], sent["summary"]) == (["Suva"], ["Five days."])
    as_user(naree).post(NEW, sent)
    saved = Event.objects.get(title="Border week")
    assert (saved.place, saved.summary, Draft.objects.filter(done="").count()) == ("Suva", "Five days.", 0)


def test_a_draft_kept_by_its_button_shows_both_where_two_windows_wrote_into_one_field(naree):
    first, second = two_of_a_draft(naree, NEW, title="Half typed")
    keep(naree, NEW, {**first, "place": "Apia"})

    both = as_user(naree).post(NEW, {**second, "place": "Suva", "_keep": "1"})
    assert (both.status_code, answers_of(both.content)["place"]) == (409, ["Suva"])
    as_user(naree).post(NEW, {**answers_of(both.content), "_keep": "1"})
    assert window(naree, NEW)["place"] == ["Suva"]


def test_the_second_window_of_a_new_record_that_is_saved_changes_that_record(naree):
    first, second = two_of_a_draft(naree, NEW, **WEEK)
    as_user(naree).post(NEW, {**first, "place": "Apia"})

    answer = as_user(naree).post(NEW, {**second, "summary": "Five days."})
    saved = Event.objects.get(title="Border week")
    assert (answer.headers["Location"], saved.place, saved.summary) == (
        f"/office/events/{saved.ref}/", "Apia", "Five days.",
    )  # fmt: skip


def test_a_second_click_at_the_same_moment_makes_no_second_record(naree, monkeypatch):
    sent = {**window(naree, NEW), **WEEK}
    as_user(naree).post(NEW, sent)
    looks = iter([lambda token, *, by: (token, None)])  # what the second click saw before the first was saved
    monkeypatch.setattr(forms, "further", lambda token, *, by: next(looks, further)(token, by=by))

    answer = as_user(naree).post(NEW, sent)
    saved = Event.objects.get(title="Border week")
    assert answer.headers["Location"] == f"/office/events/{saved.ref}/"


def test_where_both_windows_of_a_new_record_are_saved_with_other_words_both_are_shown(naree):
    first, second = two_of_a_draft(naree, NEW, **WEEK)
    as_user(naree).post(NEW, {**first, "place": "Apia"})

    clash = as_user(naree).post(NEW, {**second, "place": "Suva"})
    saved = Event.objects.get(title="Border week")
    assert (clash.status_code, saved.place) == (409, "Apia")
    assert f'action="/office/events/{saved.ref}/edit/"' in clash.content.decode()
    as_user(naree).post(f"/office/events/{saved.ref}/edit/", answers_of(clash.content))
    saved.refresh_from_db()
    assert saved.place == "Suva"


def test_what_is_typed_on_after_the_other_window_was_saved_is_kept_as_a_draft_of_that_record(naree):
    first, second = two_of_a_draft(naree, NEW, **WEEK)
    as_user(naree).post(NEW, first)
    ref = Event.objects.get(title="Border week").ref

    keep(naree, NEW, {**second, "summary": "Five days."})
    assert window(naree, f"/office/events/{ref}/edit/")["summary"] == ["Five days."]
    assert window(naree, NEW)["summary"] == [""]


def test_who_goes_back_and_types_another_ref_adds_another_record(office):
    kim, address = named("kim-osei"), "/office/members/new/"
    sent = {**window(kim, address), "kind": "partner", "name": "Pacific Police Union", "ref": "PPU"}
    as_user(kim).post(address, sent)
    as_user(kim).post(address, {**sent, "name": "Pacific Ports Union", "ref": "PPTU"})

    found = Body.objects.filter(name__contains="Pacific P").order_by("ref").values_list("ref", "name")
    assert list(found) == [("PPTU", "Pacific Ports Union"), ("PPU", "Pacific Police Union")]


def test_a_record_that_is_never_altered_is_not_entered_twice_by_one_form_without_being_told(office):
    marta, address = named("marta-ilves"), "/office/expenditure/new/"
    sent = {
        **window(marta, address),
        "spent_on": "2022-12-30",
        "category": "OFFICE",
        "text": "Paper",
        "basis": "recorded",
    }
    sent |= {"currency": "AUD", "rate": "1", "scale": "1"}
    count = Expenditure.objects.count()
    answers = [as_user(marta).post(address, {**sent, "amount": amount}) for amount in ("10", "10", "20")]

    assert ([answer.status_code for answer in answers], Expenditure.objects.count()) == ([302, 302, 409], count + 1)
    assert "This form was saved already, as x2022-01." in shown(answers[2])
    assert keep(marta, address, {**sent, "amount": "20"}).startswith("Draft kept")
    as_user(marta).post(address, answers_of(answers[2].content))
    assert (Expenditure.objects.count(), Draft.objects.filter(done="").count()) == (count + 2, 0)


def test_a_section_that_is_written_in_two_windows_shows_both_before_it_is_saved(naree):
    address = "/office/reports/annual-2022/write/theme-1/"
    first, second = two_of_a_draft(naree, address, text="We met.")
    first["text"], second["text"], second["title"] = "We met in Apia.", "We met in Suva.", "Where we met"
    says = [keep(naree, address, each) for each in (first, second)]
    assert [each.endswith("Save here to see both.") for each in says] == [False, True]

    both = as_user(naree).post(address, second)
    text = SectionText.objects.get(report__ref="annual-2022", section="theme-1", language="en")
    sent = answers_of(both.content)
    assert (both.status_code, text.versions.count(), sent["text"]) == (409, 1, ["We met in Suva."])
    assert "in Apia." in shown(both)
    as_user(naree).post(address, sent)
    text.refresh_from_db()
    assert (text.title, text.text) == ("Where we met", "We met in Suva.")


def test_the_second_window_of_a_section_that_is_saved_does_not_write_over_the_first(naree):
    address = "/office/reports/annual-2022/write/theme-1/"
    first, second = two_of_a_draft(naree, address, text="We met.")
    as_user(naree).post(address, {**first, "text": "We met in Apia."})

    clash = as_user(naree).post(address, {**second, "text": "We met in Suva."})
    text = SectionText.objects.get(report__ref="annual-2022", section="theme-1", language="en")
    assert (clash.status_code, text.text, answers_of(clash.content)["text"]) == (
        409, "We met in Apia.", ["We met in Suva."],
    )  # fmt: skip
