"""Keeps the index true: called by the verbs within their transactions, and made anew by `rso reindex`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from django.db import connection, models, transaction

from rso.core.inserting import insert
from rso.core.search.models import Entry
from rso.core.search.registry import Searched, searched
from rso.core.search.words import as_ref, tokens

#: What no text can hold marks a token: words of a title, an audience, the ref, the end of a text, one part of many.
TITLE, AUDIENCE, REF, END, PART = "\ue001", "\ue002", "\ue003", "\ue004", "\ue005"
#: Bits of a rowid for the number of the part and for the record's id; the kind stands before them.
PART_BITS, ID_BITS = 12, 36
#: PostgreSQL keeps 16 383 places in a text and 256 of one word. Parts overlap by more than a phrase is long.
MOST_TOKENS, MOST_REPEATS, OVERLAP = 8_000, 200, 100
BATCH = 2_000


def rowids(kind: Searched, pk: int = 0) -> tuple[int, int]:
    """First and last rowid of a record, or of a whole kind."""
    first = kind.number << ID_BITS | pk
    last = first if pk else first | (1 << ID_BITS) - 1
    return first << PART_BITS, (last + 1 << PART_BITS) - 1


def keep(things: Sequence[models.Model], *, before: Sequence[models.Model] = ()) -> None:
    """Brings the index to what records say now: those added (nothing was kept of them before), or those changed."""
    if not things:
        return
    if kind := searched.by_model.get(type(things[0])):
        if before:
            _drop(kind, [thing.pk for thing in things])
        if kind.related:
            things = list(kind.stored().filter(pk__in=[thing.pk for thing in things]))
        _insert(kind, things)
    _keep_owners([*things, *before])


def forget(things: Sequence[models.Model]) -> None:
    """Takes records that are gone out of the index."""
    if kind := searched.by_model.get(type(things[0])):
        _drop(kind, [thing.pk for thing in things])
    _keep_owners(things)


def rebuild() -> int:
    """Makes the whole index anew from the records; returns how many."""
    count = 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM search_entry")
        for _number, kind in sorted(searched.by_number.items()):
            records = kind.stored().order_by("pk").iterator(BATCH)
            while batch := list(islice(records, BATCH)):
                _insert(kind, batch)
                count += len(batch)
    return count


def _keep_owners(things: Sequence[models.Model]) -> None:
    for model, pks in searched.owners(things):
        owners = list(model._default_manager.filter(pk__in=pks))
        keep(owners, before=owners)


def _drop(kind: Searched, pks: Iterable[int]) -> None:
    with connection.cursor() as cursor:
        spans = [rowids(kind, pk) for pk in pks]
        cursor.executemany("DELETE FROM search_entry WHERE rowid BETWEEN %s AND %s", spans)


def _insert(kind: Searched, things: Iterable[models.Model]) -> None:
    write = _vector if connection.vendor == "postgresql" else " ".join
    rows = chain.from_iterable(_rows(kind, thing) for thing in things)
    insert(Entry, ("rowid", "tokens"), ((rowid, write(found)) for rowid, found in rows))


def _vector(found: list[str]) -> str:
    """The tokens as PostgreSQL reads a tsvector. None of them holds a quote."""
    return " ".join(f"'{token}':{at}" for at, token in enumerate(found, 1))


def _rows(kind: Searched, record: Any) -> Iterator[tuple[int, list[str]]]:
    words: list[str] = []
    for at, field in enumerate(kind.fields):
        for text in kind.texts(record, field):
            found = [*tokens(text), END]
            words += [*(TITLE + token for token in found), *found] if at == 0 else found
    about = [AUDIENCE + audience for audience in kind.audiences(record)]
    parts = list(_parts(words))
    if len(parts) > 1:
        about.append(PART)
    first = rowids(kind, record.pk)[0]
    for at, part in enumerate(parts):
        yield first + at, [*part, *about] if at else [REF + as_ref(record.ref), *part, *about]


def _parts(words: list[str]) -> Iterator[list[str]]:
    """A long text in parts that both databases keep whole."""
    start, most = 0, (1 << PART_BITS) - 1
    for _part in range(most):
        size = _reach(words, start)
        yield words[start : start + size]
        if start + size >= len(words):
            return
        start += size - OVERLAP


def _reach(words: list[str], start: int) -> int:
    """How many tokens a part takes from there."""
    if len(words) - start <= MOST_REPEATS:
        return len(words) - start
    seen: Counter[str] = Counter()
    for size, token in enumerate(islice(words, start, start + MOST_TOKENS), 1):
        seen[token] += 1
        if seen[token] == MOST_REPEATS:
            return size
    return min(len(words) - start, MOST_TOKENS)
