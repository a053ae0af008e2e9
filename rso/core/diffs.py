"""What changed in a text, word by word."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

#: Words that are shown before and after a change; what lies further away is left out.
AROUND = 8
_WORDS = re.compile(r"\S+\s*|\s+")


def word_diff(before: str, after: str) -> SafeString:
    """The words that went, in `del`, and those that came, in `ins`, with a few unchanged ones around them."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    return format_html_join("", "{}", ((part,) for part in _parts(old, new)))


def _parts(old: list[str], new: list[str]) -> Iterator[SafeString]:
    steps = difflib.SequenceMatcher(None, old, new).get_opcodes()
    for at, (tag, first, last, new_first, new_last) in enumerate(steps):
        if tag == "equal":
            yield format_html("{}", _shortened(old[first:last], is_first=at == 0, is_last=at == len(steps) - 1))
            continue
        if first < last:
            yield format_html("<del>{}</del>", "".join(old[first:last]))
        if new_first < new_last:
            yield format_html("<ins>{}</ins>", "".join(new[new_first:new_last]))


def _shortened(words: list[str], *, is_first: bool, is_last: bool) -> str:
    """What did not change, without its middle; before the first change only its end is of use, after the last its beginning."""
    head, tail = (0 if is_first else AROUND), (0 if is_last else AROUND)
    if len(words) <= head + tail + 1:
        return "".join(words)
    return "".join([*words[:head], "… ", *words[len(words) - tail :]])
