"""The figures of this room: income, expenditure and its shares, budgets."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from rso.core.figures import (
    BASIS,
    BASIS_COLUMN,
    Column,
    Dimension,
    Figure,
    NamedTable,
    Share,
    Slice,
    Source,
    Total,
    month_of,
    registry,
    units,
    year_of,
)
from rso.core.periods import Period, known_day, show_day
from rso.finance.models import (
    BudgetKind,
    BudgetLine,
    Category,
    CategoryGroup,
    Contribution,
    ContributionState,
    Expenditure,
    FundingKind,
)
from rso.members.models import Body
from rso.workplan.dimensions import purposes
from rso.workplan.models import CorePurpose


def category_groups() -> tuple[list[tuple[str, str]], dict[str, str]]:
    """Programme costs with visibility beside people and running costs: the two halves of the chart."""
    names = [
        ("programme", str(CategoryGroup.PROGRAMME.label)),
        ("running", str(CategoryGroup.STAFF_AND_OPERATIONS.label)),
    ]
    rows = Category.objects.values_list("ref", "group")
    return names, {
        ref: "running" if group == CategoryGroup.STAFF_AND_OPERATIONS else "programme" for ref, group in rows
    }


def categories(_period: Period) -> list[int]:
    return list(Category.objects.order_by("order").values_list("pk", flat=True))


CATEGORY = Dimension("category", _("Category"), "category", Category, expected=categories, groups=category_groups)
PURPOSE = Dimension("purpose", _("Core purpose"), "category__purpose", CorePurpose, expected=purposes)
CURRENCY = Dimension("currency", _("Currency"), "currency")


def in_whole(minor: int) -> Decimal:
    """An amount of minor units as a number that can be added up."""
    return Decimal(minor).scaleb(-2)


def in_words(minor: int) -> str:
    """An amount of minor units as the language in force writes it, always with its cents."""
    return formats.number_format(in_whole(minor), 2, force_grouping=True)


MONEY = (
    Column("currency", _("Currency"), lambda row: row.currency),
    Column("amount", _("Amount"), lambda row: in_words(row.amount), True, lambda row: row.amount / 100),
    Column(
        "office_amount",
        _("In the office’s currency"),
        lambda row: in_words(row.office_amount),
        True,
        lambda row: row.office_amount / 100,
    ),
    BASIS_COLUMN,
)

EXPENDITURE = Source(
    "expenditure",
    _("Expenditure"),
    Expenditure,
    when=("spent_on",),
    related=("category", "activity"),
    dimensions=(CATEGORY, PURPOSE, CURRENCY, month_of("spent_on"), year_of("spent_on"), BASIS),
    columns=(
        Column("spent", _("Day"), lambda row: show_day(row.spent_on), exact=lambda row: known_day(row.spent_on)),
        Column("category", _("Category"), lambda row: row.category.label),
        Column("activity", _("Activity"), lambda row: row.activity or "–"),
        Column("text", _("Text"), lambda row: row.text, prose=True),
        *MONEY,
    ),
)
CONTRIBUTION_COLUMNS = (
    Column("title", _("Contribution"), lambda row: row),
    Column("funder", _("Funder"), lambda row: row.funder),
    Column("state", _("Status"), lambda row: row.get_state_display()),
    *MONEY,
)
FUNDER = Dimension("funder", _("Funder"), "funder", Body)
FUNDING_KIND = Dimension("kind", _("Kind of funding"), "kind", FundingKind)
RECEIPT = Source(
    "receipt", _("Contributions by day of receipt"), Contribution, when=("received_on",), precision="precision", related=("funder",),
    dimensions=(FUNDER, FUNDING_KIND, CURRENCY, month_of("received_on"), BASIS), columns=CONTRIBUTION_COLUMNS,
)  # fmt: skip
CONTRIBUTION = Source(
    "contribution", _("Contributions by the span they are for"), Contribution, when=("starts_on",), related=("funder",),
    dimensions=(FUNDER, FUNDING_KIND, Dimension("state", _("Status"), "state", ContributionState), CURRENCY, BASIS),
    columns=CONTRIBUTION_COLUMNS,
)  # fmt: skip
BUDGET_COLUMNS = (
    Column("budget", _("Budget"), lambda row: row.budget.title, prose=True),
    Column("category", _("Category"), lambda row: row.category.label),
    *MONEY,
)
BUDGET = Source(
    "budget", _("Lines of annual budgets"), BudgetLine, when=("budget__starts_on",), related=("budget", "category"),
    dimensions=(CATEGORY, PURPOSE, CURRENCY, BASIS), columns=BUDGET_COLUMNS,
)  # fmt: skip


def spanning(lines: QuerySet[Any, Any], on: date) -> QuerySet[Any, Any]:
    return lines.filter(budget__starts_on__lte=on, budget__ends_on__gte=on)


OPERATING = Source(
    "operating-budget", _("Lines of the operating budget"), BudgetLine, when=(), stock=spanning, related=("budget", "category"),
    dimensions=(CATEGORY, PURPOSE, CURRENCY, BASIS), columns=BUDGET_COLUMNS,
)  # fmt: skip

income = registry.figure(
    Figure(
        "income", _("Income"), units.MONEY, RECEIPT, Total("office_amount"),
        _("Sums contributions that were received in the period, in the office’s currency at the rate of their day."),
        _("What was announced or signed and has not come in is no income."),
        where=Q(state=ContributionState.RECEIVED),
    )
)  # fmt: skip
contributions = registry.figure(
    Figure(
        "contributions", _("Contributions"), units.MONEY, CONTRIBUTION, Total("office_amount"),
        _("Sums contributions for spans that begin in the period, announced, signed or received."),
        _("Announced is not money: income counts what came in."),
    )
)  # fmt: skip
expenditure = registry.figure(
    Figure(
        "expenditure", _("Expenditure"), units.MONEY, EXPENDITURE, Total("office_amount"),
        _("Sums ledger entries of the period in the office’s currency at the rate of their day; reversing entries count with their sign."),
        _("Leaves out commitments, and co-managers, whom their own governments pay."),
    )
)  # fmt: skip
core_staff_share = registry.figure(
    Figure(
        "core-staff-share", _("Core staff’s share"), units.PERCENT, EXPENDITURE,
        Share(Slice("expenditure", "category", ("STAFF-CORE",)), Slice("expenditure")),
        _("Cost of the office’s core staff in per cent of expenditure."),
        _("Staff of the host are counted apart; consultants stand with the programme they worked for."),
    )
)  # fmt: skip
host_staff_share = registry.figure(
    Figure(
        "host-staff-share", _("Host staff’s share"), units.PERCENT, EXPENDITURE,
        Share(Slice("expenditure", "category", ("STAFF-IOM",)), Slice("expenditure")),
        _("Cost of the host organisation’s staff who run administration and operations, in per cent of expenditure."),
        _("The host’s service fee and overhead are a category of their own."),
    )
)  # fmt: skip
budget = registry.figure(
    Figure(
        "budget", _("Budget"), units.MONEY, BUDGET, Total("office_amount"),
        _("Sums the lines of annual budgets that begin in the period."),
        _("Leaves out the operating budget over several years, of which they are parts."),
        parents=Q(kind=BudgetKind.ANNUAL),
    )
)  # fmt: skip
operating_budget = registry.figure(
    Figure(
        "operating-budget", _("Operating budget"), units.MONEY, OPERATING, Total("office_amount"),
        _("Sums the lines of the operating budget whose span contains the last day of the period."),
        _("It is a sum over the budget’s whole span, not over the period."),
        where=Q(budget__kind=BudgetKind.OPERATING),
    )
)  # fmt: skip
budget_against_expenditure = registry.figure(
    Figure(
        "budget-against-expenditure", _("Expenditure against budget"), units.PERCENT, EXPENDITURE,
        Share(Slice("expenditure"), Slice("budget")),
        _("Expenditure of the period in per cent of its annual budget."),
        _("Leaves out commitments not yet paid."),
    )
)  # fmt: skip
contribution_share = registry.figure(
    Figure(
        "contribution-share-of-budget", _("Contributions’ share of the operating budget"), units.PERCENT, CONTRIBUTION,
        Share(Slice("contributions"), Slice("operating-budget")),
        _("Contributions for the period in per cent of the operating budget whose span contains it."),
        _("The budget’s span is longer than the period, so this compares a sum for one span with a sum for another."),
    )
)  # fmt: skip
registry.table(
    NamedTable("expenditure-by-category", _("Expenditure by category"), "expenditure", ("category",), shares=True)
)
registry.table(
    NamedTable("expenditure-by-purpose", _("Expenditure by core purpose"), "expenditure", ("purpose",), shares=True)
)
