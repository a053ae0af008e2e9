"""The office at work without a mouse: every way is gone by keys alone, with the focus seen and in the order of the page."""

from __future__ import annotations

import pytest

from tests.browser.keyboard import Keyboard

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.fixture
def keys(signed_in) -> Keyboard:
    """Naree Boonmee at her keyboard, on the office's first page."""
    return Keyboard(signed_in("naree-boonmee").open("/office/"))


@pytest.fixture
def mai(signed_in) -> Keyboard:
    """Tran Thi Mai, who writes reports, at hers."""
    return Keyboard(signed_in("tran-thi-mai").open("/office/"))


def facts(page) -> dict[str, str]:
    names, values = page.locator("main dt").all_inner_texts(), page.locator("main dd").all_inner_texts()
    return dict(zip(names, values, strict=True))


@pytest.mark.long
def test_an_event_and_its_participants_are_entered(keys):
    page = keys.page
    keys.follow("Events").content().follow("New event")
    keys.content().fill("Title", "Border week").fill("Type", "Work")
    keys.reach(page.get_by_label("Organised by the office")).press("Space")
    keys.fill("First day", "02132023").fill("Last day", "02142023").fill("Place", "Suva")
    keys.take("Partners, 1", "New Zealand (").take("Hosts, 1", "Fiji (")
    keys.follow("Save", "button")

    told = facts(page)
    assert page.locator("h1").inner_text() == "Border week"
    assert [told[name] for name in ("Type", "When", "Place", "Partners", "Hosts")] == [
        "Workshop", "13–14 February 2023", "Suva", "New Zealand", "Fiji",
    ]  # fmt: skip

    keys.content().follow("Enter someone")
    keys.content().take("Person", "Batb").fill("Role", "Part").reach(page.get_by_label("In the room")).press("Space")
    keys.follow("Save", "button")
    keys.content().follow("Border week").content().follow("Enter someone")
    keys.content().fill("Number", "12").fill("Sex", "Wom").take("State or organisation", "Fiji (").fill("Role", "Part")
    keys.reach(page.get_by_label("In the room")).press("Space").follow("Save", "button").content().follow("Border week")

    rows = (
        page.locator(".part", has=page.get_by_role("heading", name="Who took part"))
        .locator("tbody tr")
        .all_inner_texts()
    )
    assert [row.split("\t")[:4] for row in rows] == [["Batbayar", "–", "1", "–"], ["Head count", "Fiji", "12", "Women"]]


@pytest.mark.long
def test_a_section_of_a_report_is_written(mai):
    page = mai.page
    mai.follow("Reports").follow("Texts of sections").content().fill("Search", "contact").follow("Filter", "button")
    mai.content().reach(page.locator("tbody th a").first).go("Enter").content().follow("Edit")
    mai.content().reach(page.locator("#f-text")).press("Control+End", "Enter", "Enter").type(
        "Write to us in any language."
    )
    mai.follow("Save", "button")

    assert page.get_by_role("status").first.inner_text() == "Saved."
    assert facts(page)["Text"].endswith("\nWrite to us in any language.")


@pytest.mark.long
def test_rows_are_chosen_and_a_verb_is_done_to_them(keys):
    page = keys.page
    keys.follow("Work plan").content().fill("Search", "border").follow("Filter", "button")
    keys.content().reach(page.locator("tbody [name=ref]").first).press("Space")
    assert page.locator("[data-chosen]").inner_text() == "Chosen rows: 1"

    keys.reach(page.locator("[data-all]"), back=True).press("Space")
    chosen = page.locator("tbody [name=ref]").count()
    assert page.locator("[data-chosen]").inner_text() == f"Chosen rows: {chosen}"
    keys.reach(page.locator(".bulk [formaction$='/plan_again/']"), back=True).go("Enter")
    keys.content().follow("Plan again", "button")

    assert page.get_by_role("status").first.inner_text() == f"Done: Plan again, {chosen} records."


@pytest.mark.long
def test_menus_of_a_list_open_and_close(keys):
    page = keys.page
    keys.follow("Events").content().reach(page.locator(".cols summary")).press("Enter")
    keys.reach(page.get_by_label("Outcome")).press("Space", "Escape")
    assert (page.locator(".cols").get_attribute("open"), page.evaluate("document.activeElement.tagName")) == (
        None,
        "SUMMARY",
    )
    keys.follow("Filter", "button")
    assert page.locator("thead th").last.inner_text() == "Outcome"

    keys.content().fill("Type", "For").follow("Filter", "button")
    keys.content().reach(page.get_by_text("Save this view")).press("Space")
    keys.fill("Name of the view", "What forums brought").follow("Keep", "button")
    assert page.locator(".tabs [aria-current]").inner_text() == "What forums brought"


@pytest.mark.long
def test_what_is_typed_is_kept_a_second_later_and_shown_again_until_it_is_saved(keys):
    page = keys.page
    keys.follow("Events").content().reach(page.locator("tbody th a").nth(3)).go("Enter").content().follow("Edit")
    keys.content().fill("Place", "Kept in a draft")
    page.locator("[data-kept]", has_text="Draft kept").wait_for()
    keys.follow("Back").content().follow("Edit")
    assert page.get_by_role("status").first.inner_text().startswith("This is your draft of ")
    assert keys.field("Place").input_value() == "Kept in a draft"

    keys.content().follow("Drop the draft", "button")
    assert keys.field("Place").input_value() != "Kept in a draft"


@pytest.mark.long
def test_what_is_wrong_is_read_first_and_leads_to_its_field(keys):
    page = keys.page
    keys.follow("Events").content().follow("New event").content().follow("Save", "button")
    assert page.title().startswith("Error:")
    assert page.evaluate("document.activeElement.className") == "errsum"

    wrong = page.locator(".errsum a")
    for at in range(wrong.count()):
        keys.reach(wrong.nth(at)).press("Enter")
        assert page.evaluate("document.activeElement.labels?.length > 0")
        page.locator(".errsum").evaluate("summary => summary.focus()")
    keys.fill("Title", "A week that is not saved").follow("Save", "button")
    assert wrong.count() > 0
