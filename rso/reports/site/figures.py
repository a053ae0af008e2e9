"""Pages of figures: value, definition, what it rests on, trend, breakdowns, notes, records, and who prints it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from rso.accounts.models import NAMES
from rso.core import charts
from rso.core.access import is_guarded, saw
from rso.core.context import the_office
from rso.core.figures import TOTAL_STATED, Column, Figure, Refusal, UnknownFigure, registry
from rso.core.figures.cache import keep
from rso.core.figures.notes import notes_on, notes_on_cell, notes_on_split
from rso.core.figures.reading import OFFICE, PUBLIC, Reader, Reading, records_cover
from rso.core.models import Basis, Saw, Statement
from rso.core.periods import Period, UnknownPeriod
from rso.core.permissions import permissions
from rso.core.snapshot import snapshot
from rso.core.workbook import CSV, csv_lines, download
from rso.reports.blocks import default_kind, draw
from rso.reports.drift import printed_as
from rso.reports.models import EditionState, Frozen
from rso.reports.sources import show_stated

#: Rows of a breakdown that a page has, and how many of them stand before a fold; the CSV has all.
SHOWN, BEFORE_FOLD = 40, 10
RECORDS = 50


def reader_of(request: HttpRequest, figure: Figure | None) -> Reader:
    """As whom this person reads a figure: those of the office who may not see who took part read of people as the public does.

    Of a figure that is counted no longer nobody knows any more whether it was of people.
    """
    user = request.user
    if not user.is_authenticated or not user.is_office:
        return PUBLIC
    model: Any = figure.source.model if figure else None
    names_people = model is None or is_guarded(model)
    return OFFICE if not names_people or permissions.all[NAMES].allows(user) else PUBLIC


def reading_of(request: HttpRequest, slug: str, period: str) -> Reading:
    """The reading that an address names, or 404."""
    try:
        figure = registry.find(slug)
        return Reading(figure, Period.parse(period), as_at=None, reader=reader_of(request, figure))
    except (UnknownFigure, UnknownPeriod) as error:
        raise Http404(str(error)) from error


def index(request: HttpRequest) -> HttpResponse:
    """Every figure with its value for the headline period."""
    office = the_office()
    period = Period.parse(office.headline_period or "2022")
    readings = [Reading(figure, period) for figure in registry]
    body = keep(readings, "index", lambda: _written("figures_body", _index(readings, period), period))
    return render(request, "reports/figures.html", {"office": office, "body": body, "period": period})


def _written(template: str, found: dict[str, Any], period: Period) -> str:
    """The part of a page that follows from records alone, as it is kept: nothing of the request may stand in it."""
    return render_to_string(f"reports/{template}.html", {**found, "period": period})


def room_of(figure: Figure) -> str:
    """The heading under which a figure is listed: the room whose records it counts."""
    return str(figure.source.model._meta.app_config.verbose_name)


def _index(readings: list[Reading], period: Period) -> dict[str, Any]:
    with snapshot():
        rows = [
            {
                "room": room_of(r.figure),
                "slug": r.figure.slug, "title": str(r.figure.title), "shown": _value(r), "noun": _noun(r.figure),
                "definition": str(r.figure.counts), "rests_on": ", ".join(charts.basis_label(basis) for basis in r.basis).capitalize(),
            }
            for r in readings
        ]  # fmt: skip
    return {"rows": rows, "tables": _named_tables(period)}


def _named_tables(period: Period) -> list[dict[str, str]]:
    found = []
    for table in registry.tables.values():
        query = f"?figure={table.figure}&period={period.key}&by={table.dimensions[0]}"
        if len(table.dimensions) > 1:
            query += f"&across={table.dimensions[1]}"
        found.append({"title": str(table.title), "url": reverse("tables") + query})
    return found


def latest(request: HttpRequest, slug: str) -> HttpResponse:
    reading = reading_of(request, slug, the_office().headline_period or "2022")
    return redirect("figure", slug=slug, period=reading.period.key)


def page(request: HttpRequest, slug: str, period: str) -> HttpResponse:
    reading = reading_of(request, slug, period)
    _told(request, reading, Saw.LISTED)
    printed = printed_in_force(reading)
    name = f"page {[row.pk for row in printed]}"
    body = keep([reading], name, lambda: _written("figure_body", _page(reading, printed), reading.period))
    return render(request, "reports/figure.html", {"body": body, "figure": reading.figure, "period": reading.period})


def printed_in_force(reading: Reading) -> list[Frozen]:
    """The figure as the editions that hold print it, the last one first."""
    frozen = Frozen.objects.filter(figure=reading.figure.slug, period=reading.period.key, filter="", by="")
    found = frozen.filter(edition__state=EditionState.PUBLISHED).select_related("edition__report")
    return list(found.defer("edition__words", "edition__files", "edition__changes").order_by("-pk"))


def _drifted(reading: Reading, printed: Frozen) -> dict[str, Any] | None:
    """What the last edition printed, where it is another number now."""
    now = reading.figure.unit.exact(reading.value)
    return None if printed.value == now else {"printed": printed, "said": printed_as(printed), "now": _value(reading)}


def _page(reading: Reading, printed: Sequence[Frozen] = ()) -> dict[str, Any]:
    """Everything that the page tells, as plain data that a cache can hold."""
    figure = reading.figure
    with snapshot():
        splits = list(_breakdowns(reading))
        return {
            "figure": _identity(figure),
            "place": place(reading),
            "value": figure.unit.exact(reading.value),
            "shown": _value(reading),
            "status": {"code": reading.status.value, "label": str(reading.status.label)},
            "basis": basis_bar(reading),
            "parts": [_beside(part) for part in reading.parts] if figure.slices else [],
            "trend": _trend(reading),
            "breakdowns": [split for split in splits if split["slug"] != _public_by(reading)],
            "refused": sorted({reason for d in figure.source.dimensions if (reason := reading.refusal(d))}),
            "stated": _stated(reading),
            "notes": notes_on(reading),
            "records": _records(reading, splits),
            "printed_in": [
                {"title": row.edition.title, "url": row.edition.report.get_absolute_url()} for row in printed
            ],
            "years": _years(reading),
            "drifted": _drifted(reading, printed[0]) if printed else None,
        }  # fmt: skip


def place(reading: Reading, dimension: str = "") -> dict[str, Any]:
    unit = reading.figure.unit
    decimals = 0 if unit.is_money else unit.decimals
    return {
        "figure": reading.figure.slug,
        "period": reading.period.key,
        "unit": unit.code,
        "decimals": decimals,
        "dimension": dimension,
    }


def _identity(figure: Figure) -> dict[str, Any]:
    return {
        "slug": figure.slug, "title": str(figure.title), "noun": _noun(figure), "counts": str(figure.counts),
        "leaves_out": str(figure.leaves_out), "additive": figure.additive, "version": figure.version, "public": figure.public,
        "stock": bool(figure.source.stock), "unit": figure.unit.code,
    }  # fmt: skip


def _noun(figure: Figure) -> str:
    return "" if figure.unit.is_money else str(figure.unit.noun)


def _value(reading: Reading) -> str:
    return reading.figure.unit.show(reading.value) if reading.value is not None else str(reading.status.label)


def _beside(reading: Reading) -> dict[str, Any]:
    """Numerator or denominator of a share."""
    url = reverse("figure", args=[reading.figure.slug, reading.period.key])
    return {"title": str(reading.figure.title), "shown": _value(reading), "url": url}


def basis_bar(reading: Reading) -> list[dict[str, Any]]:
    """What the value rests on: pieces of one bar with their words."""
    value = reading.value
    if not value:
        return []
    stated = reading.total_stated
    pieces: list[tuple[str, Any]] = [(TOTAL_STATED, stated)] if stated else []
    for slug, number in reading.basis.items():
        left = number - stated if slug == Basis.ILLUSTRATIVE.slug else number
        if left:
            pieces.append((slug, left))
    found, at = [], 0.0
    for slug, number in pieces:
        share = float(number) * 100 / float(value)
        found.append(
            {
                "fill": charts.FILLS[slug], "label": charts.basis_label(slug), "shown": reading.figure.unit.show(number),
                "at": at, "share": share,
            }
        )  # fmt: skip
        at += share
    return found


def _breakdowns(reading: Reading) -> Iterator[dict[str, Any]]:
    """Every split that this reader may have: tables of bars first, in pairs, then what needs the whole width."""
    found = []
    for dimension in reading.dimensions:
        try:
            breakdown = reading.by(dimension.slug)
        except Refusal:
            continue
        if len(breakdown.rows) < 2 and dimension.slug in ("year", "month", "basis"):
            continue
        kind = default_kind(reading, [dimension.slug], "") if not dimension.sensitive else "bars"
        heading = _("By %(dimension)s") % {"dimension": str(dimension.title).lower()}
        drawn = draw(kind, breakdown, reading, slug=f"by-{dimension.slug}", finding=heading)
        found.append(
            {
                "slug": dimension.slug, "heading": heading, "broad": kind != "bars", "note": charts.suppression_note(breakdown),
                "notes": notes_on_split(reading, breakdown), **_folded({**drawn.as_json(), **place(reading, dimension.slug)}),
            }
        )  # fmt: skip
    yield from sorted(found, key=lambda split: bool(split["broad"]))


def _folded(chart: dict[str, Any]) -> dict[str, Any]:
    """A table of many bars in two: the largest, and the rest, which the page folds away."""
    rows = chart["rows"]
    if chart["kind"] != "bars" or len(rows) <= BEFORE_FOLD + 2:
        return {"chart": chart, "rest": None}
    rows = sorted(rows, key=lambda row: -(row["value"] or 0))
    if len(rows) > SHOWN:
        chart["note"] = _("The %(shown)s largest of %(all)s rows; the CSV has all.") % {
            "shown": SHOWN,
            "all": len(rows),
        }
    rest = {**chart, "rows": rows[BEFORE_FOLD:SHOWN], "total": "", "key": [], "note": ""}
    return {"chart": {**chart, "rows": rows[:BEFORE_FOLD]}, "rest": rest}


def _years(reading: Reading) -> list[int]:
    """Years that the records cover: what the page links to. At most the last ten."""
    first, last = records_cover()
    start = (first or reading.period.starts).year
    end = max((last or date.today()).year, start)
    return list(range(max(start, end - 9), end + 1))


def _trend(reading: Reading) -> list[dict[str, Any]]:
    """The figure year by year, the page's year among them."""
    if reading.figure.source.stock:
        return []
    years = sorted({*_years(reading), reading.period.starts.year})
    rows = [Reading(reading.figure, Period.year(year), reader=reading.reader) for year in years]
    most = max((float(r.value) for r in rows if r.value), default=0)
    return [
        {
            "label": r.period.label, "shown": _value(r), "value": reading.figure.unit.exact(r.value), "status": str(r.status.label),
            "normal": r.status.value == "A", "share": float(r.value or 0) * 100 / most if most else 0,
            "fill": charts.FILLS[next(reversed(r.basis), "recorded")], "place": place(r),
            "url": reverse("figure", args=[reading.figure.slug, r.period.key]),
        }
        for r in rows
    ]  # fmt: skip


