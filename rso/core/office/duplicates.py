"""The page of records that may be one: what merging a pair would do, the merge itself, and its undoing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from rso.core.access import saw
from rso.core.addresses import REF, id_in
from rso.core.closing import WHY
from rso.core.merging import Preview, candidates, discover, gone_in, kinds, merge, preview_merge, undo_merge
from rso.core.models import Merge, Saw
from rso.core.office.cells import named
from rso.core.office.desks import Desk, desks
from rso.core.permissions import officer
from rso.core.typed import typed
from rso.core.verbs import Refused, kind_of

#: Pairs and merges that the page shows.
MOST = 100


@dataclass(frozen=True)
class Pair:
    """Two records that may be one, with what tells them apart: (words, of the one, of the other)."""

    desk: Desk
    one: Any
    other: Any

    @property
    def kind(self) -> str:
        return str(self.desk.model._meta.model_name)

    @property
    def facts(self) -> list[tuple[str, str, str]]:
        mine, theirs = (self._told(thing) for thing in (self.one, self.other))
        return [(label, mine.get(label, ""), theirs.get(label, "")) for label in dict.fromkeys([*mine, *theirs])]

    def _told(self, thing: Any) -> dict[str, str]:
        cells = {str(col.title): col.show(thing) for name, col in self.desk.cols.items() if name in self.desk.usual}
        return {label: str(value) for label, value in cells.items() if value not in (None, "")}

    def keeping(self, winner: Any) -> str:
        loser = self.other if winner is self.one else self.one
        return f"?kind={self.kind}&winner={winner.ref}&loser={loser.ref}"

    @property
    def keep_one(self) -> str:
        return self.keeping(self.one)

    @property
    def keep_other(self) -> str:
        return self.keeping(self.other)


@dataclass
class Plan:
    """A pair of which one is to stay: what will move, and why it may be refused."""

    pair: Pair
    preview: Preview = field(default_factory=Preview)
    refusals: list[str] = field(default_factory=list)
    #: Whether it changes what lies in a closed period, so that this person must say why.
    needs_why: bool = False


def duplicates_page(request: HttpRequest) -> HttpResponse:
    """GET lists pairs and merges, or shows what one merge would do; POST merges with `yes`, or undoes with `undo`."""
    discover()
    kept = {str(model._meta.model_name): desk for model in kinds.all if (desk := _desk_of(model, request.user))}
    if "undo" in request.POST:
        return _undo(request, kept)
    asked = request.POST if request.method == "POST" else request.GET
    if "kind" in asked:
        return _one(request, _pair(kept, asked))
    pairs = [
        Pair(desk, *pair)
        for desk in kept.values()
        for pair in candidates(desk.model)[:MOST]
        if _both(desk, pair, request)
    ]
    merges = list(_merges(kept, request))
    shown = Counter(pair.desk.model for pair in pairs) + Counter(each["model"] for each in merges)
    for model, number in shown.items():
        saw(model, by=officer(request), now=timezone.now(), what=Saw.LISTED, rows=2 * number, filters="duplicates")
    return render(
        request, "office/duplicates.html", {"pairs": pairs, "merges": merges, "here": desks.places["duplicates"]}
    )


def _merges(kept: dict[str, Desk], request: HttpRequest) -> Iterator[dict[str, Any]]:
    """What was merged, newest first, by name for whoever sees the record that stayed."""
    by_kind = {kind_of(desk.model): desk for desk in kept.values()}
    done = list(Merge.objects.filter(kind__in=by_kind).select_related("by", "undone_by").order_by("-pk")[:MOST])
    names = {
        kind: desk.rows(request.user).in_bulk({each.winner for each in done if each.kind == kind}, field_name="ref")
        for kind, desk in by_kind.items()
    }
    for each in done:
        desk, winner = by_kind[each.kind], names[each.kind].get(each.winner)
        loser, stayed = each.loser, each.winner
        if winner:
            loser = _called(each)
            stayed = format_html('<a href="{}">{}</a>', desk.at(winner.ref), named(winner.ref, str(winner)))
        yield {"merge": each, "noun": desk.noun, "model": desk.model, "loser": loser, "winner": stayed}


def _called(done: Merge) -> str:
    return named(done.loser, str(gone_in(done) or ""))


def _desk_of(model: Any, user: Any) -> Desk | None:
    """The desk at which this person keeps such records."""
    desk = desks.of(model)
    return desk if desk and desk.sees.allows(user) and desk.may_keep(user) else None


def _both(desk: Desk, pair: tuple[Any, Any], request: HttpRequest) -> bool:
    return not desk.visible or desk.rows(request.user).filter(pk__in=[thing.pk for thing in pair]).count() == 2


def _pair(kept: dict[str, Desk], asked: Any) -> Pair:
    """The pair that is asked for, the one that is to stay first. 404 where there is none."""
    desk = kept.get(asked["kind"])
    if desk is None:
        raise Http404
    refs = asked.get("winner", ""), asked.get("loser", "")
    things = desk.model._default_manager.in_bulk([ref for ref in refs if REF.fullmatch(ref)], field_name="ref")
    if not all(ref in things for ref in refs):
        raise Http404
    return Pair(desk, *(things[ref] for ref in refs))


def _one(request: HttpRequest, pair: Pair) -> HttpResponse:
    by, now, reason = officer(request), timezone.now(), typed(request, "reason", 400)
    if not _both(pair.desk, (pair.one, pair.other), request):
        raise Http404
    plan, loser = Plan(pair), named(pair.other.ref, str(pair.other))
    try:
        if "yes" in request.POST:
            merge(pair.one, pair.other, by=by, now=now, reason=reason)
            messages.success(
                request,
                _("“%(loser)s” was merged into “%(winner)s”.")
                % {"loser": loser, "winner": named(pair.one.ref, str(pair.one))},
            )
            return redirect(pair.desk.at(pair.one.ref))
        plan.preview = preview_merge(pair.one, pair.other, by=by, now=now)
    except Refused as error:
        plan.needs_why = all(problem.field == WHY for problem in error.problems)
        if request.method == "POST" or not plan.needs_why:
            plan.refusals = list(dict.fromkeys(str(problem.says) for problem in error.problems))
        if plan.needs_why:
            # The reason is not given yet: any shows what else will change.
            plan.preview = preview_merge(pair.one, pair.other, by=by, now=now, reason="…")
    for thing in (pair.one, pair.other):
        saw(thing, by=by, now=now)
    status = 422 if plan.refusals and request.method == "POST" else 200
    return render(
        request,
        "office/duplicates.html",
        {"plan": plan, "reason": reason, "here": desks.places["duplicates"]},
        status=status,
    )


def _undo(request: HttpRequest, kept: dict[str, Desk]) -> HttpResponse:
    labels = [kind_of(desk.model) for desk in kept.values()]
    done = Merge.objects.filter(pk=id_in(request.POST["undo"]), kind__in=labels).first()
    if done is None:
        raise Http404
    try:
        undo_merge(done, by=officer(request), now=timezone.now())
        messages.success(request, _("“%(loser)s” is back as it was.") % {"loser": _called(done)})
    except Refused as error:
        messages.error(request, "; ".join(str(problem.says) for problem in error.problems))
    return redirect("office-duplicates")
