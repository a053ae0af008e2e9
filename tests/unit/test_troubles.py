"""Trouble with the machine - database, disk, permissions, port - is told in a sentence that says how to mend it."""

from __future__ import annotations

import errno
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import django
import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import DatabaseError, IntegrityError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from typer.testing import CliRunner

from rso import cli, demo, doctor, serving
from rso.accounts.example import PASSWORD, secret_of
from rso.accounts.models import User
from rso.core.loading import load as loading
from rso.core.loading.files import Fault
from rso.core.models import AuditEvent
from rso.demo import CAST, EXAMPLE
from rso.environment import kept_secret
from rso.events.models import Participation, ParticipationRole
from rso.reports.models import Report
from rso.reports.writing import Place, write
from rso.serving import PortTaken, check_port
from rso.troubles import sentence
from tests.conftest import HOUSE
from tests.unit.test_bad_input import digest
from tests.unit.test_command_line import objects, rso, told
from tests.unit.test_loading import change_row, read

BUSY = (
    "Another command has been writing to the database for a long time. Wait until it has ended, and run this one again."
)
FULL = "The disk is full: the database could not be written, and nothing was changed. Free some space and run it again."
SERVER_FULL = "The disk of the database server is full; nothing was changed. Free some space there and run it again."
READ_ONLY = "There is no permission to write the database. Give it to this user, or set RSO_VAR to a folder of yours."
UNREACHABLE = "The database cannot be used: Connection refused. Check DATABASE_URL, and that the server runs."

PUBLIC = "The example's accounts have a public password and are not opened where others can sign in."
MEND = "the example's public password. Set active to no in users.csv and load it"


# -- errors as sentences -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("says", "sentence_is"),
    [
        ("database is locked", BUSY),
        ("database or disk is full", FULL),
        ('could not extend file "base/1": No space left on device\nHINT:  Check free disk space.', SERVER_FULL),
        ("attempt to write a readonly database", READ_ONLY),
        (
            'connection to server at "127.0.0.1", port 5432 failed: FATAL:  database "x" does not exist\n',
            'The database cannot be used: FATAL:  database "x" does not exist. Check DATABASE_URL, and that the server runs.',
        ),
        ("connection failed: Connection refused\n\tIs the server running?", UNREACHABLE),
    ],
)
def test_what_a_database_says_is_told_with_what_to_do(says, sentence_is):
    assert sentence(OperationalError(says)) == sentence_is


@pytest.mark.parametrize(
    ("number", "file", "sentence_is"),
    [
        (errno.ENOSPC, "/var/x", "The disk is full: /var/x could not be written. Free some space and run it again."),
        (errno.ENOSPC, None, "The disk is full: a file could not be written. Free some space and run it again."),
        (errno.EACCES, "/x", "There is no permission to use /x. Give it to this user, or name a folder of yours."),
        (errno.EROFS, "/x", "There is no permission to use /x. Give it to this user, or name a folder of yours."),
        (errno.ENOTDIR, "/x", "/x: Not a directory."),
        (errno.EPIPE, None, ""),
    ],
)
def test_what_the_system_refuses_is_told_with_its_file(number, file, sentence_is):
    assert sentence(OSError(number, os.strerror(number), file)) == sentence_is


def test_a_fault_of_the_product_is_not_taken_for_trouble():
    faults = [KeyError("x"), DatabaseError("syntax error"), IntegrityError("UNIQUE")]

    assert [sentence(error) for error in faults] == [""] * 3


# -- a load that the machine stops -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("says", "sentence_is"), [("database is locked", BUSY), ("database or disk is full", FULL)])
def test_a_load_that_the_database_stops_at_its_end_is_told_and_nothing_changes(
    office, tmp_path, monkeypatch, says, sentence_is
):
    folder = shutil.copytree(office, tmp_path / "office")
    change_row(folder / "participations.csv", "e2022-01-001", role="speaker")
    before = digest()

    def stopped(read: object) -> None:
        assert Participation.objects.get(ref="e2022-01-001").role == ParticipationRole.SPEAKER
        raise OperationalError(says)

    monkeypatch.setattr(loading, "_checks", stopped)

    assert told("load", folder) == [sentence_is]
    assert digest() == before


