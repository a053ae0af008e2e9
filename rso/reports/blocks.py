"""Blocks that tokens make: charts, tables, lists, quotations, the great numbers, the cover."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from rso.core import charts
from rso.core.charts import Chart, Kind
from rso.core.figures import Breakdown, Cell, Crossing, Named, Refusal, registry
from rso.core.figures.notes import notes_on, notes_on_split
from rso.core.figures.reading import Reading
from rso.core.listings import listings
from rso.core.models import Basis
from rso.core.periods import Period
from rso.reports.definitions import Definition, Headline
from rso.reports.markdown import BadText, Node, Token

if TYPE_CHECKING:
    from rso.reports.compiler import _Compiler


#: Columns of the published cells that tell by what a cell is split, and by what across.
PLACES = (("dimension", "key", "label"), ("across", "across_key", "across_label"))


def split_of(token: Token) -> tuple[str, Sequence[str]]:
    """The figure that a chart or a table splits, and by what."""
    if named := registry.tables.get(token.name):
        return named.figure, named.dimensions
    return token.name, [token.options[name] for name in ("by", "across") if name in token.options]


def printed_by(token: Token, kind: Definition) -> Iterator[tuple[str, Sequence[str]]]:
    """The figures that a token prints, by name or not, each with the dimensions of which it prints the labels."""
    if token.kind == "headlines":
        for headline in kind.headlines:
            yield headline.figure, [headline.by]
            yield headline.beside, []
    elif token.kind == "list" and (found := listings.all.get(token.name)):
        known = registry.find(found.figure).source.dimensions if found.figure else ()
        columns = {column.slug for column in found.columns}
        yield found.figure, [dimension.slug for dimension in known if dimension.slug in columns]
    elif token.kind in ("fig", "chart", "table"):
        yield split_of(token)


class Blocks:
    """Makes the blocks of one document."""

    def __init__(self, compiler: _Compiler) -> None:
        self.compiler = compiler

    # -- charts and tables ---------------------------------------------------------------------------------------------

    def _asked(self, token: Token) -> tuple[Reading, Sequence[str], str]:
        """The reading, the dimensions, and the name under which the token asks for them."""
        period = Period.parse(token.options["period"]) if "period" in token.options else None
        figure, dimensions = split_of(token)
        if token.name in registry.tables and {"by", "across"} & token.options.keys():
            raise BadText(_("says by what to split, but “%(name)s” has splits of its own") % {"name": token.name})
        if not dimensions:
            raise BadText(_("says by what to split: by=…"))
        slug = token.name if token.name in registry.tables else f"{token.name}-by-{'-'.join(dimensions)}"
        return self.compiler.reading(figure, period), dimensions, slug

    def chart(self, token: Token) -> Node:
        reading, dimensions, slug = self._asked(token)
        if not token.finding:
            raise BadText(_("a chart has a finding: write it after a bar, “| …”"))
        kind = token.options.get("kind") or default_kind(reading, dimensions, token.name)
        breakdown = reading.by(dimensions[0])
        drawn = draw(kind, breakdown, reading, slug=slug, finding=token.finding)
        self.compiler.document.specs[drawn.slug] = drawn.as_vega_lite()
        self._keep(reading, [breakdown.dimension], [*breakdown.rows, *_zeros(drawn, breakdown)])
        return {
            "t": "chart", "chart": {**drawn.as_json(), **self._place(reading, dimensions[0])},
            "notes": [
                note
                for note in (*notes_on(reading), charts.suppression_note(breakdown), *notes_on_split(reading, breakdown))
                if note
            ],
        }  # fmt: skip

    def table(self, token: Token) -> Node:
        reading, dimensions, _slug = self._asked(token)
        finding = token.finding or str(reading.figure.title)
        if len(dimensions) == 2:
            return self._crossing(reading, reading.across(*dimensions), finding)
        breakdown = reading.by(dimensions[0])
        self._keep(reading, dimensions, breakdown.rows)
        unit = reading.figure.unit
        rows = [
            [
                {"v": cell.label, "url": self._url(cell.url)},
                self._cell(reading, cell, f"{breakdown.dimension}={cell.key}"),
            ]
            for cell in breakdown.rows
        ]
        whole = {"figure": reading.figure.slug, "period": reading.period.key, "filter": ""}
        foot = [{"v": _("All")}, {"v": unit.bare(breakdown.value), "num": True, **whole}]
        return self._table_node(
            reading, dimensions, finding, self._sub(reading, [breakdown.title]), [breakdown.title, capfirst(unit.head)], rows, [foot] if breakdown.sums else [],
            [charts.overlap_note(breakdown, unit), charts.suppression_note(breakdown), *notes_on_split(reading, breakdown)],
        )  # fmt: skip

    def _crossing(self, reading: Reading, crossing: Crossing, finding: str) -> Node:
        self._keep(reading, crossing.dimensions, crossing.cells.values())
        rows = []
        for row in crossing.rows:
            cells = [crossing.cells[(row.key, column.key)] for column in crossing.columns]
            filters = [f"{crossing.dimensions[0]}={row.key},{crossing.dimensions[1]}={c.key}" for c in crossing.columns]
            rows.append(
                [{"v": row.label}, *(self._cell(reading, cell, f) for cell, f in zip(cells, filters, strict=True))]
            )
        head = [crossing.titles[0], *(column.label for column in crossing.columns)]
        if self.compiler.edition is None and not _fits(head[1:], [cell["v"] for row in rows for cell in row[1:]]):
            says = _("has %(number)s columns, more than a page is wide; put behind across= what has fewer values")
            raise BadText(says % {"number": len(head)})
        overlap = [_("Rows and columns overlap, so they do not add up.")] if crossing.overlaps else []
        return self._table_node(
            reading,
            crossing.dimensions,
            finding,
            self._sub(reading, list(crossing.titles)),
            head,
            rows,
            [],
            [*overlap, *notes_on_split(reading, crossing)],
        )

    def _table_node(
        self, reading: Reading, by: Sequence[str], finding: str, sub: str, head: list[str], rows: list[Any], foot: list[Any], notes: list[str]
    ) -> Node:  # fmt: skip
        return {
            "t": "table", "finding": finding, "sub": sub, "head": head, "numbers": list(range(1, len(head))), "rows": rows,
            "foot": foot, "notes": [note for note in (*notes_on(reading), *notes) if note],
            "split": f"{reading.figure.slug}|{reading.period.key}|{','.join(by)}",
        }  # fmt: skip

    def _cell(self, reading: Reading, cell: Cell, filters: str) -> dict[str, Any]:
        """A cell as a figure of its own, so that it can be read back from the page."""
        unit = reading.figure.unit
        if cell.value is None:
            return {"v": str(cell.status.label), "num": True, "status": cell.status.value}
        return {
            "v": unit.bare(cell.value), "num": True, "figure": reading.figure.slug, "period": reading.period.key,
            "filter": filters, "value": unit.exact(cell.value), "unit": unit.code, "decimals": unit.decimals if not unit.is_money else 0,
        }  # fmt: skip

    def _place(self, reading: Reading, dimension: str) -> dict[str, Any]:
        unit = reading.figure.unit
        return {
            "figure": reading.figure.slug, "period": reading.period.key, "dimension": dimension, "unit": unit.code,
            "decimals": 0 if unit.is_money else unit.decimals, "split": f"{reading.figure.slug}|{reading.period.key}|{dimension}",
        }  # fmt: skip

    def _keep(self, reading: Reading, dimensions: Sequence[str], cells: Iterable[Cell]) -> None:
        """Adds the cells of a breakdown or a crossing to the published data, once."""
        unit, document = reading.figure.unit, self.compiler.document
        self.compiler.printed(reading.figure.slug, reading.period)
        for cell in cells:
            row: dict[str, Any] = {"figure": reading.figure.slug, "period": reading.period.key}
            for columns, dimension, named in zip(PLACES, dimensions, cell.named, strict=False):
                row |= zip(columns, (dimension, named.key, named.label), strict=True)
            row |= {
                "value": unit.exact(cell.value), "unit": unit.code, "obs_status": cell.status.value,
                "basis": ";".join(f"{slug}:{unit.exact(n)}" for slug, n in cell.parts.items()),
            }  # fmt: skip
            if row not in document.breakdowns:
                document.breakdowns.append(row)

    def _sub(self, reading: Reading, titles: list[str]) -> str:
        return _sub(reading, titles)

    def _url(self, path: str) -> str:
        """Where a link leads: of a path in the language in force what follows its prefix, for the base has one already."""
        return f"{self.compiler.base_url}{path.removeprefix(reverse('home').rstrip('/'))}" if path else ""

    # -- lists, quotations ---------------------------------------------------------------------------------------------

    def listing(self, token: Token) -> Node:
        found = listings.find(token.name)
        period = Period.parse(token.options["period"]) if "period" in token.options else self.compiler.period
        rows = [[self._value(column.get(row), column.number) for column in found.columns] for row in found.rows(period)]
        blank = _("Nothing in this period.")
        if found.figure:
            counted = self.compiler.printed(found.figure, period)
            if counted.value is None:
                blank = _("%(figure)s: %(status)s.") % {"figure": counted.title, "status": counted.shown}
            elif counted.value != len(rows):
                raise BadText(
                    _("lists %(rows)s rows, but %(figure)s is %(value)s")
                    % {"rows": len(rows), "figure": found.figure, "value": counted.value}
                )
        numbers = [at for at, column in enumerate(found.columns) if column.number]
        return {
            "t": "table", "finding": token.finding or str(found.title), "sub": f"{found.title}, {period.label}",
            "head": [str(column.title) for column in found.columns], "numbers": numbers, "rows": rows, "foot": [],
            "notes": [] if rows else [blank],
        }  # fmt: skip

    def _value(self, value: Any, number: bool) -> dict[str, Any]:
        if isinstance(value, Basis):
            return {"v": str(value.label), "basis": value.slug}
        url = self._url(value.get_absolute_url()) if hasattr(value, "get_absolute_url") else ""
        return {"v": str(value), "url": url, **({"num": True} if number else {})}

    def quote(self, token: Token) -> Node:
        found = listings.quote(token.name)
        by = ", ".join(part for part in (found.speaker, found.post) if part)
        return {"t": "quote", **self.compiler.told("quotes", token.name, lambda: {"words": found.words, "by": by})}

    # -- great numbers, cover ------------------------------------------------------------------------------------------

    def headlines(self, wanted: Sequence[Headline]) -> Node:
        return {"t": "headlines", "of": [self._headline(headline) for headline in wanted]}

    def _headline(self, headline: Headline) -> dict[str, Any]:
        slug, dimension = headline.figure, headline.by
        reading = self.compiler.reading(slug)
        printed = self.compiler.printed(slug)
        beside = self.compiler.printed(headline.beside) if headline.beside else None
        found: dict[str, Any] = {
            "key": printed.key, "shown": printed.shown, "sentence": str(reading.figure.headline or reading.figure.title),
            "beside": {"key": beside.key, "shown": beside.shown, "words": str(registry.find(beside.figure).unit.noun)} if beside else None,
            "parts": [
                {"basis": basis, "fill": charts.FILLS[basis], "value": number, "label": charts.basis_label(basis), "shown": f"{number:,}"}
                for basis, number in rests(printed)
            ],
        }  # fmt: skip
        if dimension:
            breakdown = reading.by(dimension)
            drawn = draw("bars", breakdown, reading, slug=f"{slug}-by-{dimension}", finding=str(reading.figure.title))
            self._keep(reading, [dimension], breakdown.rows)
            found["split"] = {**drawn.as_json(), **self._place(reading, dimension)}
        return found

    def cover(self, slug: str) -> list[dict[str, Any]]:
        """One pile for each event, one line for each attendance, gold where a source states the total."""
        rows = self.compiler.reading(slug).by("event").rows
        return [
            {"label": cell.label, "n": int(cell.value or 0), "stated": "total_stated" in cell.parts} for cell in rows
        ]


#: Of a printed page: its width, what the labels of rows need of it, the room between columns, and how wide a letter is.
WIDE, LABELS, BETWEEN, LETTER = 470, 70, 10, 4.6


def _fits(heads: Sequence[str], numbers: Sequence[str]) -> bool:
    """Whether columns of numbers stand side by side in print, each as wide as the longest word or number of all."""
    longest = max((len(word) for words in (*heads, *numbers) for word in words.split()), default=0)
    return len(heads) * (BETWEEN + LETTER * longest) <= WIDE - LABELS


def rests(printed: Any) -> list[tuple[str, Any]]:
    """What a figure rests on, for its bar: the part whose total is stated first, then each basis."""
    stated = printed.total_stated
    found = [("total_stated", stated)] if stated else []
    for basis, number in printed.basis.items():
        left = number - stated if basis == "illustrative" else number
        if left:
            found.append((basis, left))
    return found


def _zeros(drawn: Chart, breakdown: Breakdown) -> list[Cell]:
    """What a chart prints as zero because nothing is counted there: tiles of members."""
    counted = {cell.key for cell in breakdown.rows}
    return [Cell((Named(mark.key, mark.label, ()),), 0) for mark in drawn.marks if mark.key not in counted]


def default_kind(reading: Reading, dimensions: Sequence[str], name: str) -> str:
    if name in registry.tables and registry.tables[name].shares:
        return Kind.SHARES
    return {"month": Kind.COLUMNS, "year": Kind.COLUMNS, "member": Kind.TILES}.get(dimensions[0], Kind.BARS)


def draw(kind: str, breakdown: Breakdown, reading: Reading, *, slug: str, finding: str) -> Chart:
    """A chart of one of the four kinds. Raises Refusal where the dimension does not suit the kind."""
    unit = reading.figure.unit
    dimension = reading.figure.source.dimension(breakdown.dimension)
    given: dict[str, Any] = {
        "slug": slug, "finding": finding, "sub": _sub(reading, [breakdown.title]), "unit": unit,
        "noun": capfirst(unit.head),
    }  # fmt: skip
    if kind == Kind.COLUMNS:
        return charts.columns(breakdown, **given)
    if kind == Kind.SHARES:
        groups, group_of = dimension.groups() if dimension.groups else ([], {})
        return charts.shares(breakdown, groups, group_of, **given)
    if kind == Kind.TILES:
        if dimension.places is None:
            raise Refusal(_("A tile grid shows members only."))
        return charts.tiles(breakdown, dimension.places(), **given)
    if kind != Kind.BARS:
        raise Refusal(_("There are four kinds of chart: bars, columns, shares, tiles."))
    return charts.bars(breakdown, **given)


def _sub(reading: Reading, titles: list[str]) -> str:
    """What a chart or a table shows, of when, and in which currency."""
    by = _(" and ").join(title.lower() for title in titles)
    values = {"figure": reading.figure.title, "by": by, "period": reading.period.label}
    unit = reading.figure.unit
    return _("%(figure)s by %(by)s, %(period)s") % values + (f", {unit.code}" if unit.is_money else "")