def _stated(reading: Reading) -> list[dict[str, str]]:
    """What sources state of this figure and period: shown beside it, never counted."""
    found = Statement.objects.filter(figure=reading.figure.slug, period=reading.period.key).select_related("source")
    return [
        {"number": show_stated(s), "bound": str(s.get_bound_display()), "says": s.says, "words": s.words, "place": s.place, "source": s.source.title, "author": s.source.author}
        for s in found.order_by("ref")
        if s.number is not None
    ]  # fmt: skip


# -- records -------------------------------------------------------------------------------------------------------------


def _public_by(reading: Reading) -> str:
    """By what the public sees the records of a figure whose records name people; nothing where it sees the records."""
    return "" if reading.figure.public or reading.reader.office else reading.figure.source.public_by


def _told(request: HttpRequest, reading: Reading, what: Saw) -> None:
    """Keeps who of the office saw the names behind a figure, before they are shown."""
    figure, user = reading.figure, request.user
    model: Any = figure.source.model
    if not user.is_authenticated or not reading.reader.office or figure.slices or not is_guarded(model):
        return
    rows = reading.shown.count() if what == Saw.EXPORTED else reading.shown[:RECORDS].count()
    asked = f"figure={figure.slug}&period={reading.period.key}"
    saw(model, by=user, now=timezone.now(), what=what, rows=rows, filters=asked)


