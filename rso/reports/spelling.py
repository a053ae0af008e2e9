"""Names in a text that nearly match a name in the records: Semarng for Semarang. Only what the public may see is compared."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Max

from rso.accounts.models import Role, User
from rso.core.keeping import made_once
from rso.core.models import AuditEvent
from rso.core.privacy import DataClass
from rso.core.search.registry import PUBLIC, searched
from rso.reports.models import SectionText

TOKENS = re.compile(r"\{\{[^|}]*|\]\([^)]*\)")
#: A run of words that begin with a capital; small words may stand between them.
NAME = re.compile(r"[A-ZÀ-Þ][\w’'-]+(?:[ \u00a0](?:(?:of|the|and|on|for|in|to)[ \u00a0])*[A-ZÀ-Þ][\w’'-]+)*")
WORD = re.compile(r"[\w’'-]+")
#: What makes a name say whose: Thailand’s, the Philippines’.
WHOSE = re.compile(r"[’']s?$")
#: How alike a name of several words and one of a single word must be to be taken for a slip.
NEAR, NEAR_ALONE, SHORTEST = 0.86, 0.82, 5


@dataclass(frozen=True)
class Slip:
    """A name as it is written, what the records call it, and its line."""

    written: str
    meant: str
    line: int


class Known:
    """The names of the records: whole, and by their words."""

    def __init__(self, names: set[str]) -> None:
        self.words = {word.casefold() for name in names for word in WORD.findall(name)}
        self.alone = {name.casefold(): name for name in names if len(name.split()) == 1}
        self.by_word: dict[str, list[list[str]]] = defaultdict(list)
        for name in sorted(names):
            words = name.split()
            if len(words) > 1:
                for word in {word.casefold() for word in words if len(word) > 3}:
                    self.by_word[word].append(words)

    def meant_by(self, written: str) -> str:
        """The name that is nearly this one; nothing where it is right, or like none."""
        words = written.split()
        if all(word.casefold() in self.words for word in WORD.findall(written)):
            return ""
        if len(words) == 1:
            close = difflib.get_close_matches(written.casefold(), self.alone, n=1, cutoff=NEAR_ALONE)
            # Malaysian and Australians are words of their own.
            is_slip = close and len(written) >= SHORTEST and not written.casefold().startswith(close[0])
            return self.alone[close[0]] if is_slip else ""
        return self._among(written, words)

    def _among(self, written: str, words: list[str]) -> str:
        """The run of as many words of a known name that is nearest."""
        best, meant = NEAR, ""
        for name in {tuple(name) for word in words for name in self.by_word.get(word.casefold(), ())}:
            for at in range(len(name) - len(words) + 1):
                run = " ".join(name[at : at + len(words)])
                alike = difflib.SequenceMatcher(None, written.casefold(), run.casefold()).ratio()
                if best <= alike < 1:
                    best, meant = alike, run
        return meant


def known_names() -> Known:
    """Kept until any record changes."""
    last = AuditEvent.objects.aggregate(last=Max("id"))["last"]
    return made_once(f"names:{last}", lambda: Known(set(_names())))


def _names() -> Iterator[str]:
    yield from User.objects.filter(role=Role.CO_MANAGER).values_list("name", flat=True)
    for model, kind in searched.by_model.items():
        if kind.model.privacy.data_class == DataClass.PUBLIC and model is not SectionText:  # type: ignore[attr-defined]
            for record in kind.stored():
                if PUBLIC in kind.audiences(record):
                    yield from kind.texts(record, kind.fields[0])


def slips(text: str) -> list[Slip]:
    """Names of the text that the records write otherwise."""
    plain = TOKENS.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)
    names = {WHOSE.sub("", found.group()): found.start() for found in reversed(list(NAME.finditer(plain)))}
    known = known_names() if names else None
    found = [(at, name, meant) for name, at in names.items() if known and (meant := known.meant_by(name))]
    return [Slip(name, meant, plain.count("\n", 0, at) + 1) for at, name, meant in sorted(found)]
