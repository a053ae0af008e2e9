"""What goes wrong around the product - the database, the disk, permissions - as sentences that say how to mend it."""

from __future__ import annotations

import errno
from smtplib import SMTPException

GUIDE = "docs/guide/operator.md"
#: What a database says, and what that means to whoever runs the product. The first that fits is told.
OF_DATABASE = (
    (
        "database is locked",
        "Another command has been writing to the database for a long time. Wait until it has ended, and run this one again.",
    ),
    (
        "disk is full",
        "The disk is full: the database could not be written, and nothing was changed. Free some space and run it again.",
    ),
    (
        "No space left on device",
        "The disk of the database server is full; nothing was changed. Free some space there and run it again.",
    ),
    ("disk I/O error", "The disk of the database is full or fails; nothing was changed. Mend that and run it again."),
    (
        "readonly database",
        "There is no permission to write the database. Give it to this user, or set RSO_VAR to a folder of yours.",
    ),
    (
        "read-only transaction",
        "The database server is a read-only copy. Set DATABASE_URL to the one that is written to.",
    ),
    (
        "unable to open database file",
        "The database cannot be opened. Check its folder and its permissions: rso doctor.",
    ),
    ("not a database", f"The file of the database is no database. Restore a backup: {GUIDE}."),
    ("malformed", f"The file of the database is damaged. Restore a backup: {GUIDE}."),
    ("permission denied", f"The user in DATABASE_URL lacks a permission. Give it as {GUIDE} says."),
)


class Trouble(Exception):
    """Something around the product is in the way. The message is for whoever runs it, and says how to mend it."""


def sentence(error: BaseException) -> str:
    """What to tell of an error; empty where it is a fault of the product, which shows its traceback."""
    if isinstance(error, Trouble):
        return str(error)
    if isinstance(error, SMTPException):
        return f"The mail server refuses letters ({type(error).__name__}). Check RSO_MAIL_URL and RSO_MAIL_FROM: rso doctor."
    if isinstance(error, OSError):
        return _of_system(error)
    from django.db import DatabaseError, InterfaceError

    return _of_database(error) if isinstance(error, DatabaseError | InterfaceError) else ""


def _of_system(error: OSError) -> str:
    what = error.filename or "a file"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full: {what} could not be written. Free some space and run it again."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"There is no permission to use {what}. Give it to this user, or name a folder of yours."
    return f"{what}: {error.strerror}." if error.strerror and error.errno != errno.EPIPE else ""


def _of_database(error: BaseException) -> str:
    from django.db import OperationalError

    says = str(error).strip()
    known = next((means for words, means in OF_DATABASE if words in says), "")
    if known or not isinstance(error, OperationalError):
        return known
    reason = says.splitlines()[0].rpartition("failed: ")[2]
    return f"The database cannot be used: {reason}. Check DATABASE_URL, and that the server runs."
