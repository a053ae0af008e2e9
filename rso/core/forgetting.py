"""Takes what a record once said out of everything that remembers it: the audit trail, corrections, merges, drafts, searches.

The audit trail is edited here and nowhere else, and only so that it holds less (docs/adr/0023).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from urllib.parse import parse_qs

from django.db.models import QuerySet

from rso.core.models import Access, AuditEvent, Correction, Draft, Kept, Merge, SavedView
from rso.core.search.words import asked, tokens
from rso.core.verbs import kind_of


def forget_words(things: Sequence[Kept], fields: Sequence[str], *, desk: str) -> None:
    """Forgets what these fields of the records said, of those too that were merged into them. What was done stays told.

    The first field is what they were called: whoever looked for them looked for that.

    Called within the verb's transaction. A reason that names what is forgotten goes as well.
    """
    kind = kind_of(type(things[0]))
    refs = {thing.ref for thing in things}
    merges = list(_led_to(kind, refs))
    refs |= {merge.loser for merge in merges}
    events = [e for e in AuditEvent.objects.filter(kind=kind).iterator() if e.ref in refs]
    words = {
        name: {str(said[name]) for e in events for said in (e.before, e.after) if said.get(name)} for name in fields
    }
    telling = {word.casefold() for said in words.values() for word in said}
    remembered: list[AuditEvent | Merge] = [*events, *merges]
    for each in remembered:
        if any(word in each.reason.casefold() for word in telling):
            each.reason = ""
    for event in events:
        event.before, event.after = (
            {k: v for k, v in said.items() if k not in fields} for said in (event.before, event.after)
        )
    for merge in merges:
        merge.steps = []
    AuditEvent.objects.bulk_update(events, ["before", "after", "reason"], batch_size=500)
    Merge.objects.bulk_update(merges, ["steps", "reason"], batch_size=500)
    _forget_searches(words[fields[0]])
    _delete(Correction.objects.filter(kind=kind), refs)
    for name in ("ref", "done"):
        _delete(Draft.objects.filter(desk=desk), refs, name)


def _forget_searches(names: Collection[str]) -> None:
    """Who looked for them stays told, but not by which words; a view kept for such words, or called so, goes."""
    held = [tokens(name) for name in names]
    told = Access.objects.exclude(filters="").values_list("pk", "filters")
    looked = [pk for pk, filters in told.iterator() if _are_found(_words_of(filters), held)]
    for at in range(0, len(looked), 500):
        Access.objects.filter(pk__in=looked[at : at + 500]).update(filters="")
    views = SavedView.objects.values_list("pk", "query", "title")
    kept = [
        pk
        for pk, query, title in views
        if _are_found(_words_of(query), held) or any(_are_found(name, [tokens(title)]) for name in names)
    ]
    SavedView.objects.filter(pk__in=kept).delete()


def _words_of(query: str) -> str:
    return parse_qs(query).get("q", [""])[0]


def _are_found(words: str, texts: Collection[list[str]]) -> bool:
    """Whether one text holds all these words, or their beginnings, as the search finds them: with or without accents."""
    phrases = [phrase.tokens for phrase in asked(words)]
    return bool(phrases) and any(all(_holds(text, phrase) for phrase in phrases) for text in texts)


def _holds(text: list[str], phrase: Sequence[str]) -> bool:
    *firsts, last = phrase
    return any(
        text[at : at + len(firsts)] == firsts and token.startswith(last) for at, token in enumerate(text[len(firsts) :])
    )


def _led_to(kind: str, refs: Collection[str]) -> Iterable[Merge]:
    """The merges that led to these records, by way of others too."""
    wanted, found = set(refs), dict[int, Merge]()
    kept = list(Merge.objects.filter(kind=kind))
    while more := [merge for merge in kept if merge.winner in wanted and merge.pk not in found]:
        found |= {merge.pk: merge for merge in more}
        wanted |= {merge.loser for merge in more}
    return found.values()


def _delete(rows: QuerySet[Any], refs: Collection[str], name: str = "ref") -> None:
    gone = [pk for pk, ref in rows.values_list("pk", name) if ref in refs]
    for at in range(0, len(gone), 500):
        rows.filter(pk__in=gone[at : at + 500]).delete()
