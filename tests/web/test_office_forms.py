"""The office's forms: faults, drafts, second clicks, two people at one record; verbs with their preview; views kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from rso.accounts.models import User
from rso.core.models import AuditEvent, Draft, SavedView
from rso.events.models import Event, EventType
from rso.members.models import Person
from tests.web.conftest import as_user
from tests.web.markup import Page, words
from tests.web.test_every_desk import answers_of

pytestmark = pytest.mark.usefixtures("office")
EDIT = "/office/events/e2022-14/edit/"
NEW = "/office/events/new/"


def opened(user: User, address: str = EDIT) -> dict[str, Any]:
    """What this person's browser would send of the form."""
    return answers_of(as_user(user).get(address).content)


def event() -> Event:
    return Event.objects.get(ref="e2022-14")


def summary(answer) -> list[str]:
    """What the error summary says."""
    box = next(e for e in Page("/", answer.content).all("section") if e.get("class") == "errsum")
    return [words(item) for item in box.iter("li")]


def test_a_changed_field_is_saved_and_told_in_the_history(naree):
    answer = as_user(naree).post(EDIT, {**opened(naree), "place": "Jakarta", "_reason": "The venue moved"})
    told = AuditEvent.objects.filter(kind="events.event", ref="e2022-14").order_by("-pk")[0]

    assert (answer.headers["Location"], event().place) == ("/office/events/e2022-14/", "Jakarta")
    assert (told.actor, told.before, told.after, told.reason) == (
        naree,
        {"place": "Semarang"},
        {"place": "Jakarta"},
        "The venue moved",
    )


def test_linked_records_are_named_by_ref_or_name(naree):
    sent = {**opened(naree), "experts": ["IOM", "United Nations Office on Drugs and Crime", ""]}
    as_user(naree).post(EDIT, sent)

    assert sorted(event().parts.filter(part="expert").values_list("body__ref", flat=True)) == ["IOM", "UNODC"]


def test_every_fault_is_told_at_once_beside_its_field_and_nothing_is_saved(naree):
    sent = {
        **opened(naree),
        "title": "",
        "type": "",
        "ends_on": "2022-12-01",
        "activity": "nothing-such",
        "place": "Jakarta",
    }

    answer = as_user(naree).post(EDIT, sent)

    assert answer.status_code == 422
    assert summary(answer) == [
        "Title: is empty",
        "Type: nothing is chosen",
        "Activity: “nothing-such” is no known activity",
    ]
    assert event().place == "Semarang"


def test_faults_are_told_in_the_language_of_the_reader(naree):
    sent = {**opened(naree), "title": "a" * 1_201, "starts_on": "soon", "ordinal": "three", "type": "wrkshop"}

    assert summary(as_user(naree).post(f"/id{EDIT}", sent)) == [
        "Judul: panjangnya 1.201 karakter; paling banyak 200 yang muat",
        "Jenis: bukan salah satu dari " + ", ".join(EventType.values) + "; apakah maksud Anda workshop?",
        "Nomor rapat: bukan bilangan bulat dari 0 sampai 32.767",
        "Hari pertama: bukan tanggal seperti 2022-09-30, dari tahun 1900 sampai 2199",
    ]


def test_how_an_engagement_was_held_is_chosen_and_told_in_words(lena):
    page = "/office/engagements/m2023-01/"
    sent = opened(lena, f"{page}edit/")
    as_user(lena).post(f"{page}edit/", {**sent, "mode": "hybrid"})

    assert "Mode Hybrid" in words(Page("/", as_user(lena).get(page).content).root)
    answer = as_user(lena).post(f"{page}edit/", {**opened(lena, f"{page}edit/"), "mode": "by telephone"})
    assert summary(answer) == ["Mode: is none of in_person, online, hybrid"]


def test_what_the_verb_refuses_stands_beside_its_field(naree):
    answer = as_user(naree).post(EDIT, {**opened(naree), "ends_on": "2022-12-01"})

    assert (answer.status_code, summary(answer)) == (422, ["Last day: lies before the first day, 2022-12-12"])


