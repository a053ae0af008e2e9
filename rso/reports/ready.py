"""What keeps a report from being published, and what its signers should know, each with its place. Publishing asks `blockers`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from rso.core.figures import Status, registry
from rso.core.models import Office, Titled
from rso.core.periods import Period, UnknownPeriod
from rso.core.search.registry import searched
from rso.core.snapshot import snapshot
from rso.reports.compiler import CannotCompile, compile_report
from rso.reports.definitions import UnknownDefinition, definition
from rso.reports.document import SOURCES, Document
from rso.reports.html import keys_of
from rso.reports.letters import lacking
from rso.reports.markdown import Node, links_in, walk
from rso.reports.models import SOURCE_LANGUAGE, ChangeKind, Citation, Comment, CommentState, Report, TextVersion
from rso.reports.photographs import lacks
from rso.reports.planning import plans, reaches, uses
from rso.reports.queries import sections_of, unapproved
from rso.reports.spelling import slips


@dataclass(frozen=True)
class Finding:
    """One thing in the way, or to be known: what kind, what it says, in which section, and where to mend it."""

    kind: str
    says: str
    section: str = ""
    url: str = ""


@dataclass(frozen=True)
class Readiness:
    """All that was found about a report. What blocks stands apart from what warns."""

    blockers: list[Finding]
    warnings: list[Finding]

    @property
    def is_ready(self) -> bool:
        return not self.blockers


def blockers(report: Report) -> list[Finding]:
    """What keeps the report from being published; nothing where it may be."""
    return readiness(report).blockers


def readiness(report: Report) -> Readiness:
    """Compiles the report and looks through it, its texts and what was said of them, in one snapshot."""
    with snapshot():
        found, document = [], None
        try:
            document = compile_report(report, base_url="")
        except CannotCompile as error:
            found += [_at(report, "text", fault.says, fault.section) for fault in error.faults]
        found += _unapproved(report)
        found += _comments(report)
        found += _links(report)
        found += [*_letters(report, document), *_labels(document)] if document else ()
        found += _photographs(report)
        found += _planned(report)
        warned = [*_spelled(report), *_translations(report)]
        warned += [*_not_come(report, document), *_weak(report, document)] if document else ()
        return Readiness(found, warned)


def _at(report: Report, kind: str, says: str, section: str, language: str = SOURCE_LANGUAGE) -> Finding:
    """Something about a section, with the way to the page where it is written in that language."""
    known = {each.id for each in sections_of(report)}
    url = reverse("office-write-section", args=[report.ref, section]) if section in known else ""
    url += f"?language={language}" if url and language != SOURCE_LANGUAGE else ""
    return Finding(kind, says, section, url or reverse("office-edit", args=["reports", report.ref]))


# -- what blocks ---------------------------------------------------------------------------------------------------------


def _unapproved(report: Report) -> Iterator[Finding]:
    for text in unapproved(report):
        says = _("is not approved: %(state)s") % {"state": text.get_state_display()}
        yield _at(report, "approval", says, text.section)


def _comments(report: Report) -> Iterator[Finding]:
    said = Comment.objects.filter(section__report=report, state=CommentState.OPEN).select_related("by", "section")
    for comment in said.order_by("section__section", "at"):
        says = _("%(who)s asks: %(says)s") % {"who": comment.by, "says": comment.says[:120]}
        yield _at(report, "comment", says, comment.section.section, comment.section.language)


def _links(report: Report) -> Iterator[Finding]:
    for text in report.texts.filter(language=SOURCE_LANGUAGE).order_by("section"):
        for address in links_in(text.text):
            if says := broken(address, report):
                yield _at(report, "link", f"{unquote(address)}: {says}", text.section)


def _photographs(report: Report) -> Iterator[Finding]:
    for photograph in report.photographs.order_by("ref"):
        url = reverse("office-detail", args=["photographs", photograph.ref])
        yield from (Finding("photograph", f"{photograph.ref}: {says}", "", url) for says in lacks(photograph))


def _planned(report: Report) -> Iterator[Finding]:
    """A report waits until what a planned change would break in it is mapped or dropped."""
    for change in plans():
        if reaches(change, report.period):
            for use in uses(change, report):
                says = _("%(place)s: %(says)s, and “%(name)s” goes on %(day)s")
                if not use.is_named:
                    says = _("%(place)s: %(says)s prints “%(name)s”, which goes on %(day)s")
                if change.kind == ChangeKind.VERSION:
                    says = _(
                        "%(place)s: %(says)s, and “%(name)s” counts otherwise than when it was last published; look through it"
                    )
                values = {"place": use.place, "says": use.says, "name": change.name, "day": change.from_on.isoformat()}
                yield Finding("plan", says % values, "", use.url)


#: Pages of a report, by the names of their addresses: what they show depends on what is published.
OF_REPORTS = {"report", "report-pdf", "report-data", "chapter", "edition", "edition-file"}


def broken(address: str, report: Report | None = None) -> str:
    """Why a link leads its readers nowhere, or nothing. Addresses elsewhere are not asked.

    `report` is the one that prints it: whoever reads it finds it published.
    """
    try:
        url, here = urlsplit(address), urlsplit(settings.BASE_URL)
    except ValueError:
        return _("this is no address")
    is_web = url.scheme in ("http", "https")
    if not address or (is_web and (not url.hostname or "%" in url.netloc)):
        return _("this is no address")
    if (url.scheme and not is_web) or (url.netloc and url.netloc != here.netloc) or not url.path:
        return ""
    if not url.path.startswith("/"):
        return _("write the whole address: from another page, it leads elsewhere")
    found = _page_at(unquote(url.path))
    return _lacks(found, report) if found else _("there is no such page")


def _page_at(path: str) -> ResolverMatch | None:
    """The page at a path, in the language with which the path begins; readers are led to the slash at its end."""
    with translation.override(translation.get_language_from_path(path) or settings.LANGUAGE_CODE):
        for each in (path, path if path.endswith("/") else f"{path}/"):
            with suppress(Resolver404):
                return resolve(each)
    return None


def _lacks(found: ResolverMatch, report: Report | None) -> str:
    """What is not there of what a page shows."""
    route, kwargs = str(found.url_name), found.kwargs
    if route.startswith("office"):
        return _("readers cannot open the pages of the office")
    if route in OF_REPORTS:
        return _report_lacks(kwargs, report)
    if route == "citation":
        cited = Citation.objects.filter(digest=kwargs["digest"]).first()
        if cited and cited.office:
            return _("only the office can open this citation; cite it for all readers on its page")
        return "" if cited else _("there is no such record")
    if "ref" in kwargs and not _is_there(route, str(kwargs["ref"])):
        return _("there is no such record")
    slug, period = kwargs.get("slug"), kwargs.get("period")
    if route.startswith("figure") and slug and slug not in registry.figures:
        return _("there is no such figure")
    if period is not None:
        try:
            Period.parse(str(period))
        except UnknownPeriod as error:
            return str(error)
    return ""


def _report_lacks(asked: dict[str, Any], report: Report | None) -> str:
    """Whether readers find a report, and the edition, the file or the chapter that is asked for."""
    ref = str(asked["ref"])
    found = report if report and report.ref == ref else Report.objects.out().filter(ref=ref).first()
    if found is None:
        return _("there is no such record")
    if "number" in asked:
        edition = next((each for each in found.editions.all() if each.number == asked["number"]), None)
        files = {*edition.files, "manifest.json", "edition.pdf"} if edition else set()
        if edition is None or asked.get("name", "manifest.json") not in files:
            return _("there is no such record")
    try:
        chapters = {part.id for part in definition(found.definition).parts} | {SOURCES}
    except UnknownDefinition:
        chapters = set()
    return _("there is no such page") if asked.get("chapter", SOURCES) not in chapters else ""


def _is_there(route: str, ref: str) -> bool:
    """Whether a public record stands at a route. Of routes that no searched kind has, nothing is known."""
    for model, kind in searched.by_model.items():
        first = model._default_manager.order_by("pk").first()
        path = urlsplit(kind.url(first)).path if first and hasattr(first, "get_absolute_url") else ""
        at = _page_at(path) if path else None
        if at and at.url_name == route:
            record = model._default_manager.filter(ref=ref).first()
            return record is not None and "public" in kind.audiences(record)
    return True


#: Of a node, what is not drawn in letters: addresses, and words for those who do not see a picture.
NOT_DRAWN = {"alt", "href", "url", "src", "file", "link", "key", "filter", "slug", "ref"}


def _letters(report: Report, document: Document) -> Iterator[Finding]:
    """What records say in letters that print lacks. Those that were typed are found when the report is compiled."""
    office = Office.objects.first()
    url = reverse("office-detail", args=["office", office.ref]) if office else ""
    for says in _lacked([document.office, document.parent, document.statement]):
        yield Finding("text", says, _("The office itself"), url)
    for says in _lacked(document.cover_photo):
        yield _at(report, "text", says, "cover")
    for chapter in document.chapters:
        for section in chapter.sections:
            listed = document.sources if any(node["t"] == "sources" for node in section.blocks) else ()
            for says in _lacked([section.blocks, listed]):
                yield _at(report, "text", says, section.id)


def _lacked(value: object) -> Iterator[str]:
    """Each text in nodes that has letters which print lacks."""
    for words in dict.fromkeys(_said(value)):
        if letters := lacking(words):
            says = _("“%(words)s”: “%(letters)s” cannot be printed; the fonts of print do not have it")
            yield says % {"words": words[:80], "letters": letters}


def _said(value: object) -> Iterator[str]:
    """Every text in nodes."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _said([inner for name, inner in value.items() if name not in NOT_DRAWN])
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _said(inner)


