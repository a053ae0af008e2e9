"""The engine's answers on the example year, each held against a count in plain Python or a rule of FIGURES.md."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from rso.core import charts
from rso.core.figures import BASIS, Distinct, Figure, Refusal, Status, Total, registry, units
from rso.core.figures.dimensions import UNKNOWN
from rso.core.figures.reading import OFFICE, PUBLIC, Reader, Reading
from rso.core.models import Basis, Office, Precision
from rso.core.periods import Period
from rso.events.figures import EVENT, OWN
from rso.events.models import Event, Participation
from rso.finance.models import Category, Expenditure
from rso.publications.models import Publication
from rso.workplan.models import ActivityTheme
from tests.agreement import against_plain_python, within_themselves
from tests.sampling import few

pytestmark = pytest.mark.usefixtures("office")
PERIODS = ("2022", "2022-H2", "2022-09", "2022-10-27..2022-11-15", "FY2022", "2021", "2022-01-01..2023-12-31")


def reading(slug: str, period: str = "2022", reader: Reader = OFFICE, as_at: date | None = None) -> Reading:
    return Reading(registry.find(slug), Period.parse(period), reader=reader, as_at=as_at)


def rows(slug: str, by: str, period: str = "2022") -> dict[str, object]:
    return {cell.key: cell.value for cell in reading(slug, period).by(by).rows}


# -- against plain Python ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("period", few(PERIODS))
def test_every_figure_and_split_is_what_a_count_in_plain_python_gives(period):
    assert against_plain_python(period) == []


@pytest.mark.long
def test_splits_crossings_shares_and_months_sum_where_they_say_so():
    assert within_themselves("2022") == []


@pytest.mark.long
@pytest.mark.parametrize(
    "period",
    ["2022", *(pytest.param(other, marks=pytest.mark.once) for other in ("2022-Q4", "2022-01-01..2023-12-31"))],
)
def test_every_crossing_of_every_figure_sums_where_it_says_so(period):
    assert within_themselves(period, registry.figures) == []


@pytest.mark.parametrize("figure", few([f for f in registry if not f.slices], 8), ids=lambda figure: figure.slug)
def test_every_row_opens_onto_the_records_that_it_counts_unknown_included(figure):
    """The records of a row, counted again, give the row: weighted ones at least hold every record that has a share."""
    of = reading(figure.slug)
    for dimension in figure.source.dimensions:
        for cell in of.by(dimension.slug).rows:
            behind = of.behind(dimension.slug, [cell.key])
            assert behind.count() == behind.values("pk").distinct().count(), (dimension.slug, cell.key)
            if isinstance(of.figure.adds, Total) and not dimension.splits:
                assert behind.aggregate(v=of.adds.value())["v"] == cell.value, (dimension.slug, cell.key)
            elif cell.value:
                assert behind.exists(), (dimension.slug, cell.key)


def test_the_unknown_row_of_sex_opens_onto_the_records_without_a_sex():
    of = reading("participations")
    behind = of.behind("sex", [UNKNOWN])

    assert set(behind.values_list("sex", flat=True)) == {None}
    assert sum(behind.values_list("number", flat=True)) == of.by("sex")[UNKNOWN].value == 45


def test_people_reached_are_no_more_than_attendances_in_every_row():
    people, attendances = reading("people-reached"), reading("participations")
    for dimension in people.figure.source.dimensions:
        if dimension is not BASIS:
            most = {cell.key: cell.value for cell in attendances.by(dimension.slug).rows}
            fewer = [cell.key for cell in people.by(dimension.slug).rows if cell.value > most[cell.key]]
            assert (dimension.slug, fewer) == (dimension.slug, []) or dimension.splits


# -- time ----------------------------------------------------------------------------------------------------------------


def test_a_record_counts_where_its_first_day_falls_and_the_last_day_is_in():
    """The Forum is on 26 and 27 October."""
    assert reading("participations", "2022-10-26..2022-10-26").value == 88
    assert reading("participations", "2022-10-20..2022-10-26").value == 88
    assert reading("participations", "2022-10-27..2022-10-31").value == 0
    assert reading("participations", "2022-10-18..2022-10-25").value == 0


def test_the_financial_year_ends_in_its_year_and_two_of_them_hold_the_calendar_year():
    """Records begin in January 2022, so the financial year 2022 holds its first half; the next holds January's dialogue."""
    first, second = reading("participations", "FY2022"), reading("participations", "FY2023")

    assert (first.period.starts, first.period.last_day) == (date(2021, 7, 1), date(2022, 6, 30))
    assert first.value == reading("participations", "2022-H1").value == 41 + 52 + 37
    assert (first.value + second.value) == 600 + 74


