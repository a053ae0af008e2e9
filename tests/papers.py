"""Reads the papers that tests are held against."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

#: In C where PyYAML was built with it: a tenth of the time.
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def paper(path: Path) -> Any:
    """What a YAML file says."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader)
