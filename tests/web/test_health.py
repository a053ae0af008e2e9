"""What machines learn of the site: whether it lives, whether people can work, what was counted."""

from __future__ import annotations

import re
import shutil
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from rso import metrics

TOKEN = "t" * 20


def ready(client: Client) -> tuple[int, list[str]]:
    answer = client.get("/readyz")
    return answer.status_code, answer.content.decode().splitlines()


def test_people_can_work_where_nothing_hinders_them(db, client):
    assert ready(client) == (200, ["ok"])


def test_all_that_hinders_them_is_told(db, client, monkeypatch):
    MigrationRecorder(connection).record_applied("core", "0099_later")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=7_000_000))

    def read_only(execute, sql, *rest):
        if sql.startswith("UPDATE"):
            raise DatabaseError("attempt to write a readonly database")
        return execute(sql, *rest)

    with connection.execute_wrapper(read_only):
        answer = ready(client)

    says = ["The database is of another version.", "The database cannot be written.", "Less than 200 MB are free."]
    assert answer == (503, says)


# -- metrics -------------------------------------------------------------------------------------------------------------


def read(client: Client) -> dict[str, float]:
    lines = client.get("/metrics").content.decode().splitlines()
    assert [
        line
        for line in lines
        if not re.fullmatch(r'# (HELP|TYPE) rso_\w+ .+|rso_\w+(\{(\w+="[^"]*",?)+\})? [\d.e+-]+', line)
    ] == []
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}


@pytest.fixture
def since(db, client):
    """What has been counted since."""
    before = read(client)

    def since() -> dict[str, float]:
        return {name: value - before.get(name, 0) for name, value in read(client).items()}

    return since


def test_requests_are_counted_by_page_and_status_and_by_how_long_they_took(office, client, since):
    for address in ("/events/", "/events/", "/events/no-such/", "/no/such/page/", "/events/?year=never"):
        client.get(address)

    found = since()
    counted = {name: value for name, value in found.items() if name.startswith("rso_requests_total") and value}
    assert counted == {
        'rso_requests_total{route="events",status="200"}': 2,
        'rso_requests_total{route="events",status="422"}': 1,
        'rso_requests_total{route="event",status="404"}': 1,
        'rso_requests_total{route="",status="404"}': 1,
        'rso_requests_total{route="metrics",status="200"}': 1,
    }
    assert (found["rso_request_seconds_count"], found['rso_request_seconds_bucket{le="+Inf"}']) == (6, 6)


def test_processes_count_apart_and_are_told_together(office, client, since, monkeypatch):
    client.get("/events/")
    monkeypatch.setattr(metrics, "_part", 0)
    metrics.begin(130)
    client.get("/events/")

    assert since()['rso_requests_total{route="events",status="200"}'] == 2
    assert metrics._part == 2


def test_what_is_due_tells_when_it_last_ended_well(db, client, settings, now):
    metrics.ended_well("run-due", now)
    (settings.VAR / "jobs" / ".backup.4711").touch()  # what a process that was killed left
    found = read(client)

    assert found['rso_last_success_timestamp_seconds{job="run-due"}'] == now.timestamp()
    assert found["rso_database_up"] == 1


@pytest.mark.parametrize(
    ("headers", "place", "status"),
    [
        ({}, "127.0.0.1", 200),
        ({}, "::1", 200),
        ({}, "192.0.2.7", 404),
        ({"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1", 404),
        ({"X-Real-Ip": "192.0.2.7"}, "127.0.0.1", 404),
        ({"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "192.0.2.7"}, "127.0.0.1", 200),
        ({"Authorization": "Bearer wrong"}, "192.0.2.7", 404),
        ({"Authorization": "Bearer "}, "192.0.2.7", 404),
    ],
)
def test_counts_are_for_this_machine_and_for_who_has_the_token(db, client, settings, headers, place, status):
    settings.ENV = settings.ENV.model_copy(update={"metrics_token": TOKEN})

    assert client.get("/metrics", headers=headers, REMOTE_ADDR=place).status_code == status


def test_without_a_token_no_token_opens_the_counts(db, client):
    for word in ("Bearer ", "Bearer", ""):
        answer = client.get("/metrics", headers={"Authorization": word}, REMOTE_ADDR="192.0.2.7")
        assert answer.status_code == 404
