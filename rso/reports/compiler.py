"""Compiles a report: texts and tokens become a document in which every number has its records. Nothing is read from a cache."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from rso.core.figures import Cell, Refusal, Status, UnknownFigure, registry
from rso.core.figures.notes import notes_on, notes_on_cell
from rso.core.figures.reading import PUBLIC, Reading
from rso.core.figures.suppression import OTHER
from rso.core.listings import UnknownListing
from rso.core.models import Office, Source, Statement
from rso.core.periods import Period, UnknownPeriod, show_day
from rso.core.snapshot import snapshot
from rso.reports.blocks import Blocks
from rso.reports.definitions import Definition, Section, UnknownDefinition, definition
from rso.reports.document import SOURCES, Chapter, Document, Printed, SectionOut
from rso.reports.letters import lacking
from rso.reports.markdown import BadText, Node, Token, lift, parse, slug_of, tokens_in
from rso.reports.models import SOURCE_LANGUAGE, AdvanceReading, Consent, Edition, Report, SectionText
from rso.reports.outside import published_since
from rso.reports.photographs import cover_of, node_of
from rso.reports.sources import cited, show_stated
from rso.reports.words import advice, typed_numbers

#: The address of a link, of which nobody reads a letter.
ADDRESS = re.compile(r"(?<=\])\([^)\n]*\)")
MAKES_NO_SENSE = (BadText, UnknownFigure, UnknownListing, UnknownPeriod, Refusal)


@dataclass(frozen=True)
class TextFault:
    """What is wrong in a section's text, and where."""

    section: str
    says: str

    def __str__(self) -> str:
        return f"{self.section}: {self.says}"


class CannotCompile(Exception):
    """The report was not compiled; `faults` are all that is wrong with its texts."""

    def __init__(self, faults: Sequence[TextFault]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(map(str, faults)))


def compile_report(report: Report, *, as_at: date | None = None, base_url: str | None = None) -> Document:
    """The report as a document, read in one snapshot, its figures as the public may see them. Raises CannotCompile.

    Its words are those that are being written: for the office alone. `base_url` is where its links lead: the site's
    address, or "" for links within the site itself.
    """
    address = settings.BASE_URL if base_url is None else base_url
    with snapshot():
        return _made(lambda: _Compiler(report, as_at, address)).document


def compile_anew(edition: Edition, *, base_url: str) -> Document:
    """What an edition said, with its figures counted from the records as they are now. Raises CannotCompile."""
    with snapshot():
        return _made(lambda: _Compiler(edition.as_report(), None, base_url, edition)).document


def words_in_force(report: Report) -> dict[str, SectionText]:
    """By section, the texts of which the report is made; where there is none, its kind has words of its own.

    One may have a heading alone: it stands over the words of its kind.
    """
    return {text.section: text for text in report.texts.filter(language=SOURCE_LANGUAGE).exclude(text="", title="")}


@dataclass(frozen=True)
class Preview:
    """One section as an edition would print it now, and what is wrong with its words."""

    document: Document
    section: SectionOut | None
    faults: list[TextFault]


def preview_section(report: Report, section: str, title: str, text: str, language: str = SOURCE_LANGUAGE) -> Preview:
    """Compiles words that are not saved yet, as the public may see them, with links within the site."""

    def compiled() -> Preview:
        compiler = _Compiler(report, None, reverse("home").rstrip("/"))
        compiler.document.language, compiler.document.pages = language, "preview"
        words = SectionText(report=report, section=section, language=language, title=title, text=text)
        return compiler.one(section, words)

    with snapshot():
        with translation.override(language):
            found = compiled()
        is_told = not found.faults or language == translation.get_language()
        return found if is_told else replace(found, faults=compiled().faults)


def compile_and_read(report: Report) -> tuple[Document, Callable[[str, Period], Reading]]:
    """The report as a document, and its readings, for whoever holds the snapshot. Raises CannotCompile."""
    compiler = _made(lambda: _Compiler(report, None, settings.BASE_URL))
    return compiler.document, compiler.reading


def _made(make: Callable[[], _Compiler]) -> _Compiler:
    """A compiler that has made its document, in English. What is wrong with the texts is told in the reader's language."""
    try:
        with translation.override(SOURCE_LANGUAGE):
            compiler = make()
            compiler.run()
    except CannotCompile:
        if translation.get_language() != SOURCE_LANGUAGE:
            make().run()
        raise
    return compiler


