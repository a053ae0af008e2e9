"""Refuses numbers that are typed by hand in a report's text, and names the figure that each should be.

Allowed are dates, ordinals, digits in a name, and quoted words; what a source states comes by `{{ stated … }}`. The
finding of a chart is text like any other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
SPAN = r"\d{1,2}(?:(?:\s?[–-]\s?|\sand\s|\sto\s)\d{1,2})?"
ALLOWED = re.compile(
    "|".join(
        (
            r"“[^”]*”|\"[^\"]*\"",  # quoted words
            r"\{\{[^|}]*",  # tokens, up to their finding
            r"^\s*\d{1,2}[.)]\s",  # numbers of a list
            r"\]\([^)]*\)",  # addresses of links
            rf"\b{SPAN}\s(?:{MONTHS})(?:\s\d{{4}})?\b",  # 7–8 September 2022
            rf"\b(?:{MONTHS})\s\d{{4}}\b",
            r"\b\d{4}-\d{2}-\d{2}\b",
            r"\b(?:19|20)\d{2}(?:[–-](?:19|20)?\d{2})?\b(?!\s?%)",  # years
            r"\b\d{1,3}(?:st|nd|rd|th)\b",  # ordinals
            r"\b[A-Za-zÀ-ž][\w’'&.]*-?\d+\w*\b",  # Covid-19, M49, G20
            r"\b\d+[A-Z][\w-]*\b",  # 3P
        )
    ),
    re.DOTALL | re.MULTILINE,
)
UNITS = "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
WORTH = {word: at for at, word in enumerate(UNITS, 2)} | {word: 10 * at for at, word in enumerate(TENS, 2)}
WORTH |= {"one": 1, "dozen": 12, "hundred": 100, "thousand": 1000, "million": 1_000_000}
#: One alone is as often a pronoun as a number.
WORD = rf"(?:{'|'.join(word for word in WORTH if word != 'one')})s?"
NUMBER_WORDS = re.compile(rf"\b(?:one[-\s])?{WORD}(?:[-\s](?:and\s)?(?:{WORD}|one))*\b", re.IGNORECASE)
DIGITS = re.compile(r"\d(?:[\d.,\u00a0]*\d)?")


@dataclass(frozen=True)
class TypedNumber:
    """A number typed by hand: as it stands, what it is worth, its line, and the words around it."""

    text: str
    worth: float | None
    line: int
    around: str


def typed_numbers(text: str) -> Iterator[TypedNumber]:
    """Every digit of any script, every other sign for a number, and every number word that nothing allows."""
    plain = ALLOWED.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)
    found = [(match.start(), match.group()) for match in (*DIGITS.finditer(plain), *NUMBER_WORDS.finditer(plain))]
    found += [(at, sign) for at, sign in enumerate(plain) if sign.isnumeric() and not sign.isdecimal()]
    for start, number in sorted(found):
        line = plain.count("\n", 0, start) + 1
        yield TypedNumber(number, worth(number), line, _around(text, start, start + len(number)))


def _around(text: str, start: int, end: int) -> str:
    """The number among the words beside it on its line."""
    before = re.findall(r"(?:\S+[ \t]+){0,5}\S*$", text[:start])[0]
    after = re.findall(r"^\S*(?:[ \t]+\S+){0,5}", text[end:])[0]
    return f"{before}{text[start:end]}{after}"


def worth(text: str) -> float | None:
    """What a typed number is worth: 600, ๖๐๐, ½, forty-two, six hundred."""
    if text[0].isdecimal():
        digits = "".join(str(unicodedata.decimal(letter, letter)) for letter in text)
        try:
            return float(digits.replace(",", "").replace("\u00a0", ""))
        except ValueError:
            return None
    if text[0].isnumeric():
        return unicodedata.numeric(text)
    return _worth_of_words(re.findall(r"[a-z]+", text.lower()))


def _worth_of_words(words: list[str]) -> float:
    """Two thousand six hundred and five: what stands before hundred, thousand or million is multiplied by it."""
    whole = part = 0
    for word in words:
        number = WORTH.get(word) or WORTH.get(word.removesuffix("s"), 0)
        if number >= 1000:
            whole, part = whole + (part or 1) * number, 0
        elif number in (12, 100) and word.startswith(("dozen", "hundred")):
            part = (part or 1) * number
        else:
            part += number
    return float(whole + part)


def advice(number: TypedNumber, figures_worth: Callable[[float], list[str]]) -> str:
    """What to write instead."""
    close = figures_worth(number.worth) if number.worth is not None else []
    if close:
        tokens = " or ".join(f"{{{{ fig {slug} }}}}" for slug in close[:3])
        return f"“{number.text}” is typed by hand; write {tokens}"
    return (
        f"“{number.text}” is typed by hand; write it as {{{{ fig … }}}}, or {{{{ stated … }}}} where a source says it"
    )
