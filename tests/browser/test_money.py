"""The finance officer enters an extract of the ledger by keyboard and eye, at every width, in the dark."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Page

from tests.browser.reader import Reader
from tests.factories.extracts import EXTRACT

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def looks_right(reader: Reader) -> None:
    """No breach of accessibility and nothing too wide, on a desk and on a telephone, by day and in the dark."""
    found = []
    for width, scheme in ((320, "light"), (1280, "dark"), (1280, "light")):
        reader.see(width=width, scheme=scheme)
        found += [*reader.too_wide(), *reader.breaches()]
    assert found == []


def follow(page: Page, role: Literal["link", "button"], name: str) -> None:
    """Clicks what leads to another page, and waits until that has loaded."""
    with page.expect_navigation(wait_until="load"):
        page.get_by_role(role, name=name).click()


@pytest.mark.long
def test_an_extract_goes_from_file_to_ledger(signed_in):
    marta = signed_in("marta-ilves")
    page = marta.page
    marta.open("/office/finance/lines/?budget=b2022&on=2022-12-31")
    looks_right(marta)
    follow(page, "link", "Upload a ledger extract")
    looks_right(marta)
    content = EXTRACT.replace("2022-12-05", "5 December")
    page.get_by_label("The extract that the finance system gives").set_input_files(
        {"name": "wrong.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )
    follow(page, "button", "Upload and check")
    assert "is not a date" in page.get_by_role("region", name="Errors, table").inner_text()
    looks_right(marta)

    marta.open("/office/finance/ledger/")
    page.get_by_label("The extract that the finance system gives").set_input_files(
        {"name": "right.csv", "mimeType": "text/csv", "buffer": EXTRACT.encode()}
    )
    follow(page, "button", "Upload and check")
    question = page.get_by_label("Which activity is “Border Technology Forum”?")
    assert question.input_value() == "a2022-02"
    looks_right(marta)
    follow(page, "button", "Keep these answers")
    follow(page, "button", "Enter 3 new entries")

    assert page.get_by_role("status").first.inner_text() == "The extract is in the ledger."
    looks_right(marta)
    marta.open("/office/finance/lines/b2022/PROG-CP2/forecast/?on=2022-12-31")
    looks_right(marta)
