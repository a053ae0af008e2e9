"""The environment is made by a script that tells what the machine lacks and mends what was left half made."""

from __future__ import annotations

import ast
import importlib.util
import runpy
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import HOUSE

SCRIPT = HOUSE / "scripts" / "environment.py"
STEPS = ["Making the environment in .venv", "Installing what RSO needs", "Installing the rso command", "Compiling"]


@pytest.fixture
def script(tmp_path, monkeypatch) -> ModuleType:
    """The script, in a house of its own that has nothing but what it reads."""
    spec = importlib.util.spec_from_file_location("environment_script", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("requirements/run.txt", "requirements/dev.txt", "requirements/build.txt", "pyproject.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(module, "HOUSE", tmp_path)
    return module


@pytest.fixture
def steps(script, monkeypatch) -> list[str]:
    """The steps that the script takes; the first makes an environment as Python does."""
    taken: list[str] = []

    def run(what: str, *command: str) -> None:
        taken.append(what)
        if what == STEPS[0]:
            config = f"version = {'.'.join(map(str, sys.version_info[:3]))}\ncommand = python -m venv {command[-1]}\n"
            (Path(command[-1]) / "pyvenv.cfg").write_text(config)

    monkeypatch.setattr(script, "run", run)
    return taken


def test_an_old_python_can_read_the_script_and_is_told_that_it_is_old(monkeypatch):
    source = SCRIPT.read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 5))
    assert [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)] == []
    monkeypatch.setattr(sys, "version_info", (3, 9, 18, "final", 0))

    with pytest.raises(SystemExit) as told:
        runpy.run_path(str(SCRIPT), run_name="__main__")

    assert told.value.code == (
        f"RSO needs Python 3.11 or newer; {sys.executable} is Python 3.9. Name another one: make demo PYTHON=python3.12"
    )


def test_the_environment_is_made_once(script, steps):
    script.main("run")
    script.main("run")

    assert steps == STEPS


def test_what_tests_need_comes_on_top_of_what_the_product_needs(script, steps):
    script.main("run")
    script.main("dev")
    script.main("run")

    assert steps == [*STEPS, *STEPS[1:]]


def test_changed_requirements_are_installed_into_the_same_environment(script, steps):
    script.main("run")
    (script.HOUSE / "requirements" / "run.txt").write_text("another")
    script.main("run")

    assert steps == [*STEPS, *STEPS[1:]]


@pytest.mark.parametrize("at", range(4))
def test_a_run_that_was_interrupted_at_any_step_begins_anew(script, steps, monkeypatch, at):
    run = script.run

    def interrupted(what: str, *command: str) -> None:
        run(what, *command)
        if what == STEPS[at]:
            raise KeyboardInterrupt

    monkeypatch.setattr(script, "run", interrupted)
    with pytest.raises(SystemExit, match=r"^Stopped. The same command begins anew.$"):
        script.main("run")
    (script.HOUSE / ".venv" / "half").touch()
    monkeypatch.setattr(script, "run", run)

    script.main("run")

    assert steps == [*STEPS[: at + 1], *STEPS]
    assert not (script.HOUSE / ".venv" / "half").exists()


@pytest.mark.parametrize(
    "config",
    [
        "",
        "version = 3.9.1\ncommand = python -m venv {venv}\n",
        "version = {version}\ncommand = python -m venv /moved\n",
    ],
    ids=["half made", "of another Python", "moved"],
)
def test_an_environment_that_is_not_sound_is_made_anew(script, steps, config):
    script.main("run")
    version = ".".join(map(str, sys.version_info[:3]))
    venv = script.HOUSE / ".venv"
    (venv / "pyvenv.cfg").write_text(config.format(venv=venv, version=version))

    script.main("run")

    assert steps == [*STEPS, *STEPS]


def test_an_environment_that_cannot_be_made_anew_is_named(script, steps, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (script.HOUSE / ".venv").symlink_to(elsewhere)

    with pytest.raises(SystemExit, match=r"\.venv is not whole and cannot be made anew\. Remove it\.$"):
        script.main("run")

    assert (steps, elsewhere.exists()) == ([], True)


# -- what the machine lacks ----------------------------------------------------------------------------------------------


def told(script: ModuleType, kind: str = "run") -> str:
    with pytest.raises(SystemExit) as stopped:
        script.main(kind)
    return str(stopped.value.code)


def test_a_missing_module_is_named_with_its_package(script, monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)

    assert told(script) == "Python's venv module is missing. On Debian: apt-get install python3-venv"


def test_a_folder_without_permission_is_named(script, monkeypatch):
    monkeypatch.setattr(script.os, "access", lambda path, mode: False)

    assert told(script) == f"There is no permission to write in {script.HOUSE}. Clone into a folder of yours."


def test_a_full_disk_is_named_with_what_is_needed(script, monkeypatch):
    monkeypatch.setattr(script.shutil, "disk_usage", lambda path: shutil_usage(free=12_345_678))

    assert told(script, "dev") == f"The disk is full: 12 MB are free in {script.HOUSE}, 1400 MB are needed."


def shutil_usage(free: int) -> object:
    return type("usage", (), {"free": free})


@pytest.mark.parametrize(
    ("output", "says"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full; free some space"),
        ("[Errno 13] Permission denied: x", "there is no permission to write; clone into a folder of yours"),
        (
            "WARNING: Retrying\nERROR: No matching distribution found for django",
            "the package index does not answer, or lacks a package; check the network and `python3 -m pip config list`",
        ),
        ("something else", "mend what the lines above say"),
    ],
)
def test_a_step_that_fails_shows_its_output_and_what_that_means(script, monkeypatch, capsys, output, says):
    done = subprocess.CompletedProcess([], 1, f"{output}\n")
    monkeypatch.setattr(script.subprocess, "run", lambda *command, **options: done)

    with pytest.raises(SystemExit) as stopped:
        script.run("Installing", "pip")

    assert stopped.value.code == f"Installing failed: {says}, and run the same command again."
    assert capsys.readouterr() == ("Installing\n", f"{output}\n")
