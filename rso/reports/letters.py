"""Which letters print has: one that its fonts lack cannot be typeset, so it is told where it was written."""

from __future__ import annotations

import struct
import unicodedata
from functools import cache
from pathlib import Path

from rso.environment import HOUSE

FONTS = HOUSE / "fonts"
#: What is never drawn, so that no font need have it: ends of lines, spaces, joiners, signs that turn a line or choose a form.
NEVER_DRAWN = frozenset(
    (0x9, 0xA, 0xD, 0x85, 0x34F, 0x115F, 0x1160, 0x180E, 0x2000, 0x2001, 0x2008, 0x205F, 0x3000, 0x3164, 0xFFA0)
) | frozenset((*range(0x2028, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x2070), *range(0xFE00, 0xFE10)))
#: So many letters of a line are named.
MOST = 10


def lacking(text: str) -> str:
    """The letters of a text that cannot be printed, each once; a letter with a mark is drawn as both where it is not cut as one."""
    have = printable()
    found = [
        letter if letter.isprintable() else f"U+{ord(letter):04X}"
        for letter in dict.fromkeys(text)
        if ord(letter) not in have and not have.issuperset(map(ord, unicodedata.normalize("NFD", letter)))
    ]
    return " ".join(found[:MOST])


@cache
def printable() -> frozenset[int]:
    """The code points that print has in every style: in both cuts of the serif, or in a font of another script."""
    serif = [codes_of(path) for path in sorted(FONTS.glob("OfficeSerif*.ttf"))]
    others = [codes_of(path) for path in sorted(FONTS.glob("NotoSans*-Regular.ttf"))]
    return frozenset.intersection(*serif).union(NEVER_DRAWN, *others)


def codes_of(path: Path) -> frozenset[int]:
    """The code points of a font, from its table of characters (cmap, format 4: runs of neighbours)."""
    font = path.read_bytes()
    (tables,) = struct.unpack_from(">H", font, 4)
    found = {font[at : at + 4]: struct.unpack_from(">8xI", font, at)[0] for at in range(12, 12 + 16 * tables, 16)}
    cmap = found[b"cmap"]
    (offset,) = struct.unpack_from(">I", font, cmap + 8)
    at = cmap + offset
    form, runs = struct.unpack_from(">H4xH", font, at)[0], struct.unpack_from(">6xH", font, at)[0] // 2
    assert form == 4, path
    last = struct.unpack_from(f">{runs}H", font, at + 14)
    first = struct.unpack_from(f">{runs}H", font, at + 16 + 2 * runs)
    return frozenset(code for a, b in zip(first, last, strict=True) for code in range(a, b + 1) if code != 0xFFFF)
