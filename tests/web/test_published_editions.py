"""Pages of published editions: for their readers, and for the office when figures have moved since."""

from __future__ import annotations

import os
import re
from unittest.mock import patch

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone, translation
from django.utils.formats import date_format

from rso.accounts.models import Role, User
from rso.core import verbs
from rso.events.actions import correct_participations, event_verbs
from rso.events.models import EventType, Participation, Presence
from rso.finance.actions import post_expenditure
from rso.finance.models import Expenditure
from rso.reports import states
from rso.reports.actions import report_verbs
from rso.reports.drift import drift
from rso.reports.models import Citation, Edition, Report, ReportDate
from rso.reports.publishing import release, withdraw
from rso.reports.seals import BLANK, sealed_by
from rso.workplan.models import Activity
from tests.web.walking import CANARY, as_role, ask, named, publish_month, write_on

AT = "/reports/monthly-2022-09/1/"
MOVED = "/office/published/monthly-2022-09-1/"


@pytest.fixture
def edition(office, settings, tmp_path) -> Edition:
    settings.VAR = tmp_path
    return publish_month()


def words(page: HttpResponse) -> str:
    return " ".join(page.content.decode().split())


def count_again(more: int = 3) -> Participation:
    rows = Participation.objects.filter(event__starts_on__year=2022, event__starts_on__month=9, person=None)
    row = rows.select_related("event", "member", "agency", "person").order_by("ref")[0]
    row.number += more
    correct_participations([row], by=User.objects.get(ref="naree-boonmee"), now=timezone.now(), reason="counted again")
    return row


def test_an_edition_is_found_at_its_address_with_files_under_the_key_of_the_office(edition):
    page = Client().get(AT).content.decode()
    key = Client().get("/reports/key").content.decode().strip()
    files = {
        name: ask(Client(), f"{AT}{name}") for name in ("edition.pdf", "data.zip", "manifest.json", "web/index.html")
    }

    assert "Monthly Report September 2022, edition 1" in page
    assert "What moved since it was published" not in page
    assert "All its figures stand as they were published." in page
    assert {sealed_by(answer.body) for answer in files.values()} == {key}
    assert Client().get(f"{AT}data.zip", headers={"if-none-match": files["data.zip"]["ETag"]}).status_code == 304


def test_readers_see_what_moved_since_and_nothing_of_who_changed_what(edition):
    row = count_again()

    page = Client().get(AT).content.decode()
    figure = Client().get("/figures/participations/2022-09/").content.decode()

    published = edition.frozen.get(key="participations|2022-09|")
    assert f"{published.shown} when published, {published.value + 3} now" in " ".join(page.split())
    assert "All its figures stand as they were published." not in page
    assert f"{published.shown} when published, {published.value + 3} now" in " ".join(figure.split())
    assert "data-moved" in figure
    assert [word for word in (row.ref, "Naree Boonmee", "counted again") if word in page + figure] == []


def test_what_was_printed_and_what_it_is_now_are_told_in_numbers_of_one_language(edition, marta):
    spent = Expenditure.objects.filter(spent_on__year=2022, spent_on__month=9, reverses=None).order_by("ref")[0]
    spent.pk, spent.ref, spent.amount, spent.commitment = None, "late", 1_000_000_00, None
    post_expenditure([spent], by=marta, now=timezone.now())

    said = "AUD\u00a0268.920 saat diterbitkan, AUD\u00a01.268.920 sekarang"
    for address in (AT, "/figures/expenditure/2022-09/"):
        assert said in Client().get(f"/id{address}").content.decode()

    reopen = next(step for step in states.reports.steps if step.slug == "reopen")
    states.reports.take(reopen, [edition.report], by=named("harriet-lowe"), now=timezone.now(), reason="late")
    publish_month("An invoice came late.")
    second = words(Client().get("/id/reports/monthly-2022-09/2/"))
    assert "Pengeluaran: AUD 268.920 → AUD 1.268.920 (+1.000.000)" in second.replace("\u00a0", " ")


