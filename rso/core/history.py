"""A record's history in words, made from its audit events: who changed what, from what to what, when and why.

The words are for people; no code reads them back. A page of them asks one query for its events, and one for each kind of
record that they name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils.functional import Promise
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from rso.core.diffs import word_diff
from rso.core.models import AuditEvent, Kept, Precision, by_name
from rso.core.told import Names, Shown, model_of
from rso.core.verbs import kind_of

#: A text longer than this is told by its words that changed, not twice in full.
LONG = 80

_SENTENCES: dict[str, str | Promise] = {
    "added": _("%(who)s added the %(noun)s"),
    "changed": _("%(who)s changed the %(noun)s"),
    "removed": _("%(who)s removed the %(noun)s"),
    "opened": _("%(who)s opened the %(noun)s"),
    "disabled": _("%(who)s disabled the %(noun)s"),
    "read": _("%(who)s read the %(noun)s"),
    "exported": _("%(who)s exported the %(noun)s"),
    "withdrawn": _("%(who)s withdrew the %(noun)s"),
    "recorded": _("%(who)s recorded the %(noun)s"),
    "corrected": _("%(who)s corrected the %(noun)s"),
    "struck": _("%(who)s struck out the %(noun)s"),
    "merged": _("%(who)s merged two records that were one"),
    "merge undone": _("%(who)s took a merge back"),
    "brought back": _("%(who)s brought the %(noun)s back"),
    "led over": _("%(who)s led it over in a merge"),
    "links led over": _("%(who)s led its links over in a merge"),
    "correction dropped": _("%(who)s took what the file says"),
}
_UNKNOWN = _("%(who)s: %(verb)s")
#: What one change of one field says, in a sentence of its own: from something to something, from nothing, to nothing, at length.
_ALONE = {
    "moved": _("%(who)s changed the %(field)s from %(before)s to %(after)s"),
    "set": _("%(who)s set the %(field)s to %(after)s"),
    "cleared": _("%(who)s cleared the %(field)s, which was %(before)s"),
    "long": _("%(who)s changed the %(field)s"),
}
#: What it says among others, below the sentence.
_AMONG = {
    "moved": _("%(label)s: from %(before)s to %(after)s"),
    "set": _("%(label)s: %(after)s"),
    "cleared": _("%(label)s: no longer %(before)s"),
    "long": _("%(label)s: the text changed"),
    "was": _("%(label)s: %(before)s"),
    "linked": _("%(label)s: added %(after)s"),
    "unlinked": _("%(label)s: removed %(before)s"),
    "relinked": _("%(label)s: added %(after)s; removed %(before)s"),
}


def says(verb: str, sentence: str | Promise) -> None:
    """Declares what history says of a room's verb, such as “%(who)s set the partners”. `noun`, `verb` and `reason` may stand in it."""
    _SENTENCES[verb] = sentence


@dataclass(frozen=True)
class Change:
    """What one field said before and after, as people read it. `shape` names the sentence that tells it."""

    label: str
    inside: str
    before: str
    after: str
    shape: str

    @property
    def says(self) -> SafeString:
        """The change in a list of several."""
        return _sentence(_AMONG[self.shape], label=self.label, **self._marked)

    def told_by(self, who: str) -> SafeString:
        """The change as the one thing that someone did."""
        return _sentence(_ALONE[self.shape], who=_strong(who), field=self.inside, **self._marked)

    @cached_property
    def diff(self) -> SafeString:
        """A long text's words that went and came, with some of what stands around them."""
        return word_diff(self.before, self.after) if self.shape == "long" else SafeString()

    @property
    def _marked(self) -> dict[str, SafeString]:
        return {"before": format_html("<del>{}</del>", self.before), "after": format_html("<ins>{}</ins>", self.after)}


