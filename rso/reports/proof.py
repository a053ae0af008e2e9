"""Proves, without the database, that a file is the one that was published and that its evidence adds up to its figures.

A PDF, a page and an archive each bear the office's seal, so that any of them can be proved alone; what lies beside it in
the folder of the edition is held against it where it is there. Nothing of Django is loaded.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rso.reports.facts import facts
from rso.reports.seals import SEAL, Unsealed, sealed_by

MANIFEST, EVIDENCE = "manifest.json", "evidence.json"
PAGES = (".html", ".htm")
MONEY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True)
class Proof:
    """What was proved of a file: which edition it is, under whose key, and how many figures add up."""

    edition: str
    key: str
    figures: int
    records: int


class NotProved(Exception):
    """A file is not the one that was published, or its evidence does not add up; each of `faults` is a sentence."""

    def __init__(self, *faults: str) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(faults))


def prove(path: Path, key: str = "") -> Proof:
    """Raises NotProved. With a key, the seal must be of that key."""
    content, ending = path.read_bytes(), path.suffix.lower()
    beside = path.parent.parent if ending in PAGES else path.parent
    if ending == ".pdf":
        public, evidence, edition = _seal_of(path.name, content), *_in_pdf(path.name, content)
    elif ending == ".zip":
        public, evidence, edition = _in_zip(path.name, content)
    elif ending in PAGES:
        public, evidence, edition = _seal_of(path.name, content), *_in_page(path.name, content, beside)
    else:
        raise NotProved(f"{path.name} is no PDF, page or archive of an edition.")
    if key and public != key.strip().lower():
        raise NotProved(f"{path.name} is sealed, but not with the key of this office.")
    _beside(path, beside, edition)
    faults = list(does_not_add_up(evidence)) if evidence else []
    if faults:
        raise NotProved(*faults)
    figures = evidence["figures"] if evidence else []
    records = {ref for refs in evidence["records"].values() for ref in refs} if evidence else set()
    return Proof(edition, public, len(figures), len(records))


def _seal_of(name: str, content: bytes) -> str:
    try:
        return sealed_by(content)
    except Unsealed as error:
        raise NotProved(f"{name} {error}.") from error


def _in_pdf(name: str, content: bytes) -> tuple[dict[str, Any], str]:
    """The evidence that the PDF carries with it, and its edition."""
    for start in re.finditer(rb"stream\r?\n", content):
        try:
            found = zlib.decompressobj().decompress(content[start.end() :])
        except zlib.error:
            continue
        if found.startswith(b"{") and b'"figures"' in found:
            edition = re.search(rb"records, ([a-zA-Z0-9._-]+/\d+), rso-seal", content)
            return json.loads(found), edition[1].decode() if edition else ""
    raise NotProved(f"{name} carries no evidence.")


def _in_zip(name: str, content: bytes) -> tuple[str, dict[str, Any], str]:
    """What the archive holds: each part as its manifest says, then the archive as it was sealed."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {part: archive.read(part) for part in archive.namelist()}
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise NotProved(f"{name} was altered since it was published: {error}.") from error
    if MANIFEST not in parts:
        raise NotProved(f"{name} has no {MANIFEST}: it is no published edition.")
    _seal_of(f"{MANIFEST} in {name}", parts[MANIFEST])
    manifest = json.loads(parts.pop(MANIFEST))
    for part in sorted({*parts, *manifest["files"]}):
        if part not in parts:
            raise NotProved(f"{part} is missing in {name}.")
        if hashlib.sha256(parts[part]).hexdigest() != manifest["files"].get(part):
            raise NotProved(f"{part} in {name} is not the one that was published.")
    return _seal_of(name, content), json.loads(parts[EVIDENCE]), manifest["edition"]


