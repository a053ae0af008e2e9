"""What the product rests on: each dependency has a reason, a use, a pin with hashes, and a licence that lets the code be Apache-2.0."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from tests.conftest import HOUSE

PROJECT = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUN, DEV = PROJECT["dependencies"], PROJECT["optional-dependencies"]["dev"]
#: Used by Django when a setting asks for it: the word that stands in our settings.
ASKED_FOR = {"argon2-cffi": "Argon2PasswordHasher", "psycopg": "postgres"}
#: LGPL is for psycopg, which is imported and never altered; GPL and AGPL are for nothing that runs.
LICENCES = {
    "Apache-2.0", "Apache-2.0 OR BSD-2-Clause", "Apache-2.0 OR BSD-3-Clause", "BSD", "BSD License", "BSD-2-Clause", "BSD-3-Clause", "ISC License",
    "LGPL-3.0-only", "MIT", "MIT License", "MIT-0", "MIT-CMU", "PSF-2.0",
}  # fmt: skip


def name_of(requirement: str) -> str:
    return re.split(r"[\[~=<>; ]", requirement, maxsplit=1)[0].lower()


def pins(file: str) -> set[tuple[str, str]]:
    """Name and version of each pin of a requirements file."""
    text = (HOUSE / "requirements" / file).read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z0-9.-]+)(?:\[[a-z,-]+\])?==(\S+)", text, re.MULTILINE))


def modules(distributions: list[str]) -> dict[str, str]:
    """The modules that these distributions bring, with the name of each."""
    wanted = {name_of(each) for each in distributions}
    return {
        module: name.lower()
        for module, names in metadata.packages_distributions().items()
        for name in names
        if name.lower() in wanted
    }


def imported(folder: str) -> set[str]:
    """The packages that the code of a folder imports."""
    found = set()
    for path in (HOUSE / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found


def test_every_dependency_carries_its_reason():
    lines = (HOUSE / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    declared = [line for line in lines if re.match(r'  "[A-Za-z]', line) and re.search(r"[~=]=", line)]

    assert len(declared) == len(RUN) + len(DEV)
    assert [line for line in declared if not re.search(r"# \w+", line)] == []


@pytest.mark.long
def test_what_runs_uses_each_of_its_dependencies():
    settings = "".join((HOUSE / "rso" / name).read_text(encoding="utf-8") for name in ("settings.py", "environment.py"))
    named = imported("rso")
    used = {name for module, name in modules(RUN).items() if module in named or f'"{module}.' in settings}
    used |= {name for name, word in ASKED_FOR.items() if word in settings}

    assert {name_of(each) for each in RUN} - used == set()


@pytest.mark.long
def test_what_runs_imports_nothing_that_is_not_declared():
    assert imported("rso") - {*sys.stdlib_module_names, "rso", *modules(RUN + DEV)} == set()


@pytest.mark.parametrize("file", ["run.txt", "dev.txt", "build.txt"])
def test_requirements_are_pinned_with_hashes_and_name_no_index(file):
    text = (HOUSE / "requirements" / file).read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"\n(?=\S)", text.strip()) if not entry.startswith("#")]

    assert [entry for entry in entries if not re.match(r"[a-z0-9.-]+(\[[a-z,-]+\])?==\S+", entry)] == []
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert re.findall(r"https?://|--index|--find-links", text) == []


def test_what_is_declared_is_pinned_and_the_pins_of_tests_hold_those_of_what_runs():
    run, dev = pins("run.txt"), pins("dev.txt")

    assert {name_of(each) for each in RUN} - {name for name, _version in run} == set()
    assert {name_of(each) for each in DEV} - {name for name, _version in dev} == set()
    assert run - dev == set()


def licence(name: str) -> str:
    """What a package that is installed says of its licence, in whichever way it says it."""
    told = metadata.metadata(name)
    words = [told.get("License-Expression"), told.get("License"), *(told.get_all("Classifier") or [])]
    found = (
        word.rpartition(" :: ")[2]
        for word in words
        if word and "\n" not in word and (" :: " not in word or word.startswith("License"))
    )
    return next(found, "none")


def test_nothing_that_runs_is_under_gpl_or_agpl():
    installed = {each.name.lower().replace("_", "-") for each in metadata.distributions()}
    licences = {name: licence(name) for name, _version in pins("run.txt") if name in installed}

    assert {name: told for name, told in licences.items() if told not in LICENCES} == {}
    assert {name for name, told in licences.items() if told.startswith("LGPL")} == {"psycopg", "psycopg-binary"}
    assert {name for name, _version in pins("run.txt")} - installed <= {"colorama"}


def test_the_house_names_its_licences():
    assert PROJECT["license"] == "Apache-2.0"
    assert "Apache License" in (HOUSE / "LICENSE").read_text(encoding="utf-8")
    assert Path(HOUSE / "fonts" / "OFL-noto.txt").exists()
