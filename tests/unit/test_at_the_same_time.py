"""Two people at once, made to happen one after the other: what was read before another wrote is never written back."""

from __future__ import annotations

import hashlib

import pytest

from rso.accounts.actions import disable_accounts
from rso.accounts.forms import Profile
from rso.accounts.models import User
from rso.core.merging import merge
from rso.core.office import doing
from rso.core.verbs import Refused, add, change
from rso.events.models import Event, Participation
from rso.members.models import Body, Person
from rso.reports import publishing, states, writing
from rso.reports.actions import text_verbs
from rso.reports.models import Edition, Report, SectionText
from tests.conftest import NOW
from tests.unit.test_publishing import MONTHLY, published, signed
from tests.web.conftest import as_user

pytestmark = pytest.mark.usefixtures("office")


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path) -> None:
    settings.VAR = tmp_path / "var"


def amid(monkeypatch, do) -> None:
    """While the files of the edition are made, something else happens."""
    lay_down = publishing._lay_down

    def laid(*given):
        monkeypatch.setattr(publishing, "_lay_down", lay_down)
        do()
        return lay_down(*given)

    monkeypatch.setattr(publishing, "_lay_down", laid)


def test_a_report_that_is_being_published_is_not_published_again(monkeypatch):
    signed()
    said = []

    def second() -> None:
        with pytest.raises(Refused) as refused:
            published()
        said.extend(str(problem.says) for problem in refused.value.problems)

    amid(monkeypatch, second)
    edition = published()

    folder = publishing.folder_of(MONTHLY, 1)
    kept = {name: digest for name, digest in edition.files.items() if name != "records"}
    assert said == ["The report is being published at this moment."]
    assert kept == {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in kept}


def test_words_that_change_while_the_report_is_published_keep_it_from_being_so(monkeypatch, naree):
    signed()

    def write() -> None:
        text = writing.Place(Report.objects.get(ref=MONTHLY), "remarks").new()
        text.text = "One more sentence."
        text_verbs.add([text], by=naree, now=NOW)

    amid(monkeypatch, write)
    with pytest.raises(Refused, match="has not signed"):
        published()

    assert (Edition.objects.count(), Report.objects.get(ref=MONTHLY).state) == (0, "approved")


def test_a_report_that_was_given_back_meanwhile_is_not_signed(harriet, bagus):
    report = signed()
    report.signatures.all().delete()
    (step,) = (step for step in states.reports.steps if step.slug == "reopen")
    states.reports.take(step, [Report.objects.get(pk=report.pk)], by=bagus, now=NOW, reason="Not yet")

    with pytest.raises(Refused, match="only an approved report"):
        writing.sign(report, by=harriet, now=NOW)


def test_words_that_another_saved_meanwhile_stay_when_a_text_is_sent(naree, somchai):
    text, theirs = (SectionText.objects.filter(state="draft").exclude(text="").order_by("pk")[0] for _each in "12")
    theirs.text += "\n\nOne more sentence."
    text_verbs.change([theirs], by=somchai, now=NOW)
    writing.lead_on([text], "send", by=naree, now=NOW)

    text = SectionText.objects.get(pk=text.pk)
    assert (text.state, text.text) == ("in_review", theirs.text)


@pytest.mark.parametrize(("keeps", "gives"), [("one", "other"), ("other", "one")])
def test_two_records_are_merged_once_whichever_each_of_two_people_keeps(naree, somchai, keeps, gives):
    body = Body.objects.get(ref="FJI")
    add([Person(ref=ref, name="Ana Vula", body=body) for ref in ("one", "other")], verb="added", by=naree, now=NOW)
    people = {ref: Person.objects.get(ref=ref) for ref in ("one", "other")}
    merge(Person.objects.get(ref="one"), Person.objects.get(ref="other"), by=somchai, now=NOW)
    with pytest.raises(Refused, match="no longer there"):
        merge(people[keeps], people[gives], by=naree, now=NOW)

    assert [person.ref for person in Person.objects.filter(name="Ana Vula")] == ["one"]


def test_who_changes_the_own_name_while_the_account_is_disabled_does_not_open_it_again(monkeypatch, naree, kim):
    client, is_valid = as_user(naree), Profile.is_valid

    def then_disabled(form: Profile) -> bool:
        found = is_valid(form)
        disable_accounts([User.objects.get(pk=naree.pk)], by=kim, now=NOW)
        return found

    monkeypatch.setattr(Profile, "is_valid", then_disabled)
    client.post("/accounts/", {"name": "Naree B.", "language": "en"})

    naree.refresh_from_db()
    assert (naree.is_active, naree.name) == (False, "Naree B.")


@pytest.fixture
def planned(naree) -> Event:
    """An event that can be cancelled."""
    Participation.objects.filter(event__ref="e2022-14").delete()
    Event.objects.filter(ref="e2022-14").update(state="planned")
    return Event.objects.get(ref="e2022-14", state="planned")


def test_what_another_did_between_reading_and_doing_stays(monkeypatch, planned, naree, somchai):
    sorted_before = doing._sorted

    def sorted_then(act, things, user):
        found = sorted_before(act, things, user)
        event = Event.objects.get(ref="e2022-14")
        event.place = "Suva"
        change([event], verb="changed", by=somchai, now=NOW)
        return found

    monkeypatch.setattr(doing, "_sorted", sorted_then)
    answer = as_user(naree).post("/office/events/e2022-14/do/cancel/", {"yes": "1", "reason": "Flood"})

    planned.refresh_from_db()
    assert (answer.status_code, planned.state, planned.place) == (302, "cancelled", "Suva")


def test_a_verb_that_another_did_first_is_refused(monkeypatch, planned, naree, somchai):
    sorted_before = doing._sorted

    def sorted_then(act, things, user):
        found = sorted_before(act, things, user)
        monkeypatch.setattr(doing, "_sorted", sorted_before)
        as_user(somchai).post("/office/events/e2022-14/do/cancel/", {"yes": "1", "reason": "Flood"})
        return found

    monkeypatch.setattr(doing, "_sorted", sorted_then)
    answer = as_user(naree).post("/office/events/e2022-14/do/cancel/", {"yes": "1", "reason": "Storm"})

    planned.refresh_from_db()
    assert (answer.status_code, planned.state, planned.reason) == (422, "cancelled", "Flood")
