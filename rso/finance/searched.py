"""What search finds of this room. Entries of the ledger are found by the office alone."""

from __future__ import annotations

from rso.core.search.registry import OFFICE, searched
from rso.finance.models import Contribution, Expenditure

searched.declare(Contribution, "title", "purpose_text", related=("funder",))
searched.declare(Expenditure, "text", visible=OFFICE, url=lambda entry: "")