def test_an_event_that_was_held_is_not_moved_into_the_future(naree):
    sent = {**opened(naree), "starts_on": "2122-12-12", "ends_on": "2122-12-16"}
    answer = as_user(naree).post(EDIT, sent)

    assert (answer.status_code, summary(answer)) == (422, ["First day: lies in the future, and the event was held"])


def test_a_new_record_gets_the_next_ref_and_what_its_states_begin_with(naree):
    sent = {**opened(naree, NEW), "title": "Border week 🛂", "type": "workshop", "office_role": "organised"}
    answer = as_user(naree).post(NEW, {**sent, "starts_on": "2022-12-20", "ends_on": "2022-12-21"})
    made = Event.objects.get(title="Border week 🛂")

    assert (answer.headers["Location"], made.ref, made.state) == ("/office/events/e2022-15/", "e2022-15", "planned")


def test_a_second_click_makes_no_second_record(naree):
    sent = {**opened(naree, NEW), "title": "Border week", "type": "workshop", "office_role": "organised"}
    sent |= {"starts_on": "2022-12-20", "ends_on": "2022-12-21"}
    answers = [as_user(naree).post(NEW, sent) for _click in (1, 2)]

    assert {answer.headers["Location"] for answer in answers} == {"/office/events/e2022-15/"}
    assert Event.objects.filter(title="Border week").count() == 1


def test_a_second_change_by_the_same_opening_of_a_form_is_shown_and_not_lost(naree):
    """As after going back to a form that was saved."""
    sent = opened(naree)
    as_user(naree).post(EDIT, {**sent, "place": "Jakarta"})

    again = as_user(naree).post(EDIT, {**sent, "place": "Surabaya"})
    as_user(naree).post(EDIT, answers_of(again.content))

    assert (again.status_code, event().place) == (409, "Surabaya")


def test_two_who_change_different_fields_both_keep_theirs(naree, somchai):
    first, second = opened(naree), opened(somchai)

    as_user(naree).post(EDIT, {**first, "place": "Jakarta"})
    as_user(somchai).post(EDIT, {**second, "summary": "Five days at the airport."})

    assert (event().place, event().summary) == ("Jakarta", "Five days at the airport.")


def test_two_who_change_one_field_see_both_and_nothing_is_lost(naree, somchai):
    first, second = opened(naree), opened(somchai)
    as_user(naree).post(EDIT, {**first, "place": "Jakarta"})

    clash = as_user(somchai).post(EDIT, {**second, "place": "Surabaya", "summary": "Five days."})
    assert (clash.status_code, event().place, event().summary != "Five days.") == (409, "Jakarta", True)
    assert "Naree Boonmee changed the same while you wrote" in words(Page("/", clash.content).root)

    again = answers_of(clash.content)
    assert (again["place"], again["summary"]) == (["Surabaya"], ["Five days."])
    as_user(somchai).post(EDIT, again)
    assert (event().place, event().summary) == ("Surabaya", "Five days.")


def test_what_another_wrote_is_told_as_people_read_it_and_an_emptied_field_too(naree, somchai):
    first, second = opened(naree), opened(somchai)
    theirs = {"place": "", "type": "roundtable", "activity": "a2022-02", "experts": ["IOM", "UNODC"]}
    as_user(naree).post(EDIT, {**first, **theirs})

    mine = {"place": "Surabaya", "type": "dialogue", "activity": "a2022-03", "experts": ["IOM"]}
    clash = as_user(somchai).post(EDIT, {**second, **mine})
    told = [words(e) for e in Page("/", clash.content).all("p") if e.get("id", "").endswith("-t")]
    assert told == [
        "Meanwhile it says: Roundtable",
        "Meanwhile it says: 10th Anniversary Border and Technology Forum (a2022-02)",
        "Meanwhile it says: nothing",
        "Meanwhile it says: IOM; UNODC",
    ]


def test_what_is_typed_outlives_the_browser(naree):
    sent = {**opened(naree), "place": "Half typed"}
    kept = as_user(naree).post(EDIT, {**sent, "_keep": "1"}, headers={"accept": "application/json"})

    assert (kept.status_code, list(kept.json())) == (200, ["says", "seen"])
    assert opened(naree)["place"] == ["Half typed"]
    assert event().place == "Semarang"


