"""What a planned change of a figure, a dimension or a classification would break: sections, charts, notes, saved views.

Two kinds of plan are found without anyone: a value that is out of force, and a figure that counts otherwise than where it was
last printed. Publishing asks for them as for all others; `rso run-due` opens them at the desk.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from django.db.models import Prefetch
from django.db.models.enums import ChoicesType
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rso.core import history, verbs
from rso.core.addresses import fitting
from rso.core.figures import Figure, UnknownFigure, registry
from rso.core.figures.dimensions import BASIS, Dimension
from rso.core.figures.reading import OFFICE, Reading
from rso.core.figures.registry import Source
from rso.core.loading.near import did_you_mean
from rso.core.models import Kept, Note, SavedView
from rso.core.periods import Period, UnknownPeriod
from rso.core.verbs import Problem, kind_of, plain, refuse
from rso.reports.actions import text_verbs
from rso.reports.blocks import printed_by
from rso.reports.definitions import definition
from rso.reports.freezing import definition_hash
from rso.reports.markdown import BadText, Token
from rso.reports.models import ChangeKind, EditionState, Frozen, PlannedChange, Report, ReportState, SectionText
from rso.reports.queries import sections_of
from rso.reports.writing import Place

if TYPE_CHECKING:
    from rso.accounts.models import User

TOKEN = re.compile(r"\{\{[^|}]*")
TITLES = {
    "section": gettext_lazy("Section"),
    "chart": gettext_lazy("Chart"),
    "table": gettext_lazy("Table"),
    "list": gettext_lazy("List"),
    "note": gettext_lazy("Note"),
    "view": gettext_lazy("Saved view"),
}
KINDS = {kind: kind for kind in ("chart", "table", "list")}


@dataclass(frozen=True)
class Use:
    """One place that will break: what it is, where, its words, and whether they name what goes or print it unnamed."""

    kind: str
    place: str
    says: str
    url: str
    thing: Kept | SavedView
    is_named: bool = True

    @property
    def title(self) -> str:
        return str(TITLES[self.kind])


def uses(change: PlannedChange, report: Report | None = None) -> list[Use]:
    """Every section, chart, note and saved view that would break; of one report only its own and the notes on it."""
    if change.kind == ChangeKind.VERSION and (change.settled_at or change.becomes != _counts_now(change.name)):
        return []
    found = [*_in_reports(change, report), *_in_notes(change)]
    return found if report else [*found, *_in_views(change)]


def _in_reports(change: PlannedChange, report: Report | None) -> Iterator[Use]:
    """What breaks in reports that are being written."""
    wanted = Report.objects.exclude(state=ReportState.SUPERSEDED)
    wanted = wanted.filter(pk=report.pk) if report else wanted.exclude(state=ReportState.PUBLISHED)
    written = Prefetch("texts", SectionText.objects.order_by("section", "language"))
    for each in wanted.order_by("ref").prefetch_related(written):
        if sections_of(each) and reaches(change, each.period):
            yield from _on_cover(change, each)
            yield from _in_texts(change, each)


def _on_cover(change: PlannedChange, report: Report) -> Iterator[Use]:
    """The kind of a report says of which figure its cover draws the events; another one is a change of that kind."""
    drawn = Token("chart", definition(report.definition).cover_by, {"by": "event"})
    if drawn.name and _prints(change, drawn, report):
        place = _("%(report)s, its cover") % {"report": report.ref}
        yield Use("chart", place, drawn.name, reverse("office-detail", args=["reports", report.ref]), report, False)


def _in_texts(change: PlannedChange, report: Report) -> Iterator[Use]:
    for text in _texts(report):
        for token in TOKEN.findall(text.text):
            if names(change, token, report):
                kind = KINDS.get(token.removeprefix("{{").split()[0], "section")
                url = reverse("office-write-section", args=[report.ref, text.section]) + f"?language={text.language}"
                is_named = renamed(change, token) != token
                yield Use(kind, str(text), f"{token.strip()} }}}}", url, text, is_named)


def _texts(report: Report) -> Iterable[SectionText]:
    """The words of a report: the office's, and those of its kind where it has written none."""
    texts = {(text.section, text.language): text for text in report.texts.all()}
    for section in sections_of(report):
        place = Place(report, section.id)
        text = texts.setdefault((section.id, place.language), place.new())
        if not text.text.strip():
            text.text = section.text
    return texts.values()


