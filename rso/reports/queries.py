"""Reads of this room: who wrote a text last, what is not approved, what stands in each section of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import translation

from rso.accounts.models import Role, User
from rso.core.periods import Period
from rso.reports.definitions import Part, Section, UnknownDefinition, definition
from rso.reports.models import (
    SOURCE_LANGUAGE,
    CommentState,
    Edition,
    Photograph,
    Report,
    SectionText,
    TextState,
    TextVersion,
)

#: How each state of a text or a report is drawn.
LOOKS: dict[str, str] = {"draft": "", "in_review": "wait", "approved": "ok", "published": "ok", "superseded": "stop"}
DONE = (TextState.APPROVED, TextState.PUBLISHED)


def latest(text: SectionText) -> TextVersion | None:
    """The version that the text says now."""
    return text.versions.select_related("by").order_by("-number").first() if text.pk else None


def author_of(text: SectionText) -> int | None:
    """Who wrote what the text says now, by database id."""
    return text.versions.order_by("-number").values_list("by", flat=True).first()


def editions_that_print(photograph: Photograph) -> list[Edition]:
    """The editions whose files hold a photograph, newest first: whoever takes back a consent is shown in them still."""
    found = photograph.report.editions.select_related("report").order_by("-number")
    file = f"web/photographs/{photograph.ref}."
    return [edition for edition in found if any(path.startswith(file) for path in edition.files)]


def sections_of(report: Report) -> Sequence[Section]:
    """The sections of the report's kind; none where the kind is not known."""
    try:
        return definition(report.definition).sections
    except UnknownDefinition:
        return []


def unapproved(report: Report) -> list[SectionText]:
    """Texts that the edition would print and no co-manager has approved."""
    known = {section.id for section in sections_of(report)}
    texts = (
        report.texts.filter(language=SOURCE_LANGUAGE)
        .exclude(state__in=DONE)
        .exclude(text="", title="")
        .order_by("section")
    )
    return [text for text in texts if text.section in known]


class Signing(NamedTuple):
    """Co-managers in office who have not signed the report as it stands, and who have, by name."""

    waits: list[User]
    signed: list[User]

    @property
    def publishers(self) -> list[User]:
        """Who may publish it: those who have signed, once all have; none before two have."""
        return self.signed if len(self.signed) > 1 and not self.waits else []


def signing(report: Report) -> Signing:
    signed = Exists(report.signatures.filter(by=OuterRef("pk")))
    managers = User.objects.filter(role=Role.CO_MANAGER, is_active=True).annotate(has_signed=signed).order_by("name")
    found = Signing([], [])
    for user in managers:
        (found.signed if user.has_signed else found.waits).append(user)
    return found


def unsigned(report: Report) -> list[User]:
    return signing(report).waits


def heading_of(report: Report, section: Section, text: SectionText | None = None) -> str:
    """What a section is called on the pages where it is written, as it is printed: one without a heading by the name of its kind."""
    title = (text and text.title) or section.title or section.id.replace("-", " ").capitalize()
    with translation.override(SOURCE_LANGUAGE):
        return title.replace("{period}", Period.parse(report.period).label)


@dataclass(frozen=True)
class Row:
    """A section as the contents of the workspace show it; `text` is None where nobody has begun."""

    report: Report
    section: Section
    text: SectionText | None
    #: The comments that are open on it, and those on its translations by their language.
    comments: int
    languages: Mapping[str, int]

    @property
    def look(self) -> str:
        return LOOKS[self.text.state] if self.text else ""

    @property
    def asked_in(self) -> list[tuple[str, int]]:
        """The translations with open comments, and how many."""
        return [(language, number) for language, number in self.languages.items() if number]

    @property
    def title(self) -> str:
        return heading_of(self.report, self.section, self.text)


def contents(report: Report) -> list[tuple[Part, list[Row]]]:
    """Parts and sections of a report in their order, with their texts: two queries, however many there are."""
    open_ones = Count("comments", filter=Q(comments__state=CommentState.OPEN))
    texts = list(report.texts.select_related("writer").annotate(open_comments=open_ones).order_by("language"))
    own = {text.section: text for text in texts if text.language == SOURCE_LANGUAGE}
    others: dict[str, dict[str, int]] = {}
    for text in texts:
        if text.language != SOURCE_LANGUAGE:
            others.setdefault(text.section, {})[text.language] = getattr(text, "open_comments", 0)
    try:
        parts = definition(report.definition).parts
    except UnknownDefinition:
        return []
    return [(part, [_row(report, section, own, others) for section in part.sections]) for part in parts]


def _row(
    report: Report, section: Section, own: Mapping[str, SectionText], others: Mapping[str, Mapping[str, int]]
) -> Row:
    text = own.get(section.id)
    return Row(report, section, text, getattr(text, "open_comments", 0), others.get(section.id, {}))
