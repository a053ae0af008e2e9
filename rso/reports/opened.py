"""A section as someone has it open to write it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from rso.core.diffs import word_diff
from rso.reports.models import SectionText
from rso.reports.writing import Clashing, Place, Words


@dataclass
class Opened:
    """A section as someone has it open: what the text said when it was opened, and what is typed now."""

    place: Place
    text: SectionText | None
    token: UUID
    began: Words
    cells: Words
    clash: Clashing | None = None
    #: Of a clash: what the other changed.
    diff: str = ""
    #: What the draft says, as far as this window knows.
    seen: Words = field(default_factory=dict)
    #: Whether another window of this person's wrote too.
    elsewhere: bool = False
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def began_json(self) -> str:
        return json.dumps(self.began, ensure_ascii=False)

    @property
    def seen_json(self) -> str:
        return json.dumps(self.seen or self.began, ensure_ascii=False)

    def clashes(self, clash: Clashing) -> None:
        """Another wrote into the same words: both stand on the page, and what is saved next goes on from theirs."""
        self.clash = clash
        self.diff = changed(self.began, clash.theirs, clash.columns)
        self.began = clash.theirs

    def both_windows(self, others: list[str], clashes: list[str], draft: Words) -> None:
        """Another window of the same person's has written: what it added stands on the page, and what it says otherwise beside."""
        self.elsewhere = True
        self.diff = changed(self.seen, draft, others + clashes)
        self.seen = draft


def changed(then: Mapping[str, str], now: Mapping[str, str], names: Sequence[str] = ()) -> str:
    """The words that changed of these fields, or of those that are others now."""
    names = names or [name for name in now if then.get(name) != now[name]]
    return word_diff(*("\n\n".join(words.get(name, "") for name in names) for words in (then, now)))
