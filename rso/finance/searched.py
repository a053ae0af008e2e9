"""What search finds of this room. But for contributions, all of it is found by the office alone."""

from __future__ import annotations

from rso.core.search.registry import OFFICE, searched
from rso.finance.models import Budget, Category, Commitment, Contribution, Expenditure
from rso.workplan.searched import titles_of

searched.declare(Contribution, "title", "purpose_text", related=("funder",))
searched.declare(Expenditure, "text", visible=OFFICE, url=lambda entry: "")
searched.declare(Commitment, "text", visible=OFFICE, url=lambda commitment: "")
searched.declare(Budget, "title", visible=OFFICE, url=lambda budget: "")
searched.declare(Category, titles_of, "short", "shorts", visible=OFFICE, url=lambda category: "")
