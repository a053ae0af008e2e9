"""What every test of the site stands on."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path: Path) -> None:
    """Editions that a test lays down are seen by no other."""
    settings.VAR = tmp_path
