"""What the public was given of splits of people: by editions, and by what readers cited."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rso.core.figures.earlier import Table, remembers
from rso.core.periods import Period
from rso.reports.models import Citation, Frozen


@remembers
def published(period: Period, dimension: str) -> Iterator[Table]:
    """Every public split by the dimension for the same days, oldest first."""
    named = {"period__in": period.names}
    frozen = Frozen.objects.filter(by=dimension, **named).order_by("edition__published_at", "pk")
    rows = frozen.values_list("edition__published_at", "figure", "value", "cells")
    cited = [
        (at, split["figure"], split["value"], split["cells"])
        for at, says in Citation.objects.filter(office=False, **named).order_by("pk").values_list("at", "says__splits")
        for split in says or ()
        if split["by"] == dimension
    ]
    for _at, figure, value, cells in sorted([*rows, *cited], key=lambda row: row[0]):
        if cells:
            yield _table(figure, value, cells)


def _table(figure: str, value: Any, cells: list[dict[str, Any]]) -> Table:
    keys = [cell["filter"].partition("=")[2] for cell in cells]
    values = {key: cell["value"] for key, cell in zip(keys, cells, strict=True)}
    return Table(figure, value, values, {key: cell["label"] for key, cell in zip(keys, cells, strict=True)})
