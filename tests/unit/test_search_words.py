"""The tokenizer: what a text is made of, and what a reader's words ask for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rso.core.search.words import JOINT, Phrase, asked, fold, tokens

ANY_TEXT = st.text(st.characters(), max_size=60)


def shown(text: str) -> list[str]:
    return [token.replace(JOINT, "|") for token in tokens(text)]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Đà Nẵng, Việt Nam", "da nang viet nam"),
        ("Bahasa Indonésia ÇELIK Łódź", "bahasa indonesia celik lodz"),
        ("Приём", "прием"),
        ("Αθήνα ΑΘΗΝΑ", "αθηνα αθηνα"),
        ("حُقُوقُ الإِنسان", "حقوق الانسان"),
        ("پاکستانی", "پاكستاني"),
        ("ｆｕｌｌ　ｗｉｄｔｈ", "full width"),
        ("พ.ศ. ๒๕๖๕", "พ| ศ| 2565"),
        ("Nuku’alofa Nuku'alofa Nukuʻalofa", "nukualofa nukualofa nukualofa"),
        ("the office’s d’Ivoire", "the office d ivoire"),
        ("annual_report tabletop-exercise", "annual report tabletop exercise"),
        ("Sports day 🏃🏽\u200d♀️⚽: ✓100%", "sports day 🏃 ♀ ⚽ ✓ 100"),
        ("soft\u00adhyphen zero\u200bwidth", "softhyphen zerowidth"),
    ],
)
def test_writings_of_one_word_are_one_token(written, found):
    assert shown(written) == found.split()


def test_accents_that_make_another_letter_stay_in_scripts_where_they_do():
    """A Japanese voicing mark or an Indian vowel sign is no accent."""
    assert shown("が") != shown("か")
    assert shown("मानव") == ["मानव"]
    assert shown("তস্কর") == ["তস্কর"]
    assert shown("කවි") == ["කවි"]
    assert shown("கடத்தல்") == ["கடத்தல்"]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("ค้ามนุษย์", "ค้|า า|ม ม|นุ นุ|ษ ษ|ย์ ย์|"),
        ("ភាសាខ្មែរ", "ភា|សា សា|ខ្មែ ខ្មែ|រ រ|"),
        ("ພາສາລາວ", "ພ|າ າ|ສ ສ|າ າ|ລ ລ|າ າ|ວ ວ|"),
        ("မြန်မာ", "မြ|န် န်|မာ မာ|"),
        ("人口贩运", "人|口 口|贩 贩|运 运|"),
        ("인신매매", "인|신 신|매 매|매 매|"),
        ("第3回会議", "第| 3 回|会 会|議 議|"),
        ("សិទ្ធិ\u200bមនុស្ស", "សិ|ទ្ធិ ទ្ធិ|ម ម|នុ នុ|ស្ស ស្ស|"),
    ],
)
def test_scripts_without_spaces_are_pairs_of_characters_that_are_never_cut(written, found):
    assert shown(written) == found.split()


def test_signs_are_found_in_whatever_order_they_were_typed():
    assert tokens("น้ำ") == tokens("นํ้า") == tokens("น\u0e4d\u0e49\u0e32")
    assert tokens("เเละ") == tokens("และ")
    assert tokens("ນ້ຳ") == tokens("ນໍ້າ")


def test_a_burmese_tone_that_ends_a_word_does_not_hide_it():
    whole, word = tokens("မြန်မာ့ရေး"), asked("မြန်မာ")[0].tokens

    assert list(word) == whole[: len(word)]


def test_the_last_word_may_be_half_typed_and_quoted_words_stand_together():
    assert asked("Border manag") == (Phrase(("border",), ref="border"), Phrase(("manag",), opens=True, ref="manag"))
    assert asked('"people smuggling" law') == (
        Phrase(("people", "smuggling")), Phrase(("law",), opens=True, ref="law"),
    )  # fmt: skip
    assert asked("e2022-01") == (Phrase(("e2022", "01"), opens=True, ref=f"e2022{JOINT}01"),)
    assert asked("人") == (Phrase((f"人{JOINT}",), opens=True),)
    assert asked("人口") == (Phrase((f"人{JOINT}口",), opens=True),)
    assert asked("人口 人口") == (Phrase((f"人{JOINT}口",)), Phrase((f"人{JOINT}口",), opens=True))
    assert asked(" ?! ") == ()


@given(ANY_TEXT)
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(ANY_TEXT)
def test_no_token_holds_what_a_database_takes_for_a_sign(text):
    for token in [*tokens(text), *(token for phrase in asked(text) for token in phrase.tokens)]:
        assert token
        assert set(token) & set(" \t\n\"'\\:*()&|!<>-\x00") == set()
        assert token.isascii() is False or token.isalnum()


@given(ANY_TEXT)
def test_a_text_is_found_by_itself(text):
    """Whatever of a text is asked for stands in it, in this order."""
    there = tokens(text)
    for phrase in asked(text):
        *firsts, last = phrase.tokens
        assert any(
            there[at : at + len(firsts)] == firsts
            and at + len(firsts) < len(there)
            and (there[at + len(firsts)].startswith(last) if phrase.opens else there[at + len(firsts)] == last)
            for at in range(len(there))
        )
