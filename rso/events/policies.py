"""Who may do what with events and those who take part in them."""

from django.utils.translation import gettext_lazy as _

from rso.accounts.models import OFFICE_ROLES, Role
from rso.core.permissions import permissions

SEE_EVENTS = permissions.declare("events.see", _("see the office’s events"), *OFFICE_ROLES)
KEEP_EVENTS = permissions.declare(
    "events.keep",
    _("plan, change, hold and cancel events"),
    *(Role.PROGRAMME_OFFICER, Role.MONITORING_OFFICER, Role.CO_MANAGER),
)
SEE_PARTICIPANTS = permissions.declare(
    "participants.see",
    _("see who took part in an event, and the names behind figures"),
    *(Role.PROGRAMME_OFFICER, Role.MONITORING_OFFICER, Role.CO_MANAGER, Role.DATA_PROTECTION_LEAD),
)
KEEP_PARTICIPANTS = permissions.declare(
    "participants.keep",
    _("enter and correct who took part in an event"),
    *(Role.PROGRAMME_OFFICER, Role.MONITORING_OFFICER, Role.CO_MANAGER),
)
KEEP_QUOTES = permissions.declare(
    "quotes.keep",
    _("keep what participants said, with their consent"),
    *(Role.PROGRAMME_OFFICER, Role.MONITORING_OFFICER, Role.COMMUNICATIONS_OFFICER, Role.CO_MANAGER),
)
