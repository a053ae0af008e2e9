"""Reads a section's Markdown with tokens into nodes: plain dictionaries, the one form that screen and print draw from."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token as MarkdownToken
from markdown_it.tree import SyntaxTreeNode

Node = dict[str, Any]
KINDS = ("fig", "list", "chart", "table", "quote", "note", "stated", "period", "headlines", "source-list", "photo")

#: What a kind of token takes beside its name; a figure takes a period and the dimensions by which it is filtered.
TAKES = {"chart": ("by", "kind", "period"), "table": ("by", "across", "period"), "list": ("period",)}
#: Those that print the words behind their bar.
WITH_WORDS = ("chart", "table", "list", "photo")


class BadText(ValueError):
    """A section's text cannot be read; the message says where and what would be right."""


@dataclass(frozen=True)
class Token:
    """`{{ kind name option=value | finding }}`"""

    kind: str
    name: str = ""
    options: dict[str, str] = field(default_factory=dict)
    finding: str = ""
    line: int = 0

    @classmethod
    def parse(cls, text: str, line: int = 0) -> Token:
        head, _bar, finding = text.partition("|")

        def wrong(says: str, **more: str) -> BadText:
            return BadText(says % {"line": line, "token": f"“{{{{ {text.strip()} }}}}”", **more})

        try:
            words = shlex.split(head)
        except ValueError as error:
            raise wrong(_("line %(line)s: %(token)s has an open quote")) from error
        if not words or words[0] not in KINDS:
            raise wrong(_("line %(line)s: %(token)s is no token; there are %(kinds)s"), kinds=", ".join(KINDS))
        names = [word for word in words[1:] if "=" not in word]
        pairs = [word.split("=", 1) for word in words[1:] if "=" in word]
        options = dict(pairs)
        if len(names) > 1:
            raise wrong(_("line %(line)s: %(token)s names %(names)s; name one"), names=_(" and ").join(names))
        if len(options) < len(pairs):
            raise wrong(_("line %(line)s: %(token)s says the same thing twice"))
        takes = TAKES.get(words[0], ())
        if words[0] != "fig" and (odd := next((option for option in options if option not in takes), "")):
            says = _("line %(line)s: %(token)s has “%(option)s=”, which “%(kind)s” does not take; it takes %(takes)s")
            raise wrong(says, option=odd, kind=words[0], takes=", ".join(takes) or _("nothing"))
        if finding.strip() and words[0] not in WITH_WORDS:
            says = _("line %(line)s: %(token)s has words behind its bar, which “%(kind)s” does not print")
            raise wrong(says, kind=words[0])
        return cls(words[0], names[0] if names else "", options, finding.strip(), line)


def _token_rule(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("{{", state.pos):
        return False
    end = state.src.find("}}", state.pos)
    if end < 0:
        return False
    if not silent:
        made = state.push("token", "", 0)
        made.content = state.src[state.pos + 2 : end].strip()
    state.pos = end + 2
    return True


#: How many lists, items, quotations or marks stand in one another: what stands deeper, nobody reads as it was meant.
DEEPEST = 20


def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero", {"maxNesting": 3 * DEEPEST}).enable(
        ["heading", "list", "blockquote", "emphasis", "link", "escape", "newline", "hr"]
    )
    parser.inline.ruler.before("emphasis", "token", _token_rule)
    return parser


PARSER = _parser()


def parse(text: str) -> list[Node]:
    """The text's blocks, tokens still to be resolved. Raises BadText."""
    flat = PARSER.parse(text)
    for block in flat:
        if max(_depths(block)) > DEEPEST:
            says = _("line %(line)s: this stands too deep in lists, quotations or marks of others")
            raise BadText(says % {"line": block.map[0] + 1 if block.map else 0})
    tree = SyntaxTreeNode(flat)
    return [node for child in tree.children for node in _block(child)]


def _depths(block: MarkdownToken) -> Iterator[int]:
    """In how much a block stands, and its words in it."""
    yield (depth := block.level)
    for inner in block.children or ():
        yield (depth := depth + inner.nesting)


