"""Which kinds of file the office takes, known by what is in them: a name proves nothing."""

from __future__ import annotations

import codecs
import unicodedata
import zipfile
from typing import IO

#: Every kind that is taken, by the ending of its name, and the type with which it is sent.
TAKEN = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "csv": "text/csv; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "zip": "application/zip",
}
#: By what each kind begins.
SIGNS = {"pdf": b"%PDF-", "png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff"}
#: By what an office document is known among packed files.
MAIN = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
#: The largest table of contents of a packed file that is read.
CONTENTS = 2**20
LONGEST_NAME = 120
#: Joiners within words and pictures; other characters without a shape may turn a name around.
JOINERS = "\u200c\u200d"


def clean_name(name: str) -> str:
    """The last part of a name, without what no name of ours holds. Empty where nothing is left."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in last if c in JOINERS or unicodedata.category(c)[0] != "C").strip(" .")
    stem, _dot, ending = kept.rpartition(".")
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}" if stem and len(ending) < 10 else kept[:LONGEST_NAME]


def ending_of(name: str) -> str:
    ending = name.rpartition(".")[2].lower()
    return "jpg" if ending == "jpeg" else ending


def kind_in(file: IO[bytes]) -> str:
    """The ending that fits what a file holds; txt for any plain text; empty where it is none that is taken."""
    file.seek(0)
    head = file.read(16)
    if found := next((ending for ending, sign in SIGNS.items() if head.startswith(sign)), ""):
        return found
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith(b"PK\x03\x04"):
        return _packed(file)
    return "txt" if _is_text(file) else ""


def _packed(file: IO[bytes]) -> str:
    """A packed file that runs a program when it is opened in an office suite is not taken."""
    try:
        names = set(zipfile.ZipFile(file).namelist()) if _has_short_contents(file) else set()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError):
        return ""
    if not names or any(name.lower().endswith("vbaproject.bin") for name in names):
        return ""
    if "[Content_Types].xml" not in names:
        return "zip"
    return next((ending for ending, main in MAIN.items() if main in names), "")


def _has_short_contents(file: IO[bytes]) -> bool:
    """Whether the table of contents is small enough to be read into memory; no file of ours needs the long form."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 65_600))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    return at >= 0 and b"PK\x06\x07" not in tail[:at] and int.from_bytes(tail[at + 12 : at + 16], "little") <= CONTENTS


def _is_text(file: IO[bytes]) -> bool:
    """Plain text in UTF-8. What begins as markup is none: browsers and readers would run it."""
    file.seek(0)
    decode = codecs.getincrementaldecoder("utf-8-sig")().decode
    begun = ""
    try:
        while chunk := file.read(65_536):
            text = decode(chunk)
            begun = begun or text.lstrip()[:1]
            if any(ord(c) < 32 and c not in "\t\r\n\f" for c in text):
                return False
        decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return begun not in ("", "<")
