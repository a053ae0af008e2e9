"""Somebody without a mouse: every step of theirs is a key, and wherever the keyboard comes they must see it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page

from tests.browser.reader import Reader

#: Where the keyboard is: what was seen there, and whether it came there in the order of the page. Within a date the browser
#: itself marks the day, the month, the year and the button of its calendar.
HERE = """there => {
  const here = document.activeElement, box = here.getBoundingClientRect(), style = getComputedStyle(here)
  const before = window.before
  window.before = here
  const marked = style.outlineStyle === "solid" && parseFloat(style.outlineWidth) >= 3 || before === here && here.type === "date"
  const seen = marked && box.width > 0 && box.bottom > 0 && box.top < innerHeight
  const onward = !before || before === here || !before.isConnected || (before.compareDocumentPosition(here) & 4) > 0
  return [here === document.body, seen, onward, here === there, here.outerHTML.slice(0, 160)]
}"""
#: The page's end, or its beginning, is so many keys away at most.
FAR = 250


class Keyboard:
    def __init__(self, reader: Reader) -> None:
        self.page: Page = reader.page

    def reach(self, what: Locator, *, back: bool = False) -> Keyboard:
        """Goes on by Tab until there: each place on the way is seen, and comes after the one before."""
        self.page.evaluate("() => { window.before = document.activeElement }")
        for _key in range(FAR):
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            outside, seen, onward, there, place = what.evaluate(HERE)
            assert outside or (seen and (onward or back)), place
            if there:
                return self
        raise AssertionError(f"the keyboard does not reach {what}")

    def content(self) -> Keyboard:
        """Goes past what stands above every page."""
        self.reach(self.page.locator(".skip")).press("Enter")
        assert self.page.evaluate("document.activeElement.id") == "main"
        return self

    def press(self, *keys: str) -> Keyboard:
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def type(self, words: str) -> Keyboard:
        self.page.keyboard.type(words)
        return self

    def field(self, label: str) -> Locator:
        return self.page.get_by_label(re.compile(rf"^\s*{re.escape(label)}\s*(\(optional\))?\s*$")).first

    def fill(self, label: str, words: str) -> Keyboard:
        """Reaches a field and types. What stood there is selected, as whenever the keyboard comes into a field."""
        return self.reach(self.field(label)).type(words)

    def take(self, label: str, words: str) -> Keyboard:
        """Types a part of a name and takes the first that is suggested. A browser without a window draws no suggestions: they
        are read where they stand, and the name is typed to its end."""
        field = self.field(label)
        self.reach(field).type(words)
        offered = (
            self.page.locator(f"#{field.get_attribute('list')} option")
            .filter(has_text=re.compile(rf"^\s*{re.escape(words)}"))
            .first
        )
        offered.wait_for(state="attached")
        self.press("Control+a")
        return self.type(offered.text_content() or "")

    def go(self, *keys: str) -> Keyboard:
        """Presses what leads to another page, and waits until that has loaded."""
        with self.page.expect_navigation(wait_until="load"):
            self.press(*keys)
        return self

    def follow(self, name: str, role: str = "link") -> Keyboard:
        return self.reach(self.page.get_by_role(role, name=name, exact=True).first).go("Enter")  # type: ignore[arg-type]
