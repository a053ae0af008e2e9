"""What every test may ask for: the example office loaded once, a small office, the cast, the time."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache as cache_of
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import translation

from rso.accounts.actions import platform
from rso.accounts.models import User
from rso.core.loading.load import load
from rso.core.messages import compile_messages
from tests.editions import Edition

HOUSE = Path(__file__).resolve().parent.parent
OFFICE_2022 = HOUSE / "data" / "office-2022"
NOW = datetime(2023, 3, 31, 9, 0, tzinfo=UTC)

# Playwright's own loop must not keep Django from its synchronous database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


#: Tests of what SQLite and PostgreSQL might answer differently: constraints, queries, locks, texts, numbers.
BOTH = {
    *(
        "test_at_the_same_time",
        "test_budget_lines",
        "test_constraints",
        "test_drift",
        "test_figure_engine",
        "test_history",
    ),
    *("test_ledger", "test_loading", "test_merging", "test_office_fuzz", "test_postgresql", "test_publishing"),
    *("test_search", "test_suppression", "test_verbs", "test_what_cannot_be_kept"),
}
#: Tests of what lies behind the database or before it: print, words, templates, who may open what. One database is enough.
ONCE = {
    *("test_addresses", "test_bad_input", "test_charts", "test_costs", "test_dependencies", "test_docs", "test_guides"),
    *("test_languages", "test_logs", "test_look", "test_machine_door", "test_names", "test_pictures", "test_print"),
    *("test_reading_order", "test_settings", "test_shared", "test_templates", "test_tokens", "test_two_clones"),
    *("test_what_cannot_be_told", "test_word", "test_worker"),
}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What `scripts/test.sh` leaves out as a whole is not even read: to load its libraries takes seconds."""
    name, asked = collection_path.stem, config.option.markexpr
    left_out = (
        (asked.startswith("not long") and collection_path.parent.name == "long")
        or (asked.endswith("and both") and name.startswith("test_") and name not in BOTH)
        or ("not once" in asked and name in ONCE)
    )
    return left_out or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for mark, names in ((pytest.mark.both, BOTH), (pytest.mark.once, ONCE)):
            if item.path.stem in names:
                item.add_marker(mark)


def pytest_collection_finish() -> None:
    """What was collected stays to the end: that the collector does not walk over it again saves a twentieth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_configure() -> None:
    """Pages of the tests speak what the catalogues say now."""
    compile_messages()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Tables are made from the models, in a tenth of the time that the migrations take.

    That migrations make the same tables is held by `makemigrations --check`, and they are run by each test that starts a
    command on a database of its own. Of the table of the search there is no model that could make it.
    """
    settings.MIGRATION_MODULES = {config.label: None for config in apps.get_app_configs() if config.label != "search"}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    """The example office is loaded once into the test database; each test runs in a transaction that is taken back."""
    with django_db_blocker.unblock():
        settings.MIGRATION_MODULES = {}
        for migration in MigrationLoader(None).disk_migrations:
            MigrationRecorder(connection).record_applied(*migration)
        if not User.objects.exists():
            load(OFFICE_2022, by=platform(), now=NOW)


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """No test sees what another kept in the cache, or its language."""
    for name in settings.CACHES:
        caches[name].clear()
    with translation.override("en"):
        yield


@pytest.fixture
def office(db) -> Path:
    """The example office of 2022, in the database."""
    return OFFICE_2022


@pytest.fixture(scope="session")
def editions(tmp_path_factory) -> Callable[[str], Edition]:
    """Editions of the example's reports, each compiled when it is first asked for."""
    return cache_of(lambda ref: Edition.write(ref, tmp_path_factory.mktemp("editions") / ref))


@pytest.fixture
def annual(office, editions) -> Edition:
    """The editions of the Annual Report 2022."""
    return editions("annual-2022")


@pytest.fixture
def monthly(office, editions) -> Edition:
    """The editions of the Monthly Report September 2022."""
    return editions("monthly-2022-09")


@pytest.fixture
def now() -> datetime:
    return NOW


def named(ref: str) -> User:
    """One of the cast."""
    return User.objects.get(ref=ref)


@pytest.fixture
def naree(office) -> User:
    """Naree Boonmee, programme officer."""
    return named("naree-boonmee")


@pytest.fixture
def somchai(office) -> User:
    """Somchai Prasert, programme officer."""
    return named("somchai-prasert")


@pytest.fixture
def harriet(office) -> User:
    """Harriet Lowe, co-manager."""
    return named("harriet-lowe")


@pytest.fixture
def bagus(office) -> User:
    """Bagus Santoso, the other co-manager."""
    return named("bagus-santoso")


@pytest.fixture
def lena(office) -> User:
    """Lena Fischer, communications officer."""
    return named("lena-fischer")


@pytest.fixture
def marta(office) -> User:
    """Marta Ilves, finance officer."""
    return named("marta-ilves")


@pytest.fixture
def kim(office) -> User:
    """Kim Osei, administrator."""
    return named("kim-osei")


@pytest.fixture
def ravi(office) -> User:
    """Ravi Perera, data protection lead."""
    return named("ravi-perera")


@pytest.fixture
def josefa(office) -> User:
    """Josefa Waqa, focal point of Fiji: not of the office."""
    return named("josefa-waqa")
