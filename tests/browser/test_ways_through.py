"""What readers do: by keyboard, without JavaScript, in another language, with an account, building a table."""

from __future__ import annotations

import subprocess
import sys

import pytest
from playwright.sync_api import Locator

from tests.browser.pages import PAGES
from tests.browser.reader import Reader
from tests.conftest import HOUSE
from tests.sampling import few

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
#: Pages of one's own account, for whoever has a passkey.
OWN = [f"/accounts/{path}" for path in (
    "2fa/recovery-codes/", "", "sessions/", "password/change/", "logout/", "reauthenticate/", "2fa/",
    "2fa/recovery-codes/generate/", "2fa/passkeys/reauthenticate/", "2fa/passkeys/add/", "2fa/app/add/",
)]  # fmt: skip
SEEN = """() => {
  const style = getComputedStyle(document.activeElement)
  return [document.activeElement.textContent.trim(), style.outlineStyle, parseFloat(style.outlineWidth)]
}"""


def follow(way: Locator) -> None:
    """Clicks what leads to another page, and waits until that has loaded."""
    with way.page.expect_navigation(wait_until="load"):
        way.click()


def test_the_first_key_shows_the_way_to_the_content(reader):
    page = reader().open("/").page
    page.keyboard.press("Tab")
    assert page.evaluate(SEEN) == ["Skip to the content", "solid", 3]
    assert page.locator(".skip").bounding_box()["y"] >= 0

    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.long
@pytest.mark.parametrize("name", few(["home", "events", "figure", "account_login"]))
def test_whatever_the_keyboard_reaches_is_seen_to_be_reached(reader, name):
    page = reader().open(PAGES[name]).page
    reached = []
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement !== document.body"):
        reached.append(page.evaluate(SEEN))
        page.keyboard.press("Tab")
    assert [place for place in reached if place[1:] != ["solid", 3]] == []
    assert len(reached) > 20


def test_every_way_works_without_javascript(reader):
    page = reader(java_script_enabled=False).open("/tables/").page
    page.get_by_label("Figure").select_option("participations")
    page.get_by_label("Period").fill("2022")
    page.get_by_label("By", exact=True).select_option("theme")
    follow(page.get_by_role("button", name="Show"))

    assert page.locator("#answer data").get_attribute("value") == "600"
    assert page.url.endswith("/tables/?figure=participations&period=2022&by=theme&across=")


@pytest.mark.long
def test_a_table_by_two_dimensions_has_an_address_that_can_be_shared(reader):
    page = reader().open("/tables/").page
    page.get_by_label("Figure").select_option("events-held")
    page.get_by_label("Period").fill("2022")
    page.get_by_label("By", exact=True).select_option("type")
    page.get_by_label("And by").select_option("mode")
    follow(page.get_by_role("button", name="Show"))
    shown = page.locator("#answer").text_content(), page.locator("main table").inner_text()

    other = reader().open(page.url.removeprefix(page.url.partition("/tables/")[0])).page
    assert (other.locator("#answer").text_content(), other.locator("main table").inner_text()) == shown
    assert other.locator("#answer data").get_attribute("value") == "14"


@pytest.mark.long
def test_a_period_that_cannot_be_read_is_told_beside_its_field(reader):
    page = reader().open("/tables/").page
    page.get_by_label("Figure").select_option("participations")
    page.get_by_label("Period").fill("last year")
    follow(page.get_by_role("button", name="Show"))
    page.get_by_role("alert").get_by_role("link").click()

    assert page.evaluate("document.activeElement.name") == "period"
    assert page.get_by_label("Period").input_value() == "last year"


@pytest.mark.long
def test_the_language_changes_and_the_place_stays(reader):
    page = reader().open("/events/?type=training&year=2022").page
    follow(page.get_by_role("navigation", name="Language").get_by_role("link", name="ไทย"))
    assert page.url.endswith("/th/events/?type=training&year=2022")
    assert page.locator("html").get_attribute("lang") == "th"

    follow(page.locator(".langs").get_by_role("link", name="Bahasa Indonesia"))
    assert page.url.endswith("/id/events/?type=training&year=2022")
    follow(page.locator(".langs").get_by_role("link", name="English"))
    assert page.url.endswith("/events/?type=training&year=2022")
    assert page.locator("html").get_attribute("lang") == "en"


