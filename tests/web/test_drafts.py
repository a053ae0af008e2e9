"""Words of a report that no co-manager has released are read by the office alone; all others read those of the last edition."""

from __future__ import annotations

import io
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from rso.core import verbs
from rso.core.attachments import attach
from rso.core.figures import registry
from rso.core.figures.reading import Reading
from rso.core.models import Kept, Statement
from rso.core.periods import Period
from rso.events.actions import correct_participations, event_verbs
from rso.events.models import Event, EventType, Participation, Quote
from rso.reports.actions import text_verbs
from rso.reports.models import Edition, Frozen, Photograph, Report, ReportState
from rso.reports.photographs import photograph_verbs
from rso.reports.publishing import withdraw
from rso.reports.site.figures import printed_in_force
from rso.reports.writing import Place, begun
from tests.conftest import named
from tests.sampling import few
from tests.web.conftest import as_user
from tests.web.walking import ANYONE, CANARY, JOSEFA, NAREE, as_role, ask, lay_files, publish_month, write_on

REPORT, CHAPTER = "/reports/monthly-2022-09/", "/reports/monthly-2022-09/month/"
FILES = (f"{REPORT}edition.pdf", f"{REPORT}data.zip")


@pytest.fixture
def edition(office) -> Edition:
    """The report of September, published."""
    return publish_month()


def lead(report: Report, state: ReportState) -> None:
    """Straight to a state: what public pages show must not depend on the way there."""
    report.state = state
    verbs.change([report], verb="changed", by=named("harriet-lowe"), now=timezone.now())


def page(address: str, role: str = ANYONE) -> str:
    return " ".join(as_role(role).get(address).content.decode().split())


def status(*addresses: str, role: str = ANYONE) -> list[int]:
    client = as_role(role)
    return [ask(client, address).status_code for address in addresses]


# -- a report that has never been published ------------------------------------------------------------------------------


@pytest.mark.parametrize("state", few([ReportState.DRAFT, ReportState.IN_REVIEW, ReportState.APPROVED]))
def test_of_a_report_that_was_never_published_the_public_knows_no_more_than_its_date(office, state):
    report = Report.objects.get(ref="monthly-2022-09")
    lead(report, state)
    lay_files(report.ref)
    listed = ("/reports/", f"/search/?q={report.title}", "/figures/participations/2022-09/", "/api/reports/")

    assert status(REPORT, CHAPTER, *FILES, role=NAREE) == [200] * 4
    assert [status(REPORT, CHAPTER, *FILES, role=role) for role in (ANYONE, JOSEFA)] == [[404] * 4] * 2
    assert status("/api/reports/monthly-2022-09/") == [404]
    assert [at for at in listed if f'{REPORT}"' in page(at)] == []
    assert (report.title in page("/reports/calendar/"), f'{REPORT}"' in page("/reports/calendar/")) == (True, False)
    assert "Readers do not see it yet." in page("/reports/", NAREE)


# -- a published report that is written on -------------------------------------------------------------------------------


def test_readers_of_a_published_report_see_its_words_as_they_were_published(edition):
    before = page(CHAPTER)
    write_on("monthly-2022-09", "remarks")
    lead(Report.objects.get(ref=edition.report.ref), ReportState.DRAFT)

    assert page(CHAPTER) == before
    told = (REPORT, CHAPTER, "/reports/", "/search/?q=flew+canary", "/api/reports/")
    assert [at for at in told if CANARY in page(at)] == []
    assert [CANARY in page(at, NAREE) for at in (REPORT, CHAPTER)] == [True, True]
    assert 'Readers see what was published last: <a href="/reports/monthly-2022-09/1/" >edition 1, ' in page(
        CHAPTER, NAREE
    )


@pytest.mark.long
def test_the_next_edition_brings_the_new_words_to_all(edition):
    write_on("monthly-2022-09", "remarks")
    report = Report.objects.get(ref="monthly-2022-09")
    lead(report, ReportState.DRAFT)
    publish_month(note="We flew.")

    assert [CANARY in page(at) for at in (REPORT, CHAPTER, "/reports/")] == [True] * 3


def test_words_are_found_by_all_once_they_are_published(office):
    write_on("monthly-2022-09", "remarks")
    assert REPORT not in page(f"/search/?q={CANARY}")
    edition = publish_month()

    assert f'<a href="{REPORT}"' in page(f"/search/?q={CANARY}")
    withdraw(edition, by=named("harriet-lowe"), now=timezone.now(), reason="Nobody flew.")
    assert REPORT not in page(f"/search/?q={CANARY}")