class _Compiler:
    def __init__(self, report: Report, as_at: date | None, base_url: str, edition: Edition | None = None) -> None:
        self.report, self.edition = report, edition
        self.base_url = base_url
        self.period = Period.parse(report.period)
        self.as_at = as_at or report.as_at or self.period.last_day
        self.faults: list[TextFault] = []
        self.lists_sources = False
        self.anchors: Counter[str] = Counter()
        self.readings: dict[tuple[str, str], Reading] = {}
        office = Office.objects.first() or Office(name="RSO")
        self.document = Document(
            report.ref, report.title, report.subtitle, "en", self.period.key, self.period.label, self.as_at,
            office.name, office.parent, office.statement, base_url,
        )  # fmt: skip
        self.document.told = deepcopy(edition.told) if edition else {}
        self.blocks = Blocks(self)

    @cached_property
    def definition(self) -> Definition:
        return definition(self.report.definition)

    @cached_property
    def sources(self) -> dict[str, Source]:
        return {source.ref: source for source in Source.objects.all()}

    @cached_property
    def statements(self) -> dict[str, Statement]:
        return {found.ref: found for found in Statement.objects.select_related("source")}

    def run(self) -> None:
        try:
            parts = self.definition.parts
        except UnknownDefinition as error:
            raise CannotCompile([TextFault(self.report.ref, str(error))]) from error
        texts = self._texts()
        self._check_sections(texts)
        self._check_letters("title", self.report.title)
        self._check_typed("subtitle", self.report.subtitle)
        numbers, letters = iter(range(1, 100)), iter("ABCDEFGHIJ")
        for part in parts:
            mark = str(next(numbers)) if part.mark == "number" else next(letters) if part.mark == "letter" else ""
            chapter = Chapter(part.id, part.title, mark)
            for section in part.sections:
                out = self._section(section, texts.get(section.id))
                if out:
                    chapter.sections.append(out)
            if chapter.sections:
                self.document.chapters.append(chapter)
        self._name_readers()
        if self.document.sources and not self.lists_sources:
            self._list_sources()
        if self.edition is None:
            self._cover_photo()
        if self.definition.cover_by:
            self.document.cover = self.blocks.cover(self.definition.cover_by)
        if self.faults:
            raise CannotCompile(self.faults)

    def _list_sources(self) -> None:
        """Lists what the words cite at the end, where no section of the kind does."""
        chapters = self.document.chapters
        place = next((chapter for chapter in chapters if chapter.id == SOURCES), None)
        if place is None:
            chapters.append(place := Chapter(SOURCES, _("Sources"), ""))
        place.sections.append(SectionOut("source-list", "", [{"t": "sources"}]))

    def _texts(self) -> dict[str, SectionText]:
        if self.edition is None:
            return words_in_force(self.report)
        return {section: SectionText(section=section, **words) for section, words in self.edition.words.items()}

    def _name_readers(self) -> None:
        """Posts that could read the report before it was out stand in its imprint, or at its end where it has none."""
        readings = self._advance_readings()
        sections = [section for chapter in self.document.chapters for section in chapter.sections]
        if readings and sections:
            place = next((section for section in sections if section.id == "imprint"), sections[-1])
            told = (f"{each.post} ({show_day(timezone.localdate(each.starts_at))})" for each in readings)
            posts = "; ".join(dict.fromkeys(told))
            says = _("Could be read before it was published, by posts that could not change it: %(posts)s.") % {
                "posts": posts
            }
            place.blocks.append({"t": "p", "c": [{"t": "text", "v": says}]})

    def _advance_readings(self) -> list[AdvanceReading]:
        """Those that could read it before it was out: whose window began before, and was not open on the edition before alone."""
        out = self.edition.published_at if self.edition else timezone.now()
        found = self.report.readings.filter(starts_at__lt=out).select_related("report").order_by("starts_at", "pk")
        return [each for each in found if each.was_open and not published_since(each, each.starts_at)]

    def one(self, name: str, words: SectionText) -> Preview:
        """A section alone. Of unknown sections there is nothing to show."""
        found = next((section for section in self.definition.sections if section.id == name), None)
        if found is None:
            return Preview(self.document, None, [TextFault(name, _("is no section of this kind of report"))])
        out = self._section(found, words if words.text.strip() or words.title else None)
        return Preview(self.document, out, self.faults)

    def _check_sections(self, texts: dict[str, SectionText]) -> None:
        known = {section.id for section in self.definition.sections}
        for name in sorted(set(texts) - known):
            self.faults.append(TextFault(name, _("is no section of this kind of report")))

    def _section(self, section: Section, text: SectionText | None) -> SectionOut | None:
        words = text.text if text and text.text.strip() else section.text
        title = text.title if text and text.title else section.title
        title = capfirst(title.replace("{period}", self.period.label))
        if not words.strip():
            if not section.optional:
                self.faults.append(TextFault(section.id, _("has no text yet")))
            return None
        self._check_typed(section.id, words)
        if text:
            self._check_typed(section.id, text.title)
        try:
            nodes = parse(words)
        except BadText as error:
            self.faults.append(TextFault(section.id, str(error)))
            return None
        named = {token.name for token in tokens_in(nodes)}
        if any(token.kind == "headlines" for token in tokens_in(nodes)):
            named |= self.definition.great_figures
        for slug in section.needs:
            if slug not in named:
                self.faults.append(TextFault(section.id, _("must print {{ fig %(slug)s }}") % {"slug": slug}))
        if not title:
            lift(nodes)
        return SectionOut(section.id, title, [self._resolve(section.id, node) for node in nodes])

    def _check_typed(self, place: str, words: str) -> None:
        self._check_numbers(place, words)
        self._check_letters(place, words)

    def _check_numbers(self, place: str, words: str) -> None:
        for number in typed_numbers(words):
            says = _("line %(line)s, “%(words)s”: %(says)s") % {
                "line": number.line, "words": number.around, "says": advice(number, self._figures_worth),
            }  # fmt: skip
            self.faults.append(TextFault(place, says))

    def _check_letters(self, place: str, words: str) -> None:
        """Letters that print lacks. What an edition says was printed."""
        lines = ADDRESS.sub("", words).split("\n") if self.edition is None else ()
        for at, line in enumerate(lines, 1):
            if letters := lacking(line):
                says = _("line %(line)s: “%(letters)s” cannot be printed; the fonts of print do not have it")
                self.faults.append(TextFault(place, says % {"line": at, "letters": letters}))

    # -- tokens --------------------------------------------------------------------------------------------------------

    def _resolve(self, section: str, node: Node) -> Node:
        if node["t"] == "token":
            token: Token = node["token"]
            try:
                return self._token(token)
            except MAKES_NO_SENSE as error:
                says = f"{{{{ {f'{token.kind} {token.name}'.strip()} }}}}: {error}"
                told = _("line %(line)s, %(says)s") % {"line": token.line, "says": says} if token.line else says
                self.faults.append(TextFault(section, told))
                return {"t": "text", "v": ""}
        if node["t"] == "h":
            resolved = [self._resolve(section, child) for child in node["c"]]
            return {**node, "c": resolved, "id": self._anchor("-".join(str(child.get("v", "")) for child in resolved))}
        if "c" in node:
            made = {**node, "c": [self._resolve(section, child) for child in node["c"]]}
            return {**made, "href": self._away(node["href"])} if node["t"] == "link" else made
        if "items" in node:
            return {**node, "items": [[self._resolve(section, child) for child in item] for item in node["items"]]}
        return node

    def _away(self, address: str) -> str:
        """Where a link leads from a file that lies anywhere: paper and Word do not know of which site `/events/` is."""
        is_path = address.startswith("/") and not address.startswith("//")
        return f"{self.base_url}{address}" if is_path and "://" in self.base_url else address

    def _anchor(self, words: str) -> str:
        """Where a heading is found: the second of the same letters has a number, and so has one of another script."""
        name = slug_of(words)
        self.anchors[name] += 1
        return name if self.anchors[name] == 1 else f"{name}-{self.anchors[name]}"

    def _token(self, token: Token) -> Node:
        makers: dict[str, Callable[[Token], Node]] = {
            "fig": self._fig,
            "stated": self._stated,
            "note": lambda t: self.note(t.name),
            "period": lambda t: {"t": "text", "v": self.period.label},
            "chart": self.blocks.chart,
            "table": self.blocks.table,
            "list": self.blocks.listing,
            "quote": self.blocks.quote,
            "photo": self._photo,
            "headlines": lambda t: self.blocks.headlines(self.definition.headlines),
            "source-list": lambda t: self._source_list(),
        }
        return makers[token.kind](token)

    def _source_list(self) -> Node:
        """Where the marks of sources lead, and so in one place."""
        if self.lists_sources:
            raise BadText(_("the sources are listed once in a report"))
        self.lists_sources = True
        return {"t": "sources"}

    def _fig(self, token: Token) -> Node:
        period = Period.parse(token.options["period"]) if "period" in token.options else self.period
        filters = {name: value for name, value in token.options.items() if name != "period"}
        printed = self.printed(token.name, period, filters)
        return {"t": "fig", "key": printed.key, "shown": printed.shown}

    def told(self, kind: str, name: str, tell: Callable[[], Any]) -> Any:
        """What stands beside the words: as the edition told it, or as it is now, and as the next edition will keep it."""
        kept = self.document.told.setdefault(kind, {})
        if name not in kept:
            kept[name] = tell()
        return kept[name]

    def _stated(self, token: Token) -> Node:
        said = self.told("statements", token.name, lambda: self._statement(token.name))
        return {"t": "stated", "shown": said["shown"], "says": said["says"], "n": self.note(said["source"])["n"]}

    def _statement(self, ref: str) -> dict[str, str]:
        statement = self.statements.get(ref)
        if statement is None:
            raise BadText(_("there is no statement “%(name)s”") % {"name": ref})
        if statement.number is None:
            raise BadText(_("“%(name)s” states no number") % {"name": ref})
        return {"shown": show_stated(statement), "says": statement.says, "source": statement.source.ref}

    def _photo(self, token: Token) -> Node:
        found = self.report.photographs.filter(ref=token.name).first()
        if found is None:
            raise BadText(_("the report has no photograph “%(ref)s”") % {"ref": token.name})
        node = self.told("photographs", token.name, lambda: node_of(found, self.document, ""))
        if found.consent == Consent.MISSING:
            raise BadText(_("the photograph %(lacks)s") % {"lacks": _("has no consent")})
        src = self.edition.file(f"web/photographs/{node['file']}") if self.edition else node["src"]
        return {**node, "src": src, "caption": token.finding}

    def _cover_photo(self) -> None:
        try:
            if found := cover_of(self.report):
                self.document.cover_photo = node_of(found, self.document, "")
        except BadText as error:
            self.faults.append(TextFault("cover", str(error)))

    def _source(self, ref: str) -> Source:
        if ref not in self.sources:
            raise BadText(_("there is no source “%(ref)s”") % {"ref": ref})
        return self.sources[ref]

    def note(self, ref: str) -> Node:
        """The mark of an endnote. One source has one note, however often it is cited."""
        for entry in self.document.sources:
            if entry["ref"] == ref:
                return {"t": "fn", "n": int(entry["n"])}
        number = len(self.document.sources) + 1
        said = self.told("sources", ref, lambda: cited(self._source(ref)))
        self.document.sources.append({"n": str(number), "ref": ref, **said})
        return {"t": "fn", "n": number}

    # -- figures -------------------------------------------------------------------------------------------------------

    def reading(self, slug: str, period: Period | None = None) -> Reading:
        """A figure for the report's period or another one, read once."""
        of = period or self.period
        key = (slug, of.key)
        if key not in self.readings:
            as_at = self.as_at if of == self.period else max(self.as_at, of.last_day)
            self.readings[key] = Reading(registry.find(slug), of, as_at=as_at, reader=PUBLIC)
        return self.readings[key]

    def printed(self, slug: str, period: Period | None = None, filters: dict[str, str] | None = None) -> Printed:
        """A figure, or one cell of it, as the edition prints it; its records are kept as evidence."""
        reading = self.reading(slug, period)
        filters = filters or {}
        name = ",".join(f"{dimension}={key}" for dimension, key in sorted(filters.items()))
        key = f"{slug}|{reading.period.key}|{name}"
        if key not in self.document.figures:
            self.document.figures[key] = self._print(key, reading, filters)
        return self.document.figures[key]

    def _print(self, key: str, reading: Reading, filters: dict[str, str]) -> Printed:
        figure, unit = reading.figure, reading.figure.unit
        value, status, basis = reading.value, reading.status, reading.basis
        evidence, total_stated = reading.evidence, reading.total_stated
        anchor, notes, called = "", notes_on(reading), ""
        if filters:
            if len(filters) > 1:
                raise BadText(_("a figure in a sentence is filtered by one dimension"))
            ((dimension, wanted),) = filters.items()
            cell = self._cell(reading, dimension, wanted)
            value, status = cell.value, cell.status
            title = next((str(each.title) for each in reading.dimensions if each.slug == dimension), dimension)
            called = f"{capfirst(title)}: {cell.label if cell.named else wanted}"
            total_stated = cell.parts.get("total_stated", 0)
            basis = {("illustrative" if slug == "total_stated" else slug): 0 for slug in cell.parts}
            for slug, number in cell.parts.items():
                basis["illustrative" if slug == "total_stated" else slug] += number
            evidence = [reading.behind(dimension, [wanted])] if cell.named or cell.value is None else []
            notes += notes_on_cell(reading, dimension, wanted)
            anchor = f"#by-{dimension}"
        return Printed(
            key=key,
            figure=figure.slug,
            title=str(figure.title),
            period=reading.period.key,
            filter=key.split("|")[2],
            value=unit.exact(value),
            shown=str(status.label) if value is None else unit.phrase(value),
            unit=unit.code,
            decimals=unit.printed_decimals(value),
            status=status.value,
            basis={slug: unit.exact(number) for slug, number in basis.items()},
            total_stated=unit.exact(total_stated) or 0,
            version=figure.version,
            definition=figure.definition,
            url=self.figure_url(figure.slug, reading.period) + anchor,
            records=self._evidence(evidence),
            stated=tuple(self._said(figure.slug, reading.period)) if not filters else (),
            notes=tuple(notes),
            cell=called,
        )

    def _cell(self, reading: Reading, dimension: str, key: str) -> Cell:
        """One row of a split. Of a sensitive one that readers may not have, as of a year that is not over, it is suppressed."""
        try:
            breakdown = reading.by(dimension)
        except Refusal:
            if reading.figure.source.dimension(dimension).sensitive:
                return Cell((), None, Status.SUPPRESSED)
            raise
        found = {cell.key: cell for cell in breakdown.rows}
        gone = Cell((), None, Status.SUPPRESSED) if OTHER in found else Cell((), 0)
        if key in found or self.edition:  # what an edition printed is none by now, or stands among the others
            return found.get(key, gone)
        says = _("“%(key)s” is no %(dimension)s here; there are %(keys)s")
        raise BadText(says % {"key": key, "dimension": breakdown.title, "keys": ", ".join(list(found)[:12])})

    def _evidence(self, records: Sequence[QuerySet[Any]]) -> str:
        """Keeps the refs of the records under their digest, and returns it."""
        refs: set[str] = set()
        for found in records:
            refs.update(found.values_list("ref", flat=True))
        ordered = sorted(refs)
        digest = hashlib.sha256("\n".join(ordered).encode()).hexdigest()[:16]
        self.document.records[digest] = ordered
        return digest

    def _said(self, slug: str, period: Period) -> list[str]:
        found = (s for s in self.statements.values() if s.figure == slug and s.period == period.key)
        said = [f"{s.source.author}, {s.place}: {s.says.rstrip('.')}." for s in sorted(found, key=lambda s: s.ref)]
        return list(self.told("beside figures", f"{slug}|{period.key}", lambda: said))

    def figure_url(self, slug: str, period: Period) -> str:
        return f"{self.base_url}/figures/{slug}/{period.key}/"

    def _figures_worth(self, number: float) -> list[str]:
        """Figures that have this value in the report's period: what a typed number should be."""
        found = []
        for figure in registry:
            value = figure.unit.exact(self.reading(figure.slug).value)
            if value is not None and abs(float(value) - number) < 0.5 / 10**figure.unit.decimals:
                found.append(figure.slug)
        return found
