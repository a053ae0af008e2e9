"""What a worker of the site loads: nothing that only the command line, the PDF or the tests need."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from rso.environment import HOUSE

HEAVY = {
    *("typst", "rich", "typer", "click", "frictionless", "hypothesis", "scipy", "numpy", "PIL", "fontTools", "babel", "polib"),
    *("pypdf", "playwright", "pytest", "html5lib", "openpyxl", "requests"),
}  # fmt: skip


@pytest.mark.long
def test_a_worker_loads_nothing_heavy(tmp_path):
    code = "import sys, rso.wsgi, rso.urls; print(*{name.partition('.')[0] for name in sys.modules})"
    environment = {
        **os.environ,
        "PYTHONPATH": str(HOUSE),
        "DJANGO_SETTINGS_MODULE": "rso.settings",
        "RSO_VAR": str(tmp_path),
    }
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())

    assert {"django", "rso", "allauth"} <= loaded
    assert loaded & HEAVY == set()
