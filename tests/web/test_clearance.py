"""Publications go through clearance: who sends, who answers, who clears, what a change overtakes, what holds back publishing."""

from __future__ import annotations

from datetime import date

import pytest

from rso.accounts.actions import hand_over, platform
from rso.accounts.models import User
from rso.core.models import AuditEvent
from rso.core.office.day import tasks_of, today_of
from rso.core.verbs import Refused
from rso.members.models import Body
from rso.publications import actions, clearing, states
from rso.publications.models import Clearance, Edition, Publication
from tests.conftest import HOUSE, NOW, named
from tests.web.conftest import as_user
from tests.web.markup import Page, words

pytestmark = pytest.mark.usefixtures("office")
STEPS = {step.slug: step for step in states.publications.steps}
PAGE = "/office/publications/p2023-03/"


def work() -> Publication:
    """A draft in peer review: Naree Boonmee has cleared it, Harriet Lowe and NEXUS are asked."""
    return Publication.objects.get(ref="p2023-03")


def question(ref: str) -> Clearance:
    return Clearance.objects.select_related("publication", "reviewer").get(ref=ref)


def take(slug: str, by: User, reason: str = "") -> None:
    states.publications.take(STEPS[slug], [work()], by=by, now=NOW, reason=reason)


def answer(ref: str, by: User, verdict: str = "cleared", comment: str = "") -> None:
    clearing.answer([question(ref)], by=by, now=NOW, verdict=verdict, comment=comment)


def record(ref: str, by: User, verdict: str = "cleared", on: date = date(2023, 3, 30), comment: str = "") -> None:
    clearing.record([question(ref)], by=by, now=NOW, verdict=verdict, given_on=on, channel="letter", comment=comment)


def refused(verb, *args, **given) -> str:
    with pytest.raises(Refused) as error:
        verb(*args, **given)
    return str(error.value)


def sent_by(user: User) -> None:
    take("send_back", user, "Once more")
    take("send", user)


def verdicts() -> dict[str, str]:
    return dict(Clearance.objects.filter(publication=work()).order_by("ref").values_list("ref", "verdict"))


def test_a_work_is_published_once_reviewer_co_manager_and_partner_have_cleared_it(lena, harriet):
    sent_by(lena)
    answer("c2023-03", harriet)
    record("c2023-04", lena)
    take("publish", lena)
    told = AuditEvent.objects.filter(kind="publications.publication", ref="p2023-03").order_by("pk")

    assert (work().state, work().first_issued_on) == ("published", date(2023, 3, 31))
    assert [event.verb for event in told][-4:] == ["send_back", "send", "clear", "publish"]
    partner = question("c2023-04")
    assert (partner.verdict, partner.channel, partner.given_on) == ("cleared", "letter", date(2023, 3, 30))


def test_whoever_sent_a_work_to_review_does_not_clear_it(harriet, bagus):
    sent_by(harriet)

    says = "whoever sent a work to review does not clear it"
    assert refused(clearing.clear, [work()], by=harriet, now=NOW).startswith(says)
    assert refused(answer, "c2023-03", harriet) == says
    clearing.clear([work()], by=bagus, now=NOW, comment="Fit to print")

    mine = Clearance.objects.get(publication=work(), reviewer=bagus)
    assert (work().state, mine.kind, mine.verdict, mine.comment) == ("cleared", "co_manager", "cleared", "Fit to print")


def test_whoever_sent_a_work_to_review_is_not_asked_and_nothing_waits_for_them(harriet, lena):
    assert waits_for(harriet) == ["/office/clearances/c2023-03/"]
    sent_by(harriet)

    assert waits_for(harriet) == []
    asked = Clearance(ref="c2023-09", publication=work(), kind="co_manager", reviewer=harriet)
    says = "whoever sent a work to review does not clear it; ask another"
    assert refused(clearing.clearance_verbs.add, [asked], by=lena, now=NOW) == says


def waits_for(user: User) -> list[str]:
    return [task.url for task in tasks_of(today_of(user, NOW.date())) if task.why == "waiting"]