def test_a_period_knows_every_text_that_names_its_days(settings):
    named = {text: Period.parse(text).names for text in ("FY2022", "2022-Q3", "2022-01-05..2022-01-05")}
    settings.FINANCIAL_YEAR_START = 1

    assert named == {
        "FY2022": ["FY2022", "2021-07-01..2022-06-30"],
        "2022-Q3": ["2022-Q3", "2022-07-01..2022-09-30"],
        "2022-01-05..2022-01-05": ["2022-01-05..2022-01-05"],
    }
    assert Period.parse("FY2022").names == ["2022", "FY2022", "2022-01-01..2022-12-31"]


def test_a_flow_is_of_the_period_and_a_stock_is_as_at_a_day():
    assert reading("members", "2022-09").value == reading("members", "2022").value == 49
    assert reading("operating-budget", "2022-03").value == reading("operating-budget").value
    assert reading("expenditure", "2022-03").value < reading("expenditure").value
    assert reading("operating-budget", "2022", as_at=date(2024, 7, 1)).value == 0
    assert [registry.find(slug).additive for slug in ("members", "activities", "expenditure")] == [False, False, True]


def test_an_activity_belongs_to_every_period_that_it_overlaps():
    q1, q2, half = (reading("activities", period).value for period in ("2022-Q1", "2022-Q2", "2022-H1"))

    assert (q1, q2, half) == (23, 25, 25)
    assert reading("activities").figure.additive is False


def test_what_is_placed_by_a_day_that_is_not_known_is_illustrative_in_periods_finer_than_it():
    """Border Management by Air is known to the month: in December it is stated, in a week of December it is not."""
    month, week = reading("events-held", "2022-12"), reading("events-held", "2022-12-12..2022-12-18")

    assert (month.value, month.basis) == (2, {"stated": 1, "illustrative": 1})
    assert (week.value, week.basis) == (1, {"illustrative": 1})
    assert reading("events-held", "2022").basis == {"stated": 14}
    by_month = {cell.key: dict(cell.parts) for cell in reading("events-held").by("month").rows if cell.value}
    assert by_month["2022-12"] == {"stated": 1, "illustrative": 1}
    assert by_month["2022-09"] == {"stated": 1}
    assert by_month["2022-03"] == {"illustrative": 1}


def test_a_list_says_of_each_record_how_it_is_known_in_its_period():
    of_month = {row.ref: Basis(row.basis_here).slug for row in reading("events-held", "2022-12").shown}
    of_year = {row.ref: Basis(row.basis_here).slug for row in reading("events-held", "2022").shown}

    assert of_month == {"e2022-13": "illustrative", "e2022-14": "stated"}
    assert (of_year["e2022-13"], of_year["e2022-14"]) == ("stated", "stated")


def test_a_total_is_stated_only_where_its_event_is_placed_for_sure():
    Event.objects.filter(ref="e2022-09").update(precision=Precision.YEAR)

    assert reading("participations", "2022").total_stated == 133
    assert reading("participations", "2022-10").total_stated == 45
    assert dict(reading("participations", "2022-10").by("event")["e2022-09"].parts) == {"illustrative": 88}
    assert dict(reading("participations", "2022").by("event")["e2022-09"].parts) == {"total_stated": 88}


def test_days_between_dates_that_are_not_known_to_the_day_are_illustrative():
    """The request on scam centres came at the end of 2022; its answer has a day."""
    days = reading("median-days-to-answer", "2023-04")

    assert (days.value, days.basis) == (113, {"illustrative": 113})
    assert reading("requests-answered", "2023-04").basis == {"stated": 1}


# -- status --------------------------------------------------------------------------------------------------------------


