"""`rso doctor`: checks the environment, the database, the fonts and the permissions, and says how to mend each."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from rso import mail
from rso.core.fonts import print_cuts, web_cuts
from rso.environment import HOUSE
from rso.health import SPACE
from rso.troubles import sentence


@dataclass(frozen=True)
class Finding:
    what: str
    ok: bool
    says: str


def examine() -> list[Finding]:
    """Every finding, good or bad. Nothing is changed."""
    return [
        _python(),
        _packages(),
        *_fonts(),
        _folder(),
        _space(),
        _papers(),
        _secret(),
        *_database(),
        _accounts(),
        _mail(),
    ]


def _python() -> Finding:
    ok = sys.version_info >= (3, 11)
    version = sys.version.split()[0]
    return Finding("Python", ok, version if ok else f"{version}; 3.11 or newer is needed. Run: make run-env PYTHON=…")


def _packages() -> Finding:
    """Whether what is installed is what is pinned; a pin with a condition (`;`) may rightly be absent."""
    wrong = []
    for line in (HOUSE / "requirements" / "run.txt").read_text(encoding="utf-8").splitlines():
        if "==" not in line or ";" in line or line.startswith(" "):
            continue
        name, version = line.split(" ")[0].split("==")
        found = _version(name)
        if found != version:
            wrong.append(f"{name} {found}, pinned {version}")
    return Finding("Packages", not wrong, "as pinned" if not wrong else f"{'; '.join(wrong[:5])}. Run: make run-env")


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "missing"


def _fonts() -> Iterator[Finding]:
    for what, folder, kind, cuts in (
        ("Fonts of print", "fonts", "ttf", print_cuts()),
        ("Fonts of the web", "static/fonts", "woff2", web_cuts()),
    ):
        missing = [name for cut in cuts if not (HOUSE / folder / (name := f"{cut.stem}.{kind}")).exists()]
        says = f"without {', '.join(missing[:3])}{' …' if missing[3:] else ''}. Run: git checkout -- {folder}"
        yield Finding(what, not missing, says if missing else f"{len(cuts)} files")


# -- permissions -------------------------------------------------------------------------------------------------------


def _standing(path: Path) -> Path:
    """The path, or the nearest folder above it that is there."""
    return path if path.exists() else _standing(path.parent)


def _var() -> Path:
    from django.conf import settings

    return Path(settings.VAR)


def _folder() -> Finding:
    ok = os.access(_standing(_var()), os.W_OK)
    return Finding(
        "Folder of data", ok, f"{_var()}" if ok else f"{_var()} cannot be written. Set RSO_VAR to a folder of yours"
    )


def _space() -> Finding:
    free = shutil.disk_usage(_standing(_var())).free // 1_000_000
    return Finding(
        "Free space", free > SPACE, f"{free:,} MB" if free > SPACE else f"{free} MB; free at least {SPACE} MB"
    )


def _papers() -> Finding:
    """Asks for a paper that is not there: whoever answers that knows us."""
    from django.core.files.storage import FileSystemStorage, default_storage

    try:
        default_storage.exists("attachments/none")
    except OSError as error:
        return Finding("Papers", False, str(error))
    return Finding(
        "Papers",
        True,
        "in the folder of data" if isinstance(default_storage, FileSystemStorage) else "in a bucket, which answers",
    )


def _secret() -> Finding:
    kept = _var() / "secret_key"
    if not kept.exists():
        return Finding("Secret key", True, "from RSO_SECRET_KEY")
    ok = not stat.S_IMODE(kept.stat().st_mode) & 0o077
    return Finding(
        "Secret key", ok, "only this user may read it" if ok else f"others may read it. Run: chmod 600 {kept}"
    )


# -- database ----------------------------------------------------------------------------------------------------------


def _database() -> Iterator[Finding]:
    from django.db import Error, connection

    try:
        connection.ensure_connection()
        tables = _tables()
        name = f"{connection.display_name} {'.'.join(map(str, connection.get_database_version()))}"
    except Error as error:
        yield Finding("Database", False, sentence(error) or str(error))
        return
    file = Path(str(connection.settings_dict["NAME"]))
    if connection.vendor == "sqlite" and file.exists() and not all(os.access(p, os.W_OK) for p in (file, file.parent)):
        yield Finding("Database", False, f"{file} or its folder cannot be written. Give this user permission to both")
    else:
        yield Finding("Database", True, name)
    yield tables


def _tables() -> Finding:
    from rso.versions import steps_unknown, steps_waiting

    if unknown := steps_unknown():
        return Finding("Tables", False, f"of a newer version: {unknown[0]}. Run that version of RSO")
    waiting = steps_waiting()
    return Finding("Tables", not waiting, "of this version" if not waiting else "missing or older. Run: rso migrate")


def _accounts() -> Finding:
    """Whether nobody can sign in by the example's password, which everyone knows, where others reach the site."""
    from django.conf import settings
    from django.db import Error

    from rso.accounts.example import PASSWORD
    from rso.accounts.models import User
    from rso.demo import CAST

    if not settings.ENV.is_reachable:
        return Finding("Accounts", True, "the site answers to this machine only")
    try:
        users = User.objects.filter(CAST, is_active=True).order_by("ref")
        public = [user.email for user in users if user.check_password(PASSWORD)]
    except Error as error:
        return Finding("Accounts", False, sentence(error) or str(error))
    says = f"{', '.join(public[:3])}{' …' if public[3:] else ''}: the example's public password. Set active to no in users.csv and load it"
    return Finding("Accounts", not public, "none has the example's password" if not public else says)


def _mail() -> Finding:
    """Whether letters leave: invitations, new passwords, the mail of the day."""
    from smtplib import SMTPException

    from django.conf import settings
    from django.core.mail import get_connection

    if settings.EMAIL_BACKEND == mail.CONSOLE:
        says = "letters are printed by rso serve and go to nobody"
        return Finding(
            "Mail", not settings.ENV.is_reachable, f"{says}. Set RSO_MAIL_URL" if settings.ENV.is_reachable else says
        )
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    try:
        with get_connection():
            return Finding("Mail", True, f"{where} takes letters from {settings.DEFAULT_FROM_EMAIL}")
    except (OSError, SMTPException) as error:
        reason = type(error).__name__ if isinstance(error, SMTPException) else error.strerror or str(error)
        return Finding("Mail", False, f"{where} cannot be used: {reason}. Check RSO_MAIL_URL")