def test_a_co_manager_clears_only_what_a_peer_has_cleared(harriet):
    Clearance.objects.filter(ref="c2023-01").update(verdict="waiting", given_on=None)

    assert refused(clearing.clear, [work()], by=harriet, now=NOW) == "no peer reviewer has cleared it as it stands"


def test_a_draft_without_a_reviewer_is_not_sent(lena):
    take("send_back", lena, "Not ready")
    Clearance.objects.filter(publication=work()).delete()

    assert refused(take, "send", lena) == "name a peer reviewer first: ask for a clearance"


def test_nothing_is_published_while_a_partner_has_not_agreed(lena, harriet):
    answer("c2023-03", harriet)
    missing = "the clearance of NEXUS Institute is not on record"

    assert refused(take, "publish", lena) == missing
    record("c2023-04", lena, "changes", comment="Name the steering group")
    assert refused(take, "publish", lena) == missing
    again = Clearance(ref="c2023-05", publication=work(), kind="partner", body=Body.objects.get(ref="NEXUS"))
    clearing.ask([again], by=lena, now=NOW)
    record("c2023-05", lena)
    take("publish", lena)

    assert work().state == "published"


@pytest.mark.parametrize(("field", "text"), [("title", "Another title"), ("summary", "Other words"), ("link", "https://rso.example/x")])  # fmt: skip
def test_a_change_of_what_was_read_overtakes_every_answer(lena, harriet, field, text):
    answer("c2023-03", harriet)
    altered = work()
    setattr(altered, field, text)
    actions.change_publications([altered], by=lena, now=NOW)
    told = AuditEvent.objects.filter(kind="publications.publication", ref="p2023-03").order_by("-pk")[0]

    assert (work().state, verdicts()) == (
        "peer_review",
        {"c2023-01": "overtaken", "c2023-02": "waiting", "c2023-03": "overtaken", "c2023-04": "waiting"},
    )
    assert (told.verb, told.reason) == ("reopen", "Changed after it was cleared")
    assert refused(clearing.clear, [work()], by=harriet, now=NOW) == "no peer reviewer has cleared it as it stands"


def test_what_is_rewritten_after_it_was_sent_back_is_reviewed_anew(lena, harriet):
    record("c2023-04", lena)
    take("send_back", harriet, "Part two repeats part one")
    draft = work()
    draft.summary = "All of it is new."
    actions.publication_verbs.change([draft], by=lena, now=NOW)

    assert (work().state, verdicts()["c2023-01"], verdicts()["c2023-04"]) == ("draft", "overtaken", "overtaken")
    take("send", lena)
    assert refused(take, "clear", harriet) == "no peer reviewer has cleared it as it stands"


def test_a_new_file_overtakes_answers_and_a_new_date_does_not(lena, harriet):
    answer("c2023-03", harriet)
    edition = Edition(ref="p2023-03-en", publication=work(), language="en", issued_on=date(2023, 6, 15))
    actions.add_editions([edition], by=lena, now=NOW)
    edition.issued_on = date(2023, 6, 1)
    actions.change_editions([edition], by=lena, now=NOW)
    assert (work().state, verdicts()["c2023-03"]) == ("cleared", "cleared")

    edition.file = "guide.pdf"
    actions.change_editions([edition], by=lena, now=NOW)
    assert (work().state, verdicts()["c2023-03"]) == ("peer_review", "overtaken")


def test_a_published_work_keeps_its_state_when_a_word_is_mended(lena):
    altered = Publication.objects.get(ref="p2022-01")
    altered.summary = "A series."
    actions.change_publications([altered], by=lena, now=NOW)

    assert Publication.objects.get(ref="p2022-01").state == "published"


def test_changes_asked_by_a_co_manager_lead_a_work_back_with_the_reason(lena, harriet):
    assert refused(answer, "c2023-03", harriet, "changes") == "say what should change, or why not"
    answer("c2023-03", harriet, "changes", "Part two repeats part one")

    assert (work().state, work().reason) == ("draft", "Part two repeats part one")
    take("send", lena)
    assert work().reason == ""


