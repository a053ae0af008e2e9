"""Translations without gettext's own tools: texts are extracted by Babel and Django's templatize, compiled by polib."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rso.core.folders import put
from rso.environment import HOUSE

LOCALE = HOUSE / "locale"
LANGUAGES = ("id", "th")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")


def compile_messages() -> None:
    """Writes .mo beside each .po that has changed since, each in one step, for a server may be reading it. Raises OSError."""
    import polib

    for source in LOCALE.glob("*/LC_MESSAGES/django.po"):
        made = source.with_suffix(".mo")
        if not made.exists() or made.stat().st_mtime < source.stat().st_mtime:
            put(made, polib.pofile(str(source)).to_binary())


def texts() -> Iterator[tuple[str, str, str | None, str | None]]:
    """(file, text, plural, context) of every text that is marked for translation in code and templates."""
    for path in sorted((HOUSE / "rso").rglob("*.py")):
        if "migrations" not in path.parts:
            yield from _found(path, path.read_text(encoding="utf-8"))
    for path in sorted((HOUSE / "templates").rglob("*.*")):
        yield from _found(path, _as_python(path))


def _as_python(path: Path) -> str:
    from django.utils.translation import templatize

    code = str(templatize(path.read_text(encoding="utf-8"), origin=str(path)))
    return "\n".join(line.strip() for line in code.splitlines())  # a template's indentation is not Python's


KEYWORDS: dict[str, Any] = {
    "_": None, "gettext": None, "gettext_lazy": None, "_now": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip


def _found(path: Path, code: str) -> Iterator[tuple[str, str, str | None, str | None]]:
    import io

    from babel.messages.extract import extract as babel_extract

    name = str(path.relative_to(HOUSE))
    for _line, message, _comments, context in babel_extract("python", io.BytesIO(code.encode()), KEYWORDS, (), {}):
        if isinstance(message, tuple):
            yield name, message[0], message[1], context
        elif message:
            yield name, message, None, context


def extract() -> list[tuple[str, int, int]]:
    """Brings the .po files to what the code says: new texts are added empty, gone ones dropped. Returns counts."""
    counts = []
    wanted = _wanted()
    for language in LANGUAGES:
        made = _catalogue(language, wanted)
        path = path_of(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        made.save(str(path))
        counts.append((language, len(made), len(made.translated_entries())))
    return counts


def faults() -> list[str]:
    """What is wrong with the catalogues: behind the code, a text without a translation, a placeholder lost or invented."""
    found = []
    wanted = _wanted()
    for language in LANGUAGES:
        made, path = _catalogue(language, wanted), path_of(language)
        if not path.exists() or path.read_text(encoding="utf-8") != str(made):
            found.append(
                f"{path.relative_to(HOUSE)} is behind the code. Run: rso messages, then see docs/how-to/translate.md"
            )
        for entry in made:
            translated = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
            if not entry.translated():
                found.append(f"{language}: “{entry.msgid}” has no translation")
            elif any(placeholders(text) != placeholders(entry.msgid_plural or entry.msgid) for text in translated):
                found.append(f"{language}: “{entry.msgid}” has other placeholders than “{', '.join(translated)}”")
    return found


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def path_of(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


Wanted = dict[tuple[str | None, str], tuple[str | None, list[str]]]


def _wanted() -> Wanted:
    """Every text once: its plural, and the files that say it."""
    found: Wanted = {}
    for name, text, plural, context in texts():
        found.setdefault((context, text), (plural, []))[1].append(name)
    return found


def _catalogue(language: str, wanted: Wanted) -> Any:
    """The catalogue of a language as it should be, with the translations that there are."""
    import polib

    path = path_of(language)
    old = {(e.msgctxt, e.msgid): e for e in polib.pofile(str(path))} if path.exists() else {}
    made = polib.POFile(wrapwidth=110)
    made.metadata = {
        "Project-Id-Version": "RSO", "Language": language, "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8", "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;", "X-Checked": "no: not yet read by a native speaker",
    }  # fmt: skip
    for (context, text), (plural, names) in sorted(wanted.items(), key=lambda pair: (pair[0][1], pair[0][0] or "")):
        made.append(_entry(text, plural, context, sorted(set(names)), old.get((context, text))))
    return made


def _entry(text: str, plural: str | None, context: str | None, names: list[str], old: Any) -> Any:
    import polib

    entry = polib.POEntry(msgid=text, msgctxt=context, occurrences=[(name, "") for name in names])
    if placeholders(text):
        entry.flags.append("python-format")
    if plural:
        entry.msgid_plural = plural
        entry.msgstr_plural = dict(old.msgstr_plural) if old and old.msgstr_plural else {0: ""}
    else:
        entry.msgstr = old.msgstr if old else ""
    return entry
