"""Every public page for every reader: accessible, no wider than a telephone, silent, and nothing asked of other hosts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from tests.browser.office import MAI, NAREE, press
from tests.browser.pages import AT_HOME, PAGES
from tests.browser.reader import LOOKS
from tests.sampling import few

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
#: Addresses that lead elsewhere, give a file or nothing, or need an account: those are looked at on the way through.
NO_PAGES = {
    "publications-feed", "figure-latest", "figure-csv", "figure-records", "report-pdf", "report-data",
    "account_signup", "account_email", "account_email_verification_sent", "account_set_password", "account_reauthenticate",
    "account", "account_sessions", "photograph",
    "account_logout", "calendar-feed", "edition-file", "cite", "report-key", "account_change_password", "healthz", "readyz", "metrics", "robots", "portal",
}  # fmt: skip
#: Pages of what is published, cited or read in advance: the office publishes first, and then looks at them.
ONCE_PUBLISHED = {"edition", "citation", "report-advance"}
#: How the names of pages begin that only an account opens.
FOR_AN_ACCOUNT = ("account-", "mfa_", "office")


@pytest.mark.parametrize(
    ("name", "language", "width", "scheme"),
    few([("home", "", 1280, "light"), ("figure: money", "/ar", 320, "dark"), ("chapter: money", "", 320, "light")]),
)
def test_a_page_breaks_no_rule_of_accessibility(reader, name, language, width, scheme):
    opened = reader().see(width=width, scheme=scheme).open(language + PAGES[name])
    assert list(opened.breaches()) == []
    assert opened.too_wide() == []


@pytest.mark.long
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", LOOKS)
def test_every_page_is_accessible_in_both_directions_widths_and_schemes(regular, name, language):
    opened = regular("").open(language + PAGES[name])
    assert opened.status == (404 if name in ("not found", "invitation") else 200)
    assert opened.faults_in(LOOKS[language]) == []


@pytest.fixture
def moved(signed_in) -> Iterator[None]:
    """A published figure is another now: an officer counted who came once more. Afterwards it is as it was."""

    def count(more: int) -> None:
        page = signed_in(NAREE).open("/office/participations/e2022-06-001/edit/").page
        number = page.locator("#f-number")
        number.fill(str(int(number.input_value()) + more))
        press(page, ".acts .btn")

    count(3)
    yield
    count(-3)


@pytest.mark.long
@pytest.mark.parametrize(
    ("path", "signs"),
    [
        (
            "reports/monthly-2022-09/month",
            [".fig[data-moved]", "data[data-filter*=','] + .was", "tfoot .was", ".moved", ".tiles [data-moved]"],
        ),
        ("figures/participations/2022-09", [".drift"]),
        ("reports/monthly-2022-09/1", [".drift"]),
    ],
)
def test_a_page_on_which_a_figure_has_moved_breaks_no_rule_of_accessibility(reader, moved, path, signs):
    opened, found = reader(), []
    for language, width, scheme in (("", 1280, "light"), ("/ar", 320, "dark"), ("/th", 320, "light")):
        opened.see(width=width, scheme=scheme).open(f"{language}/{path}/")
        found += [sign for sign in signs if opened.page.locator(sign).count() == 0]
        found += [*opened.breaches(), *opened.too_wide()]
    assert found == []


@pytest.mark.long
def test_the_page_on_which_an_officer_says_why_figures_moved_breaks_no_rule_of_accessibility(signed_in, moved):
    opened, found = signed_in(MAI), []
    for language, width, scheme in (("", 1280, "light"), ("/ar", 320, "dark")):
        opened.see(width=width, scheme=scheme).open(f"{language}/office/published/monthly-2022-09-1/")
        found += [opened.page.locator(".drift form").count() == 0, *opened.breaches(), *opened.too_wide()]
    assert found == [False, False]


def test_the_home_of_a_member_breaks_no_rule_of_accessibility_on_a_telephone_in_the_dark(sok_dara):
    opened = sok_dara.see(width=320, scheme="dark").open("/ar" + AT_HOME["portal-home"])
    assert (opened.status, list(opened.breaches()), opened.too_wide()) == (200, [], [])


@pytest.mark.long
@pytest.mark.parametrize("language", LOOKS)
def test_every_page_of_a_home_is_accessible_in_both_directions_widths_and_schemes(sok_dara, language):
    found = []
    for path in AT_HOME.values():
        found += sok_dara.open(language + path).faults_in(LOOKS[language])
    assert found == []


@pytest.mark.long
def test_bars_and_citations_run_from_the_left_in_what_is_written_so_on_a_page_that_runs_from_the_right(reader):
    opened = reader().see(width=320)
    page = opened.open("/ar/reports/annual-2022/year/").page
    turned = "found => found.map(each => getComputedStyle(each).transform)"
    assert set(page.eval_on_selector_all("[lang=en] .bar", turned)) == {"none"}
    page = opened.open("/ar/figures/participations/2022/").page
    assert set(page.eval_on_selector_all(".bar", turned)) == {"matrix(-1, 0, 0, 1, 0, 0)"}
    page = opened.open("/ar/reports/annual-2022/1/").page
    assert page.eval_on_selector_all("pre", "found => found.map(each => getComputedStyle(each).direction)") == ["ltr"]


@pytest.mark.long
@pytest.mark.parametrize("language", ["/id", "/th"])
def test_no_page_is_wider_than_a_telephone_in_a_language_of_longer_words(reader, language):
    opened = reader().see(width=320)
    found = {name: opened.open(language + path).too_wide() for name, path in PAGES.items()}
    assert {name: wide for name, wide in found.items() if wide} == {}


@pytest.mark.long
def test_the_web_edition_of_the_report_is_accessible_and_asks_for_nothing_beside_its_folder(reader, edition):
    opened, found = reader(at=f"file://{edition}"), []
    chapters = sorted(edition.glob("*.html"))
    for chapter, looks in zip(chapters, cycle(LOOKS.values()), strict=False):
        found += opened.open(f"file://{chapter}").faults_in(looks)
    assert found == []
    assert len(chapters) > 10


@pytest.mark.long
def test_what_a_page_must_not_do_is_noticed(reader):
    opened = reader().open("/about/")
    opened.page.evaluate("document.body.append(Object.assign(new Image(), {src: 'http://elsewhere.example/dot.png'}))")
    opened.page.evaluate("console.error('A fault')")
    opened.page.wait_for_timeout(100)
    noticed = " ".join(opened.faults)
    opened.faults.clear()

    assert "Content Security Policy" in noticed
    assert noticed.count("A fault") == 1


@pytest.mark.long
def test_a_word_too_faint_to_read_is_noticed_in_any_row(reader):
    opened = reader().open("/figures/participations/2022/")
    assert list(opened.breaches()) == []
    opened.page.evaluate("[...document.querySelectorAll('tbody tr')].at(-1).lastElementChild.style.color = '#ddd'")
    assert [breach.partition(":")[0] for breach in opened.breaches()] == ["color-contrast"]


@pytest.mark.long
def test_a_field_that_hides_what_one_types_is_noticed(reader):
    opened = reader().open("/search/?q=forum")
    assert list(opened.breaches()) == []
    opened.page.evaluate("document.querySelector('#find').style.color = 'white'")
    assert [breach.partition(":")[0] for breach in opened.breaches()] == ["what is typed cannot be read"]


def test_no_kind_of_page_is_left_out():
    names = {pattern.name for pattern in url_patterns(get_resolver())}
    pages = names - NO_PAGES - ONCE_PUBLISHED - {name for name in names if name.startswith("api-")} | {"api-docs"}
    assert {name for name in pages if not name.startswith(FOR_AN_ACCOUNT)} == {
        resolve(path.partition("?")[0]).url_name for path in (*PAGES.values(), *AT_HOME.values()) if path != "/nowhere/"
    }


def url_patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from url_patterns(pattern)
        else:
            yield pattern
