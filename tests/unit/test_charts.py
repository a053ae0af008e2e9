"""Charts are drawn of lengths, whatever the numbers are."""

from __future__ import annotations

from dataclasses import replace

from rso.core import charts
from rso.core.figures import registry
from rso.core.figures.reading import OFFICE, Reading
from rso.core.periods import Period


def test_money_that_came_back_has_its_number_and_no_length(office):
    figure = registry.find("expenditure")
    split = Reading(figure, Period.year(2022), reader=OFFICE).by("category")
    least, *others = split.rows
    less = replace(least, value=-500, parts={"recorded": -500})

    chart = charts.bars(replace(split, rows=(less, *others)), slug="x", finding="", sub="", unit=figure.unit, noun="")

    assert chart.marks[0].value == -500
    assert [part.share for mark in chart.marks for part in mark.parts if part.share < 0] == []
