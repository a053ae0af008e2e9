"""The office's money: desks of this room, where each line of a budget stands, and the extract of the ledger."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import path
from django.utils.translation import gettext_lazy as _

from rso.core.office import Act, Col, Desk, Place, Related, Section, View, desks
from rso.core.office.acts import REASON
from rso.finance import actions, ledger_pages, line_pages, states
from rso.finance.figures import in_whole, in_words
from rso.finance.models import (
    Budget,
    BudgetLine,
    Category,
    Commitment,
    CommitmentState,
    Contribution,
    Expenditure,
    Forecast,
    Rate,
)
from rso.finance.policies import KEEP_MONEY, SEE_MONEY

HOW_KNOWN = Section(_("How it is known"), "basis source")
HOW_MUCH = Section(_("How much"), "amount currency rate scale rate_on")
AMOUNT = Col(
    "amount", _("Amount"), lambda row: f"{in_words(row.amount)} {row.currency}", ("amount",), True,
    exact=lambda row: in_whole(row.amount), unit="currency",
)  # fmt: skip
IN_OURS = Col(
    "office_amount", _("In the office’s currency"), lambda row: in_words(row.office_amount), ("office_amount",), True,
    exact=lambda row: in_whole(row.office_amount),
)  # fmt: skip
EXPECTED = Col(
    "amount", _("At the line’s end"), lambda row: in_words(row.amount), ("amount",), True,
    exact=lambda row: in_whole(row.amount),
)  # fmt: skip
MONEY = (AMOUNT, IN_OURS)


def in_both(row: Any) -> str:
    """An amount in its own currency, and in the office's where that is another."""
    ours = f"{in_words(row.office_amount)} {settings.OFFICE_CURRENCY}"
    return ours if row.currency == settings.OFFICE_CURRENCY else f"{AMOUNT.show(row)} = {ours}"


def why_not_reversed(entry: Any, _by: Any) -> str:
    if entry.reverses_id:
        return str(_("is itself a reversing entry"))
    return str(_("is reversed already")) if hasattr(entry, "reversed_by") else ""


REVERSE = Act(
    "reverse", _("Reverse"), KEEP_MONEY, actions.reverse_on_their_days, asks=(REASON,), why_not=why_not_reversed, final=True,
    says=_("The entry stays. One of the opposite amount is posted on the same day; then post what is right."),
)  # fmt: skip

