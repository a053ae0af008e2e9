"""Published editions at their addresses for good: what they are, their files, how to cite them, what moved since."""

from __future__ import annotations

import mimetypes
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db.models import Max
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.cache import get_conditional_response
from django.utils.formats import number_format
from django.utils.http import quote_etag
from django.utils.translation import get_language

from rso.core.figures import registry
from rso.core.figures.reading import Reading
from rso.core.keeping import made_once
from rso.core.models import AuditEvent
from rso.core.periods import Period
from rso.reports.citing import Cited
from rso.reports.drift import Movement, drift, in_words, printed_as
from rso.reports.models import Edition, EditionState, Frozen, SectionText, Why
from rso.reports.publishing import folder_of, office_key
from rso.reports.queries import heading_of, sections_of
from rso.reports.seals import public_of


def key(request: HttpRequest) -> HttpResponse:
    """The public key under which the office seals what it publishes."""
    return HttpResponse(public_of(office_key()) + "\n", content_type="text/plain; charset=utf-8")


def moved_since(edition: Edition) -> list[Movement]:
    """What moved since an edition was published, kept until anything changes."""
    last = AuditEvent.objects.aggregate(last=Max("id"))["last"]
    return made_once(f"drift:{edition.pk}:{last}:{get_language()}", lambda: drift(edition))


def changes_of(edition: Edition) -> list[dict[str, Any]]:
    """What it prints differently from the one before: by how much, in which sentences, in words and numbers of the reader's language."""
    if not edition.changes:
        return []
    printed = Frozen.objects.filter(edition__report=edition.report, by="")
    now, then = ({row.key: row for row in printed.filter(edition__number=edition.number - back)} for back in (0, 1))
    return [_change(change, then.get(change["key"]), now.get(change["key"])) for change in edition.changes]


def _change(change: dict[str, Any], then: Frozen | None, now: Frozen | None) -> dict[str, Any]:
    slug, period, part = change["key"].split("|")
    figure = registry.figures.get(slug)
    return {
        **change,
        "title": figure.title if figure else change["title"],
        "cell": _in_words(slug, period, part),
        "before": printed_as(then) if then else change["before"],
        "after": printed_as(now) if now else change["after"],
        "size": _signed(change["by"]),
        "places": now.places if now else [],
    }


def _signed(number: float | None) -> str:
    """By how much a figure is another: with its sign; nothing where it has no number on one side."""
    shown = "" if number is None else number_format(number, force_grouping=True)
    return f"+{shown}" if number and number > 0 else shown


def rewritten(edition: Edition, before: Edition) -> list[str]:
    """The headings of sections that say something else than in the edition before."""
    return [
        heading_of(edition.as_report(), section, SectionText(title=edition.words.get(section.id, {}).get("title", "")))
        for section in sections_of(edition.report)
        if before.words.get(section.id) != edition.words.get(section.id)
    ]


def cells_changed(edition: Edition, before: Edition) -> int:
    """How many cells of the charts and tables that both editions print are others than in the edition before."""
    then, now = (dict(each.frozen.exclude(by="").values_list("key", "cells")) for each in (before, edition))
    both = [[{c["filter"]: c["value"] for c in side[key]} for side in (then, now)] for key in then.keys() & now.keys()]
    return sum(old.get(name, 0) != new.get(name, 0) for old, new in both for name in {**old, **new})


def _in_words(slug: str, period: str, part: str) -> str:
    if not part or slug not in registry.figures:
        return part
    return in_words(Reading(registry.figures[slug], Period.parse(period)), part)


def counted_apart(moved: Sequence[Movement]) -> list[tuple[str, int]]:
    """How many figures moved for which reason."""
    found = Counter(movement.why for movement in moved if movement.frozen.value is not None and not movement.is_cell)
    return [(str(why.label), found[why]) for why in Why if found[why]]


def edition(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    found = _find(ref, number)
    newest = found.report.editions.filter(state=EditionState.PUBLISHED).order_by("-number").first()
    before = found.report.editions.filter(number=number - 1).first()
    moved = moved_since(found)
    context = {
        "edition": found, "report": found.report, "newest": newest if newest and newest.number > number else None,
        "files": _files(found), "cite": Cited.edition(found), "stands": not moved,
        "changes": changes_of(found), "rewritten": rewritten(found, before) if before else [],
        "cells_changed": made_once(f"cells:{found.pk}", lambda: cells_changed(found, before)) if before else 0,
        "moved": [m for m in moved if not m.is_cell and m.published != m.now], "cells": sum(m.is_cell for m in moved),
        "reasons": counted_apart(moved),
    }  # fmt: skip
    return render(request, "reports/edition.html", context)


def _find(ref: str, number: int) -> Edition:
    found: Edition = get_object_or_404(
        Edition.objects.select_related("report", "by", "and_by"), report__ref=ref, number=number
    )
    return found


def _files(edition: Edition) -> list[dict[str, Any]]:
    """The files that a reader takes away, each with its size and digest."""
    folder = folder_of(edition.report.ref, edition.number)
    named = {f"{edition.report.ref}.pdf": "edition.pdf", "data.zip": "data.zip", "web/index.html": "web/index.html"}
    return [
        {"name": name, "address": address, "size": (folder / name).stat().st_size, "sha": edition.files[name]}
        for name, address in named.items()
        if name in edition.files and (folder / name).is_file()
    ]


def file(request: HttpRequest, ref: str, number: int, name: str) -> HttpResponseBase:
    """One of the edition's files, the very bytes that were published; 304 for who has them already."""
    edition = _find(ref, number)
    name = f"{ref}.pdf" if name == "edition.pdf" else name
    digest = edition.files.get(name) or ("manifest" if name == "manifest.json" else "")
    path: Path = folder_of(ref, number) / name
    if not digest or name == "records" or not path.is_file():
        raise Http404
    if unchanged := get_conditional_response(request, etag=quote_etag(digest)):
        return unchanged
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    kind = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
    shown = f"{ref}-edition-{number}{path.suffix}" if path.suffix in (".pdf", ".zip") else path.name
    return FileResponse(path.open("rb"), content_type=kind, filename=shown, headers={"ETag": quote_etag(digest)})