def test_a_period_outside_the_records_is_not_collected_in_value_cells_and_lists():
    for period in ("2021", "2024-05", "2023-06-01..2023-06-30"):
        of = reading("participations", period)
        assert (of.value, of.status, of.basis, of.records.count()) == (None, Status.NOT_COLLECTED, {}, 0)
        months = of.by("month").rows
        assert {(cell.value, cell.status) for cell in months} == {(None, Status.NOT_COLLECTED)}
        assert len(months) == len(of.period.months())
        assert of.across("month", "sex").cells != {}
        assert {cell.status for cell in of.across("month", "sex").cells.values()} == {Status.NOT_COLLECTED}
        assert reading("share-of-women", period, PUBLIC).status is Status.NOT_COLLECTED


def test_months_before_the_records_begin_are_not_collected_and_later_ones_are_zero():
    cells = {cell.key: (cell.value, cell.status.value) for cell in reading("participations", "FY2022").by("month").rows}

    assert cells["2021-12"] == (None, "L")
    assert cells["2022-01"] == (0, "A")
    assert cells["2022-03"] == (41, "A")
    assert next(iter(cells)) == "2021-07"


#: Figures that make a series, and by what step.
SERIES = [
    (figure, dimension.slug)
    for figure in registry
    for dimension in figure.source.dimensions
    if dimension.span and isinstance(figure.adds, Total | Distinct)
]


@pytest.mark.parametrize(("figure", "step"), SERIES, ids=[f"{figure.slug} by {step}" for figure, step in SERIES])
def test_a_trend_is_the_figure_of_each_of_its_periods_and_none_before_the_records_begin(figure, step):
    of = reading(figure.slug, "2021-11-01..2023-06-30")
    spans = of.period.months() if step == "month" else of.period.years()
    wanted = {span.key: Reading(figure, span, reader=OFFICE).value for span in spans}

    assert of.trend(step) == wanted
    assert [key for key, value in wanted.items() if value is None] == {
        "month": ["2021-11", "2021-12", "2023-06"], "year": ["2021"],
    }[step]  # fmt: skip


def test_the_trend_of_a_page_shows_its_own_year_though_nothing_was_collected_in_it(client):
    page = client.get(reverse("figure", args=["participations", "2020"]))

    assert [(row["label"], row["shown"]) for row in page.context["trend"]] == [
        ("2020", "not collected"), ("2022", "600"), ("2023", "74"),
    ]  # fmt: skip


def test_a_record_from_before_the_records_begin_is_in_no_figure():
    """The civil registration toolkit of 2018 is on record, but the works of 2018 were not collected."""
    long = reading("publications", "2018-01-01..2022-12-31")

    assert Publication.objects.filter(first_issued_on__year=2018).count() == 1
    assert long.value == reading("publications", "2022").value == 16
    assert (long.by("year")["2018"].status, long.by("year")["2022"].value) == (Status.NOT_COLLECTED, 16)


def test_a_period_that_is_not_over_is_provisional_and_its_past_months_are_not():
    of = reading("participations", "2022", as_at=date(2022, 9, 30))

    assert of.status is Status.PROVISIONAL
    months = {cell.key: cell.status.value for cell in of.by("month").rows}
    assert (months["2022-09"], months["2022-10"]) == ("A", "P")
    assert of.by("type")["forum"].status is Status.PROVISIONAL
    assert reading("participations", "2023").status is Status.PROVISIONAL


def test_zero_is_zero_and_what_cannot_exist_says_so():
    nothing = reading("expenditure", "2023-02")

    assert (nothing.value, nothing.status) == (0, Status.NORMAL)
    assert (reading("core-staff-share", "2023-02").value, reading("core-staff-share", "2023-02").status) == (
        None, Status.CANNOT_EXIST,
    )  # fmt: skip
    assert reading("median-days-to-answer", "2022-01").status is Status.CANNOT_EXIST
    months = reading("median-days-to-answer", "2022").by("month")
    assert (months["2022-01"].value, months["2022-01"].status) == (None, Status.CANNOT_EXIST)
    assert (months["2022-03"].value, months["2022-03"].status) == (35, Status.NORMAL)


