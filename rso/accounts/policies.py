"""Who may do what with accounts and with the audit trail, and who is of the office at all."""

from django.utils.translation import gettext_lazy as _

from rso.accounts.models import OFFICE_ROLES, Role
from rso.core.permissions import permissions

HAVE_A_HOME = permissions.declare(
    "home.have", _("see the home of the States and organisations whose focal point they are"), Role.FOCAL_POINT
)
SEE_THE_OFFICE = permissions.declare(
    "office.see", _("see the office’s pages and the records behind figures, but those that name people"), *OFFICE_ROLES
)
KEEP_ACCOUNTS = permissions.declare("accounts.keep", _("open, change and disable accounts"), Role.ADMINISTRATOR)
READ_AUDIT_TRAIL = permissions.declare(
    "audit.read", _("read who saw personal data and who exported what"), Role.DATA_PROTECTION_LEAD
)
KEEP_KEYS = permissions.declare("keys.keep", _("make and revoke API keys"), Role.ADMINISTRATOR)