def test_a_draft_is_its_owners_alone_and_can_be_dropped(naree, somchai):
    sent = {**opened(naree), "place": "Half typed", "_keep": "1"}
    as_user(naree).post(EDIT, sent)
    as_user(somchai).post(EDIT, {**sent, "place": "Taken over"})

    assert (opened(somchai)["place"], opened(naree)["place"]) == (["Taken over"], ["Half typed"])
    as_user(naree).post(EDIT, {**sent, "_drop": "1"})
    assert opened(naree)["place"] == ["Semarang"]


def test_a_draft_of_a_new_record_takes_what_a_link_says_of_it_and_goes_back_to_the_link(naree):
    client, new = as_user(naree), "/office/activities/new/"
    sent = opened(naree, new)
    client.post(new, {**sent, "title": "Half typed", "_keep": "1"})

    linked = opened(naree, f"{new}?requests=q2022-06")
    assert (linked["title"], "q2022-06" in linked["requests"][0]) == (["Half typed"], True)
    dropped = client.post(f"{new}?requests=q2022-06", {**linked, "_drop": "1"})
    assert dropped.headers["Location"] == f"{new}?requests=q2022-06"


def test_a_link_to_enter_someone_in_an_event_opens_no_draft_of_another_event(naree):
    client, new = as_user(naree), "/office/participations/new/"
    links = [f"{new}?event=e2022-0{number}" for number in (1, 2)]
    for link, number in zip(links, ("11", "22"), strict=True):
        client.post(link, {**opened(naree, link), "number": number, "_keep": "1"})

    drafts = [opened(naree, link) for link in links]
    assert [draft["number"] for draft in drafts] == [["11"], ["22"]]
    assert ["e2022-01" in drafts[0]["event"][0], "e2022-02" in drafts[1]["event"][0]] == [True, True]
    client.post(links[1], {**drafts[1], "_drop": "1"})
    assert [opened(naree, link)["number"] for link in (*links, new)] == [["11"], ["1"], ["11"]]


def test_a_saved_form_leaves_no_draft_behind(naree):
    sent = {**opened(naree), "place": "Jakarta"}
    as_user(naree).post(EDIT, {**sent, "_keep": "1"})
    as_user(naree).post(EDIT, sent)

    assert list(Draft.objects.filter(owner=naree, done="")) == []


def test_of_a_record_removed_meanwhile_what_was_typed_is_shown_and_can_become_a_new_one(naree):
    sent = {**opened(naree, "/office/quotes/quote-anissa/edit/"), "words": "It helped a lot."}
    as_user(naree).post("/office/quotes/quote-anissa/do/remove/", {"yes": "1", "reason": "Said by another"})

    answer = as_user(naree).post("/office/quotes/quote-anissa/edit/", sent)

    assert (answer.status_code, answers_of(answer.content)["words"]) == (410, ["It helped a lot."])
    assert 'action="/office/quotes/new/"' in answer.content.decode()
    assert summary(answer)[0].startswith("This record was removed while you wrote.")
    assert as_user(naree).get("/office/quotes/quote-anissa/edit/").status_code == 404
    assert as_user(naree).post("/office/quotes/quote-nobody/edit/", sent).status_code == 404


@pytest.mark.long
@pytest.mark.parametrize("bad", ["not a token", "", "0e1b5c1e-2f6a-4b1c-9d5e-5f0a3b9c1d2e"])
@pytest.mark.parametrize("began", ["{", "[]", '{"title": 3}', "{}"])
def test_a_form_with_a_forged_opening_does_no_harm(naree, bad, began):
    answer = as_user(naree).post(EDIT, {**opened(naree), "_token": bad, "_began": began})

    assert answer.status_code in (302, 409)
    assert event().place == "Semarang"


#: Held, and nobody is entered for them.
MEETINGS = ["m2022-01", "m2022-02"]


def states(*refs: str) -> list[str]:
    return list(Event.objects.filter(ref__in=refs).order_by("ref").values_list("state", flat=True))