def test_an_answer_is_given_by_whoever_is_asked_and_stays(lena, harriet, bagus):
    assert refused(answer, "c2023-03", bagus) == "is for Harriet Lowe to answer"
    assert refused(record, "c2023-03", lena) == "is for Harriet Lowe to answer"
    assert refused(answer, "c2023-04", lena) == "is answered outside; record it"
    assert refused(record, "c2023-04", lena, on=date(2023, 4, 2)) == "has not come yet"
    answer("c2023-03", harriet)
    assert refused(answer, "c2023-03", harriet) == "is answered; ask anew"
    stays = "is answered, and the answer stays; ask anew"
    assert refused(clearing.withdraw, [question("c2023-03")], by=lena, now=NOW) == stays
    turned = question("c2023-01")
    turned.kind, turned.reviewer = "co_manager", harriet
    assert refused(clearing.change, [turned], by=lena, now=NOW) == stays


def test_a_work_that_is_out_waits_for_no_answer(lena, harriet, bagus):
    sent_by(lena)
    clearing.clear([work()], by=bagus, now=NOW)
    record("c2023-04", lena)
    take("publish", lena)
    asked = "/office/clearances/c2023-03/"

    says = "the work is “Published” and waits for no answer"
    assert refused(answer, "c2023-03", harriet, "changes", "Too late") == says
    assert (question("c2023-03").verdict, buttons(harriet, asked)) == ("waiting", {"Remove"})
    assert Clearance.objects.waiting_for(harriet).count() == 0
    mine = as_user(harriet).get("/office/clearances/?view=mine").content.decode()
    assert "c2023-03" not in mine


def test_one_question_goes_to_one_who_may_be_asked(lena, naree):
    union, nexus = (Body.objects.get(ref=ref) for ref in ("IOM", "NEXUS"))
    asked = [
        Clearance(kind="co_manager", reviewer=naree),
        Clearance(kind="peer", reviewer=named("josefa-waqa")),
        Clearance(kind="peer", reviewer=naree, outsider="Someone"),
        Clearance(kind="peer", body=nexus),
        Clearance(kind="partner", body=union),
        Clearance(kind="partner"),
    ]
    for at, clearance in enumerate(asked):
        clearance.ref, clearance.publication = f"c-{at}", work()

    with pytest.raises(Refused) as error:
        clearing.ask(asked, by=lena, now=NOW)
    assert [(problem.index, problem.field, str(problem.says)) for problem in error.value.problems] == [
        (0, "reviewer", "Naree Boonmee may not be asked this"),
        (1, "reviewer", "Josefa Waqa may not be asked this"),
        (2, "outsider", "one question is to one; ask the other apart"),
        (3, "body", "does not go with “Peer reviewer”"),
        (4, "body", "is no partner of this work; name it there first"),
        (5, "body", "say who is asked"),
    ]


def buttons(user: User, address: str = PAGE) -> set[str]:
    page = Page(address, as_user(user).get(address).content)
    return {words(e) for e in page.all("a", "button") if "mini" in (e.get("class") or "").split()} - {"Attach"}


def test_each_sees_the_verbs_that_are_theirs(lena, harriet, naree):
    theirs = {"Send back", "Remove", "Ask for a clearance", "New edition"}
    assert (buttons(lena), buttons(harriet)) == (theirs, theirs | {"Clear"})
    assert buttons(named("marta-ilves")) == set()
    asked = "/office/clearances/c2023-03/"
    assert (buttons(harriet, asked), buttons(lena, asked)) == (
        {"Clear", "Ask for changes", "Decline", "Remove"},
        {"Remove"},
    )
    assert buttons(lena, "/office/clearances/c2023-04/") == {"Record the answer", "Remove"}


