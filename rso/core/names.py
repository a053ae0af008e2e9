"""Names as people write them: which of them are the same, and which may be."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable

#: Letters that Unicode does not take apart into a letter and its mark.
LETTERS = str.maketrans({"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
#: Marks on Latin, Greek and Cyrillic letters. Vowels and tones of Thai or Khmer are part of the word.
MARKS = re.compile("[\u0300-\u036f]")
BREAKS = re.compile(r"[\s.,;:()/\\\-–—'’‘“”\"_?!#&*]+")
#: How people are addressed is no part of their name.
TITLES = frozenset("mr mrs ms miss mdm dr prof sir นาย นาง นางสาว".split())
#: How alike two names are that may be one.
NEAR = 0.87


def words_of(name: str) -> list[str]:
    """The words of a name in small letters without marks, in their order; how someone is addressed is left out."""
    text = unicodedata.normalize("NFKD", name).casefold().translate(LETTERS)
    text = unicodedata.normalize("NFC", MARKS.sub("", text))
    found = [word for word in BREAKS.split(text) if word]
    return [word for word in found if word not in TITLES] or found


def normal(name: str) -> str:
    """The same for names that are the same but for case, marks and the order of their words."""
    return " ".join(sorted(words_of(name)))


def are_near(one: str, other: str) -> bool:
    """Whether two normal names may be of one person: nearly the same letters, or all words of one in the other."""
    if one == other:
        return True
    fewer, more = sorted((set(one.split()), set(other.split())), key=len)
    if len(fewer) > 1 and fewer <= more:
        return True
    matcher = difflib.SequenceMatcher(None, one, other)
    return matcher.quick_ratio() >= NEAR and matcher.ratio() >= NEAR


def near(name: str, known: Iterable[str]) -> list[str]:
    """Which of the normal names may be meant, the nearest first."""
    found = [other for other in known if are_near(name, other)]
    return sorted(found, key=lambda other: (-difflib.SequenceMatcher(None, name, other).ratio(), other))
