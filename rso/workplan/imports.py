"""The files of this room."""

from django.utils.translation import gettext_lazy as _

from rso.core.loading.columns import columns, links, translations
from rso.core.loading.tables import Link, Table, tables
from rso.workplan import actions
from rso.workplan.models import (
    Activity,
    ActivityBody,
    ActivityOrigin,
    ActivityTheme,
    CorePurpose,
    Part,
    PriorityIssue,
    Request,
    RequestBody,
    Theme,
    Undertaking,
    UndertakingBody,
)

tables.declare(
    Table(
        "core_purposes.csv",
        CorePurpose,
        (
            *columns(CorePurpose, "ref", "order", "title", "short"),
            *translations(CorePurpose, "title"),
            *translations(CorePurpose, "short"),
        ),
        actions.purpose_verbs,
    )
)
tables.declare(
    Table(
        "themes.csv",
        Theme,
        (
            *columns(Theme, "ref", "order", "title", "short", "set", "valid_from", "valid_to"),
            *translations(Theme, "title"),
            *translations(Theme, "short"),
        ),
        actions.theme_verbs,
    )
)
tables.declare(
    Table(
        "priority_issues.csv",
        PriorityIssue,
        (
            *columns(PriorityIssue, "ref", "order", "title", "set_by", "agreed_on", "precision"),
            *translations(PriorityIssue, "title"),
            *columns(PriorityIssue, "basis", "source"),
        ),
        actions.priority_verbs,
    )
)
tables.declare(
    Table(
        "requests.csv",
        Request,
        (
            *columns(Request, "ref", "title", "received_on", "precision", "answered_on", "answered_precision"),
            *columns(Request, "state", "asked_by"),
            links(
                "members", RequestBody, "body", label=_("Members that ask"), hint=_("None where they are not named.")
            ),
            *columns(Request, "remark", "basis", "source"),
        ),
        actions.request_verbs,
        (Link(RequestBody, "request", actions.set_askers),),
    )
)
tables.declare(
    Table(
        "undertakings.csv",
        Undertaking,
        (
            *columns(Undertaking, "ref", "text", "meeting", "said_on", "precision", "state", "area"),
            links("members", UndertakingBody, "body", label=_("Who undertakes it")),
            *columns(Undertaking, "basis", "source"),
        ),
        actions.undertaking_verbs,
        (Link(UndertakingBody, "undertaking", actions.set_undertakers),),
    )
)
tables.declare(
    Table(
        "activities.csv",
        Activity,
        (
            *columns(
                Activity, "ref", "title", "purpose", "starts_on", "ends_on", "precision", "status", "gender_marker"
            ),
            links(
                *("themes", ActivityTheme, "theme"),
                weight="weight",
                label=_("Themes"),
                hint=_("Each with its share in per cent; together they make 100."),
            ),
            links("requests", ActivityOrigin, "request", label=_("Requests that it answers")),
            links("undertakings", ActivityOrigin, "undertaking", label=_("Undertakings that it follows")),
            links("priorities", ActivityOrigin, "priority", label=_("Priority issues that it serves")),
            links("partners", ActivityBody, "body", where={"part": Part.PARTNER}, label=_("Partners")),
            links("experts", ActivityBody, "body", where={"part": Part.EXPERT}, label=_("Experts")),
            links("funders", ActivityBody, "body", where={"part": Part.FUNDER}, label=_("Funders")),
            *columns(Activity, "lead", "summary", "outcome", "basis", "source"),
        ),
        actions.activity_verbs,
        (
            Link(ActivityTheme, "activity", actions.set_themes),
            Link(ActivityOrigin, "activity", actions.set_origins),
            Link(ActivityBody, "activity", actions.set_partners),
        ),
    )
)
