"""Pages of the office: the extract of the ledger is uploaded, checked, asked about, and entered by one yes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Case, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from rso.core.loading.files import Fault, Unreadable
from rso.core.office import desks
from rso.core.permissions import officer
from rso.core.verbs import Refused
from rso.finance import actions
from rso.finance.extracts import LARGEST, UnusableHeader, read_extract, too_large
from rso.finance.figures import in_words
from rso.finance.ledger import Check, Entry, Move, check
from rso.finance.line_pages import sees_money
from rso.finance.meanings import Question
from rso.finance.models import Category, Expenditure, LedgerUpload, UploadState
from rso.finance.policies import KEEP_MONEY
from rso.workplan.models import Activity

#: Rows of each kind that the page shows; faults of a file.
SHOWN = 200
RECENT = 50
#: Questions at a time: each offers every activity.
ASKED = 30
LOOKS = {UploadState.WAITING: "wait", UploadState.ENTERED: "ok", UploadState.DROPPED: "stop"}


@require_http_methods(["GET", "HEAD", "POST"])
@sees_money
def uploads(request: HttpRequest) -> HttpResponse:
    """The extracts, those that wait first; POST takes a file."""
    faults: list[Fault] = []
    if request.method == "POST":
        if not KEEP_MONEY.allows(request.user):
            raise Http404
        found = _taken(request)
        if isinstance(found, LedgerUpload):
            return redirect("office-ledger-upload", found.ref)
        faults = found
    waiting_first = Case(When(state=UploadState.WAITING, then=Value(0)), default=Value(1))
    rows = LedgerUpload.objects.select_related("uploaded_by").order_by(waiting_first, "-uploaded_at", "-pk")[:RECENT]
    context = {
        "here": desks.places["ledger"],
        "rows": [(row, LOOKS[UploadState(row.state)]) for row in rows],
        "faults": faults,
        "may_keep": KEEP_MONEY.allows(request.user),
    }
    return render(request, "office/finance/ledger.html", context, status=422 if faults else 200)


def _taken(request: HttpRequest) -> LedgerUpload | list[Fault]:
    """The extract that a form sent, kept; or what keeps it from being read."""
    file = request.FILES.get("file")
    if file is None:
        return [Fault(_("The file"), says=_("is missing; choose one"))]
    if (file.size or 0) > LARGEST:
        return [Fault(str(file.name), says=too_large())]
    try:
        extract = read_extract(str(file.name), file.read())
    except UnusableHeader as error:
        return list(error.faults)
    except Unreadable as error:
        return [error.fault]
    return actions.keep_extract(extract, by=officer(request), now=timezone.now())


@require_http_methods(["GET", "HEAD", "POST"])
@sees_money
def upload(request: HttpRequest, ref: str) -> HttpResponse:
    """One extract beside the ledger. POST answers questions, says yes, or drops it."""
    found = get_object_or_404(LedgerUpload.objects.select_related("uploaded_by"), ref=ref)
    if request.method == "POST":
        if not KEEP_MONEY.allows(request.user):
            raise Http404
        return _done(request, found)
    context: dict[str, Any] = {
        "here": desks.places["ledger"],
        "upload": found,
        "look": LOOKS[UploadState(found.state)],
        "may_keep": KEEP_MONEY.allows(request.user),
    }
    if found.state == UploadState.WAITING:
        context |= told(check(found))
    return render(request, "office/finance/upload.html", context)


def _done(request: HttpRequest, found: LedgerUpload) -> HttpResponse:
    by, now = officer(request), timezone.now()
    try:
        if "yes" in request.POST:
            actions.enter_ledger(found, seen=request.POST.get("seen", ""), by=by, now=now)
            messages.success(request, _("The extract is in the ledger."))
        elif "drop" in request.POST:
            actions.drop_extract(found, by=by, now=now)
            messages.success(request, _("The extract is dropped. Nothing of it was entered."))
            return redirect("office-ledger")
        else:
            # An empty choice is no answer; “-” means none.
            answers = {slug: "" if answer == "-" else str(answer) for slug, answer in request.POST.items() if answer}
            actions.answer_extract(found, answers=answers, by=by, now=now)
            messages.success(request, _("Your answers are kept."))
    except Refused as error:
        messages.error(request, capfirst("; ".join(str(problem.says) for problem in error.problems)))
    return redirect("office-ledger-upload", found.ref)


# -- what the page shows -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """Rows of one fate: new, differing, already there, left out."""

    slug: str
    title: str
    says: str
    number: int
    rows: list[dict[str, Any]]


@dataclass(frozen=True)
class Asked:
    """A question as the page asks it: what may be chosen, and what is proposed."""

    question: Question
    says: str
    options: list[tuple[str, str]]
    chosen: str


def told(found: Check) -> dict[str, Any]:
    groups = (
        Group("new", _("New"), _("They will be entered."), len(found.new), rows_of(found.new)),
        Group(
            "differs", _("Differs"), _("Each entry of the ledger will be reversed on its own day, and entered anew."),
            len(found.differs), rows_of(found.differs),
        ),
        Group("there", _("Already there"), _("Nothing will be done."), len(found.there), rows_of(found.there)),
        Group(
            "left", _("Left out"), _("The office reversed them; they will not be entered."),
            len(found.left_out), rows_of(found.left_out),
        ),
    )  # fmt: skip
    return {
        "faults": found.faults[:SHOWN], "faults_number": len(found.faults), "asked": asked_of(found.questions),
        "open": len(found.unanswered), "more_asked": len(found.questions) > ASKED, "groups": groups, "ready": found.is_ready, "seen": found.digest,
        "yes": yes_of(found), "shown": SHOWN,
    }  # fmt: skip


def yes_of(found: Check) -> str:
    """What the one yes will do."""
    new = ngettext("Enter %(n)s new entry", "Enter %(n)s new entries", len(found.new)) % {"n": len(found.new)}
    mended = ngettext("mend %(n)s that differs", "mend %(n)s that differ", len(found.differs)) % {
        "n": len(found.differs)
    }
    return ", ".join(says for says, number in ((new, len(found.new)), (mended, len(found.differs))) if number)


def rows_of(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    shown = list(entries)[:SHOWN]
    return [
        {
            "line": each.line, "entry": each.entry, "amount": f"{in_words(each.entry.amount)} {each.entry.currency}",
            "category": each.entry.category.label if each.entry.category_id else "", "old": each.old,
            "moves": [move_in_words(move) for move in each.moves],
        }
        for each in shown
    ]  # fmt: skip


def move_in_words(move: Move) -> tuple[str, str, str]:
    if move.field == "amount":
        return str(_("amount")), in_words(move.was), in_words(move.now)
    label = str(Expenditure._meta.get_field(move.field).verbose_name)  # type: ignore[union-attr]
    was, now = ("–" if value in (None, "") else str(value) for value in (move.was, move.now))
    return label, was, now


def asked_of(questions: Iterable[Question]) -> list[Asked]:
    """The questions, the open ones first, with all that may be chosen: the likely first, then the others."""
    found = sorted(questions, key=lambda question: question.answer is not None)[:ASKED]
    kinds = {question.kind for question in found}
    every = {
        "activity": [(row.ref, row.title) for row in Activity.objects.order_by("-starts_on", "ref")]
        if "activity" in kinds
        else [],
        "category": [(row.ref, row.label) for row in Category.objects.order_by("order", "ref")]
        if "category" in kinds
        else [],
    }
    return [_asked(question, every.get(question.kind, [])) for question in found]


def _asked(question: Question, every: list[tuple[str, str]]) -> Asked:
    likely = [
        (each.ref, f"{each.title} ({each.percent} %)" if each.percent else each.title) for each in question.candidates
    ]
    others = [pair for pair in every if pair[0] not in {ref for ref, _title in likely}]
    none = [("-", _("No activity"))] if question.kind == "activity" else []
    chosen = question.proposed if question.answer is None else question.answer
    says = {
        "activity": _("Which activity is “%(text)s”?"),
        "category": _("Which category is “%(text)s”?"),
        "again": _("“%(text)s” was entered and reversed. What now?"),
    }[question.kind] % {"text": question.text}
    return Asked(question, says, [*likely, *none, *others], "-" if chosen == "" else chosen or "")
