"""Every kind of the office's screens: who of the cast opens it, where, and what is done there before it is looked at.

What is done is told by the marks of the page and not by its words, for it is done in a mirrored language as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from playwright.sync_api import Page

from rso.accounts.example import PASSWORD
from rso.core.office import Desk
from tests.browser.reader import Reader

NAREE, MAI, MARTA, RAVI, KIM = "naree-boonmee", "tran-thi-mai", "marta-ilves", "ravi-perera", "kim-osei"
LIST = "Name\tCountry\tSex\nLan Pham\tVNM\tF\nBatbayar\tMongolia\tM\nBen Tan\tAtlantis\tM"


def nothing(page: Page) -> None:
    """The screen is as it opens."""


@dataclass(frozen=True)
class Screen:
    who: str
    path: str
    then: Callable[[Page], None] = nothing
    status: int = 200


def press(page: Page, button: str) -> None:
    """Presses what leads to another page, and waits until that has loaded."""
    with page.expect_navigation(wait_until="load"):
        page.locator(button).first.click()


def choose_two(page: Page) -> None:
    for at in (0, 1):
        page.locator("tbody input[name=ref]").nth(at).check()


def act_on_two(page: Page) -> None:
    choose_two(page)
    press(page, ".bulk button[formaction$='/remove/']")


def open_menus(page: Page) -> None:
    for menu in page.locator("details.menu > summary").all():
        menu.press("Enter")


def keep_view(page: Page) -> None:
    page.locator(".chosen summary").click()
    page.locator("#v-title").fill("Forums")
    press(page, ".sheetlet button")


def leave_out(page: Page) -> None:
    page.locator("#f-title").fill("")
    press(page, ".acts .btn")


def clash(page: Page) -> None:
    """The form says that the record read otherwise when it was opened, as if another had changed it since."""
    page.evaluate("""() => {
      const began = document.querySelector("[name=_began]")
      began.value = JSON.stringify({...JSON.parse(began.value), place: "Elsewhere"})
    }""")
    page.locator("#f-place").fill("Jakarta")
    press(page, ".acts .btn")


def keep_draft(page: Page) -> None:
    page.locator("#f-place").fill("Jakarta")
    press(page, "[name=_keep]")


def say_yes(page: Page) -> None:
    press(page, "[name=yes]")


def paste(page: Page) -> None:
    page.locator("#text").fill(LIST)
    press(page, ".acts .btn")
    for part in page.locator("main details > summary").all():
        part.click()


def correct(page: Page) -> None:
    """Corrects a record that came by a file, and chooses the correction among all."""
    page.locator("#f-_reason").fill("Read in the library.")
    page.locator("#f-note").fill(f"Read in the library, {page.locator('html').get_attribute('lang')}.")
    press(page, ".acts .btn")
    press(page, ".side a[href$='/corrections/']")
    press(page, ".tabs li:last-child a")
    page.locator("tbody input[name=correction]").first.check()


def take_back(page: Page) -> None:
    correct(page)
    press(page, "form.flow .btn")


def send_nothing(page: Page) -> None:
    press(page, "main form[method=post] .btn")


def give_password(page: Page) -> None:
    page.locator("[name=login]").fill("kim.osei@rso.example")
    page.locator("[name=password]").fill(PASSWORD)
    press(page, "main form button")


def attach_file(page: Page) -> None:
    page.locator("#files > details summary").click()
    page.locator("#f-file").set_input_files({"name": "list.txt", "mimeType": "text/plain", "buffer": page.url.encode()})
    press(page, "#files > details button")
    for part in page.locator("#files details > summary").all():
        part.click()


def screens_of(desk: Desk, reader: Reader, language: str) -> Iterator[Reader]:
    """Opens what a desk has, one after the other: its list with all columns, the form of a new record, the page and the form
    of the first record, and each verb that the page leads to."""
    page = reader.page
    yield reader.open(f"{language}{desk.url}?{'&'.join(f'cols={name}' for name in desk.cols)}")
    ways = [way.get_attribute("href") or "" for way in page.locator("main .title a.btn, main .blank a.btn").all()]
    records = [way.get_attribute("href") or "" for way in page.locator("main tbody th a").all()]
    for at in ways[:1]:
        yield reader.open(at)
    for at in records[:1]:
        yield reader.open(at)
        acts = page.locator("main aside a.btn, main .title a.btn:not(.quiet)")
        for way in [act.get_attribute("href") or "" for act in acts.all()]:
            yield reader.open(way)


SCREENS = {
    "office": Screen(NAREE, "/office/?year=2022"),
    "office: co-manager": Screen("harriet-lowe", "/office/"),
    "office-tasks": Screen(NAREE, "/office/tasks/"),
    "office-calendar": Screen(NAREE, "/office/calendar/?month=2022-10"),
    "office-feeds": Screen(NAREE, "/office/calendar/", send_nothing),
    "office-search": Screen(NAREE, "/office/search/?q=border"),
    "office-search: nothing": Screen(NAREE, "/office/search/?q=nothingofthekind"),
    "office-list: menus": Screen(NAREE, "/office/events/?state=held", open_menus),
    "office-list: no row": Screen(NAREE, "/office/events/?q=nothing+of+the+kind"),
    "office-list: fault": Screen(NAREE, "/office/events/?type=none", status=422),
    "office-list: chosen": Screen(NAREE, "/office/events/", choose_two),
    "office-view": Screen(NAREE, "/office/events/?type=forum", keep_view),
    "office-act": Screen(NAREE, "/office/events/", act_on_two),
    "office-act: none": Screen(NAREE, "/office/events/do/cancel/"),
    "office-act-one": Screen(NAREE, "/office/events/e2022-14/do/remove/"),
    "office-act-one: unfit": Screen(NAREE, "/office/events/e2022-14/do/cancel/"),
    "office-act-one: fault": Screen(NAREE, "/office/requests/q2022-05/do/decline/", say_yes, status=422),
    "office-edit: faults": Screen(NAREE, "/office/events/e2022-13/edit/", leave_out, status=422),
    "office-edit: clash": Screen(NAREE, "/office/events/e2022-12/edit/", clash, status=409),
    "office-edit: draft": Screen(NAREE, "/office/events/e2022-11/edit/", keep_draft),
    "office-new: given": Screen(NAREE, "/office/participations/new/?event=e2022-14"),
    "office-paste": Screen(NAREE, "/office/events/e2022-14/participants/paste/"),
    "office-paste: read": Screen(NAREE, "/office/events/e2022-14/participants/paste/", paste),
    "office-duplicates": Screen(MAI, "/office/duplicates/"),
    "office-duplicates: one": Screen(MAI, "/office/duplicates/?kind=person&winner=batbayar&loser=josefa-waqa"),
    "office-attach": Screen(NAREE, "/office/events/e2022-10/", attach_file),
    "office-corrections": Screen(MAI, "/office/sources/endnote-1/edit/", correct),
    "office-corrections: take": Screen(MAI, "/office/sources/endnote-1/edit/", take_back),
    "office-money": Screen(MARTA, "/office/finance/lines/?budget=b2022&on=2022-12-31"),
    "office-money-records": Screen(MARTA, "/office/finance/lines/b2022/PROG-CP1/spent/"),
    "office-ledger": Screen(MARTA, "/office/finance/ledger/"),
    "office-audit": Screen(RAVI, "/office/audit/"),
    "office-audit: added up": Screen(RAVI, "/office/audit/?by=person"),
    "office-editions": Screen(MAI, "/office/published/"),
    "office-moved": Screen(MAI, "/office/published/monthly-2022-09-1/"),
    "office-take-back": Screen("harriet-lowe", "/office/published/monthly-2022-09-1/withdraw/"),
    "office-take-back: fault": Screen(
        "harriet-lowe", "/office/published/monthly-2022-09-1/withdraw/", send_nothing, status=422
    ),
    "office-write": Screen(MAI, "/office/reports/annual-2022/write/"),
    "office-write-section": Screen(MAI, "/office/reports/annual-2022/write/theme-1/"),
    "office-write-section: translated": Screen(MAI, "/office/reports/annual-2022/write/theme-1/?language=th"),
    "office-write-versions": Screen(MAI, "/office/reports/annual-2022/write/theme-1/versions/"),
    "office-ready": Screen("harriet-lowe", "/office/reports/annual-2022/ready/"),
    "office-advance": Screen("harriet-lowe", "/office/reports/annual-2022/advance/"),
    "office-closed": Screen("harriet-lowe", "/office/closed/"),
    "office-keys": Screen(KIM, "/office/keys/"),
    "office-key-new": Screen(KIM, "/office/keys/new/"),
    "account-invite": Screen(KIM, "/office/accounts/new/"),
    "account-invite: faults": Screen(KIM, "/office/accounts/new/", send_nothing, status=422),
    "account-leave": Screen(KIM, "/office/accounts/naree-boonmee/do/leave/"),
    "account": Screen(KIM, "/accounts/"),
    "account_sessions": Screen(KIM, "/accounts/sessions/"),
    "account_change_password": Screen(KIM, "/accounts/password/change/"),
    "account_logout": Screen(KIM, "/accounts/logout/"),
    "account_reauthenticate": Screen(KIM, "/accounts/reauthenticate/"),
    "mfa_index": Screen(KIM, "/accounts/2fa/"),
    "mfa_activate_totp": Screen(NAREE, "/accounts/2fa/app/add/"),
    "mfa_deactivate_totp": Screen(KIM, "/accounts/2fa/app/remove/"),
    "mfa_add_webauthn": Screen(NAREE, "/accounts/2fa/passkeys/add/"),
    "mfa_view_recovery_codes": Screen(KIM, "/accounts/2fa/recovery-codes/"),
    "mfa_generate_recovery_codes": Screen(KIM, "/accounts/2fa/recovery-codes/generate/"),
    "mfa_reauthenticate": Screen(KIM, "/accounts/2fa/reauthenticate/"),
    "mfa_authenticate": Screen("", "/accounts/login/", give_password),
    "edition": Screen("", "/reports/monthly-2022-09/1/"),
    "not found": Screen(NAREE, "/office/nothing/", status=404),
}
