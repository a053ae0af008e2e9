"""What a reader is told when something went wrong."""

from __future__ import annotations

from tests.web.failing import pages_of_faults


def test_each_fault_has_its_status_and_a_page_of_its_own(office):
    found = {status: [page.status_code for page in pages] for status, pages in pages_of_faults().items()}

    assert found == {403: [403, 403], 404: [404], 500: [500], 503: [503, 503], 429: [429]}
