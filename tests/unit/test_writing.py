"""Writing a report: versions, approval by another, signatures that a change takes back, what keeps a report from being published."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils.translation import gettext, override

from rso.accounts.models import User
from rso.core.models import AuditEvent
from rso.core.states import Machine
from rso.core.verbs import Refused, change
from rso.environment import HOUSE
from rso.events.models import Event
from rso.reports import states
from rso.reports.actions import report_verbs, text_verbs
from rso.reports.models import Report, SectionText
from rso.reports.queries import unapproved, unsigned
from rso.reports.ready import blockers, broken, readiness
from rso.reports.spelling import slips
from rso.reports.writing import Place, approve, begun, comment, lead_on, plan, resolve, sign


@pytest.fixture
def annual_report(office) -> Report:
    return Report.objects.get(ref="annual-2022")


@pytest.fixture
def text(annual_report) -> SectionText:
    return SectionText.objects.get(report=annual_report, section="theme-1", language="en")


def rewrite(text: SectionText, words: str, by: User, now) -> None:
    text.text = words
    text_verbs.change([text], by=by, now=now)


def approve_all(report: Report, by: User, now) -> None:
    texts = unapproved(report)
    lead_on([each for each in texts if each.state == "draft"], "send", by=by, now=now)
    lead_on(unapproved(report), "approve", by=by, now=now)


def step(machine: Machine, slug: str):
    return next(step for step in machine.steps if step.slug == slug)


def test_the_diagrams_of_the_readme_are_those_of_the_code():
    told = (HOUSE / "rso" / "reports" / "README.md").read_text(encoding="utf-8").split("```mermaid\n")[1:]

    diagrams = [states.sections.diagram(), states.reports.diagram()]
    assert [each.split("\n```")[0] for each in told] == diagrams


def test_every_saved_version_is_kept_and_a_save_without_change_makes_none(text, naree, now):
    loaded = text.text
    rewrite(text, "First.", naree, now)
    rewrite(text, "First.", naree, now)
    rewrite(text, "Second.", naree, now)

    assert list(text.versions.order_by("number").values_list("number", "text")) == [
        (1, loaded), (2, "First."), (3, "Second."),
    ]  # fmt: skip


@pytest.mark.parametrize("ref", ["calendar", "advance", "printed", "photographs", "key"])
def test_a_new_report_takes_the_address_of_no_other_page(office, naree, now, ref):
    with pytest.raises(Refused, match="is the address of another page of the site"):
        report_verbs.add([Report(ref=ref, title="A report", definition="annual", period="2023")], by=naree, now=now)


def test_a_report_is_of_a_kind_that_there_is(annual_report, naree, now):
    says = "is no kind of report; there are annual, finance, monthly, newsletter"
    made = Report(ref="a.b", title="A report", definition="nope", period="2023")
    with pytest.raises(Refused) as refused:
        report_verbs.add([made], by=naree, now=now)
    assert [(problem.field, problem.says) for problem in refused.value.problems] == [
        ("definition", says),
        ("ref", "stands in addresses; write it with letters, digits, hyphens and underscores alone"),
    ]

    annual_report.definition = "nope"
    with pytest.raises(Refused, match=says):
        report_verbs.change([annual_report], by=naree, now=now)


def test_a_text_without_words_is_planned_and_has_no_version(annual_report, naree, now):
    report = Report(ref="annual-2023", title="Annual Report 2023", definition="annual", period="2023")
    report_verbs.add([report], by=naree, now=now)
    planned = plan(Place(report, "contact"), writer=naree, due_on=date(2024, 1, 31), by=naree, now=now)

    assert (planned.writer, planned.state, planned.versions.count()) == (naree, "draft", 0)
    with pytest.raises(Refused, match="has no words yet"):
        lead_on([planned], "send", by=naree, now=now)
    with pytest.raises(Refused, match="no section of this kind"):
        plan(Place(report, "nothing"), writer=naree, due_on=None, by=naree, now=now)


@pytest.mark.parametrize(
    ("section", "language", "told"),
    [
        ("theme-9", "en", ("section", "is no section of this kind of report; did you mean theme-6?")),
        ("theme-1", "xx", ("language", "is no language of the office; there are en, id, th")),
    ],
)
def test_a_text_is_of_a_section_and_a_language_that_there_are(annual_report, text, naree, now, section, language, told):
    def refused(do) -> list[tuple[str, str]]:
        with pytest.raises(Refused) as refused:
            do()
        return [(problem.field, str(problem.says)) for problem in refused.value.problems]

    made = SectionText(ref="t-new", report=annual_report, section=section, language=language)
    assert refused(lambda: text_verbs.add([made], by=naree, now=now)) == [told]
    text.section, text.language = section, language
    assert refused(lambda: text_verbs.change([text], by=naree, now=now)) == [told]


def test_a_text_whose_section_is_gone_can_still_be_changed_and_removed(annual_report, text, naree, now):
    SectionText.objects.filter(pk=text.pk).update(section="theme-9")
    text.refresh_from_db()

    rewrite(text, "Kept elsewhere.", naree, now)
    text_verbs.remove([text], by=naree, now=now)
    assert not SectionText.objects.filter(pk=text.pk).exists()


def test_a_heading_over_the_words_of_its_kind_is_sent_and_approved(annual_report, naree, harriet, now):
    heading = begun(Place(annual_report, "year-headlines"), by=naree, now=now)
    heading.title = "The year in short"
    text_verbs.change([heading], by=naree, now=now)
    assert heading in unapproved(annual_report)

    lead_on([heading], "send", by=naree, now=now)
    approve(heading, 1, by=harriet, now=now)
    assert heading not in unapproved(annual_report)


def test_nobody_approves_what_they_wrote(text, harriet, bagus, now):
    rewrite(text, "Harriet’s words.", harriet, now)
    lead_on([text], "send", by=harriet, now=now)

    with pytest.raises(Refused, match="you wrote this version"):
        approve(text, 2, by=harriet, now=now)
    approve(text, 2, by=bagus, now=now)
    assert text.state == "approved"


def test_approval_is_of_the_version_that_was_seen(text, naree, harriet, now):
    lead_on([text], "send", by=naree, now=now)
    rewrite(text, "Changed while she read.", naree, now)

    with pytest.raises(Refused, match="the text has changed since you read it"):
        approve(text, 1, by=harriet, now=now)


def test_a_change_of_words_makes_an_approved_text_a_draft_and_takes_signatures_back(
    annual_report, text, naree, harriet, bagus, now
):
    approve_all(annual_report, harriet, now)
    for slug in ("send", "approve"):
        states.reports.take(step(states.reports, slug), [annual_report], by=bagus, now=now)
    sign(annual_report, by=harriet, now=now)
    assert unsigned(annual_report) == [bagus]

    text.refresh_from_db()
    rewrite(text, "One more word.", naree, now)
    text.refresh_from_db()

    assert (text.state, annual_report.signatures.count()) == ("draft", 0)
    assert AuditEvent.objects.filter(ref="annual-2022", verb="signatures taken back").count() == 1


def signed_by_both(report: Report, harriet: User, bagus: User, now) -> None:
    """The report with every section approved, itself approved, and signed by both co-managers."""
    approve_all(report, harriet, now)
    for slug in ("send", "approve"):
        states.reports.take(step(states.reports, slug), [report], by=bagus, now=now)
    sign(report, by=harriet, now=now)
    sign(report, by=bagus, now=now)


@pytest.mark.parametrize(
    ("name", "value"),
    [("title", "Another title"), ("subtitle", "As we see it"), ("as_at", date(2022, 12, 1)), ("period", "2021")],
)
def test_a_change_of_what_the_report_prints_of_itself_takes_signatures_back(
    annual_report, naree, harriet, bagus, now, name, value
):
    signed_by_both(annual_report, harriet, bagus, now)
    annual_report.order += 1
    report_verbs.change([annual_report], by=naree, now=now)
    assert annual_report.signatures.count() == 2, "its place in a list is printed nowhere"

    setattr(annual_report, name, value)
    report_verbs.change([annual_report], by=naree, now=now)

    assert annual_report.signatures.count() == 0


def test_a_comment_on_a_section_that_nobody_has_begun_leaves_the_signatures(annual_report, naree, harriet, bagus, now):
    SectionText.objects.filter(report=annual_report, section="contact").delete()
    signed_by_both(annual_report, harriet, bagus, now)
    comment(begun(Place(annual_report, "contact"), by=naree, now=now), "Who answers here?", by=naree, now=now)

    assert annual_report.signatures.count() == 2


def test_a_section_given_back_and_a_report_opened_again_take_signatures_back(annual_report, text, harriet, bagus, now):
    signed_by_both(annual_report, harriet, bagus, now)
    lead_on([text], "give_back", by=harriet, now=now, reason="One more look")
    assert annual_report.signatures.count() == 0

    with pytest.raises(Refused, match="1 section is not approved"):
        sign(annual_report, by=harriet, now=now)
    approve_all(annual_report, bagus, now)
    sign(annual_report, by=harriet, now=now)
    states.reports.take(step(states.reports, "reopen"), [annual_report], by=bagus, now=now, reason="One more look")
    assert annual_report.signatures.count() == 0


def test_approving_a_section_leaves_no_older_signature_in_force(annual_report, text, naree, harriet, bagus, now):
    """Signatures from before signing asked for every section stand under a draft."""
    signed_by_both(annual_report, harriet, bagus, now)
    SectionText.objects.filter(pk=text.pk).update(state="in_review")
    lead_on([text], "approve", by=harriet, now=now)

    assert annual_report.signatures.count() == 0


def test_only_an_approved_report_is_signed_and_once_by_each(annual_report, harriet, now):
    with pytest.raises(Refused, match="only an approved report"):
        sign(annual_report, by=harriet, now=now)
    annual_report.state = "approved"
    change([annual_report], verb="changed", by=harriet, now=now)
    with pytest.raises(Refused, match="sections are not approved"):
        sign(annual_report, by=harriet, now=now)
    approve_all(annual_report, harriet, now)
    sign(annual_report, by=harriet, now=now)
    with pytest.raises(Refused, match="signed it already"):
        sign(annual_report, by=harriet, now=now)


def test_a_report_with_a_section_that_is_not_approved_is_not_approved(annual_report, naree, harriet, now):
    states.reports.take(step(states.reports, "send"), [annual_report], by=naree, now=now)

    with pytest.raises(Refused, match="sections are not approved"):
        states.reports.take(step(states.reports, "approve"), [annual_report], by=harriet, now=now)


def test_a_report_is_ready_once_everything_is_approved_and_nothing_is_open(annual_report, text, naree, harriet, now):
    assert {finding.kind for finding in blockers(annual_report)} == {"approval"}
    approve_all(annual_report, harriet, now)
    assert blockers(annual_report) == []

    said = comment(text, "Is this so?", by=naree, now=now)
    assert [(f.kind, f.section, f.says) for f in blockers(annual_report)] == [
        ("comment", "theme-1", "Naree Boonmee asks: Is this so?")
    ]
    resolve(said, by=naree, now=now)
    assert blockers(annual_report) == []


def test_each_thing_in_the_way_is_told_with_its_place(annual_report, text, naree, now):
    rewrite(text, "We reached 600 people in [Bali](/events/e1900-01/). {{ fig nothing }}", naree, now)
    found = [(f.kind, f.says) for f in blockers(annual_report) if f.section == "theme-1"]

    assert [kind for kind, _says in found] == ["text", "text", "approval", "link"]
    assert "“600” is typed by hand; write {{ fig participations }}" in found[0][1]
    assert found[1][1].startswith("line 1, {{ fig nothing }}: ")
    assert [says for _kind, says in found[2:]] == [
        "is not approved: Draft",
        "/events/e1900-01/: there is no such record",
    ]


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("/events/e2022-01/", ""),
        ("/events/e1900-01/", "there is no such record"),
        ("/figures/participations/2022/", ""),
        ("/figures/nothing/2022/", "there is no such figure"),
        ("/no/such/page/", "there is no such page"),
        ("https://example.org/elsewhere", ""),
        ("mailto:office@rso.example", ""),
        ("#here", ""),
        ("/th/events/", ""),
        ("/id/events/e2022-01/", ""),
        ("/de/events/", "there is no such page"),
        ("/events/e2022-10", ""),
        ("/events/e2022%2D10/", ""),
        ("nowhere/", "write the whole address: from another page, it leads elsewhere"),
        ("http://[bad", "this is no address"),
        ("http://%5Bbad", "this is no address"),
        ("https:///events/", "this is no address"),
        ("/office/events/", "readers cannot open the pages of the office"),
        ("/cite/doesnotexist/", "there is no such record"),
        ("/reports/nothing-2022/", "there is no such record"),
        ("/reports/monthly-2022-09/", "there is no such record"),
        ("/reports/annual-2022/", ""),
        ("/reports/annual-2022/money/", ""),
        ("/reports/annual-2022/nochapter/", "there is no such page"),
        ("/reports/annual-2022/99/", "there is no such record"),
        ("/reports/annual-2022/1/edition.pdf", "there is no such record"),
    ],
)
@pytest.mark.parametrize("language", ["en", "th"])
def test_a_link_within_the_site_that_leads_nowhere_is_told(annual_report, address, says, language):
    """Whatever the language of whoever asks; a link to the report itself leads somewhere once it is out."""
    with override(language):
        assert broken(address, annual_report) == (gettext(says) if says else "")


@pytest.mark.parametrize("link", ['[x](/nowhere/ "title")', "[x](</nowhere/>)", "[a **b**](/nowhere/)"])
def test_every_link_of_a_text_is_followed(annual_report, text, naree, now, link):
    rewrite(text, f"We met. {link}", naree, now)

    assert [found.says for found in blockers(annual_report) if found.kind == "link"] == [
        "/nowhere/: there is no such page"
    ]


def test_what_a_record_says_in_letters_that_print_lacks_is_told_with_its_section(office):
    monthly = Report.objects.get(ref="monthly-2022-09")
    event = Event.objects.filter(starts_on__year=2022, starts_on__month=9, state="held").order_by("ref")[0]
    Event.objects.filter(pk=event.pk).update(title="Forum 论坛")

    assert [(found.section, found.says) for found in blockers(monthly) if found.kind == "text"] == [
        ("annex-events", "“Forum 论坛”: “论 坛” cannot be printed; the fonts of print do not have it")
    ]


def test_what_signers_should_know_stands_apart(annual_report):
    found = readiness(annual_report).warnings

    assert {finding.kind for finding in found} <= {"illustrative", "provisional", "empty", "name", "translation"}
    assert [
        finding for finding in found if finding.kind == "illustrative" and finding.section == "year-headlines"
    ] != []


def test_signers_are_told_what_may_still_move(annual_report):
    def told() -> list[tuple[str, str]]:
        return [(each.section, each.says) for each in readiness(annual_report).warnings if each.kind == "provisional"]

    of_2023 = [("money-funding", "Contributions, 2023, is provisional: its days are not all over, or not all recorded")]
    assert told()[1:2] == of_2023
    annual_report.as_at = date(2022, 6, 30)
    assert [says for section, says in told() if section == "year-headlines"][:1] == [
        "Participations, 2022, is provisional: its days are not all over, or not all recorded"
    ]
    annual_report.as_at = date(2999, 1, 1)
    assert told()[:1] == [("", "its figures stand as at 2999-01-01, a day that has not come yet")]


def test_a_name_that_nearly_matches_the_records_is_told_and_a_right_one_is_not(office):
    found = slips("The forum in Indonesia was opened by Harriett Lowe and people of Thialand.")

    assert [(slip.written, slip.meant) for slip in found] == [
        ("Harriett Lowe", "Harriet Lowe"),
        ("Thialand", "Thailand"),
    ]


def test_whose_a_thing_is_and_a_people_are_no_slips_of_a_name(office):
    found = slips("Indonesia’s forum, Harriet Lowe's words and Thialand’s reply; Malaysian and Australians’ ships.")

    assert [(slip.written, slip.meant) for slip in found] == [("Thialand", "Thailand")]
