"""Texts that are committed and compared: renewed by `RENEW=1 .venv/bin/python -m pytest FILE`, then read."""

from __future__ import annotations

import os
from pathlib import Path


def committed(path: Path, text: str) -> str:
    """The text as it was committed; with RENEW set, as it is now."""
    if os.environ.get("RENEW"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return path.read_text(encoding="utf-8") if path.exists() else ""
