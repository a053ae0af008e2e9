"""Every address of the site against the table of addresses.yaml, as each of three readers; every template is rendered."""

from __future__ import annotations

import pytest

from tests.sampling import few
from tests.web.walking import (
    CANARY,
    NAREE,
    ROLES,
    answer_of,
    as_role,
    ask,
    body_of,
    lay_editions,
    routes,
    table,
    write_on,
)

#: Where the office reads the words of a report that it is writing.
IN_WRITING = ["reports", "report", "report", "chapter", "chapter"]

pytestmark = pytest.mark.usefixtures("office")


def test_every_route_stands_in_the_table():
    assert sorted(routes()) == sorted({line.route for line in table()})


@pytest.mark.parametrize("role", few(ROLES))
def test_every_address_answers_as_the_table_says(role):
    lay_editions()
    for ref, section in (("annual-2022", "theme-1"), ("newsletter-2022-Q4", "ahead")):
        write_on(ref, section)
    client, at = as_role(role), ROLES.index(role)
    found = [(line, ask(client, line.address)) for line in table()]

    assert {line.address: answer_of(page) for line, page in found} == {
        line.address: line.answers[at] for line in table()
    }
    assert [
        line
        for line, page in found
        if page.status_code == 200 and page.wsgi_request.resolver_match.url_name != line.route
    ] == []
    told = [line.route for line, page in found if CANARY in body_of(page)]
    assert [route for route in told if not route.startswith("office")] == ([] if role != NAREE else IN_WRITING)
