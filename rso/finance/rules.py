"""What must hold for the nouns of this room before a verb writes them: each objection names its row and field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from rso.core.closing import closed_for
from rso.core.verbs import Problem
from rso.finance.models import (
    Amount,
    Budget,
    Commitment,
    CommitmentState,
    Contribution,
    ContributionState,
    Expenditure,
    Forecast,
    Rate,
)
from rso.workplan.actions import check_dates

#: Amount × rate must stay within what the database can multiply.
LARGEST_RATE = 10**6


def is_currency(code: str) -> bool:
    """Whether a text has the form of an ISO 4217 code."""
    return re.fullmatch("[A-Z]{3}", code) is not None


def check_rates(rates: Sequence[Rate]) -> Iterable[Problem]:
    for at, rate in enumerate(rates):
        if not is_currency(rate.currency):
            yield Problem(at, "currency", _("is no currency code of three capital letters, such as AUD"))
        elif rate.currency == settings.OFFICE_CURRENCY:
            yield Problem(at, "currency", _("the office's own currency has the rate 1"))


def check_amounts(amounts: Sequence[Amount]) -> Iterable[Problem]:
    for at, row in enumerate(amounts):
        if abs(row.amount) > 10**12:
            yield Problem(at, "amount", _("is larger than the ledger holds"))
        if row.rate > LARGEST_RATE:
            yield Problem(at, "rate", _("is larger than 1,000,000; write it over a smaller scale"))
        if not is_currency(row.currency):
            yield Problem(at, "currency", _("is no currency code of three capital letters, such as AUD"))
            continue
        is_ours = row.currency == settings.OFFICE_CURRENCY
        if is_ours and (row.rate, row.scale) != (1, 1):
            yield Problem(at, "rate", _("the office's own currency has the rate 1"))
        if not is_ours and row.rate_on is None:
            yield Problem(at, "rate_on", _("a rate has its day"))


def check_contributions(contributions: Sequence[Contribution]) -> Iterable[Problem]:
    yield from check_amounts(contributions)
    yield from check_dates(contributions)
    for at, row in enumerate(contributions):
        if row.amount <= 0:
            yield Problem(at, "amount", _("a contribution is more than nothing"))
        if (row.state == ContributionState.RECEIVED) != bool(row.received_on):
            yield Problem(at, "received_on", _("what was received has its day, and nothing else has"))
        elif row.received_on and row.received_on > timezone.localdate():
            yield Problem(at, "received_on", _("lies in the future"))


def check_budgets(budgets: Sequence[Budget]) -> Iterable[Problem]:
    yield from check_dates(budgets)


def check_forecasts(forecasts: Sequence[Forecast]) -> Iterable[Problem]:
    for at, row in enumerate(forecasts):
        if not 0 <= row.amount <= 10**12:
            yield Problem(at, "amount", _("is what the line will have cost at its end: nothing or more"))
        if not row.line.budget.starts_on <= row.on <= row.line.budget.ends_on:
            yield Problem(at, "on", _("lies outside the span of the budget"))


def check_commitments(commitments: Sequence[Commitment]) -> Iterable[Problem]:
    yield from check_amounts(commitments)
    for at, row in enumerate(commitments):
        if row.amount <= 0:
            yield Problem(at, "amount", _("a commitment is more than nothing"))
        if row.expected_on < row.committed_on:
            yield Problem(at, "expected_on", _("lies before the day of the commitment"))
        if (row.state == CommitmentState.OPEN) != (row.closed_on is None):
            yield Problem(at, "closed_on", _("what is closed or cancelled has its day, and nothing else has"))
        elif row.closed_on and row.closed_on < row.committed_on:
            yield Problem(at, "closed_on", _("lies before the day of the commitment"))


def check_open(entries: Sequence[Expenditure]) -> Iterable[Problem]:
    """Days of the ledger that are closed. Whoever keeps money may not change them, and a co-manager keeps no money."""
    closed = closed_for(Expenditure)
    for at, row in enumerate(entries):
        for period in closed:
            if period.starts_on <= row.spent_on < period.ends_before:
                says = _("lies in %(period)s, which is closed; a co-manager must open it again first")
                yield Problem(at, "spent_on", says % {"period": period})
                break


#: What a reversing entry has in common with the one that it reverses.
MIRRORED = ("currency", "rate", "scale", "category_id", "activity_id", "commitment_id")


def check_expenditure(entries: Sequence[Expenditure]) -> Iterable[Problem]:
    yield from check_amounts(entries)
    today = timezone.localdate()
    for at, row in enumerate(entries):
        if row.amount == 0:
            yield Problem(at, "amount", _("an entry of nothing is no entry"))
        if row.commitment and row.commitment.category_id != row.category_id:
            yield Problem(at, "commitment", _("%(ref)s is of another category") % {"ref": row.commitment.ref})
        other = row.reverses
        if other is None:
            if row.spent_on > today:
                yield Problem(at, "spent_on", _("lies after today; the ledger holds what has been spent"))
            continue
        if other.reverses_id is not None:
            yield Problem(at, "reverses", _("%(ref)s is itself a reversing entry") % {"ref": other.ref})
        if any(getattr(row, name) != getattr(other, name) for name in MIRRORED) or row.amount != -other.amount:
            yield Problem(
                at, "reverses", _("a reversing entry repeats %(ref)s with the opposite sign") % {"ref": other.ref}
            )
