"""The states of a commitment, and who may lead it from one to another."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rso.core.states import Machine, Step
from rso.finance.models import Commitment, CommitmentState
from rso.finance.policies import KEEP_MONEY
from rso.finance.rules import check_commitments

OPEN, CLOSED, CANCELLED = CommitmentState.OPEN, CommitmentState.CLOSED, CommitmentState.CANCELLED


def on_its_day(thing: Any, now: datetime) -> None:
    thing.closed_on = None if thing.state == OPEN else timezone.localdate(now)


commitments = Machine(
    Commitment,
    (
        Step("close", _("Close"), (OPEN,), CLOSED, KEEP_MONEY, sets=on_its_day),
        Step("cancel", _("Cancel"), (OPEN,), CANCELLED, KEEP_MONEY, asks_reason=True, sets=on_its_day),
        Step("open_again", _("Open again"), (CLOSED, CANCELLED), OPEN, KEEP_MONEY, asks_reason=True, sets=on_its_day),
    ),
    looks={OPEN: "info", CLOSED: "ok", CANCELLED: "stop"},
    check=check_commitments,
)
