"""Files and folders that are replaced as a whole, so that neither a reader nor a killed process meets half of one."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

#: Scratch folders older than this many seconds were left by a process that was killed.
LEFT_BEHIND = 3600
#: Of the system call renameat2: paths from the current folder, and both names change places.
HERE, EXCHANGE = -100, 2


@contextmanager
def alone(folder: Path, *, wait: bool = True) -> Iterator[None]:
    """Makes the folder where there is none. Of processes that ask for it at the same time one waits for the other.

    Raises BlockingIOError where one is not to `wait`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    turn = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(turn, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(turn)


def put(path: Path, content: bytes) -> None:
    """Writes a file that takes the place of the old one in one step. Raises OSError; then the old one stays."""
    made = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        made.write_bytes(content)
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)


@contextmanager
def replacing(folder: Path, ours: Collection[str]) -> Iterator[Path]:
    """A scratch folder to write in; at the end of the block it takes the place of `folder`, in one step.

    Where both hold the same bytes the old one stays, with the times of its files. Where the block fails, nothing is
    touched. Raises OSError, also where the folder holds anything but `ours`, the names that an earlier one may hold:
    nobody's files are lost.
    """
    folder = folder.resolve()
    _check_ours(folder, ours)
    folder.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".making-{folder.name}-"
    for left in folder.parent.glob(f"{prefix}*"):
        if time.time() - left.stat().st_mtime > LEFT_BEHIND:
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=prefix) as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        yield made
        if not folder.exists():
            made.rename(folder)
        elif contents(made) != contents(folder):
            _exchange(made, folder)


def _check_ours(folder: Path, ours: Collection[str]) -> None:
    others = sorted({path.name for path in folder.iterdir()} - {*ours}) if folder.exists() else []
    if others:
        says = f"it holds {others[0]}, which would be lost; name a new folder"
        raise FileExistsError(errno.EEXIST, says, str(folder))


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, by its path from there."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _exchange(one: Path, other: Path) -> None:
    """Two folders change places in one step; in two where the system knows no such step."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None or rename(HERE, os.fsencode(one), HERE, os.fsencode(other), EXCHANGE):
        old = one.with_name("old")
        other.rename(old)
        one.rename(other)
