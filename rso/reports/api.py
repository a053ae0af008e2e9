"""The machine door of this room: figures with their breakdowns and records, notes, reports, and what all this promises."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django_filters import FilterSet
from ninja import Query, Schema
from pydantic import Field

from rso import __version__
from rso.core.access import is_guarded, saw
from rso.core.api.describing import VALUES, document
from rso.core.api.doing import PER_PAGE, Item, Limit, Page, absolute, api, link, list_of, one_of, page_of, rows
from rso.core.api.door import asked_of
from rso.core.api.problems import Problem
from rso.core.context import the_office
from rso.core.figures import Cell, Crossing, Refusal, registry
from rso.core.figures.cache import keep
from rso.core.figures.notes import notes_on, notes_on_cell
from rso.core.figures.reading import Reading, read_all
from rso.core.models import Note, Saw
from rso.core.pages import OneOf
from rso.core.periods import FORMS, Period, UnknownPeriod
from rso.core.snapshot import snapshot
from rso.reports.contract import published, version
from rso.reports.models import Edition, EditionState, Report
from rso.reports.site.figures import in_order

Number = int | float
F = TypeVar("F", bound=Callable[..., Any])
YEAR = r"(19\d\d|2[01]\d\d)"
PERIOD = rf"^({YEAR}(-(H[12]|Q[1-4]|0[1-9]|1[0-2]))?|FY{YEAR}|{YEAR}-\d\d-\d\d\.\.{YEAR}-\d\d-\d\d)$"
DIMENSIONS = sorted({dimension.slug for figure in registry for dimension in figure.source.dimensions})
VALUES["figure"] = lambda: {"type": "string", "enum": list(registry.figures)}
VALUES["period"] = lambda: {"type": "string", "pattern": PERIOD, "description": FORMS}
VALUES["by"] = VALUES["across"] = lambda: {"type": "string", "enum": DIMENSIONS}


# -- figures -------------------------------------------------------------------------------------------------------------


class FigureItem(Item):
    """A figure for a period: a question about records, counted when it is asked. Money is in major units of the currency."""

    figure: str
    title: str
    period: str
    value: Number | None = Field(description="Null where the status says why")
    unit: str
    obs_status: str = Field(
        description="SDMX: Q suppressed, M cannot exist, L not collected, B break, P provisional, E estimated, A normal"
    )
    basis: dict[str, Number] = Field(description="How much of the value rests on which basis")
    counts: str
    leaves_out: str
    additive: bool = Field(description="Whether periods and parts sum to the whole")
    version: int = Field(description="Version of the definition")
    page: str


class FigureValue(FigureItem):
    """A figure for a period, with what a reader must know of it."""

    as_at: str
    notes: list[str]
    dimensions: list[str] = Field(description="By what you may split it")
    breakdowns: str
    records: str


def _item(reading: Reading) -> dict[str, Any]:
    figure, unit = reading.figure, reading.figure.unit
    return {
        "figure": figure.slug, "title": str(figure.title), "period": reading.period.key, "value": unit.exact(reading.value),
        "unit": unit.code, "obs_status": reading.status.value,
        "basis": {name: unit.exact(number) for name, number in reading.basis.items()},
        "counts": str(figure.counts), "leaves_out": str(figure.leaves_out), "additive": figure.additive, "version": figure.version,
        "page": link("figure", figure.slug, reading.period.key),
    }  # fmt: skip


def _value(reading: Reading) -> dict[str, Any]:
    at = (reading.figure.slug, reading.period.key)
    with snapshot():
        return {
            **_item(reading), "as_at": reading.as_at.isoformat(), "notes": notes_on(reading),
            "dimensions": [dimension.slug for dimension in reading.dimensions],
            "breakdowns": link("api-breakdowns", *at), "records": link("api-records", *at),
        }  # fmt: skip


def reading_of(request: HttpRequest, figure: str, period: str) -> Reading:
    """The reading that an address names. Raises UnknownFigure, UnknownPeriod."""
    return Reading(registry.find(figure), Period.parse(period), reader=asked_of(request).caller.reader)


def _declare(path: str, name: str, summary: str, example: str, response: Any) -> Callable[[F], F]:
    return api.get(
        path, response=response, url_name=f"api-{name}", operation_id=name, summary=summary, tags=["figures"],
        openapi_extra={"x-example": f"/api/figures/{example}"},
    )  # fmt: skip


class Paged(Schema):
    page: Page = 1
    limit: Limit = PER_PAGE


class FiguresQuestion(Paged):
    period: str | None = Field(None, min_length=1, description="The office’s headline period where it is not given")


@_declare("/figures/", "figures", "Every figure for a period", "?period=2022&limit=1", page_of(FigureItem))
def figures(request: HttpRequest, asked: Query[FiguresQuestion]) -> dict[str, Any]:
    """Every figure with its definition and its value for one period."""
    try:
        period = Period.parse(asked.period or the_office().headline_period or "2022")
    except UnknownPeriod as error:
        if re.fullmatch(PERIOD, asked.period or ""):  # written as one, of days that there are not
            raise
        raise Problem(422, str(error), [("period", str(error))]) from error
    found = read_all(period, reader=asked_of(request).caller.reader)

    def made() -> list[dict[str, Any]]:
        with snapshot():
            return [_item(reading) for reading in found]

    return rows(
        request, list(FigureItem.model_fields), keep(found, "api-index", made), asked, lambda item: FigureItem(**item)
    )


@_declare("/figures/{figure}/{period}/", "figures-one", "A figure for a period", "participations/2022/", FigureValue)
def figure(request: HttpRequest, figure: str, period: str) -> dict[str, Any]:
    """A figure for a period: value, status, basis, notes, definition, and where it opens onto its records."""
    asked_of(request).columns = list(FigureValue.model_fields)
    reading = reading_of(request, figure, period)
    return keep([reading], "api", lambda: _value(reading))


# -- breakdowns ----------------------------------------------------------------------------------------------------------


class BreakdownItem(Item):
    """A cell of a breakdown: a value, or the status that says why there is none."""

    figure: str
    period: str
    dimension: str
    key: str
    label: str
    across: str
    across_key: str
    across_label: str
    value: Number | None
    unit: str
    obs_status: str
    basis: dict[str, Number]
    notes: list[str]


class BreakdownQuestion(Paged):
    by: str | None = Field(
        None,
        min_length=1,
        pattern=f"^({'|'.join(DIMENSIONS)})$",
        description="By what to split; every split that you may have where it is not given",
    )
    across: str | None = Field(
        None, min_length=1, pattern=f"^({'|'.join(DIMENSIONS)})$", description="By what to split once more"
    )


@_declare(
    "/figures/{figure}/{period}/breakdowns/", "breakdowns", "A figure, split", "participations/2022/breakdowns/?by=type",
    page_of(BreakdownItem),
)  # fmt: skip
def breakdowns(request: HttpRequest, figure: str, period: str, asked: Query[BreakdownQuestion]) -> dict[str, Any]:
    """A figure split by one dimension or two, or by each that you may have: 403 where a split could single someone out."""
    reading = reading_of(request, figure, period)
    by, across = asked.by or asked.across or "", asked.across if asked.by and asked.across != asked.by else ""

    def made() -> list[dict[str, Any]]:
        with snapshot():
            return list(_cells(reading, by, across or ""))

    found = keep([reading], f"api-split:{by}:{across}", made)
    return rows(request, list(BreakdownItem.model_fields), found, asked, lambda item: BreakdownItem(**item))


def _cells(reading: Reading, by: str, across: str) -> Iterator[dict[str, Any]]:
    if across:
        crossing = reading.across(by, across)
        names = [{named.key: named.label for named in axis} for axis in (crossing.rows, crossing.columns)]
        for (row, column), cell in crossing.cells.items():
            yield _cell(reading, cell, crossing, (row, names[0][row]), (column, names[1][column]))
        return
    for slug in [by] if by else [dimension.slug for dimension in reading.dimensions]:
        try:
            split = reading.by(slug)
        except Refusal:
            if by:
                raise
            continue
        for cell in split.rows:
            yield {
                **_cell(reading, cell, None, (cell.key, cell.label)),
                "dimension": slug,
                "notes": notes_on_cell(reading, slug, cell.key),
            }


def _cell(
    reading: Reading, cell: Cell, crossing: Crossing | None, row: tuple[str, str], column: tuple[str, str] = ("", "")
) -> dict[str, Any]:
    unit, (first, second) = reading.figure.unit, crossing.dimensions if crossing else ("", "")
    return {
        "figure": reading.figure.slug, "period": reading.period.key, "dimension": first, "key": row[0], "label": row[1],
        "across": second, "across_key": column[0], "across_label": column[1], "value": unit.exact(cell.value), "unit": unit.code,
        "obs_status": cell.status.value, "basis": {name: unit.exact(number) for name, number in cell.parts.items()}, "notes": [],
    }  # fmt: skip


# -- records -------------------------------------------------------------------------------------------------------------


class RecordList(Schema):
    """The records behind a figure: its own columns, the ref, and the page of each."""

    count: int
    next: str | None
    items: list[dict[str, str | Number | None]]


@_declare(
    "/figures/{figure}/{period}/records/",
    "records",
    "The records behind a figure",
    "events-held/2022/records/?limit=1",
    RecordList,
)
def records(request: HttpRequest, figure: str, period: str, asked: Query[Paged]) -> dict[str, Any]:
    """The very records that a figure counts; of people, without a key that opens names, the events with their counts."""
    reading = reading_of(request, figure, period)
    source, first = reading.figure.source, (asked.page - 1) * asked.limit
    model: Any = source.model
    hides = is_guarded(model) and not asked_of(request).caller.sees_people
    found: Any
    tell: Any
    if reading.figure.slices:
        found, tell = list(zip(("part", "whole"), reading.parts, strict=True)), _part
        columns = ["part", "figure", "value", "unit", "obs_status", "page"]
    elif hides or not (reading.figure.public or reading.reader.office):
        found, tell = reading.by(source.public_by).rows, lambda cell: _parent(reading, cell)
        columns = [source.public_by, "label", "value", "unit", "obs_status", "page"]
    else:
        found, tell = reading.shown.order_by(*in_order(reading.figure)), lambda row: _record(reading, row)
        columns = ["ref", *(column.slug for column in source.columns), "page"]
        _tell_who(request, reading, found[first : first + asked.limit].count())
    return rows(request, columns, found, asked, tell)


def _tell_who(request: HttpRequest, reading: Reading, shown: int) -> None:
    """Keeps for whom a key took names out, before they leave."""
    model: Any = reading.figure.source.model
    caller = asked_of(request).caller
    if is_guarded(model) and caller.user is not None:
        asked = f"figure={reading.figure.slug}&period={reading.period.key}&{caller.counted_by}"
        saw(model, by=caller.user, now=timezone.now(), what=Saw.EXPORTED, rows=shown, filters=asked)


def _part(found: tuple[str, Reading]) -> dict[str, Any]:
    name, reading = found
    unit, at = reading.figure.unit, link("figure", reading.figure.slug, reading.period.key)
    value = unit.exact(reading.value)
    return {
        "part": name, "figure": reading.figure.slug, "value": value, "unit": unit.code, "obs_status": reading.status.value, "page": at,
    }  # fmt: skip


def _parent(reading: Reading, cell: Cell) -> dict[str, Any]:
    unit = reading.figure.unit
    return {
        reading.figure.source.public_by: cell.key, "label": cell.label, "value": unit.exact(cell.value), "unit": unit.code,
        "obs_status": cell.status.value, "page": absolute(cell.url),
    }  # fmt: skip


def _record(reading: Reading, row: Any) -> dict[str, Any]:
    told = {column.slug: column.data(row) for column in reading.figure.source.columns}
    at = row.get_absolute_url() if hasattr(row, "get_absolute_url") else ""
    return {"ref": row.ref, **told, "page": absolute(at)}


# -- notes and reports ---------------------------------------------------------------------------------------------------


class NoteItem(Item):
    """What a reader must know of a figure, of one period of it, or of one value of a dimension."""

    ref: str
    figure: str
    period: str
    dimension: str
    value: str
    text: str


class NoteFilters(FilterSet):  # type: ignore[misc]
    figure = OneOf([(each.slug, each.title) for each in registry], gettext_lazy("Figure"))

    class Meta:
        model = Note
        fields: list[str] = []


def _note(note: Note) -> NoteItem:
    return NoteItem(
        ref=note.ref,
        figure=note.figure,
        period=note.period,
        dimension=note.dimension,
        value=note.value,
        text=note.label,
    )


class ReportEdition(Item):
    """An edition of a report, as it was published for good. Its ref is its number."""

    ref: str
    state: EditionState
    published_at: str
    note: str
    withdrawn_at: str | None = Field(description="When it was taken back; null while it holds")
    withdrawn_why: str
    page: str
    pdf: str | None
    data: str | None


class ReportItem(Item):
    """A report as its last edition calls it, and all editions of it."""

    ref: str
    title: str
    kind: str
    period: str
    subtitle: str
    as_at: str
    page: str
    editions: list[ReportEdition]


def _edition(report: Report, edition: Edition) -> ReportEdition:
    number = str(edition.number)

    def file(name: str) -> str | None:
        return link("edition-file", report.ref, number, name) if name in edition.files else None

    return ReportEdition(
        ref=number,
        state=EditionState(edition.state),
        published_at=edition.published_at.isoformat(),
        note=edition.note,
        withdrawn_at=edition.withdrawn_at.isoformat() if edition.withdrawn_at else None,
        withdrawn_why=edition.withdrawn_why,
        page=link("edition", report.ref, number),
        pdf=file(f"{report.ref}.pdf"),
        data=file("data.zip"),
    )


def _report(report: Report) -> ReportItem:
    editions = sorted(report.editions.all(), key=lambda edition: edition.number)
    last = editions[-1]
    return ReportItem(
        ref=report.ref,
        title=last.title,
        kind=report.definition,
        period=last.period,
        subtitle=last.subtitle,
        as_at=last.as_at.isoformat(),
        page=absolute(report.get_absolute_url()),
        editions=[_edition(report, edition) for edition in editions],
    )


def _reports() -> QuerySet[Report]:
    """What the public may read, whatever the key: a report as its last edition calls it."""
    editions = Edition.objects.defer("words", "changes")
    return Report.objects.out().order_by("order", "ref").prefetch_related(Prefetch("editions", editions))


list_of("notes", NoteItem, lambda: Note.objects.order_by("ref"), _note, filters=NoteFilters)
list_of("reports", ReportItem, _reports, _report)
one_of("reports", ReportItem, lambda ref: get_object_or_404(_reports(), ref=ref), _report, example="annual-2022")


# -- what all this promises ----------------------------------------------------------------------------------------------


class ChangeItem(Item):
    """One thing that was removed, changed, added or worded anew."""

    kind: str
    name: str
    what: str
    detail: str


class VersionItem(Item):
    """A version of the data."""

    version: str
    date: str
    changes: list[ChangeItem]


class Changelog(Item):
    """The version of the data, and what each version changed: the newest first."""

    version: str
    page: str
    changelog: list[VersionItem]


@api.get("/changelog/", response=Changelog, url_name="api-changelog", operation_id="changelog", summary="What changed in the data",
         tags=["about"], openapi_extra={"x-example": "/api/changelog/"})  # fmt: skip
def changelog(request: HttpRequest) -> dict[str, Any]:
    """The version of the data. A major one removed or changed a code or a definition, a minor one only added."""
    return {"version": version(), "page": link("changelog"), "changelog": published()["changelog"]}


class Resource(Item):
    name: str
    address: str


class Root(Item):
    """What there is."""

    office: str
    software: str
    data_version: str
    documentation: str
    openapi: str
    licence: str
    resources: list[Resource]


@api.get("/", response=Root, url_name="api-root", operation_id="root", summary="What there is", tags=["about"],
         openapi_extra={"x-example": "/api/"})  # fmt: skip
def root(request: HttpRequest) -> dict[str, Any]:
    """The addresses of all lists, of the documentation and of the OpenAPI document."""
    lists = [path for path in document()["paths"] if "{" not in path and path != "/api/"]
    return {
        "office": the_office().label,
        "software": f"RSO {__version__}",
        "data_version": version(),
        "documentation": link("api-docs"),
        "openapi": link("api-openapi"),
        "licence": "CC-BY-4.0",
        "resources": [{"name": path.split("/")[-2], "address": f"{settings.BASE_URL}{path}"} for path in lists],
    }
