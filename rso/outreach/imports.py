"""The files of this room."""

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
            links("partners", EngagementBody, "body", where={"part": Part.PARTNER}),
            links("experts", EngagementBody, "body", where={"part": Part.EXPERT}),
            links("hosts", EngagementBody, "body", where={"part": Part.HOST}),
            *columns(Engagement, "basis", "source"),
        ),
        actions.engagement_verbs,
        (Link(EngagementBody, "engagement", actions.set_partners),),
    )
)
