"""Make the environment in .venv from pinned requirements; run by the system's Python, so only its own library is used.

    python3 scripts/environment.py run     what the product needs
    python3 scripts/environment.py dev     what its tests and checks need as well

Says in a sentence what is missing and how to mend it. A second run with unchanged requirements does nothing; one after an
interrupted run begins anew. Old Pythons must be able to read this file, to be told that they are old.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        "RSO needs Python 3.11 or newer; {} is Python {}.{}. Name another one: make demo PYTHON=python3.12".format(
            sys.executable, *sys.version_info[:2]
        )
    )

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
NEEDS_MB = {"run": 400, "dev": 1400}
#: What the output of a failed step holds, and what that means.
REASONS = (
    ("No space left on device", "the disk is full; free some space"),
    ("Permission denied", "there is no permission to write; clone into a folder of yours"),
    (
        "No matching distribution found",
        "the package index does not answer, or lacks a package; check the network and `python3 -m pip config list`",
    ),
)


def check_machine(kind):
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        sys.exit("Python's venv module is missing. On Debian: apt-get install python3-venv")
    if not os.access(str(HOUSE), os.W_OK):
        sys.exit("There is no permission to write in {}. Clone into a folder of yours.".format(HOUSE))
    free = shutil.disk_usage(str(HOUSE)).free // 10**6
    if free < NEEDS_MB[kind] and not (HOUSE / ".venv").exists():
        sys.exit("The disk is full: {} MB are free in {}, {} MB are needed.".format(free, HOUSE, NEEDS_MB[kind]))


def run(what, *command):
    print(what, flush=True)
    done = subprocess.run(command, cwd=str(HOUSE), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        print(done.stdout.strip()[-2000:], file=sys.stderr)
        known = [means for words, means in REASONS if words in done.stdout] or ["mend what the lines above say"]
        sys.exit("{} failed: {}, and run the same command again.".format(what, known[0]))


def is_sound(venv):
    """Whether the environment was finished, here and by this Python: it knows its folder by its full path."""
    config = venv / "pyvenv.cfg"
    made = config.read_text() if config.exists() else ""
    version = "version = {}.{}.{}\n".format(*sys.version_info[:3])
    return version in made and str(venv) in made and not (venv / ".unfinished").exists()


def make(kind):
    venv = HOUSE / ".venv"
    wanted = HOUSE / "requirements" / (kind + ".txt")
    parts = (wanted, HOUSE / "requirements" / "build.txt", HOUSE / "pyproject.toml", Path(__file__))
    digest = hashlib.sha256(b"".join(part.read_bytes() for part in parts) + sys.version.encode()).hexdigest()
    stamp = venv / ("." + kind)
    sound = is_sound(venv)
    if sound and stamp.exists() and stamp.read_text() == digest:
        return
    python = str(venv / "bin" / "python")
    if not sound:
        shutil.rmtree(str(venv), ignore_errors=True)
        if os.path.lexists(str(venv)):
            sys.exit("{} is not whole and cannot be made anew. Remove it.".format(venv))
        venv.mkdir()
    (venv / ".unfinished").touch()
    if not sound:
        run("Making the environment in .venv", sys.executable, "-m", "venv", str(venv))
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input")
    run("Installing what RSO needs", *pip, "--require-hashes", "-r", str(wanted), "-r", "requirements/build.txt")
    run("Installing the rso command", *pip, "--no-deps", "--no-build-isolation", "--no-index", "-e", ".")
    # Where PYTHONDONTWRITEBYTECODE is set, a start would cost twice as long.
    run("Compiling", python, "-m", "compileall", "-q", "rso")
    stamp.write_text(digest)
    (venv / ".unfinished").unlink()


def main(kind):
    check_machine(kind)
    # Of two commands at the same time the second waits for the first.
    turn = os.open(str(HOUSE), os.O_RDONLY)
    fcntl.flock(turn, fcntl.LOCK_EX)
    try:
        make(kind)
    except KeyboardInterrupt:
        sys.exit("Stopped. The same command begins anew.")
    finally:
        os.close(turn)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "run")