def _in_page(name: str, content: bytes, beside: Path) -> tuple[dict[str, Any], str]:
    """The evidence that lies beside a page, and the page's edition; the page names the evidence by its SHA-256."""
    page = content.decode(errors="replace")
    said = dict(re.findall(r'<meta name="rso-(edition|evidence)" content="([^"]*)"', page))
    if "edition" not in said:
        raise NotProved(f"{name} is no page of an edition.")
    path = beside / "data" / EVIDENCE
    if not path.is_file():
        return {}, said["edition"]
    proof = path.read_bytes()
    if hashlib.sha256(proof).hexdigest() != said.get("evidence"):
        raise NotProved(f"{EVIDENCE} beside {name} is not the one that was published.")
    evidence: dict[str, Any] = json.loads(proof)
    known = {(f["figure"], f["period"], f["filter"], f["value"]) for f in (*evidence["figures"], *evidence["cells"])}
    for fact in facts(page):
        at = (fact["figure"], fact["period"], fact["filter"], fact["value"])
        if at not in known:
            raise NotProved(f"{name} prints {fact['shown']} for {fact['figure']}, which its evidence does not hold.")
    return evidence, said["edition"]


def _beside(path: Path, folder: Path, edition: str) -> None:
    """Holds the file, and the evidence that lies open in the folder, against a manifest of the edition, where one is there.

    Of a name that it does not have it says nothing: readers take files away under other names, and unpack archives beside them.
    """
    if not (folder / MANIFEST).is_file():
        return
    content = (folder / MANIFEST).read_bytes()
    if not SEAL.search(content):  # many a program calls a file of its own so
        return
    _seal_of(MANIFEST, content)
    manifest = json.loads(content)
    if manifest["edition"] != edition:
        return
    for each in (path, folder / "data" / EVIDENCE):
        name = str(each.relative_to(folder))
        listed = manifest["files"].get(name)
        if listed and each.is_file() and hashlib.sha256(each.read_bytes()).hexdigest() != listed:
            raise NotProved(f"{name} is not the one that was published.")


# -- adding up ---------------------------------------------------------------------------------------------------------


def does_not_add_up(evidence: dict[str, Any]) -> Iterator[str]:
    records = evidence["records"]
    for digest, refs in records.items():
        if hashlib.sha256("\n".join(refs).encode()).hexdigest()[:16] != digest:
            yield f"The records {digest} are not those that were published."
    cells = {(c["figure"], c["period"], c["filter"]): c["value"] for c in evidence["cells"]}
    for figure in evidence["figures"]:
        name = " ".join(filter(None, (figure["figure"], figure["period"], figure["filter"])))
        if figure["records"] not in records:
            yield f"{name} names records that are not there."
        elif "sums" in figure and (found := _sum(figure)) != figure["value"]:
            yield f"{name} is printed as {figure['value']}, but its records add up to {found}."
        elif "sums" in figure and _number(figure["sums"]) not in (None, len(records[figure["records"]])):
            yield f"{name} does not add up all of its records."
        printed = cells.get((figure["figure"], figure["period"], figure["filter"]), figure["value"])
        if printed != figure["value"]:
            yield f"{name} is printed as {figure['value']} and as {printed}."


def _sum(figure: dict[str, Any]) -> int | float | None:
    """What the records add up to, as the figure prints it: money in major units."""
    sums = figure["sums"]
    if "days" in sums:
        return _middle(sums["days"])
    found = sums["things"] + _total(sums["heads"]) if "things" in sums else _total(sums["numbers"])
    return _plain(found / 100 if MONEY.fullmatch(figure["unit"]) else found)


def _total(tally: dict[str, int]) -> int:
    return sum(int(number) * times for number, times in tally.items())


def _number(sums: dict[str, Any]) -> int | None:
    """How many records are added up, where that is told."""
    tally = sums.get("numbers", sums.get("days"))
    return sum(tally.values()) if tally is not None else None


def _middle(tally: dict[str, int]) -> int | float | None:
    days = sorted(int(number) for number, times in tally.items() for _each in range(times))
    at = len(days) // 2
    return _plain(days[at] if len(days) % 2 else (days[at - 1] + days[at]) / 2) if days else None


def _plain(number: float) -> int | float:
    return int(number) if number == int(number) else round(number, 4)
