"""Who may do what with reports, with the sources that records rest on, with notes on figures and with the office's own record."""

from django.utils.translation import gettext_lazy as _

from rso.accounts.models import OFFICE_ROLES, Role
from rso.core.closing import PERMISSION
from rso.core.permissions import permissions

SEE_REPORTS = permissions.declare("reports.see", _("see reports, their texts, sources and notes"), *OFFICE_ROLES)
WRITE_REPORTS = permissions.declare(
    "reports.write",
    _("open reports and write the texts of their sections"),
    *(Role.MONITORING_OFFICER, Role.COMMUNICATIONS_OFFICER, Role.PROGRAMME_OFFICER, Role.CO_MANAGER),
)
APPROVE_REPORTS = permissions.declare(
    "reports.approve",
    _("approve texts that another wrote, approve reports and sign them for publication"),
    Role.CO_MANAGER,
)
KEEP_SOURCES = permissions.declare(
    "sources.keep",
    _("keep sources, what they state, where they contradict themselves, and notes on figures"),
    *(Role.MONITORING_OFFICER, Role.COMMUNICATIONS_OFFICER, Role.CO_MANAGER),
)
KEEP_THE_OFFICE = permissions.declare(
    "office.keep", _("change what pages and reports say of the office itself"), Role.CO_MANAGER
)
PUBLISH = permissions.declare(
    "reports.publish", _("publish a report together with the other co-manager"), Role.CO_MANAGER
)
EXPLAIN = permissions.declare(
    "reports.explain", _("say why a published figure has moved"), *(Role.MONITORING_OFFICER, Role.CO_MANAGER)
)
CLOSE_PERIODS = permissions.declare(
    PERMISSION, _("close a period, and change its records with a reason"), Role.CO_MANAGER
)
