"""Writing a report in the office: a section beside its preview, three-way saves, versions, comments, approval, readiness."""

from __future__ import annotations

import json
from io import BytesIO
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils.translation import override
from pypdf import PdfReader

from rso.core.figures import registry
from rso.core.models import Draft
from rso.reports.models import Report, SectionText
from rso.reports.ready import blockers, readiness
from rso.reports.writing import lead_on
from tests.conftest import named
from tests.web.conftest import as_user

pytestmark = pytest.mark.usefixtures("office")
ADDRESS = "/office/reports/annual-2022/write/theme-1/"


@pytest.fixture
def text(office) -> SectionText:
    return SectionText.objects.get(report__ref="annual-2022", section="theme-1", language="en")


def form(section: SectionText, **typed: str) -> dict[str, str]:
    """What the page sends: the words, what they were when it was opened, and which opening it is."""
    began = {"title": section.title, "text": section.text}
    return {**began, "_began": json.dumps(began), "_token": str(uuid4()), **typed}


def test_a_section_is_written_beside_its_preview_with_its_figures_and_their_records(naree):
    answer = as_user(naree).get("/office/reports/annual-2022/write/year-capacity/")
    page = answer.content.decode()

    assert answer.status_code == 200
    assert "As it will be printed" in page
    assert answer.context["preview"].faults == []
    assert answer.context["figures"] != []
    assert all(each["records"] > 0 for each in answer.context["figures"] if each["printed"].value)


def test_a_cell_among_the_figures_of_a_section_is_told_in_words(naree):
    page = as_user(naree).get("/office/reports/annual-2022/write/year-policy/").content.decode()

    assert '<span class="muted">Type of event: Roundtable</span>' in page
    assert ">type=roundtable<" not in page


def test_what_naree_saves_is_a_version_and_the_preview_refuses_typed_numbers(naree, text):
    client = as_user(naree)

    shown = client.post(ADDRESS, form(text, text="We reached 600 people.", _preview="1"))
    assert [fault.says for fault in shown.context["preview"].faults] == [
        "line 1, “We reached 600 people.”: “600” is typed by hand; write {{ fig participations }}"
    ]
    client.post(ADDRESS, form(text, text="We met."))
    text.refresh_from_db()

    assert text.text == "We met."
    assert list(text.versions.order_by("number").values_list("number", "by__ref")) == [
        (1, "platform"),
        (2, "naree-boonmee"),
    ]


def test_what_is_wrong_with_a_text_is_told_in_the_language_of_the_page_and_not_of_the_text(naree, text):
    words = form(text, text="Some 600 came.\n\n{{ figure people }} {{ fig people-reached by=sex }}", _preview="1")
    client = as_user(naree)
    said = {
        language: [fault.says for fault in client.post(f"{language}{ADDRESS}", words).context["preview"].faults]
        for language in ("", "/th", "/id")
    }

    assert said[""][0] == "line 1, “Some 600 came.”: “600” is typed by hand; write {{ fig participations }}"
    assert said["/th"][0] == "บรรทัด 1 “Some 600 came.”: “600” พิมพ์ด้วยมือ โปรดเขียน {{ fig participations }}"
    assert said["/id"][1].startswith("baris 3: “{{ figure people }}” bukan token; yang ada fig, list, chart")
    assert [len(faults) for faults in said.values()] == [2, 2, 2]


@pytest.mark.parametrize("words", ["We met {{ list events }}", "Hello [x](http://[bad) there", "hundred " * 160])
def test_no_page_fails_whatever_a_stored_text_is(naree, text, words):
    client = as_user(naree)
    client.post(ADDRESS, form(text, text=words))
    text.refresh_from_db()
    assert text.text == words.strip()

    pages = [ADDRESS, f"{ADDRESS}versions/", *(f"/office/reports/annual-2022/{page}/" for page in ("write", "ready"))]
    assert [client.get(page).status_code for page in pages] == [200] * len(pages)
    assert client.get("/office/reports/annual-2022/word/").status_code in (200, 302)


