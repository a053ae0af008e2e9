"""Settings come from the environment through one file; all mistakes are told at once; what is not asked for is safe."""

from __future__ import annotations

import ast
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from rso.environment import BadSettings, as_guide, kept_secret, read_environment
from rso.media import FORM
from tests.conftest import HOUSE


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path) -> None:
    """No setting but a folder of one's own."""
    for name in [*os.environ]:
        if name.startswith("RSO_") or name == "DATABASE_URL":
            monkeypatch.delenv(name)
    monkeypatch.setenv("RSO_VAR", str(tmp_path / "var"))


@pytest.fixture
def put(monkeypatch):
    def put(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return put


def faults() -> list[str]:
    with pytest.raises(BadSettings) as bad:
        read_environment()
    return str(bad.value).splitlines()


def test_the_guide_names_every_setting_as_the_code_knows_it():
    """To renew it: .venv/bin/python -m rso.environment > docs/guide/settings.md"""
    assert (HOUSE / "docs" / "guide" / "settings.md").read_text(encoding="utf-8") == as_guide()


def test_all_mistakes_are_told_at_once_and_no_secret_is_repeated(put):
    put(
        DATABASE_URL="mysql://root:hunter2@host/office", RSO_BASE_URL="rso.example", RSO_SECRET_KEY="too short",
        RSO_DEBUG="perhaps", RSO_ALLOWED_HOSTS=" , ", RSO_BEHIND_HTTPS="2", RSO_FINANCIAL_YEAR_START="13",
        RSO_LOG_LEVEL="LOUD", RSO_LOG_FORMAT="xml", RSO_MAIL_URL="mail:hunter2@host", RSO_MAIL_FROM="nobody",
        RSO_METRICS_TOKEN="short", RSO_MEDIA="s3://hunter2", RSO_OLD_SECRET_KEYS="hunter2", RSO_ACCESS_KEPT_DAYS="1", RSO_ALOWED_HOSTS="rso.example", RSO_QQQQ="blue",
    )  # fmt: skip

    boolean = "Input should be a valid boolean, unable to interpret input"
    assert faults() == [
        "RSO_ALOWED_HOSTS is no setting; did you mean RSO_ALLOWED_HOSTS?",
        "RSO_QQQQ is no setting",
        "DATABASE_URL: write postgres://user@host/name or sqlite:////folder/file",
        f"RSO_MEDIA: write {FORM}, or leave it empty",
        "RSO_BASE_URL: “rso.example”: write an address that begins with http:// or https://",
        "RSO_SECRET_KEY: write at least 50 characters, or leave it empty",
        "RSO_OLD_SECRET_KEYS: write keys of at least 50 characters, by commas",
        f"RSO_DEBUG: “perhaps”: {boolean}",
        "RSO_ALLOWED_HOSTS: “ , ”: name at least one host",
        f"RSO_BEHIND_HTTPS: “2”: {boolean}",
        "RSO_FINANCIAL_YEAR_START: “13”: Input should be less than or equal to 12",
        "RSO_ACCESS_KEPT_DAYS: “1”: Input should be greater than or equal to 90",
        "RSO_MAIL_URL: write smtp://user:password@host:587?tls=1, smtps://user:password@host:465 or console://",
        "RSO_MAIL_FROM: “nobody”: write one address, or a name and the address in <>",
        "RSO_METRICS_TOKEN: write at least 20 characters, or leave it empty",
        "RSO_LOG_FORMAT: “xml”: Input should be 'text' or 'json'",
        "RSO_LOG_LEVEL: “LOUD”: Input should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'",
    ]


@pytest.mark.parametrize(
    "url",
    ["nonsense", "mysql://host/office", "postgres://user@host", "postgres://u:p@h:port/db", "sqlite://", "sqlite:///"],
)
def test_an_address_that_names_no_database_of_ours_is_refused(put, url):
    put(DATABASE_URL=url)

    assert faults() == ["DATABASE_URL: write postgres://user@host/name or sqlite:////folder/file"]


@pytest.mark.parametrize(
    "url", ["", "postgres://user@host/name", "postgresql:///name", "sqlite:////tmp/office.sqlite3"]
)
def test_an_address_of_postgresql_or_sqlite_is_taken(put, url):
    put(DATABASE_URL=url)

    assert read_environment().database_url == url


def test_settings_that_are_unsafe_together_are_refused(put):
    put(RSO_BEHIND_HTTPS="yes")
    assert faults() == ["RSO_BEHIND_HTTPS: reports would print an address without HTTPS; set RSO_BASE_URL"]

    put(RSO_BASE_URL="https://office.example", RSO_DEBUG="yes")
    assert faults() == ["RSO_DEBUG: shows errors in full to everyone who can reach the site; unset it"]


@pytest.mark.parametrize(
    ("values", "reachable"),
    [
        ({}, False),
        ({"RSO_ALLOWED_HOSTS": "localhost,[::1]"}, False),
        ({"RSO_ALLOWED_HOSTS": "localhost,office.example"}, True),
        ({"RSO_ALLOWED_HOSTS": "*"}, True),
        ({"RSO_BEHIND_HTTPS": "true", "RSO_BASE_URL": "https://office.example"}, True),
    ],
)
def test_the_site_counts_as_reachable_once_it_answers_to_others_than_this_machine(put, values, reachable):
    put(**values)

    assert read_environment().is_reachable is reachable


# -- secrets -----------------------------------------------------------------------------------------------------------


def test_the_secret_key_is_made_once_and_only_this_user_may_read_it():
    first, second = read_environment().signing_key(), read_environment().signing_key()

    kept = read_environment().var / "secret_key"
    assert (first, len(first) >= 50) == (second, True)
    assert (stat.S_IMODE(kept.stat().st_mode), [path.name for path in kept.parent.iterdir()]) == (0o600, ["secret_key"])


def test_a_secret_key_that_is_set_is_used_and_none_is_kept(put):
    put(RSO_SECRET_KEY="k" * 50)

    assert read_environment().signing_key() == "k" * 50
    assert not read_environment().var.exists()


def test_of_two_processes_that_make_a_secret_the_first_one_wins(tmp_path, monkeypatch):
    path = tmp_path / "secret"
    link = os.link

    def after_another(made: Path, to: Path) -> None:
        to.write_text("the other's")
        link(made, to)

    monkeypatch.setattr(os, "link", after_another)

    assert (kept_secret(path), [each.name for each in tmp_path.iterdir()]) == ("the other's", ["secret"])


# -- what is not asked for is safe ---------------------------------------------------------------------------------------


def checked(tmp_path: Path, **values: str) -> tuple[int, str]:
    """What Django's own check for a deployment says of the product's settings."""
    command = [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"]
    names = {"DJANGO_SETTINGS_MODULE": "rso.settings", "PYTHONPATH": str(HOUSE), "RSO_VAR": str(tmp_path / "var")}
    environment = {"PATH": os.environ["PATH"], **names, **values}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.long
def test_behind_https_no_check_for_deployment_has_anything_to_say(tmp_path):
    hosts = {"RSO_ALLOWED_HOSTS": "office.example", "RSO_BASE_URL": "https://office.example"}

    assert checked(tmp_path, RSO_BEHIND_HTTPS="true", **hosts) == (
        0,
        "System check identified no issues (0 silenced).\n",
    )


@pytest.mark.long
def test_without_https_only_what_https_would_bring_is_missing(tmp_path):
    code, says = checked(tmp_path)

    missing = sorted(line.partition(")")[0].removeprefix("?: (") for line in says.splitlines() if line.startswith("?:"))
    assert (code, missing) == (1, [f"security.{number}" for number in ("W004", "W008", "W011", "W016")])


# -- one place -----------------------------------------------------------------------------------------------------------


def environment_readers(path: Path) -> list[str]:
    """Where a file asks for the environment, except to tell Django which settings it has."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv"):
            line = path.read_text(encoding="utf-8").splitlines()[node.lineno - 1].strip()
            if line != 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rso.settings")':
                found.append(f"{path.relative_to(HOUSE)}: {line}")
    return found


def test_only_one_file_reads_the_environment():
    readers = {
        path.relative_to(HOUSE).as_posix() for path in (HOUSE / "rso").rglob("*.py") if environment_readers(path)
    }

    assert readers == {"rso/environment.py"}
