"""What a reader is told when something went wrong."""

from __future__ import annotations

from django.db import DatabaseError, connection

from tests.web.failing import pages_of_faults


def test_each_fault_has_its_status_and_a_page_of_its_own(office):
    found = {status: [page.status_code for page in pages] for status, pages in pages_of_faults().items()}

    assert found == {403: [403, 403], 404: [404], 500: [500], 503: [503, 503], 429: [429]}


def test_a_proxy_learns_that_the_database_does_not_answer(db, client):
    def away(*_call: object) -> None:
        raise DatabaseError

    with connection.execute_wrapper(away):
        answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (503, b"The database does not answer.\n")
    assert client.get("/healthz").content == b"ok\n"
