"""Pages of the office: where each line of a budget stands on a day, and the records behind each of its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from rso.core.models import Kept
from rso.core.office import desks
from rso.core.office.doors import of_the_office
from rso.core.periods import show_day
from rso.finance.figures import in_words
from rso.finance.models import Budget, BudgetLine, Category
from rso.finance.policies import KEEP_MONEY, SEE_MONEY
from rso.finance.queries import Line, budgets, held, latest_forecasts, lines, of_line, spent
from rso.workplan.models import Activity

T = TypeVar("T", bound=Kept)
#: Records that a page shows.
SHOWN = 500
WHAT = {
    "budget": gettext_lazy("Budget"),
    "held": gettext_lazy("Commitments"),
    "spent": gettext_lazy("Spent"),
    "forecast": gettext_lazy("Forecast"),
}


def sees_money(page: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page for those who may see the office's money; for others there is no such page."""

    @of_the_office
    @wraps(page)
    def answer(request: HttpRequest, *args: Any, **given: Any) -> HttpResponseBase:
        if not SEE_MONEY.allows(request.user):
            raise Http404
        return page(request, *args, **given)

    return answer


class Asked(forms.Form):
    """Which budget, on which day, and of which activity; nothing where nothing is said."""

    budget = forms.CharField(required=False, max_length=60, label=gettext_lazy("Budget"))
    on = forms.DateField(required=False, label=gettext_lazy("As of"), input_formats=["%Y-%m-%d"])
    activity = forms.CharField(required=False, max_length=60)

    def clean_budget(self) -> Budget | None:
        return self._found(Budget, self.cleaned_data["budget"])

    def clean_activity(self) -> Activity | None:
        return self._found(Activity, self.cleaned_data["activity"])

    def _found(self, model: type[T], ref: str) -> T | None:
        thing = model._default_manager.filter(ref=ref).first() if ref else None
        if ref and thing is None:
            raise forms.ValidationError(_("There is none of this name; choose another."))
        return thing


def day_of(budget: Budget, asked: date | None) -> date:
    return asked or max(budget.starts_on, min(budget.ends_on, timezone.localdate()))


@dataclass(frozen=True)
class Number:
    """One number of a line and where it opens."""

    says: str
    url: str


@dataclass(frozen=True)
class Row:
    """A line as the table draws it; bars are in per cent of its budget, at most 100."""

    title: str
    numbers: list[Number]
    percent: str
    bar_spent: str
    bar_held: str
    note: str


def row_of(line: Line, budget: Budget, on: date) -> Row:
    activity = {"activity": line.activity.ref} if line.activity else {}
    query = urlencode({"on": on.isoformat(), **activity})
    numbers = [
        Number(
            in_words(getattr(line, what)),
            f"{reverse('office-money-records', args=[budget.ref, line.category.ref, what])}?{query}",
        )
        for what in WHAT
    ]
    whole = line.budget or max(line.forecast, 1)
    used, both = (min(100.0, max(0.0, 100 * part / whole)) for part in (line.spent, line.spent + line.held))
    percent = line.percent(line.spent)
    return Row(
        f"{line.category.label}: {line.activity}" if line.activity else line.category.label,
        numbers,
        "–" if percent is None else f"{percent} %",
        f"{used:.2f}%",
        f"{both:.2f}%",
        note_of(line),
    )


def note_of(line: Line) -> str:
    """What the line's forecast rests on."""
    if not line.budget:
        return _("No line of the budget")
    if not line.forecasts:
        return _("No forecast has been entered")
    newest = max(line.forecasts, key=lambda entry: entry.on)
    values = {"who": newest.entered_by, "day": show_day(newest.on), "rest": in_words(line.rest)}
    if not line.rest:
        return _("Spent and held; it has overtaken what %(who)s expected on %(day)s") % values
    return _("%(rest)s still expected by %(who)s, %(day)s") % values


