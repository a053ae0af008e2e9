"""What the database holds of some records is read for them alone, and all links of a kind together."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rso.core.loading.tables import tables
from rso.events.models import Event

pytestmark = pytest.mark.django_db


def test_the_links_of_some_records_are_those_of_all_and_each_kind_is_read_once(office):
    table = tables.of(Event)
    everything = table.current()
    some = sorted(ref for ref, row in everything.items() if row["partners"])[:2]
    assert len(some) == 2

    with CaptureQueriesContext(connection) as captured:
        found = table.current(some)

    assert found == {ref: everything[ref] for ref in some}
    of_bodies = [query["sql"] for query in captured if 'FROM "events_eventbody"' in query["sql"]]
    assert [all(ref in sql for ref in some) for sql in of_bodies] == [True]
