"""What of a text a reader is shown: the words asked for, marked where they stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rso.core.search.excerpts import excerpt
from rso.core.search.words import asked


def marked(text: str, words: str) -> list[str]:
    return [part for part, is_asked in excerpt([text], asked(words)) if is_asked]


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("Hội thảo tại Đà Nẵng, rồi Đà Lạt", "da nang", ["Đà", "Nẵng", "Đà"]),
        ("Hội thảo tại Đà Nẵng, rồi Đà Lạt", '"da nang"', ["Đà Nẵng"]),
        ("การประชุมต่อต้านการค้ามนุษย์ในภูมิภาค", "ค้ามนุษย์", ["ค้ามนุษย์"]),
        ("จัดหาน้ำดื่ม", "น้ำ", ["น้ำ"]),
        ("សិក្ខាសាលា មនុស្ស", "មនុស", ["មនុស្ស"]),
        ("Sports day 🏃🏽 ⚽", "⚽ day", ["day", "⚽"]),
        ("សិក្ខាសាលាស្តីពីការជួញដូរ\u200bមនុស្ស", "ដូរមនុស្ស", ["ដូរ\u200bមនុស្ស"]),
        ("打击人口贩运区域研讨会", "人口 会", ["人口", "会"]),
        ("At Nuku’alofa the office’s d’Ivoire", "nukualofa office ivoire", ["Nuku’alofa", "office’s", "d’Ivoire"]),
        ("Smuggling of migrants", "smug", ["Smuggling"]),
        ("Smuggling of migrants", "smug of", ["of"]),
        ("e2022-01 stands in no text", "e2022-99", []),
    ],
)
def test_the_words_asked_for_are_marked_as_they_are_written(text, words, found):
    assert marked(text, words) == found


def test_the_first_text_that_holds_them_is_cut_around_them_at_spaces():
    long = "word " * 100 + "smuggling " + "other " * 100

    parts = excerpt(["nothing", long], asked("smuggling"))

    assert "".join(part for part, _is_asked in parts) == "… " + "word " * 11 + "smuggling " + "other " * 27 + "other …"
    assert excerpt(["nothing"], asked("smuggling")) == []


@given(st.text(max_size=80), st.text(max_size=20))
def test_an_excerpt_is_a_part_of_its_text(text, words):
    parts = excerpt([text], asked(words))

    assert "".join(part for part, _is_asked in parts).removeprefix("… ").removesuffix(" …") in text