@require_safe
@sees_money
def show(request: HttpRequest) -> HttpResponse:
    """Budget, commitments, spent and forecast by line: 422 where the question cannot be read."""
    form = Asked(request.GET)
    readable = form.is_valid()
    budget = (form.cleaned_data.get("budget") if readable else None) or _usual()
    context: dict[str, Any] = {
        "here": desks.places["money"],
        "form": form,
        "budgets": budgets(),
        "budget": budget,
        "may_keep": KEEP_MONEY.allows(request.user),
    }
    if budget and readable:
        on = day_of(budget, form.cleaned_data["on"])
        standing = lines(budget, on)
        whole = standing.total("budget")
        context |= {
            "on": on,
            "on_iso": on.isoformat(),
            "rows": [row_of(line, budget, on) for line in standing.lines],
            "totals": [in_words(standing.total(what)) for what in WHAT],
            "percent": f"{round(100 * standing.total('spent') / whole)} %" if whole else "–",
            "elapsed": elapsed(budget, on),
        }
    return render(request, "office/finance/lines.html", context, status=200 if readable else 422)


def _usual() -> Budget | None:
    """The annual budget that began last, else the newest of any kind."""
    found = budgets()
    begun = found.filter(kind="annual", starts_on__lte=timezone.localdate())
    return begun.first() or found.first()


def elapsed(budget: Budget, on: date) -> str:
    """How much of the budget's span has passed at the end of the day."""
    days = (budget.ends_on - budget.starts_on).days + 1
    passed = (min(max(on, budget.starts_on - timedelta(days=1)), budget.ends_on) - budget.starts_on).days + 1
    return f"{100 * passed / days:.0f}%"


@require_safe
@sees_money
def records(request: HttpRequest, budget: str, category: str, what: str) -> HttpResponse:
    """The records behind one number of a line."""
    form = Asked(request.GET)
    if what not in WHAT or not form.is_valid():
        raise Http404
    of_budget, of_category = get_object_or_404(Budget, ref=budget), get_object_or_404(Category, ref=category)
    activity = form.cleaned_data["activity"]
    on = day_of(of_budget, form.cleaned_data["on"])
    parts = list(parts_of(what, of_budget, on, of_category, activity))
    context = {
        "here": desks.places["money"], "budget": of_budget, "category": of_category, "activity": activity, "on": on, "parts": parts,
        "title": WHAT[what], "back": f"{reverse('office-money')}?{urlencode({'budget': budget, 'on': on.isoformat()})}",
    }  # fmt: skip
    return render(request, "office/finance/records.html", context)


@dataclass(frozen=True)
class Part:
    """Records under a heading: where each is kept, what it says, its day, its amount in the office's currency."""

    title: str
    rows: list[tuple[str, str, str, str]]
    total: str
    more: bool


def parts_of(what: str, budget: Budget, on: date, category: Category, activity: Activity | None) -> Iterable[Part]:
    """A forecast rests on what is spent, what is held, and what officers expect; the other numbers on records of one kind."""
    own = (category, activity)
    if what == "budget":
        found = BudgetLine.objects.filter(budget=budget, category=category, activity=activity).order_by("ref")
        yield part(WHAT["budget"], ((row, row.office_amount, budget.starts_on, str(row.budget)) for row in found))
    if what in ("spent", "forecast"):
        entries = of_line(spent(budget, on), budget, *own).order_by("-spent_on", "ref")
        yield part(WHAT["spent"], ((row, row.office_amount, row.spent_on, str(row)) for row in entries))
    if what in ("held", "forecast"):
        open_then = of_line(held(budget, on), budget, *own)
        yield part(WHAT["held"], ((row, row.rest, row.expected_on, row.text) for row in open_then))
    if what == "forecast":
        mine = latest_forecasts(budget, on).filter(line__category=category, line__activity=activity)
        yield part(_("Expected"), ((row, row.amount, row.on, f"{row.entered_by}: {row.reason or '–'}") for row in mine))


def part(title: Any, found: Iterable[tuple[Any, int, date, str]]) -> Part:
    rows = list(found)
    shown = [
        (desks.all[SLUGS[type(row).__name__]].at(row.ref), says, show_day(day), in_words(amount))
        for row, amount, day, says in rows[:SHOWN]
    ]
    return Part(str(title), shown, in_words(sum(amount for _row, amount, _day, _says in rows)), len(rows) > SHOWN)


#: The desk of each kind of record.
SLUGS = {
    "BudgetLine": "budget-lines",
    "Expenditure": "expenditure",
    "Commitment": "commitments",
    "Forecast": "forecasts",
}