def test_the_office_sees_which_records_and_who_and_says_why(edition):
    row = count_again()

    page = as_role("tran-thi-mai").get(MOVED).content.decode()
    assert [word for word in (row.ref, "Naree Boonmee", "counted again") if word not in page] == []
    row.event.activity = Activity.objects.exclude(purpose=row.event.activity.purpose_id).order_by("ref")[0]
    event_verbs.change([row.event], by=User.objects.get(ref="naree-boonmee"), now=timezone.now())
    above = f'(<a href="/office/events/{row.event.ref}/">{row.event.ref}</a>)'
    assert above not in page
    assert above in words(as_role("tran-thi-mai").get(MOVED))

    asked = {"key": "participations|2022-09|", "why": "error"}
    assert as_role("naree-boonmee").post(MOVED, asked).status_code == 404
    assert as_role("tran-thi-mai").post(MOVED, {**asked, "why": "whim"}).status_code == 302
    assert edition.explained.count() == 0
    assert as_role("tran-thi-mai").post(MOVED, asked).status_code == 302
    assert [(e.key, e.why, e.by.ref) for e in edition.explained.all()] == [(asked["key"], "error", "tran-thi-mai")]
    assert "Error: 1" in Client().get(AT).content.decode()


def test_a_number_of_which_the_status_alone_is_another_is_told_with_both(edition):
    edition.frozen.filter(key="people-reached|2022-09|").update(status="P")
    row = count_again()
    row.number -= 3
    correct_participations([row], by=User.objects.get(ref="naree-boonmee"), now=timezone.now(), reason="as before")

    page = words(as_role("naree-boonmee").get(MOVED))

    assert "People reached, September 2022: 101 when published, 101 now" in page
    assert "Status: provisional when published, normal now" in page


def test_a_single_cell_that_moved_is_told_in_words_of_its_dimension_and_value(edition):
    cell = edition.frozen.get(key="participations|2022-09|")
    cell.pk, cell.filter, cell.value = None, "sex=unknown", cell.value + 1
    cell.key += cell.filter
    cell.save()
    count_again()

    office, public = words(as_role("tran-thi-mai").get(MOVED)), words(Client().get(AT))

    assert ("Sex: Not known, September 2022:" in office, "Sex: Not known</a>:" in public) == (True, True)
    assert [page for page in (office, public) if "Participations, sex=unknown" in page] == []


def test_a_crossed_cell_that_is_new_is_told_in_words_of_the_reader(edition):
    row = edition.frozen.get(key="participations|2022-09|")
    row.pk, row.by, row.key = None, "type,presence", "participations|2022-09|by type,presence"
    row.cells = [{"filter": "type=gone,presence=in_room", "value": 3, "label": "Seance, In the room", "status": "A"}]
    row.save()
    count_again()

    english, thai = (words(as_role("tran-thi-mai").get(f"{language}{MOVED}")) for language in ("", "/th"))
    with translation.override("th"):
        said = f"{EventType.CONSTRUCTIVE_DIALOGUE.label}, {Presence.IN_ROOM.label}"
    assert ("Participations, Constructive Dialogue, In the room, September 2022:" in english, said in thai) == (
        True,
        True,
    )
    assert [re.findall(r">[^<]*presence=", page) for page in (english, thai)] == [[], []]
    assert "Participations, Seance, In the room, September 2022:" in english
    with translation.override("en"):
        found = {movement.as_row()["filter"]: movement.as_row()["cell"] for movement in drift(edition)}
    assert found["type=constructive_dialogue,presence=in_room"] == "Constructive Dialogue, In the room"


def test_what_is_different_from_the_edition_before_is_told_in_words(edition):
    said = {"title": "Participations", "period": "2022-09", "before": "1", "after": "2", "by": 1}
    edition.changes = [
        {**said, "key": f"{figure}|2022-09|type=training", "filter": "type=training"}
        for figure in ("participations", "gone")
    ]
    verbs.change([edition], verb="changed", by=User.objects.get(ref="harriet-lowe"), now=timezone.now())

    public = words(Client().get(AT)).partition('id="changes"')[2]
    assert "Participations, Type of event: Training course: 1 → 2" in public
    assert "Participations, type=training: 1 → 2" in public


