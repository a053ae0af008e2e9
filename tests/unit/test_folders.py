"""A folder is replaced as a whole or not at all, and never takes anybody's files with it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from rso.core import folders
from rso.core.folders import alone, contents, put, replacing

OURS = ("new", "old", "part")


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / name).write_text(text)


@pytest.fixture
def folder(tmp_path) -> Path:
    made = tmp_path / "edition"
    made.mkdir()
    write(made, old="as it was")
    return made


def test_a_folder_that_is_not_there_appears_when_it_is_whole(tmp_path):
    with replacing(tmp_path / "deep" / "edition", OURS) as work:
        write(work, new="first")
        assert not (tmp_path / "deep" / "edition").exists()

    assert contents(tmp_path / "deep") == {"edition/new": b"first"}


def test_a_folder_takes_the_place_of_the_old_one_and_leaves_nothing_beside(folder):
    with replacing(folder, OURS) as work:
        write(work, new="second")
        assert contents(folder) == {"old": b"as it was"}

    assert contents(folder.parent) == {"edition/new": b"second"}


def test_where_the_system_cannot_exchange_folders_it_takes_two_steps(folder, monkeypatch):
    monkeypatch.setattr(folders, "EXCHANGE", 1 << 30)

    with replacing(folder, OURS) as work:
        write(work, new="second")

    assert contents(folder.parent) == {"edition/new": b"second"}


def test_the_same_bytes_leave_the_old_folder_with_the_times_of_its_files(folder):
    os.utime(folder / "old", (1, 1))

    with replacing(folder, OURS) as work:
        write(work, old="as it was")

    assert ((folder / "old").stat().st_mtime, contents(folder.parent)) == (1, {"edition/old": b"as it was"})


def test_a_failure_touches_nothing(folder):
    def fail() -> None:
        with replacing(folder, OURS) as work:
            write(work, part="half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert contents(folder.parent) == {"edition/old": b"as it was"}


def test_a_folder_that_holds_something_else_is_refused(folder):
    write(folder, letter="to a friend")

    with pytest.raises(FileExistsError, match="it holds letter, which would be lost; name a new folder"):
        replacing(folder, OURS).__enter__()

    assert contents(folder.parent) == {"edition/letter": b"to a friend", "edition/old": b"as it was"}


def test_a_file_in_the_place_of_the_folder_is_refused(folder):
    with pytest.raises(NotADirectoryError):
        replacing(folder / "old", OURS).__enter__()

    assert contents(folder) == {"old": b"as it was"}


def test_a_link_to_a_folder_stays_and_what_it_points_to_is_replaced(folder):
    link = folder.with_name("link")
    link.symlink_to(folder)

    with replacing(link, OURS) as work:
        write(work, new="second")

    assert (link.readlink(), contents(folder)) == (folder, {"new": b"second"})


def test_what_a_killed_process_left_long_ago_is_cleared_and_what_is_being_written_now_is_not(folder):
    for name, age in (("old", 1), ("fresh", None)):
        left = folder.with_name(f".making-edition-{name}")
        left.mkdir()
        if age:
            os.utime(left, (age, age))

    with replacing(folder, OURS):
        pass

    assert sorted(path.name for path in folder.parent.iterdir()) == [".making-edition-fresh", "edition"]


# -- one file, one at a time -------------------------------------------------------------------------------------------


def test_a_file_takes_the_place_of_the_old_one_and_leaves_nothing_beside(folder):
    put(folder / "old", b"new")

    assert contents(folder) == {"old": b"new"}


def test_a_file_that_cannot_be_written_to_its_end_leaves_the_old_one(folder, monkeypatch):
    written = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        written(path, content[:1])
        raise OSError("full")

    monkeypatch.setattr(Path, "write_bytes", full)

    with pytest.raises(OSError, match="full"):
        put(folder / "old", b"new")

    assert contents(folder) == {"old": b"as it was"}


def test_who_is_alone_in_a_folder_keeps_others_out_until_he_leaves(tmp_path):
    def is_free() -> bool:
        turn = os.open(tmp_path / "deep", os.O_RDONLY)
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(turn)
        return True

    with alone(tmp_path / "deep"):
        within = is_free()

    assert (within, is_free()) == (False, True)
