"""The newsletter and the narrative finance report: each compiles from the records alone, in every edition."""

from __future__ import annotations

import json

import pytest
from frictionless import Package

from rso.reports.definitions import definition
from rso.reports.models import Report
from tests.editions import Edition


@pytest.fixture(params=("finance-2022-H2", "newsletter-2022-Q4"))
def edition(request, office, editions) -> Edition:
    return editions(request.param)


def test_every_figure_that_its_kind_needs_is_printed(edition):
    kind = definition(Report.objects.get(ref=edition.folder.name).definition)
    printed = {fact["figure"] for fact in edition.facts}

    assert {slug for section in kind.sections for slug in section.needs} - printed == set()


def test_the_figures_of_its_pages_are_those_of_the_evidence(edition):
    known = {(f["figure"], f["period"], f["filter"]): f["value"] for f in edition.evidence["figures"]}
    read = {(f["figure"], f["period"], f["filter"]): f["value"] for f in edition.facts}

    assert {key: value for key, value in known.items() if value is not None and read.get(key) != value} == {}
    assert edition.evidence == json.loads((edition.folder / "data" / "evidence.json").read_text())


def test_its_data_is_a_valid_package_though_its_ref_has_a_capital(edition):
    found = json.loads((edition.folder / "data" / "datapackage.json").read_text())

    assert found["name"] == edition.folder.name.lower()
    assert Package(str(edition.folder / "data" / "datapackage.json")).validate().flatten(["type", "message"]) == []