def _records(reading: Reading, splits: list[dict[str, Any]]) -> dict[str, Any]:
    """The records as far as this reader may see them: rows, or for the public their parents with the counts."""
    figure = reading.figure
    if figure.slices or reading.suppressed:
        return {"open": False}
    if by := _public_by(reading):
        return {"open": True, "split": next((split for split in splits if split["slug"] == by), None)}
    columns = figure.source.columns
    found = list(reading.shown.order_by(*in_order(figure))[: RECORDS + 1])
    return {
        "open": True,
        "columns": [(str(c.title), c.number) for c in columns],
        "rows": [[_cell_of(column, row) for column in columns] for row in found[:RECORDS]],
        "more": len(found) > RECORDS,
        "personal": not figure.public,
    }


def _cell_of(column: Column, row: Any) -> dict[str, Any]:
    """What stands in the cell; a record that has no label is named by its own text, in English alone."""
    value = column.get(row)
    is_record = hasattr(value, "get_absolute_url")
    return {
        "text": str(value.label) if isinstance(value, Basis) else str(value), "number": column.number,
        "url": value.get_absolute_url() if is_record else "", "prose": column.prose or (is_record and not hasattr(value, "label")),
    }  # fmt: skip


def in_order(figure: Figure) -> tuple[str, ...]:
    """Records by their day: by their ids alone, either database would read on from its first record to find a page of a year."""
    source = figure.source
    return (*source.when[:1], *filter(None, [source.parent]), "pk")


