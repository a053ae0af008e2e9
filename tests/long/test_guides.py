"""What the guides tell people to do, done as they say it."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import HOUSE
from tests.long.test_killed import LOAD, POSTGRES, contents, rso, run

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


def test_a_backup_made_as_the_guide_says_is_restored_as_the_guide_says(tmp_path):
    (line,) = [block for block in blocks("guide/operator.md") if "VACUUM INTO" in block]
    backup = line.partition("command:\n")[2].replace("\\\n", " ")
    (line,) = [block for block in blocks("guide/operator.md") if block.startswith("rm -f")]
    (tmp_path / "backup").mkdir()

    def done(commands: str) -> None:
        here = commands.replace(".venv/bin/python", shlex.quote(sys.executable))
        here = here.replace("/srv/rso", str(tmp_path)).replace("/backup/", f"{tmp_path}/backup/")
        subprocess.run(["sh", "-ec", here], check=True)

    database = Path(tmp_path / "rso.sqlite3")
    run(*LOAD, var=tmp_path)
    before = contents(database)
    done(backup)
    database.write_bytes(b"rubbish")
    done(line)

    assert contents(database) == before
    run("doctor", var=tmp_path)
