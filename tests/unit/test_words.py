"""A number that is typed by hand is refused and named; dates, ordinals, names, quoted words and lists are not numbers."""

from __future__ import annotations

from time import process_time

import pytest

from rso.reports.compiler import CannotCompile, compile_report
from rso.reports.models import Report, SectionText
from rso.reports.words import typed_numbers

REFUSED = {
    "The office reached 600 people.": ("600", 600),
    "It spent 2,430,000 dollars.": ("2,430,000", 2_430_000),
    "It spent 2\u00a0430\u00a0000 dollars.": ("2\u00a0430\u00a0000", 2_430_000),
    "Women were 41.5 per cent.": ("41.5", 41.5),
    "In Thai digits ๖๐๐ people.": ("๖๐๐", 600),
    "In Arabic digits ٦٠٠ people.": ("٦٠٠", 600),
    "In Khmer digits ៦០០ people.": ("៦០០", 600),
    "In Lao digits ໖໐໐ people.": ("໖໐໐", 600),
    "In Burmese digits ၆၀၀ people.": ("၆၀၀", 600),
    "In wide digits ６００ people.": ("６００", 600),
    "About ½ of them came.": ("½", 0.5),
    "They came in Ⅷ groups.": ("Ⅷ", 8),
    "Growth was square²d.": ("²", 2),
    "Two came.": ("Two", 2),
    "It was ninety-nine.": ("ninety-nine", 99),
    "It was forty two.": ("forty two", 42),
    "About six hundred people came.": ("six hundred", 600),
    "It took two thousand six hundred and five days.": ("two thousand six hundred and five", 2605),
    "One million dollars.": ("One million", 1_000_000),
    "A dozen came.": ("dozen", 12),
    "Three dozen came.": ("Three dozen", 36),
    "Hundreds came.": ("Hundreds", 100),
    "### 14 events were held": ("14", 14),
    "| 600 |": ("600", 600),
    "{{ chart participations by=type | 206 came to courses }}": ("206", 206),
    "{{ chart participations by=type | Six hundred came }}": ("Six hundred", 600),
    "[600 people](https://rso.example/)": ("600", 600),
    "*600* people": ("600", 600),
    "2022 people took part.": ("2022", 2022),
    "We met in Bali. 2022 people took part.": ("2022", 2022),
    "We trained 2022 women.": ("2022", 2022),
    "Altogether, **2022** participants came.": ("2022", 2022),
    "In all 2022 members agreed.": ("2022", 2022),
    "More than 1950\nrequests came in.": ("1950", 1950),
    "| Events | 2022 events |": ("2022", 2022),
    "Kantor melatih 2022 orang.": ("2022", 2022),
    "มีผู้เข้าร่วม 2022 คนในปี 2022": ("2022", 2022),
}
ALLOWED = (
    "On 7–8 September 2022 in Bangkok.",
    "On 7 and 8 September 2022 in Bangkok.",
    "From 10 to 11 October they met.",
    "On 12 October it met.",
    "In May 2023 and in 2022–23, from 2021 to 2024.",
    "As at 2023-03-31.",
    "In 2022 people took part; by late 2022 members agreed, and in May 2022 States did.",
    "In 2022, people took part. In March, 2022 people of all ages came.",
    "The 2022 report, the 2022 Bali Process and the 2022 events; its 2022–2023 members and Fiji’s 2022 requests.",
    "Those of Alumni Day 2022 participants remember, and 2021, 2022 and 2023 events.",
    "The year was 2022. People came.\n\n2022\n\npeople",
    "2022: people come first.",
    "Pada tahun 2022 orang datang; sejak Mei 2022 anggota bertambah.",
    "ในปี 2022 คนจำนวนมากมา ตั้งแต่เดือนพฤษภาคม 2022 สมาชิกเพิ่มขึ้น",
    "The 8th meeting, the 1st, the 2nd and the 23rd; the first and the third.",
    "Covid-19, G20, M49 and 3P.",
    "He said “we were 600, six hundred of us”.",
    'He said "we were 600".',
    "{{ fig participations period=2022-09 }} and {{ stated st-600 }} came.",
    "[the page](https://rso.example/2022/600/)",
    "1. Begin.\n2. Go on.\n10) End.",
    "> To do:\n>\n> 1. Begin.\n> 2. Go on.\n>\n> - 1. Within another.",
    "No one came, and none of the ones who wrote; someone tends to.",
    "Often, tenfold: a foursome.",
)


@pytest.mark.parametrize("text", REFUSED)
def test_a_typed_number_is_found_with_what_it_is_worth(text):
    assert [(number.text, number.worth) for number in typed_numbers(text)] == [REFUSED[text]]


@pytest.mark.parametrize("text", ALLOWED)
def test_what_only_looks_like_a_number_is_left_alone(text):
    assert [number.text for number in typed_numbers(text)] == []


def test_a_typed_number_is_found_on_its_line_among_its_words():
    (number,) = typed_numbers("The office opened in 2012.\n\nIt has reached 600 people since then.")

    assert (number.line, number.around) == (3, "It has reached 600 people since then.")


def test_a_text_of_nothing_but_numbers_is_read_as_fast_as_another():
    began = process_time()
    assert len(list(typed_numbers("600 " * 1000))) == 1000
    assert process_time() - began < 1


def test_number_words_that_say_more_than_any_figure_are_worth_nothing():
    (number,) = typed_numbers("hundred " * 160)

    assert number.worth is None
    assert [each.worth for each in typed_numbers("Nine hundred million wrote.")] == [900_000_000]


def test_every_number_of_a_line_is_found_in_order():
    found = typed_numbers("Of 600, two hundred and six came to six courses.")

    assert [number.text for number in found] == ["600", "two hundred and six", "six"]


@pytest.mark.long
def test_a_typed_number_in_a_title_or_in_the_subtitle_is_refused(office):
    report = Report.objects.get(ref="annual-2022")
    report.subtitle = "A year of 14 events"
    SectionText.objects.filter(ref="annual-2022-contact-en").update(title="Contact 600")

    with pytest.raises(CannotCompile) as refused:
        compile_report(report)

    assert [fault.section for fault in refused.value.faults] == ["subtitle", "contact"]