@dataclass(frozen=True)
class Step:
    """One thing that someone did to a record. `words` is the whole sentence; `changes` are what it leaves to tell below."""

    who: str
    at: datetime
    verb: str
    reason: str
    words: SafeString
    kind: str
    ref: str
    changes: Sequence[Change] = field(default_factory=tuple)
    #: Whether the changes are all that the record said: when it was added or removed, told on demand.
    is_whole: bool = False

    @property
    def below(self) -> Sequence[Change]:
        """The changes that the sentence has not told already."""
        alone = len(self.changes) == 1 and self.verb == "changed" and self.changes[0].shape in _ALONE
        return () if alone else self.changes

    @property
    def diff(self) -> SafeString:
        """The words of the one long text that the sentence says was changed."""
        return SafeString() if self.below or not self.changes else self.changes[0].diff


def history_of(thing: Kept, limit: int = 50) -> list[Step]:
    """The newest of what was done to a record, newest first."""
    events = AuditEvent.objects.filter(kind=kind_of(thing.__class__), ref=thing.ref)
    return steps_of(by_name(events, "actor").order_by("-pk")[:limit], thing)


def steps_of(events: Iterable[AuditEvent], thing: Kept | None = None) -> list[Step]:
    """Audit events of any kinds in words. `thing` is what they are about, where they are about one thing."""
    events = list(events)
    names = Names.of(events)
    return [_step(event, Shown(event, thing, names)) for event in events]


def _step(event: AuditEvent, shown: Shown) -> Step:
    changes = list(_changes(event, shown))
    who = str(event.actor)
    words = _verb_sentence(event, who)
    if event.verb == "changed" and len(changes) == 1 and changes[0].shape in _ALONE:
        words = changes[0].told_by(who)
    is_whole = bool(changes) and not (event.before and event.after)
    reason = "" if "%(reason)s" in str(_SENTENCES.get(event.verb, "")) else event.reason
    return Step(who, event.at, event.verb, reason, words, event.kind, event.ref, tuple(changes), is_whole)


def _verb_sentence(event: AuditEvent, who: str) -> SafeString:
    model = model_of(event.kind)
    noun = str(model._meta.verbose_name) if model else event.kind
    parts = {"noun": noun, "verb": event.verb, "reason": event.reason}
    return _sentence(_SENTENCES.get(event.verb, _UNKNOWN), who=_strong(who), **parts)


def _changes(event: AuditEvent, shown: Shown) -> Iterator[Change]:
    """Each field that differs, in the order of the record's fields."""
    for key in shown.in_order({*event.before, *event.after}):
        before, after = event.before.get(key), event.after.get(key)
        label = shown.label(key)
        if isinstance(before, list) or isinstance(after, list):
            gone, come = _less(before or [], after or []), _less(after or [], before or [])
            shape = "relinked" if gone and come else "linked" if come else "unlinked"
            texts = [", ".join(shown.link(key, word) for word in words) for words in (gone, come)]
        else:
            texts = [shown.value(key, value, values) for value, values in _sides(event, key)]
            if texts[0] == texts[1]:  # days of one month or year, of which no more is known
                texts = [shown.value(key, value, {"precision": Precision.DAY}) for value, _values in _sides(event, key)]
            shape = _shape(*texts) if event.before and event.after else "set" if event.after else "was"
        yield Change(capfirst(label), label, texts[0], texts[1], shape)


def _sides(event: AuditEvent, key: str) -> list[tuple[Any, Mapping[str, Any]]]:
    return [(values.get(key), values) for values in (event.before, event.after)]


def _less(words: Sequence[str], others: Sequence[str]) -> list[str]:
    return [word for word in words if word not in others]


def _shape(before: str, after: str) -> str:
    if max(len(before), len(after)) > LONG:
        return "long"
    return "set" if not before else "moved" if after else "cleared"


def _strong(who: str) -> SafeString:
    return format_html("<strong>{}</strong>", who)


def _sentence(words: str | Promise, **parts: str) -> SafeString:
    """A translated sentence as HTML: its own words and its parts are escaped, but for the marks around the parts."""
    return mark_safe(escape(str(words)) % {name: conditional_escape(part) for name, part in parts.items()})  # noqa: S308