desks.declare_place(Place("money", _("Money"), SEE_MONEY, "office-money", begins=True))
desks.declare_place(Place("ledger", _("Ledger extracts"), SEE_MONEY, "office-ledger", under="money"))
desks.declare(
    Desk(
        "expenditure",
        Expenditure,
        _("Ledger"),
        SEE_MONEY,
        KEEP_MONEY,
        columns="text spent_on category activity amount office_amount voucher basis",
        filters="spent_on category activity currency commitment basis",
        order=("-spent_on",),
        new=_("Post an entry"),
        prefix="x",
        settled=True,
        under="money",
        needs=("category", "activity", "reversed_by"),
        sections=(Section(_("What for"), "spent_on category activity text commitment voucher"), HOW_MUCH, HOW_KNOWN),
        acts=(REVERSE,),
        views=(View("reversing", _("Reversing entries"), lambda user, day: Q(reverses__isnull=False)),),
        more=MONEY,
        tells=in_both,
        blank=_("Nothing has been spent yet."),
    ),
    Desk(
        "commitments",
        Commitment,
        _("Commitments"),
        SEE_MONEY,
        KEEP_MONEY,
        columns="text state expected_on category activity amount office_amount",
        filters="state expected_on category activity",
        order=("expected_on",),
        new=_("New commitment"),
        prefix="k",
        under="money",
        machine=states.commitments,
        sections=(
            Section(_("What is ordered"), "text category activity committed_on expected_on"),
            HOW_MUCH,
            HOW_KNOWN,
        ),
        views=(
            View("open", _("Open"), lambda user, day: Q(state=CommitmentState.OPEN)),
            View("overdue", _("Overdue"), lambda user, day: Q(state=CommitmentState.OPEN, expected_on__lt=day)),
        ),
        related=(Related("expenditure", "commitment", "text spent_on office_amount"),),
        more=MONEY,
        tells=in_both,
        blank=_("Nothing is ordered that is not yet paid."),
    ),
    Desk(
        "budgets",
        Budget,
        _("Budgets"),
        SEE_MONEY,
        KEEP_MONEY,
        columns="title kind starts_on ends_on basis",
        filters="kind basis",
        order=("-starts_on",),
        new=_("New budget"),
        prefix="b",
        under="money",
        sections=(Section(_("What and when"), "title kind starts_on ends_on"), HOW_KNOWN),
        related=(Related("budget-lines", "budget"),),
        blank=_("There is no budget yet."),
    ),
    Desk(
        "budget-lines",
        BudgetLine,
        _("Budget lines"),
        SEE_MONEY,
        KEEP_MONEY,
        columns="category activity amount office_amount budget",
        filters="budget category activity",
        order=("-budget__starts_on", "category__order"),
        new=_("New line"),
        prefix="line",
        under="money",
        sections=(Section(_("What for"), "budget category activity"), HOW_MUCH, HOW_KNOWN),
        related=(Related("forecasts", "line"),),
        more=MONEY,
        tells=in_both,
        blank=_("No budget has lines yet."),
    ),
    Desk(
        "forecasts",
        Forecast,
        _("Forecasts"),
        SEE_MONEY,
        KEEP_MONEY,
        columns="line on amount entered_by reason",
        filters="line on entered_by",
        order=("-on",),
        new=_("New forecast"),
        prefix="f",
        under="money",
        needs=("line__category", "line__budget", "line__activity"),
        sections=(Section(_("What is expected"), "line amount on reason"), HOW_KNOWN),
        more=(EXPECTED,),
        blank=_("No forecast has been entered yet."),
    ),
    Desk(
        "contributions",
        Contribution,
        _("Contributions"),
        SEE_MONEY,
        KEEP_MONEY,
        columns="title funder state received_on amount office_amount",
        filters="state kind funder starts_on basis",
        order=("-starts_on",),
        new=_("New contribution"),
        prefix="c",
        under="money",
        sections=(
            Section(_("Who gives what"), "title funder kind purpose_text activities"),
            HOW_MUCH,
            Section(_("When"), "state announced_on signed_on received_on precision starts_on ends_on"),
            HOW_KNOWN,
        ),
        more=MONEY,
        tells=in_both,
        blank=_("No contribution is on record yet."),
    ),
    Desk(
        "rates",
        Rate,
        _("Exchange rates"),
        SEE_MONEY,
        KEEP_MONEY,
        columns="ref currency on rate scale source",
        filters="currency on",
        order=("-on",),
        new=_("New rate"),
        under="money",
        sections=(Section(_("Rate"), "ref currency on rate scale source"),),
        blank=_("There is no rate yet."),
    ),
    Desk(
        "categories",
        Category,
        _("Categories"),
        SEE_MONEY,
        KEEP_MONEY,
        columns="title short group purpose order",
        filters="group purpose",
        order=("order",),
        new=_("New category"),
        under="money",
        sections=(
            Section(_("Name"), "ref title short order"),
            Section(_("Where it counts"), "group purpose"),
            Section(_("In other languages"), "title_id title_th short_id short_th"),
        ),
        blank=_("There is no category yet."),
    ),
)

#: An activity's money, for those who see it: what was spent and ordered on it, and who pays.
desks.extend(
    "activities",
    related=(
        Related("expenditure", "activity", "text spent_on amount office_amount"),
        Related("commitments", "activity", "text state expected_on office_amount"),
        Related("contributions", "pays_for__activity", "title funder state amount", _("Who pays for it")),
    ),
)
desks.extend("members", related=(Related("contributions", "funder", "title state received_on amount"),))

urlpatterns = [
    path("office/finance/lines/", line_pages.show, name="office-money"),
    path(
        "office/finance/lines/<ref:budget>/<ref:category>/<slug:what>/", line_pages.records, name="office-money-records"
    ),
    path("office/finance/ledger/", ledger_pages.uploads, name="office-ledger"),
    path("office/finance/ledger/<ref:ref>/", ledger_pages.upload, name="office-ledger-upload"),
]
