"""Names are the same whatever their case, marks and order of words; near ones may be."""

from __future__ import annotations

import pytest

from rso.core.names import are_near, near, normal


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Naree Boonmee", "BOONMEE, Naree"),
        ("Nguyễn Văn Đức", "Nguyen Van Duc"),
        ("Søren Łukasz", "Soren Lukasz"),
        ("Ms. Josefa Waqa", "josefa waqa"),
        ("นาย สมชาย ใจดี", "สมชาย  ใจดี"),
        ("Jose\u0301 Rizal", "José Rizal"),
        ("Anna", "ANNA"),
        ("Weiß", "WEISS"),
    ],
)
def test_two_spellings_of_a_name_are_the_same(one, other):
    assert normal(one) == normal(other)


@pytest.mark.parametrize(
    ("one", "other"), [("สมชาย", "สมชาญ"), ("ปา", "ป้า"), ("Anna", "Anne"), ("Ben Tan", "Ben Tran")]
)
def test_two_names_are_not_the_same(one, other):
    assert normal(one) != normal(other)


@pytest.mark.parametrize(
    ("one", "other", "may_be"),
    [
        ("Naree Boonmee", "Naree Boonmi", True),
        ("Nguyen Van Duc", "Nguyen Duc", True),
        ("Anna", "Anna Tan", False),
        ("Ben Tan", "Cara Tan", False),
    ],
)
def test_near_names_differ_by_few_letters_or_leave_out_a_word(one, other, may_be):
    assert are_near(normal(one), normal(other)) is may_be


def test_the_nearest_name_stands_first():
    known = [normal(name) for name in ("Naree Boonmees", "Naree Boonmeeee", "Somchai Jaidee")]

    assert near(normal("Naree Boonmee"), known) == ["boonmees naree", "boonmeeee naree"]


def test_who_is_called_like_a_title_keeps_the_name():
    assert normal("Dr") == "dr"
