"""What someone hears who cannot see, of one page of each kind, as it was read once and committed in reading_order/.

A page that is changed on purpose is renewed by `RENEW=1 .venv/bin/python -m pytest tests/web/test_reading_order.py`; the
change is then read as one who cannot see.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from tests.committed import committed
from tests.heard import heard
from tests.web.walking import ANYONE, JOSEFA, ROLES, as_role, ask, bring_out, table

ORDER = Path(__file__).parent / "reading_order"


def kinds(role: str) -> dict[str, str]:
    """A page of each kind that a role may open: the first address of its route."""
    found: dict[str, str] = {}
    for line in table():
        if line.answers[ROLES.index(role)] == 200:
            found.setdefault(line.route, line.address)
    return found


@pytest.fixture(scope="session")
def kept() -> dict[str, str]:
    """What has been heard; no test of this file changes anything."""
    return {}


@pytest.fixture
def pages(office, kept) -> dict[str, str]:
    """What is heard of each kind of page."""
    if not kept:
        kept.update(heard_pages())
    return kept


def heard_pages() -> dict[str, str]:
    """Pages for everyone as anyone hears them, and those of a member as its focal point does."""
    bring_out("annual-2022")
    anyone, josefa = as_role(ANYONE), as_role(JOSEFA)
    answers = {route: ask(anyone, address) for route, address in kinds(ANYONE).items()}
    for route, address in kinds(JOSEFA).items():
        if route.startswith("portal"):
            answers[route] = ask(josefa, address)
    return {
        route: heard(answer.content.decode())
        for route, answer in answers.items()
        if answer.status_code == 200 and not answer.streaming and answer.headers["Content-Type"].startswith("text/html")
    }


def test_every_kind_of_page_is_heard_in_the_order_that_was_committed(pages):
    changed = {name: text for name, text in pages.items() if text != committed(ORDER / f"{name}.txt", text)}

    assert changed == {}
    assert sorted(pages) == sorted(path.stem for path in ORDER.glob("*.txt"))
    assert len(pages) > 20


@pytest.mark.long
def test_every_page_begins_with_the_way_to_its_content_and_has_one_heading_of_the_first_level(pages):
    assert {name for name, text in pages.items() if not text.startswith("link  Skip to the content\n")} == set()
    assert {name: text.count("\nh1  ") for name, text in pages.items() if text.count("\nh1  ") != 1} == {}


def test_headings_descend_by_one(pages):
    skipping = {}
    for name, text in pages.items():
        levels = [int(level) for level in re.findall(r"^h(\d)  ", text, re.MULTILINE)]
        if steps := [pair for pair in pairwise(levels) if pair[1] > pair[0] + 1]:
            skipping[name] = steps

    assert skipping == {}
