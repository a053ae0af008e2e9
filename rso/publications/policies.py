"""Who may do what with the works that the office issues."""

from django.utils.translation import gettext_lazy as _

from rso.accounts.models import OFFICE_ROLES, Role
from rso.core.permissions import permissions

SEE_PUBLICATIONS = permissions.declare(
    "publications.see",
    _("see the office’s publications, drafts too, and review those for which they are asked"),
    *OFFICE_ROLES,
)
KEEP_PUBLICATIONS = permissions.declare(
    "publications.keep",
    _("write publications, send them to review, record what partners answer, publish and withdraw"),
    *(Role.COMMUNICATIONS_OFFICER, Role.PROGRAMME_OFFICER, Role.CO_MANAGER),
)
CLEAR_PUBLICATIONS = permissions.declare(
    "publications.clear", _("clear publications that others have sent to review"), Role.CO_MANAGER
)
