"""The committed list of words, in ten scripts and more: each finds the sentences that hold it and no others."""

from __future__ import annotations

from datetime import date

from rso.core.search.finding import find, matching
from rso.core.search.registry import PUBLIC
from rso.core.verbs import add
from rso.events.models import Event
from tests.conftest import HOUSE
from tests.papers import paper

LIST = paper(HOUSE / "tests" / "search_words.yaml")


def test_each_word_finds_the_sentences_that_hold_it_and_no_others(office, naree, now):
    events = [
        Event(
            ref=f"t-{name}", title="A meeting", summary=sentence, type="training", mode="online", office_role="organised",
            starts_on=date(2022, 5, 1), ends_on=date(2022, 5, 2),
        )
        for name, sentence in LIST["sentences"].items()
    ]  # fmt: skip
    add(events, verb="added", by=naree, now=now)

    in_lists = {
        words: sorted(
            ref.removeprefix("t-")
            for ref in Event.objects.filter(ref__startswith="t-", pk__in=matching(Event, words)).values_list(
                "ref", flat=True
            )
        )
        for words in LIST["words"]
    }
    everywhere = {
        words: sorted(
            hit.ref.removeprefix("t-") for of in find(words, {PUBLIC}, kinds=[Event], limit=50) for hit in of.hits
        )
        for words in LIST["words"]
    }

    assert in_lists == everywhere == {words: sorted(names) for words, names in LIST["words"].items()}