def reaches(change: PlannedChange, period: str) -> bool:
    """Whether a period ends on or after the day of the change. How a figure counts now is how it counts any period."""
    if change.kind == ChangeKind.VERSION:
        return True
    try:
        return Period.parse(period).last_day >= change.from_on
    except UnknownPeriod:
        return True


def renamed(change: PlannedChange, token: str) -> str:
    """The token with the name that takes the place of the one that goes; the same where it does not name it."""
    name, new = re.escape(change.name), change.becomes or "–"
    if change.kind == ChangeKind.VERSION:
        new = "–"
    if change.kind in (ChangeKind.FIGURE, ChangeKind.VERSION):
        return re.sub(rf"(\{{\{{\s*(?:fig|chart|table)\s+){name}(?=\s|$)", rf"\g<1>{new}", token)
    if change.kind == ChangeKind.DIMENSION:
        token = re.sub(rf"\b((?:by|across)=){name}(?=\s|$)", rf"\g<1>{new}", token)
        return re.sub(rf"(?<=\s){name}=", f"{new}=", token)
    return re.sub(rf"(?<=\s)((?!period=|by=|across=|kind=)[\w-]+=){name}(?=\s|$)", rf"\g<1>{new}", token)


def names(change: PlannedChange, token: str, report: Report) -> bool:
    """Whether a token names what changes, or prints it without naming it. One that cannot be read does neither."""
    try:
        read = Token.parse(token.removeprefix("{{"))
    except BadText:
        return False
    return renamed(change, token) != token or _prints(change, read, report)


def _prints(change: PlannedChange, token: Token, report: Report) -> bool:
    """Whether what changes is printed: a figure's value, the labels of a dimension, or one label."""
    for figure, split in printed_by(token, definition(report.definition)):
        if change.kind in (ChangeKind.FIGURE, ChangeKind.VERSION) and figure == change.name:
            return True
        if change.kind == ChangeKind.DIMENSION and change.name in split:
            return True
        if change.kind == ChangeKind.VALUE and figure in registry.figures:
            period = token.options.get("period", report.period)
            if any(_is_counted(change, registry.figures[figure], slug, period) for slug in split):
                return True
    return False


def _is_counted(change: PlannedChange, figure: Figure, slug: str, period: str) -> bool:
    """Whether a split has a row for the value that goes, by records of its day or later. Earlier ones stay as they are."""
    with suppress(UnknownFigure, UnknownPeriod):
        dimension, left = figure.source.dimension(slug), Period.parse(period).within(change.from_on, None)
        if left and dimension is not BASIS:
            return Reading(figure, left, reader=OFFICE).behind(slug, [change.name]).exists()
    return False


def _in_notes(change: PlannedChange) -> Iterator[Use]:
    for note in Note.objects.filter(**{_field(change): change.name}).order_by("ref"):
        if not note.period or reaches(change, note.period):
            yield Use("note", note.ref, note.text[:80], reverse("office-edit", args=["notes", note.ref]), note)


def _field(change: PlannedChange) -> str:
    """The field of a note that names what changes."""
    return {ChangeKind.DIMENSION: "dimension", ChangeKind.VALUE: "value"}.get(ChangeKind(change.kind), "figure")


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


