"""The data edition: a Frictionless Data Package of figures, breakdowns, notes and definitions, with a spec for each chart."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from rso.core.figures import Status, registry
from rso.core.models import Note
from rso.reports.contract import version
from rso.reports.document import Document

LICENCE = {
    "name": "CC-BY-4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
    "title": "Creative Commons Attribution 4.0",
}
FIELDS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "figures": (
        ("figure", "string", "Slug of the figure; see definitions"),
        ("title", "string", "Title of the figure"),
        ("period", "string", "Period that the figure counts"),
        ("filter", "string", "Dimension and value where only a part of the figure is printed"),
        ("value", "number", "The number; money in major units; empty where the status says why"),
        ("unit", "string", "What one is; a currency code for money"),
        ("decimals", "integer", "To how many decimals the report prints it"),
        ("obs_status", "string", "SDMX observation status"),
        ("basis", "string", "How much of the value rests on which basis"),
        ("total_stated", "number", "The part whose total a source states"),
        ("version", "integer", "Version of the definition"),
        ("address", "string", "Where the figure opens onto its records"),
    ),
    "breakdowns": (
        ("figure", "string", "Slug of the figure"),
        ("period", "string", "Period"),
        ("dimension", "string", "By what the figure is split"),
        ("key", "string", "Code of the row"),
        ("label", "string", "The row as people read it"),
        ("across", "string", "By what it is split once more, in a table of two dimensions"),
        ("across_key", "string", "Code of the column"),
        ("across_label", "string", "The column as people read it"),
        ("value", "number", "The number; empty where the status says why"),
        ("unit", "string", "What one is"),
        ("obs_status", "string", "SDMX observation status"),
        ("basis", "string", "What the row rests on"),
    ),
    "definitions": (
        ("figure", "string", "Slug of the figure"),
        ("title", "string", "Title"),
        ("counts", "string", "What it counts"),
        ("leaves_out", "string", "What it leaves out"),
        ("unit", "string", "What one is"),
        ("additive", "boolean", "Whether periods and parts sum to the whole"),
        ("version", "integer", "Version of the definition"),
    ),
    "notes": (
        ("ref", "string", "Ref of the note"),
        ("figure", "string", "Figure that it belongs to"),
        ("period", "string", "Period that it belongs to, or all"),
        ("dimension", "string", "Dimension that it belongs to"),
        ("value", "string", "Value of the dimension that it belongs to"),
        ("text", "string", "The note"),
    ),
    "sources": (
        ("ref", "string", "Ref of the source"),
        ("author", "string", "Author"),
        ("title", "string", "Title"),
        ("published", "string", "Date of publication"),
        ("link", "string", "Address"),
    ),
}


def write_package(document: Document, folder: Path, evidence: bytes) -> None:
    """Writes the package into `folder`. Same document, same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = _rows(document)
    for name, fields in FIELDS.items():
        (folder / f"{name}.csv").write_text(_csv([f[0] for f in fields], rows[name]), encoding="utf-8", newline="")
    specs = folder / "charts"
    specs.mkdir(exist_ok=True)
    for slug, spec in sorted(document.specs.items()):
        (specs / f"{slug}.vl.json").write_text(_json(spec), encoding="utf-8")
    (folder / "evidence.json").write_bytes(evidence)
    (folder / "datapackage.json").write_text(_json(_descriptor(document)), encoding="utf-8")


def _rows(document: Document) -> dict[str, Sequence[Mapping[str, Any]]]:
    printed = [document.figures[key] for key in sorted(document.figures)]
    used = sorted({p.figure for p in printed})
    figures = [
        {
            "figure": p.figure, "title": p.title, "period": p.period, "filter": p.filter, "value": p.value, "unit": p.unit,
            "decimals": p.decimals, "obs_status": p.status, "basis": ";".join(f"{k}:{v}" for k, v in p.basis.items()),
            "total_stated": p.total_stated, "version": p.version, "address": p.url,
        }
        for p in printed
    ]  # fmt: skip
    definitions = [
        {
            "figure": f.slug, "title": str(f.title), "counts": str(f.counts), "leaves_out": str(f.leaves_out), "unit": f.unit.code,
            "additive": str(f.additive).lower(), "version": f.version,
        }
        for f in (registry.find(slug) for slug in used)
    ]  # fmt: skip
    notes = (
        Note.objects.filter(figure__in=used)
        .order_by("ref")
        .values("ref", "figure", "period", "dimension", "value", "text")
    )
    return {
        "figures": figures,
        "breakdowns": document.breakdowns,
        "definitions": definitions,
        "notes": list(notes),
        "sources": [
            {name: source[name] for name in ("ref", "author", "title", "published", "link")}
            for source in document.sources
        ],
    }


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _json(found: Any) -> str:
    return json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _descriptor(document: Document) -> dict[str, Any]:
    cite = _("%(office)s, %(title)s, records as at %(day)s.") % {
        "office": document.office,
        "title": document.title,
        "day": document.as_at.isoformat(),
    }
    return {
        "profile": "tabular-data-package",
        "name": document.ref.lower(),
        "version": version(),
        "title": document.title,
        "description": f"{document.statement}. {cite}".lstrip(". "),
        "licenses": [LICENCE],
        "citation": cite,
        "obs_status": {status.value: str(status.label) for status in Status},
        "resources": [
            {
                "name": name,
                "path": f"{name}.csv",
                "profile": "tabular-data-resource",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {
                    "fields": [{"name": n, "type": t, "description": d} for n, t, d in fields],
                    "missingValues": [""],
                },
            }
            for name, fields in FIELDS.items()
        ],
    }
