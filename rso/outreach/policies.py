"""Who may do what with the office's part in what others do."""

from django.utils.translation import gettext_lazy as _

from rso.accounts.models import OFFICE_ROLES, Role
from rso.core.permissions import permissions

SEE_ENGAGEMENTS = permissions.declare("engagements.see", _("see the office’s engagements"), *OFFICE_ROLES)
KEEP_ENGAGEMENTS = permissions.declare(
    "engagements.keep",
    _("enter, change and remove engagements"),
    *(Role.COMMUNICATIONS_OFFICER, Role.PROGRAMME_OFFICER, Role.CO_MANAGER),
)
