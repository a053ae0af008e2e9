"""The style sheet: it holds for scripts that run from the right, and stays small."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import tinycss2

from rso.core.fonts import font_faces

STATIC = Path(__file__).resolve().parents[2] / "static"
SHEETS = ("faces.css", "rso.css")
#: What names a side of the screen where CSS can name a side of the text.
PHYSICAL = re.compile(
    r"(min-|max-)?(width|height)|left|right|top|bottom|(margin|padding|border|scroll-margin|scroll-padding)-(left|right|top|bottom)(-.*)?"
    r"|border-(top|bottom)-(left|right)-radius"
)
SIDES = {"left", "right"}


def declarations(nodes: list) -> Iterator[tuple[str, str, str]]:
    """(rule, property, value) of every declaration, in rules nested in layers and media too."""
    for node in nodes:
        if node.type not in ("qualified-rule", "at-rule") or not node.content:
            continue
        name = tinycss2.serialize(node.prelude).strip()
        if node.type == "at-rule" and node.lower_at_keyword in ("layer", "media"):
            yield from declarations(tinycss2.parse_rule_list(node.content, True, True))
            continue
        for found in tinycss2.parse_blocks_contents(node.content, True, True):
            if found.type == "declaration":
                yield name, found.lower_name, tinycss2.serialize(found.value).strip()
            else:
                assert found.type != "error", f"{name}: {found.message}"


def rules(text: str) -> list[tuple[str, str, str]]:
    return list(declarations(tinycss2.parse_stylesheet(text, True, True)))


def physical(text: str) -> list[str]:
    return [
        f"{rule}: {name}: {value}"
        for rule, name, value in rules(text)
        if PHYSICAL.fullmatch(name) or (name in ("text-align", "float", "clear") and value in SIDES)
    ]


def test_a_physical_property_is_recognised_wherever_it_stands():
    text = "@layer a{@media print{.b{margin-left:1px; text-align:right; inline-size:2px}} .c{width:1px}}"
    assert physical(text) == [".b: margin-left: 1px", ".b: text-align: right", ".c: width: 1px"]


def test_every_length_and_side_follows_the_direction_of_the_text():
    text = (STATIC / "rso.css").read_text()
    assert len(rules(text)) > 500
    assert physical(text) == []


def test_the_whole_look_is_at_most_45_kilobytes_and_12_compressed():
    sheets = [(STATIC / name).read_bytes() for name in SHEETS]
    assert sum(map(len, sheets)) <= 45_000
    assert sum(len(gzip.compress(sheet)) for sheet in sheets) <= 12_000


def test_the_rules_of_the_fonts_are_those_that_the_fonts_were_made_with():
    assert (STATIC / "faces.css").read_text() == font_faces()


def test_a_face_asks_for_a_file_that_is_there():
    asked = set(re.findall(r'url\("fonts/([^"]+)"\)', (STATIC / "faces.css").read_text()))
    assert asked == {path.name for path in (STATIC / "fonts").iterdir()}