def test_the_page_says_what_publishing_still_waits_for(lena, harriet):
    answer("c2023-03", harriet)
    page = Page(PAGE, as_user(lena).get(PAGE).content)

    assert [words(e) for e in page.all("li") if words(e).startswith("Publish:")] == [
        "Publish: the clearance of NEXUS Institute is not on record"
    ]


@pytest.mark.parametrize("ref", ["lena-fischer", "tran-thi-mai", "kim-osei"])
def test_nobody_but_a_co_manager_clears(ref):
    assert as_user(named(ref)).post(f"{PAGE}do/clear/", {"yes": "1"}).status_code == 404
    assert work().state == "peer_review"


def test_a_co_manager_clears_on_the_page_after_seeing_what_will_change(harriet):
    shown = as_user(harriet).get(f"{PAGE}do/clear/")
    done = as_user(harriet).post(f"{PAGE}do/clear/", {"yes": "1", "comment": "Well made"})

    assert "What will change" in words(Page(PAGE, shown.content).root)
    assert (done.status_code, work().state, question("c2023-03").comment) == (302, "cleared", "Well made")


def test_a_question_is_asked_and_a_partners_answer_recorded_in_the_browser(lena):
    client = as_user(lena)
    made = client.post(
        "/office/clearances/new/?publication=p2023-03",
        {"publication": "p2023-03", "kind": "peer", "outsider": "A judge (invented)"},
    )
    asked = Clearance.objects.get(outsider="A judge (invented)")
    given = {"yes": "1", "verdict": "cleared", "given_on": "2023-03-30", "channel": "email", "comment": ""}
    done = client.post(f"/office/clearances/{asked.ref}/do/record/", given)
    asked.refresh_from_db()

    assert (made.status_code, done.status_code) == (302, 302)
    assert (asked.verdict, asked.channel, asked.given_on) == ("cleared", "email", date(2023, 3, 30))


def test_a_co_manager_who_asks_for_changes_says_which(harriet):
    address = "/office/clearances/c2023-03/do/ask_changes/"
    client = as_user(harriet)
    wordless = client.post(address, {"yes": "1", "comment": ""})
    said = client.post(address, {"yes": "1", "comment": "Part two repeats part one"})

    assert (wordless.status_code, said.status_code) == (422, 302)
    assert (question("c2023-03").verdict, work().state) == ("changes", "draft")


def test_verdicts_that_no_person_gives_are_refused(lena):
    answers = {"yes": "1", "verdict": "overtaken", "given_on": "2023-03-30", "channel": "letter", "comment": ""}

    assert as_user(lena).post("/office/clearances/c2023-04/do/record/", answers).status_code == 422
    assert question("c2023-04").verdict == "waiting"


def test_what_is_in_clearance_is_not_public(client, lena):
    assert client.get("/publications/p2023-03/").status_code == 404
    led = {ref: "As the public sees it" in words(Page("/", as_user(lena).get(f"/office/publications/{ref}/").content).root) for ref in ("p2023-03", "p2022-01")}  # fmt: skip
    assert led == {"p2023-03": False, "p2022-01": True}


def test_the_readme_draws_the_states_as_they_are():
    assert states.publications.diagram() in (HOUSE / "rso" / "publications" / "README.md").read_text(encoding="utf-8")


def test_what_waits_for_a_leavers_answer_is_put_to_whoever_takes_over(naree, harriet):
    bagus, mai = named("bagus-santoso"), named("tran-thi-mai")
    assert refused(hand_over, of=harriet, to=mai, by=platform(), now=NOW).endswith(
        "(c2023-03): Tran Thi Mai may not be asked this"
    )
    hand_over(of=harriet, to=bagus, by=platform(), now=NOW)
    hand_over(of=naree, to=mai, by=platform(), now=NOW)

    asked = {ref: str(question(ref).reviewer) for ref in ("c2023-01", "c2023-03")}
    assert (asked, verdicts()["c2023-01"]) == ({"c2023-01": "Naree Boonmee", "c2023-03": "Bagus Santoso"}, "cleared")
    assert [task.title for task in tasks_of(today_of(bagus, NOW.date())) if "/clearances/" in task.url] != []
