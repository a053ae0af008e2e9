"""The one tokenizer: what a text is made of, and what a reader's words ask for. Both go through the same folding.

Scripts that put spaces between words give words. Thai, Lao, Khmer, Burmese, Chinese, Japanese and Korean give overlapping
pairs of characters, asked as a phrase: what is found holds the words as they stand, whatever a dictionary would say.
A character here is one that a reader sees: a consonant with its vowel signs and tones is never cut.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

#: Between the two characters of a pair; what stands last in its run has nothing after it.
JOINT = "\ue000"
#: Words asked for at most, and characters of a word: a reader's question is short.
MOST_WORDS, LONGEST = 12, 60


def _of(category: str, *spans: range) -> str:
    return "".join(chr(at) for span in spans for at in span if unicodedata.category(chr(at))[0] in category)


#: Signs that belong to the letter before them, in every script that a text of the region may hold.
MARKS = _of("M", range(0x300, 0x1C00), range(0xA800, 0xAC00), range(0x10A00, 0x11E00))
#: Letters of scripts without spaces: Thai, Lao, Burmese, Khmer, kana; then Chinese and Korean.
_UNSPACED = (0x0E00, 0x0F00), (0x1000, 0x10A0), (0x1780, 0x1800), (0x3005, 0x3100), (0xA9E0, 0xAA00), (0xAA60, 0xAA80)
BARE = _of("LM", *(range(*span) for span in _UNSPACED)) + "㐀-䶿一-鿿\U00020000-\U0003ffff가-힣"
#: Pictures among the words, each a word by itself: ✓, ☀, 🎉.
PICTURES = _of("S", range(0x2300, 0x2C00), range(0x1F000, 0x1FB00))
_REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_RUN = re.compile(rf"[\w{MARKS}]+|[{re.escape(PICTURES)}]")
_BARE = re.compile(f"([{BARE}]+)")
#: A letter with its signs, a letter stacked under it, and the second half of sara am. Burmese tones that end a syllable stand
#: by themselves, so that a word is found before a particle too.
CHARACTER = re.compile(
    rf"(?s:.)(?:[\u17d2\u1039].|\u1037(?=\u103a)|(?<=[\u0e4d\u0ecd])[\u0e32\u0eb2]|(?![\u1037\u1038])[{MARKS}])*"
)
#: Thai and Lao signs over and under one letter, typed in any order.
_SIGNS = re.compile(r"[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]{2,}|[\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece]{2,}")
#: An apostrophe within a name is no break: Nuku’alofa. After one letter it is: d’Ivoire. A genitive goes.
_APOSTROPHE = re.compile(r"(?<=\w\w)['‘’](?:s\b)?")

_LETTERS = {
    "đ": "d", "ð": "d", "ø": "o", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ŋ": "n", "_": " ",
    "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ڪ": "ك", "ہ": "ه", "ھ": "ه", "ە": "ه", "ۀ": "ه",
}  # fmt: skip
#: Latin, Greek and Cyrillic accents, Hebrew points, Arabic vowels, letters like apostrophes, colours of skin: words are found with and without.
_DROPPED = [
    *((0x300, 0x370), (0x591, 0x5C8), (0x610, 0x61B), (0x640, 0x641), (0x64B, 0x660), (0x670, 0x671), (0x6D6, 0x6EE)),
    *((0x1AB0, 0x1B00), (0x1DC0, 0x1E00), (0x20D0, 0x2100), (0x2B9, 0x2C0), (0x200B, 0x2010), (0x202A, 0x202F)),
    *((0x2060, 0x2065), (0xFE00, 0xFE10), (0xFE20, 0xFE30), (0xFEFF, 0xFF00), (0xAD, 0xAE), (0xE000, 0xF900)),
    (0x1F3FB, 0x1F400),
]
_TABLE: dict[int, str | None] = {
    **{ord(letter): to for letter, to in _LETTERS.items()},
    **{at: str(unicodedata.decimal(chr(at))) for at in range(0x80, 0x1E000) if unicodedata.decimal(chr(at), None) is not None},
    **{at: None for span in _DROPPED for at in range(*span)},
}  # fmt: skip


def fold(text: str) -> str:
    """A text without what two writers of the same word may differ in: case, width, accents, joiners, kinds of digits."""
    if text.isascii():
        folded = text.lower().replace("_", " ")
    else:
        apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
        folded = unicodedata.normalize("NFC", apart.translate(_TABLE)).replace("เเ", "แ")
        folded = _SIGNS.sub(lambda signs: "".join(sorted(signs[0])), folded)
    return _APOSTROPHE.sub("", folded) if "'" in folded or "’" in folded or "‘" in folded else folded


def runs(folded: str) -> Iterator[str | list[str]]:
    """A folded text's words, and of its runs without spaces the characters."""
    for run in _RUN.findall(folded):
        if not bare(run):
            yield run[:LONGEST]
        else:
            for at, part in enumerate(_BARE.split(run)):
                if part:
                    yield CHARACTER.findall(part) if at % 2 else part[:LONGEST]


def bare(folded: str) -> bool:
    """Whether a folded word holds characters of a script without spaces."""
    return not folded.isascii() and bool(_BARE.search(folded))


def pairs(characters: list[str]) -> list[str]:
    """Each character with the one after it; the last one alone."""
    return [f"{one}{JOINT}{after}" for one, after in zip(characters, [*characters[1:], ""], strict=True)]


def tokens(text: str) -> list[str]:
    """What the index keeps of a text, in its order."""
    found: list[str] = []
    for run in runs(fold(text)):
        if isinstance(run, str):
            found.append(run)
        else:
            found += pairs(run)
    return found


@dataclass(frozen=True)
class Phrase:
    """Tokens that must stand one after another; the last of them may go on where it `opens`. Or the ref of a record."""

    tokens: tuple[str, ...]
    opens: bool = False
    ref: str = ""


@lru_cache(maxsize=256)
def asked(words: str) -> tuple[Phrase, ...]:
    """What a reader's words ask for, all of it: each word, each “quoted phrase”. The last word may be half typed."""
    found = []
    pieces = re.findall(r'["“„«]([^"”“»]+)["”“»]|(\S+)', words)
    for at, (quoted, word) in enumerate(pieces[:MOST_WORDS]):
        parts = list(runs(fold(quoted or word)))
        if parts:
            ref = as_ref(word) if _REF.fullmatch(word) else ""
            found.append(_phrase(parts, ref, opens=at + 1 == len(pieces) and not quoted))
    return tuple(found)


def as_ref(ref: str) -> str:
    """A ref as one token: no database may cut it at its hyphens."""
    return re.sub(r"[._-]", JOINT, ref.lower())


def _phrase(parts: list[str | list[str]], ref: str, *, opens: bool) -> Phrase:
    """A word is closed unless it is the last one typed, which its last character may still get signs in. What follows it is anyone's."""
    found: list[str] = []
    for part in parts:
        found += [part] if isinstance(part, str) else pairs(part)
    last = parts[-1]
    if isinstance(last, str):
        return Phrase(tuple(found), opens and len(last) > 1, ref)
    return Phrase(tuple(found[:-1]), opens) if len(last) > 1 else Phrase(tuple(found), opens=True)
