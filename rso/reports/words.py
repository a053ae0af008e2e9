"""Refuses numbers that are typed by hand in a report's text, and names the figure that each should be.

Allowed are dates, ordinals, digits in a name, and quoted words; what a source states comes by `{{ stated … }}`. The
finding of a chart is text like any other. What looks like a year is one, unless it counts the noun behind it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.dates import MONTHS as MONTH_NAMES
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from rso.core.figures import registry

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
SPAN = r"\d{1,2}(?:(?:\s?[–-]\s?|\sand\s|\sto\s)\d{1,2})?"
ALLOWED = re.compile(
    "|".join(
        (
            r"“[^”]*”|\"[^\"]*\"",  # quoted words
            r"\{\{[^|}]*",  # tokens, up to their finding
            r"^[ \t]*(?:>[ \t]*|[*+-][ \t]+)*\d{1,2}[.)]\s",  # numbers of a list, also in an aside or in another list
            r"\]\([^)]*\)",  # addresses of links
            rf"\b{SPAN}\s(?:{MONTHS})(?:\s\d{{4}})?\b",  # 7–8 September 2022
            rf"\b(?:{MONTHS})\s\d{{4}}\b",
            r"\b\d{4}-\d{2}-\d{2}\b",
            r"\b(?:19|20)\d{2}[–-](?:19|20)?\d{2}\b(?!\s?%)",  # 2022–23
            r"(?P<year>\b(?:19|20)\d{2}\b(?!\s?%))",
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
YEAR = re.compile(r"(?:19|20)\d{2}")
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
    plain = ALLOWED.sub(lambda found: found[0] if _counts(found) else re.sub(r"[^\n]", " ", found[0]), text)
    found = [(match.start(), match.group()) for match in (*DIGITS.finditer(plain), *NUMBER_WORDS.finditer(plain))]
    found += [(at, sign) for at, sign in enumerate(plain) if sign.isnumeric() and not sign.isdecimal()]
    for start, number in sorted(found):
        line = plain.count("\n", 0, start) + 1
        yield TypedNumber(number, worth(number), line, _around(text, start, start + len(number)))


#: What texts count beside what figures count.
ALSO_COUNTED = (_("participants"), _("women"), _("men"), _("courses"), _("trainings"), _("workshops"), _("States"))
#: Behind these words of the report's languages a year is one, whatever follows: in 2022 people came, by late 2022 members agreed.
BEFORE_YEARS = frozenset(
    "a an the this that these those its their our his her in during since until till by from to of for before after through "
    "throughout between and or early late mid year years "
    "pada di tahun sejak hingga sampai dari untuk sebelum sesudah setelah selama antara dan atau awal akhir".split()
)
#: How far around a number its words are looked for: a text of nothing but numbers is read as fast as another.
FAR = 200
SENTENCE = re.compile(r"[.!?:|](?=\s)|\n[ \t]*\n")


@cache
def _counted() -> tuple[re.Pattern[str], tuple[str, ...]]:
    """What a number counts, as it begins behind the number, and the words for a month and a year, in each language."""
    nouns, dates = set(), {"ปี", "ค.ศ.", "/"}
    for language, _name in settings.LANGUAGES:
        with override(language):
            nouns |= {str(noun) for noun in (*(figure.unit.noun for figure in registry), *ALSO_COUNTED)}
            dates |= {str(month).casefold() for month in MONTH_NAMES.values()}
    # Thai parts no words, so a noun may go on in letters of its own.
    behind = rf"[*_]*(?=\s)[^\S\n]*\n?[^\S\n]*(?:{'|'.join(sorted(nouns))})(?![a-z-])"
    return re.compile(behind, re.IGNORECASE), tuple(dates)


def _counts(found: re.Match[str]) -> bool:
    """Whether what looks like a year counts the noun behind it. In doubt, as after a name, it is a year."""
    if not found["year"]:
        return False
    nouns, dates = _counted()
    if not nouns.match(found.string, found.end()):
        return False
    sentence = SENTENCE.split(found.string[max(0, found.start() - FAR) : found.start()])[-1]
    words = [word.strip('*_(“”",') for word in sentence.split()]
    last = words[-1] if words else ""
    is_name = len(words) > 1 and last[:1].isupper()
    is_of_date = last.casefold() in BEFORE_YEARS or last.casefold().endswith(dates) or last[-2:] in ("’s", "'s")
    return not (is_name or is_of_date or YEAR.fullmatch(last))


def _around(text: str, start: int, end: int) -> str:
    """The number among the words beside it on its line."""
    before = re.findall(r"(?:\S+[ \t]+){0,5}\S*$", text[max(0, start - FAR) : start])[0]
    after = re.findall(r"^\S*(?:[ \t]+\S+){0,5}", text[end : end + FAR])[0]
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


#: What no figure is worth: words that say more are no number.
TOO_MUCH = 10**15


def _worth_of_words(words: list[str]) -> float | None:
    """Two thousand six hundred and five: what stands before hundred, thousand or million is multiplied by it."""
    whole = part = 0
    for word in words:
        if whole + part > TOO_MUCH:
            return None
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
        tokens = _now(" or ").join(f"{{{{ fig {slug} }}}}" for slug in close[:3])
        says = _now("“%(number)s” is typed by hand; write %(tokens)s") % {"number": number.text, "tokens": tokens}
    else:
        says = _now(
            "“%(number)s” is typed by hand; write it as {{ fig … }}, or {{ stated … }} where a source says it"
        ) % {"number": number.text}
    if YEAR.fullmatch(number.text):
        says += _now("; a year stands behind a word such as “in” or “of”")
    return says