def test_whoever_is_to_sign_sees_the_report_as_it_would_be_printed_marked_as_a_draft(office):
    answer = as_user(named("harriet-lowe")).get("/office/reports/monthly-2022-09/pdf/")
    pages = PdfReader(BytesIO(answer.content)).pages

    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'inline; filename="monthly-2022-09-draft.pdf"'
    assert "Draft, not published · Records as at" in pages[0].extract_text()


def test_a_report_that_cannot_be_printed_leads_to_what_hinders_it(naree, text):
    client = as_user(naree)
    client.post(ADDRESS, form(text, text="Before 𒀀 after"))
    answer = client.get("/office/reports/annual-2022/pdf/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/office/reports/annual-2022/ready/")
    assert "𒀀" in client.get("/office/reports/annual-2022/ready/").content.decode()


def test_two_who_write_at_once_lose_nothing(naree, text):
    mai = as_user(named("tran-thi-mai"))
    opened = form(text)
    as_user(naree).post(ADDRESS, form(text, text="Naree was here."))

    kept = mai.post(ADDRESS, {**opened, "title": "A heading"})
    clash = mai.post(ADDRESS, {**opened, "_token": str(uuid4()), "text": "Mai was here."})
    text.refresh_from_db()

    assert (kept.status_code, clash.status_code) == (302, 409)
    assert (text.title, text.text) == ("A heading", "Naree was here.")
    assert "Mai was here." in clash.content.decode()
    assert "<ins>Naree was here.</ins>" in clash.content.decode()


def test_who_types_on_after_an_answer_was_lost_saves_upon_what_was_saved(naree, text):
    client, opened = as_user(naree), form(text, text="First.")
    client.post(ADDRESS, opened)
    client.post(ADDRESS, opened)
    assert text.versions.count() == 2, "the same words twice are one version"

    client.post(ADDRESS, {**opened, "text": "First, and second.", "_again": "1"})
    client.post(ADDRESS, {**opened, "text": "First, second and third.", "_again": "1"})
    text.refresh_from_db()

    assert text.text == "First, second and third."
    assert list(text.versions.order_by("number").values_list("text", flat=True))[1:] == [
        "First.", "First, and second.", "First, second and third.",
    ]  # fmt: skip


def test_what_is_typed_on_after_an_answer_was_lost_is_kept_and_loses_nothing_of_another(naree, text):
    client, opened = as_user(naree), form(text, text="First.")
    client.post(ADDRESS, opened)
    opened["_again"] = "1"
    client.post(ADDRESS, {**opened, "text": "First, and sec", "_keep": "1"})
    assert client.get(ADDRESS).context["opened"].cells["text"] == "First, and sec"

    as_user(named("tran-thi-mai")).post(ADDRESS, {**form(text, text="Mai."), "_began": json.dumps({"text": "First."})})
    clash = client.post(ADDRESS, {**opened, "text": "First, and second."})
    shown = clash.context["opened"]
    assert (clash.status_code, shown.cells["text"]) == (409, "First, and second.")
    both = {"title": "", "text": "Mai, and second.", "_began": shown.began_json, "_token": str(shown.token)}
    client.post(ADDRESS, both)
    text.refresh_from_db()

    assert text.text == "Mai, and second."
    assert client.get(ADDRESS).context["draft"] is None


def test_what_is_typed_is_kept_as_a_draft_until_it_is_saved_or_dropped(naree, text):
    client = as_user(naree)
    sent = form(text, text="Half a sent", _keep="1")

    assert client.post(ADDRESS, sent, headers={"accept": "application/json"}).status_code == 200
    assert client.get(ADDRESS).context["opened"].cells["text"] == "Half a sent"
    client.post(ADDRESS, form(text, _drop="1"))
    assert (Draft.objects.count(), client.get(ADDRESS).context["opened"].cells["text"]) == (0, text.text)


