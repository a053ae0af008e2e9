"""The files of this room. Amounts are written in major units, rates as decimals of the office's currency."""

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from rso.core.loading.columns import Column, column, columns, links, money, translations
from rso.core.loading.tables import Link, Table, tables
from rso.finance import actions
from rso.finance.models import (
    Budget,
    BudgetLine,
    Category,
    Commitment,
    Contribution,
    ContributionActivity,
    Expenditure,
    Forecast,
    Rate,
)


def whole(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not int(text):
        raise ValueError
    return int(text)


def _ratio(model: Any, name: str) -> Column:
    field = model._meta.get_field(name)
    what = {"rate": "the rate as a whole number, over its scale", "scale": "the scale of the rate, such as 10000"}[name]
    return Column(
        name,
        name,
        name,
        False,
        what,
        "integer",
        parse_text=whole,
        default=1,
        label=field.verbose_name,
        hint=field.help_text,
    )


def amount(model: Any) -> tuple[Column, ...]:
    return (
        money(model, "amount"),
        *columns(model, "currency"),
        _ratio(model, "rate"),
        _ratio(model, "scale"),
        *columns(model, "rate_on"),
    )


tables.declare(
    Table(
        "rates.csv",
        Rate,
        (
            *columns(Rate, "ref", "currency", "on"),
            _ratio(Rate, "rate"),
            _ratio(Rate, "scale"),
            *columns(Rate, "source"),
        ),
        actions.rate_verbs,
    )
)
tables.declare(
    Table(
        "contributions.csv",
        Contribution,
        (
            *columns(Contribution, "ref", "title", "funder", "kind", "state"),
            *amount(Contribution),
            *columns(Contribution, "announced_on", "signed_on", "received_on", "precision", "starts_on", "ends_on"),
            *columns(Contribution, "purpose_text"),
            links("activities", ContributionActivity, "activity", label=_("activities that it pays for")),
            *columns(Contribution, "basis", "source"),
        ),
        actions.contribution_verbs,
        (Link(ContributionActivity, "contribution", actions.set_activities),),
    )
)
tables.declare(
    Table(
        "categories.csv",
        Category,
        (
            *columns(Category, "ref", "order", "title", "short", "group", "purpose"),
            *translations(Category, "title"),
            *translations(Category, "short"),
        ),
        actions.category_verbs,
    )
)
tables.declare(
    Table(
        "budgets.csv",
        Budget,
        columns(Budget, "ref", "title", "kind", "starts_on", "ends_on", "basis", "source"),
        actions.budget_verbs,
    )
)
tables.declare(
    Table(
        "budget_lines.csv",
        BudgetLine,
        (
            *columns(BudgetLine, "ref", "budget", "category", "activity"),
            *amount(BudgetLine),
            *columns(BudgetLine, "basis", "source"),
        ),
        actions.budget_line_verbs,
    )
)
tables.declare(
    Table(
        "forecasts.csv",
        Forecast,
        (
            *columns(Forecast, "ref", "line"),
            money(Forecast, "amount"),
            *columns(Forecast, "on"),
            column(Forecast, "entered_by", required=False),
            *columns(Forecast, "reason", "basis", "source"),
        ),
        actions.forecast_verbs,
    )
)
tables.declare(
    Table(
        "commitments.csv",
        Commitment,
        (
            *columns(Commitment, "ref", "text", "category", "activity", "committed_on", "expected_on"),
            *columns(Commitment, "state", "closed_on"),
            *amount(Commitment),
            *columns(Commitment, "basis", "source"),
        ),
        actions.commitment_verbs,
    )
)
tables.declare(
    Table(
        "expenditure.csv",
        Expenditure,
        (
            *columns(Expenditure, "ref", "spent_on", "category", "activity"),
            *amount(Expenditure),
            *columns(Expenditure, "text", "voucher", "commitment", "reverses", "basis", "source"),
        ),
        actions.expenditure_verbs,
    )
)
