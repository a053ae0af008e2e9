"""What a reader is told when something went wrong."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection
from django.test import Client, override_settings

from tests.web.failing import pages_of_faults
from tests.web.markup import Page, words


@pytest.mark.long
def test_each_fault_has_its_status_and_a_page_of_its_own(office):
    found = {status: [page.status_code for page in pages] for status, pages in pages_of_faults().items()}

    assert found == {403: [403, 403], 404: [404], 500: [500], 503: [503, 503], 429: [429]}


@pytest.mark.parametrize(
    ("address", "language", "home", "says"),
    [
        ("/th/broken/", "th", "/th/", "เกิดข้อผิดพลาด"),
        ("/broken/", "en", "/", "Something went wrong"),
        ("/id/broken/", "id", "/id/", "Terjadi kesalahan"),
    ],
)
def test_a_fault_of_ours_is_told_in_the_language_of_the_page_without_the_database(address, language, home, says):
    with override_settings(ROOT_URLCONF="tests.web.failing"):
        answer = Client(raise_request_exception=False).get(address)
    page = Page(address, answer.content)

    assert (answer.status_code, page.all("html")[0].get("lang")) == (500, language)
    assert ([words(each) for each in page.all("h1")], [each.get("href") for each in page.all("a")]) == ([says], [home])


def test_a_proxy_learns_that_the_database_does_not_answer(db, client):
    def away(*_call: object) -> None:
        raise DatabaseError

    with connection.execute_wrapper(away):
        answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (503, b"The database does not answer.\n")
    assert client.get("/healthz").content == b"ok\n"
