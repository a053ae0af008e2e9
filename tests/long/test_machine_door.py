"""The machine door asked whatever its description allows, and what it forbids: by anyone, and with a key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.core.cache import caches
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test

from rso.core.api.describing import document
from tests.asking import key_of

pytestmark = pytest.mark.long

QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture]


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """The application is asked within the test's own transaction, and must not close the connection that holds it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


#: Cases by chance; and every limit and kind of value that the description names, which are the same whoever asks.
CHANCE = [HypothesisTestMode.EXAMPLES, HypothesisTestMode.FUZZING]
EVERY_LIMIT = [*CHANCE, HypothesisTestMode.COVERAGE]


def faults(
    headers: dict[str, str], modes: list[HypothesisTestMode], cases: int, only: Callable[[str], bool] = lambda path: True
) -> list[str]:  # fmt: skip
    """What the answers did that the description does not say, address by address."""
    schema = schemathesis.openapi.from_dict(document(), config=SchemathesisConfig())
    schema.app = get_wsgi_application()
    return [
        fault
        for found in schema.get_all_operations()
        if only(found.ok().path)
        for fault in _of_operation(schema, found.ok(), headers, modes, cases)
    ]


def _of_operation(
    schema: Any, operation: Any, headers: dict[str, str], modes: list[HypothesisTestMode], cases: int
) -> list[str]:
    found: list[str] = []

    def asked(case: Any) -> None:
        caches["default"].clear()
        answer = case.call(headers={"Accept-Encoding": "identity", **headers})
        try:
            case.validate_response(answer)
        except schemathesis.core.failures.FailureGroup as group:
            found.extend(f"{case.method} {case.formatted_path} {case.query}: {each}" for each in group.exceptions)

    limits = settings(
        max_examples=cases, deadline=None, database=None, derandomize=True, suppress_health_check=QUIET, phases=[Phase.explicit, Phase.generate]
    )  # fmt: skip
    config = HypothesisTestConfig(project=schema.config, modes=modes, settings=limits)
    create_test(operation=operation, test_func=asked, config=config)()
    return found


def test_one_address_does_what_its_description_says(office):
    assert faults({}, EVERY_LIMIT, 5, lambda path: path == "/api/events/") == []


def test_every_address_does_what_its_description_says_for_anyone(office):
    assert faults({}, CHANCE, 15) == []


@pytest.mark.parametrize(("scope", "modes"), [("public", CHANCE), ("people", EVERY_LIMIT)])
def test_every_address_does_what_its_description_says_with_a_key(office, naree, scope, modes):
    assert faults({"Authorization": f"Bearer {key_of(naree, scope)}"}, modes, 20) == []