def test_a_report_whose_last_edition_was_withdrawn_leads_to_why(edition):
    withdraw(edition, by=named("harriet-lowe"), now=timezone.now(), reason="It counts another month.")

    assert {Client().get(at).headers.get("Location") for at in (REPORT, CHAPTER, *FILES)} == {f"{REPORT}1/"}
    assert status(REPORT, role=NAREE) == [200]


def test_words_that_can_no_longer_be_printed_lead_to_the_edition(edition):
    edition.words["remarks"] = {"title": "", "text": "There were {{ fig a-figure-that-is-gone }}."}
    verbs.change([edition], verb="changed", by=named("harriet-lowe"), now=timezone.now())

    assert Client().get(CHAPTER).headers["Location"] == f"{REPORT}1/"


def test_the_page_of_a_photograph_leads_to_the_editions_that_print_it(hall):
    other = Photograph(ref="other", report=hall.report, alt="A door", credit="RSO")
    photograph_verbs.add([other], by=named("tran-thi-mai"), now=timezone.now())
    shown, unused = (as_user(named("lena-fischer")).get(f"/office/photographs/{ref}/") for ref in ("hall", "other"))

    assert f"{hall.report.title}, edition 1" in shown.content.decode()
    assert "No edition prints it." in unused.content.decode()


def test_the_page_of_a_figure_names_each_report_that_prints_it_and_no_other(edition):
    printed = set(edition.frozen.filter(by="", filter="").values_list("figure", "period"))
    asked = {(figure.slug, period) for figure in registry for _slug, period in printed}

    assert len(asked) > len(printed)
    assert {(s, p) for s, p in asked if [row.edition for row in in_force(s, p)] == [edition]} == printed


def in_force(slug: str, period: str) -> list[Frozen]:
    return printed_in_force(Reading(registry.find(slug), Period.parse(period)))


def picture(grey: int) -> bytes:
    made = io.BytesIO()
    Image.new("L", (1, 1), grey).save(made, "PNG")
    return made.getvalue()


@pytest.fixture
def hall(office, settings, tmp_path) -> Photograph:
    """A photograph that the published report of September prints, beside a statement, a quotation and the list of sources."""
    settings.VAR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    report, by, now = Report.objects.get(ref="monthly-2022-09"), named("tran-thi-mai"), timezone.now()
    made = Photograph(ref="hall", report=report, alt="Delegates at a table", credit="RSO", consent="given")
    photograph_verbs.add([made], by=by, now=now)
    attach(made, io.BytesIO(picture(128)), name="hall.png", by=by, now=now)
    text = begun(Place(report, "remarks"), by=by, now=now)
    tokens = ("stated st-bodies-in-person", f"quote {quotation().ref}", "photo hall", "source-list")
    text.text = "\n\n".join(f"{{{{ {token} }}}}" for token in tokens)
    text_verbs.change([text], by=by, now=now)
    publish_month()
    return made


def quotation() -> Quote:
    return Quote.objects.exclude(consent="withdrawn").order_by("ref")[0]


def change(*things: Kept) -> None:
    for thing in things:
        verbs.change([thing], verb="changed", by=named("tran-thi-mai"), now=timezone.now())


def test_what_stands_beside_the_words_stays_as_it_was_published(hall):
    before = page(CHAPTER)
    (printed,) = re.findall(r'<img src="([^"]*)" alt="Delegates at a table">', before)

    quote, statement = quotation(), Statement.objects.select_related("source").get(ref="st-bodies-in-person")
    statement.number, statement.says, statement.source.title = 51, f"They flew a {CANARY}.", f"The {CANARY}"
    hall.alt, hall.credit, quote.words = f"A {CANARY}", f"{CANARY} and sons", f"We flew a {CANARY}."
    change(statement, statement.source, hall, quote)
    attach(hall, io.BytesIO(picture(7)), name="hall.png", by=named("tran-thi-mai"), now=timezone.now())

    assert page(CHAPTER, NAREE).count(CANARY) == 5
    assert page(CHAPTER) == before
    assert ask(Client(), printed).body == picture(128)


@pytest.mark.parametrize("who", few(["speaks", "is shown"]))
def test_who_takes_consent_back_stands_no_longer_in_the_pages_of_a_report(hall, who):
    thing = quotation() if who == "speaks" else hall
    thing.consent = "withdrawn" if who == "speaks" else "missing"
    change(thing)

    assert Client().get(CHAPTER).headers["Location"] == f"{REPORT}1/"


