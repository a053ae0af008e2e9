"""Which of the known names someone may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from django.utils.translation import gettext as _

#: Nobody mistypes a name longer than this; comparing longer ones would only cost time.
LONGEST = 100


def near(text: str, known: Iterable[str], most: int = 1) -> list[str]:
    """Known names that resemble the text, the nearest first, whatever their case."""
    if len(text) > LONGEST:
        return []
    lowered = {name.lower(): name for name in known}
    if text.lower() in lowered:
        return [lowered[text.lower()]]
    return [lowered[name] for name in difflib.get_close_matches(text.lower(), lowered, n=most, cutoff=0.6)]


def did_you_mean(text: str, known: Iterable[str], otherwise: str = "") -> str:
    """The end of a sentence that names the nearest known name, or `otherwise`."""
    close = near(text, known)
    return _("; did you mean %(name)s?") % {"name": close[0]} if close else otherwise
