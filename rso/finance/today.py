"""What this room tells on the first page of the office."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from rso.core.office.day import Bar, Glance, Standing, Task, Today, Why, rooms
from rso.finance.models import Budget, LedgerUpload, UploadState
from rso.finance.policies import KEEP_MONEY, SEE_MONEY
from rso.finance.queries import Line, lines
from rso.finance.queries import Standing as Stand

#: The most that the page tells of one kind.
MOST = 20


@rooms.tells_tasks
def extracts_to_enter(today: Today) -> Iterator[Task]:
    """Extracts of the ledger that were read and not yet entered."""
    if KEEP_MONEY.allows(today.user):
        says = _("This extract of the ledger is not entered yet.")
        for upload in LedgerUpload.objects.filter(state=UploadState.WAITING).order_by("pk")[:MOST]:
            url = reverse("office-ledger-upload", args=[upload.ref])
            yield Task(Why.WAITING, None, upload.file_name, url, says, _("Check"), url)


def stand_of(today: Today) -> Stand | None:
    """The budget in which the year's last day so far lies, as it stands on that day."""
    day = min(today.day, today.year.last_day)
    budget = Budget.objects.filter(starts_on__lte=day, ends_on__gte=day).order_by("-starts_on", "pk").first()
    return lines(budget, day) if budget and SEE_MONEY.allows(today.user) else None


@rooms.tells_glances
def share_spent(today: Today) -> Iterator[Glance]:
    stand = today.once("money", lambda: stand_of(today))
    if stand and stand.total("budget"):
        shown = f"{round(100 * stand.total('spent') / stand.total('budget'))}\u00a0%"
        yield Glance(_("of the year’s budget spent"), shown, address(stand))


@rooms.tells_standings
def money_by_line(today: Today) -> Iterator[Standing]:
    """Each line of the budget: spent, and held by commitments."""
    if not SEE_MONEY.allows(today.user):
        return
    stand = today.once("money", lambda: stand_of(today))
    bars = []
    for line in stand.lines if stand else ():
        spent, held = line.percent(line.spent), line.percent(line.held)
        if stand and spent is not None and held is not None:
            title = str(line.activity) if line.activity else line.category.short_label
            pieces = (("f2", 0.0, float(spent + held)), ("f1", 0.0, float(spent)))
            bars.append(Bar(title, spent_on(line, stand), pieces, (f"{spent}\u00a0%", f"{held}\u00a0%")))
    yield Standing(
        "money", _("Budget and expenditure"), address(stand), _("Open the money"), (_("Line"), _("Spent"), _("Held")), bars,
        key=(("f1", _("Spent")), ("f2", _("Held by commitments"))), tick=today.gone if bars else None,
        blank=_("There is no budget for this day."),
    )  # fmt: skip


def spent_on(line: Line, stand: Stand) -> str:
    """The entries of the ledger that the line's bar shows."""
    asked = {"on": stand.on.isoformat()} | ({"activity": line.activity.ref} if line.activity else {})
    return f"{reverse('office-money-records', args=[stand.budget.ref, line.category.ref, 'spent'])}?{urlencode(asked)}"


def address(stand: Stand | None) -> str:
    """The page of lines, for the same budget and day."""
    asked = f"?{urlencode({'budget': stand.budget.ref, 'on': stand.on.isoformat()})}" if stand else ""
    return reverse("office-money") + asked
