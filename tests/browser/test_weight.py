"""What a first visit moves over the wire: bytes, requests, fonts. Served by the product's own server, compressed."""

from __future__ import annotations

import pytest

from tests.browser.pages import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
KB = 1000
LATIN = {"public-sans", "office-serif-600", "public-sans-ext", "office-serif-600-ext"}
NAMES = {"language-names"}


def moved(reader, path: str) -> tuple[int, int]:
    """Bytes with headers as the network carries them, and requests, of a visitor whose cache is empty."""
    opened = reader()
    network = opened.context.new_cdp_session(opened.page)
    network.send("Network.enable")
    sizes: list[float] = []
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    opened.open(path)
    while len(sizes) < len(opened.requests):
        opened.page.wait_for_timeout(10)
    return int(sum(sizes)), len(sizes)


@pytest.mark.parametrize(("language", "bar"), [("", 70), ("/th", 100)])
@pytest.mark.parametrize("name", ["home", "events", "figure", "chapter"])
def test_a_first_visit_is_light(reader, name, language, bar):
    bytes_moved, requests = moved(reader, language + PAGES[name])
    assert bytes_moved <= bar * KB
    assert requests <= 8


@pytest.mark.long
@pytest.mark.parametrize(("language", "bar"), [("", 70), ("/th", 100)])
def test_a_first_visit_of_any_page_is_light(reader, language, bar):
    heavy = {}
    for name, path in PAGES.items():
        if name != "components":  # it shows every script on purpose
            bytes_moved, requests = moved(reader, language + path)
            if bytes_moved > bar * KB or requests > 8:
                heavy[name] = bytes_moved, requests
    assert heavy == {}


def test_a_page_in_latin_letters_fetches_no_other_script(reader):
    found = {name: reader().open(PAGES[name]).fonts for name in ("home", "figure", "printed", "member")}
    assert {name: sorted(fonts - LATIN - NAMES) for name, fonts in found.items()} == {name: [] for name in found}
    assert found["home"] > NAMES


def test_a_page_in_thai_fetches_thai_and_no_further_script(reader):
    assert reader().open("/th/figures/").fonts - LATIN - NAMES == {"noto-sans-thai"}


def test_the_page_of_components_fetches_each_script_that_it_shows(reader):
    scripts = {"noto-sans-thai", "noto-sans-lao", "noto-sans-khmer", "noto-sans-myanmar", "noto-sans-arabic"}
    assert reader().open("/components/").fonts - LATIN - NAMES == scripts