# -- figures that have moved ---------------------------------------------------------------------------------------------


def count_again() -> None:
    rows = Participation.objects.filter(event__starts_on__year=2022, event__starts_on__month=9, person=None)
    row = rows.select_related("event", "member", "agency", "person").order_by("ref")[0]
    row.number += 3
    correct_participations([row], by=named("naree-boonmee"), now=timezone.now(), reason="counted again")


def test_a_part_of_a_figure_under_which_nothing_is_counted_any_more_is_none_and_the_report_stays(office):
    by, now = named("tran-thi-mai"), timezone.now()
    text = begun(Place(Report.objects.get(ref="monthly-2022-09"), "remarks"), by=by, now=now)
    text.text = "We met at {{ fig events-held type=constructive_dialogue }} dialogue."
    text_verbs.change([text], by=by, now=now)
    publish_month()

    held = Event.objects.get(type="constructive_dialogue", starts_on__year=2022)
    held.type = EventType.FORUM
    event_verbs.change([held], by=by, now=now)

    assert "We met at 0 (1 when published) dialogue." in " ".join(re.sub(r"<[^>]*>", "", page(CHAPTER)).split())
    assert "1 when published, 0 now" in page(f"{REPORT}1/")


def test_beside_a_figure_that_has_moved_stands_what_it_was(edition):
    assert "when published" not in page(CHAPTER)
    published = edition.frozen.get(key="participations|2022-09|")
    count_again()

    for role in (ANYONE, NAREE):
        assert f"({published.shown} when published)" in page(CHAPTER, role)
    page(CHAPTER)
    with CaptureQueriesContext(connection) as captured:
        page(CHAPTER)
    assert len(captured) == 4, captured.captured_queries
    assert "What moved, and why" in page(REPORT)


KINDS_OF_CHART = [f"chart participations by=purpose kind={kind}" for kind in ("bars", "columns", "shares")]


@pytest.mark.parametrize("token", few(["table participations by=purpose", *KINDS_OF_CHART]))
def test_beside_a_cell_or_a_bar_that_has_moved_stands_what_it_was(edition, token):
    text = write_on("monthly-2022-09", "remarks")
    text.text = f"{{{{ {token} | Drawn }}}}"
    text_verbs.change([text], by=named("naree-boonmee"), now=timezone.now())
    published = edition.frozen.get(key="participations|2022-09|by purpose")
    assert "when published" not in page(CHAPTER, NAREE)
    count_again()

    now = Reading(registry.find("participations"), Period.parse("2022-09")).by("purpose").rows
    moved = [was for was, cell in zip(published.cells, now, strict=True) if was["value"] != cell.value]
    drawn = page(CHAPTER, NAREE).partition("Drawn<small")[2].partition("</figure>")[0]
    said = re.findall(r'<small class="was">\(([^)]*) when published\)', drawn)
    assert said == [str(value) for value in (*(was["value"] for was in moved), published.value)]
    assert moved != []
    if "columns" in token:
        alt = re.findall(r'aria-label="([^"]*)"', drawn)[0]
        assert re.findall(r": (\d+) when published\.", alt) == [str(was["value"]) for was in moved]
        assert drawn.count('<svg class="moved"') == len(moved)


@pytest.mark.long
def test_a_tile_that_has_moved_bears_a_sign_and_below_stands_what_it_was(edition):
    text = write_on("monthly-2022-09", "remarks")
    text.text = "{{ chart participations by=member | Drawn }}"
    text_verbs.change([text], by=named("naree-boonmee"), now=timezone.now())
    cells = {c.key: c for c in Reading(registry.find("participations"), Period.parse("2022-09")).by("member").rows}
    del cells["AUS"]
    row = edition.frozen.get(key="participations|2022-09|by purpose")
    row.pk, row.key, row.by = None, "participations|2022-09|by member", "member"
    row.cells = [
        {"filter": f"member={c.key}", "value": c.value, "label": c.label, "status": "A"} for c in cells.values()
    ]
    row.cells += [{"filter": "member=XXX", "value": 7, "label": "Atlantis", "status": "A"}]
    row.save()

    drawn = page(CHAPTER, NAREE).partition("Drawn<small")[2].partition("</figure>")[0]
    assert drawn.count("data-moved") == 1
    assert "When published: Australia nothing." in drawn
    assert "No longer here, but when published: Atlantis (7)." in drawn