def check_changes(changes: Sequence[PlannedChange]) -> Iterable[Problem]:
    """What goes is there now, or words name it still; so is what takes its place, but for a value: it may be entered later.

    A plan that is kept stays as it is when its names are gone.
    """
    kept = PlannedChange.objects.in_bulk([change.pk for change in changes if change.pk])
    for at, change in enumerate(changes):
        if change.name == change.becomes:
            yield Problem(at, "becomes", _("is the name that goes; leave it empty where nothing takes its place"))
        was = kept.get(change.pk)
        same_kind = was is not None and was.kind == change.kind
        if not (same_kind and was and was.name == change.name):
            says = _is_no(change.kind, change.name)
            if says and not uses(change):
                yield Problem(at, "name", says)
        if change.kind in (ChangeKind.FIGURE, ChangeKind.DIMENSION) and change.becomes:
            says = _is_no(change.kind, change.becomes)
            if says and not (same_kind and was and was.becomes == change.becomes):
                yield Problem(at, "becomes", says)


def _is_no(kind: str, name: str) -> str:
    """That there is no such figure, dimension or value; empty where there is."""
    if kind == ChangeKind.VALUE:
        return "" if _is_value(name) else _("there is no value “%(name)s”") % {"name": name}
    if kind == ChangeKind.DIMENSION:
        known = {dimension.slug for figure in registry for dimension in figure.source.dimensions}
        says = _("there is no dimension “%(name)s”")
    else:
        known, says = set(registry.figures), _("there is no figure “%(name)s”")
    return "" if name in known else says % {"name": name} + did_you_mean(name, sorted(known))


def _is_value(name: str) -> bool:
    """Whether a classification has it, or records where they are classified by words of their own."""
    sources = {figure.source.slug: figure.source for figure in registry}.values()
    return any(_has(source, dimension, name) for source in sources for dimension in source.dimensions)


def _has(source: Source, dimension: Dimension, name: str) -> bool:
    if dimension.span:
        return False
    values: Any = dimension.values
    if isinstance(values, ChoicesType):
        return name in {named.key for named in dimension.names(list(values)).values()}
    if values is not None:
        return bool(values._default_manager.filter(ref=name).exists())
    return source.model._default_manager.filter(dimension.keys_filter(source.model, [name])).exists()


history.says("looked through", gettext_lazy("%(who)s looked through what names the figure: %(reason)s"))
change_verbs = plain(check_changes)


def not_mapped(change: PlannedChange) -> str:
    """Why there is no name to be written; empty where there is."""
    if change.kind == ChangeKind.VERSION:
        return _("its name stays; look through what names it")
    if not change.becomes:
        return _("nothing takes its place; drop each use where it stands")
    says = _is_no(change.kind, change.becomes)
    return _("%(says)s; enter it first") % {"says": says} if says and change.kind == ChangeKind.VALUE else says


def not_to_look_through(change: PlannedChange) -> str:
    """Why nothing is to be looked through; empty where something is."""
    if change.kind != ChangeKind.VERSION:
        return _("what names it must be mapped or dropped")
    return _("it has been looked through") if change.settled_at else ""


def look_through(change: PlannedChange, *, by: User, now: datetime, reason: str) -> None:
    """Someone has read all that names a figure since it counts otherwise: it holds, or was mended. Raises Refused."""
    wrong = not_to_look_through(change) or ("" if reason.strip() else _("say what was found"))
    refuse(Problem(0, "reason", says) for says in filter(None, [wrong]))
    change.settled_at = now
    verbs.change([change], verb="looked through", by=by, now=now, reason=reason)


# -- plans that are found ----------------------------------------------------------------------------------------------


def plans() -> list[PlannedChange]:
    """Every plan for which publishing waits: those of the desk, and those that were found and are not opened yet."""
    kept = list(PlannedChange.objects.order_by("from_on", "ref"))
    known = {(change.kind, change.name): change.becomes for change in kept}
    return [*kept, *(found for found in _found() if not _is_known(found, known))]


def open_plans(*, by: User, now: datetime) -> list[PlannedChange]:
    """Puts on the desk what was found, where anything would break by it. Returns what was opened."""
    kept = {(change.kind, change.name): change for change in PlannedChange.objects.all()}
    known = {key: change.becomes for key, change in kept.items()}
    opened = [found for found in _found() if not _is_known(found, known) and uses(found)]
    for found in opened:
        if old := kept.get((found.kind, found.name)):
            found.pk, found.ref = old.pk, old.ref
    with verbs.turn():
        change_verbs.add([found for found in opened if found.pk is None], by=by, now=now)
        change_verbs.change([found for found in opened if (found.kind, found.name) in kept], by=by, now=now)
    return opened


