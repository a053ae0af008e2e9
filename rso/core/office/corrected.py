"""The page of what the office has corrected and files say otherwise; from here the office takes what the file says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rso.core.access import saw
from rso.core.addresses import id_in
from rso.core.closing import asks_why
from rso.core.corrections import drop_corrections
from rso.core.models import Correction, Saw
from rso.core.office.acts import Act
from rso.core.office.desks import Desk, desks
from rso.core.office.doing import Preview, rehearse
from rso.core.pages import Pages
from rso.core.permissions import officer
from rso.core.typed import typed
from rso.core.verbs import Refused, kind_of

#: Corrections that one yes drops.
MOST = 200
TAKE = gettext_lazy("Take what the file says")


@dataclass(frozen=True)
class Entry:
    """A correction as the page shows it."""

    correction: Correction
    desk: Desk
    may_drop: bool

    @property
    def url(self) -> str:
        return self.desk.at(self.correction.ref)

    @property
    def noun(self) -> str:
        return self.desk.noun

    @property
    def label(self) -> str:
        """The words of its column."""
        column = next((c for c in self.desk.table.columns if c.name == self.correction.column), None)
        return str(column.label if column and column.label else self.correction.column)

    @property
    def standing(self) -> tuple[str, str]:
        """How the file stands to it, in words and in their look."""
        if self.correction.seen_at is None:
            return _("Not loaded since"), ""
        if self.correction.source_has_changed:
            return _("The source has since changed"), "wait"
        return _("The file says otherwise"), "info"


def corrections_page(request: HttpRequest) -> HttpResponse:
    """GET lists them, or shows what will change where some are chosen; POST with `yes` takes what the file says."""
    if request.method == "POST" or "correction" in request.GET:
        return _drop(request)
    rows, is_all = _seen_by(request.user), "all" in request.GET
    rows = rows if is_all else rows.exclude(seen_at=None)
    count = rows.count()
    pages = Pages.of(request.GET.get("page", ""), count, "all=1" if is_all else "")
    shown = pages.of_rows(rows.select_related("by").order_by("-at", "-pk"))
    context: dict[str, Any] = {
        "corrections": _entries(shown, request.user),
        "count": count,
        "is_all": is_all,
        "pages": pages,
        "here": desks.places["corrections"],
    }
    _tell(context["corrections"], request)
    return render(request, "office/corrections.html", context)


def _kinds(user: Any) -> dict[str, Desk]:
    return {kind_of(desk.model): desk for desk in desks.seen_by(user)}


def _seen_by(user: Any) -> QuerySet[Correction]:
    """Those of records that this person may see."""
    found = Correction.objects.filter(kind__in=_kinds(user))
    for kind, desk in _kinds(user).items():
        if desk.visible:
            found = found.exclude(kind=kind) | found.filter(kind=kind, ref__in=desk.rows(user).values("ref"))
    return found


def _entries(rows: QuerySet[Correction] | Sequence[Correction], user: Any) -> list[Entry]:
    kinds = _kinds(user)
    return [Entry(c, kinds[c.kind], kinds[c.kind].may_keep(user)) for c in rows]


def _tell(entries: Sequence[Entry], request: HttpRequest) -> None:
    """Tells who saw values that are of people."""
    for model, number in Counter(entry.desk.model for entry in entries).items():
        saw(model, by=officer(request), now=timezone.now(), what=Saw.LISTED, rows=number, filters="corrections")


def _drop(request: HttpRequest) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    chosen = [id_in(sent) for sent in asked.getlist("correction")[:MOST]]
    rows = _seen_by(request.user).filter(pk__in=chosen).select_related("by").order_by("pk")
    entries = [entry for entry in _entries(rows, request.user) if entry.may_drop]
    found = [entry.correction for entry in entries]
    reason, refusals = typed(request, "reason", 400), []
    if "yes" in request.POST and found:
        try:
            drop_corrections(found, by=officer(request), now=timezone.now(), reason=reason)
        except Refused as error:
            refusals = [str(problem.says) for problem in error.problems]
        else:
            says = ngettext("%(n)s value of a file was taken.", "%(n)s values of files were taken.", len(found))
            messages.success(request, says % {"n": len(found)})
            return redirect("office-corrections")
    _tell(entries, request)
    preview = _rehearsed(entries, reason, request.user)
    context = {"chosen": entries, "preview": preview, "reason": reason, "refusals": refusals or preview.refusals}
    context |= {"needs_why": _need_why(entries, request.user), "can": bool(entries) and not preview.refusals}
    context |= {"here": desks.places["corrections"], "title": TAKE}
    return render(request, "office/corrections_take.html", context, status=422 if refusals else 200)


def _need_why(entries: Sequence[Entry], user: Any) -> bool:
    """Whether one of the records lies in a closed period, where this person says why it changes."""
    refs: dict[Any, list[str]] = {}
    for entry in entries:
        refs.setdefault(entry.desk.model, []).append(entry.correction.ref)
    return any(asks_why(list(model._default_manager.filter(ref__in=found)), user) for model, found in refs.items())


def _rehearsed(entries: Sequence[Entry], reason: str, user: Any) -> Preview:
    keeps = next((entry.desk.keeps for entry in entries), None)
    if keeps is None:
        return Preview([], 0, [])
    act = Act("take", TAKE, keeps, drop_corrections)
    # What a closed period needs is not given yet: any reason shows what else will change.
    return rehearse(act, [entry.correction for entry in entries], {"reason": reason or "…"}, user)
