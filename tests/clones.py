"""Copies of the repository in folders of their own, each with its own database, to see that nothing depends on where it lies."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import HOUSE

WHOLE = ("rso", "templates", "static", "fonts", "data", "locale", "pyproject.toml")


def clone(folder: Path) -> Path:
    """What compiling needs of the repository, in a new folder."""
    folder.mkdir(parents=True)
    for name in WHOLE:
        path = HOUSE / name
        if path.is_dir():
            shutil.copytree(path, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(path, folder / name)
    return folder


def compiled(house: Path, *, zone: str, seed: str) -> dict[str, str]:
    """Loads the example office in a copy, compiles its reports, and returns the digest of every file that came of it."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("RSO_", "DATABASE_URL", "DJANGO_", "PYTHON"))
    }
    environment |= {"RSO_VAR": str(house / "var"), "PYTHONPATH": str(house), "PYTHONHASHSEED": seed, "TZ": zone}
    commands = (
        ("load", str(house / "data" / "office-2022")),
        ("report", "compile", "annual-2022"),
        ("report", "compile", "monthly-2022-09"),
    )
    for words in commands:
        subprocess.run(
            [sys.executable, "-m", "rso", *words], cwd=house, env=environment, check=True, capture_output=True
        )
    made = house / "var" / "reports"
    return {
        str(path.relative_to(made)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(made.rglob("*"))
        if path.is_file()
    }
