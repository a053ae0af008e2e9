"""Kinds of report. Each is a folder here, found and not registered: definition.yaml says parts, sections, figures, rules."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent


class UnknownDefinition(LookupError):
    """No folder of this name holds a definition.yaml."""


@dataclass(frozen=True)
class Section:
    """`text` is what the section says where the office has written nothing; `needs` are figures that it must print."""

    id: str
    title: str = ""
    text: str = ""
    needs: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True)
class Part:
    """A chapter of the report. `mark` numbers it: a number, a letter for annexes, or nothing."""

    id: str
    title: str
    sections: tuple[Section, ...]
    mark: str = "number"


@dataclass(frozen=True)
class Headline:
    """A great number: a figure, another one that its sentence names beside it, and the dimension of its split."""

    figure: str
    beside: str = ""
    by: str = ""


@dataclass(frozen=True)
class Definition:
    slug: str
    title: str
    parts: tuple[Part, ...]
    headlines: tuple[Headline, ...] = ()
    cover_by: str = ""

    @property
    def great_figures(self) -> set[str]:
        """Figures that the great numbers print."""
        return {figure for headline in self.headlines for figure in (headline.figure, headline.beside) if figure}

    @property
    def sections(self) -> list[Section]:
        return [section for part in self.parts for section in part.sections]


@lru_cache
def definition(slug: str) -> Definition:
    """The definition in the folder `slug`. Raises UnknownDefinition."""
    path = HERE / slug / "definition.yaml"
    if not path.is_file():
        raise UnknownDefinition(f"there is no kind of report “{slug}”; there are {', '.join(known())}")
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    parts = tuple(
        Part(
            part["id"],
            part["title"],
            tuple(_section(path.parent, section) for section in part["sections"]),
            part.get("mark", "number"),
        )
        for part in found["parts"]
    )
    return Definition(
        slug,
        found["title"],
        parts,
        tuple(Headline(**headline) for headline in found.get("headlines", ())),
        found.get("cover_by", ""),
    )


def known() -> list[str]:
    return sorted(path.parent.name for path in HERE.glob("*/definition.yaml"))


def _section(folder: Path, found: dict[str, Any]) -> Section:
    default = folder / f"{found['id']}.md"
    text = default.read_text(encoding="utf-8") if default.is_file() else found.get("text", "")
    return Section(
        found["id"], found.get("title", ""), text, tuple(found.get("needs", ())), found.get("optional", False)
    )