def test_a_value_that_rests_on_an_estimate_says_so():
    assert reading("operating-budget").status is Status.ESTIMATED
    assert {cell.status for cell in reading("operating-budget").by("category").rows} == {Status.ESTIMATED}
    assert (reading("contribution-share-of-budget").status, reading("contributions").status) == (
        Status.ESTIMATED, Status.NORMAL,
    )  # fmt: skip


def test_rows_of_a_share_rest_on_what_their_numerators_rest_on():
    Expenditure.objects.filter(category__ref="STAFF-CORE", spent_on__month=2).update(basis=Basis.ESTIMATED)
    year = reading("core-staff-share")
    months = {cell.key: (set(cell.parts), cell.status) for cell in year.by("month").rows}

    assert months["2022-02"] == ({"estimated"}, Status.ESTIMATED)
    assert months["2022-03"] == (set(reading("core-staff-share", "2022-03").basis), Status.NORMAL)
    assert {sum(cell.parts.values()) - cell.value for cell in year.by("month").rows} == {0}


def test_rows_of_a_share_over_time_have_the_status_of_their_own_days():
    Office.objects.update(records_to=date(2022, 11, 30))
    year = reading("core-staff-share")

    assert year.status is Status.PROVISIONAL
    assert "".join(cell.status.value for cell in year.by("month").rows) == "AAAAAAAAAAAL"


def test_the_series_breaks_where_the_definition_changed_and_only_there():
    changed = Figure(
        "changed", "Changed", units.EVENTS, EVENT, Total(), "Counts.", "Leaves out.", where=OWN, version=2,
        changed=(date(2022, 9, 7),),
    )  # fmt: skip
    year, before, after = (Reading(changed, Period.parse(p)) for p in ("2022", "2022-08", "2022-10"))

    assert (year.status, before.status, after.status) == (Status.BREAK, Status.NORMAL, Status.NORMAL)
    months = {cell.key: cell.status for cell in year.by("month").rows}
    assert [key for key, status in months.items() if status is Status.BREAK] == ["2022-09"]


def test_themes_break_the_series_in_the_year_in_which_their_set_changed_and_no_other_split_does():
    of = reading("participations", "2023-01")

    assert {cell.status for cell in of.by("theme").rows} == {Status.BREAK}
    assert Status.BREAK not in {cell.status for cell in of.by("type").rows}
    assert {cell.status for cell in reading("participations", "2022").by("theme").rows} == {Status.NORMAL}


# -- splits --------------------------------------------------------------------------------------------------------------


def test_unknown_is_one_row_of_its_own_at_the_end_whatever_makes_it_unknown():
    """Organisations have no country, and here one row has no member at all."""
    Participation.objects.filter(ref="e2022-01-001").update(member=None)
    for dimension in ("country", "region", "sex", "agency"):
        keys = [cell.key for cell in reading("participations").by(dimension).rows]
        assert (keys.count(UNKNOWN), keys[-1]) == (1, UNKNOWN), dimension
    assert sum(rows("participations", "country").values()) == 600
    crossing = reading("participations").across("country", "sex")
    assert sum(cell.value for cell in crossing.cells.values()) == 600


def test_weights_that_do_not_sum_to_a_hundred_are_never_published():
    from rso.core.figures import Inconsistent

    weight = ActivityTheme.objects.filter(activity__events__ref="e2022-06").first()
    ActivityTheme.objects.filter(pk=weight.pk).update(weight=weight.weight - 5)

    with pytest.raises(Inconsistent):
        reading("participations").by("theme")


def test_rows_of_a_share_or_a_median_claim_neither_a_sum_nor_an_overlap():
    for slug, dimension in (
        ("core-staff-share", "month"),
        ("share-of-women", "event"),
        ("median-days-to-answer", "month"),
    ):
        split = reading(slug).by(dimension)
        assert (split.sums, split.overlaps, split.overlap, split.percents) == (False, False, 0, {})
        assert charts.overlap_note(split, registry.find(slug).unit) == ""


def test_rows_that_hold_a_thing_twice_say_by_how_much():
    split = reading("people-reached").by("event")

    assert (split.sums, split.overlaps, split.overlap) == (False, True, 40)
    assert charts.overlap_note(split, units.PEOPLE) == "Rows overlap: 40 counted in more than one."
    assert reading("participations").by("partner").overlap == sum(rows("participations", "partner").values()) - 600


