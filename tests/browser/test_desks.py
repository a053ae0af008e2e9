"""The office's desks as those who work at them see them: accessible and in bounds, in both directions, wide and narrow, in the dark."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.browser.reader import Reader

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
reverse("office")  # finds the desks
BY_DAY, ON_A_TELEPHONE = {"width": 1280, "scheme": "light"}, {"width": 320, "scheme": "dark"}


def faults(reader: Reader, path: str, **seen) -> list[tuple[str, str]]:
    reader.see(**seen).open(path)
    assert reader.status == 200
    return [(path, says) for says in (*reader.breaches(), *reader.too_wide())]


@pytest.mark.long
def test_a_body_and_the_answer_to_a_request_break_no_rule_of_accessibility(signed_in):
    tran = signed_in("tran-thi-mai")

    assert faults(tran, "/office/members/KHM/", **BY_DAY) == []
    assert faults(tran, "/ar/office/members/KHM/", **ON_A_TELEPHONE) == []
    assert faults(tran, "/th/office/requests/q2022-05/do/answer/", **ON_A_TELEPHONE) == []