# -- serving -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def taken() -> Iterator[int]:
    """A port of the loopback address on which another program listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_port_that_another_program_has_is_named_with_one_to_try(office, taken):
    other = taken + 1
    says = (
        f"Port {taken} is taken by another program. Choose another: make demo PORT={other}, or rso serve --port {other}"
    )

    assert told("serve", "--port", str(taken)) == [says]
    assert told("demo", "--port", str(taken)) == [says]


def test_a_port_that_is_free_or_was_just_left_is_taken():
    with socket.socket() as left:
        left.bind(("127.0.0.1", 0))
        port = left.getsockname()[1]

    check_port(port)


@pytest.mark.parametrize(
    ("port", "reason", "other"),
    [
        (80, "not for this user", 1024),
        (8080, "taken by another program", 8081),
        (65535, "taken by another program", 8000),
    ],
)
def test_a_low_port_is_for_root_and_another_is_one_that_there_is(monkeypatch, port, reason, other):
    def refused(self: socket.socket, address: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(serving.socket, "socket", type("Refusing", (socket.socket,), {"bind": refused}))

    with pytest.raises(PortTaken, match=rf"Port {port} is {reason}\. Choose another: make demo PORT={other},"):
        check_port(port)


def test_a_stranger_who_asks_for_another_host_is_refused_and_fills_no_log(office, client, caplog):
    answer = client.get("/", headers={"host": "evil.example"})

    assert (answer.status_code, caplog.records) == (400, [])


# -- the example -------------------------------------------------------------------------------------------------------


@pytest.fixture
def reachable(monkeypatch) -> None:
    monkeypatch.setattr(settings.ENV, "allowed_hosts", ["office.example"])


def test_the_example_is_not_opened_where_others_can_sign_in(office, reachable):
    assert told("demo", "--no-serve") == [f"{PUBLIC} Unset RSO_ALLOWED_HOSTS and RSO_BEHIND_HTTPS."]


def test_what_was_written_in_the_example_since_keeps_nobody_from_opening_it_again(
    office, naree, now, monkeypatch, tmp_path
):
    place = Place(Report.objects.get(ref="newsletter-2022-Q4"), "welcome", "en")
    write(place, {"title": "", "text": "We reached 600 people."}, {"title": "", "text": ""}, uuid4(), by=naree, now=now)
    as_it_is = SimpleNamespace(folder=Path("/reports"), pdf=Path("x.pdf"), figures=0)
    monkeypatch.setattr(settings, "VAR", tmp_path)
    monkeypatch.setattr(demo, "_published", lambda report: as_it_is)
    monkeypatch.setattr(demo, "load_folder", refused)

    done = CliRunner().invoke(cli.app, ["demo", "--no-serve"])

    assert done.exit_code == 0
    assert done.stderr.splitlines() == [
        "events.csv, row 2: is in the way",
        "The example office stays as it is: its files no longer fit what was done in it.",
        "welcome: line 1, “We reached 600 people.”: “600” is typed by hand; write it as {{ fig … }}, or {{ stated … }} where a source says it",
        "newsletter-2022-Q4 was not compiled; nothing was changed.",
    ]
    assert done.stdout.endswith("The site: http://localhost:8000  (make demo serves it)\n")


def refused(folder: Path) -> None:
    raise loading.BadFolder([Fault("events.csv", 2, says="is in the way")])


def test_the_codes_of_the_example_are_not_told_where_others_can_sign_in(office, reachable):
    assert told("demo-code", "naree") == [f"{PUBLIC} Unset RSO_ALLOWED_HOSTS and RSO_BEHIND_HTTPS."]


def test_a_code_is_told_of_one_of_the_examples_people(office):
    good = {format_hotp_value(hotp_value(secret_of("naree-boonmee"), at)) for at in yield_hotp_counters_from_time()}

    for name in ("naree", "naree-boonmee", "naree.boonmee@rso.example"):
        assert {rso("demo-code", name).strip()} <= good
    assert told("demo-code", "s") == ["“s” is not one of the example's people: sok-dara, somchai-prasert"]
    assert told("demo-code", "platform")[0].startswith(
        "“platform” is not one of the example's people: aishath-nazima, "
    )


def test_the_example_gives_its_password_to_its_own_cast_alone(office, now):
    rso("createuser", "kim@office.example", "--name", "Kim", "--role", "co_manager", "--password", "a long one, mine")

    assert set(User.objects.exclude(CAST).values_list("ref", flat=True)) == {"platform", "kim"}
    assert User.objects.filter(CAST).count() == len(read(EXAMPLE / "users.csv"))


# -- accounts ----------------------------------------------------------------------------------------------------------

CREATE = ["createuser", "Kim.Osei@Office.example", "--name", "Kim Osei", "--role", "co_manager", "--password"]
ROLES = (
    "programme_officer, monitoring_officer, communications_officer, finance_officer, data_protection_lead, co_manager, "
    "administrator, focal_point, practitioner"
)


def test_an_account_is_opened_with_a_password_and_the_audit_trail_does_not_hold_it(office):
    assert rso(*CREATE, "a long one, mine") == "Kim Osei may sign in as kim.osei@office.example.\n"

    user = User.objects.get(ref="kim-osei-2")
    told_of = AuditEvent.objects.filter(kind="accounts.user", ref="kim-osei-2").order_by("pk")
    assert (user.email, user.role, user.check_password("a long one, mine")) == (
        "kim.osei@office.example", "co_manager", True,
    )  # fmt: skip
    assert [event.verb for event in told_of] == ["opened", "password set"]
    assert [word for event in told_of for word in (event.before, event.after) if "mine" in str(word)] == []


def test_two_people_of_one_name_and_of_a_name_in_another_script_have_accounts(office):
    for number in range(2):
        words = ["--name", "สมชาย", "--role", "co_manager", "--password", "a long one, mine"]
        rso("createuser", f"somchai{number}@office.example", *words)

    assert set(User.objects.filter(name="สมชาย").values_list("ref", flat=True)) == {"user", "user-2"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["createuser", "naree.boonmee@rso.example", *CREATE[2:], "a long one, mine"],
         ["naree.boonmee@rso.example has an account already"]),
        (["createuser", "Naree.Boonmee@rso.example", *CREATE[2:], "a long one, mine"],
         ["naree.boonmee@rso.example has an account already"]),
        ([*CREATE, "short"], ["This password is too short. It must contain at least 12 characters."]),
        ([*CREATE, "kim.osei@office"], ["The password is too similar to the email."]),
        (["createuser", "a@office.example", "--name", "Alexandra Osei", *CREATE[4:], "alexandra-osei"],
         ["The password is too similar to the name."]),
        (["createuser", "kim at office", "--name", " ", "--role", "boss", "--password", "1234567"],
         [f"“boss” is no role; there are {ROLES}", "name: This field cannot be blank.",
          "email: Enter a valid email address.",
          "This password is too short. It must contain at least 12 characters.", "This password is too common."]),
        (["createuser", "a@office.example", "--name", "A", "--role", "service", "--password", "a long one, mine"],
         [f"“service” is no role; there are {ROLES}"]),
    ],
)  # fmt: skip
def test_an_account_that_cannot_be_opened_is_refused_with_every_reason(office, words, says):
    before = set(User.objects.values_list("email", flat=True))

    assert told(*words) == says
    assert set(User.objects.values_list("email", flat=True)) == before


# -- doctor ------------------------------------------------------------------------------------------------------------


def findings() -> dict[str, tuple[bool, str]]:
    return {finding.what: (finding.ok, finding.says) for finding in doctor.examine()}


@pytest.fixture
def house(tmp_path, monkeypatch) -> Path:
    """A clone with nothing but its pins and its fonts."""
    (tmp_path / "requirements").mkdir()
    shutil.copy(HOUSE / "requirements" / "run.txt", tmp_path / "requirements")
    for folder in ("fonts", "static/fonts"):
        shutil.copytree(HOUSE / folder, tmp_path / folder)
    monkeypatch.setattr(doctor, "HOUSE", tmp_path)
    return tmp_path


@pytest.fixture
def var(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(settings, "VAR", tmp_path / "var")
    kept_secret(tmp_path / "var" / "secret_key")
    return tmp_path / "var"


def test_where_nothing_is_wrong_the_doctor_ends_with_0(office, house, var):
    found = objects("doctor")

    assert [finding["what"] for finding in found if finding["state"] != "ok" and finding["what"] != "Packages"] == []
    assert [finding["what"] for finding in found] == [
        "Python", "Packages", "Fonts of print", "Fonts of the web", "Folder of data", "Free space", "Papers",
        "Secret key", "Database", "Tables", "Accounts", "Mail",
    ]  # fmt: skip


def test_what_is_wrong_is_told_with_how_to_mend_it_and_the_doctor_ends_with_1(office, house, var, monkeypatch):
    (house / "requirements" / "run.txt").write_text("django==1.0 \\\n    --hash=x\nnosuch==2 \\\ncondition==3 ; x\n")
    (house / "fonts" / "NotoSansThai-Bold.ttf").unlink()
    shutil.rmtree(house / "static" / "fonts")
    (var / "secret_key").chmod(0o640)
    monkeypatch.setattr(doctor.sys, "version_info", (3, 9))
    monkeypatch.setattr(doctor.os, "access", lambda path, mode: False)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: SimpleNamespace(free=7_000_000))
    wrong = {what: says for what, (ok, says) in findings().items() if not ok}

    assert wrong.pop("Python").endswith("; 3.11 or newer is needed. Run: make run-env PYTHON=…")
    assert wrong.pop("Packages") == (
        f"django {django.__version__}, pinned 1.0; nosuch missing, pinned 2. Run: make run-env"
    )
    assert wrong.pop("Fonts of the web").endswith(".woff2 …. Run: git checkout -- static/fonts")
    assert wrong == {
        "Fonts of print": "without NotoSansThai-Bold.ttf. Run: git checkout -- fonts",
        "Folder of data": f"{var} cannot be written. Set RSO_VAR to a folder of yours",
        "Free space": "7 MB; free at least 200 MB",
        "Secret key": f"others may read it. Run: chmod 600 {var}/secret_key",
    }
    assert CliRunner().invoke(cli.app, ["doctor"]).exit_code == 1


def test_the_doctor_says_that_tables_are_missing_and_that_a_database_does_not_answer(office, monkeypatch):
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda self, targets: ["one"])
    assert findings()["Tables"] == (False, "missing or older. Run: rso migrate")
    assert told("figures", "2022") == ["The database is of an older version of RSO. Run: rso migrate"]

    def refused() -> None:
        raise OperationalError("connection failed: Connection refused")

    with monkeypatch.context() as patched:
        patched.setattr(connection, "ensure_connection", refused)
        found = findings()
    assert (found["Database"], "Tables" in found) == ((False, UNREACHABLE), False)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite is a file")
def test_the_doctor_looks_whether_a_file_of_the_database_and_its_folder_can_be_written(office, tmp_path, monkeypatch):
    file = tmp_path / "office" / "rso.sqlite3"
    file.parent.mkdir()
    file.touch()
    monkeypatch.setitem(connection.settings_dict, "NAME", file)
    monkeypatch.setattr(doctor.os, "access", lambda path, mode: path != file.parent)

    says = f"{file} or its folder cannot be written. Give this user permission to both"
    assert findings()["Database"] == (False, says)


def test_the_doctor_names_accounts_that_everyone_could_use_where_others_reach_the_site(office, reachable):
    User.objects.filter(ref__in=["kim-osei", "naree-boonmee"]).update(password=make_password(PASSWORD))

    assert findings()["Accounts"] == (False, f"kim.osei@rso.example, naree.boonmee@rso.example: {MEND}")

    User.objects.filter(ref__in=["kim-osei", "naree-boonmee"]).update(is_active=False)
    assert findings()["Accounts"] == (True, "none has the example's password")
