"""What figures, models and statuses must declare, and that each status can be reached and is exported."""

from __future__ import annotations

import csv
from datetime import date

import pytest
from django.apps import apps
from django.db import models
from django.urls import reverse
from django.utils.functional import Promise

from rso.core.figures import BASIS, Covered, Distinct, Figure, Median, Share, Status, Total, registry, units
from rso.core.figures.reading import OFFICE, PUBLIC, Reader, Reading
from rso.core.periods import Period
from rso.core.privacy import DataClass, Privacy
from rso.events.figures import EVENT, OWN
from rso.events.models import Participation
from rso.reports.editions import write_editions
from rso.reports.models import Report
from tests.factories.people import leave_three_women

MODELS = [model for model in apps.get_models() if model.__module__.startswith("rso.")]
FIGURES = list(registry)


# -- figures -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.slug)
def test_a_figure_declares_all_that_a_reader_needs(figure):
    assert figure.slug == figure.slug.lower().replace(" ", "-")
    for words in (figure.title, figure.counts, figure.leaves_out):
        assert isinstance(words, Promise), f"{words} is not translated"
        assert str(words).strip() == str(words) != ""
        assert words is figure.title or str(words).endswith(".")
    assert isinstance(figure.unit, units.Unit)
    assert len(figure.changed) == figure.version - 1, "each version after the first has its first day"
    assert bool(figure.source.stock) != bool(figure.source.when), "a flow has a date, a stock has a day"
    assert figure.additive is (isinstance(figure.adds, Total) and len(figure.source.when) == 1)
    if figure.within:
        assert registry.find(figure.within).source is figure.source


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.slug)
def test_the_fields_that_a_figure_and_its_dimensions_name_are_there(figure):
    model = figure.source.model
    paths = [*figure.source.when, figure.source.precision, figure.source.statement, *figure.source.related]
    match figure.adds:
        case Total(field=field):
            paths.append(field)
        case Distinct(of=of, heads=heads):
            paths += [of, heads]
        case Median(first=first, last=last, precisions=precisions):
            paths += [first, last, *precisions]
        case Covered(evidence=evidence):
            assert registry.evidence[evidence] != []
        case Share(part=part, whole=whole):
            for cut in (part, whole):
                of = registry.find(cut.figure)
                assert not cut.dimension or of.source.dimension(cut.dimension)
    for dimension in figure.source.dimensions:
        paths += [dimension.path, dimension.weight]
    for path in filter(None, paths):
        at: type[models.Model] = model
        for name in path.split("__"):
            field = at._meta.get_field(name)
            at = field.related_model if field.is_relation else at
    slugs = [dimension.slug for dimension in figure.source.dimensions]
    assert len(slugs) == len(set(slugs))
    assert BASIS in figure.source.dimensions


def test_a_figure_of_people_names_what_its_records_may_be_seen_by():
    """Whoever may not see who came still sees at which events."""
    of_people = [figure for figure in FIGURES if figure.source.model is Participation]
    assert len(of_people) == 8

    assert {(figure.public, figure.source.public_by) for figure in of_people} == {(False, "event")}
    assert {figure.public for figure in FIGURES if figure not in of_people} == {True}
    assert sorted(f.slug for f in FIGURES if f.counts_people) == [
        "participations", "people-reached", "people-trained", "training-participations",
    ]  # fmt: skip


def test_sex_and_agency_are_the_sensitive_dimensions_wherever_they_stand():
    found = {(d.slug, d.sensitive) for figure in FIGURES for d in figure.source.dimensions}

    assert {slug for slug, sensitive in found if sensitive} == {"sex", "agency"}
    assert {("sex", False), ("agency", False)} & found == set()


def test_named_tables_split_figures_that_are_there_by_dimensions_that_they_have():
    for table in registry.tables.values():
        source = registry.find(table.figure).source
        assert [source.dimension(slug).slug for slug in table.dimensions] == list(table.dimensions)
        assert isinstance(table.title, Promise)


# -- models --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_model_declares_its_data_class_purpose_and_retention(model):
    declared = vars(model).get("privacy")

    assert isinstance(declared, Privacy), f"{model.__name__} says not how far its data may travel"
    assert declared.data_class in DataClass
    for words in (declared.purpose, declared.retention):
        assert isinstance(words, Promise)
        assert str(words) != ""


