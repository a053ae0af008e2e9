"""The Annual Report 2022 in three editions, every part of its outline: time, memory, and the same bytes from two clones.

.venv/bin/python bench/report.py
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.machine import HOUSE, SQLITE, machine, median_ms, peak_mb, use

REPORT = "annual-2022"


def show(name: str, value: str, bar: str = "") -> None:
    print(f"{name:46}{value:>14}   {bar}", flush=True)


def cpu() -> float:
    """Seconds of computing that this process and its children have taken: what is left when a machine has other work."""
    return sum(os.times()[:4])


def measure() -> None:
    """Compiles the report again and again into one folder, as an office does that corrects its texts."""
    use(SQLITE)
    from django.utils import timezone

    from rso.accounts.actions import platform
    from rso.core.loading.load import load
    from rso.reports.compiler import compile_report
    from rso.reports.editions import write_editions
    from rso.reports.models import Report

    load(HOUSE / "data" / "office-2022", by=platform(), now=timezone.now())
    report = Report.objects.get(ref=REPORT)
    with tempfile.TemporaryDirectory(prefix="rso-bench-") as folder:
        start = time.perf_counter()
        write_editions(report, Path(folder) / REPORT)
        show("three editions, first time", f"{time.perf_counter() - start:.2f} s")
        times, before = 7, cpu()
        warm = median_ms(lambda: write_editions(report, Path(folder) / REPORT), times, warm=0)
        show("three editions, warm", f"{warm / 1000:.2f} s", "< 2 s")
        show("of this, computing", f"{(cpu() - before) / times:.2f} s")
    show("the document from the records alone", f"{median_ms(lambda: compile_report(report)):.0f} ms")
    document = compile_report(report)
    sections = sum(len(chapter.sections) for chapter in document.chapters)
    show("chapters, sections, figures", f"{len(document.chapters)}, {sections}, {len(document.figures)}")
    typst = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    show("peak memory: records and pages, typesetting", f"{peak_mb():.0f} + {typst:.0f} MB", "< 400 MB")


def compare() -> None:
    from tests.clones import clone, compiled

    with tempfile.TemporaryDirectory(prefix="rso-bench-") as folder:
        one = compiled(clone(Path(folder) / "one"), zone="Pacific/Kiritimati", seed="1")
        other = compiled(clone(Path(folder) / "two" / "deeper"), zone="America/Los_Angeles", seed="2")
    different = [name for name in one.keys() | other.keys() if one.get(name) != other.get(name)]
    show("files of two clones that differ", f"{len(different)} of {len(one)}", "0")


if __name__ == "__main__":
    print(machine())
    measure()
    compare()
