"""What someone hears who cannot see, of each edition, as it was read once and committed in reading_order/.

A page or the PDF that is changed on purpose is renewed by `RENEW=1 .venv/bin/python -m pytest tests/unit/test_reading_order.py`;
the change is then read as one who cannot see.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.committed import committed
from tests.heard import heard
from tests.sampling import few

ORDER = Path(__file__).parent / "reading_order"
REPORTS = few(["monthly-2022-09", "annual-2022"])
#: A page of each kind: contents, prose with charts, great numbers, a table alone, endnotes.
PAGES = ("index", "year", "headlines", "money", "annex-events", "sources")


@pytest.mark.parametrize("ref", REPORTS)
def test_the_pdf_is_read_in_the_order_that_was_committed(office, editions, ref):
    text = "\n".join(editions(ref).tagged.lines()) + "\n"

    assert text.splitlines() == committed(ORDER / f"{ref}.pdf.txt", text).splitlines()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_the_web_edition_is_read_in_the_order_that_was_committed(annual, page):
    text = re.sub(r"SHA-256 \w+", "SHA-256 …", heard(annual.pages[page]))

    assert text.splitlines() == committed(ORDER / f"annual-2022.{page}.txt", text).splitlines()


@pytest.mark.parametrize("ref", REPORTS)
def test_no_sentence_of_a_page_ends_twice(office, editions, ref):
    lines = [line for page in editions(ref).pages.values() for line in heard(page).splitlines()]

    assert [line for line in lines if re.search(r"[.;:,]\s*\.(?!\.)", line)] == []


@pytest.mark.long
def test_the_pdf_is_read_in_the_order_in_which_it_is_seen(annual):
    """Headings come in the order of the contents, and each chapter's words after its heading."""
    headings = [line[2:].strip() for line in annual.tagged.lines() if line.startswith("H1")]
    seen = [int(re.match(r"\d+", text)[0]) for text in annual.texts[1:]]

    assert seen == list(range(2, len(annual.texts) + 1))
    pages = [
        next(at for at, text in enumerate(annual.texts[1:]) if heading.lstrip("0123456789ABC ") in text[:90])
        for heading in headings
    ]
    assert pages == sorted(pages)
