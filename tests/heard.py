"""What someone hears who cannot see a page: headings, paragraphs, entries, cells and links, in the order of the markup."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import html5lib

#: Elements that are read as a line of their own, and what is said before them.
LINES = {
    **{f"h{level}": f"h{level}" for level in range(1, 7)}, "p": "p", "li": "-", "tr": "tr", "figcaption": "caption", "caption": "table",
    "legend": "group", "label": "label", "summary": "more", "dt": "term", "dd": "is", "button": "button", "footer": "by",
}  # fmt: skip
LANDMARKS = ("nav", "main", "header", "footer", "aside", "form", "section")
INLINE = ("a", "abbr", "b", "cite", "data", "em", "i", "span", "strong", "sup", "time")
UNHEARD = ("script", "style", "template", "head", "svg")


def heard(page: str) -> str:
    """The page as lines of text."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    for element in tree.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    return "\n".join(_lines(tree)) + "\n"


def _lines(element: Any) -> Iterator[str]:
    for child in element:
        if not isinstance(child.tag, str) or _is_silent(child):
            continue
        if child.tag == "svg":
            yield f"picture  {child.get('aria-label')}"
        elif child.tag in ("input", "select", "textarea"):
            yield from _control(child)
        elif child.tag in LINES and not _holds_lines(child):
            yield from _line(LINES[child.tag], child)
        elif child.tag == "a":
            yield from _line("link", child)
        else:
            if child.tag in LANDMARKS and child.get("aria-label"):
                yield f"{child.tag}  {child.get('aria-label')}"
            elif child.tag in LINES or child.tag == "div":
                yield from _line(LINES.get(child.tag, "p"), child, own=True)
            yield from _lines(child)


def _is_silent(element: Any) -> bool:
    if element.tag == "svg":
        return element.get("role") != "img"
    return element.tag in UNHEARD or element.get("aria-hidden") == "true" or element.get("hidden") is not None


def _control(element: Any) -> Iterator[str]:
    if element.get("type") == "hidden":
        return
    chosen = [_said(option) for option in element.iter("option") if option.get("selected") is not None]
    yield f"field  {element.get('type') or element.tag} {element.get('value') or ', '.join(chosen)}".rstrip()


def _holds_lines(element: Any) -> bool:
    if element.tag == "tr":
        return False
    return any(
        child is not element
        and (child.tag in LINES or child.tag in ("table", "ul", "ol", "input", "select", "textarea"))
        for child in element.iter()
    )


def _line(kind: str, element: Any, own: bool = False) -> Iterator[str]:
    """One line, if there is anything to say; with `own`, only what stands directly in the element."""
    if element.tag == "tr":
        text = " | ".join(_said(cell) for cell in element)
    else:
        text = " ".join((element.text or "").split()) if own else _said(element)
    if text:
        yield f"{kind}  {text}"


def _said(element: Any) -> str:
    return " ".join("".join(_pieces(element)).split())


def _pieces(element: Any) -> Iterator[str]:
    """The words inside; a gap where two elements touch, for they are announced one after the other."""
    yield element.text or ""
    touching = False
    for child in element:
        if isinstance(child.tag, str) and not _is_silent(child):
            yield " " if touching or child.tag not in INLINE else ""
            yield f" ({child.get('aria-label')}) " if child.get("aria-label") else "".join(_pieces(child))
            touching = not child.tail
        yield child.tail or ""