def test_a_co_manager_sees_what_a_withdrawal_does_and_withdraws_with_a_reason(edition):
    cited = Client().post("/cite/", {"figure": "participations", "period": "2022-09"}).headers["Location"]
    harriet, at = as_role("harriet-lowe"), f"{MOVED}withdraw/"

    assert "1 citation of what it prints says so too." in words(harriet.get(at))
    assert harriet.post(at, {"reason": " "}).status_code == 422
    assert harriet.post(at, {"reason": "It counts another month."}).headers["Location"] == MOVED

    day = date_format(timezone.localdate(), "j F Y")
    said = f"Withdrawn on {day}: It counts another month."
    pages = {address: words(Client().get(address)) for address in (AT, cited)}
    assert {address: said in page for address, page in pages.items()} == {AT: True, cited: True}
    assert f"http://localhost:8000{AT} {said}" in pages[AT]
    assert Client().get("/reports/monthly-2022-09/").headers["Location"] == AT
    assert "(withdrawn)" in words(harriet.get("/reports/monthly-2022-09/"))
    assert f"{AT}web/index.html" in [f"{AT}{way}" for way in re.findall('href="(web/[^"]+)"', pages[AT])]
    assert said in words(harriet.get(MOVED))
    assert "<td>Withdrawn</td>" in words(harriet.get("/office/published/"))
    assert harriet.post(at, {"reason": "again"}).status_code == 422
    assert "There is a newer edition" not in pages[cited]


def test_the_machine_door_says_when_and_why_an_edition_was_withdrawn(edition):
    def told() -> dict[str, object]:
        (said,) = Client().get("/api/reports/monthly-2022-09/").json()["editions"]
        return {name: said[name] for name in ("state", "withdrawn_at", "withdrawn_why")}

    assert told() == {"state": "published", "withdrawn_at": None, "withdrawn_why": ""}
    now = timezone.now()
    withdraw(edition, by=User.objects.get(ref="harriet-lowe"), now=now, reason="It counts another month.")

    why = "It counts another month."
    assert told() == {"state": "withdrawn", "withdrawn_at": now.isoformat(), "withdrawn_why": why}


def test_the_page_of_an_edition_does_not_tell_the_title_that_is_being_written(edition, naree):
    report = edition.report
    report.title = f"On the {CANARY}"
    report_verbs.change([report], by=naree, now=timezone.now())

    assert CANARY not in words(Client().get(AT))
    assert CANARY not in words(Client().get("/reports/calendar/"))


def test_a_report_whose_last_edition_is_withdrawn_is_called_so_wherever_it_is_listed(edition):
    ReportDate.objects.filter(definition="monthly").exclude(period="2022-09").delete()
    ReportDate.objects.exclude(definition="monthly").delete()
    lists = ("/reports/", "/reports/calendar/")
    before = [words(Client().get(address)) for address in lists]
    withdraw(edition, by=User.objects.get(ref="harriet-lowe"), now=timezone.now(), reason="It counts another month.")
    after = [words(Client().get(address)) for address in lists]

    assert [["Withdrawn" in page for page in pages] for pages in (before, after)] == [[False, False], [True, True]]
    assert ["Published" in pages[1] for pages in (before, after)] == [True, False]
    assert "Withdrawn" in words(as_role("naree-boonmee").get("/reports/"))


def test_nobody_else_withdraws(edition):
    answers = [
        as_role(role).post(f"{MOVED}withdraw/", {"reason": "whim"}).status_code for role in ("tran-thi-mai", "kim-osei")
    ]

    assert answers == [404, 404]
    assert "withdraw/" not in words(as_role("tran-thi-mai").get(MOVED))
    assert "withdraw/" in words(as_role("harriet-lowe").get(MOVED))


def test_what_is_cited_after_a_withdrawal_names_no_edition_that_holds_no_longer(edition):
    withdraw(edition, by=User.objects.get(ref="harriet-lowe"), now=timezone.now(), reason="It counts another month.")

    Client().post("/cite/", {"figure": "participations", "period": "2022-09"})

    assert [each.says["edition"] for each in Citation.objects.all()] == [""]


def test_a_co_manager_publishes_what_both_have_signed(office, settings, tmp_path):
    settings.VAR = tmp_path
    report = Report.objects.get(ref="monthly-2022-09")
    at = "/office/reports/monthly-2022-09/write/"
    harriet, bagus = (User.objects.get(ref=ref) for ref in ("harriet-lowe", "bagus-santoso"))
    assert 'name="publish"' not in as_role("harriet-lowe").get(at).content.decode()
    release(report, writer=User.objects.get(ref="tran-thi-mai"), co_managers=(harriet, bagus), now=timezone.now())
    assert 'name="publish"' in as_role("harriet-lowe").get(at).content.decode()
    assert 'name="publish"' not in as_role("tran-thi-mai").get(at).content.decode()
    assert as_role("tran-thi-mai").post(at, {"publish": "1"}).status_code == 404

    with patch("rso.reports.editions.typeset", return_value=f"%PDF {BLANK}".encode()):
        answer = as_role("harriet-lowe").post(at, {"publish": "1"})

    assert answer.headers["Location"] == AT
    assert [(e.number, e.by, e.and_by) for e in report.editions.all()] == [(1, harriet, bagus)]


