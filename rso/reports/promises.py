"""What whoever uses our data relies on: definitions, codes, columns. Its version, and the changelog that follows from it.

The description is committed (`data/api/contract.json`) and renewed by `rso contract --renew`, which compares it with the last
one: what was removed or changed makes a new major version, what was added a minor one, another wording a patch.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.utils import translation

from rso.core.figures import Dimension, Status, registry
from rso.core.folders import put
from rso.core.models import Basis
from rso.reports.contract import PATH, published
from rso.reports.package import FIELDS

FIRST = "1.0.0"
#: Of a figure or column, what says how it is worded and not what it means.
WORDING = frozenset({"title", "says"})

Part = dict[str, Any]
Description = dict[str, dict[str, Part]]


@dataclass(frozen=True)
class Change:
    """One difference between two descriptions."""

    kind: str
    name: str
    what: str
    detail: str = ""

    @property
    def level(self) -> int:
        """0 major, 1 minor, 2 patch."""
        return {"removed": 0, "changed": 0, "added": 1, "reworded": 2}[self.what]

    def as_json(self) -> dict[str, str]:
        return {"kind": self.kind, "name": self.name, "what": self.what, "detail": self.detail}


def describe() -> Description:
    """What the code promises now, in English."""
    with translation.override("en"):
        dimensions = {d.slug: d for figure in registry for d in figure.source.dimensions}
        found: Description = {
            "figure": {
                figure.slug: {
                    "title": str(figure.title), "definition": figure.definition, "version": figure.version, "unit": figure.unit.code,
                    "additive": figure.additive, "dimensions": sorted(d.slug for d in figure.source.dimensions),
                }
                for figure in registry
            },
            "dimension": {slug: {"title": str(dimension.title)} for slug, dimension in dimensions.items()},
            "code": dict(_codes(dimensions)),
            "column": {
                f"{resource}.{name}": {"type": kind, "says": says}
                for resource, fields in FIELDS.items()
                for name, kind, says in fields
            },
        }  # fmt: skip
    return {kind: dict(sorted(parts.items())) for kind, parts in found.items()}


def _codes(dimensions: Mapping[str, Dimension]) -> Iterator[tuple[str, Part]]:
    """Every code that stands in the code itself, by `list.code`: a label is all the definition that a code has."""
    lists: dict[str, type[models.Choices]] = {"obs_status": Status, "basis": Basis}
    for slug, dimension in dimensions.items():
        if isinstance(dimension.values, type) and issubclass(dimension.values, models.Choices):
            lists[slug] = dimension.values
    for name, choices in lists.items():
        for choice in choices:
            code = choice.name.lower() if isinstance(choice, int) else str(choice.value)
            yield f"{name}.{code}", {"label": str(choice.label)}


def compare(old: Description, new: Description) -> list[Change]:
    """What was removed, changed, added, worded anew: the gravest first."""
    found = []
    for kind in sorted(old.keys() | new.keys()):
        before, after = old.get(kind, {}), new.get(kind, {})
        for name in sorted(before.keys() | after.keys()):
            if name not in after:
                found.append(Change(kind, name, "removed"))
            elif name not in before:
                found.append(Change(kind, name, "added"))
            elif change := _moved(kind, name, before[name], after[name]):
                found.append(change)
    return sorted(found, key=lambda change: change.level)


def _moved(kind: str, name: str, before: Part, after: Part) -> Change | None:
    differ = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    if not differ:
        return None
    more = differ == ["dimensions"] and set(before["dimensions"]) < set(after["dimensions"])
    what = "added" if more else "reworded" if WORDING.issuperset(differ) else "changed"
    return Change(kind, name, what, "; ".join(f"{key}: {before.get(key)} → {after.get(key)}" for key in differ))


def bumped(version: str, changes: list[Change]) -> str:
    """The version after these changes."""
    parts = [int(part) for part in version.split(".")]
    at = min((change.level for change in changes), default=3)
    return ".".join(str(part + 1 if i == at else 0 if i > at else part) for i, part in enumerate(parts))


def renewed(old: dict[str, Any] | None, today: date) -> dict[str, Any]:
    """The contract as the code has it now; the same as `old` where nothing has changed."""
    now = describe()
    if old is None:
        entry: Part = {"version": FIRST, "date": today.isoformat(), "changes": []}
        return {"version": FIRST, "changelog": [entry], "description": now}
    changes = compare(old["description"], now)
    if not changes:
        return old
    number = bumped(old["version"], changes)
    entry = {"version": number, "date": today.isoformat(), "changes": [change.as_json() for change in changes]}
    return {"version": number, "changelog": [entry, *old["changelog"]], "description": now}


def renew(today: date) -> dict[str, Any]:
    """Writes the contract anew. Raises OSError."""
    found = renewed(published() if PATH.exists() else None, today)
    put(PATH, (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode())
    published.cache_clear()
    return found
