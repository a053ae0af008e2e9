"""Verbs of this room. The ledger is corrected by entries, never by erasing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rso.core import history, verbs
from rso.core.verbs import Problem, Verbs, plain, refuse
from rso.finance.models import Amount, Budget, Contribution, ContributionActivity, ContributionState, Expenditure, Rate
from rso.workplan.actions import check_dates

if TYPE_CHECKING:
    from rso.accounts.models import User


#: Amount × rate must stay within what the database can multiply.
LARGEST_RATE = 10**6


def is_currency(code: str) -> bool:
    """Whether a text has the form of an ISO 4217 code."""
    return len(code) == 3 and code.isascii() and code.isupper()


def check_rates(rates: Sequence[Rate]) -> Iterable[Problem]:
    for at, rate in enumerate(rates):
        if not is_currency(rate.currency):
            yield Problem(at, "currency", _("is no currency code of three capital letters, such as AUD"))


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


def check_budgets(budgets: Sequence[Budget]) -> Iterable[Problem]:
    yield from check_dates(budgets)


rate_verbs = plain(check_rates)
contribution_verbs = plain(check_contributions)
category_verbs = plain()
budget_verbs = plain(check_budgets)
budget_line_verbs = plain(check_amounts)


def set_activities(wanted: Mapping[Contribution, verbs.Rows], *, by: User, now: datetime) -> None:
    verbs.relate(ContributionActivity, wanted, parent="contribution", verb="activities set", by=by, now=now)


def check_expenditure(entries: Sequence[Expenditure]) -> Iterable[Problem]:
    yield from check_amounts(entries)
    for at, row in enumerate(entries):
        if row.amount == 0:
            yield Problem(at, "amount", _("an entry of nothing is no entry"))
        other = row.reverses
        if other is None:
            continue
        if other.reverses_id is not None:
            yield Problem(at, "reverses", _("%(ref)s is itself a reversing entry") % {"ref": other.ref})
        same = (other.amount, other.currency, other.rate, other.scale, other.category_id, other.activity_id)
        if (-row.amount, row.currency, row.rate, row.scale, row.category_id, row.activity_id) != same:
            yield Problem(
                at, "reverses", _("a reversing entry repeats %(ref)s with the opposite sign") % {"ref": other.ref}
            )


def post_expenditure(entries: Sequence[Expenditure], *, by: User, now: datetime) -> Sequence[Expenditure]:
    """Posts entries to the ledger."""
    refuse(check_expenditure(entries))
    return verbs.add(entries, verb="posted", by=by, now=now)


def reverse_expenditure(
    entries: Sequence[Expenditure], *, on: date, by: User, now: datetime, reason: str
) -> Sequence[Expenditure]:
    """Corrects ledger entries: each gets an entry of the opposite amount on the given day. The old one stays."""
    taken = set(Expenditure.objects.filter(reverses__in=entries).values_list("reverses", flat=True))
    refuse(Problem(at, "reverses", _("is reversed already")) for at, row in enumerate(entries) if row.pk in taken)
    mirrored = [
        Expenditure(
            ref=f"{row.ref}-r",
            spent_on=on,
            category=row.category,
            activity=row.activity,
            amount=-row.amount,
            currency=row.currency,
            rate=row.rate,
            scale=row.scale,
            rate_on=row.rate_on,
            basis=row.basis,
            source=row.source,
            text=row.text,
            reverses=row,
        )
        for row in entries
    ]
    refuse(check_expenditure(mirrored))
    return verbs.add(mirrored, verb="reversed", by=by, now=now, reason=reason)


def refuse_alteration(entries: Sequence[Expenditure], **_given: Any) -> None:
    """The ledger is never altered or erased: the error says what to do instead."""
    refuse(
        Problem(at, "amount", _("is in the ledger and is never altered; post an entry that reverses it, and a new one"))
        for at, _entry in enumerate(entries)
    )


expenditure_verbs = Verbs(post_expenditure, refuse_alteration, refuse_alteration)

history.says("activities set", gettext_lazy("%(who)s set what it pays for"))
history.says("posted", gettext_lazy("%(who)s posted the entry"))
history.says("reversed", gettext_lazy("%(who)s reversed an entry by this one"))
