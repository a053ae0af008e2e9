"""The page on which a list of participants is pasted, looked through, decided and entered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zlib import crc32

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from rso.core.access import saw
from rso.core.closing import WHY, asks_why, because
from rso.core.listings import Item
from rso.core.loading.columns import CONTROL
from rso.core.models import Saw
from rso.core.office.desks import desks
from rso.core.office.doors import of_the_office
from rso.core.office.forms import why_asked
from rso.core.permissions import officer
from rso.core.typed import typed
from rso.core.verbs import Refused
from rso.events.entering import Entered, enter_participants
from rso.events.matching import HEADS, NEW, SKIP, Proposal, Proposals, Verdict, decided, propose
from rso.events.models import Event, Participation
from rso.events.pasting import TELLS
from rso.events.policies import KEEP_PARTICIPANTS
from rso.members.models import Person

#: The columns that tell who somebody is.
WHO = ("name", "member", "agency", "post")
#: What a row was found to be, in words and in its look.
VERDICTS = {
    Verdict.THERE: (gettext_lazy("Entered already"), "ok"),
    Verdict.KNOWN: (gettext_lazy("Known"), "ok"),
    Verdict.NEW: (gettext_lazy("New person"), "info"),
    Verdict.HEADS: (gettext_lazy("Head count"), "info"),
    Verdict.DOUBTFUL: (gettext_lazy("Who is it?"), "wait"),
    Verdict.WRONG: (gettext_lazy("Cannot be read"), "stop"),
}


@dataclass(frozen=True)
class Column:
    """A column of the list as it was read, and what it may be read as."""

    name: str
    title: str
    tells: str


@dataclass(frozen=True)
class Row:
    """A row as the page shows it: what it says, what it was found to be, and what the officer may decide."""

    proposal: Proposal
    choice: str
    #: What its question is called in the form.
    name: str

    @property
    def verdict(self) -> str:
        return str(VERDICTS[self.proposal.verdict][0])

    @property
    def look(self) -> str:
        return VERDICTS[self.proposal.verdict][1]

    @property
    def line(self) -> int:
        return self.proposal.row.line

    @property
    def who(self) -> str:
        return self.proposal.row["name"]

    @property
    def told(self) -> list[tuple[str, str]]:
        """What the row says besides the name, by the words of its columns."""
        cells = self.proposal.row.cells
        return [(str(words), cells[name]) for name, words in TELLS.items() if name != "name" and cells.get(name)]

    @property
    def problems(self) -> list[tuple[str, str]]:
        """What is wrong, by the words of its column."""
        return [(str(TELLS[column]), says) for column, says in self.proposal.problems.items()]

    @cached_property
    def options(self) -> list[tuple[str, str]]:
        """What may be decided: whom the row means, or that it is left out."""
        skip = (SKIP, _("Leave out"))
        new, heads = (NEW, _("Enter as a new person")), (HEADS, _("Count without the name"))
        match self.proposal.verdict:
            case Verdict.DOUBTFUL:
                known = [(person.ref, described(person)) for person in self.proposal.near]
                return [("", _("Choose")), *known, new, heads, skip]
            case Verdict.NEW:
                return [("", new[1]), heads, skip]
            case Verdict.KNOWN:
                person = self.proposal.entrant and self.proposal.entrant.person
                return [("", described(person) if person else ""), new, skip]
            case Verdict.HEADS:
                return [("", _("Enter")), skip]
            case Verdict.WRONG:
                return [("", _("Mend it in the list")), skip]
        return []


def described(person: Person) -> str:
    """A person as one tells them from others of the name."""
    # An agency is named with its State.
    ends = (person.post, person.agency or person.body)
    return ", ".join([person.name, *(str(end) for end in ends if end), person.ref])


def _mark(told: Any) -> str:
    return str(crc32(repr(told).encode("utf-8", "replace")))


@dataclass
class Sheet:
    """What was sent: the text, what its columns were said to tell, and what was decided of its rows."""

    event: Event
    sent: Any

    @cached_property
    def text(self) -> str:
        """The list without control characters, which no page can show."""
        text = str(self.sent.get("text", ""))
        return CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))

    @property
    def read(self) -> str:
        """Tells whether the columns that were sent belong to this text."""
        return _mark(self.text)

    @cached_property
    def proposals(self) -> Proposals:
        fields: list[str] = []
        while self.sent.get("read") == self.read and f"column-{len(fields)}" in self.sent:
            told = self.sent[f"column-{len(fields)}"]
            fields.append(told if told in TELLS else "")
        return propose(self.event, self.text, fields=fields)

    @property
    def seen(self) -> str:
        """Names the list as it was read, so that nothing else is entered than what was looked at."""
        return _mark((self.text, self.proposals.pasted.fields))

    @cached_property
    def questions(self) -> dict[int, str]:
        """The question of each line, called by whom the row tells: what was decided stays with it where the list is mended."""
        found: dict[int, str] = {}
        same: Counter[str] = Counter()
        for proposal in self.proposals.rows:
            row = proposal.row
            mark = _mark([row[name] for name in WHO] if row["name"] else sorted(row.cells.items()))
            same[mark] += 1
            found[row.line] = f"row-{mark}-{same[mark]}"
        return found

    @cached_property
    def choices(self) -> dict[int, str]:
        return {line: self.sent[name] for line, name in self.questions.items() if name in self.sent}

    @property
    def rows(self) -> list[Row]:
        asked = zip(self.proposals.rows, self.questions.items(), strict=True)
        return [Row(proposal, self.choices.get(line, ""), name) for proposal, (line, name) in asked]

    @property
    def columns(self) -> list[Column]:
        pasted = self.proposals.pasted
        titles = pasted.titles or [_("Column %(n)s") % {"n": at + 1} for at in range(len(pasted.fields))]
        return [Column(f"column-{at}", titles[at], tells) for at, tells in enumerate(pasted.fields)]

    @property
    def counts(self) -> list[tuple[str, int]]:
        counts = self.proposals.counts
        return [(str(words), counts[verdict]) for verdict, (words, _look) in VERDICTS.items() if counts[verdict]]


@require_http_methods(["GET", "HEAD", "POST"])
@of_the_office
def paste_page(request: HttpRequest, ref: str) -> HttpResponse:
    """GET asks for the list; POST shows what it was read as, and with `yes` enters it."""
    desk = desks.all["events"]
    if not (desk.sees.allows(request.user) and KEEP_PARTICIPANTS.allows(request.user)):
        raise Http404
    event = get_object_or_404(desk.rows(request.user), ref=ref)
    sheet, errors = Sheet(event, request.POST), []
    if request.method == "POST":
        errors = list(sheet.proposals.pasted.problems)
        if "yes" in request.POST and not errors and sheet.sent.get("seen") != sheet.seen:
            errors = [_("the list has changed since it was read; look through it again, then enter it")]
        elif "yes" in request.POST and not errors:
            try:
                entered = _enter(sheet, request)
            except Refused as error:
                errors = [str(problem.says) for problem in error.problems]
            else:
                messages.success(request, _words(entered))
                return redirect(desk.at(event.ref))
        known = sum(len(p.near) + (p.verdict in (Verdict.KNOWN, Verdict.THERE)) for p in sheet.proposals.rows)
        if known:
            saw(Person, by=officer(request), now=timezone.now(), what=Saw.LISTED, rows=known, filters=f"event={ref}")
    closed = asks_why([Participation(event=event)], request.user)
    reason = why_asked(request, "") if closed else None
    context = {
        "desk": desk,
        "here": desk,
        "thing": event,
        "reason": reason,
        "back": desk.at(ref),
        "errors": errors,
        "tells": TELLS,
    }
    context |= {"sheet": sheet} if request.method == "POST" and sheet.proposals.rows else {"text": sheet.text}
    return render(request, "events/paste.html", context, status=422 if errors else 200)


def _enter(sheet: Sheet, request: HttpRequest) -> Entered:
    rows = decided(sheet.proposals, sheet.choices)
    with because(typed(request, WHY, 400)):
        return enter_participants(sheet.event, rows, by=officer(request), now=timezone.now())


def _words(entered: Entered) -> str:
    number = len(entered.participations)
    says = ngettext("%(n)s row was entered.", "%(n)s rows were entered.", number) % {"n": number}
    if entered.there:
        there = ngettext("%(n)s was there already.", "%(n)s were there already.", entered.there) % {"n": entered.there}
        says = f"{says} {there}"
    return says


def way_to_paste(event: Event, user: Any) -> Item | None:
    """The way to the page, on the event's own."""
    if not KEEP_PARTICIPANTS.allows(user):
        return None
    return Item(_("Paste a list"), f"{desks.all['events'].at(event.ref)}participants/paste/")
