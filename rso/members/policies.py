"""Who may do what with bodies, groups and the people who speak for them, and whose home a person may see."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from rso.accounts.models import OFFICE_ROLES, Role
from rso.core.permissions import permissions
from rso.members.models import Body, BodyKind, BodyQuerySet

if TYPE_CHECKING:
    from rso.accounts.models import User

SEE_BODIES = permissions.declare("bodies.see", _("see members, partners and agencies, and the groups"), *OFFICE_ROLES)
KEEP_BODIES = permissions.declare(
    "bodies.keep",
    _("add and change members, partners and agencies, and the groups"),
    *(Role.PROGRAMME_OFFICER, Role.MONITORING_OFFICER, Role.CO_MANAGER, Role.ADMINISTRATOR),
)
SEE_PEOPLE = permissions.declare(
    "people.see",
    _("see people and who speaks for a member"),
    *(Role.PROGRAMME_OFFICER, Role.MONITORING_OFFICER, Role.CO_MANAGER, Role.DATA_PROTECTION_LEAD),
)
KEEP_PEOPLE = permissions.declare(
    "people.keep",
    _("add and change people and who speaks for a member"),
    *(Role.PROGRAMME_OFFICER, Role.MONITORING_OFFICER, Role.CO_MANAGER),
)
LOOK_INTO_HOMES = permissions.declare(
    "home.look",
    _("look into the home of a State or organisation as its focal points see it"),
    Role.PROGRAMME_OFFICER,
    Role.MONITORING_OFFICER,
    Role.DATA_PROTECTION_LEAD,
    Role.CO_MANAGER,
)


def homes_open_to(user: User | AnonymousUser, on: date) -> BodyQuerySet:
    """The bodies whose home a person may see on a day. Agencies have none: their State or organisation speaks for them."""
    with_a_home = Body.objects.exclude(kind=BodyKind.AGENCY)
    return with_a_home if LOOK_INTO_HOMES.allows(user) else with_a_home.spoken_for_by(user, on)
