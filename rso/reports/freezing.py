"""Freezes what an edition prints: each figure and split with its value, status, definition, notes, places and records."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Exists, Q
from django.utils import translation

from rso.core.figures import Figure, Refusal, registry
from rso.core.figures.dimensions import Dimension
from rso.core.figures.holdings import NONE, Holdings, sums_to
from rso.core.figures.notes import notes_on
from rso.core.figures.reading import Reading
from rso.core.periods import Period
from rso.reports.document import Document, Printed
from rso.reports.evidence import filter_of
from rso.reports.markdown import Node
from rso.reports.models import Frozen

ReadingOf = Callable[[str, Period], Reading]
#: Around the key of a figure within the words of a paragraph, while sentences are told apart.
BEGIN, END = "\ue000", "\ue001"
MARKED = re.compile(f"{BEGIN}([^{END}]*){END}")


def definition_of(figure: Figure) -> str:
    """What a figure counts, in its words and in its conditions: the same text on every run and on both databases."""
    with translation.override("en"):
        said = [figure.slug, figure.definition, figure.source.slug, figure.unit.slug, figure.version]
        return "\n".join(map(str, [*said, figure.adds, _spelled(figure.where), figure.parents, figure.source.when]))


def _spelled(condition: object) -> str:
    if isinstance(condition, Q):
        parts = f" {condition.connector} ".join(map(_spelled, condition.children))
        return f"{'NOT ' if condition.negated else ''}({parts})"
    # Django tells a subquery by where it lies in memory; what it asks stays.
    return f"EXISTS {condition.query.where}" if isinstance(condition, Exists) else str(condition)


def definition_hash(figure: Figure) -> str:
    """SHA-256 of a figure's definition."""
    return hashlib.sha256(definition_of(figure).encode()).hexdigest()


def freeze(document: Document, reading_of: ReadingOf) -> tuple[list[Frozen], Holdings]:
    """What the document prints, as rows that are not saved yet, and the records that stand behind."""
    printed = [(p, reading_of(p.figure, Period.parse(p.period))) for p in document.figures.values()]
    cells: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for cell in document.breakdowns:
        by = ",".join(filter(None, (cell["dimension"], cell.get("across"))))
        cells[cell["figure"], cell["period"], by].append(cell)
    splits = {at: reading_of(at[0], Period.parse(at[1])) for at in cells}
    for p, reading in printed:
        for whole, by in told_by(reading, p.filter.split("=")[0]):
            splits.setdefault((whole.figure.slug, p.period, by), whole)
    holdings, places = hold((*(reading for _p, reading in printed), *splits.values())), places_in(document)
    frozen = [_figure(p, reading, holdings, places[p.key]) for p, reading in printed]
    for at, reading in splits.items():
        told = cells[at] if at in cells else cells_of(reading, at[2])
        frozen.append(_split(reading, at[2], told, holdings))
    return frozen, holdings


def told_by(reading: Reading, by: str = "") -> Iterator[tuple[Reading, str]]:
    """The sensitive split of which a figure, or a cell of its split, tells: kept as a whole, so that no later one tells it apart."""
    if reading.figure.slices and reading.split_of:
        yield reading.split_of, reading.figure.slices[1].dimension
    elif by and not reading.figure.slices and reading.figure.source.dimension(by).sensitive:
        yield reading, by


def cells_of(reading: Reading, by: str) -> list[dict[str, Any]]:
    """The cells of a split, as the data of an edition has them; none where the reader may not have it."""
    try:
        rows = reading.by(by).rows
    except Refusal:
        return []
    unit = reading.figure.unit
    return [
        {"dimension": by, "key": c.key, "label": c.label, "value": unit.exact(c.value), "obs_status": c.status.value}
        for c in rows
    ]


def key_of(reading: Reading) -> str:
    """The key of a whole figure: under it holdings keep its records."""
    return f"{reading.figure.slug}|{reading.period.key}|"


def hold(
    readings: Iterable[Reading], before: Holdings | None = None, touched: Mapping[str, Collection[str]] = NONE
) -> Holdings:
    """What figures hold, each whole under its key; of kinds of which it is known what was touched since, by what was held before."""
    return Holdings.of({key_of(reading): reading for reading in readings}, before, touched)