def _labels(document: Document) -> Iterator[Finding]:
    """Titles of classifications that the report prints and that have no translation."""
    languages = [code for code, _name in settings.LANGUAGES if code != SOURCE_LANGUAGE]
    for model, refs in _classified(document).items():
        for thing in model._default_manager.filter(ref__in=refs).order_by("ref"):
            lacking = [code for code in languages if not thing.titles.get(code)]
            if lacking:
                values = {"label": thing.title, "languages": ", ".join(lacking)}
                yield Finding("label", _("“%(label)s” is not translated: %(languages)s") % values)


def _classified(document: Document) -> dict[type[Titled], set[str]]:
    found: dict[type[Titled], set[str]] = {}
    for row in document.breakdowns:
        source = registry.find(row["figure"]).source
        for dimension, key in (("dimension", "key"), ("across", "across_key")):
            if row.get(dimension):
                model = _model_of(source.model, source.dimension(row[dimension]).path)
                if model:
                    found.setdefault(model, set()).add(row[key])
    return found


def _model_of(model: object, path: str) -> type[Titled] | None:
    """The reference list to which a dimension's path leads, if it is one."""
    at: object = model
    for name in path.split("__") if path else ():
        related = at._meta.get_field(name).related_model  # type: ignore[attr-defined]
        if related is None:
            break
        at = related
    return at if isinstance(at, type) and issubclass(at, Titled) else None


