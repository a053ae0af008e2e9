"""The files of this room."""

from django.utils.translation import gettext_lazy as _

from rso.core.loading.columns import columns, links
from rso.core.loading.tables import Link, Table, tables
from rso.outreach import actions
from rso.outreach.models import Engagement, EngagementBody
from rso.workplan.models import Part

tables.declare(
    Table(
        "engagements.csv",
        Engagement,
        (
            *columns(Engagement, "ref", "title", "kind", "group", "ordinal", "mode", "place", "starts_on", "ends_on"),
            *columns(Engagement, "precision", "activity", "summary"),
            links("partners", EngagementBody, "body", where={"part": Part.PARTNER}, label=_("partners")),
            links("experts", EngagementBody, "body", where={"part": Part.EXPERT}, label=_("experts")),
            links("hosts", EngagementBody, "body", where={"part": Part.HOST}, label=_("hosts")),
            *columns(Engagement, "basis", "source"),
        ),
        actions.engagement_verbs,
        (Link(EngagementBody, "engagement", actions.set_partners),),
    )
)
