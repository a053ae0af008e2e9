"""The office's desks as those who work at them see them: accessible and in bounds, in both directions, wide and narrow, in the dark."""

from __future__ import annotations

import pytest
from django.urls import reverse

from rso.core.office import desks
from tests.browser.reader import Reader
from tests.web.test_every_desk import keeper

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
reverse("office")  # finds the desks
BY_DAY, ON_A_TELEPHONE = {"width": 1280, "scheme": "light"}, {"width": 320, "scheme": "dark"}


def faults(reader: Reader, path: str, **seen) -> list[tuple[str, str]]:
    reader.see(**seen).open(path)
    assert reader.status == 200
    return [(path, says) for says in (*reader.breaches(), *reader.too_wide())]


def test_a_body_and_the_answer_to_a_request_break_no_rule_of_accessibility(signed_in):
    tran = signed_in("tran-thi-mai")

    assert faults(tran, "/office/members/KHM/", **BY_DAY) == []
    assert faults(tran, "/ar/office/members/KHM/", **ON_A_TELEPHONE) == []
    assert faults(tran, "/th/office/requests/q2022-05/do/answer/", **ON_A_TELEPHONE) == []


@pytest.mark.long
@pytest.mark.parametrize("slug", desks.all)
def test_every_desk_is_accessible_in_both_directions(signed_in, office, slug):
    desk = desks.all[slug]
    user = keeper(desk)
    first = desk.rows(user).order_by("pk").values_list("ref", flat=True).first()
    paths = [desk.url, *([desk.at(first)] if first else []), *([f"{desk.url}new/"] if desk.may_alter(user) else [])]
    reader = signed_in(user.ref)

    assert [fault for path in paths for fault in faults(reader, path, **BY_DAY)] == []
    assert [fault for path in paths for fault in faults(reader, f"/ar{path}", **ON_A_TELEPHONE)] == []
