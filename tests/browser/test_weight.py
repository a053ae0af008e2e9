"""What a first visit moves over the wire: bytes, requests, fonts. Served by the product's own server, compressed."""

from __future__ import annotations

import gzip
from typing import NamedTuple

import pytest

from tests.browser.pages import PAGES
from tests.browser.reader import Reader
from tests.conftest import HOUSE
from tests.sampling import few

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
KB = 1000
LATIN = {"public-sans", "office-serif-600", "public-sans-ext", "office-serif-600-ext"}
NAMES = {"language-names"}


class Visit(NamedTuple):
    """What a visitor whose cache is empty gets: bytes with headers as the network carries them, requests, fonts of scripts."""

    moved: int
    requests: int
    scripts: set[str]


def visit(reader, path: str) -> Visit:
    return weighed(reader(), path)


def weighed(opened: Reader, path: str) -> Visit:
    network = opened.context.new_cdp_session(opened.page)
    network.send("Network.enable")
    sizes: list[float] = []
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    opened.open(path)
    while len(sizes) < len(opened.requests):
        opened.page.wait_for_timeout(10)
    return Visit(int(sum(sizes)), len(sizes), opened.fonts - LATIN - NAMES)


#: Pages of the office as they are opened first: the day, a full page of a list, a record, a form.
OFFICE = {
    "office": "/office/?year=2022",
    "list": "/office/participations/",
    "record": "/office/events/e2022-06/",
    "form": "/office/events/e2022-06/edit/",
}


@pytest.mark.parametrize(
    "name", ["list", *(pytest.param(name, marks=pytest.mark.long) for name in ("office", "record", "form"))]
)
def test_a_first_visit_of_the_office_is_light(signed_in, name):
    found = weighed(signed_in("naree-boonmee"), OFFICE[name])
    assert found.moved <= 150 * KB
    assert found.requests <= 10


def test_the_scripts_of_the_product_together_are_light():
    scripts = b"".join(path.read_bytes() for path in sorted((HOUSE / "static").glob("*.js")))
    assert len(gzip.compress(scripts)) <= 40 * KB


@pytest.mark.parametrize(("language", "bar"), few([("", 70), ("/th", 100)]))
@pytest.mark.parametrize("name", few(["home", "events", "figure", "chapter"]))
def test_a_first_visit_is_light(reader, name, language, bar):
    found = visit(reader, language + PAGES[name])
    assert found.moved <= bar * KB
    assert found.requests <= 8


@pytest.mark.long
@pytest.mark.parametrize(("language", "bar", "scripts"), [("", 70, set()), ("/th", 100, {"noto-sans-thai"})])
def test_a_first_visit_of_any_page_is_light_and_fetches_no_script_that_it_does_not_show(reader, language, bar, scripts):
    names = sorted(PAGES.keys() - {"components"})  # it shows every script on purpose
    visits = {name: visit(reader, language + PAGES[name]) for name in (names[::3] if language else names)}
    assert {name: v.moved for name, v in visits.items() if v.moved > bar * KB} == {}
    assert {name: v.requests for name, v in visits.items() if v.requests > 8} == {}
    assert {name: v.scripts for name, v in visits.items() if v.scripts != scripts} == {}


@pytest.mark.long
def test_a_page_in_latin_letters_fetches_no_other_script(reader):
    fonts = reader().open("/").fonts
    assert fonts > NAMES
    assert fonts - LATIN - NAMES == set()


@pytest.mark.long
def test_a_page_in_thai_fetches_thai_and_no_further_script(reader):
    assert reader().open("/th/figures/").fonts - LATIN - NAMES == {"noto-sans-thai"}


@pytest.mark.long
def test_the_page_of_components_fetches_each_script_that_it_shows(reader):
    scripts = {"noto-sans-thai", "noto-sans-lao", "noto-sans-khmer", "noto-sans-myanmar", "noto-sans-arabic"}
    assert reader().open("/components/").fonts - LATIN - NAMES == scripts