def test_a_text_is_approved_by_a_co_manager_who_did_not_write_it(naree, text):
    harriet, bagus = as_user(named("harriet-lowe")), as_user(named("bagus-santoso"))
    harriet.post(ADDRESS, form(text, text="Harriet wrote this."))
    as_user(naree).post(ADDRESS, {"send": "1"})
    assert as_user(naree).post(ADDRESS, {"approve": "1", "version": "2"}).status_code == 404

    harriet.post(ADDRESS, {"approve": "1", "version": "2"})
    text.refresh_from_db()
    assert text.state == "in_review"
    bagus.post(ADDRESS, {"approve": "1", "version": "1"})
    text.refresh_from_db()
    assert text.state == "in_review", "he has seen another version than the one that stands there"
    bagus.post(ADDRESS, {"approve": "1", "version": "2"})
    text.refresh_from_db()
    assert text.state == "approved"


def test_a_comment_quotes_words_that_stand_there_and_can_be_resolved(naree, text):
    client = as_user(naree)
    client.post(ADDRESS, {"comment": "1", "says": "Who says so?", "quoted": text.text[:14]})
    client.post(ADDRESS, {"comment": "1", "says": "And this?", "quoted": "words that nobody wrote"})
    (comment,) = text.comments.all()
    assert (comment.says, comment.quoted, comment.state) == ("Who says so?", text.text[:14], "open")

    client.post(ADDRESS, {"resolve": comment.ref})
    comment.refresh_from_db()
    assert comment.state == "resolved"


def test_a_refused_comment_stays_where_it_was_typed(naree, text):
    answer = as_user(naree).post(ADDRESS, {"comment": "1", "says": "And <this>?", "quoted": "words that nobody wrote"})
    page = answer.content.decode()

    assert answer.status_code == 422
    assert ">\nAnd &lt;this&gt;?</textarea>" in page
    assert 'value="words that nobody wrote"' in page
    assert "These words do not stand in the text as it is saved" in page


@pytest.mark.parametrize("between", [" ", "\n\n", ""])
def test_a_comment_quotes_words_across_a_break_of_lines(naree, text, between):
    client = as_user(naree)
    client.post(ADDRESS, form(text, text="The first paragraph here.\n\nSecond paragraph begins."))
    client.post(ADDRESS, {"comment": "1", "says": "One of them?", "quoted": f"here.{between}Second "})

    assert [each.quoted for each in text.comments.all()] == ["here. Second" if between else "here.Second"]


def test_the_same_comment_sent_twice_stands_once(naree, text):
    client, sent = as_user(naree), {"comment": "1", "says": "Who says so?"}
    client.post(ADDRESS, sent)
    client.post(ADDRESS, sent)
    as_user(named("tran-thi-mai")).post(ADDRESS, sent)

    assert list(text.comments.order_by("at").values_list("by__ref", flat=True)) == ["naree-boonmee", "tran-thi-mai"]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2022-02-29"])
def test_no_day_that_no_form_would_take_is_one_on_which_a_section_is_due(naree, text, day):
    page = as_user(naree).post(ADDRESS, {"plan": "1", "writer": "naree-boonmee", "due_on": day}, follow=True)
    text.refresh_from_db()

    assert "a day as 2022-09-30." in page.content.decode()
    assert (text.writer, text.due_on) == (None, None)


def test_a_translation_shows_what_changed_in_its_source_since(naree, text):
    client, thai = as_user(naree), f"{ADDRESS}?language=th"
    nothing_yet = client.get(thai)
    assert (nothing_yet.context["source"].then, "It is not known" in nothing_yet.content.decode()) == (None, False)
    began = {"title": "", "text": ""}
    client.post(thai, {"text": "เราพบกัน", "source_version": "1", "_began": json.dumps(began), "_token": str(uuid4())})
    assert client.get(thai).context["source"].is_behind is False

    client.post(ADDRESS, form(text, text=f"{text.text}\n\nAnd one more word."))
    source = client.get(thai).context["source"]

    assert (source.is_behind, source.then.number, source.now.number) == (True, 1, 2)
    assert "<ins>" in source.diff


