"""Every screen of the office for everyone who works there: accessible, no wider than a telephone, silent, asking no other host."""

from __future__ import annotations

from itertools import cycle

import pytest
from django.urls import get_resolver, resolve, reverse

from rso.core.office import Desk, desks
from tests.browser.office import MARTA, SCREENS, press, screens_of
from tests.browser.pages import PAGES
from tests.browser.reader import LOOKS
from tests.browser.test_pages_for_everyone import url_patterns
from tests.sampling import few
from tests.web.test_every_desk import keeper

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
reverse("office")  # finds the desks
ALL = list(desks.all.values())
#: Addresses that give a file or an answer to a script, or only take what a form sends; what they lead to is looked at.
NO_SCREENS = {
    "office-export", "office-suggest", "office-word", "office-pdf", "office-write-preview", "office-write-tokens", "office-file", "office-withdraw", "office-key-revoke", "account_signup", "account_email",
    "account_email_verification_sent", "account_set_password", "mfa_download_recovery_codes", "mfa_list_webauthn",
    "mfa_login_webauthn",
}  # fmt: skip
#: Looked at for each desk, on the finance officer's way, or on that of somebody with a passkey.
ELSEWHERE = {
    "office-list", "office-new", "office-detail", "office-edit", "office-ledger-upload", "mfa_edit_webauthn",
    "mfa_remove_webauthn", "mfa_reauthenticate_webauthn",
}  # fmt: skip


def look_at(regular, name: str, language: str) -> tuple[int, list[tuple[object, ...]]]:
    screen = SCREENS[name]
    opened = regular(screen.who).open(language + screen.path)
    screen.then(opened.page)
    return opened.status, opened.faults_in(LOOKS[language])


@pytest.mark.parametrize(
    ("name", "language"), few([("office", "/ar"), ("office-list: menus", ""), ("office-edit: faults", "/ar")])
)
def test_a_screen_breaks_no_rule_of_accessibility(regular, name, language):
    assert look_at(regular, name, language) == (SCREENS[name].status, [])


@pytest.mark.long
@pytest.mark.parametrize(("name", "language"), list(zip(SCREENS, cycle(LOOKS), strict=False)))
def test_every_screen_is_accessible_in_one_direction_and_the_other_by_turns(regular, name, language):
    assert look_at(regular, name, language) == (SCREENS[name].status, [])


@pytest.mark.long
@pytest.mark.parametrize(
    ("desk", "language"), list(zip(ALL, cycle(reversed(LOOKS)), strict=False)), ids=[desk.slug for desk in ALL]
)
def test_every_desk_is_accessible_from_its_list_to_its_verbs(office, regular, desk: Desk, language):
    opened, found, screens = regular(keeper(desk).ref), [], 0
    for screen in screens_of(desk, opened, language):
        screens += 1
        found += [f"{screen.status} {screen.page.url}"] * (screen.status != 200) + screen.faults_in(LOOKS[language])
    assert (found, screens > 1) == ([], True)


@pytest.mark.long
def test_no_screen_is_wider_than_a_telephone_in_a_language_of_longer_words(regular):
    found = {}
    for (name, screen), language in zip(SCREENS.items(), cycle(("/id", "/th")), strict=False):
        opened = regular(screen.who).see(width=320).open(language + screen.path)
        screen.then(opened.page)
        found[name] = opened.too_wide()
    assert {name: wide for name, wide in found.items() if wide} == {}


@pytest.mark.long
def test_a_closed_period_is_opened_again_on_a_telephone_without_a_sideways_scroll(signed_in):
    opened = signed_in("harriet-lowe").see(width=320).open("/office/closed/")
    opened.page.locator("#period").fill("2019")
    opened.page.locator("#reason").fill("All of it is published.")
    press(opened.page, "main form.narrow .btn")

    box = opened.page.locator("button[name=open]").first.bounding_box()
    assert box is not None
    assert (box["x"] >= 0, box["x"] + box["width"] <= 320) == (True, True)
    press(opened.page, "button[name=open]")


@pytest.mark.long
def test_lists_and_records_are_printed_whole_and_without_what_only_a_screen_needs(signed_in):
    opened = signed_in(MARTA).see(width=672)
    opened.page.emulate_media(media="print")
    wide, left = {}, []
    for path in (
        "/office/events/?cols=state&cols=when&cols=place&cols=type&cols=activity&cols=outcome&cols=group",
        "/office/events/e2022-06/",
        SCREENS["office-money"].path,
    ):
        wide[path] = opened.open(path).too_wide()
        left += opened.page.locator("main").locator("button:visible, input:visible, select:visible").all()
    assert ([path for path, says in wide.items() if says], left) == ([], [])


def test_no_kind_of_screen_is_left_out():
    begins = ("office", "account", "mfa_")
    names = {pattern.name for pattern in url_patterns(get_resolver()) if (pattern.name or "").startswith(begins)}
    public = {resolve(path.partition("?")[0]).url_name for path in PAGES.values() if path != "/nowhere/"}
    looked_at = {name.partition(":")[0] for name in SCREENS} - {"not found", "edition"}
    assert names - NO_SCREENS - ELSEWHERE - public == looked_at - ELSEWHERE