def test_a_verb_shows_what_it_will_change_before_it_does(naree):
    client = as_user(naree)
    shown = client.post("/office/events/do/plan_again/", {"ref": MEETINGS})

    says, title = words(Page("/", shown.content).root), Event.objects.get(ref=MEETINGS[0]).title
    assert ("What will change: 2 things" in says, f"{title} (m2022-01) Status:" in says) == (True, True)
    assert states(*MEETINGS) == ["held", "held"]
    done = client.post("/office/events/do/plan_again/", {"ref": MEETINGS, "yes": "1"})
    assert (done.headers["Location"], states(*MEETINGS)) == (
        reverse("office-list", args=["events"]),
        ["planned", "planned"],
    )


def test_a_verb_done_to_chosen_rows_leads_back_to_the_list_as_it_was(naree):
    client, asked = as_user(naree), "state=held&sort=-title"
    page = client.get(f"/office/events/?{asked}").content
    kept = next(e.get("value") for e in Page("/", page).all("input") if e.get("name") == "_list")
    shown = client.post("/office/events/do/plan_again/", {"ref": MEETINGS, "_list": kept})
    again = {e.get("name"): e.get("value") for e in Page("/", shown.content).all("input")}
    done = client.post("/office/events/do/plan_again/", {"ref": MEETINGS, "_list": again["_list"], "yes": "1"})

    assert (kept, done.headers["Location"]) == (asked, f"/office/events/?{asked}")
    assert f'href="/office/events/?{asked.replace("&", "&amp;")}"' in shown.content.decode()


def test_an_event_that_someone_attended_is_not_planned_again(naree):
    answer = as_user(naree).post("/office/events/do/plan_again/", {"ref": ["e2022-14"], "yes": "1"})

    assert "Border Management by Air: someone is entered as having attended; correct that first" in words(
        Page("/", answer.content).root
    )
    assert states("e2022-14") == ["held"]


def test_a_verb_that_asks_why_is_refused_without(naree):
    Event.objects.filter(ref="e2022-14").update(state="planned")
    answer = as_user(naree).post("/office/events/e2022-14/do/cancel/", {"yes": "1", "reason": " "})

    assert (answer.status_code, summary(answer)) == (422, ["Why: is empty"])
    assert event().state == "planned"


def test_rows_that_a_verb_is_not_for_are_told_and_left_alone(naree):
    answer = as_user(naree).post("/office/events/do/cancel/", {"ref": ["e2022-14"]})

    assert "Not for 1 record" in words(Page("/", answer.content).root)
    assert event().state == "held"


def test_a_verb_of_another_role_is_not_there(office):
    marta = User.objects.get(ref="marta-ilves")
    answer = as_user(marta).post("/office/events/e2022-14/do/plan_again/", {"yes": "1"})

    assert (answer.status_code, event().state) == (404, "held")


def test_the_one_record_of_the_office_is_edited_and_never_removed(harriet):
    client, at = as_user(harriet), "/office/office/rso/"
    page = client.get(at).content.decode()

    assert (f"{at}edit/" in page, f"{at}do/remove/" in page) == (True, False)
    assert client.post(f"{at}do/remove/", {"yes": "1", "reason": "By mistake"}).status_code == 404


def test_what_records_still_point_to_cannot_be_removed(naree):
    answer = as_user(naree).post("/office/events/e2022-14/do/remove/", {"yes": "1", "reason": "Double"})

    assert answer.status_code == 422
    assert summary(answer)[0].startswith("Still used by participation e2022-14-001")


def test_a_kept_view_is_known_again_whatever_it_is_sorted_by(naree):
    client, asked = as_user(naree), "type=training&sort=-place&cols=title&cols=place"
    client.post("/office/events/view/", {"title": "Trainings", "query": asked})

    for address in (asked, "cols=title&cols=place&type=training"):
        tabs = Page("/", client.get(f"/office/events/?{address}").content)
        assert [words(a) for a in tabs.all("a") if a.get("aria-current") == "page"][-1] == "Trainings"