def stream_csv(name: str, rows: Iterable[list[Any]]) -> StreamingHttpResponse:
    return download(f"{name}.csv", CSV, csv_lines(rows))


def as_csv(request: HttpRequest, slug: str, period: str) -> StreamingHttpResponse:
    """The figure and every breakdown that this reader may have."""
    reading = reading_of(request, slug, period)
    return stream_csv(f"{slug}-{reading.period.key}", _csv_rows(reading))


def _csv_rows(reading: Reading) -> Iterator[list[Any]]:
    unit = reading.figure.unit
    slug, period = reading.figure.slug, reading.period.key
    yield ["figure", "period", "dimension", "key", "label", "value", "unit", "obs_status", "basis", "notes"]
    with snapshot():
        basis = ";".join(f"{name}:{unit.exact(number)}" for name, number in reading.basis.items())
        yield [
            slug,
            period,
            "",
            "",
            "",
            unit.exact(reading.value),
            unit.code,
            reading.status.value,
            basis,
            " ".join(notes_on(reading)),
        ]
        for dimension in reading.dimensions:
            try:
                rows = reading.by(dimension.slug).rows
            except Refusal:
                continue
            for cell in rows:
                basis = ";".join(f"{name}:{unit.exact(number)}" for name, number in cell.parts.items())
                yield [
                    slug,
                    period,
                    dimension.slug,
                    cell.key,
                    cell.label,
                    unit.exact(cell.value),
                    unit.code,
                    cell.status.value,
                    basis,
                    " ".join(notes_on_cell(reading, dimension.slug, cell.key)),
                ]


def records_csv(request: HttpRequest, slug: str, period: str) -> StreamingHttpResponse:
    """The records behind the figure, as far as this reader may see them, each with its address where it has one."""
    reading = reading_of(request, slug, period)
    _told(request, reading, Saw.EXPORTED)
    return stream_csv(f"{slug}-{reading.period.key}-records", _record_rows(reading))


def _record_rows(reading: Reading) -> Iterator[list[Any]]:
    figure = reading.figure
    if figure.slices:
        yield ["part", "figure", "value", "unit", "obs_status", "address"]
        for part, other in zip(("part", "whole"), reading.parts, strict=True):
            unit, url = other.figure.unit, reverse("figure", args=[other.figure.slug, other.period.key])
            value = unit.exact(other.value)
            yield [part, other.figure.slug, value, unit.code, other.status.value, f"{settings.BASE_URL}{url}"]
        return
    if by := _public_by(reading):
        yield [by, "label", "value", "unit", "obs_status", "address"]
        for cell in reading.by(by).rows:
            value, address = figure.unit.exact(cell.value), f"{settings.BASE_URL}{cell.url}" if cell.url else ""
            yield [cell.key, cell.label, value, figure.unit.code, cell.status.value, address]
        return
    columns = figure.source.columns
    yield ["ref", *(column.slug for column in columns), "address"]
    for row in reading.shown.order_by(*in_order(figure)).iterator(chunk_size=2000):
        url = row.get_absolute_url() if hasattr(row, "get_absolute_url") else ""
        yield [row.ref, *(column.data(row) for column in columns), f"{settings.BASE_URL}{url}" if url else ""]
