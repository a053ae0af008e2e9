"""Pictures in the guides: taken by this browser of the example office, renewed by `RENEW=1 .venv/bin/python -m pytest FILE`."""

from __future__ import annotations

import os

import pytest

from tests.browser.office import MARTA, NAREE
from tests.conftest import HOUSE

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
DOCS = HOUSE / "docs"
#: By the name of its file: who sees it, and where.
PICTURES = {
    "office-dashboard": (NAREE, "/office/?year=2022"),
    "office-list": (NAREE, "/office/events/?state=held"),
    "office-form": (NAREE, "/office/events/e2022-06/edit/"),
    "office-record": (NAREE, "/office/events/e2022-06/"),
    "office-ready": ("harriet-lowe", "/office/reports/annual-2022/ready/"),
    "office-ledger": (MARTA, "/office/finance/lines/?budget=b2022&on=2022-12-31"),
    "office-portal": ("sok-dara", "/portal/KHM/"),
}


@pytest.mark.long
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_can_be_taken_and_is_small(signed_in, name):
    who, path = PICTURES[name]
    opened = signed_in(who, viewport={"width": 1280, "height": 720}).open(path)
    opened.page.locator(".langs [hreflang=ar]").evaluate_all("ways => ways.forEach(way => way.remove())")
    file = DOCS / "pictures" / f"{name}.png"
    taken = opened.page.screenshot(path=file if os.environ.get("RENEW") else None)
    assert (opened.status, taken[:4], file.stat().st_size <= 150_000) == (200, b"\x89PNG", True)


def test_every_picture_stands_in_a_guide():
    guides = "".join(path.read_text(encoding="utf-8") for path in (DOCS / "guide").glob("*.md"))
    assert [name for name in PICTURES if f"](../pictures/{name}.png)" not in guides] == []
