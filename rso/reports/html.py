"""Draws a document's nodes as HTML. Every printed figure is a data element inside a link to its page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from rso.core.templatetags.house import data, was
from rso.reports.document import Chapter, Document
from rso.reports.markdown import Node, walk


def draw_blocks(document: Document, nodes: Sequence[Node]) -> SafeString:
    """The nodes of a section, one after another."""
    return mark_safe("\n".join(_block(document, node) for node in nodes))  # noqa: S308  each block is escaped as it is drawn


def _block(document: Document, node: Node) -> str:
    kind = node["t"]
    if kind == "p":
        return format_html("<p>{}</p>", _inline(document, node["c"]))
    if kind == "h":
        level = min(node["level"] + 1, 3)
        return format_html('<h{} id="{}">{}</h{}>', level, node["id"], _inline(document, node["c"]), level)
    if kind in ("ul", "ol"):
        items = format_html_join("", "<li>{}</li>", ((_item(document, item),) for item in node["items"]))
        return format_html("<{}>{}</{}>", mark_safe(kind), items, mark_safe(kind))  # noqa: S308  one of two words
    if kind == "aside":
        return format_html('<div class="note">{}</div>', draw_blocks(document, node["c"]))
    if kind == "quote":
        return format_html(
            '<blockquote class="pull"><p>“{}”</p><footer>{}</footer></blockquote>', node["words"], node["by"]
        )
    if kind == "hr":
        return "<hr>"
    if kind == "text":
        return escape(node["v"])
    template = {"chart": "components/chart.html", "table": "reports/table.html", "headlines": "reports/headlines.html", "sources": "reports/sources.html", "photo": "reports/photo.html"}[kind]  # fmt: skip
    context: dict[str, Any] = {**node, "document": document, "node": node, "base": document.base_url}
    if kind == "chart":
        context["chart"] = _chart(document, node["chart"])
    if kind == "table":
        context |= {part: [[_cell(document, cell) for cell in row] for row in node[part]] for part in ("rows", "foot")}
        context["gone"] = document.gone.get(node.get("split", ""))
    if kind == "headlines":
        context["of"] = [_headline(document, entry) for entry in node["of"]]
    return render_to_string(template, context)


def _item(document: Document, blocks: Sequence[Node]) -> SafeString:
    """An item of a list; one paragraph alone needs no paragraph mark."""
    if len(blocks) == 1 and blocks[0]["t"] == "p":
        return _inline(document, blocks[0]["c"])
    return draw_blocks(document, blocks)


def _cell(document: Document, cell: dict[str, Any]) -> dict[str, Any]:
    """A cell of a table; with one that has moved since the last edition goes what it was."""
    was = document.moved_cells.get(f"{cell['figure']}|{cell['period']}|{cell['filter']}") if "figure" in cell else None
    return {**cell, "was": was} if was else cell


def _chart(document: Document, chart: dict[str, Any]) -> dict[str, Any]:
    """A chart; with each of its marks that has moved goes what it was, for those who do not see it too."""
    whole, by = f"{chart['figure']}|{chart['period']}|", chart["dimension"]

    def told(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**row, "was": document.moved_cells.get(f"{whole}{by}={row['key']}", "")} for row in rows]

    rows, others = told(chart["rows"]), told(chart["others"])
    moved = [row for row in (*rows, *others) if row["was"]]
    words = (_("%(label)s: %(printed)s when published.") % {"label": r["label"], "printed": r["was"]} for r in moved)
    alt = " ".join([chart["alt"], *words])
    told_too = {
        "moved": moved,
        "alt": alt,
        "total_was": document.moved_cells.get(whole, ""),
        "gone": document.gone.get(chart["split"]),
    }
    return {**chart, "rows": rows, "others": others, **told_too}


def _headline(document: Document, entry: dict[str, Any]) -> dict[str, Any]:
    printed = document.figures[entry["key"]].as_json()
    beside = entry["beside"] and {
        **entry["beside"],
        "printed": document.figures[entry["beside"]["key"]].as_json(),
        "was": document.moved.get(entry["beside"]["key"]),
    }
    split = {"split": _chart(document, entry["split"])} if "split" in entry else {}
    return {**entry, **split, "printed": printed, "beside": beside, "was": document.moved.get(entry["key"])}


def _inline(document: Document, nodes: Sequence[Node]) -> SafeString:
    return format_html_join("", "{}", ((_piece(document, node),) for node in nodes))


def _piece(document: Document, node: Node) -> SafeString | str:
    kind = node["t"]
    if kind == "text":
        return str(node["v"])
    if kind == "fig":
        return draw_figure(document, node["key"])
    if kind == "stated":
        return format_html(
            '<span class="stated" title="{}">{}</span>{}', node["says"], node["shown"], _mark(document, node["n"])
        )
    if kind == "fn":
        return _mark(document, node["n"])
    if kind == "link":
        return format_html('<a href="{}">{}</a>', node["href"], _inline(document, node["c"]))
    return format_html("<{}>{}</{}>", mark_safe(kind), _inline(document, node["c"]), mark_safe(kind))  # noqa: S308  em, strong


def draw_figure(document: Document, key: str) -> SafeString:
    """A number in prose: what it rests on in its line, its place in the data element, its page behind the link.

    Beside one that has moved since the last edition stands what it was.
    """
    printed, before = document.figures[key], document.moved.get(key, "")
    shown = data(printed.shown, printed.as_json(), printed.value, printed.filter)
    basis = format_html(' data-basis="{}"', printed.weakest) if printed.weakest in ("estimated", "illustrative") else ""
    mark = mark_safe(" data-moved") if before else ""
    return format_html(
        '<a class="fig" href="{}"{}{} title="{}">{}</a>{}',
        printed.url,
        basis,
        mark,
        ": ".join(filter(None, (printed.title, printed.rests_on))),
        shown,
        was(before),
    )


def _mark(document: Document, number: int) -> SafeString:
    page = document.page(document.sources_at)
    return format_html('<a class="fn" href="{0}#n{1}" aria-label="Note {1}">[{1}]</a>', page, number)


def keys_in(chapter: Chapter) -> Iterator[str]:
    """The figures that a chapter prints in its words and as great numbers, each as often as it does."""
    for node in _nodes(chapter):
        yield from keys_of(node)


def keys_of(node: Node) -> Iterator[str]:
    """The figures of one node: of a number in a sentence, or of great ones and of those beside them."""
    if node["t"] == "fig":
        yield node["key"]
    for entry in node.get("of", ()):
        yield from (each["key"] for each in (entry, entry["beside"]) if each)


def splits_in(chapter: Chapter) -> Iterator[str]:
    """The splits that it prints as charts, as tables and below great numbers."""
    for node in _nodes(chapter):
        for drawn in (node, node.get("chart", {}), *(entry.get("split", {}) for entry in node.get("of", ()))):
            if "split" in drawn:
                yield drawn["split"]


def _nodes(chapter: Chapter) -> Iterator[Node]:
    return walk(node for section in chapter.sections for node in section.blocks)


def chapter_context(document: Document, at: int) -> dict[str, Any]:
    """What the page of the chapter at a position needs: its sections, the contents, the way back and on.

    Labels in the sections are in the language of the document, whatever the reader's.
    """
    chapters = document.chapters
    chapter = chapters[at]

    def neighbour(other: int) -> dict[str, str] | None:
        if not 0 <= other < len(chapters):
            return None
        return {"title": chapters[other].title, "url": document.page(chapters[other].id)}

    with translation.override(document.language):
        sections = [(section, draw_blocks(document, section.blocks)) for section in chapter.sections]
    return {
        "document": document,
        "chapter": chapter,
        "moved": {key for key in keys_in(chapter) if key in document.moved},
        "moved_splits": document.moved_splits.intersection(splits_in(chapter)),
        "toc": [(each, document.page(each.id)) for each in chapters],
        "sections": sections,
        "before": neighbour(at - 1),
        "after": neighbour(at + 1),
    }