def test_a_sum_of_nothing_rests_on_what_cancels_out_in_it():
    day = {"spent_on": date(2023, 2, 1), "category": Category.objects.get(ref="FEE"), "currency": "AUD"}
    Expenditure.objects.create(ref="one", amount=300, basis=Basis.STATED, **day)
    Expenditure.objects.create(ref="two", amount=-300, basis=Basis.ESTIMATED, **day)

    of = reading("expenditure", "2023-02")
    assert (of.value, of.basis, of.status) == (0, {"stated": 300, "estimated": -300}, Status.ESTIMATED)


def test_a_lack_of_activity_is_known_no_better_than_the_records_that_were_searched():
    """Members with activity are known by illustrative attendances, so those without are known no better than that."""
    of = reading("members-without-activity")

    assert (of.value, of.basis) == (7, {"illustrative": 7})
    assert {slug for cell in of.by("region").rows for slug in cell.parts} == {"illustrative"}
    Participation.objects.update(basis=Basis.ESTIMATED)
    assert reading("members-without-activity").basis == {"estimated": 7}
    Participation.objects.update(basis=Basis.RECORDED)
    assert reading("members-without-activity").basis == {"stated": 7}


def test_a_partner_is_known_as_well_as_the_firmest_record_that_names_it():
    of = reading("partners-engaged")
    by_name = {row.ref: Basis(row.basis_here).slug for row in of.shown}

    assert (by_name["JCLEC"], by_name["AIC"]) == ("stated", "illustrative")
    assert sum(of.basis.values()) == 27
    assert of.basis == {"stated": list(by_name.values()).count("stated"), "illustrative": list(by_name.values()).count("illustrative")}  # fmt: skip
    assert reading("partners-engaged", "2022-02").basis == {
        "illustrative": reading("partners-engaged", "2022-02").value
    }


# -- who may see what ----------------------------------------------------------------------------------------------------


def test_the_public_sees_sex_and_agency_alone_and_never_crossed():
    of = reading("participations", reader=PUBLIC)

    assert of.by("sex")["female"].value == 226
    for other in ("event", "member", "type", "month", "agency", "basis"):
        with pytest.raises(Refusal, match="not crossed"):
            of.across("sex", other)
        with pytest.raises(Refusal, match="not crossed"):
            of.across(other, "sex")
    assert reading("participations").across("sex", "event").value == 600


@pytest.mark.parametrize("period", ["2022-H1", "2022-09", "FY2023", "2022-01-01..2022-12-30", "2022-01-01..2023-12-31"])
def test_the_public_sees_no_sensitive_split_of_a_part_of_a_year_or_of_several(period):
    for slug in ("sex", "agency"):
        with pytest.raises(Refusal, match="whole calendar years"):
            reading("participations", period, PUBLIC).by(slug)
    assert reading("share-of-women", period, PUBLIC).status is Status.SUPPRESSED
    assert reading("participations", period).by("sex").rows != ()


def test_the_public_sees_no_sensitive_split_of_a_year_that_is_open():
    Office.objects.update(records_to=date(2022, 11, 30))
    assert reading("participations").value == 534

    with pytest.raises(Refusal, match="whole calendar years"):
        reading("participations", reader=PUBLIC).by("sex")
    assert reading("share-of-women", reader=PUBLIC).value is None


def test_only_numbers_of_people_are_split_by_sex_for_the_public():
    for slug in ("bodies-reached", "bodies-supported-in-person", "countries-reached-by-training"):
        with pytest.raises(Refusal, match="numbers of people"):
            reading(slug, reader=PUBLIC).by("sex")
        assert "sex" not in [d.slug for d in reading(slug, reader=PUBLIC).dimensions]


def test_a_share_by_sex_is_split_no_further_for_the_public():
    with pytest.raises(Refusal, match="not split further"):
        reading("share-of-women", reader=PUBLIC).by("event")
    assert reading("share-of-women").by("type")["training"].value is not None


def test_what_the_public_may_split_by_is_what_it_gets():
    for figure in registry:
        public = reading(figure.slug, reader=PUBLIC)
        for dimension in public.dimensions:
            public.by(dimension.slug)
