"""The evidence of an edition: every printed figure with its basis and the refs of the records behind it, and the cells of
its charts and tables. No ids, no clock."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from rso.reports.blocks import PLACES
from rso.reports.document import Document


def evidence(document: Document, sums: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """`sums` tell of a published edition how the records of a figure add up to it, by the figure's key."""
    return {
        "report": document.ref,
        "title": document.title,
        "period": document.period,
        "as_at": document.as_at.isoformat(),
        "statement": document.statement,
        "figures": [
            {
                "figure": p.figure, "title": p.title, "period": p.period, "filter": p.filter, "value": p.value, "shown": p.shown,
                "unit": p.unit, "decimals": p.decimals, "obs_status": p.status, "basis": p.basis, "total_stated": p.total_stated,
                "version": p.version, "definition": p.definition, "address": p.url, "records": p.records,
                **({"sums": sums[p.key]} if sums and p.key in sums else {}),
            }
            for p in sorted(document.figures.values(), key=lambda p: p.key)
        ],
        "cells": [
            {
                "figure": cell["figure"], "period": cell["period"], "filter": filter_of(cell), "value": cell["value"],
                "unit": cell["unit"], "obs_status": cell["obs_status"], "basis": cell["basis"],
            }
            for cell in document.breakdowns
        ],
        "records": {digest: document.records[digest] for digest in sorted(document.records)},
        "sources": document.sources,
    }  # fmt: skip


def filter_of(cell: dict[str, Any]) -> str:
    """Which part of its figure a cell is, as pages name it: type=training, or type=training,kind=member_state."""
    pairs = ((cell[dimension], cell[key]) for dimension, key, _label in PLACES if dimension in cell)
    return ",".join(f"{dimension}={key}" for dimension, key in pairs)


def as_bytes(found: dict[str, Any]) -> bytes:
    """The same evidence, the same bytes."""
    return (json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
