"""`rso restore`: makes the office anew from one file, in an empty database and a folder that holds nothing else."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path, PurePosixPath
from typing import Any
from zipfile import ZipFile

from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.executor import MigrationExecutor

from rso.accounts.secrets import rekey
from rso.backup import papers
from rso.backup.archive import BadBackup, Part, check, chunks_of
from rso.backup.make import FOLDERS, MEDIA
from rso.backup.rows import columns_of, kept_models, read
from rso.core.search.index import rebuild

TABLES, FILES = "tables/", "files/"
#: Rows that Django makes by itself in every database.
MADE_ALWAYS = frozenset({"django_content_type", "auth_permission"})


def restore(path: Path) -> dict[str, Any]:
    """Brings the backup into the empty database. Returns its manifest.

    The file is read to its end before anything is changed. Records come in one transaction: a restore that is killed
    leaves tables without an office, and the same command begins anew. Raises BadBackup and OSError.
    """
    manifest = check(path)
    _refuse_a_newer(path, manifest)
    _refuse_what_is_not_empty()
    with ZipFile(path) as zip:
        _refuse_other_files(zip, manifest["parts"])
        executor = MigrationExecutor(connection)
        targets = _last_of_each_app(executor, {(app, name) for app, name in manifest["migrations"]})
        executor.migrate(targets)
        tables = {model._meta.db_table: model for model in kept_models(executor.loader.project_state(targets).apps)}
        _refuse_other_tables(path, tables, manifest["parts"])
        _put_files(zip, manifest["parts"])
        _put_records(zip, manifest["parts"], tables)
    call_command("migrate", verbosity=0)
    rekey()
    rebuild()
    return manifest


# -- refusing ----------------------------------------------------------------------------------------------------------


def _refuse_a_newer(path: Path, manifest: dict[str, Any]) -> None:
    known = MigrationExecutor(connection).loader.disk_migrations or {}
    newer = [f"{app} {name}" for app, name in manifest["migrations"] if (app, name) not in known]
    if newer:
        says = f"{path} was made by a newer version of RSO, {manifest['version']}: this one does not know {newer[0]}."
        raise BadBackup(f"{says} Restore it with that version.")


def _refuse_what_is_not_empty() -> None:
    there = set(connection.introspection.table_names())
    if there and "django_migrations" not in there:
        raise BadBackup("The database in DATABASE_URL is of another program. Name an empty one.")
    for model in kept_models():
        table = model._meta.db_table
        if table in there and table not in MADE_ALWAYS and model._base_manager.exists():
            raise BadBackup("The database in DATABASE_URL holds an office. Name an empty one; nothing was changed.")


def _refuse_other_files(zip: ZipFile, parts: list[Part]) -> None:
    for part in parts:
        if not part.name.startswith(FILES):
            continue
        there = _place(part)
        if name := _elsewhere(part):
            if papers.digest_of(name) not in ("", part.sha256):
                raise BadBackup(
                    f"{name} is there already, and is another file. Name another bucket or folder in RSO_MEDIA."
                )
        elif there.exists() and hashlib.sha256(there.read_bytes()).hexdigest() != part.sha256:
            raise BadBackup(
                f"{there} is there already, and is another file. Move it away, or set RSO_VAR to a new folder."
            )


def _place(part: Part) -> Path:
    """Where a file of a backup goes. Raises BadBackup where that would be elsewhere than in our folders."""
    path = PurePosixPath(part.name.removeprefix(FILES))
    if path.parts[0] not in FOLDERS or ".." in path.parts:
        raise BadBackup(f"The backup holds {part.name}, which has no place here.")
    folder: Path = settings.VAR
    return folder / path


def _elsewhere(part: Part) -> str:
    """The name of a paper that does not lie in our folder; empty for all else."""
    of, _slash, name = part.name.removeprefix(FILES).partition("/")
    return name if of == MEDIA and papers.lie_elsewhere() else ""


def _refuse_other_tables(path: Path, tables: dict[str, type[models.Model]], parts: list[Part]) -> None:
    """Until the first release the tables of a version may change without a new migration."""
    held = {_table(part): {*part.columns} for part in parts if part.name.startswith(TABLES)}
    ours = {name: {*columns_of(model)} for name, model in tables.items()}
    if differ := sorted(name for name in held.keys() | ours.keys() if held.get(name) != ours.get(name)):
        says = f"{path} was made by another version of RSO, whose tables differ: {', '.join(differ[:3])}"
        raise BadBackup(f"{says}. Restore it with that version, then: rso export and rso load.")


def _table(part: Part) -> str:
    return part.name.removeprefix(TABLES).removesuffix(".jsonl")


def _last_of_each_app(executor: MigrationExecutor, applied: set[tuple[str, str]]) -> list[tuple[str, str]]:
    graph = executor.loader.graph
    return sorted(
        m for m in applied if not any(c.key in applied and c.key[0] == m[0] for c in graph.node_map[m].children)
    )


# -- restoring ---------------------------------------------------------------------------------------------------------


def _put_files(zip: ZipFile, parts: list[Part]) -> None:
    for part in parts:
        if not part.name.startswith(FILES):
            continue
        place = _place(part)
        if name := _elsewhere(part):
            papers.put(name, chunks_of(zip, part.name))
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        made = place.with_name(f".{place.name}.{os.getpid()}")
        try:
            made.touch(mode=0o600)
            with made.open("wb") as to:
                to.writelines(chunks_of(zip, part.name))
            secret = place.relative_to(settings.VAR).parts[0] == "keys"
            made.chmod(0o600 if secret else 0o644)
            made.replace(place)
        finally:
            made.unlink(missing_ok=True)


def _put_records(zip: ZipFile, parts: list[Part], tables: dict[str, type[models.Model]]) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608  our own names
        for part in parts:
            if part.name.startswith(TABLES):
                with zip.open(part.name) as file:
                    rows = read(tables[_table(part)], part.columns, file)
                if rows != part.rows:
                    raise BadBackup(f"{_table(part)} has {rows} rows instead of {part.rows}; nothing was changed.")
        connection.check_constraints()
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), list(tables.values())):
                cursor.execute(statement)
