"""Publishes a report: compiles it, freezes what it prints, seals its files and keeps all of it for good."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rso.core import history, verbs
from rso.core.addresses import fitting
from rso.core.figures.holdings import Holdings
from rso.core.folders import alone, put, replacing
from rso.core.models import AuditEvent
from rso.core.snapshot import snapshot
from rso.core.verbs import Problem, Refused, refuse
from rso.environment import kept_secret
from rso.reports.compiler import CannotCompile, compile_and_read, words_in_force
from rso.reports.document import Document
from rso.reports.editions import Written, lay, names_of, zip_folder
from rso.reports.evidence import as_bytes, evidence
from rso.reports.freezing import freeze, sums
from rso.reports.models import Edition, EditionState, Frozen, Report, ReportState, SectionText, TextState
from rso.reports.policies import PUBLISH
from rso.reports.queries import author_of, unapproved
from rso.reports.ready import blockers
from rso.reports.seals import BLANK, seal, signing_key
from rso.reports.states import reports, sections
from rso.reports.typeset import CannotTypeset, edition_id
from rso.reports.writing import lead_on, sign

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from rso.accounts.models import User

MANIFEST = "manifest.json"
#: The longest reason of a withdrawal.
WORDS = 400


def ready(report: Report) -> Iterable[Problem]:
    """What keeps a report from being published, whoever publishes it."""
    yield from _unapproved(report)
    for found in blockers(report):
        yield Problem(0, found.kind, ": ".join(filter(None, (found.section, found.says))))


def _unapproved(report: Report) -> Iterable[Problem]:
    if report.state != ReportState.APPROVED:
        says = _("The report is “%(state)s”: only an approved one is published.")
        yield Problem(0, "state", says % {"state": report.get_state_display()})


def publish(report: Report, *, by: User, and_by: User, now: datetime, note: str = "") -> Edition:
    """Publishes the report's next edition by two co-managers. The one before stays where it is, superseded. Raises Refused.

    Files are laid down first and named by the database last: whoever is interrupted publishes again. One publishes at a
    time: who comes second would lay other files where the first one's are named.
    """
    try:
        with alone(folder_of(report.ref, 0).parent, wait=False):
            return _publish(Report.objects.get(pk=report.pk), by=by, and_by=and_by, now=now, note=note)
    except BlockingIOError:
        raise Refused([Problem(0, "state", _("The report is being published at this moment."))]) from None


def _publish(report: Report, *, by: User, and_by: User, now: datetime, note: str) -> Edition:
    last = report.editions.order_by("-number").first()
    refuse(_objections(report, by, and_by, note, last))
    with snapshot():
        last_event = AuditEvent.objects.aggregate(last=Max("id"))["last"] or 0
        try:
            document, reading_of = compile_and_read(report)
        except CannotCompile as error:
            refuse([Problem(0, "text", str(fault)) for fault in error.faults])
        with translation.override(document.language):
            frozen, holdings = freeze(document, reading_of)
            words = {name: {"title": text.title, "text": text.text} for name, text in words_in_force(report).items()}
            adds_up = sums(frozen, holdings)
    number = last.number + 1 if last else 1
    document.edition, document.published_on, document.seal = number, timezone.localdate(now), BLANK
    files = _lay_down(document, as_bytes(evidence(document, adds_up)), holdings)
    edition = Edition(
        ref=fitting(f"{report.ref}-{number}"), report=report, number=number, title=report.title, subtitle=report.subtitle,
        period=report.period, words=words, told=document.told, as_at=document.as_at, published_at=now, by_id=by.pk, and_by_id=and_by.pk, note=note.strip(),
        changes=changes(last, frozen) if last else [], files=files, last_event=last_event,
    )  # fmt: skip
    with verbs.turn():
        # Setting it took a while, in which words may have been changed or the report given back.
        report.refresh_from_db()
        refuse([*_unsigned(report, by, and_by), *_unapproved(report)])
        _supersede(last, by=by, now=now)
        verbs.add([edition], verb="published", by=by, now=now, reason=note)
        for row in frozen:
            row.edition = edition
        Frozen.objects.bulk_create(frozen, batch_size=500)
        _lead_on(report, by=by, now=now)
    return edition


def _lead_on(report: Report, *, by: User, now: datetime) -> None:
    """The report and its texts are published now, and their signatures stand in the edition."""
    step = sections.step("publish")
    sections.take(step, list(report.texts.filter(state__in=step.sources)), by=by, now=now)
    reports.take(reports.step("publish"), [report], by=by, now=now)
    report.signatures.all().delete()


def release(report: Report, *, writer: User, co_managers: Sequence[User], now: datetime) -> None:
    """Leads a report and its texts, as they stand, through review and approval to the signatures. Raises Refused.

    Whoever was interrupted goes on: what is approved or signed already stays so.
    """
    texts = unapproved(report)
    lead_on([text for text in texts if text.state == TextState.DRAFT], "send", by=writer, now=now)
    for text in texts:
        approver = next((user for user in co_managers if author_of(text) != user.pk), co_managers[0])
        lead_on([SectionText.objects.get(pk=text.pk)], "approve", by=approver, now=now)
    steps = {step.slug: step for step in reports.steps}
    if report.state == ReportState.DRAFT:
        reports.take(steps["send"], [report], by=writer, now=now)
    if report.state == ReportState.IN_REVIEW:
        reports.take(steps["approve"], [report], by=co_managers[0], now=now)
    signed = set(report.signatures.values_list("by", flat=True))
    for user in (user for user in co_managers if user.pk not in signed):
        sign(report, by=user, now=now)


def _objections(report: Report, by: User, and_by: User, note: str, last: Edition | None) -> Iterable[Problem]:
    if last and report.state == ReportState.PUBLISHED:
        says = _("Edition %(number)s of this report has been published meanwhile.")
        yield Problem(0, "state", says % {"number": last.number})
        return
    if by.pk == and_by.pk:
        yield Problem(0, "and_by", _("A report is published by two co-managers, not by one twice."))
    yield from _unsigned(report, by, and_by)
    if last and not note.strip():
        says = _("Edition %(number)s is published. Another one needs a public note: what is different, and why.")
        yield Problem(0, "note", says % {"number": last.number})
    yield from ready(report)


def _unsigned(report: Report, by: User, and_by: User) -> Iterable[Problem]:
    for field, user in (("by", by), ("and_by", and_by)):
        if not PUBLISH.allows(user):
            yield Problem(0, field, _("%(name)s is no co-manager and may not publish.") % {"name": user.name})
        elif not report.signatures.filter(by=user.pk).exists():
            yield Problem(0, field, _("%(name)s has not signed the report.") % {"name": user.name})


def _supersede(last: Edition | None, *, by: User, now: datetime) -> None:
    if not last:
        return
    last.refresh_from_db()  # it may have been withdrawn while its successor was set
    if last.state == EditionState.PUBLISHED:
        last.state = EditionState.SUPERSEDED
        verbs.change([last], verb="superseded", by=by, now=now)


def withdraw(edition: Edition, *, by: User, now: datetime, reason: str) -> Edition:
    """Takes an edition back: it stays where it is, and says since when and why it holds no longer. Raises Refused.

    None takes its place: the edition before stays superseded, and readers are led to one that is published later.
    """
    why = reason.strip()
    with verbs.turn():
        edition.refresh_from_db()
        refuse(
            problem
            for wrong, problem in (
                (not PUBLISH.allows(by), Problem(0, "by", _("Only a co-manager withdraws an edition."))),
                (not why, Problem(0, "reason", _("Say why the edition is withdrawn: its readers will ask."))),
                (len(why) > WORDS, Problem(0, "reason", _("Say it in %(number)s signs.") % {"number": WORDS})),
                (edition.state == EditionState.WITHDRAWN, Problem(0, "state", _("The edition is withdrawn already."))),
            )
            if wrong
        )
        edition.state, edition.withdrawn_at, edition.withdrawn_why = EditionState.WITHDRAWN, now, why
        verbs.change([edition], verb="withdrawn", by=by, now=now, reason=why)
    return edition


def changes(last: Edition, frozen: Sequence[Frozen]) -> list[dict[str, Any]]:
    """The figures that another edition prints differently: before and after, and by how much."""
    before = {row.key: row for row in last.frozen.filter(by="")}
    found = []
    for row in frozen:
        old = before.pop(row.key, None) if not row.by else None
        if row.by or (old and old.value == row.value):
            continue
        before_and_after: list[Any] = [old.value if old else None, row.value]
        by_how_much = None if None in before_and_after else round(before_and_after[1] - before_and_after[0], 4)
        said = {"key": row.key, "title": row.title, "filter": row.filter, "period": row.period}
        found.append({**said, "before": old.shown if old else "", "after": row.shown, "by": by_how_much})
    gone = (
        {
            "key": r.key,
            "title": r.title,
            "filter": r.filter,
            "period": r.period,
            "before": r.shown,
            "after": "",
            "by": None,
        }
        for r in before.values()
    )
    return [*found, *gone]


# -- files -------------------------------------------------------------------------------------------------------------


def office_key() -> Ed25519PrivateKey:
    """The key with which the office seals what it publishes; its secret is made and kept at the first time."""
    return signing_key(kept_secret(key_file()))


def key_file() -> Path:
    """Where the secret of that key is kept."""
    folder: Path = settings.VAR
    return folder / "keys" / "office"


def folder_of(ref: str, number: int) -> Path:
    """Where the files of an edition are, for good."""
    folder: Path = settings.VAR
    return folder / "editions" / ref / str(number)


def hand_out(edition: Edition) -> Written:
    """Lays a copy of the edition's files where those of its report are taken from."""
    ref, number = edition.report.ref, edition.number
    folder: Path = settings.VAR / "reports" / ref
    with replacing(folder, ours=names_of(ref)) as work:
        shutil.copytree(folder_of(ref, number), work, dirs_exist_ok=True)
    proof = json.loads((folder / "data" / "evidence.json").read_bytes())
    records = {ref for refs in proof["records"].values() for ref in refs}
    return Written(folder, folder / f"{ref}.pdf", folder / "web", folder / "data", len(proof["figures"]), len(records))


