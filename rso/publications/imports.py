"""The files of this room."""

from django.utils.translation import gettext_lazy as _

from rso.core.loading.columns import columns, links
from rso.core.loading.tables import Link, Table, tables
from rso.publications import actions, clearing
from rso.publications.models import Clearance, Edition, Publication, PublicationBody
from rso.workplan.models import Part

PARTNERS = _("Each of them gives its clearance before the work is published.")

tables.declare(
    Table(
        "publications.csv",
        Publication,
        (
            *columns(
                Publication, "ref", "title", "kind", "state", "reason", "first_issued_on", "precision", "activity"
            ),
            *columns(Publication, "authors", "series", "part_of_series", "summary", "link"),
            links(
                "partners", PublicationBody, "body", where={"part": Part.PARTNER}, label=_("partners"), hint=PARTNERS
            ),
            links("experts", PublicationBody, "body", where={"part": Part.EXPERT}, label=_("experts")),
            links("funders", PublicationBody, "body", where={"part": Part.FUNDER}, label=_("funders")),
            *columns(Publication, "basis", "source"),
        ),
        actions.publication_verbs,
        (Link(PublicationBody, "publication", actions.set_partners),),
    )
)
tables.declare(
    Table(
        "editions.csv",
        Edition,
        columns(
            Edition,
            *("ref", "publication", "language", "number", "issued_on", "precision", "link", "file", "basis", "source"),
        ),
        actions.edition_verbs,
    )
)
tables.declare(
    Table(
        "clearances.csv",
        Clearance,
        columns(
            Clearance,
            *("ref", "publication", "kind", "reviewer", "outsider", "body", "asked_on", "verdict", "given_on"),
            *("channel", "comment"),
        ),
        clearing.clearance_verbs,
    )
)