def _block(node: SyntaxTreeNode, inside: bool = False) -> Iterator[Node]:
    """The nodes of a block; `inside` another one, nothing stands that fills pages."""
    line = (node.map[0] + 1) if node.map else 0
    if node.type == "heading":
        words = _inline(node.children[0], line)
        if _is_empty(words):
            raise BadText(_("line %(line)s: a heading has words behind its “#”") % {"line": line})
        yield {"t": "h", "level": int(node.tag[1]), "c": words}
    elif node.type == "paragraph":
        token = _alone(node.children[0], line)
        if token and not (inside and token.kind in ("headlines", "source-list")):
            yield {"t": "token", "token": token}
        else:
            yield {"t": "p", "c": _inline(node.children[0], line)}
    elif node.type in ("bullet_list", "ordered_list"):
        items = [[inner for child in item.children for inner in _block(child, True)] for item in node.children]
        yield {"t": "ul" if node.type == "bullet_list" else "ol", "items": items}
    elif node.type == "blockquote":
        yield {"t": "aside", "c": [inner for child in node.children for inner in _block(child, True)]}
    elif node.type == "hr":
        yield {"t": "hr"}
    else:
        raise _unused(node, line)


def _is_empty(nodes: Sequence[Node]) -> bool:
    return all(node["t"] == "text" and not node["v"].strip() for node in nodes)


def _unused(node: SyntaxTreeNode, line: int) -> BadText:
    return BadText(_("line %(line)s: “%(type)s” is not used in reports") % {"line": line, "type": node.type})


BLOCKS = ("list", "chart", "table", "quote", "headlines", "source-list", "photo")


def _alone(node: SyntaxTreeNode, line: int) -> Token | None:
    """The token of a paragraph that is nothing but one that makes a block."""
    own = [child for child in node.children if child.type != "text" or child.content.strip()]
    token = Token.parse(own[0].content, line) if len(own) == 1 and own[0].type == "token" else None
    return token if token and token.kind in BLOCKS else None


def _in_a_sentence(text: str, line: int) -> Token:
    """A token among words. One that makes a block is none: a table cannot be set in a line."""
    token = Token.parse(text, line)
    if token.kind in BLOCKS:
        says = _(
            "line %(line)s: %(token)s stands alone in a paragraph of its own, with an empty line before and after it"
        )
        raise BadText(says % {"line": line, "token": f"{{{{ {text} }}}}"})
    return token


def _inline(node: SyntaxTreeNode, line: int) -> list[Node]:
    found: list[Node] = []
    for child in node.children:
        if child.type == "text":
            found.append({"t": "text", "v": child.content})
        elif child.type in ("softbreak", "hardbreak"):
            line += 1
            found.append({"t": "text", "v": " "})
        elif child.type == "token":
            found.append({"t": "token", "token": _in_a_sentence(child.content, line)})
        elif child.type in ("em", "strong"):
            found.append({"t": child.type, "c": _inline(child, line)})
        elif child.type == "link":
            words = _inline(child, line)
            if not child.attrs["href"] or _is_empty(words):
                says = _("line %(line)s: a link has words and an address, as [events](/events/)")
                raise BadText(says % {"line": line})
            if leads := next((token for token in tokens_in(words) if token.kind != "period"), None):
                says = _("line %(line)s: %(token)s leads to a page of its own; write it beside the link, not in it")
                raise BadText(says % {"line": line, "token": f"{{{{ {leads.kind} {leads.name} }}}}"})
            found.append({"t": "link", "href": str(child.attrs["href"]), "c": words})
        else:
            raise _unused(child, line)
    return found


def links_in(text: str) -> Iterator[str]:
    """Where the links of a text lead, in order, whatever else is wrong with it."""
    for block in PARSER.parse(text):
        for inner in block.children or ():
            if inner.type == "link_open":
                yield str(inner.attrs["href"])


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    """Every node, in order, and those within it."""
    for node in nodes:
        yield node
        yield from walk(node.get("c", ()))
        for item in node.get("items", ()):
            yield from walk(item)


def tokens_in(nodes: Sequence[Node]) -> Iterator[Token]:
    """Every token of a text, in order."""
    return (node["token"] for node in walk(nodes) if node["t"] == "token")


def lift(nodes: Sequence[Node]) -> None:
    """Begins the headings of a section that has none of its own with the first level, and lets none skip one."""
    heads = [node for node in walk(nodes) if node["t"] == "h"]
    least, before = min((head["level"] for head in heads), default=1), 0
    for head in heads:
        head["level"] = before = min(head["level"] - least, before) + 1


def plain(nodes: Sequence[Node]) -> str:
    """The words of inline nodes, without their form."""
    text = ""
    for node in nodes:
        text += node.get("v", "") or node.get("shown", "") or plain(node.get("c", []))
    return text


def slug_of(text: str) -> str:
    """An anchor for a heading."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60] or "section"
