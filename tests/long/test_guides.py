"""What the guides tell people to do, done as they say it."""

from __future__ import annotations

import json
import re

import pytest

from tests.conftest import HOUSE, OFFICE_2022
from tests.long.test_killed import POSTGRES, rso, run

pytestmark = [pytest.mark.long, pytest.mark.skipif(bool(POSTGRES), reason="done in the run on SQLite")]


def blocks(page: str) -> list[str]:
    """The indented blocks of a page, without their indentation."""
    text = (HOUSE / "docs" / page).read_text(encoding="utf-8")
    return [
        re.sub(r"^ {4,7}", "", block, flags=re.MULTILINE)
        for block in re.findall(r"(?:^ {4,}\S.*\n)+", text, re.MULTILINE)
    ]


def test_the_office_of_the_how_to_loads_and_its_course_trained_twelve_people(tmp_path):
    folder = tmp_path / "office"
    folder.mkdir()
    for block in blocks("how-to/load-an-office.md"):
        name, _line_end, text = block.partition("\n")
        if re.fullmatch(r"\w+\.(csv|yaml)", name):
            (folder / name).write_text(text)

    run("load", str(folder), var=tmp_path)
    answer = rso("figures", "2024", "people-trained", "--format", "json", url="", var=tmp_path).communicate()[0]

    assert len(list(folder.iterdir())) == 6
    assert [(figure["value"], figure["basis"]) for figure in json.loads(answer)] == [(12, {"recorded": 12})]


def test_what_is_due_is_done_without_a_site(tmp_path):
    run("load", str(OFFICE_2022), var=tmp_path)
    run("run-due", var=tmp_path)

    assert [path.name for path in (tmp_path / "jobs").iterdir()] == ["run-due"]