def test_a_translation_shows_a_heading_that_changed_in_its_source_and_nothing_where_its_words_are_back(naree, text):
    client, thai = as_user(naree), f"{ADDRESS}?language=th"
    client.post(thai, {"text": "เราพบกัน", "source_version": "1", "_began": '{"text": ""}', "_token": str(uuid4())})
    behind = "ไทย is behind its source"

    client.post(ADDRESS, form(text, title="The year of bridges"))
    page = client.get(thai)
    assert "<ins>year of bridges</ins>" in page.context["source"].diff
    assert "<strong>The year of bridges</strong>" in " ".join(page.content.decode().split())
    assert behind in [found.says for found in readiness(text.report).warnings]

    client.post(f"{ADDRESS}versions/", {"version": "1"})
    assert client.get(thai).context["source"].is_behind is False
    assert behind not in [found.says for found in readiness(text.report).warnings]


def test_of_an_earlier_translation_that_is_taken_back_it_is_not_known_what_it_translates(naree, text):
    client, thai = as_user(naree), f"{ADDRESS}?language=th"
    client.post(thai, {"text": "เราพบกัน", "source_version": "1", "_began": '{"text": ""}', "_token": str(uuid4())})
    client.post(ADDRESS, form(text, text="We met and agreed."))
    again = {"text": "เราพบกันและตกลงกัน", "source_version": "2", "_began": '{"text": "เราพบกัน"}'}
    client.post(thai, {**again, "_token": str(uuid4())})
    behind = "ไทย is behind its source"
    assert behind not in [found.says for found in readiness(text.report).warnings]

    client.post(f"{ADDRESS}versions/?language=th", {"version": "1"})

    page = client.get(thai)
    assert (page.context["opened"].cells["text"], page.context["source"].then) == ("เราพบกัน", None)
    assert "It is not known which version this text translates." in page.content.decode()
    assert behind in [found.says for found in readiness(text.report).warnings]


def test_a_comment_on_a_translation_is_counted_and_leads_to_its_language(naree, text):
    client, thai = as_user(naree), f"{ADDRESS}?language=th"
    client.post(thai, {"comment": "1", "says": "Is this the word?"})
    page = client.get("/office/reports/annual-2022/write/")
    row = next(row for _part, rows in page.context["parts"] for row in rows if row.section.id == "theme-1")
    (said,) = [found for found in blockers(text.report) if found.kind == "comment"]

    assert (row.comments, row.asked_in) == (0, [("th", 1)])
    assert f'href="{thai}" ><span class="hush">{row.title}, </span>th: 1</a>' in " ".join(page.content.decode().split())
    assert said.url == thai


def test_an_earlier_version_can_be_taken_back(naree, text):
    client, before = as_user(naree), text.text
    client.post(ADDRESS, form(text, text="Shorter."))
    page = client.get(f"{ADDRESS}versions/")
    assert [row["version"].number for row in page.context["rows"]] == [2, 1]

    client.post(f"{ADDRESS}versions/", {"version": "1"})
    text.refresh_from_db()
    assert (text.text, text.versions.count()) == (before, 3)


def test_a_version_shows_what_changed_in_its_heading(naree, text):
    client = as_user(naree)
    client.post(ADDRESS, form(text, title="The year of borders"))
    text.refresh_from_db()
    client.post(ADDRESS, form(text, title="The year of bridges"))
    text.refresh_from_db()
    client.post(ADDRESS, form(text, text="We met."))
    words, last, _first, _loaded = client.get(f"{ADDRESS}versions/").context["rows"]

    assert (last["heading"], last["diff"]) == ("The year of <del>borders</del><ins>bridges</ins>", "")
    assert words["heading"] == "The year of bridges"
    assert "<ins>" in words["diff"]


def test_figures_are_suggested_by_the_words_of_their_titles_with_what_they_would_print(naree):
    found = as_user(naree).get("/office/reports/annual-2022/tokens/", {"q": "people reached"}).json()["tokens"]

    assert found[0] == {"token": "{{ fig people-reached }}", "title": "People reached", "shown": found[0]["shown"]}
    assert found[0]["shown"] != ""


