"""Make the environment in .venv from pinned requirements; run by the system's Python, so only its own library is used.

    python3 scripts/environment.py run     what the product needs
    python3 scripts/environment.py dev     what its tests and checks need as well

Says in a sentence what is missing and how to mend it. A second run with unchanged requirements does nothing.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
VENV = HOUSE / ".venv"
NEEDS_MB = {"run": 400, "dev": 1400}


def stop(sentence):
    print(sentence, file=sys.stderr)
    raise SystemExit(1)


def check_machine(kind):
    if sys.version_info < (3, 11):
        stop(
            "RSO needs Python 3.11 or newer; {} is Python {}.{}. Name another one: make demo PYTHON=python3.12".format(
                sys.executable, *sys.version_info[:2]
            )
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        stop("Python's venv module is missing. On Debian: apt-get install python3-venv")
    if not os.access(str(HOUSE), os.W_OK):
        stop(f"There is no permission to write in {HOUSE}. Clone into a folder of yours.")
    free = shutil.disk_usage(str(HOUSE)).free // 1_000_000
    if free < NEEDS_MB[kind] and not VENV.exists():
        stop(f"The disk is full: {free} MB are free in {HOUSE}, {NEEDS_MB[kind]} MB are needed.")


def run(what, *command):
    print(what, flush=True)
    done = subprocess.run(command, cwd=str(HOUSE), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        print(done.stdout, file=sys.stderr)
        stop(f"{what} failed; the lines above say why. Mend that and run the same command again.")


def main(kind):
    check_machine(kind)
    wanted = HOUSE / "requirements" / f"{kind}.txt"
    parts = (
        wanted,
        HOUSE / "requirements" / "build.txt",
        HOUSE / "pyproject.toml",
        HOUSE / "scripts" / "environment.py",
    )
    digest = hashlib.sha256(b"".join(p.read_bytes() for p in parts) + sys.version.encode()).hexdigest()
    stamp = VENV / f".{kind}"
    if stamp.exists() and stamp.read_text() == digest:
        return
    python = str(VENV / "bin" / "python")
    if not Path(python).exists():
        run("Making the environment in .venv", sys.executable, "-m", "venv", str(VENV))
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes")
    run("Installing what RSO needs", *pip, "-r", str(wanted), "-r", "requirements/build.txt")
    run(
        "Installing the rso command",
        *(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--no-deps", "--no-build-isolation", "--no-index", "-e", "."),
    )
    # Where PYTHONDONTWRITEBYTECODE is set, a start would cost twice as long.
    run("Compiling", python, "-m", "compileall", "-q", "rso")
    stamp.write_text(digest)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "run")
