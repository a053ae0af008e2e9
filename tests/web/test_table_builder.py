"""The table builder: a question in an address becomes a table, a chart and a CSV, or a refusal in words."""

from __future__ import annotations

import csv
from io import StringIO
from urllib.parse import urlencode

import pytest

from rso.core.figures import registry
from rso.core.figures.reading import Reading
from rso.core.periods import Period
from tests.web.markup import Page, words
from tests.web.walking import ANYONE, JOSEFA, NAREE, as_role

pytestmark = pytest.mark.usefixtures("office")
READING = "participations", "2022"


def asked(role: str = ANYONE, **question: str):
    return as_role(role).get(f"/tables/?{urlencode(question)}")


def data_of(answer) -> list[tuple[str, str]]:
    """What each data element of the page is of, and its value."""
    page = Page("/tables/", answer.content)
    return [(element.get("data-filter", ""), element.get("value", "")) for element in page.all("data")]


def reading() -> Reading:
    return Reading(registry.find("participations"), Period.parse("2022"))


def problems(answer) -> list[str]:
    page = Page("/tables/", answer.content)
    return [words(item) for box in page.all("div") if box.get("class") == "errsum" for item in box.iter("li")]


def test_a_figure_alone_is_its_value():
    assert data_of(asked(figure="participations", period="2022")) == [("", "600")]


def test_one_dimension_gives_a_table_a_chart_and_their_csv():
    question = {"figure": "participations", "period": "2022", "by": "type"}
    cells = [(f"type={cell.key}", str(cell.value)) for cell in reading().by("type").rows]
    answer = asked(**question)
    rows = list(csv.DictReader(StringIO(asked(**question, format="csv").getvalue().decode())))

    assert set(cells) <= set(data_of(answer))
    assert b"<svg" in answer.content
    assert [(f"type={row['key']}", row["value"]) for row in rows if row["dimension"]] == cells
    assert {row["obs_status"] for row in rows} == {"A"}


def test_two_dimensions_give_a_cell_for_each_pair_and_their_csv():
    question = {"figure": "participations", "period": "2022", "by": "type", "across": "mode"}
    cells = {(row, column): cell.value for (row, column), cell in reading().across("type", "mode").cells.items()}
    rows = list(csv.DictReader(StringIO(asked(**question, format="csv").getvalue().decode())))

    shown = dict(data_of(asked(**question)))
    assert {key: shown[f"type={key[0]},mode={key[1]}"] for key in cells} == {
        key: str(value) for key, value in cells.items()
    }
    assert {(row["type"], row["mode"]): int(row["value"]) for row in rows} == cells
    assert sum(cells.values()) == 600


def test_the_second_dimension_alone_is_as_good_as_the_first():
    alone = asked(figure="participations", period="2022", across="type")

    assert data_of(alone) == data_of(asked(figure="participations", period="2022", by="type"))


def test_the_form_shows_what_was_asked_so_that_the_address_can_be_shared():
    page = Page("/tables/", asked(figure="expenditure", period="FY2022", by="category").content)
    chosen = [option.get("value") for option in page.all("option") if option.get("selected") is not None]
    fields = (field for field in page.all("input") if field.get("type") != "hidden")
    (period,) = (field.get("value") for field in fields if field.get("name") == "period")

    assert (chosen, period) == (["expenditure", "category", ""], "FY2022")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"figure": "happiness", "period": "2022"}, "Figure: Select a valid choice. happiness is not one of the available choices."),
        ({"figure": "participations", "period": "2022-13"}, "Period: "),
        ({"figure": "participations", "period": ""}, "Period: This field is required."),
        ({"figure": "participations", "period": "2022", "by": "colour"}, "By: Select a valid choice. colour is not one of the available choices."),
        ({"figure": "participations", "period": "2022", "by": "category"}, "By: "),
        (
            {"figure": "participations", "period": "2022", "by": "sex", "across": "agency"},
            "And by: Splits by sex or agency are not crossed with another, so that nobody can be singled out.",
        ),
        (
            {"figure": "participations", "period": "2022", "by": "member", "across": "sex"},
            "And by: Splits by sex or agency are not crossed with another, so that nobody can be singled out.",
        ),
        (
            {"figure": "participations", "period": "2022-09", "by": "sex"},
            "By: Splits by sex or agency are shown for whole calendar years that have ended.",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("role", [ANYONE, JOSEFA])
def test_what_cannot_be_answered_is_refused_in_words_and_never_as_a_csv(question, said, role):
    for answer in (asked(role, **question), asked(role, **question, format="csv")):
        (problem,) = problems(answer)

        assert (answer.status_code, problem[: len(said)]) == (422, said)
        assert len(problem) > len("Period: ")


def test_the_office_may_cross_sex_with_agency():
    answer = asked(NAREE, figure="participations", period="2022", by="sex", across="agency")

    assert (answer.status_code, problems(answer)) == (200, [])
