"""Where a budget stands on a day, line by line: budget, commitments, spent, forecast; and the records behind each number.

These are no figures of the registry: what is held on a day is a commitment less what was paid of it by then, and a forecast
is the greater of two sums. A figure counts records; these subtract and compare them. All amounts are in the office's currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from rso.finance.models import Budget, BudgetLine, Category, Commitment, Expenditure, Forecast
from rso.workplan.models import Activity

#: A category, and an activity where the budget has a line for it.
Key = tuple[int, int | None]


@dataclass
class Line:
    """One line of a budget as it stands on a day. A category without a line in the budget has no budget and no forecast."""

    category: Category
    activity: Activity | None
    budget: int = 0
    spent: int = 0
    held: int = 0
    forecasts: list[Forecast] = field(default_factory=list)

    @property
    def expected(self) -> int:
        """What officers expect the line to have cost at its end."""
        return sum(entry.amount for entry in self.forecasts)

    @property
    def forecast(self) -> int:
        """What is spent and held, or what officers expect where that is more: a forecast never lies below the facts."""
        return max(self.spent + self.held, self.expected)

    @property
    def rest(self) -> int:
        """What officers expect beyond what is spent and held."""
        return self.forecast - self.spent - self.held

    def percent(self, amount: int) -> int | None:
        """An amount in whole per cents of the line's budget; None where the line has none."""
        return round(100 * amount / self.budget) if self.budget else None


@dataclass(frozen=True)
class Standing:
    """A budget on a day: its lines in the order of their categories."""

    budget: Budget
    on: date
    lines: Sequence[Line]

    def total(self, name: str) -> int:
        return sum(getattr(line, name) for line in self.lines)


def lines(budget: Budget, as_at: date) -> Standing:
    """The budget on a day, by a constant number of queries. Its lines and the rest of what was spent sum to all that was."""
    found: dict[Key, Line] = {}
    for row in budget.lines.select_related("category", "activity").order_by("category__order", "activity__ref", "ref"):
        line = found.setdefault((row.category_id, row.activity_id), Line(row.category, row.activity))
        line.budget += row.office_amount
    own = set(found)
    for category, activity, amount in _sums(spent(budget, as_at)):
        _line(found, own, category, activity).spent += amount
    for category, activity, rest in held(budget, as_at).values_list("category", "activity", "rest"):
        _line(found, own, category, activity).held += rest
    for entry in latest_forecasts(budget, as_at):
        found[entry.line.category_id, entry.line.activity_id].forecasts.append(entry)
    _name_unplanned(found, own)
    in_order = sorted(
        found.values(), key=lambda line: (line.category.order, line.activity is not None, str(line.activity))
    )
    return Standing(budget, as_at, in_order)


def _line(found: dict[Key, Line], own: set[Key], category: int, activity: int | None) -> Line:
    """The line that an entry falls on: the activity's own, else the category's."""
    key = (category, activity) if (category, activity) in own else (category, None)
    return found.setdefault(key, Line(Category(pk=category), None))


def _name_unplanned(found: dict[Key, Line], own: set[Key]) -> None:
    """Reads the categories that have entries and no line of their own."""
    categories = Category.objects.in_bulk([category for category, _activity in set(found) - own])
    for line in found.values():
        line.category = categories.get(line.category.pk, line.category)


def _sums(entries: QuerySet[Expenditure]) -> Iterable[tuple[int, int | None, int]]:
    return (
        entries.values_list("category", "activity").order_by("category", "activity").annotate(sum=Sum("office_amount"))
    )


def spent(budget: Budget, as_at: date) -> QuerySet[Expenditure]:
    """Entries of the ledger from the budget's first day to its last, or to the day."""
    return Expenditure.objects.filter(spent_on__range=(budget.starts_on, min(as_at, budget.ends_on)))


def held(budget: Budget, as_at: date) -> QuerySet[Any]:
    """Commitments open on the day that are to be paid within the budget's span, each with the `rest` that is not yet paid.

    `paid` and `rest` follow the rates of the payments' own days; what a changed rate leaves over goes when it is closed.
    """
    payments = Expenditure.objects.filter(commitment=OuterRef("pk"), spent_on__lte=as_at).order_by()
    paid = payments.values("commitment").annotate(sum=Sum("office_amount")).values("sum")
    return (
        Commitment.objects.filter(expected_on__range=(budget.starts_on, budget.ends_on), committed_on__lte=as_at)
        .filter(Q(closed_on__isnull=True) | Q(closed_on__gt=as_at))
        .annotate(paid=Coalesce(Subquery(paid), 0))
        .filter(office_amount__gt=F("paid"))
        .annotate(rest=F("office_amount") - F("paid"))
        .select_related("category", "activity")
        .order_by("expected_on", "ref")
    )


def latest_forecasts(budget: Budget, as_at: date) -> QuerySet[Forecast]:
    """The newest forecast of each line, of those that were made by the day."""
    newest = Forecast.objects.filter(line=OuterRef("line"), on__lte=as_at).order_by("-on").values("pk")[:1]
    return (
        Forecast.objects.filter(line__budget=budget, pk=Subquery(newest))
        .select_related("line", "entered_by")
        .order_by("line__ref")
    )


def of_line(records: QuerySet, budget: Budget, category: Category, activity: Activity | None) -> QuerySet:  # type: ignore[type-arg]
    """Those of the entries or commitments that fall on one line of the budget."""
    found = records.filter(category=category)
    if activity is not None:
        return found.filter(activity=activity)
    planned = BudgetLine.objects.filter(budget=budget, category=category, activity__isnull=False)
    return found.filter(Q(activity__isnull=True) | ~Q(activity__in=planned.values("activity")))


def budgets() -> QuerySet[Budget]:
    """Every budget, the newest first."""
    return Budget.objects.order_by("-starts_on", "kind", "ref")
