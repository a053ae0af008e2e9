"""The table builder: a figure, a period, one or two dimensions become a table, a chart, a CSV, and an address to share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from rso.core import charts
from rso.core.context import the_office
from rso.core.figures import Breakdown, Crossing, Refusal, UnknownFigure, registry
from rso.core.figures.notes import notes_on, notes_on_split
from rso.core.figures.reading import Reading
from rso.core.periods import Period, UnknownPeriod
from rso.core.snapshot import snapshot
from rso.reports.blocks import default_kind, draw
from rso.reports.site.figures import place, reader_of, stream_csv


class Question(forms.Form):
    """What the reader asks. Which dimensions a figure has is checked when it is read."""

    figure = forms.ChoiceField(label=_("Figure"))
    period = forms.CharField(
        label=_("Period"),
        max_length=24,
        help_text=_("2022, 2022-H1, 2022-Q3, 2022-09, FY2022 or 2022-07-01..2023-06-30"),
    )
    by = forms.ChoiceField(label=_("By"), required=False)
    across = forms.ChoiceField(label=_("And by"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        titles = {d.slug: str(d.title) for figure in registry for d in figure.source.dimensions}
        self.fields["figure"].choices = [(figure.slug, figure.title) for figure in registry]  # type: ignore[attr-defined]
        choices = [("", _("Nothing")), *sorted(titles.items(), key=lambda pair: pair[1])]
        self.fields["by"].choices = self.fields["across"].choices = choices  # type: ignore[attr-defined]

    def clean_period(self) -> Period:
        try:
            return Period.parse(self.cleaned_data["period"])
        except UnknownPeriod as error:
            raise forms.ValidationError(str(error)) from error


def builder(request: HttpRequest) -> HttpResponseBase:
    asked = bool(request.GET.get("figure"))
    first = {"figure": "participations", "period": the_office().headline_period or "2022", "by": "type"}
    form = Question(request.GET if asked else None, initial=first)
    context: dict[str, Any] = {"form": form, "asked": asked}
    if asked and form.is_valid():
        question = form.cleaned_data
        figure = registry.find(question["figure"])
        reading = Reading(figure, question["period"], reader=reader_of(request, figure))
        by, across = question["by"] or question["across"], question["across"] if question["by"] else ""
        try:
            with snapshot():
                answer = _answer(reading, by, across)
        except (Refusal, UnknownFigure) as error:
            form.add_error("across" if across else "by", str(error))
        else:
            if request.GET.get("format") == "csv":
                return stream_csv(f"{reading.figure.slug}-{reading.period.key}", _csv(reading, answer))
            context |= _shown(reading, answer)
            context |= {"query": request.GET.urlencode(), "cited_by": by, "cited_across": across}
    return render(request, "reports/tables.html", context, status=200 if not form.errors else 422)


def _answer(reading: Reading, by: str, across: str) -> Breakdown | Crossing | None:
    if not by:
        reading.value  # noqa: B018  read inside the snapshot
        return None
    return reading.across(by, across) if across and across != by else reading.by(by)


def _shown(reading: Reading, answer: Breakdown | Crossing | None) -> dict[str, Any]:
    unit = reading.figure.unit
    found: dict[str, Any] = {
        "figure": reading.figure, "period": reading.period, "place": place(reading), "value": unit.exact(reading.value),
        "shown": unit.show(reading.value) if reading.value is not None else str(reading.status.label),
        "notes": [*notes_on(reading), *(notes_on_split(reading, answer) if answer else [])],
    }  # fmt: skip
    if isinstance(answer, Breakdown):
        kind = default_kind(reading, [answer.dimension], "")
        drawn = draw(kind, answer, reading, slug="table", finding=f"{reading.figure.title}, {reading.period.label}")
        found["chart"] = {**drawn.as_json(), **place(reading, answer.dimension)}
        found["note"] = charts.suppression_note(answer)
    elif answer is not None:
        found["crossing"] = answer
        found["rows"] = [
            (row, [_cell(answer, row.key, column.key, unit) for column in answer.columns]) for row in answer.rows
        ]
    return found


def _cell(crossing: Crossing, row: str, column: str, unit: Any) -> dict[str, Any]:
    cell = crossing.cells[(row, column)]
    first, second = crossing.dimensions
    shown = unit.show(cell.value) if cell.value is not None else str(cell.status.label)
    return {"shown": shown, "value": unit.exact(cell.value), "filter": f"{first}={row},{second}={column}"}


def _csv(reading: Reading, answer: Breakdown | Crossing | None) -> Iterator[list[Any]]:
    unit = reading.figure.unit
    start = [reading.figure.slug, reading.period.key]
    if isinstance(answer, Crossing):
        yield ["figure", "period", *answer.dimensions, "value", "unit", "obs_status"]
        for (row, column), cell in answer.cells.items():
            yield [*start, row, column, unit.exact(cell.value), unit.code, cell.status.value]
        return
    yield ["figure", "period", "dimension", "key", "label", "value", "unit", "obs_status"]
    yield [*start, "", "", "", unit.exact(reading.value), unit.code, reading.status.value]
    for cell in answer.rows if answer else ():
        yield [
            *start,
            answer.dimension if answer else "",
            cell.key,
            cell.label,
            unit.exact(cell.value),
            unit.code,
            cell.status.value,
        ]
