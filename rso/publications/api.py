"""The machine door of this room: the library."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from rso.core.api.doing import Item, Part, absolute, list_of, one_of
from rso.core.models import Basis
from rso.core.periods import known_day
from rso.publications.models import Publication, PublicationKind
from rso.publications.site import PublicationFilters


class EditionItem(Item):
    """One language and version of a work. Its ref is its language and number."""

    ref: str
    issued_on: str
    link: str


class PublicationItem(Item):
    """A work that the office has published. A language or a later edition of it is not a new work."""

    ref: str
    title: str
    kind: PublicationKind
    first_issued_on: str
    authors: str
    series: str
    part_of_series: int | None
    activity: str
    summary: str
    link: str
    basis: str
    source: str
    parts: list[Part]
    editions: list[EditionItem]
    page: str


def told(work: Publication) -> PublicationItem:
    editions = sorted(work.editions.all(), key=lambda each: (each.language, each.number))
    return PublicationItem(
        ref=work.ref,
        title=work.title,
        kind=PublicationKind(work.kind),
        first_issued_on=known_day(work.first_issued_on, work.precision),
        authors=work.authors,
        series=work.series,
        part_of_series=work.part_of_series,
        activity=work.activity.ref if work.activity else "",
        summary=work.summary,
        link=work.link,
        basis=Basis(work.basis).slug,
        source=work.source.ref if work.source else "",
        parts=[Part(ref=each.body.ref, name=each.body.label, part=each.part) for each in work.parts.all()],
        editions=[
            EditionItem(ref=f"{each.language}-{each.number}", issued_on=known_day(each.issued_on, each.precision), link=each.link)
            for each in editions
        ],
        page=absolute(work.get_absolute_url()),
    )  # fmt: skip


def works() -> QuerySet[Publication]:
    """What the public may read, whatever the key."""
    found = Publication.objects.out().newest_first().select_related("activity", "source")
    return found.prefetch_related("parts__body", "editions")


list_of("publications", PublicationItem, works, told, filters=PublicationFilters)
one_of("publications", PublicationItem, lambda ref: get_object_or_404(works(), ref=ref), told, example="p2022-01")
