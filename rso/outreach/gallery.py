"""Samples for the page of components: what stands there is drawn by the same code as the pages, from made-up numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from rso.core import charts
from rso.core.figures import Breakdown, Cell, Named, Place, Status, units
from rso.core.pages import Pages

PLACES = {"a": Place(1, 1, "A", "First"), "b": Place(2, 1, "B", "Second"), "c": Place(1, 2, "C", "Third")}


class SampleForm(forms.Form):
    """One field of each sort; shown bound, so that the state of error stands beside the state at rest."""

    name = forms.CharField(label="Name of the event", help_text="As it should stand on certificates.")
    last_day = forms.DateField(label="Last day", widget=forms.DateInput(attrs={"class": "w-m"}))
    kind = forms.ChoiceField(label="Type", choices=[("training", "Training course"), ("forum", "Forum")])
    remark = forms.CharField(label="Remark", widget=forms.Textarea(attrs={"rows": 3}), required=False)


def cell(key: str, label: str, value: int | None, status: Status = Status.NORMAL, **parts: int) -> Cell:
    return Cell((Named(key, label, (1,)),), value, status, parts)


def breakdown(*rows: Cell) -> Breakdown:
    return Breakdown("sample", "Sample", sum(row.value or 0 for row in rows if row.value), rows)


def _placed(chart: charts.Chart) -> Mapping[str, Any]:
    return {
        **chart.as_json(),
        "figure": "sample",
        "period": "2022",
        "unit": "people",
        "decimals": 0,
        "dimension": "sample",
    }


def samples() -> dict[str, Any]:
    """Everything that the page shows and that is not plain markup."""
    shown: dict[str, Any] = {"unit": units.PEOPLE, "noun": "People", "sub": "Made-up numbers, 2022"}
    by_basis = breakdown(
        cell("a", "Recorded", 40, recorded=40),
        cell("b", "Stated, and estimated", 30, stated=10, estimated=20),
        cell("c", "Illustrative", 20, illustrative=20),
        cell("q", "Too small to show", None, Status.SUPPRESSED),
        cell("unknown", "Not known", 0),
    )
    months = breakdown(*(cell(f"2022-{at:02d}", f"Month {at}", at % 5 * 11, stated=at % 5 * 11) for at in range(1, 13)))
    amounts = breakdown(
        cell("a", "First", 60, stated=60),
        cell("b", "Second", 25, illustrative=25),
        cell("c", "Third", 15, illustrative=15),
    )
    tiles = breakdown(cell("a", "First", 0), cell("b", "Second", 7), cell("c", "Third", 64))
    groups = [("one", "One group"), ("two", "Another")]
    return {
        "bars": _placed(charts.bars(by_basis, slug="sample-bars", finding="Most are recorded", **shown)),
        "columns": _placed(charts.columns(months, slug="sample-columns", finding="Every fifth month is empty", **shown)),
        "shares": _placed(
            charts.shares(amounts, groups, {"a": "one", "b": "two", "c": "two"}, slug="sample-shares", finding="One takes more than half", **shown)
        ),
        "tiles": _placed(charts.tiles(tiles, PLACES, slug="sample-tiles", finding="One stands out", **shown)),
        "form": SampleForm({"name": "Border course", "last_day": "yesterday", "kind": "forum", "remark": ""}),
        "empty_form": SampleForm(prefix="empty"),
        "pages": Pages(7, 40, ""),
        "states": STATES,
        "colours": COLOURS,
    }  # fmt: skip


STATES = (
    ("", "Draft", "Not sent; only its author and the office see it"),
    ("wait", "Waits", "Someone must act; the word says who"),
    ("info", "Under way", "Sent, confirmed, in progress"),
    ("ok", "Accepted", "Done, closed, accepted, published"),
    ("stop", "Declined", "Declined, cancelled, withdrawn by the office"),
    ("late", "Late", "A deadline has passed"),
)
COLOURS = (
    ("Structure and signs", (("k1", "Sea"), ("k2", "Gold, rules only"), ("k3", "Gold ink, text"), ("k4", "Wash"), ("k5", "Tint"), ("k6", "Focus"))),
    ("Data, in this order", (("f1", "1"), ("f2", "2"), ("f3", "3"), ("f4", "4"), ("f0", "Other"), ("hollow", "Illustrative"))),
    ("Amount, from none to most", tuple((f"g{at}", str(at)) for at in range(6))),
)  # fmt: skip
