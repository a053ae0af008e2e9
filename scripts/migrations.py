"""Renews the first migration of each room from its models (ADR 0010): python scripts/migrations.py

Django writes each constraint and index as a step of its own, before which it builds all models anew: to make the tables of a
new database takes twice as long. Here they stand with their models, but where a field comes later, as models point to each other.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

import django

HOUSE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOUSE))
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from django.apps import apps  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel, Migration  # noqa: E402
from django.db.migrations.operations.base import Operation  # noqa: E402
from django.db.migrations.writer import MigrationWriter  # noqa: E402

FIRST = "0001_initial"


def with_their_models(operations: list[Operation]) -> list[Operation]:
    """The same operations, with constraints and indexes as options of the models that have all their fields."""
    made = {each.name_lower: each for each in operations if isinstance(each, CreateModel)}
    whole = made.keys() - {each.model_name_lower for each in operations if isinstance(each, AddField)}
    left = []
    for each in operations:
        if isinstance(each, AddConstraint) and each.model_name_lower in whole:
            made[each.model_name_lower].options.setdefault("constraints", []).append(each.constraint)
        elif isinstance(each, AddIndex) and each.model_name_lower in whole:
            made[each.model_name_lower].options.setdefault("indexes", []).append(each.index)
        else:
            left.append(each)
    return left


def main() -> None:
    rooms = [room for room in apps.get_app_configs() if (HOUSE / "rso" / room.label / "migrations").is_dir()]
    for room in rooms:
        (HOUSE / "rso" / room.label / "migrations" / f"{FIRST}.py").unlink(missing_ok=True)
    call_command("makemigrations", *(room.label for room in rooms), verbosity=0)
    for room in rooms:
        found: type[Migration] = import_module(f"{room.name}.migrations.{FIRST}").Migration
        found.operations = with_their_models(found.operations)
        writer = MigrationWriter(found(FIRST, room.label))
        Path(writer.path).write_text(writer.as_string())


if __name__ == "__main__":
    main()
