"""Citing: one figure or table is frozen as its reader sees it, at an address that its content names; how it is cited; what became
of it since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from rso.core.figures import Cell, Crossing, Refusal, registry
from rso.core.figures.holdings import Holdings
from rso.core.figures.moving import Moves
from rso.core.figures.notes import notes_on, notes_on_split
from rso.core.figures.reading import OFFICE, PUBLIC, Reading
from rso.core.figures.suppression import OTHER
from rso.core.models import AuditEvent, Office
from rso.core.periods import Period, show_day
from rso.core.snapshot import snapshot
from rso.core.verbs import kind_of
from rso.reports.drift import records_why
from rso.reports.freezing import cells_of, definition_hash, hold, key_of, told_by
from rso.reports.models import Citation, Edition, EditionState, Frozen

#: Records of a citation that are kept to be compared; of more only the hash.
KEPT = 50_000


def cite(reading: Reading, by: tuple[str, ...], *, now: datetime) -> Citation:
    """Freezes a figure, or a split of it, as the reading's reader sees it. The same content has the same address.

    Raises Refusal, UnknownFigure. Of records that name people nothing is kept for the public but the hash.
    """
    with snapshot(), translation.override("en"):
        last = AuditEvent.objects.aggregate(last=Max("id"))["last"] or 0
        holdings = _held(reading, by)
        says = {**content(reading, by), "rows": holdings.hash_of(key_of(reading))}
        digest = hashlib.sha256(json.dumps(says, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:24]
        may_keep = reading.reader.office or reading.figure.public
        few = sum(len(shelf.refs) for shelf in holdings.shelves.values()) <= KEPT
        kept = holdings.to_bytes() if may_keep and few else None
    made, _new = Citation.objects.get_or_create(
        digest=digest,
        defaults={
            "figure": reading.figure.slug, "period": reading.period.key, "by": ",".join(by), "office": reading.reader.office,
            "says": says, "records": kept, "at": now, "last_event": last,
        },
    )  # fmt: skip
    return made


def content(reading: Reading, by: tuple[str, ...]) -> dict[str, Any]:
    """All that a citation says, without a clock: the same for the same records. Raises Refusal, UnknownFigure."""
    figure, unit = reading.figure, reading.figure.unit
    answer = (reading.across(*by) if len(by) == 2 else reading.by(by[0])) if by else None
    cells = list(answer.cells.values()) if isinstance(answer, Crossing) else list(answer.rows) if answer else []
    printed = _printed(reading, by)
    return {
        "figure": figure.slug, "title": str(figure.title), "period": reading.period.key, "by": list(by),
        "value": unit.exact(reading.value), "unit": unit.code, "status": reading.status.value,
        "shown": str(reading.status.label) if reading.value is None else unit.phrase(reading.value),
        "version": figure.version, "definition": definition_hash(figure), "counts": figure.definition,
        "as_at": reading.as_at.isoformat(), "office": reading.reader.office,
        "notes": [*notes_on(reading), *(notes_on_split(reading, answer) if answer else [])],
        "cells": [_cell(cell, by, unit) for cell in cells], "splits": _splits(reading, by),
        "edition": f"{printed.edition.report.ref}/{printed.edition.number}" if printed else "",
    }  # fmt: skip


def _cell(cell: Cell, by: tuple[str, ...], unit: Any) -> dict[str, Any]:
    pairs = list(zip(by, cell.named, strict=True))
    return {
        "filter": ",".join(f"{slug}={named.key}" for slug, named in pairs), "label": ", ".join(n.label for _s, n in pairs),
        "value": unit.exact(cell.value), "status": cell.status.value,
        "shown": str(cell.status.label) if cell.value is None else unit.show(cell.value),
    }  # fmt: skip


def _splits(reading: Reading, by: tuple[str, ...]) -> list[dict[str, Any]]:
    """Splits of people that a public citation tells of: none that follows may tell them apart."""
    if reading.reader.office:
        return []
    return [
        {
            "figure": whole.figure.slug, "period": whole.period.key, "by": slug, "value": whole.figure.unit.exact(whole.value),
            "cells": [
                {"filter": f"{slug}={c['key']}", "label": c["label"], "value": c["value"]} for c in cells_of(whole, slug)
            ],
        }
        for whole, slug in told_by(reading, by[0] if by else "")
    ]  # fmt: skip


def _printed(reading: Reading, by: tuple[str, ...]) -> Frozen | None:
    """The figure, or the split of it, in the last edition that prints it and holds."""
    found = Frozen.objects.filter(figure=reading.figure.slug, period=reading.period.key, filter="")
    found = found.filter(by__in=["", ",".join(by)], edition__state=EditionState.PUBLISHED)
    return found.select_related("edition__report").order_by("-pk").first()


# -- what became of it -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Since:
    """What became of something cited: `states` are sentences; `cells` those that moved: label, then, now."""

    states: list[str]
    cells: list[tuple[str, str, str]]
    records: list[str]
    #: The edition that prints it now, where that is a later one.
    newer: Edition | None = None


def since(cited: Citation) -> Since:
    """Compares a citation with what its reader would see now."""
    says = cited.says
    edition = _edition(says["edition"])
    withdrawn = edition.withdrawal if edition else ""
    if cited.figure not in registry.figures:
        return Since([_("Withdrawn: the figure is no longer counted.")], [], [])
    before = (
        [_("%(note)s (the edition that printed it: %(edition)s)") % {"note": withdrawn, "edition": edition}]
        if withdrawn
        else []
    )
    reading = _reading_of(cited)
    try:
        with snapshot(), translation.override("en"):
            now = content(reading, tuple(says["by"]))
            records = _moved(cited, reading, now)
    except LookupError:
        return Since([_("Withdrawn: the figure is no longer split so.")], [], [])
    except Refusal:
        return Since([*before, _("The split is withheld now."), _why_withheld(cited)], [], [])
    changed = [_("The definition has changed since.")] if now["definition"] != says["definition"] else []
    changed += [_("The notes have changed since.")] if now["notes"] != says["notes"] else []
    last = _edition(now["edition"]) if now["edition"] != says["edition"] else None
    newer = last if _follows(last, edition) else None
    cells = _cells_moved(says, now)
    if not (before or cells or changed or newer):
        return Since([_("Unchanged since it was cited.")], [], records)
    return Since([*before, _numbers(says, now, cells), *changed], cells, records, newer)


def _numbers(says: dict[str, Any], now: dict[str, Any], cells: list[tuple[str, str, str]]) -> str:
    """Whether the value moved, or its split alone, or neither."""
    if says["value"] != now["value"]:
        return _("Moved: %(before)s when cited, %(now)s now.") % {"before": says["shown"], "now": now["shown"]}
    return _("The value is the same, but its split has moved.") if cells else _("Its numbers are unchanged.")


def _reading_of(cited: Citation) -> Reading:
    return Reading(registry.find(cited.figure), Period.parse(cited.period), reader=OFFICE if cited.office else PUBLIC)


def _why_withheld(cited: Citation) -> str:
    """The reason, asked once more: in the language in force."""
    try:
        content(_reading_of(cited), tuple(cited.says["by"]))
    except Refusal as error:
        return str(error)
    return ""


def for_readers(cited: Citation) -> bool:
    """Whether readers outside may have, of what the office cited of its own view, what they see of it themselves."""
    try:
        content(Reading(registry.find(cited.figure), Period.parse(cited.period)), tuple(cited.says["by"]))
    except (Refusal, LookupError):
        return False
    return True


def _edition(named: str) -> Edition | None:
    """An edition by its report and number, as a citation names it."""
    ref, _slash, number = named.partition("/")
    editions = Edition.objects.select_related("report")
    return editions.filter(report__ref=ref, number=number).first() if number else None


def _follows(found: Edition | None, edition: Edition | None) -> bool:
    """Whether one edition was published after the other, or at all where there was none."""
    return found is not None and (edition is None or found.published_at > edition.published_at)


def _cells_moved(says: dict[str, Any], now: dict[str, Any]) -> list[tuple[str, str, str]]:
    found = [] if says["value"] == now["value"] else [(says["title"], says["shown"], now["shown"])]
    before, after = ({cell["filter"]: cell for cell in side["cells"]} for side in (says, now))
    for name in {**before, **after}:
        both = [side.get(name) or _absent(side) for side in (before, after)]
        if both[0]["value"] != both[1]["value"]:
            found.append((both[0]["label"] or both[1]["label"], both[0]["shown"], both[1]["shown"]))
    return found


def _absent(cells: Mapping[str, Any]) -> dict[str, Any]:
    """What a split says of a value that has no row of its own: nobody, or one knows not how many among the others."""
    with_others = any(pair.endswith(f"={OTHER}") for name in cells for pair in name.split(","))
    return {"value": 0, "shown": "–" if with_others else "0", "label": ""}


def _moved(cited: Citation, reading: Reading, now: dict[str, Any]) -> list[str]:
    """The records that are why: by what was kept, or else all of the kind that were touched since."""
    says = cited.says
    if (now["value"], now["cells"]) == (says["value"], says["cells"]):
        return []
    if cited.records is None:
        kind = kind_of(reading.figure.source.model)
        touched = AuditEvent.objects.filter(kind=kind, id__gt=cited.last_event).order_by("ref")
        return list(touched.values_list("ref", flat=True).distinct()[:200])
    moves = Moves(Holdings.from_bytes(bytes(cited.records)), _held(reading, says["by"]))
    values = [{"": side["value"], **{cell["filter"]: cell["value"] for cell in side["cells"]}} for side in (says, now)]
    names = [name for name in {**values[0], **values[1]} if values[0].get(name, 0) != values[1].get(name, 0)]
    parts = (dict(pair.split("=", 1) for pair in name.split(",") if pair) for name in names)
    return sorted({ref for part in parts for ref in records_why(moves, reading, part)})


def _held(reading: Reading, by: Iterable[str]) -> Holdings:
    holdings = hold([reading])
    for slug in by:
        holdings.split(key_of(reading), reading, slug)
    return holdings


def split_by(cited: Citation) -> list[str]:
    """By what it is split, in words of the language in force; what is no longer known by its name alone."""
    figure = registry.figures.get(cited.figure)
    titles = {each.slug: str(each.title).lower() for each in figure.source.dimensions} if figure else {}
    return [titles.get(slug, slug) for slug in cited.says["by"]]


# -- words -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cited:
    short: str
    full: str
    bibtex: str

    @classmethod
    def edition(cls, edition: Edition) -> Cited:
        office = Office.objects.first() or Office(name="RSO")
        day = timezone.localdate(edition.published_at)
        return cls._of(
            office.name, str(edition), edition.address, edition.ref, day.year, show_day(day), show_day(edition.as_at),
            str(edition.withdrawal),
        )  # fmt: skip

    @classmethod
    def citation(cls, cited: Citation) -> Cited:
        office = Office.objects.first() or Office(name="RSO")
        day, says = timezone.localdate(cited.at), cited.says
        by = _(" by ") + _(" and ").join(split_by(cited)) if says["by"] else ""
        title = f"{says['title']}{by}, {Period.parse(cited.period).label}: {says['shown']}"
        address = f"{settings.BASE_URL}/cite/{cited.digest}/"
        as_at = show_day(day.fromisoformat(says["as_at"]))
        return cls._of(office.name, title, address, f"rso-{cited.digest[:12]}", day.year, show_day(day), as_at)

    @classmethod
    def _of(
        cls, office: str, title: str, address: str, key: str, year: int, day: str, as_at: str, withdrawal: str = ""
    ) -> Cited:
        full = _("%(office)s (%(year)s). %(title)s. Published %(day)s, records as at %(as_at)s. %(address)s")
        note = ". ".join(filter(None, (f"Records as at {as_at}", withdrawal.rstrip("."))))
        said = {"office": office, "year": year, "title": title, "day": day, "as_at": as_at, "address": address}
        bibtex = (
            f"@techreport{{{key},\n  author = {{{{{_plain(office)}}}}},\n  title = {{{_plain(title)}}},\n"
            f"  institution = {{{_plain(office)}}},\n  year = {{{year}}},\n  note = {{{_plain(note)}}},\n  url = {{{address}}}\n}}"
        )
        return cls(f"{office}, {title}", " ".join(filter(None, (full % said, withdrawal))), bibtex)


def _plain(text: str) -> str:
    """A text without the signs that BibTeX reads."""
    return "".join(sign for sign in text if sign not in "{}\\%$&#_~^")
