"""Who may do what with the office's money."""

from django.utils.translation import gettext_lazy as _

from rso.accounts.models import OFFICE_ROLES, Role
from rso.core.permissions import permissions

SEE_MONEY = permissions.declare("finance.see", _("see budgets, commitments, the ledger and forecasts"), *OFFICE_ROLES)
KEEP_MONEY = permissions.declare(
    "finance.keep",
    _("enter extracts of the ledger, and keep contributions, budgets, commitments, forecasts and rates"),
    Role.FINANCE_OFFICER,
)