def test_who_signed_and_has_left_since_does_not_keep_the_others_from_publishing(office, settings, tmp_path):
    settings.VAR = tmp_path
    report, at = Report.objects.get(ref="monthly-2022-09"), "/office/reports/monthly-2022-09/write/"
    naree, harriet, bagus, tran = (
        named(ref) for ref in ("naree-boonmee", "harriet-lowe", "bagus-santoso", "tran-thi-mai")
    )
    release(report, writer=tran, co_managers=(harriet, bagus), now=timezone.now())
    User.objects.filter(pk=harriet.pk).update(is_active=False)
    alone = as_role("bagus-santoso").get(at).content.decode()
    assert 'name="publish"' not in alone
    assert "It takes two co-managers, and no other is in office." in alone
    User.objects.filter(pk=naree.pk).update(role=Role.CO_MANAGER)
    as_role("naree-boonmee").post(at, {"sign": "1"})

    with patch("rso.reports.editions.typeset", return_value=f"%PDF {BLANK}".encode()):
        as_role("bagus-santoso").post(at, {"publish": "1"})

    assert [(e.number, e.by, e.and_by) for e in report.editions.all()] == [(1, bagus, naree)]


def test_the_office_takes_away_what_was_published_last_or_what_it_has_compiled_since(edition, settings):
    compiled = settings.VAR / "reports" / "monthly-2022-09" / "monthly-2022-09.pdf"
    published = ask(Client(), f"{AT}edition.pdf").body

    def taken() -> bytes:
        return ask(as_role("naree-boonmee"), "/reports/monthly-2022-09/edition.pdf").body

    assert taken() == published
    compiled.parent.mkdir(parents=True)
    compiled.write_bytes(b"compiled")
    assert taken() == b"compiled"
    os.utime(compiled, (0, edition.published_at.timestamp() - 1))
    assert taken() == published


def test_a_corrected_edition_says_by_how_much_in_which_sentences_and_what_was_written_anew(edition):
    count_again()
    write_on("monthly-2022-09", "remarks")
    reopen = next(step for step in states.reports.steps if step.slug == "reopen")
    states.reports.take(reopen, [edition.report], by=edition.by, now=timezone.now(), reason="Counted again.")
    second = publish_month("Three more people came.")

    printed = second.frozen.get(key="participations|2022-09|")
    said = printed.places[0]
    page = words(Client().get("/reports/monthly-2022-09/2/")).partition('id="changes"')[2]
    assert f"Participations: {printed.value - 3} → {printed.value} (+3)" in page
    assert f"{said['section']}: “{said['says']}”" in page
    assert "1 cell of its charts and tables is another now." in page
    assert f'Words have changed in these sections: <span lang="en">On the {CANARY}</span>' in page
    assert 'id="changes"' not in words(Client().get(AT))
    assert ">edition 2, " in (whole := words(Client().get("/reports/monthly-2022-09/")))
    assert "</a>, <a" in whole


def pressed(ref: str, note: str = "") -> HttpResponse:
    """What a co-manager reads who presses Publish on the page of the report of September."""
    return as_role(ref).post("/office/reports/monthly-2022-09/write/", {"publish": "1", "note": note}, follow=True)


def test_who_publishes_what_the_other_has_published_meanwhile_is_told_so_in_one_sentence(edition):
    answer = pressed("bagus-santoso", "Counted again.")

    assert [str(each) for each in answer.context["messages"]] == [
        "Edition 1 of this report has been published meanwhile."
    ]


def test_a_refused_publication_keeps_the_public_note_and_tells_each_problem_once(edition):
    lead = next(step for step in states.reports.steps if step.slug == "reopen")
    states.reports.take(lead, [edition.report], by=edition.by, now=timezone.now(), reason="Counted again.")
    answer = pressed("harriet-lowe", "Some “more” people came.")

    assert answer.status_code == 422
    assert [str(each) for each in answer.context["messages"]] == [
        "Harriet Lowe has not signed the report.",
        "Bagus Santoso has not signed the report.",
        "The report is “Draft”: only an approved one is published.",
    ]
    assert 'value="Some “more” people came."' in answer.content.decode()