def test_a_view_that_a_leaver_shared_can_be_removed_by_a_colleague(naree, somchai):
    view = SavedView.objects.create(owner=naree, desk="events", title="Forums", query="type=forum", shared=True)
    for active, left in ((True, 1), (False, 0)):
        User.objects.filter(pk=naree.pk).update(is_active=active)
        page = as_user(somchai).get("/office/events/?type=forum").content.decode()
        as_user(somchai).post("/office/events/view/", {"drop": str(view.pk)})
        assert ("Remove this view" in page, SavedView.objects.count()) == (not active, left)


def test_columns_that_one_has_chosen_are_kept_as_a_view_and_sorting_leaves_the_view_as_it_is(naree):
    def page(asked: str) -> Page:
        return Page("/", as_user(naree).get(f"/office/events/?{asked}").content)

    kept = {
        asked: "Save this view" in words(page(asked).root) for asked in ("", "sort=title", "cols=place", "q=border")
    }
    assert kept == {"": False, "sort=title": False, "cols=place": True, "q=border": True}
    current = [words(a) for a in page("sort=title").all("a") if a.get("aria-current") == "page"]
    assert current[-1] == "All"


def test_a_view_is_kept_by_name_and_shared_if_one_wants(naree, somchai):
    keep = {"title": "Forums", "query": "type=forum", "shared": "on"}
    as_user(naree).post("/office/events/view/", keep)

    tabs = Page("/", as_user(somchai).get("/office/events/?type=forum").content)
    assert [words(a) for a in tabs.all("a") if a.get("aria-current") == "page"][-1] == "Forums"
    view = SavedView.objects.get()
    as_user(somchai).post("/office/events/view/", {"drop": view.pk})
    assert SavedView.objects.count() == 1
    as_user(naree).post("/office/events/view/", {"drop": view.pk})
    assert SavedView.objects.count() == 0


def test_only_the_office_is_offered_to_lead_an_activity(naree):
    page = Page("/", as_user(naree).get("/office/activities/a2022-01/edit/").content)
    select = next(e for e in page.all("select") if e.get("name") == "lead")
    offered = {option.get("value") for option in select.iter("option")}

    assert {"naree-boonmee", "harriet-lowe"} <= offered
    assert offered & {"josefa-waqa", "batbayar", "platform"} == set()


def test_a_new_name_is_offered_at_once(naree):
    client = as_user(naree)
    client.get(EDIT)
    harriet = User.objects.get(ref="harriet-lowe")
    address = "/office/groups/WGTIP/edit/"
    form = answers_of(as_user(harriet).get(address).content)
    assert as_user(harriet).post(address, {**form, "purpose": "Something else"}).status_code == 302
    title = "Work under another name"
    activity = "/office/activities/a2022-09/edit/"
    as_user(naree).post(activity, {**answers_of(client.get(activity).content), "title": title})

    assert title in client.get(EDIT).content.decode()


def test_a_ref_that_cannot_be_read_is_told_beside_the_record_above(office):
    harriet = User.objects.get(ref="harriet-lowe")
    new = opened(harriet, "/office/groups/new/")
    answer = as_user(harriet).post("/office/groups/new/", {**new, "ref": "a (b)", "name": "A group", "parent": "WGTIP"})

    assert answer.status_code == 422
    assert summary(answer)[0].split(":")[0] == "Ref"


@pytest.mark.parametrize(
    ("address", "field"), [("/office/events/view/", "drop"), ("/office/calendar/addresses/", "revoke")]
)
def test_a_number_that_is_none_removes_nothing(naree, address, field):
    assert as_user(naree).post(address, {field: "²"}).status_code == 302


def test_the_account_of_a_focal_point_is_typed_for_the_list_offers_the_office_alone(naree):
    User.objects.create(ref="ana-ratu", name="Ana Ratu", email="ana@rso.example", role="focal_point")
    page = as_user(naree).get("/office/people/new/").content
    answer = as_user(naree).post("/office/people/new/", {**answers_of(page), "name": "Ana Ratu", "account": "Ana Ratu"})

    assert b'<select id="f-account"' not in page
    assert (answer.status_code, Person.objects.get(name="Ana Ratu").account.ref) == (302, "ana-ratu")
