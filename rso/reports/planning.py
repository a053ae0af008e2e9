"""What a planned change of a figure, a dimension or a classification would break: sections, charts, notes, saved views."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rso.core.figures import registry
from rso.core.models import Kept, Note, SavedView
from rso.core.periods import Period, UnknownPeriod
from rso.core.verbs import Problem, plain, refuse
from rso.reports.actions import text_verbs
from rso.reports.models import ChangeKind, PlannedChange, Report, ReportState, SectionText

if TYPE_CHECKING:
    from rso.accounts.models import User

TOKEN = re.compile(r"\{\{[^|}]*")
TITLES = {
    "section": gettext_lazy("Section"),
    "chart": gettext_lazy("Chart"),
    "table": gettext_lazy("Table"),
    "note": gettext_lazy("Note"),
    "view": gettext_lazy("Saved view"),
}
KINDS = {"fig": "section", "chart": "chart", "table": "table"}


@dataclass(frozen=True)
class Use:
    """One place that names what will go: what it is, where, and the words that name it."""

    kind: str
    place: str
    says: str
    url: str
    thing: Kept | SavedView

    @property
    def title(self) -> str:
        return str(TITLES[self.kind])


def uses(change: PlannedChange, report: Report | None = None) -> list[Use]:
    """Every section, chart, note and saved view that would break; of one report only its own and the notes on it."""
    found = [*_in_texts(change, report), *_in_notes(change)]
    return found if report else [*found, *_in_views(change)]


def _in_texts(change: PlannedChange, report: Report | None) -> Iterator[Use]:
    texts = SectionText.objects.select_related("report").exclude(report__state=ReportState.SUPERSEDED)
    texts = texts.filter(report=report) if report else texts.exclude(report__state=ReportState.PUBLISHED)
    for text in texts.order_by("report__ref", "section", "language"):
        if not reaches(change, text.report.period):
            continue
        for token in TOKEN.findall(text.text):
            if renamed(change, token) != token:
                kind = KINDS.get(token.removeprefix("{{").split()[0], "section")
                url = reverse("office-write-section", args=[text.report.ref, text.section])
                yield Use(kind, str(text), f"{token.strip()} }}}}", f"{url}?language={text.language}", text)


def reaches(change: PlannedChange, period: str) -> bool:
    """Whether a period ends on or after the day of the change."""
    try:
        return Period.parse(period).last_day >= change.from_on
    except UnknownPeriod:
        return True


def renamed(change: PlannedChange, token: str) -> str:
    """The token with the name that takes the place of the one that goes; the same where it does not name it."""
    name, new = re.escape(change.name), change.becomes or "–"
    if change.kind == ChangeKind.FIGURE:
        return re.sub(rf"(\{{\{{\s*(?:fig|chart|table)\s+){name}(?=\s|$)", rf"\g<1>{new}", token)
    if change.kind == ChangeKind.DIMENSION:
        token = re.sub(rf"\b((?:by|across)=){name}(?=\s|$)", rf"\g<1>{new}", token)
        return re.sub(rf"(?<=\s){name}=", f"{new}=", token)
    return re.sub(rf"(?<=\s)((?!period=|by=|across=|kind=)[\w-]+=){name}(?=\s|$)", rf"\g<1>{new}", token)


def _in_notes(change: PlannedChange) -> Iterator[Use]:
    field = {ChangeKind.FIGURE: "figure", ChangeKind.DIMENSION: "dimension", ChangeKind.VALUE: "value"}[
        ChangeKind(change.kind)
    ]
    for note in Note.objects.filter(**{field: change.name}).order_by("ref"):
        if not note.period or reaches(change, note.period):
            yield Use("note", note.ref, note.text[:80], reverse("office-edit", args=["notes", note.ref]), note)


def _in_views(change: PlannedChange) -> Iterator[Use]:
    for view in SavedView.objects.select_related("owner").order_by("desk", "title"):
        if _query(change, view.query) != view.query:
            url = reverse("office-list", args=[view.desk]) + f"?{view.query}"
            yield Use("view", f"{view.title} ({view.owner})", view.query, url, view)


def _query(change: PlannedChange, query: str) -> str:
    """A list's address with the new name: of a value what is filtered by, of a figure or dimension the filter's too."""
    pairs = parse_qsl(query, keep_blank_values=True)
    if change.kind == ChangeKind.DIMENSION:
        return (
            urlencode([(change.becomes or "–" if key == change.name else key, value) for key, value in pairs])
            if change.name in dict(pairs)
            else query
        )
    if change.name not in {value for _key, value in pairs}:
        return query
    return urlencode([(key, (change.becomes or "–") if value == change.name else value) for key, value in pairs])


def check_changes(changes: Iterable[PlannedChange]) -> Iterable[Problem]:
    for at, change in enumerate(changes):
        if change.kind == ChangeKind.FIGURE and change.becomes and change.becomes not in registry.figures:
            yield Problem(at, "becomes", _("there is no figure “%(name)s”") % {"name": change.becomes})


change_verbs = plain(check_changes)


def map_all(change: PlannedChange, *, by: User, now: datetime) -> int:
    """Writes the new name wherever the old one stands: texts get a version, notes a change. Returns how many places there were."""
    refuse(
        [] if change.becomes else [Problem(0, "becomes", _("nothing takes its place; drop each use where it stands"))]
    )
    found = uses(change)
    reason = _("mapped from %(name)s") % {"name": change.name}
    texts = {use.thing.pk: use.thing for use in found if isinstance(use.thing, SectionText)}
    for text in texts.values():
        text.text = TOKEN.sub(lambda token: renamed(change, token.group()), text.text)
    text_verbs.change(list(texts.values()), by=by, now=now, reason=reason)
    notes = [use.thing for use in found if isinstance(use.thing, Note)]
    for note in notes:
        setattr(
            note,
            {ChangeKind.FIGURE: "figure", ChangeKind.DIMENSION: "dimension"}.get(ChangeKind(change.kind), "value"),
            change.becomes,
        )
    plain().change(notes, by=by, now=now, reason=reason)
    for use in found:
        if isinstance(use.thing, SavedView):
            use.thing.query = _query(change, use.thing.query)
            use.thing.save(update_fields=["query"])
    return len(found)
