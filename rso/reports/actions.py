"""Verbs of this room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rso.core import verbs
from rso.core.periods import Period, UnknownPeriod
from rso.core.verbs import Problem, plain
from rso.reports.models import Inconsistency, InconsistentStatement, Report

if TYPE_CHECKING:
    from rso.accounts.models import User


def check_reports(reports: Sequence[Report]) -> Iterable[Problem]:
    for at, report in enumerate(reports):
        try:
            Period.parse(report.period)
        except UnknownPeriod as error:
            yield Problem(at, "period", str(error))


report_verbs = plain(check_reports)
text_verbs = plain()
inconsistency_verbs = plain()


def set_statements(wanted: Mapping[Inconsistency, verbs.Rows], *, by: User, now: datetime) -> None:
    verbs.relate(InconsistentStatement, wanted, parent="inconsistency", verb="statements set", by=by, now=now)
