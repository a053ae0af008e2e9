"""Shows where in a text the words stand that were asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from rso.core.search.words import CHARACTER, JOINT, MARKS, PICTURES, Phrase, bare, fold, runs

#: Characters of a text that are looked at, and those shown before and after the first word found.
LOOKED_AT, BEFORE, AFTER = 50_000, 60, 180
_RUN = re.compile(rf"[\w{MARKS}\u00ad\u200b-\u200d'‘’]+|[{re.escape(PICTURES)}]")
_PIECE = re.compile(rf"(?s:.)(?:[\u17d2\u1039].|[{MARKS}\u0e33\u0eb3\u00ad\u200b-\u200d])*")
#: A word or a character as the tokenizer folds it, with its place in the text.
Atom = tuple[str, int, int]
#: Words and whether they were asked for.
Excerpt = list[tuple[str, bool]]


def excerpt(texts: Iterable[str], phrases: Sequence[Phrase]) -> Excerpt:
    """The part of the first text that holds one of the phrases, or nothing."""
    for text in texts:
        looked_at = text[:LOOKED_AT]
        if spans := sorted(set(_places(looked_at, phrases))):
            return list(_cut(looked_at, spans))
    return []


def _cut(text: str, spans: list[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    start = max(0, spans[0][0] - BEFORE)
    start = start and (text.find(" ", start, spans[0][0]) + 1 or start)
    end = min(len(text), max(spans[0][1], spans[0][0] + AFTER))
    end = end if end == len(text) else max(text.rfind(" ", spans[0][1], end), spans[0][1])
    yield "… " if start else "", False
    at = start
    for first, last in spans:
        if at <= first and last <= end:
            yield text[at:first], False
            yield text[first:last], True
            at = last
    yield text[at:end] + (" …" if end < len(text) else ""), False


def _places(text: str, phrases: Sequence[Phrase]) -> Iterator[tuple[int, int]]:
    there = list(_atoms(text))
    for phrase in phrases:
        *firsts, last = asked = _atoms_of(phrase)
        is_open = phrase.opens and not phrase.tokens[-1].endswith(JOINT)
        for at in range(len(there) - len(asked) + 1):
            end = there[at + len(firsts)]
            if (end[0].startswith(last) if is_open else end[0] == last) and all(
                atom[0] == wanted for atom, wanted in zip(islice(there, at, None), firsts, strict=False)
            ):
                yield there[at][1], end[2]


def _atoms(text: str) -> Iterator[Atom]:
    for run in _RUN.finditer(text):
        folded = fold(run[0])
        if not bare(folded):
            yield from ((word, run.start(), run.end()) for word in runs(folded) if isinstance(word, str))
            continue
        for piece in _PIECE.finditer(run[0]):
            for character in CHARACTER.findall(fold(piece[0])):
                yield character, run.start() + piece.start(), run.start() + piece.end()


def _atoms_of(phrase: Phrase) -> list[str]:
    """The words and characters of a phrase, out of its pairs."""
    found: list[str] = []
    after = ""
    for token in phrase.tokens:
        first, _joint, after = token.partition(JOINT)
        found.append(first)
    return [*found, after] if after else found
