"""The guides: every link leads somewhere, every command and setting that they name exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from rso import cli
from rso.environment import known_settings
from tests.conftest import HOUSE
from tests.unit.test_command_line import commands

PAGES = sorted([*HOUSE.glob("*.md"), *(HOUSE / "docs").rglob("*.md"), *(HOUSE / "rso").rglob("*.md")])
COMMANDS = set(commands(get_command(cli.app)))
#: What may follow a command that has commands of its own.
OF_GROUPS = "|".join(sorted({command.partition(" ")[2] for command in COMMANDS} - {""}))


def name(page: Path) -> str:
    return str(page.relative_to(HOUSE))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_of_a_page_leads_to_a_file(page):
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))

    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_and_setting_that_a_page_names_exists(page):
    text = page.read_text(encoding="utf-8")
    named = set(
        re.findall(
            rf"(?:`|^ {{4,}}(?:\.venv/bin/)?)rso ([a-z]+(?:-[a-z]+)*(?: (?:{OF_GROUPS}))?)\b", text, re.MULTILINE
        )
    )
    settings = set(re.findall(r"\bRSO_[A-Z_]+\b", text))

    assert {each for each in named if each not in COMMANDS} == set()
    assert settings - {setting.name for setting in known_settings()} == set()
