"""A photograph is printed in every edition with its alt text and credit, and never without consent."""

from __future__ import annotations

import io
import re

import pytest
from django.test import Client
from PIL import Image

from rso.core.attachments import attach
from rso.core.models import Office
from rso.core.verbs import Refused
from rso.reports.actions import text_verbs
from rso.reports.compiler import CannotCompile, compile_report
from rso.reports.editions import write_editions
from rso.reports.models import Photograph, Report, SectionText
from rso.reports.photographs import photograph_verbs
from rso.reports.publishing import release
from rso.reports.ready import blockers
from rso.reports.writing import sign
from tests.conftest import named
from tests.web.conftest import as_user


def picture() -> bytes:
    """One grey dot."""
    made = io.BytesIO()
    Image.new("L", (1, 1), 128).save(made, "PNG")
    return made.getvalue()


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def hall(office, naree, now) -> Photograph:
    """The hall of the forum, printed in the report of September."""
    report = Report.objects.get(ref="monthly-2022-09")
    made = Photograph(
        ref="forum-hall", report=report, alt="Delegates around one table", credit="RSO", consent="given", is_cover=True
    )
    photograph_verbs.add([made], by=naree, now=now)
    attach(made, io.BytesIO(picture()), name="hall.png", by=naree, now=now)
    words = SectionText(
        ref="remarks", report=report, section="remarks", text="We met.\n\n{{ photo forum-hall | Day one }}"
    )
    text_verbs.add([words], by=naree, now=now)
    return made


@pytest.mark.long
def test_it_stands_in_the_web_edition_and_the_pdf_with_alt_text_and_credit(hall, tmp_path):
    written = write_editions(hall.report, tmp_path / "out")
    page = (written.web / "month.html").read_text()

    assert '<img src="photographs/forum-hall.png" alt="Delegates around one table">' in page
    assert "Day one" in page
    assert "Photograph: RSO" in page
    assert (written.web / "photographs" / "forum-hall.png").read_bytes() == picture()
    assert "Delegates around one table" in (written.web / "index.html").read_text()
    assert written.pdf.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [("alt", "", "has no alt text"), ("credit", "", "has no credit"), ("consent", "missing", "has no consent")],
)
def test_what_it_lacks_keeps_the_report_from_being_printed_and_published(hall, naree, now, field, value, says):
    setattr(hall, field, value)
    photograph_verbs.change([hall], by=naree, now=now)

    with pytest.raises(CannotCompile, match=says):
        compile_report(hall.report)
    assert f"forum-hall: {says}" in [found.says for found in blockers(hall.report) if found.kind == "photograph"]


def test_a_second_cover_is_refused_with_the_first(hall, naree, now):
    table = Photograph(ref="long-table", report=hall.report, is_cover=True)
    with pytest.raises(Refused, match="“forum-hall” stands on the cover of this report; take it off first"):
        photograph_verbs.add([table], by=naree, now=now)

    hall.is_cover = False
    photograph_verbs.change([hall], by=naree, now=now)
    photograph_verbs.add([table], by=naree, now=now)
    assert hall.report.photographs.get(is_cover=True) == table


def test_a_picture_in_the_inks_of_a_press_is_told_before_it_is_typeset(hall, naree, now):
    made = io.BytesIO()
    Image.new("CMYK", (8, 8), (200, 10, 20, 30)).save(made, "JPEG")
    attach(hall, io.BytesIO(made.getvalue()), name="press.jpg", by=naree, now=now)

    says = "has a picture in the four inks of a press (CMYK); attach it in RGB"
    with pytest.raises(CannotCompile, match=re.escape(says)):
        compile_report(hall.report)
    assert f"forum-hall: {says}" in [found.says for found in blockers(hall.report)]


def test_letters_of_the_cover_that_print_lacks_are_told_before_publication(hall, naree, now):
    Office.objects.update(parent="The 巴厘 Process")
    hall.report.texts.all().delete()
    hall.credit = "王芳"
    photograph_verbs.change([hall], by=naree, now=now)

    lacks = "“%s”: “%s” cannot be printed; the fonts of print do not have it"
    assert [(each.section, each.says, each.url) for each in blockers(hall.report) if each.kind == "text"] == [
        ("The office itself", lacks % ("The 巴厘 Process", "巴 厘"), "/office/office/rso/"),
        ("cover", lacks % ("王芳", "王 芳"), "/office/reports/monthly-2022-09/edit/"),
    ]


@pytest.fixture
def both(hall, harriet, bagus, now) -> Report:
    """The report of September as both co-managers have signed it."""
    release(hall.report, writer=named("tran-thi-mai"), co_managers=(harriet, bagus), now=now)
    assert hall.report.signatures.count() == 2
    return hall.report


@pytest.mark.parametrize(("field", "value"), [("alt", "Delegates at lunch"), ("credit", "UNODC"), ("is_cover", False)])
def test_a_change_of_a_photograph_takes_signatures_back(both, hall, naree, now, field, value):
    setattr(hall, field, value)
    photograph_verbs.change([hall], by=naree, now=now)

    assert both.signatures.count() == 0


def test_another_picture_and_another_photograph_take_signatures_back(both, hall, naree, harriet, bagus, now):
    made = io.BytesIO()
    Image.new("L", (2, 1), 128).save(made, "PNG")
    attach(hall, made, name="lunch.png", by=naree, now=now)
    assert both.signatures.count() == 0

    for user in (harriet, bagus):
        sign(both, by=user, now=now)
    lunch = Photograph(ref="lunch", report=both, alt="Lunch", credit="RSO", consent="not_needed")
    photograph_verbs.add([lunch], by=naree, now=now)
    assert both.signatures.count() == 0

    for user in (harriet, bagus):
        sign(both, by=user, now=now)
    photograph_verbs.remove([lunch], by=naree, now=now)
    assert both.signatures.count() == 0


def test_before_its_report_is_published_only_the_office_sees_the_picture(hall, naree):
    address = "/reports/photographs/forum-hall/"

    assert Client().get(address).status_code == 404
    answer = as_user(naree).get(address)
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, picture())
