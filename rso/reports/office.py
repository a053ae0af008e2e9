"""The office's desks of this room, and those of `core`: it knows no roles, and this is the room that prints its records."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from rso.accounts.policies import SEE_THE_OFFICE
from rso.core.listings import Item, Panel
from rso.core.models import Note, Office, Source, Statement
from rso.core.office import Act, Desk, Place, Related, Section, View, desks
from rso.core.office.acts import REASON
from rso.reports import states
from rso.reports.advance_page import advance_page
from rso.reports.closed_page import closed
from rso.reports.models import Inconsistency, Photograph, PlannedChange, Report, ReportDate, SectionText
from rso.reports.office_editions import urlpatterns as of_editions
from rso.reports.planning import Use, ending, look_through, map_all, not_mapped, not_to_look_through, uses
from rso.reports.policies import KEEP_SOURCES, KEEP_THE_OFFICE, SEE_REPORTS, WRITE_REPORTS
from rso.reports.queries import editions_that_print
from rso.reports.ready_page import pdf, ready_page, word
from rso.reports.writing_pages import contents_page, preview, section_page, tokens, versions_page


def _workspace(report: Report, user: Any) -> Panel:
    """The ways from a report's page to where it is written."""
    ways = (
        (_("Write its sections"), "office-write"),
        (_("Ready to publish?"), "office-ready"),
        (_("Advance reading"), "office-advance"),
    )
    return Panel(
        "workspace", _("Writing"), tuple(Item(str(title), reverse(name, args=[report.ref])) for title, name in ways)
    )


def _to_write(text: SectionText, user: Any) -> Panel:
    """The way from a text's record to the page where it stands beside its preview."""
    url = reverse("office-write-section", args=[text.report.ref, text.section]) + f"?language={text.language}"
    return Panel("workspace", _("Writing"), (Item(str(_("Write it beside its preview")), url),))


def _prints_it(photograph: Photograph, user: Any) -> Panel:
    """Where a photograph was published: should its consent be taken back, these bring out another edition."""
    items = (
        Item(str(edition), reverse("office-moved", args=[edition.ref]), meta=edition.get_state_display())
        for edition in editions_that_print(photograph)
    )
    return Panel("printed-in", _("Editions that print it"), tuple(items), blank=_("No edition prints it."))


def _uses(change: PlannedChange, user: Any) -> Panel:
    """What a planned change would break; each leads to where it is mapped or dropped."""
    return Panel("uses", _("What it would break"), _listed(uses(change)), blank=_("Nothing names it any more."))


def _listed(found: Sequence[Use]) -> tuple[Item, ...]:
    unnamed = _("prints it without naming it")
    return tuple(
        Item(use.says, use.url, meta=f"{use.title}: {use.place}" + ("" if use.is_named else f" ({unnamed})"))
        for use in found
    )


def _breaks_by_its_end(theme: Any, user: Any) -> Panel | None:
    """What names a theme after its last day, from the moment at which that is set; before, all that names it."""
    if not SEE_REPORTS.allows(user):
        return None
    found = _listed(uses(ending(theme, theme.valid_to or theme.valid_from)))
    return Panel("uses", _("What its end would break"), found, blank=_("Nothing names it."))


def _map_all(changes: Sequence[PlannedChange], *, by: Any, now: datetime) -> None:
    for change in changes:
        map_all(change, by=by, now=now)


def _look_through(changes: Sequence[PlannedChange], *, by: Any, now: datetime, reason: str) -> None:
    for change in changes:
        look_through(change, by=by, now=now, reason=reason)


