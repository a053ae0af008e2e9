"""Runs Typst on a prepared folder: FOLDER FONTS AS_AT. Any warning is an error. Nothing of Django is loaded."""

import sys
from datetime import date
from pathlib import Path


def main(folder: str, fonts: str, as_at: str) -> int:
    import typst

    work = Path(folder)
    day = date.fromisoformat(as_at)
    #: Noon of the as-at day, counted without any time zone.
    stamp = (day - date(1970, 1, 1)).days * 86_400 + 43_200
    try:
        made, warnings = typst.compile_with_warnings(
            str(work / "main.typ"),
            root=str(work),
            font_paths=[fonts],
            ignore_system_fonts=True,
            pdf_standards=["a-3a", "ua-1"],
            timestamp=stamp,
        )
    except typst.TypstError as error:
        print(error, *getattr(error, "hints", ()), sep="\n", file=sys.stderr)
        return 1
    if warnings:
        print(*warnings, sep="\n", file=sys.stderr)
        return 1
    (work / "report.pdf").write_bytes(made)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
