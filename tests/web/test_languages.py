"""The site in three languages: labels in the language of the page, prose in English and marked so, the same page one click away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from urllib.parse import parse_qsl, urlsplit
from xml.etree.ElementTree import Element

import polib
import pytest
from django.conf import settings
from django.test import Client

from rso.core.messages import LOCALE
from rso.events.models import Event
from rso.members.models import Body
from tests.web.markup import Page, words
from tests.web.walking import ask, bring_out, table

pytestmark = pytest.mark.usefixtures("office")
SPOKEN = ("aria-label", "title", "placeholder", "alt")
LETTERS, THAI = re.compile(r"[A-Za-z]{2,}"), re.compile(r"[\u0e00-\u0e7f]")
#: What is written in Latin letters in every language: codes and abbreviations, an address, quoted words.
SAME = re.compile(r"\b[A-Z]{2,}\d*\b|Bali Process|office@rso\.example|“[^”]*”")


def spoken(element: Element, language: str = "") -> Iterator[tuple[str, str]]:
    """(language, text) of all that a page shows or says, but for its title and what only machines read."""
    language = element.get("lang", language)
    if element.tag in ("head", "style", "code", "option") or not isinstance(element.tag, str):
        return
    for text in (element.text, *(element.get(name) for name in SPOKEN)):
        if text and text.strip():
            yield language, " ".join(text.split())
    for child in element:
        yield from spoken(child, language)
        if child.tail and child.tail.strip():
            yield language, " ".join(child.tail.split())


@cache
def addresses() -> list[str]:
    return [
        line.address
        for line in table()
        if line.answers[0] in (200, 422) and not line.address.startswith(("/th/", "/id/"))
    ]


def pages(client: Client, language: str) -> Iterator[Page]:
    for address in addresses():
        response = ask(client, f"/{language}{address}")
        if response.headers["Content-Type"].startswith("text/html"):
            yield Page(address, response.content, response.status_code)


def names() -> set[str]:
    """Names that are written the same in every language: of bodies that have no other, and of places."""
    bodies = {body.name for body in Body.objects.all() if "th" not in body.names}
    return bodies | {part for place in Event.objects.values_list("place", flat=True) for part in place.split(", ")} - {
        ""
    }


@pytest.mark.long
def test_a_thai_page_marks_what_it_says_in_english_and_nothing_else(client):
    known, found = names(), {}
    for page in pages(client, "th"):
        own_words = [value for _name, value in parse_qsl(urlsplit(page.address).query)]
        same = re.compile(
            "|".join(rf"\b{re.escape(name)}\b" for name in sorted([*known, *own_words], key=len, reverse=True))
        )
        for language, text in spoken(page.root):
            if language == "th" and LETTERS.search(SAME.sub("", same.sub("", text))):
                found[text] = page.address
            if language == "en" and THAI.search(text) and page.address != "/components/":
                found[text] = page.address
    assert found == {}


@pytest.mark.long
def test_an_indonesian_page_shows_no_label_as_it_stands_in_english(client):
    catalogue = polib.pofile(str(LOCALE / "id" / "LC_MESSAGES" / "django.po"))
    english = (
        {entry.msgid for entry in catalogue if entry.msgid != entry.msgstr}
        - {entry.msgstr for entry in catalogue}
        - names()
    )
    found = {
        text: page.address
        for page in pages(client, "id")
        for language, text in spoken(page.root)
        if language == "id" and text in english
    }
    assert found == {}


@pytest.mark.parametrize(
    "address", ["/", "/events/?type=training&year=2022", "/figures/participations/2022/", "/nowhere/"]
)
@pytest.mark.parametrize("language", ["en", "id", "th"])
def test_a_page_names_itself_in_every_language(client, language, address):
    prefix = "" if language == "en" else f"/{language}"
    page = Page(address, client.get(prefix + address).content)
    here = {code: ("" if code == "en" else f"/{code}") + address for code, _name in settings.LANGUAGES}

    assert page.root.get("lang") == language
    assert page.root.get("dir") is None
    alternates = {
        link.get("hreflang"): link.get("href")
        for link in page.all("link")
        if link.get("rel") == "alternate" and link.get("hreflang")
    }
    assert alternates == {code: settings.BASE_URL + there for code, there in here.items()}
    switch = {
        a.get("lang"): (a.get("href"), a.get("aria-current"), words(a)) for a in page.all("a") if a.get("class") == "sw"
    }
    assert switch == {
        code: (here[code], "true" if code == language else None, name) for code, name in settings.LANGUAGES
    }


def test_a_report_in_english_leads_a_thai_reader_to_thai_pages(client):
    bring_out("annual-2022")
    page = Page("/th/reports/annual-2022/headlines/", client.get("/th/reports/annual-2022/headlines/").content)
    languages = {a.get("hreflang") for a in page.all("a")} - {None}
    inside = {link for link in page.links if not link.startswith(("/reports/annual-2022/headlines/", "/id/"))}

    assert languages == {"en", "id", "th"}
    assert [link for link in inside if not link.startswith("/th/")] == []
    assert "/th/figures/people-reached/2022/" in inside


def test_days_and_numbers_are_written_as_each_language_writes_them(client):
    dates = {
        code: words(Page("", client.get(f"{code}/events/e2022-06/").content).all("dd")[0])
        for code in ("", "/id", "/th")
    }
    assert dates == {"": "7–8 September 2022", "/id": "7–8 September 2022", "/th": "7–8 กันยายน 2022"}

    shown = {
        code: words(Page("", client.get(f"{code}/figures/expenditure/2022/").content).all("data")[0]) for code in dates
    }
    assert shown == {"": "AUD 2,430,000", "/id": "AUD 2.430.000", "/th": "AUD 2,430,000"}

    entries = {code: Page("", client.get(f"{code}/figures/expenditure/2022/").content).all("td") for code in dates}
    amounts = {code: {words(cell) for cell in cells if cell.get("class") == "num"} for code, cells in entries.items()}
    fee = {"3,311.31", "3.311,31"}
    assert {code: found & fee for code, found in amounts.items()} == {
        "": {"3,311.31"},
        "/id": {"3.311,31"},
        "/th": {"3,311.31"},
    }


@pytest.mark.parametrize("language", ["id", "th"])
def test_a_page_says_that_its_translation_is_unchecked(client, language):
    foot = words(Page("", client.get(f"/{language}/").content).all("footer")[0])
    entry = polib.pofile(str(LOCALE / language / "LC_MESSAGES" / "django.po")).find(
        "Translations have not been checked; prose is in English."
    )
    assert foot.count(entry.msgstr) == 1
    assert "Translations have not been checked" not in words(Page("", client.get("/").content).all("footer")[0])
