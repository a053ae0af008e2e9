"""What others rely on in the data: its description is committed, and its version follows from what changed."""

from __future__ import annotations

from copy import deepcopy
from datetime import date

import pytest

from rso.reports.contract import published
from rso.reports.promises import FIRST, Change, bumped, compare, describe, renewed
from tests.unit.test_command_line import objects

DAY = date(2026, 12, 1)


def without(kind: str, name: str):
    found = deepcopy(describe())
    del found[kind][name]
    return found


def altered(kind: str, name: str, **words: object):
    found = deepcopy(describe())
    found[kind][name] |= words
    return found


def test_the_committed_description_is_what_the_code_promises():
    """Renew it, and read what you have changed for those who use the data: rso contract --renew"""
    assert compare(published()["description"], describe()) == []


def test_the_version_is_that_of_the_newest_entry_and_the_versions_fall():
    numbers = [tuple(int(part) for part in entry["version"].split(".")) for entry in published()["changelog"]]

    assert published()["version"] == published()["changelog"][0]["version"]
    assert numbers == sorted(numbers, reverse=True)
    assert published()["changelog"][-1] == {
        "version": FIRST,
        "date": published()["changelog"][-1]["date"],
        "changes": [],
    }


@pytest.mark.parametrize(
    ("before", "what", "version"),
    [
        (without("code", "type.training"), "added", "1.3.0"),
        (without("figure", "events-held"), "added", "1.3.0"),
        (altered("figure", "events-held", title="Held"), "reworded", "1.2.4"),
        (altered("figure", "events-held", dimensions=["type"]), "added", "1.3.0"),
        (altered("figure", "events-held", definition="Counts."), "changed", "2.0.0"),
        (altered("figure", "events-held", version=0), "changed", "2.0.0"),
        (altered("code", "sex.female", label="F"), "changed", "2.0.0"),
        (altered("column", "figures.value", type="string"), "changed", "2.0.0"),
        ({**describe(), "code": {**describe()["code"], "type.gala": {"label": "Gala"}}}, "removed", "2.0.0"),
    ],
)
def test_what_was_removed_or_changed_makes_a_major_version_and_what_was_added_a_minor_one(before, what, version):
    old = {"version": "1.2.3", "changelog": [], "description": before}
    new = renewed(old, DAY)

    assert [change["what"] for change in new["changelog"][0]["changes"]] == [what]
    assert (new["version"], new["changelog"][0]["version"], new["changelog"][0]["date"]) == (
        version,
        version,
        "2026-12-01",
    )
    assert renewed(new, DAY) is new


def test_the_gravest_change_decides_and_stands_first():
    before = without("code", "type.training")
    before["figure"]["events-held"]["definition"] = "Counts."

    assert [change.what for change in compare(before, describe())] == ["changed", "added"]
    assert bumped("1.2.3", compare(before, describe())) == "2.0.0"
    assert bumped("1.2.3", []) == "1.2.3"
    assert bumped("1.2.3", [Change("code", "a", "added"), Change("code", "b", "reworded")]) == "1.3.0"


def test_the_command_prints_the_changelog():
    assert objects("contract")[-1] == {
        "version": FIRST, "date": published()["changelog"][-1]["date"], "kind": "", "name": "", "what": "first", "detail": "",
    }  # fmt: skip
