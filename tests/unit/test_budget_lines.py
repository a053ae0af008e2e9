"""Budget, commitments, spent and forecast by line, as of a day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from rso.core.figures.reading import OFFICE, read
from rso.core.periods import Period
from rso.core.verbs import Refused
from rso.finance import states
from rso.finance.actions import budget_line_verbs, commitment_verbs, forecast_verbs, post_expenditure
from rso.finance.models import Budget, BudgetLine, Category, Commitment, Expenditure, Forecast
from rso.finance.queries import Line, held, lines, of_line, spent
from rso.workplan.models import Activity

NEW_YEARS_EVE = date(2022, 12, 31)
AUD = {"currency": "AUD"}


@pytest.fixture
def budget(office) -> Budget:
    return Budget.objects.get(ref="b2022")


def line_of(budget: Budget, category: str, on: date = NEW_YEARS_EVE, activity: str = "") -> Line:
    return next(
        line
        for line in lines(budget, on).lines
        if (line.category.ref, line.activity.ref if line.activity else "") == (category, activity)
    )


def test_the_lines_sum_to_the_budget_and_to_all_that_was_spent(budget):
    standing = lines(budget, NEW_YEARS_EVE)
    year = Period.parse("2022")

    assert [line.category.order for line in standing.lines] == list(range(1, 10))
    assert standing.total("budget") == read("budget", year, reader=OFFICE).value == 275_000_000
    assert standing.total("spent") == read("expenditure", year, reader=OFFICE).value == 243_000_000
    assert standing.total("held") == 980_000 + 1_701_000


def test_a_line_stands_on_a_day_as_it_stood_then(budget):
    by_day = {on: line_of(budget, "PROG-CP1", on) for on in (date(2022, 8, 1), date(2022, 10, 31), NEW_YEARS_EVE)}
    early, autumn, late = by_day.values()

    assert [line.budget for line in by_day.values()] == [42_000_000] * 3
    assert [line.held for line in by_day.values()] == [1_840_000, 0, 0]
    assert early.spent < autumn.spent < late.spent == 34_020_000
    assert [line.forecast for line in by_day.values()] == [early.spent + early.held, 39_500_000, 35_200_000]
    assert (late.rest, late.percent(late.spent), late.percent(late.forecast)) == (1_180_000, 81, 84)


def test_a_forecast_that_the_facts_have_overtaken_gives_way_to_them(budget):
    line = line_of(budget, "STAFF-CORE")

    assert (line.expected, line.spent, line.forecast, line.rest) == (43_600_000, 43_740_000, 43_740_000, 0)


def test_a_commitment_counts_against_the_budget_in_which_it_is_to_be_paid(budget):
    assert list(held(budget, NEW_YEARS_EVE).values_list("ref", "rest")) == [
        ("k2022-03", 1_701_000),
        ("k2022-02", 980_000),
    ]
    assert list(held(budget, date(2022, 8, 1)).values_list("ref", flat=True)) == ["k2022-01", "k2022-04"]


def test_a_payment_reduces_what_its_commitment_holds_from_its_day_on(budget, marta, now):
    commitment = Commitment.objects.get(ref="k2022-02")
    entry = Expenditure(
        ref="t-paid",
        spent_on=date(2022, 12, 10),
        category=commitment.category,
        commitment=commitment,
        amount=300_000,
        **AUD,
    )
    before = line_of(budget, "VIS")
    post_expenditure([entry], by=marta, now=now)
    after = line_of(budget, "VIS")

    assert (before.held, after.held, after.spent - before.spent) == (980_000, 680_000, 300_000)
    assert line_of(budget, "VIS", date(2022, 12, 9)).held == 980_000
    assert after.forecast == before.forecast


def test_what_was_paid_beyond_a_commitment_holds_nothing_more(budget, marta, now):
    commitment = Commitment.objects.get(ref="k2022-02")
    entry = Expenditure(
        ref="t-paid", spent_on=NEW_YEARS_EVE, category=commitment.category, commitment=commitment, amount=990_000, **AUD
    )
    post_expenditure([entry], by=marta, now=now)

    assert line_of(budget, "VIS").held == 0


def test_a_closed_commitment_holds_nothing_from_its_day_on_and_closes_once(budget, marta):
    commitment, (close, cancel, again) = Commitment.objects.get(ref="k2022-02"), states.commitments.steps
    noon = datetime(2022, 12, 20, 5, tzinfo=UTC)
    states.commitments.take(close, [commitment], by=marta, now=noon)

    assert [line_of(budget, "VIS", date(2022, 12, day)).held for day in (19, 20)] == [980_000, 0]
    with pytest.raises(Refused, match="is “Closed”; this is for: Open"):
        states.commitments.take(cancel, [commitment], by=marta, now=noon, reason="not needed")
    states.commitments.take(again, [commitment], by=marta, now=noon, reason="a second invoice came")
    assert line_of(budget, "VIS").held == 980_000


def test_a_forecast_that_names_nobody_is_of_whoever_enters_it(budget, marta, now):
    line = BudgetLine.objects.get(ref="b2022-vis")
    forecast_verbs.add([Forecast(ref="t-f", line=line, amount=6_000_000, on=date(2022, 12, 1))], by=marta, now=now)

    assert Forecast.objects.get(ref="t-f").entered_by == marta
    assert line_of(budget, "VIS").forecast == 6_000_000


def test_a_line_of_an_activity_takes_its_entries_and_the_categorys_line_the_rest(budget, marta, now):
    category, activity = Category.objects.get(ref="PROG-CP1"), Activity.objects.get(ref="a2022-07")
    whole = line_of(budget, "PROG-CP1")
    own = BudgetLine(ref="t-line", budget=budget, category=category, activity=activity, amount=100, **AUD)
    budget_line_verbs.add([own], by=marta, now=now)
    parts = [line_of(budget, "PROG-CP1"), line_of(budget, "PROG-CP1", activity="a2022-07")]

    assert sum(line.spent for line in parts) == whole.spent
    assert [sum(of_line(spent(budget, NEW_YEARS_EVE), budget, part.category, part.activity).values_list("office_amount", flat=True)) for part in parts] == [part.spent for part in parts]  # fmt: skip
    assert parts[1].spent == sum(
        Expenditure.objects.filter(category=category, activity=activity).values_list("office_amount", flat=True)
    )


def test_what_was_spent_without_a_line_is_shown_all_the_same(budget):
    Forecast.objects.filter(line__category__ref="PROG-CP1").delete()
    BudgetLine.objects.filter(budget=budget, category__ref="PROG-CP1").delete()
    line = line_of(budget, "PROG-CP1")

    assert (line.budget, line.spent, line.percent(line.spent), str(line.category)) == (
        0, 34_020_000, None, "Programme costs: core purpose 1",
    )  # fmt: skip
    assert lines(budget, NEW_YEARS_EVE).total("spent") == 243_000_000


def test_lines_cost_the_same_number_of_queries_however_many_there_are(budget, django_assert_num_queries, marta, now):
    with django_assert_num_queries(4):
        lines(budget, NEW_YEARS_EVE)
    category = Category.objects.get(ref="PROG-CP1")
    more = [
        BudgetLine(ref=f"t-{at}", budget=budget, category=category, activity=activity, amount=100, **AUD)
        for at, activity in enumerate(Activity.objects.order_by("pk")[:5])
    ]
    budget_line_verbs.add(more, by=marta, now=now)
    with django_assert_num_queries(4):
        lines(budget, NEW_YEARS_EVE)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"amount": -1}, "a commitment is more than nothing"),
        ({"expected_on": date(2021, 1, 1)}, "lies before the day of the commitment"),
        ({"closed_on": NEW_YEARS_EVE}, "what is closed or cancelled has its day, and nothing else has"),
        ({"closed_on": date(2021, 1, 1), "state": "closed"}, "lies before the day of the commitment"),
        ({"currency": "aud"}, "is no currency code of three capital letters, such as AUD"),
    ],
)
def test_a_commitment_that_cannot_be_says_why(office, marta, now, values, says):
    commitment = Commitment.objects.get(ref="k2022-02")
    for name, value in values.items():
        setattr(commitment, name, value)

    with pytest.raises(Refused, match=says):
        commitment_verbs.change([commitment], by=marta, now=now)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"amount": -1}, "is what the line will have cost at its end: nothing or more"),
        ({"on": date(2023, 1, 1)}, "lies outside the span of the budget"),
    ],
)
def test_a_forecast_that_cannot_be_says_why(office, marta, now, values, says):
    forecast = Forecast.objects.get(ref="f2022-prog-cp1-11")
    for name, value in values.items():
        setattr(forecast, name, value)

    with pytest.raises(Refused, match=says):
        forecast_verbs.change([forecast], by=marta, now=now)