# -- what warns ----------------------------------------------------------------------------------------------------------


def _spelled(report: Report) -> Iterator[Finding]:
    for text in report.texts.filter(language=SOURCE_LANGUAGE).order_by("section"):
        for slip in slips(text.text):
            says = _("line %(line)s: “%(written)s”; the records say “%(meant)s”")
            values = {"line": slip.line, "written": slip.written, "meant": slip.meant}
            yield _at(report, "name", says % values, text.section)


def _translations(report: Report) -> Iterator[Finding]:
    now = {text.section: (text.title, text.text) for text in report.texts.filter(language=SOURCE_LANGUAGE)}
    texts = list(report.texts.exclude(language=SOURCE_LANGUAGE).order_by("section", "language"))
    versions = TextVersion.objects.filter(section__report=report, section__language=SOURCE_LANGUAGE)
    seen = versions.filter(number__in={text.source_version for text in texts if text.source_version})
    said = {
        (section, n): words for section, n, *words in seen.values_list("section__section", "number", "title", "text")
    }
    for text in texts:
        then = tuple(said.get((text.section, text.source_version or 0), ("", "")))
        if then != now.get(text.section, then):
            language = dict(settings.LANGUAGES).get(text.language, text.language)
            says = _("%(language)s is behind its source") % {"language": language}
            yield _at(report, "translation", says, text.section, text.language)


def _not_come(report: Report, document: Document) -> Iterator[Finding]:
    """That a report says to stand as at a day that is not there yet: the last of its period, where it names none."""
    if document.as_at > timezone.localdate():
        says = _("its figures stand as at %(day)s, a day that has not come yet")
        yield _at(report, "provisional", says % {"day": document.as_at.isoformat()}, "")


def _weak(report: Report, document: Document) -> Iterator[Finding]:
    """Figures that are provisional or rest on illustrative records, and charts and tables without a row, each in its section."""
    for chapter in document.chapters:
        for section in chapter.sections:
            for says, kind in dict.fromkeys(_in_nodes(document, section.blocks)):
                yield _at(report, kind, says, section.id)


def _in_nodes(document: Document, nodes: Iterable[Node]) -> Iterator[tuple[str, str]]:
    for node in walk(nodes):
        for printed in (document.figures[key] for key in keys_of(node)):
            title = registry.find(printed.figure).title
            if printed.status == Status.PROVISIONAL:
                says = _("%(figure)s, %(period)s, is provisional: its days are not all over, or not all recorded")
                yield says % {"figure": title, "period": Period.parse(printed.period).label}, "provisional"
            if "illustrative" in printed.basis:
                says = _("%(figure)s counts illustrative records: %(rests)s")
                yield says % {"figure": title, "rests": printed.rests_on}, "illustrative"
        if node["t"] == "table" and not node["rows"]:
            yield _("“%(finding)s” has no row") % {"finding": node["finding"]}, "empty"
        if node["t"] == "chart" and not (node["chart"]["rows"] or node["chart"]["others"]):
            yield _("“%(finding)s” has no bar") % {"finding": node["chart"]["finding"]}, "empty"