desks.declare(
    Desk(
        "reports",
        Report,
        _("Reports"),
        SEE_REPORTS,
        WRITE_REPORTS,
        columns="title state definition period as_at",
        filters="state definition",
        order=("order",),
        new=_("New report"),
        machine=states.reports,
        sections=(
            Section(_("Which report"), "ref title subtitle definition period as_at"),
            Section(_("Where it stands"), "order"),
        ),
        related=(Related("texts", "report"),),
        panels=(_workspace,),
        begins=True,
        blank=_("No report has been opened yet."),
    ),
    Desk(
        "texts",
        SectionText,
        _("Texts of sections"),
        SEE_REPORTS,
        WRITE_REPORTS,
        columns="section state writer due_on report language",
        filters="state writer report language due_on",
        order=("report__order", "section", "language"),
        new=_("New text"),
        machine=states.sections,
        needs=("report",),
        under="reports",
        sections=(
            Section(_("Which section"), "ref report section language"),
            Section(_("What it says"), "title text"),
            Section(_("Who writes it"), "writer due_on"),
        ),
        views=(View("mine", _("Mine"), lambda user, day: Q(writer=user.pk)),),
        panels=(_to_write,),
        blank=_("No text has been written yet."),
    ),
    Desk(
        "photographs",
        Photograph,
        _("Photographs"),
        SEE_REPORTS,
        WRITE_REPORTS,
        columns="alt report credit consent is_cover",
        filters="report consent is_cover",
        order=("report__order", "ref"),
        new=_("New photograph"),
        under="reports",
        sections=(
            Section(_("What it shows"), "ref report alt credit"),
            Section(_("Whether it may be printed"), "consent is_cover"),
        ),
        panels=(_prints_it,),
        blank=_("No photograph has been kept yet. Its file is attached to its page once it is saved."),
    ),
    Desk(
        "inconsistencies",
        Inconsistency,
        _("Contradictions in print"),
        SEE_REPORTS,
        KEEP_SOURCES,
        columns="title kind certainty",
        filters="kind certainty",
        order=("order",),
        new=_("New contradiction"),
        under="reports",
        sections=(
            Section(_("What it is"), "ref title kind certainty what statements"),
            Section(_("What proves it"), "whole outside claimed"),
            Section(_("What is done about it"), "ruled_out_by order"),
        ),
        blank=_("No contradiction has been found yet."),
    ),
    Desk(
        "report-dates",
        ReportDate,
        _("Dates of reports"),
        SEE_REPORTS,
        WRITE_REPORTS,
        columns="title planned_on definition period",
        filters="definition planned_on",
        order=("-planned_on",),
        new=_("New date"),
        under="reports",
        sections=(Section(_("Which report"), "ref title definition period"), Section(_("When"), "planned_on")),
        blank=_("No date has been set yet."),
    ),
    Desk(
        "planned-changes",
        PlannedChange,
        _("Planned changes"),
        SEE_REPORTS,
        KEEP_SOURCES,
        columns="name kind becomes from_on",
        filters="kind from_on",
        order=("from_on",),
        new=_("New planned change"),
        under="reports",
        sections=(Section(_("What changes"), "ref kind name becomes from_on"), Section(_("Why"), "reason")),
        acts=(
            Act(
                "map",
                _("Write the new name everywhere"),
                KEEP_SOURCES,
                _map_all,
                why_not=lambda change, by: not_mapped(change),
                final=True,
            ),
            Act(
                "look",
                _("Looked through: what names it holds"),
                KEEP_SOURCES,
                _look_through,
                asks=(REASON,),
                why_not=lambda change, by: not_to_look_through(change),
            ),
        ),
        panels=(_uses,),
        blank=_("No change is planned."),
    ),
    Desk(
        "sources",
        Source,
        _("Sources"),
        SEE_REPORTS,
        KEEP_SOURCES,
        columns="title author published_on publisher",
        order=("title",),
        new=_("New source"),
        sections=(Section(_("Which document"), "ref title author publisher published_on link note"),),
        related=(Related("statements", "source"),),
        blank=_("No source has been entered yet."),
    ),
    Desk(
        "statements",
        Statement,
        _("What sources state"),
        SEE_REPORTS,
        KEEP_SOURCES,
        columns="says number unit source figure period",
        filters="source figure bound",
        order=("source__title",),
        new=_("New statement"),
        under="sources",
        sections=(
            Section(_("Where it stands"), "ref source place"),
            Section(_("What it says"), "says words number unit bound"),
            Section(_("Of what it speaks"), "figure period"),
        ),
        blank=_("No statement has been entered yet."),
    ),
    Desk(
        "notes",
        Note,
        _("Notes on figures"),
        SEE_REPORTS,
        KEEP_SOURCES,
        columns="figure period dimension value text",
        filters="figure",
        order=("figure", "period"),
        new=_("New note"),
        sections=(
            Section(_("On what"), "ref figure period dimension value"),
            Section(_("What it says"), "text text_id text_th"),
        ),
        blank=_("No note has been written yet."),
    ),
    Desk(
        "office",
        Office,
        _("The office itself"),
        SEE_REPORTS,
        KEEP_THE_OFFICE,
        columns="name parent",
        sections=(
            Section(_("Its name"), "ref name name_id name_th parent parent_id parent_th"),
            Section(_("What its pages say"), "lead mission statement address email"),
            Section(_("What its records cover"), "records_from records_to headline_period"),
        ),
        # Without it the figures would not know from which day on the records are whole.
        removable=False,
        blank=_("The office has no record yet."),
    ),
)
desks.declare_place(Place("corrections", _("Corrections"), SEE_THE_OFFICE, "office-corrections", begins=True))
desks.declare_place(Place("duplicates", _("Duplicates"), SEE_THE_OFFICE, "office-duplicates"))

urlpatterns = [
    *of_editions,
    path("office/closed/", closed, name="office-closed"),
    path("office/reports/<ref:ref>/write/", contents_page, name="office-write"),
    path("office/reports/<ref:ref>/tokens/", tokens, name="office-write-tokens"),
    path("office/reports/<ref:ref>/ready/", ready_page, name="office-ready"),
    path("office/reports/<ref:ref>/word/", word, name="office-word"),
    path("office/reports/<ref:ref>/pdf/", pdf, name="office-pdf"),
    path("office/reports/<ref:ref>/advance/", advance_page, name="office-advance"),
    path("office/reports/<ref:ref>/write/<slug:section>/", section_page, name="office-write-section"),
    path("office/reports/<ref:ref>/write/<slug:section>/preview/", preview, name="office-write-preview"),
    path("office/reports/<ref:ref>/write/<slug:section>/versions/", versions_page, name="office-write-versions"),
]
desks.extend("themes", panels=(_breaks_by_its_end,))
