"""A catalogue for tests alone: every label in Arabic letters, one for one, so that what is not translated stands out."""

from __future__ import annotations

import re
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase

import polib

from rso.core.messages import LOCALE

ARABIC = "ابتثجحخدذرزسشصضطظعغفقكلمنه"
LETTERS = str.maketrans(ascii_lowercase + ascii_uppercase, ARABIC * 2)
KEPT = re.compile(r"(%\(\w+\)[sd]|%[sd%]|<[^>]+>|&\w+;|\{\w*\})")


def mirror(text: str) -> str:
    """The text in Arabic letters; placeholders, tags and entities stay."""
    return "".join(part if at % 2 else part.translate(LETTERS) for at, part in enumerate(KEPT.split(text)))


def write_catalogue(folder: Path) -> None:
    """Writes the catalogue of the language "ar" below the folder, from the texts of the Thai one."""
    made = polib.POFile()
    made.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": "nplurals=1; plural=0;"}
    for entry in polib.pofile(str(LOCALE / "th" / "LC_MESSAGES" / "django.po")):
        if entry.msgid_plural:
            entry.msgstr_plural = {0: mirror(entry.msgid_plural)}
        else:
            entry.msgstr = mirror(entry.msgid)
        made.append(entry)
    path = folder / "ar" / "LC_MESSAGES"
    path.mkdir(parents=True)
    made.save_as_mofile(str(path / "django.mo"))