@pytest.mark.long
def test_a_page_that_runs_from_the_right_has_its_first_words_on_the_right(reader):
    page = reader().open("/ar/").page
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert page.locator(".brand").bounding_box()["x"] > 640


@pytest.fixture(scope="session")
def mere(rso) -> dict[str, str]:
    """Mere Tuilagi, whom the office has just given an account."""
    account = {"email": "mere.tuilagi@example.org", "name": "Mere Tuilagi", "password": "outrigger-canoe-2022"}
    options = ["--name", account["name"], "--role", "programme_officer", "--password", account["password"]]
    command = [sys.executable, "-m", "rso", "createuser", account["email"], *options]
    subprocess.run(command, cwd=HOUSE, env=rso, check=True, capture_output=True)
    return account


@pytest.fixture
def with_device(reader) -> Reader:
    """A visitor whose device keeps passkeys, and knows its owner by the finger."""
    opened = reader()
    device = opened.context.new_cdp_session(opened.page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return opened


@pytest.mark.long
def test_the_office_signs_in_sets_up_a_passkey_sees_names_signs_out_and_in_by_the_passkey_alone(with_device, mere):
    page = with_device.open("/figures/people-trained/2022/").page
    assert page.locator("#records thead th").all_inner_texts() == ["Event", "Bar", "People"]

    follow(page.locator("#records").get_by_role("link", name="Staff: sign in"))
    page.get_by_label("Email").fill(mere["email"])
    page.get_by_label("Password").fill("not-my-password")
    follow(page.get_by_role("button", name="Sign in", exact=True))
    assert page.get_by_role("alert").count() == 1

    page.get_by_label("Email").fill(mere["email"])
    page.get_by_label("Password").fill(mere["password"])
    follow(page.get_by_role("button", name="Sign in", exact=True))
    assert page.locator("h1").inner_text() == "Set up a second factor"
    assert (list(with_device.breaches()), with_device.see(width=320).too_wide()) == ([], [])

    follow(page.get_by_role("link", name="Set up an app"))
    assert page.get_by_role("img", name="The secret of your account").bounding_box()["width"] > 100
    assert (list(with_device.breaches()), with_device.too_wide()) == ([], [])

    with_device.see().open("/accounts/2fa/passkeys/add/")
    page.get_by_label("Name").fill("My phone")
    follow(page.get_by_role("button", name="Add the passkey"))
    assert page.locator("h1").inner_text() == "Recovery codes"
    with_device.see(width=320).open("/accounts/2fa/")
    ways = page.locator("main a[href*='/passkeys/']").all()
    own = dict.fromkeys([*OWN, *filter(None, (way.get_attribute("href") for way in ways))])
    found = {path: [*with_device.open(path).breaches(), *with_device.too_wide()] for path in own}
    assert {path: faults for path, faults in found.items() if faults} == {}
    with_device.see().open(OWN[0])
    follow(page.get_by_role("link", name="I have kept them"))

    follow(page.get_by_role("link", name="Sign out, Mere Tuilagi"))
    follow(page.get_by_role("button", name="Sign out"))
    with_device.open("/accounts/login/?next=/figures/people-trained/2022/")
    follow(page.get_by_role("button", name="Sign in with a passkey"))
    assert page.url.endswith("/figures/people-trained/2022/")
    assert page.locator("#records thead th").all_inner_texts()[:2] == ["Event", "Person"]

    follow(page.get_by_role("link", name="Sign out, Mere Tuilagi"))
    follow(page.get_by_role("button", name="Sign out"))
    assert page.get_by_role("link", name="Staff: sign in").count() == 1


@pytest.mark.long
def test_a_form_that_has_expired_says_so_to_everyone(reader):
    opened = reader().open("/accounts/login/")
    opened.page.evaluate("document.querySelector('[name=csrfmiddlewaretoken]').remove()")
    opened.page.get_by_label("Email").fill("mere.tuilagi@example.org")
    opened.page.get_by_label("Password").fill("outrigger-canoe-2022")
    follow(opened.page.get_by_role("button", name="Sign in", exact=True))

    assert opened.status == 403
    assert opened.page.locator("h1").inner_text() == "The form has expired"
    assert list(opened.breaches()) == []
