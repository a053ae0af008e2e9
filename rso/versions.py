"""Whether the database is of this version, of an older one, or of a newer one that this code would damage."""

from __future__ import annotations

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from rso.troubles import Trouble


class NewerDatabase(Trouble):
    """The database has been brought to a version that this code does not know."""


def steps_unknown() -> list[str]:
    """Migrations that the database has and this code has not."""
    executor = MigrationExecutor(connection)
    known = {*(executor.loader.disk_migrations or ()), *executor.loader.replacements}
    ours = {app for app, _name in known}
    found = MigrationRecorder(connection).applied_migrations()
    return [f"{app} {name}" for app, name in sorted(found) if app in ours and (app, name) not in known]


def steps_waiting() -> bool:
    """Whether this code has migrations that the database has not."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def refuse_newer() -> None:
    """Raises NewerDatabase."""
    if unknown := steps_unknown():
        says = f"The database is of a newer version of RSO: it has {unknown[0]}, which this version does not know."
        raise NewerDatabase(f"{says} Run that version, or restore a backup of this one into an empty database.")
