"""What the public was given of splits of people: by editions, and by what readers cited."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rso.core.figures.earlier import Table, remembers
from rso.core.periods import Period, UnknownPeriod
from rso.reports.models import Citation, Frozen


@remembers
def published(period: Period, dimension: str) -> Iterator[Table]:
    """Every public split by the dimension for the same days, oldest first."""
    frozen = Frozen.objects.filter(by=dimension).order_by("edition__published_at", "pk")
    rows = frozen.values_list("edition__published_at", "figure", "period", "value", "cells")
    cited = [
        (at, split["figure"], split["period"], split["value"], split["cells"])
        for at, says in Citation.objects.filter(office=False).order_by("pk").values_list("at", "says__splits")
        for split in says or ()
        if split["by"] == dimension
    ]
    for _at, figure, text, value, cells in sorted([*rows, *cited], key=lambda row: row[0]):
        if cells and _same_days(text, period):
            yield _table(figure, value, cells)


def _table(figure: str, value: Any, cells: list[dict[str, Any]]) -> Table:
    keys = [cell["filter"].partition("=")[2] for cell in cells]
    values = {key: cell["value"] for key, cell in zip(keys, cells, strict=True)}
    return Table(figure, value, values, {key: cell["label"] for key, cell in zip(keys, cells, strict=True)})


def _same_days(text: str, period: Period) -> bool:
    try:
        found = Period.parse(text)
    except UnknownPeriod:
        return False
    return (found.starts, found.ends) == (period.starts, period.ends)