def _is_known(found: PlannedChange, known: Mapping[tuple[str, str], str]) -> bool:
    """Whether there is a plan for it. A figure that changes once more needs another look."""
    becomes = known.get((found.kind, found.name))
    return becomes is not None and (found.kind != ChangeKind.VERSION or becomes == found.becomes)


def _found() -> Iterator[PlannedChange]:
    yield from _out_of_force()
    yield from _counted_otherwise()


def _out_of_force() -> Iterator[PlannedChange]:
    """Values of classifications that have a last day, such as the themes of a set."""
    values = {dimension.values for figure in registry for dimension in figure.source.dimensions}
    lists: list[Any] = [model for model in values if isinstance(model, type) and issubclass(model, Kept)]
    for model in sorted(lists, key=kind_of):
        if any(field.name == "valid_to" for field in model._meta.concrete_fields):
            for thing in model._default_manager.filter(valid_to__isnull=False).order_by("ref"):
                yield ending(thing, thing.valid_to)


def ending(thing: Kept, on: date) -> PlannedChange:
    """The plan of a value that is out of force from a day. It is not saved."""
    reason = _("%(title)s is out of force from this day.") % {"title": thing}
    return _plan(ChangeKind.VALUE, thing.ref, "", on, reason)


def _counted_otherwise() -> Iterator[PlannedChange]:
    """Figures whose definition is another than the last edition that prints them froze."""
    printed = Frozen.objects.filter(by="").exclude(edition__state=EditionState.WITHDRAWN)
    last = dict(printed.order_by("edition__published_at", "pk").values_list("figure", "definition"))
    for slug, counted in sorted(last.items()):
        if slug in registry.figures and counted != definition_hash(registry.find(slug)):
            reason = _("It counts otherwise than when it was last published.")
            yield _plan(ChangeKind.VERSION, slug, _counts_now(slug), timezone.localdate(), reason)


def _plan(kind: ChangeKind, name: str, becomes: str, from_on: date, reason: str) -> PlannedChange:
    return PlannedChange(
        ref=fitting(f"plan-{kind}-{name}"), kind=kind, name=name, becomes=becomes, from_on=from_on, reason=reason[:400]
    )


def _counts_now(slug: str) -> str:
    """A figure's version, and the beginning of its definition's hash: so that a definition cannot change unseen."""
    figure = registry.figures.get(slug)
    return f"{figure.version}-{definition_hash(figure)[:12]}" if figure else ""


def map_all(change: PlannedChange, *, by: User, now: datetime) -> int:
    """Writes the new name wherever the old one stands: texts get a version, notes a change. Returns how many places there were.

    Where the words are those of the report's kind, the report gets words of its own. What is printed without being named
    stays, and is dropped by hand.
    """
    refuse(Problem(0, "becomes", says) for says in filter(None, [not_mapped(change)]))
    found = [use for use in uses(change) if use.is_named]
    reason = _("mapped from %(name)s") % {"name": change.name}
    texts = {use.thing.ref: use.thing for use in found if isinstance(use.thing, SectionText)}
    for text in texts.values():
        text.text = TOKEN.sub(lambda token: renamed(change, token.group()), text.text)
    text_verbs.change([text for text in texts.values() if text.pk], by=by, now=now, reason=reason)
    text_verbs.add([text for text in texts.values() if not text.pk], by=by, now=now)
    notes = [use.thing for use in found if isinstance(use.thing, Note)]
    for note in notes:
        setattr(note, _field(change), change.becomes)
    plain().change(notes, by=by, now=now, reason=reason)
    for use in found:
        if isinstance(use.thing, SavedView):
            use.thing.query = _query(change, use.thing.query)
            use.thing.save(update_fields=["query"])
    return len(found)
