"""Size alarms: a file of more than 500 lines or a function of more than 50 wants to be two.

Prints each with its place; exit code 1 when there is one. Migrations are written by Django and do not count.
"""

import ast
import sys
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
FOLDERS = ("rso", "tests", "bench", "data", "scripts")
FILE_LINES = 500
FUNCTION_LINES = 50


def alarms(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    name = path.relative_to(HOUSE)
    lines = len(text.splitlines())
    found = [f"{name}: {lines} lines, at most {FILE_LINES}"] if lines > FILE_LINES else []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            long = node.end_lineno - node.lineno + 1
            if long > FUNCTION_LINES:
                found.append(f"{name}:{node.lineno}: {node.name} has {long} lines, at most {FUNCTION_LINES}")
    return found


def main() -> int:
    paths = [p for folder in FOLDERS for p in (HOUSE / folder).rglob("*.py") if "migrations" not in p.parts]
    found = [alarm for path in sorted(paths) for alarm in alarms(path)]
    print("\n".join(found) or f"Sizes: {len(paths)} files, none too long")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
