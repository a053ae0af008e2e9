"""`rso doctor`: checks the environment, the database, the fonts and the permissions, and says how to mend each."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from rso.environment import HOUSE


@dataclass(frozen=True)
class Finding:
    what: str
    ok: bool
    says: str


def examine() -> list[Finding]:
    return [_python(), *_packages(), _database(), _tables(), *_fonts(), _folder(), _space(), _typst()]


def _python() -> Finding:
    ok = sys.version_info >= (3, 11)
    return Finding("Python", ok, sys.version.split()[0] if ok else "needs 3.11 or newer; make demo PYTHON=…")


def _packages() -> Iterator[Finding]:
    wrong = []
    for line in (HOUSE / "requirements" / "run.txt").read_text().splitlines():
        if "==" not in line or ";" in line or line.startswith(" "):
            continue
        name, version = line.split(" ")[0].split("==")
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            found = "missing"
        if found != version:
            wrong.append(f"{name} {found}, pinned {version}")
    yield Finding(
        "Packages", not wrong, "as pinned" if not wrong else f"{'; '.join(wrong[:5])}. Run: make demo SERVE=0"
    )


def _database() -> Finding:
    from django.db import Error, connection

    try:
        connection.ensure_connection()
    except Error as error:
        return Finding("Database", False, f"cannot be reached: {error}. Check DATABASE_URL.")
    return Finding(
        "Database", True, f"{connection.display_name} {'.'.join(map(str, connection.get_database_version()))}"
    )


def _tables() -> Finding:
    from django.db import Error, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error as error:
        return Finding("Tables", False, str(error))
    return Finding("Tables", not waiting, "of this version" if not waiting else "of an older version. Run: rso migrate")


def _fonts() -> Iterator[Finding]:
    for what, folder, kind, least in (
        ("Fonts of print", HOUSE / "fonts", "*.ttf", 21),
        ("Fonts of the web", HOUSE / "static" / "fonts", "*.woff2", 14),
    ):
        found = len(list(folder.glob(kind)))
        yield Finding(
            what,
            found >= least,
            f"{found} files" if found >= least else f"{found} of {least} files. Restore {folder.name}/ from git",
        )


def _folder() -> Finding:
    from django.conf import settings

    var = Path(settings.VAR)
    ok = os.access(var if var.exists() else var.parent, os.W_OK)
    return Finding(
        "Folder of data", ok, str(var) if ok else f"{var} cannot be written. Set RSO_VAR to a folder of yours"
    )


def _space() -> Finding:
    from django.conf import settings

    free = shutil.disk_usage(Path(settings.VAR).parent).free // 1_000_000
    return Finding("Free space", free > 200, f"{free:,} MB" if free > 200 else f"{free} MB; free at least 200 MB")


def _typst() -> Finding:
    try:
        return Finding("PDF by Typst", True, metadata.version("typst"))
    except metadata.PackageNotFoundError:
        return Finding("PDF by Typst", False, "missing. Run: make demo SERVE=0")