def test_the_contents_show_each_section_with_its_state_and_writer(naree):
    client = as_user(naree)
    client.post(ADDRESS, {"plan": "1", "writer": "tran-thi-mai", "due_on": "2023-01-31"})
    page = client.get("/office/reports/annual-2022/write/")
    rows = {row.section.id: row for _part, rows in page.context["parts"] for row in rows}

    assert (rows["theme-1"].text.writer.ref, str(rows["theme-1"].text.due_on)) == ("tran-thi-mai", "2023-01-31")


def test_a_section_is_called_as_it_will_be_printed_whatever_the_language_of_the_page(naree):
    client, at = as_user(naree), "office/reports/monthly-2022-09/write/"
    pages = [client.get(f"/th/{at}{part}").content.decode() for part in ("", "figures/")]

    assert ["September 2022 in figures" in page for page in pages] == [True, True]


def test_only_the_office_opens_the_workspace_and_only_writers_write(josefa, text):
    for name in ("office-write", "office-ready"):
        assert as_user(josefa).get(reverse(name, args=["annual-2022"])).status_code == 404
    ravi = as_user(named("ravi-perera"))
    assert ravi.get(ADDRESS).status_code == 200
    assert ravi.post(ADDRESS, form(text, text="Mine")).status_code == 404
    assert ravi.post(f"{ADDRESS}preview/", form(text)).status_code == 404


@pytest.mark.long
def test_a_report_is_ready_when_every_section_is_approved_and_nothing_is_open(naree):
    page = as_user(naree).get("/office/reports/annual-2022/ready/")
    kinds = {finding.kind for finding in page.context["ready"].blockers}

    assert kinds == {"approval"}
    assert Report.objects.get(ref="annual-2022").state == "draft"


@pytest.mark.long
def test_what_signers_should_know_is_told_in_the_language_of_the_page(naree):
    page = as_user(naree).get("/th/office/reports/annual-2022/ready/")
    says = [finding.says for finding in page.context["ready"].warnings if finding.kind == "illustrative"]

    with override("th"):
        title = str(registry.find("participations").title)
    assert any(each.startswith(f"{title} ") for each in says)
    assert not any(each.startswith("Participations ") for each in says)


@pytest.mark.parametrize("page", ["write", "ready"])
def test_each_who_has_yet_to_sign_is_told_in_a_sentence_of_its_own(naree, page):
    Report.objects.filter(ref="annual-2022").update(state="approved")
    SectionText.objects.filter(report__ref="annual-2022").update(state="approved")

    said = as_user(naree).get(f"/office/reports/annual-2022/{page}/").content.decode()

    assert "Waits for Bagus Santoso. Waits for Harriet Lowe." in " ".join(said.split())


def test_links_of_a_section_in_another_language_lead_to_pages_that_there_are(naree):
    page = as_user(naree).get("/office/reports/finance-2022-H2/write/annex-events/?language=id").content.decode()

    assert 'href="/id/events/e2022-' in page
    assert "/id/id/" not in page


def test_a_text_is_approved_where_its_version_is_seen_and_at_no_list_or_record(naree, harriet, text, now):
    lead_on([text], "send", by=naree, now=now)
    client, desk = as_user(harriet), f"/office/texts/{text.ref}/"

    pages = {at: client.get(at).content.decode() for at in (desk, "/office/texts/", ADDRESS)}
    assert ["do/approve/" in page for page in pages.values()] == [False] * 3
    assert ["do/give_back/" in pages[desk], 'name="approve"' in pages[ADDRESS]] == [True, True]
    asked = [
        client.post(at, {"chosen": text.ref, "yes": "1"}) for at in (f"{desk}do/approve/", "/office/texts/do/approve/")
    ]
    text.refresh_from_db()
    assert ([answer.status_code for answer in asked], text.state) == ([404, 404], "in_review")

    client.post(ADDRESS, {"approve": "1", "version": "1"})
    text.refresh_from_db()
    assert text.state == "approved"