def records_of(edition: Edition) -> Holdings:
    """The records behind the edition's figures as they were, which the office alone keeps."""
    return Holdings.from_bytes(records_file(edition.report.ref, edition.number).read_bytes())


def records_file(ref: str, number: int) -> Path:
    return folder_of(ref, number).with_suffix(".records.zip")


def _lay_down(document: Document, proof: bytes, holdings: Holdings) -> dict[str, str]:
    """Writes and seals the files of an edition. Returns the SHA-256 of each by its path, and of the records. Raises Refused."""
    folder, kept = folder_of(document.ref, document.edition), holdings.to_bytes()
    try:
        with replacing(folder, ours=names_of(document.ref)) as work:
            lay(document, proof, work)
            files = _seal_all(document, work, office_key())
    except CannotTypeset as error:
        refuse([Problem(0, "text", _("It cannot be typeset: %(why)s") % {"why": error})])
    put(records_file(document.ref, document.edition), kept)
    return {**files, "records": hashlib.sha256(kept).hexdigest()}


def _seal_all(document: Document, work: Path, key: Ed25519PrivateKey) -> dict[str, str]:
    for path in (work / f"{document.ref}.pdf", *(work / "web").glob("*.html")):
        path.write_bytes(seal(path.read_bytes(), key))
    _manifest(document, work / "data", key)
    zip_folder(work / "data", work / "data.zip", document.seal)
    (work / "data.zip").write_bytes(seal((work / "data.zip").read_bytes(), key))
    return _manifest(document, work, key)


def _manifest(document: Document, folder: Path, key: Ed25519PrivateKey) -> dict[str, str]:
    """Writes which files a folder holds, each with its SHA-256, under seal."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    said = {
        "edition": edition_id(document), "title": document.title, "office": document.office, "published": str(document.published_on),
        "as_at": document.as_at.isoformat(), "address": f"{document.base_url}/reports/{edition_id(document)}/",
        "key": f"{document.base_url}/reports/key", "files": files, "seal": document.seal,
    }  # fmt: skip
    content = json.dumps(said, ensure_ascii=False, indent=1).encode() + b"\n"
    (folder / MANIFEST).write_bytes(seal(content, key))
    return files


history.says("published", gettext_lazy("%(who)s published the %(noun)s"))
history.says("superseded", gettext_lazy("%(who)s superseded the %(noun)s by another"))
