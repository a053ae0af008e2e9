"""What the office's script does where a browser alone would lose something: pages gone back to, answers that come late."""

from __future__ import annotations

import pytest

from tests.browser.conftest import enter

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
#: The browser shows a page again that it kept when it was left.
SHOWN_AGAIN = "dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"
SENT = """selector => {
  const form = document.querySelector(selector)
  form.addEventListener("submit", event => event.preventDefault())
  form.requestSubmit(); form.requestSubmit()
  return form.dataset.sent
}"""


@pytest.mark.long
def test_a_page_gone_back_to_can_be_sent_again_and_a_form_that_was_sent_opens_anew(signed_in):
    page = signed_in("naree-boonmee").open("/office/events/").page
    assert page.evaluate(SENT, "#chosen") == "1"
    page.evaluate(SHOWN_AGAIN)
    assert page.locator("#chosen").get_attribute("data-sent") is None

    page.goto("/office/events/e2022-09/edit/")
    first = page.locator("[name=_token]").input_value()
    assert page.evaluate(SENT, "form[data-draft]") == "1"
    with page.expect_navigation(wait_until="load"):
        page.evaluate(SHOWN_AGAIN)
    assert page.locator("[name=_token]").input_value() != first


def test_nothing_is_kept_as_a_draft_once_the_form_is_sent(signed_in):
    opened, asked = signed_in("naree-boonmee"), []
    opened.page.clock.install()
    page = opened.open("/office/events/e2022-08/edit/").page
    page.on("request", lambda request: asked.append(request.method))
    page.locator("#f-place").fill("Apia")
    with page.expect_response("**/edit/"):
        page.clock.fast_forward(2000)
    page.locator("#f-place").fill("Suva")
    page.evaluate(SENT, "form[data-draft]")
    page.locator("#f-place").fill("Nadi")
    page.clock.fast_forward(2000)
    assert asked.count("POST") == 1  # a browser fetches what it likes besides: the sign of the site


def test_what_is_typed_after_a_sign_out_elsewhere_is_not_lost(signed_in, sessions):
    opened = signed_in("naree-boonmee")
    opened.page.clock.install()
    page = opened.open("/office/events/e2022-07/edit/").page
    place, kept = page.locator("#f-place"), page.locator("[data-kept]")
    opened.context.clear_cookies()
    place.fill("Apia")
    page.clock.fast_forward(2000)
    kept.get_by_text("What you type is not kept now").wait_for()
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_timeout(500)
    assert (page.url.endswith("/e2022-07/edit/"), place.input_value()) == (True, "Apia")

    enter(opened, sessions, "naree-boonmee")
    place.fill("Apia, Samoa")
    page.clock.fast_forward(2000)
    kept.get_by_text("Draft kept").wait_for()
    opened.faults.clear()  # the server refused, as it should


def test_what_is_typed_is_kept_before_another_form_of_the_page_is_sent(signed_in):
    page = signed_in("naree-boonmee").open("/office/reports/annual-2022/write/theme-2/").page
    page.locator("#f-text").fill("The last words before a comment.")
    page.locator("#f-says").fill("Are these the words?")
    with page.expect_navigation(wait_until="load"):
        page.locator("[name=comment]").click()

    assert page.locator("#f-text").input_value() == "The last words before a comment."
    assert page.get_by_text("Are these the words?").first.is_visible()
    page.locator("#f-text").fill("Words that no line carries.")
    page.route("**/write/theme-2/", lambda route: route.fulfill(body="a page that asks who one is"))
    page.locator("[name=plan]").click()
    page.locator("[data-kept]", has_text="What you type is not kept now").wait_for()
    assert page.locator("#f-text").input_value() == "Words that no line carries."


def test_two_windows_of_a_draft_both_know_what_the_other_has_kept(signed_in):
    opened = signed_in("naree-boonmee")
    opened.page.clock.install()
    first = opened.open("/office/events/e2022-05/edit/").page
    kept = "Draft kept"

    def typed(page, field, text):
        page.locator(field).fill(text)
        with page.expect_response("**/edit/"):
            page.clock.fast_forward(2000)
        page.locator("[data-kept]", has_text=kept).wait_for()

    typed(first, "#f-summary", "Five days")
    first.reload()
    second = opened.context.new_page()
    second.clock.install()
    second.goto(first.url)
    typed(first, "#f-place", "Apia")
    typed(second, "#f-summary", "Six days")
    typed(first, "#f-place", "Apia, Samoa")
    with first.expect_navigation(wait_until="load"):
        first.get_by_role("button", name="Save", exact=True).click()

    assert first.get_by_text("You wrote in another window of this form too").is_visible()
    assert [first.locator(field).input_value() for field in ("#f-place", "#f-summary")] == ["Apia, Samoa", "Six days"]
    second.close()
    opened.faults.clear()  # the save that was answered with both


def test_a_window_says_that_it_sends_again_what_it_has_sent(signed_in):
    page = signed_in("naree-boonmee").open("/office/reports/annual-2022/write/theme-1/").page
    assert page.locator("[name=_again]").input_value() == ""
    page.evaluate(SENT, "form[data-draft]")
    page.wait_for_function("document.querySelector('[name=_again]').value === '1'")


@pytest.mark.long
def test_suggestions_are_those_for_what_stands_in_the_field_now(signed_in):
    page = signed_in("naree-boonmee").open("/office/participations/new/").page
    waiting = []
    page.route("**/suggest/person/*q=Ba", lambda route: waiting.append(route))
    page.route("**/suggest/person/*q=Bat", lambda route: route.fulfill(json={"names": ["Batbayar (batbayar)"]}))
    page.locator("#f-person").press_sequentially("Bat")
    option = page.locator("#list-person option")
    option.wait_for(state="attached")
    waiting[0].fulfill(json={"names": ["Bagus Santoso (bagus-santoso)"]})
    page.wait_for_timeout(100)
    assert option.all_text_contents() == ["Batbayar (batbayar)"]
