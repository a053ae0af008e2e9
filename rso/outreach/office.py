"""The office's desk of this room."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rso.core.office import HOW_KNOWN, Desk, Related, Section, View, desks
from rso.outreach.models import Engagement
from rso.outreach.policies import KEEP_ENGAGEMENTS, SEE_ENGAGEMENTS

desks.declare(
    Desk(
        "engagements",
        Engagement,
        _("Engagements"),
        SEE_ENGAGEMENTS,
        KEEP_ENGAGEMENTS,
        columns="title kind when place activity",
        filters="kind starts_on group basis",
        order=("-starts_on",),
        new=_("New engagement"),
        prefix="g",
        sections=(
            Section(_("What and why"), "title kind activity group ordinal"),
            Section(_("When and where"), "starts_on ends_on precision place mode"),
            Section(_("With whom"), "partners experts hosts"),
            Section(_("What came of it"), "summary"),
            HOW_KNOWN,
        ),
        views=(View("mine", _("Mine"), lambda user, day: Q(activity__lead=user.pk)),),
        blank=_("No engagement has been entered yet."),
    )
)
desks.extend("activities", related=(Related("engagements", "activity", "title kind when place"),))
desks.extend("members", related=(Related("engagements", "parts__body", "title kind when place"),))
