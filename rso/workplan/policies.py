"""Who may do what with requests, undertakings, priority issues and the work plan."""

from django.utils.translation import gettext_lazy as _

from rso.accounts.models import OFFICE_ROLES, Role
from rso.core.permissions import permissions

SEE_WORK = permissions.declare("work.see", _("see what members asked for and the work plan"), *OFFICE_ROLES)
KEEP_WORK = permissions.declare(
    "work.keep",
    _("enter and answer requests, follow undertakings, plan and change activities"),
    *(Role.PROGRAMME_OFFICER, Role.MONITORING_OFFICER, Role.CO_MANAGER),
)
KEEP_LISTS = permissions.declare(
    "lists.keep", _("change the core purposes and the themes"), *(Role.MONITORING_OFFICER, Role.CO_MANAGER)
)