def test_records_that_name_people_are_personal():
    assert {model.__name__ for model in MODELS if model.privacy.data_class == DataClass.PERSONAL} == {
        "Person", "FocalPoint", "Participation", "Quote", "User", "Draft", "Merge", "Clearance", "Session", "Attachment", "AdvanceReading",
    }  # fmt: skip
    naming = {
        model.__name__
        for model in MODELS
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model.__name__ == "Person"
    }
    assert naming == {"FocalPoint", "Participation"}


# -- statuses ------------------------------------------------------------------------------------------------------------


def reading(slug: str, period: str = "2022", reader: Reader = OFFICE, as_at: date | None = None) -> Reading:
    return Reading(registry.find(slug), Period.parse(period), reader=reader, as_at=as_at)


@pytest.fixture
def three_women(office) -> None:
    leave_three_women()


def test_every_status_of_the_code_list_is_reached(three_women):
    of_version_two = Figure(
        "changed", "Changed", units.EVENTS, EVENT, Total(), "Counts.", "Leaves out.", where=OWN, version=2,
        changed=(date(2022, 9, 7),),
    )  # fmt: skip
    found = {
        Status.NORMAL: reading("participations"),
        Status.PROVISIONAL: reading("participations", as_at=date(2022, 11, 30)),
        Status.ESTIMATED: reading("operating-budget"),
        Status.BREAK: Reading(of_version_two, Period.parse("2022"), reader=OFFICE),
        Status.NOT_COLLECTED: reading("participations", "2020"),
        Status.CANNOT_EXIST: reading("core-staff-share", "2023-02"),
        Status.SUPPRESSED: reading("share-of-women", reader=PUBLIC),
    }

    assert {wanted: of.status for wanted, of in found.items()} == {wanted: wanted for wanted in Status}
    without = {Status.NOT_COLLECTED, Status.CANNOT_EXIST, Status.SUPPRESSED}
    assert {wanted for wanted, of in found.items() if of.value is None} == without


def test_the_strongest_status_that_applies_is_the_one_that_is_told(office):
    """An estimate that is also provisional is provisional; nothing at all is not collected before it is anything else."""
    assert reading("operating-budget", "2022", as_at=date(2022, 6, 30)).status is Status.PROVISIONAL
    assert reading("participations", "2020", as_at=date(2019, 1, 1)).status is Status.NOT_COLLECTED
    assert [status.value for status in Status] == ["Q", "M", "L", "B", "P", "E", "A"]


def test_the_csv_of_a_figure_exports_the_status_of_its_value_and_of_each_cell(three_women, client):
    def codes(slug: str, period: str, dimension: str) -> dict[str, str]:
        body = b"".join(client.get(reverse("figure-csv", args=[slug, period])).streaming_content).decode()
        rows = csv.DictReader(body.splitlines())
        return {row["key"]: row["obs_status"] for row in rows if row["dimension"] == dimension}

    assert codes("people-reached", "2022", "sex") == {"female": "Q", "male": "Q", "unknown": "A"}
    assert codes("median-days-to-answer", "2022", "month")["2022-01"] == "M"
    months = codes("participations", "FY2022", "month")
    assert (months["2021-12"], months["2022-01"]) == ("L", "A")
    assert set(codes("participations", "2023-01", "theme").values()) == {"B"}
    assert codes("participations", "2023", "") == {"": "P"}
    assert set(codes("operating-budget", "2022", "category").values()) == {"E"}


@pytest.mark.long
def test_the_data_edition_of_a_year_that_is_not_over_exports_the_status_of_every_figure_and_cell(office, tmp_path):
    """Whose sex is not known is told with the sexes, once the year is over."""
    report = Report.objects.get(ref="annual-2022")
    written = write_editions(report, tmp_path / "out", as_at=date(2022, 11, 30))
    figures, cells = (
        list(csv.DictReader((written.data / f"{name}.csv").read_text().splitlines()))
        for name in ("figures", "breakdowns")
    )

    assert {row["obs_status"] for row in figures if row["figure"] == "participations"} == {"P"}
    assert {row["obs_status"] for row in figures if row["filter"] == "sex=unknown"} == {"Q"}
    assert {row["obs_status"] for row in [*figures, *cells]} <= {status.value for status in Status}
    assert [row for row in [*figures, *cells] if (row["value"] == "") != (row["obs_status"] in "QML")] == []
