"""Whatever is sent to a form of the office, it answers with a sentence or saves it whole."""

from __future__ import annotations

import pytest
from django.db import connection
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from rso.core.loading.columns import Column, ListColumn
from rso.core.models import AuditEvent
from rso.core.office import Desk, desks
from tests.sampling import few
from tests.web.conftest import as_user
from tests.web.test_every_desk import keeper

pytestmark = pytest.mark.usefixtures("office")
reverse("office")  # finds the desks
FORMS = [desk for desk in desks.all.values() if desk.keeps and desk.sections]

#: Stands for a text that no field takes.
LONG = "<long>"
odd = st.one_of(
    st.sampled_from(
        ["", " ", "\x00", "a\x00b", "\u202eabc", "=1+1", "-1", "9" * 40, "1e999", "NaN", "2022-02-30", "0000-00-00"]
    ),
    st.sampled_from(["9999-12-31", "<script>", "%s%(x)s{x}", "'; --", "😀", ";", ":;:", "A:101", "a (b)", "(", "\r\n"]),
    st.just(LONG),
)


def cell_of(column: Column) -> st.SearchStrategy[list[str]]:
    """What a browser, or someone who is not one, might send for a column."""
    good = [st.sampled_from(column.among)] if column.among else []
    if column.kind == "date":
        good.append(st.dates().map(str))
    if column.kind in ("integer", "number"):
        good.append(st.integers(-(10**20), 10**20).map(str))
    if column.refers:
        refs = list(column.refers._default_manager.order_by("pk").values_list("ref", flat=True)[:5])
        good += [st.sampled_from(refs)] if refs else []
    one = st.one_of(odd, st.text(max_size=60), *good, *good)
    return st.lists(one, max_size=4) if isinstance(column, ListColumn) else one.map(lambda text: [text])


def posts(desk: Desk) -> st.SearchStrategy[dict[str, list[str]]]:
    fields = {column.name: cell_of(column) for column in desk.form_columns}
    fields |= {f"{c.name}.weight": st.lists(odd, max_size=3) for c in desk.lists if c.weight}
    return st.fixed_dictionaries(
        {},
        optional={
            **fields,
            "_reason": odd.map(lambda t: [t]),
            "_began": odd.map(lambda t: [t]),
            "_seen": odd.map(lambda t: [t]),
        },
    )


def spelled(text: str) -> str:
    return "ก" * 70_000 if text == LONG else text.encode("utf-8", "replace").decode()


def fuzz(desk: Desk, times: int) -> None:
    user = keeper(desk)
    client, thing = as_user(user), desk.rows(user).order_by("pk").first()
    addresses = [f"{desk.url}new/", *([f"{desk.at(thing.ref)}edit/"] if thing else [])]

    @seed(connection.vendor == "postgresql")  # others there than on SQLite
    @settings(
        max_examples=times,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(posts(desk), st.sampled_from(addresses))
    def post(sent: dict[str, list[str]], address: str) -> None:
        before = AuditEvent.objects.count()
        sent = {name: [spelled(text) for text in texts] for name, texts in sent.items()}

        answer = client.post(address, sent)

        assert answer.status_code in (302, 404, 409, 422)
        assert answer.status_code == 302 or AuditEvent.objects.count() == before

    post()


@pytest.mark.parametrize("desk", few(FORMS, 4), ids=[desk.slug for desk in FORMS])
def test_no_form_falls_over_a_few_posts(desk):
    fuzz(desk, 8)


@pytest.mark.long
@pytest.mark.parametrize("desk", FORMS, ids=[desk.slug for desk in FORMS])
def test_no_form_falls_over_many_posts(desk):
    """Five thousand, half of them on each database."""
    fuzz(desk, 2_500 // len(FORMS) + 1)
