"""Refuses numbers that are typed by hand in a report's text, and names the figure that each should be.

Allowed are dates, ordinals, digits in a name, and quoted words; what a source states comes by `{{ stated … }}`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
SPAN = r"\d{1,2}(?:\s?[–-]\s?\d{1,2})?"
ALLOWED = re.compile(
    "|".join(
        (
            r"“[^”]*”|\"[^\"]*\"",  # quoted words
            r"\{\{.*?\}\}",  # tokens
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
    re.DOTALL,
)
UNITS = "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
WORTH = {word: at for at, word in enumerate(UNITS, 2)} | {word: 10 * at for at, word in enumerate(TENS, 2)}
WORTH |= {"hundred": 100, "thousand": 1000, "million": 1_000_000, "dozen": 12}
NUMBER_WORD = re.compile(
    rf"\b(?:(?:{'|'.join(TENS)})[-\s](?:one|{'|'.join(UNITS[:8])})|(?:{'|'.join(WORTH)})s?)\b",
    re.IGNORECASE,
)
DIGITS = re.compile(r"\d(?:[\d.,\u00a0]*\d)?")


@dataclass(frozen=True)
class TypedNumber:
    """A number typed by hand: as it stands, what it is worth, its line, and the words around it."""

    text: str
    worth: float | None
    line: int
    around: str


def typed_numbers(text: str) -> Iterator[TypedNumber]:
    """Every digit of any script and every number word that nothing allows."""
    plain = ALLOWED.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)
    for found in sorted(
        [*DIGITS.finditer(plain), *NUMBER_WORD.finditer(plain)],
        key=lambda match: match.start(),
    ):
        start = found.start()
        line = plain.count("\n", 0, start) + 1
        around = " ".join(text[max(0, start - 30) : found.end() + 30].split())
        yield TypedNumber(found.group(), worth(found.group()), line, around)


def worth(text: str) -> float | None:
    """What a typed number is worth: 600, ๖๐๐, forty-two."""
    if text[0].isdigit():
        digits = "".join(str(unicodedata.digit(letter, "")) if letter.isdigit() else letter for letter in text)
        try:
            return float(digits.replace(",", "").replace("\u00a0", ""))
        except ValueError:
            return None
    parts = re.split(r"[-\s]", text.lower())
    return float(sum(WORTH.get(part, WORTH.get(part.rstrip("s"), 1)) for part in parts))


def advice(number: TypedNumber, figures_worth: Callable[[float], list[str]]) -> str:
    """What to write instead."""
    close = figures_worth(number.worth) if number.worth is not None else []
    if close:
        tokens = " or ".join(f"{{{{ fig {slug} }}}}" for slug in close[:3])
        return f"“{number.text}” is typed by hand; write {tokens}"
    return (
        f"“{number.text}” is typed by hand; write it as {{{{ fig … }}}}, or {{{{ stated … }}}} where a source says it"
    )
