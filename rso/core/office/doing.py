"""Does a verb to one record or to rows chosen in a list, and shows beforehand what it will change."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext

from rso.core.access import open_names, saw
from rso.core.addresses import REF
from rso.core.closing import WHY, asks_why, because
from rso.core.corrections import by_the_office
from rso.core.history import Change, Step, steps_of
from rso.core.loading.columns import Column
from rso.core.models import AuditEvent, Kept, Saw
from rso.core.office.acts import REASON, Act, with_reason
from rso.core.office.cells import answers_of, labels_of
from rso.core.office.desks import Desk
from rso.core.office.details import find
from rso.core.office.forms import Field
from rso.core.permissions import officer
from rso.core.told import model_of
from rso.core.typed import typed
from rso.core.verbs import Problem, Refused, kind_of, refuse, turn

if TYPE_CHECKING:
    from rso.accounts.models import User

#: Rows that one bulk verb takes; more is a change of the file.
MOST = 1000
#: Rows of a preview.
PREVIEWED = 100


@dataclass(frozen=True)
class Preview:
    """What a verb would do: each change in words, or why it is refused."""

    steps: list[Step]
    number: int
    refusals: list[str]


def rehearse(act: Act, things: list[Any], answers: dict[str, Any], user: Any) -> Preview:
    """Does the verb and takes it back: what the audit trail would have said is what will change."""
    before = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    try:
        with transaction.atomic():
            act.run(things, by=user, now=timezone.now(), **answers)
            events = AuditEvent.objects.filter(pk__gt=before, actor=user.pk).select_related("actor").order_by("pk")
            number = events.count()
            steps = list(steps_of(list(events[:PREVIEWED])))
            transaction.set_rollback(True)
            return Preview(steps, number, [])
    except Refused as error:
        return Preview([], 0, [str(problem.says) for problem in error.problems])


def act_page(request: HttpRequest, desk: Desk, slug: str, ref: str = "") -> HttpResponse:
    """GET asks and previews; POST with `yes` does it. A verb that asks nothing and can be undone is done by one POST."""
    act = desk.all_acts.get(slug)
    if act is None or not act.permission.allows(request.user) or not (ref or act.bulk):
        raise Http404
    chosen = _chosen(request, desk, ref)
    fit, unfit = _sorted(act, chosen, request.user)
    if asks_why(fit, request.user) or REASON.name in request.POST:
        act = with_reason(act)
    asked = request.POST if request.method == "POST" else request.GET
    answers, faults = answers_of(act.asks, asked)
    sure = "yes" in request.POST or (ref and not act.asks and not act.final)
    if request.method == "POST" and sure and fit and not faults:
        try:
            _run(desk, act, fit, answers, officer(request))
            messages.success(
                request,
                ngettext("Done: %(title)s, %(n)s record.", "Done: %(title)s, %(n)s records.", len(fit))
                % {"title": act.title, "n": len(fit)},
            )
            return redirect(_after(request, desk, ref))
        except Refused as error:
            if any(problem.field == WHY for problem in error.problems):
                act = with_reason(act)
            faults = _beside(act, error)
    if not request.POST.get("yes"):
        # No answer was given yet that could be wrong; what the verb refused, or could not do, is told all the same.
        faults = {name: says for name, says in faults.items() if not name}
    return _show(request, desk, act, fit, unfit, answers, faults, ref)


def _beside(act: Act, error: Refused) -> dict[str, str]:
    """What a verb refused, by what it asks; all else under the empty name."""
    asked = {column.name for column in act.asks}
    found: dict[str, list[str]] = {}
    for problem in error.problems:
        field = REASON.name if problem.field == WHY else problem.field
        found.setdefault(field if field in asked else "", []).append(str(problem.says))
    return {name: "; ".join(dict.fromkeys(says)) for name, says in found.items()}


def _run(desk: Desk, act: Act, things: list[Any], answers: dict[str, Any], user: User) -> None:
    """Does the verb to the records as they are by now: whoever wrote or did a verb since they were read loses nothing.

    What it changes of records that came by a file is kept as the office's correction.
    """
    now, reason, refs = timezone.now(), str(answers.get("reason", "")), [thing.ref for thing in things]
    with turn(), because(reason), by_the_office(desk.table, refs, by=user, now=now, reason=reason):
        fresh = list(_rows(desk, user).filter(ref__in=refs).order_by("pk"))
        if len(fresh) < len(things):
            raise Http404
        refuse(Problem(at, "", says) for at, thing in enumerate(fresh) if (says := act.why_not(thing, user)))
        act.run(fresh, by=user, now=now, **answers)


def _after(request: HttpRequest, desk: Desk, ref: str) -> str:
    """Where one is led: to the record, or to the list where it is gone or there were several."""
    there = ref and desk.model._default_manager.filter(ref=ref).exists()
    return desk.at(ref) if there else _list_of(request, desk)


def _list_of(request: HttpRequest, desk: Desk) -> str:
    """The list as it was when rows of it were chosen."""
    asked = typed(request, "_list", 2000)
    return f"{desk.url}?{asked}" if asked else desk.url


def _chosen(request: HttpRequest, desk: Desk, ref: str) -> list[Any]:
    """The records that the verb is for: one, or those ticked."""
    if ref:
        return [find(desk, request.user, ref)]
    refs = [sent for sent in request.POST.getlist("ref") if REF.fullmatch(sent)]
    return list(_rows(desk, request.user).filter(ref__in=refs[:MOST]).order_by("pk"))


def _rows(desk: Desk, user: Any) -> QuerySet[Any]:
    """The records that this person may see, with what their names need: a verb asks it of a thousand."""
    return desk.ready(desk.rows(user), ())


def _sorted(act: Act, things: list[Any], user: Any) -> tuple[list[Any], list[tuple[Any, str]]]:
    """Those to which the verb can be done, and the others with the reason."""
    why = [(thing, act.why_not(thing, user)) for thing in things]
    return [thing for thing, says in why if not says], [(thing, says) for thing, says in why if says]


def _any_answer(column: Column) -> Any:
    return column.among[0] if column.among else timezone.localdate() if column.kind == "date" else "…"


def _start(column: Column) -> str:
    """What stands in the field of a question at first: a day that must be given is most often today."""
    today = column.kind == "date" and column.required
    return timezone.localdate().isoformat() if today else column.write(column.default)


def _without_guesses(steps: list[Step], act: Act, answers: dict[str, Any]) -> list[Step]:
    """The changes of a rehearsal, but for what was only guessed."""
    guessed = {str(column.label) for column in act.asks if not answers.get(column.name)}

    def honest(change: Change) -> Change:
        return replace(change, after="…") if change.inside in guessed and change.after else change

    return [replace(step, changes=[honest(change) for change in step.changes]) for step in steps]


def _tell(request: HttpRequest, desk: Desk, act: Act, shown: list[Any], preview: Preview, ref: str) -> None:
    """Tells who saw the records that the page names, and what else the verb would change that is of people."""
    by, now, asked = officer(request), timezone.now(), f"do={act.slug}"
    if ref:
        saw(shown[0], by=by, now=now)
    elif shown:
        saw(desk.model, by=by, now=now, what=Saw.LISTED, rows=len(shown), filters=asked)
    others = Counter(step.kind for step in preview.steps if step.kind != kind_of(desk.model))
    for kind, number in others.items():
        if (model := model_of(kind)) and issubclass(model, Kept):
            saw(model, by=by, now=now, what=Saw.LISTED, rows=number, filters=asked)


def _show(
    request: HttpRequest, desk: Desk, act: Act, fit: list[Any], unfit: list[tuple[Any, str]],
    answers: dict[str, Any], faults: dict[str, str], ref: str,
) -> HttpResponse:  # fmt: skip
    # What is asked is not known yet, or was wrong: any answer shows what else will change.
    guess = {column.name: _any_answer(column) for column in act.asks} | ({} if faults else answers)
    again = list(_rows(desk, request.user).filter(pk__in=[thing.pk for thing in fit]).order_by("pk")) if fit else []
    preview = rehearse(act, again, guess, request.user) if again else Preview([], 0, [])
    _tell(request, desk, act, [*fit[:PREVIEWED], *(thing for thing, _why in unfit[:PREVIEWED])], preview, ref)
    # Whose names the list has shown, and who reads them here, was told.
    names = open_names((step.kind, step.ref) for step in preview.steps)
    names |= {(kind_of(desk.model), thing.ref): str(thing) for thing in fit[:PREVIEWED]}
    fields = [
        Field(
            column.name, column.label or column.name, column.hint,
            "select" if column.among else "date" if column.kind == "date" else "area",
            column.required, value=request.POST.get(column.name, _start(column)), error=faults.get(column.name, ""), limit=column.limit,
            options=list(labels_of(column, desk.model).items()),
        )
        for column in act.asks
    ]  # fmt: skip
    context = {
        "desk": desk, "here": desk, "act": act, "fit": fit, "unfit": unfit[:PREVIEWED], "preview": preview, "steps": [(names[step.kind, step.ref], step) for step in _without_guesses(preview.steps, act, answers)], "fields": fields,
        "fault": faults.get("", ""), "errors": [f for f in fields if f.error], "ref": ref,
        "thing": fit[0] if ref and fit else unfit[0][0] if ref and unfit else None,
        "back": desk.at(ref) if ref else _list_of(request, desk), "list": typed(request, "_list", 2000), "can": bool(fit) and not preview.refusals,
    }  # fmt: skip
    return render(request, "office/act.html", context, status=422 if faults else 200)
