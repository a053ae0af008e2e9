"""The files of this room."""

from django.utils.translation import gettext_lazy as _

from rso.core.loading.columns import columns, links
from rso.core.loading.tables import Link, Table, tables
from rso.reports import actions, outside, photographs, planning
from rso.reports.models import (
    Inconsistency,
    InconsistentStatement,
    Photograph,
    PlannedChange,
    Report,
    ReportDate,
    SectionText,
)

tables.declare(
    Table(
        "reports.csv",
        Report,
        columns(Report, "ref", "title", "definition", "period", "subtitle", "as_at", "order"),
        actions.report_verbs,
    )
)
tables.declare(
    Table(
        "report_texts.yaml",
        SectionText,
        columns(SectionText, "ref", "report", "section", "language", "title", "text", "writer", "due_on"),
        actions.text_verbs,
    )
)
tables.declare(
    Table(
        "inconsistencies.yaml",
        Inconsistency,
        (
            *columns(
                Inconsistency,
                "ref",
                "order",
                "title",
                "kind",
                "certainty",
                "what",
                "ruled_out_by",
                "whole",
                "outside",
                "claimed",
            ),
            links("statements", InconsistentStatement, "statement", label=_("printed statements")),
        ),
        actions.inconsistency_verbs,
        (Link(InconsistentStatement, "inconsistency", actions.set_statements),),
    )
)
tables.declare(
    Table(
        "report_dates.csv",
        ReportDate,
        columns(ReportDate, "ref", "title", "definition", "period", "planned_on"),
        outside.date_verbs,
    )
)
tables.declare(
    Table(
        "planned_changes.csv",
        PlannedChange,
        columns(PlannedChange, "ref", "kind", "name", "becomes", "from_on", "reason"),
        planning.change_verbs,
    )
)
tables.declare(
    Table(
        "photographs.csv",
        Photograph,
        columns(Photograph, "ref", "report", "alt", "credit", "consent", "is_cover"),
        photographs.photograph_verbs,
    )
)
