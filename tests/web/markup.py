"""Reads a page as a browser would, and says what is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib

CONTROLS = ("input", "select", "textarea")
SVG = "{http://www.w3.org/2000/svg}"


class Page:
    """A page that was answered at an address."""

    def __init__(self, address: str, body: bytes, status: int = 200) -> None:
        self.address, self.status = address, status
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        self.root: Element = parser.parse(body, transport_encoding="utf-8")
        self.parse_errors = [f"line {place[0]}: {code} {rest}" for place, code, rest in parser.errors]

    def all(self, *names: str) -> list[Element]:
        return [element for element in self.root.iter() if element.tag in names]

    @cached_property
    def ids(self) -> Counter[str]:
        return Counter(element.get("id", "") for element in self.root.iter() if element.get("id") is not None)

    @property
    def title(self) -> str:
        return words(self.root.find("head/title"))

    @property
    def links(self) -> set[str]:
        """The addresses on this site to which its links and forms that ask lead, with their fragments."""
        found = {urljoin(self.address, element.get("href", "")) for element in self.all("a") if element.get("href")}
        # What a form sends is taken by the address that it names, and shown by no other.
        asking = (form for form in self.all("form") if form.get("method", "get").lower() != "post")
        found |= {urljoin(self.address, form.get("action") or "") for form in asking}
        return {link for link in found if not urlsplit(link).netloc and not urlsplit(link).scheme}

    @property
    def faults(self) -> list[str]:
        """Everything that is wrong with the page, in words."""
        checks = (
            *(self.parse_errors, self.language(), self.headings(), self.landmarks(), self.what_a_policy_refuses()),
            *(self.names_once(), self.pointers(), self.labels(), self.assets(), self.texts(), self.tables()),
        )
        return [f"{self.address}: {fault}" for check in checks for fault in check]

    def language(self) -> Iterator[str]:
        html = self.root if self.root.tag == "html" else self.root.find("html")
        assert html is not None
        if not html.get("lang"):
            yield "does not say its language"
        if len(self.title) < 8:
            yield f"its title is {self.title!r}"

    def headings(self) -> Iterator[str]:
        levels = [int(element.tag[1]) for element in self.all("h1", "h2", "h3", "h4", "h5", "h6")]
        if levels.count(1) != 1:
            yield f"{levels.count(1)} headings of level 1"
        for above, level in zip([0, *levels], levels, strict=False):
            if level > above + 1:
                yield f"a heading of level {level} follows one of level {above}"

    def landmarks(self) -> Iterator[str]:
        if len(self.all("main")) != 1:
            yield f"{len(self.all('main'))} main"
        names = Counter(element.get("aria-label") or element.get("aria-labelledby") for element in self.all("nav"))
        yield from (f"{number} nav called {name}" for name, number in names.items() if number > 1 or not name)

    def what_a_policy_refuses(self) -> Iterator[str]:
        yield from (f"has <{element.tag}>" for element in self.all("style", "iframe", "object", "embed", "base"))
        scripts = [element for element in self.all("script") if element.get("type") != "application/json"]
        yield from ("has an inline script" for element in scripts if not element.get("src") or element.text)
        for element in self.root.iter():
            yield from (
                f"<{element.tag} {name}>" for name in element.attrib if name == "style" or name.startswith("on")
            )
            for name in ("href", "src", "action"):
                if urlsplit(element.get(name, "")).scheme not in ("", "http", "https", "mailto"):
                    yield f"leads to {element.get(name)}"

    def names_once(self) -> Iterator[str]:
        yield from (f"id {name!r} stands {number} times" for name, number in self.ids.items() if number > 1 or not name)

    def pointers(self) -> Iterator[str]:
        """Attributes that name another element of the page name one that is there."""
        for element in self.root.iter():
            for attribute in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
                for name in (element.get(attribute) or "").split():
                    if name not in self.ids:
                        yield f"{attribute}={name!r} names nothing"
            href = element.get("href", "")
            if element.tag == "a" and href.startswith("#") and href[1:] not in self.ids:
                yield f"{href} is nowhere on the page"

    def labels(self) -> Iterator[str]:
        labelled = {element.get("for") for element in self.all("label")}
        for element in self.all(*CONTROLS):
            named = element.get("id") in labelled or element.get("aria-label") or element.get("type") == "hidden"
            if not named:
                yield f"{element.tag} {element.get('name')} has no label"

    def assets(self) -> Iterator[str]:
        """What a browser fetches by itself comes from this site, or lies beside the page."""
        sources = [element.get("src", "") for element in self.root.iter() if element.get("src") is not None]
        sources += [e.get("href", "") for e in self.all("link") if e.get("rel") in ("stylesheet", "icon", "preload")]
        ours = ("/static/", "/media/", f"{self.address.rpartition('/')[0]}/")
        yield from (f"fetches {source}" for source in sources if not urljoin(self.address, source).startswith(ours))

    def texts(self) -> Iterator[str]:
        """What can be followed, pushed or looked at has words."""
        for element in self.all("a", "button", "summary", "th", "caption", "h1", "h2", "h3", "h4", "label", "option"):
            if not words(element) and not any(part.get("aria-label") for part in element.iter()):
                yield f"<{element.tag}> has no words"
        yield from (f"img {element.get('src')} has no alt" for element in self.all("img") if element.get("alt") is None)
        for element in self.all(f"{SVG}svg"):
            if element.get("aria-hidden") != "true" and not (element.get("role") == "img" and named(element, self.ids)):
                yield "an svg is neither hidden nor named"

    def tables(self) -> Iterator[str]:
        for table in self.all("table"):
            if table.find("caption") is None:
                yield "a table has no caption"
            yield from ("a table’s heading has no scope" for head in table.iter("th") if not head.get("scope"))


def words(element: Element | None) -> str:
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def named(element: Element, ids: Iterable[str]) -> bool:
    return bool(element.get("aria-label") or element.get("aria-labelledby") in ids)
