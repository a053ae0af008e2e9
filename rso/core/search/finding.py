"""Finds records by words: `matching` for lists, `find` for whoever searches everything that they may see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst

from rso.core.search.excerpts import Excerpt, excerpt
from rso.core.search.index import AUDIENCE, ID_BITS, PART, PART_BITS, REF, TITLE, rowids
from rso.core.search.registry import Searched, searched
from rso.core.search.words import Phrase, asked

#: A query and its parameters.
Asking = tuple[str, list[Any]]


@dataclass(frozen=True)
class Hit:
    """A record that was found, and the words of it that were asked for where its title does not say them all."""

    record: Any
    title: str
    url: str
    lang: str
    excerpt: Excerpt

    @property
    def ref(self) -> str:
        return str(self.record.ref)


@dataclass(frozen=True)
class Found:
    """What was found of one kind: how many in all, and the first of them."""

    model: type[models.Model]
    total: int
    hits: Sequence[Hit]

    @property
    def title(self) -> str:
        return capfirst(str(self.model._meta.verbose_name))

    @property
    def slug(self) -> str:
        return str(self.model._meta.model_name)

    def url(self, words: str) -> str:
        """The list of all of them, where the kind has one."""
        at = searched.by_model[self.model].all_at
        return f"{reverse(at)}?{urlencode({'q': words})}" if at else ""


def matching(model: type[models.Model], words: str) -> RawSQL:
    """The ids of a kind's records that hold all these words, for `queryset.filter(pk__in=…)`.

    It looks at no audience: the queryset says what may be seen.
    """
    phrases = asked(words)
    sql, params = _records(phrases, spans=[rowids(searched.by_model[model])]) if phrases else _NOTHING
    return RawSQL(f"SELECT record & {(1 << ID_BITS) - 1} FROM ({sql}) AS matched", params)  # noqa: S608, S611  our own numbers


def find(
    words: str, audiences: Collection[str], *, kinds: Collection[type[models.Model]] | None = None, limit: int = 5
) -> list[Found]:
    """What some audiences may find by these words, kind by kind newest first. Records that are called so, and kinds
    that have some, come before those that hold the words elsewhere."""
    phrases = asked(words)
    if not phrases or not audiences:
        return []
    spans = [rowids(searched.by_model[model]) for model in kinds] if kinds is not None else []
    called = _first(_records(phrases, audiences, spans, mark=TITLE), limit)
    held = _first(_records(phrases, audiences, spans), limit)
    found = []
    for model, kind in searched.by_model.items():
        total, pks = held.get(kind.number, (0, []))
        if total:
            pks = list(dict.fromkeys([*called.get(kind.number, (0, []))[1], *pks]))[:limit]
            if hits := _hits(kind, pks, audiences, phrases):
                found.append(Found(model, total, hits))
    return sorted(found, key=lambda each: searched.by_model[each.model].number not in called)


def _hits(kind: Searched, pks: list[int], audiences: Collection[str], phrases: Sequence[Phrase]) -> list[Hit]:
    """The records in the order found. Each says once more who may see it: a stale index tells nobody anything."""
    records = kind.stored().in_bulk(pks)
    seen = (records[pk] for pk in pks if pk in records)
    return [
        Hit(record, kind.title(record), kind.url(record), kind.lang(record), excerpt(kind.body(record), phrases))
        for record in seen
        if set(kind.audiences(record)) & set(audiences)
    ]


# -- in the words of the two databases ---------------------------------------------------------------------------------


_NOTHING: Asking = ("SELECT 0 AS record WHERE 1 = 0", [])


def _first(asking: Asking, limit: int) -> dict[int, tuple[int, list[int]]]:
    """By the number of the kind: how many records there are, and the newest of them."""
    sql, params = asking
    kind = f"record >> {ID_BITS}"
    sql = (
        f"SELECT record, total FROM (SELECT record, COUNT(*) OVER (PARTITION BY {kind}) AS total,"  # noqa: S608  our own numbers
        f" ROW_NUMBER() OVER (PARTITION BY {kind} ORDER BY record DESC) AS place FROM (SELECT DISTINCT record FROM ({sql}) AS matched) AS once) AS placed"
        " WHERE place <= %s ORDER BY record DESC"
    )
    found: dict[int, tuple[int, list[int]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, limit])
        for record, total in cursor.fetchall():
            found.setdefault(record >> ID_BITS, (total, []))[1].append(record & (1 << ID_BITS) - 1)
    return found


def _records(
    phrases: Sequence[Phrase], audiences: Collection[str] = (), spans: Sequence[tuple[int, int]] = (), *, mark: str = ""
) -> Asking:
    """Records that hold all phrases. Where a record has many parts, they may stand in different ones."""
    whole = _select(phrases, audiences, spans, mark=mark)
    if len(phrases) == 1 or mark:
        return whole
    part = Phrase((PART,))
    each = [_select([phrase, part], audiences, spans) for phrase in phrases]
    return (
        " UNION ".join([" INTERSECT ".join(sql for sql, _params in each), whole[0]]),
        [param for _sql, params in [*each, whole] for param in params],
    )


def _select(
    phrases: Iterable[Phrase], audiences: Collection[str], spans: Sequence[tuple[int, int]], *, mark: str = ""
) -> Asking:
    holds = " OR ".join(["rowid BETWEEN %s AND %s"] * len(spans))
    column, value = ("tokens @@", "%s::tsquery") if connection.vendor == "postgresql" else ("search_entry MATCH", "%s")
    sql = f"SELECT rowid >> {PART_BITS} AS record FROM search_entry WHERE {column} {value}"  # noqa: S608  our own words
    asking = _asking(phrases, audiences, mark)
    return f"{sql} AND ({holds})" if spans else sql, [asking, *(end for span in spans for end in span)]


def _asking(phrases: Iterable[Phrase], audiences: Collection[str], mark: str) -> str:
    """The question as FTS5 or a tsquery reads it. Tokens are letters and digits: none can be taken for a sign."""
    terms = [_term(phrase, mark) for phrase in phrases]
    is_postgres = connection.vendor == "postgresql"
    if audiences:
        any_of = (" | " if is_postgres else " OR ").join(_term(Phrase((name,)), AUDIENCE) for name in sorted(audiences))
        terms.append(f"({any_of})")
    return (" & " if is_postgres else " AND ").join(terms)


def _term(phrase: Phrase, mark: str) -> str:
    tokens = [mark + token for token in phrase.tokens]
    ref = REF + phrase.ref if phrase.ref else ""
    if connection.vendor == "postgresql":
        quoted = " <-> ".join(f"'{token}'" for token in tokens) + (":*" if phrase.opens else "")
        return f"({quoted} | '{ref}')" if ref else f"({quoted})"
    quoted = f'"{" ".join(tokens)}"' + (" *" if phrase.opens else "")
    return f'({quoted} OR "{ref}")' if ref else quoted
