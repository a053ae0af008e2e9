"""Reads a tagged PDF as a screen reader does: along its structure tree, what is marked as decoration left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

#: Elements that hold a run of their parent's text.
INLINE = {"Span", "Link", "Em", "Strong", "Reference", "Lbl", "Quote", "Sub"}
#: Elements that are read as a line of their own.
LINES = {"Title", "H1", "H2", "H3", "P", "LI", "TR", "Caption", "TOCI", "Figure"}


@dataclass(frozen=True)
class Element:
    """An element of the structure tree: its type, what replaces or describes it, its language, its children."""

    node: DictionaryObject

    @property
    def kind(self) -> str:
        return str(self.node.get("/S", "")).removeprefix("/")

    @property
    def alt(self) -> str:
        return str(self.node.get("/Alt", ""))

    @property
    def kids(self) -> list[Any]:
        found = self.node.get("/K", [])
        found = found.get_object() if isinstance(found, IndirectObject) else found
        return [_object(kid) for kid in (found if isinstance(found, ArrayObject) else [found])]

    @property
    def children(self) -> list[Element]:
        return [Element(kid) for kid in self.kids if isinstance(kid, DictionaryObject) and "/S" in kid]


class Tagged:
    def __init__(self, pdf: PdfReader) -> None:
        self.pdf = pdf
        self._texts: dict[int, dict[int, str]] = {}

    @cached_property
    def root(self) -> DictionaryObject:
        return self.pdf.trailer["/Root"]["/StructTreeRoot"].get_object()

    def elements(self) -> Iterator[Element]:
        """Every element, depth first: in the order of reading."""
        yield from self._below(Element(self.root))

    def _below(self, element: Element) -> Iterator[Element]:
        for child in element.children:
            yield child
            yield from self._below(child)

    def lines(self) -> Iterator[str]:
        """What is read out, a line for each heading, paragraph, entry, row; a note follows the line that bears its mark."""
        yield from self._lines(Element(self.root))

    def _lines(self, above: Element) -> Iterator[str]:
        for element in above.children:
            if element.kind in LINES:
                yield f"{element.kind}  {self.text(element)}"
                yield from (f"Note  {self.text(note)}" for note in self._below(element) if note.kind == "Note")
            else:
                yield from self._lines(element)

    def text(self, element: Element) -> str:
        """What is read out of an element, in order; cells of a row apart, notes left out."""
        return " ".join("".join(self._pieces(element, 0)).split())

    def _pieces(self, element: Element, page: int) -> Iterator[str]:
        page = _page_of(element.node, page)
        if element.alt and element.kind in ("Figure", "Formula"):
            yield f" [{element.alt}] "
            return
        for kid in element.kids:
            if isinstance(kid, int):
                yield self._marked(page).get(int(kid), "")
            elif kid.get("/Type") == "/MCR":
                yield self._marked(_page_of(kid, page)).get(int(kid["/MCID"]), "")
            elif "/S" in kid:
                child = Element(kid)
                gap = (
                    ""
                    if child.kind in INLINE
                    else " | "
                    if child.kind in ("TD", "TH") and kid is not element.kids[0]
                    else " "
                )
                yield gap
                yield from () if child.kind == "Note" else self._pieces(child, page)
                yield gap if gap != " | " else ""

    def _marked(self, number: int) -> dict[int, str]:
        """The text of each marked piece of a page, which is named by the number of its object."""
        if number not in self._texts:
            page = next(page for page in self.pdf.pages if page.indirect_reference.idnum == number)
            found: dict[int, str] = {}
            marks: list[int | None] = []

            def before(operator: bytes, operands: Any, *_matrices: Any) -> None:
                if operator in (b"BDC", b"BMC"):
                    properties = operands[1] if operator == b"BDC" else {}
                    marks.append(properties.get("/MCID") if isinstance(properties, DictionaryObject) else None)
                elif operator == b"EMC":
                    marks.pop()

            def shown(text: str, *_place: Any) -> None:
                mark = next((mark for mark in reversed(marks) if mark is not None), None)
                if mark is not None and text:
                    found[int(mark)] = found.get(int(mark), "") + text

            page.extract_text(visitor_operand_before=before, visitor_text=shown)
            self._texts[number] = found
        return self._texts[number]


def _page_of(node: DictionaryObject, above: int) -> int:
    return node.raw_get("/Pg").idnum if "/Pg" in node else above


def _object(kid: Any) -> Any:
    return kid.get_object() if isinstance(kid, IndirectObject) else kid
