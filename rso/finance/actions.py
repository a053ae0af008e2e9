"""Verbs of this room. The ledger is corrected by entries, never by erasing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rso.core import history, verbs
from rso.core.closing import may_with_reason
from rso.core.verbs import Problem, Refused, Verbs, plain, refuse, turn
from rso.finance.extracts import Extract
from rso.finance.ledger import Check, Entry, check, ref_of, refs_taken
from rso.finance.models import (
    Contribution,
    ContributionActivity,
    Expenditure,
    Forecast,
    LedgerRows,
    LedgerUpload,
    UploadState,
)
from rso.finance.rules import (
    check_amounts,
    check_budgets,
    check_commitments,
    check_contributions,
    check_expenditure,
    check_forecasts,
    check_open,
    check_rates,
)

if TYPE_CHECKING:
    from rso.accounts.models import User


rate_verbs = plain(check_rates)
contribution_verbs = plain(check_contributions)
category_verbs = plain()
budget_verbs = plain(check_budgets)
budget_line_verbs = plain(check_amounts)
commitment_verbs = plain(check_commitments)
_plain_forecasts = plain(check_forecasts)


def enter_forecasts(forecasts: Sequence[Forecast], *, by: User, now: datetime) -> Sequence[Forecast]:
    """Adds forecasts; one that names nobody is of whoever enters it."""
    for row in forecasts:
        if row.entered_by_id is None:
            row.entered_by = by
    _plain_forecasts.add(forecasts, by=by, now=now)
    return forecasts


forecast_verbs = Verbs(enter_forecasts, _plain_forecasts.change, _plain_forecasts.remove)


def set_activities(wanted: Mapping[Contribution, verbs.Rows], *, by: User, now: datetime) -> None:
    verbs.relate(ContributionActivity, wanted, parent="contribution", verb="activities set", by=by, now=now)


def post_expenditure(
    entries: Sequence[Expenditure], *, by: User, now: datetime, reason: str = ""
) -> Sequence[Expenditure]:
    """Posts entries to the ledger."""
    refuse(check_expenditure(entries))
    _refuse_closed(entries, by)
    return verbs.add(entries, verb="posted", by=by, now=now, reason=reason)


def reverse_expenditure(
    entries: Sequence[Expenditure], *, on: date, by: User, now: datetime, reason: str
) -> Sequence[Expenditure]:
    """Corrects ledger entries: each gets an entry of the opposite amount on the given day. The old one stays."""
    taken = set(Expenditure.objects.filter(reverses__in=entries).values_list("reverses", flat=True))
    refuse(Problem(at, "reverses", _("is reversed already")) for at, row in enumerate(entries) if row.pk in taken)
    mirrored = [
        Expenditure(
            ref=ref,
            spent_on=on,
            category=row.category,
            activity=row.activity,
            amount=-row.amount,
            currency=row.currency,
            rate=row.rate,
            scale=row.scale,
            rate_on=row.rate_on,
            basis=row.basis,
            source=row.source,
            text=row.text,
            voucher=row.voucher,
            commitment=row.commitment,
            reverses=row,
        )
        for row, ref in zip(entries, _refs_of([f"{row.ref[:54]}-r" for row in entries]), strict=True)
    ]
    refuse(check_expenditure(mirrored))
    _refuse_closed(mirrored, by)
    return verbs.add(mirrored, verb="reversed", by=by, now=now, reason=reason)


def _refuse_closed(entries: Sequence[Expenditure], by: User) -> None:
    """Says what can be done where a period is closed; of one who may change it with a reason, the reason is asked as elsewhere."""
    if not may_with_reason(by):
        refuse(check_open(entries))


def reverse_on_their_days(
    entries: Sequence[Expenditure], *, by: User, now: datetime, reason: str
) -> Sequence[Expenditure]:
    """Reverses each entry on its own day, so that the period which it was counted in comes right."""
    made: list[Expenditure] = []
    with turn():
        for day in sorted({entry.spent_on for entry in entries}):
            of_day = [entry for entry in entries if entry.spent_on == day]
            made += reverse_expenditure(of_day, on=day, by=by, now=now, reason=reason)
    return made


def refuse_alteration(entries: Sequence[Expenditure], **_given: Any) -> None:
    """The ledger is never altered or erased: the error says what to do instead."""
    refuse(
        Problem(at, "amount", _("is in the ledger and is never altered; post an entry that reverses it, and a new one"))
        for at, _entry in enumerate(entries)
    )


expenditure_verbs = Verbs(post_expenditure, refuse_alteration, refuse_alteration)


# -- extracts of the ledger --------------------------------------------------------------------------------------------

#: How long an extract waits for its yes, and how long a dropped one stays in the list.
WAITS_FOR = DROPPED_FOR = timedelta(days=30)


def keep_extract(extract: Extract, *, by: User, now: datetime) -> LedgerUpload:
    """Keeps an extract until its yes or no. The same file, uploaded while it waits, is the one that waits."""
    with turn():
        waiting = LedgerUpload.objects.filter(sha256=extract.sha256, state=UploadState.WAITING).first()
        if waiting:
            return waiting
        upload = LedgerUpload(
            ref=_free_ref(LedgerUpload, f"ledger-{now:%Y%m%d}-{extract.sha256[:8]}"),
            file_name=extract.file_name,
            sha256=extract.sha256,
            uploaded_by=by,
            uploaded_at=now,
        )
        verbs.add([upload], verb="uploaded", by=by, now=now)
        faults = [(fault.row, fault.column, fault.value, fault.says) for fault in extract.faults]
        LedgerRows.objects.create(upload=upload, rows=extract.rows, faults=faults)
    return upload


def answer_extract(upload: LedgerUpload, *, answers: Mapping[str, str], by: User, now: datetime) -> LedgerUpload:
    """Keeps what the officer says that texts of the file mean: by the slug of each question; what is not named stays open.

    An answer that is none of what may be chosen is passed over.
    """
    with turn():
        upload = _waiting(upload)
        known = {question.slug: question for question in check(upload).questions}
        kept: dict[str, dict[str, str]] = {kind: dict(given) for kind, given in upload.answers.items()}
        for slug, answer in answers.items():
            if slug in known and known[slug].takes(answer):
                kept.setdefault(known[slug].kind, {})[known[slug].key] = answer
        upload.answers = kept
        verbs.change([upload], verb="answered", by=by, now=now)
    return upload


def enter_ledger(upload: LedgerUpload, *, seen: str, by: User, now: datetime) -> LedgerUpload:
    """Enters all of an extract, or nothing: new entries, and for each that differs its reversal and a new one.

    `seen` is the digest of the check that the officer looked at: where the ledger has moved since, nothing is entered.
    An extract that is entered already stays so, and nothing is entered twice.
    """
    with turn():
        upload = LedgerUpload.objects.select_for_update().get(pk=upload.pk)
        if upload.state == UploadState.ENTERED:
            return upload
        upload = _waiting(upload)
        found = check(upload)
        if not found.is_ready:
            raise Refused([Problem(0, "state", _("the extract has errors or open questions, or nothing that is new"))])
        if found.digest != seen:
            raise Refused([Problem(0, "state", _("the ledger has changed since you looked; look again, then enter"))])
        _enter(upload, found, by, now)
        _close(upload, UploadState.ENTERED, by, now)
    return upload


def _enter(upload: LedgerUpload, found: Check, by: User, now: datetime) -> None:
    reason = _("from %(file)s") % {"file": upload.file_name}
    reverse_on_their_days([each.old for each in found.differs if each.old], by=by, now=now, reason=reason)
    entries: list[Entry] = [*found.new, *found.differs]
    for each, ref in zip(entries, _refs_of([ref_of(each.entry.voucher) for each in entries]), strict=True):
        each.entry.ref = ref
    post_expenditure([each.entry for each in entries], by=by, now=now, reason=reason)


def drop_extract(upload: LedgerUpload, *, by: User, now: datetime) -> LedgerUpload:
    """Lets an extract go unentered, and its rows at once."""
    with turn():
        upload = _waiting(upload)
        _close(upload, UploadState.DROPPED, by, now)
    return upload


def drop_stale_extracts(*, by: User, now: datetime) -> list[LedgerUpload]:
    """Drops extracts that waited too long for their yes. Returns them."""
    with turn():
        stale = LedgerUpload.objects.filter(state=UploadState.WAITING, uploaded_at__lt=now - WAITS_FOR).order_by("pk")
        return [drop_extract(upload, by=by, now=now) for upload in stale]


def purge_extracts(*, by: User, now: datetime, dry_run: bool = False) -> list[LedgerUpload]:
    """Forgets extracts that were dropped long ago. Returns them."""
    due = list(LedgerUpload.objects.filter(state=UploadState.DROPPED, closed_at__lt=now - DROPPED_FOR).order_by("pk"))
    if not dry_run:
        verbs.remove(due, verb="purged", by=by, now=now)
    return due


def _waiting(upload: LedgerUpload) -> LedgerUpload:
    """The extract as it is stored, locked. Refuses one that waits no longer."""
    stored = LedgerUpload.objects.select_for_update().get(pk=upload.pk)
    if stored.state != UploadState.WAITING:
        says = _("the extract is %(state)s already") % {"state": stored.get_state_display().lower()}
        raise Refused([Problem(0, "state", says)])
    return stored


def _close(upload: LedgerUpload, state: UploadState, by: User, now: datetime) -> None:
    LedgerRows.objects.filter(upload=upload).delete()
    upload.state, upload.closed_at = state, now
    verbs.change([upload], verb=state.value, by=by, now=now)


def _refs_of(wanted: Sequence[str]) -> list[str]:
    """The refs of entries to come: each as it is wanted, with a number where another entry has it."""
    taken, found = refs_taken(wanted), []
    for ref in wanted:
        found.append(_free_ref(Expenditure, ref, taken) if ref in taken else ref)
        taken.add(found[-1])
    return found


def _free_ref(model: type[Expenditure | LedgerUpload], ref: str, taken: Collection[str] = ()) -> str:
    """The ref, with a number where another record has it."""
    stored = {*model._default_manager.filter(ref__startswith=ref).values_list("ref", flat=True), *taken}
    return next(free for number in count(1) if (free := ref if number == 1 else f"{ref}-{number}") not in stored)


history.says("activities set", gettext_lazy("%(who)s set what it pays for"))
history.says("posted", gettext_lazy("%(who)s posted the entry"))
history.says("reversed", gettext_lazy("%(who)s reversed an entry by this one"))
history.says("close", gettext_lazy("%(who)s closed the %(noun)s"))
history.says("open_again", gettext_lazy("%(who)s opened the %(noun)s again"))
history.says("cancel", gettext_lazy("%(who)s cancelled the %(noun)s"))
history.says("uploaded", gettext_lazy("%(who)s uploaded the %(noun)s"))
history.says("answered", gettext_lazy("%(who)s answered questions about the %(noun)s"))
history.says("entered", gettext_lazy("%(who)s entered the %(noun)s"))
history.says("dropped", gettext_lazy("%(who)s dropped the %(noun)s"))
history.says("purged", gettext_lazy("%(who)s forgot the %(noun)s when its time had come"))