def _figure(p: Printed, reading: Reading, holdings: Holdings, places: list[dict[str, str]]) -> Frozen:
    key = key_of(reading)
    for pair in filter(None, p.filter.split(",")):
        holdings.split(key, reading, pair.split("=")[0])
    return Frozen(
        key=p.key, figure=p.figure, period=p.period, filter=p.filter, title=p.title, value=p.value, shown=p.shown,
        unit=p.unit, status=p.status, version=p.version, definition=definition_hash(reading.figure),
        notes=list(p.notes), places=places, as_at=reading.as_at, rows=holdings.hash_of(key),
    )  # fmt: skip


def _split(reading: Reading, by: str, cells: list[dict[str, Any]], holdings: Holdings) -> Frozen:
    figure, key = reading.figure, key_of(reading)
    for slug in by.split(","):
        holdings.split(key, reading, slug)
    return Frozen(
        key=f"{key}by {by}", figure=figure.slug, period=reading.period.key, by=by, title=str(figure.title),
        value=figure.unit.exact(reading.value), unit=figure.unit.code, status=reading.status.value, version=figure.version,
        definition=definition_hash(figure), notes=notes_on(reading), as_at=reading.as_at, rows=holdings.hash_of(key),
        cells=[
            {
                "filter": filter_of(cell), "value": cell["value"], "status": cell["obs_status"],
                "label": ", ".join(filter(None, (cell["label"], cell.get("across_label")))),
            }
            for cell in cells
        ],
    )  # fmt: skip


def sums(frozen: Iterable[Frozen], holdings: Holdings) -> dict[str, Any]:
    """By the key of a figure: how its records add up to it. What a cell of a sensitive split rests on is not told."""
    found = {}
    for row in frozen:
        if row.by or row.value is None:
            continue
        held = holdings.held[f"{row.figure}|{row.period}|"]
        slugs = list(row.filters)
        if held.rule == "share":
            continue
        source = registry.find(row.figure).source
        shelf = holdings.shelves[held.kind]
        if all(f"by {slug}" in shelf.columns and _may_be_told(source.dimension(slug)) for slug in slugs):
            rows = holdings.rows(f"{row.figure}|{row.period}|", row.filters)
            found[row.key] = sums_to(held.rule, _unweighed(rows, bool(slugs)))
    return found


def _may_be_told(dimension: Dimension) -> bool:
    return not dimension.sensitive and not dimension.weight


def _unweighed(rows: dict[str, Any], is_cell: bool) -> dict[str, Any]:
    """A record that stands in a cell stands there whole: hundredths as numbers."""
    return {ref: n // 100 if is_cell and isinstance(n, int) else n for ref, n in rows.items()}


# -- places ------------------------------------------------------------------------------------------------------------


def places_in(document: Document) -> dict[str, list[dict[str, str]]]:
    """By the key of a figure: each sentence that prints it, with chapter and section."""
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for chapter in document.chapters:
        for section in chapter.sections:
            at = {"chapter": chapter.id, "section": section.title or chapter.title}
            for paragraph in _paragraphs(document, section.blocks):
                for sentence in re.split(r"(?<=[.!?])\s+", paragraph):
                    for key in dict.fromkeys(MARKED.findall(sentence)):
                        found[key].append({**at, "says": MARKED.sub("", sentence).strip()})
    return found


def _paragraphs(document: Document, nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        if node["t"] == "p":
            yield "".join(_words(node["c"]))
        elif node["t"] == "headlines":
            for one in node["of"]:
                yield f"{BEGIN}{one['key']}{END}{one['shown']} {one['sentence']}"
        else:
            yield from _paragraphs(document, node.get("c", ()) if node["t"] == "aside" else ())
            for item in node.get("items", ()):
                yield from _paragraphs(document, item)


def _words(nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        if node["t"] == "fig":
            yield f"{BEGIN}{node['key']}{END}{node['shown']}"
        elif "c" in node:
            yield from _words(node["c"])
        else:
            yield str(node.get("v", node.get("shown", "")))
