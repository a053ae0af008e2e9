"""Compares an extract with the ledger: what is new, what is there already, what differs, what the officer must say. Only reads."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from rso.core.figures.reading import records_cover
from rso.core.loading.files import Fault
from rso.finance.extracts import cells_of, voucher_of
from rso.finance.meanings import Candidate, Matching, Question
from rso.finance.models import Commitment, Expenditure, LedgerUpload, Rate
from rso.finance.rules import check_expenditure, check_open, is_currency
from rso.workplan.models import Activity

T = TypeVar("T")
#: Uploads whose answers are proposed again.
REMEMBERED = 20
#: Names looked up by one query.
BATCH = 900
#: Columns of the file by the field that a rule objects to.
COLUMN_OF = {"spent_on": "date", "text": "description", "rate_on": "rate"}


class Move(NamedTuple):
    """What the file says of a field, beside what the ledger says."""

    field: str
    was: Any
    now: Any


@dataclass(frozen=True)
class Entry:
    """A row of the file as the entry that it would be, and the entry that stands for it."""

    line: int
    entry: Expenditure
    old: Expenditure | None = None
    moves: Sequence[Move] = ()


@dataclass
class Check:
    """An extract beside the ledger."""

    faults: list[Fault] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    new: list[Entry] = field(default_factory=list)
    there: list[Entry] = field(default_factory=list)
    differs: list[Entry] = field(default_factory=list)
    #: Rows that were entered and reversed, and are not to be entered again.
    left_out: list[Entry] = field(default_factory=list)

    @property
    def unanswered(self) -> list[Question]:
        return [question for question in self.questions if question.answer is None]

    @property
    def is_ready(self) -> bool:
        """Whether one yes would enter something, and nothing stands in its way."""
        return bool(self.new or self.differs) and not self.faults and not self.unanswered

    @property
    def digest(self) -> str:
        """Names what a yes would do, so that it does what was looked at and nothing else."""
        told = [
            (
                each.line,
                each.old and each.old.ref,
                *(str(getattr(each.entry, name)) for name in COMPARED),
                each.entry.voucher,
            )
            for each in (*self.new, *self.differs)
        ]
        return hashlib.sha256(repr(told).encode()).hexdigest()


#: What makes two entries the same.
COMPARED = ("spent_on", "amount", "currency", "rate", "scale", "text", "category_id", "activity_id", "commitment_id")


def remembered() -> dict[str, dict[str, str]]:
    """What was answered for the newest extracts."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    newest = LedgerUpload.objects.order_by("-uploaded_at", "-pk")
    for answers in reversed(newest.values_list("answers", flat=True)[:REMEMBERED]):
        for kind in ("activity", "category"):
            found[kind].update(answers.get(kind, {}))
    return found


def check(upload: LedgerUpload) -> Check:
    """What entering an extract would do, as the ledger stands now."""
    content = upload.content
    comparing = _Comparing(upload.file_name, upload.answers)
    comparing.check.faults += [Fault(upload.file_name, *fault) for fault in content.faults]
    comparing.take([(line, cells) for line, cells in content.rows])
    return comparing.finish()


class _Comparing:
    def __init__(self, file: str, answers: Mapping[str, Mapping[str, str]]) -> None:
        self.file, self.check = file, Check()
        self.matching = Matching(answers, remembered())
        self.rates = _Rates()
        self.commitments = {row.ref.casefold(): row for row in Commitment.objects.order_by("ref")}
        self.lines: dict[str, int] = {}
        self.cells: dict[int, Mapping[str, str]] = {}
        self.first_day = _first_day()

    def take(self, rows: Sequence[tuple[int, Mapping[str, str]]]) -> None:
        read = []
        for line, cells in rows:
            values, faults = cells_of(self.file, line, cells)
            self.check.faults += faults
            if not faults and self._is_first(line, values) and self._is_of_our_time(line, cells, values["date"]):
                read.append((line, values))
                self.cells[line] = cells
        self.standing, self.reversed = entries_of([voucher_of(values) for _line, values in read])
        for line, values in read:
            self._row(line, values)

    def finish(self) -> Check:
        rows = [each for each in (*self.check.new, *self.check.differs) if each.entry.category_id]
        for problem in check_expenditure([each.entry for each in rows]):
            line, name = rows[problem.index].line, COLUMN_OF.get(problem.field, problem.field)
            self._fault(line, name, self.cells[line].get(name, ""), str(problem.says))
        self._look_for_closed_days()
        self.check.questions = list(self.matching.questions.values())
        self.check.faults.sort()
        return self.check

    def _look_for_closed_days(self) -> None:
        """What differs is reversed on its own day, so that this must be open too."""
        days = {(each.line, each.entry.spent_on): each.entry for each in (*self.check.new, *self.check.differs)}
        days |= {(each.line, each.old.spent_on): each.old for each in self.check.differs if each.old}
        for problem in check_open(list(days.values())):
            line, day = list(days)[problem.index]
            self._fault(line, "date", day.isoformat(), str(problem.says))

    def _fault(self, line: int, name: str, value: str, says: str) -> None:
        self.check.faults.append(Fault(self.file, line, name, value, says))

    def _is_first(self, line: int, values: Mapping[str, Any]) -> bool:
        name = voucher_of(values)
        first = self.lines.setdefault(name, line)
        if len(name) > 60 or not ref_of(name):
            self._fault(
                line,
                "voucher",
                name,
                _("is no name of a voucher: at most 60 characters, some of them letters or digits"),
            )
        elif first != line:
            says = _("stands in row %(row)s already; number the lines of one voucher in a column “line”") % {
                "row": first
            }
            self._fault(line, "voucher", name, says)
        return first == line

    def _is_of_our_time(self, line: int, cells: Mapping[str, str], day: date) -> bool:
        if day > timezone.localdate():
            self._fault(line, "date", cells["date"], _("lies after today; the ledger holds what has been spent"))
            return False
        if day < self.first_day:
            says = _("lies before %(day)s; the office’s records begin in %(year)s") % {
                "day": self.first_day,
                "year": self.first_day.year + 1,
            }
            self._fault(line, "date", cells["date"], says)
            return False
        return True

    def _row(self, line: int, values: Mapping[str, Any]) -> None:
        name = voucher_of(values)
        old = self.standing.get(name)
        entry = Expenditure(voucher=name, spent_on=values["date"], amount=values["amount"], text=values["description"])
        self._read_rate(line, entry, values)
        self._read_commitment(line, entry, values)
        if old is None:
            self._name(line, entry, values)
            self._place_new(line, entry)
            return
        moves = list(self._moves(entry, old, values))
        (self.check.differs if moves else self.check.there).append(Entry(line, entry, old, moves))

    def _place_new(self, line: int, entry: Expenditure) -> None:
        if entry.voucher in self.reversed:
            choices = [Candidate("no", _("Leave it out"), 0), Candidate("yes", _("Enter it again"), 0)]
            if self.matching.ask(self.matching.question("again", entry.voucher, choices), line) != "yes":
                self.check.left_out.append(Entry(line, entry))
                return
        self.check.new.append(Entry(line, entry))

    def _name(self, line: int, entry: Expenditure, values: Mapping[str, Any]) -> None:
        """Category and activity of a new entry; where they are in doubt the officer is asked."""
        named = self.matching.category(values["category"])
        category = (
            self._answered(named, line, self.matching.categories.by_name) if isinstance(named, Question) else named
        )
        if category:
            entry.category = category
        activity = self.matching.activity(values["activity"], entry.text, category)
        if isinstance(activity, Question):
            activity = self._answered(activity, line, self.matching.activities.by_ref)
        entry.activity = activity

    def _answered(self, question: Question, line: int, known: Mapping[str, T]) -> T | None:
        """What the officer answered. Where that is there no longer, the question is open again."""
        answer = self.matching.ask(question, line)
        found = known.get(answer.casefold()) if answer else None
        if answer and found is None:
            question.answer = None
        return found

    def _read_rate(self, line: int, entry: Expenditure, values: Mapping[str, Any]) -> None:
        entry.currency = values["currency"] or settings.OFFICE_CURRENCY
        is_ours = entry.currency == settings.OFFICE_CURRENCY
        if values["rate"]:
            entry.rate, entry.scale = values["rate"]
            entry.rate_on = None if is_ours else entry.spent_on
        elif not is_ours and is_currency(entry.currency):
            found = self.rates.on(entry.currency, entry.spent_on)
            if found is None:
                says = _("is empty, and the office has no rate of %(currency)s of that day or before") % {
                    "currency": entry.currency
                }
                self._fault(line, "rate", "", says)
                entry.rate_on = entry.spent_on
            else:
                entry.rate, entry.scale, entry.rate_on = found.rate, found.scale, found.on

    def _read_commitment(self, line: int, entry: Expenditure, values: Mapping[str, Any]) -> None:
        if not values["commitment"]:
            return
        entry.commitment = self.commitments.get(values["commitment"].casefold())
        if entry.commitment is None:
            self._fault(line, "commitment", values["commitment"], _("is no commitment of the office"))

    def _moves(self, entry: Expenditure, old: Expenditure, values: Mapping[str, Any]) -> Iterator[Move]:
        """What the file says otherwise. What it leaves out or leaves in doubt stays as it is in the ledger."""
        category = self.matching.category(values["category"])
        entry.category = old.category if isinstance(category, Question) else category
        activity = self.matching.activity(values["activity"], entry.text, None)
        entry.activity = activity if isinstance(activity, Activity) else old.activity
        entry.commitment = entry.commitment or old.commitment
        if not values["rate"] and entry.currency == old.currency:
            entry.rate, entry.scale, entry.rate_on = old.rate, old.scale, old.rate_on
        if not entry.text:
            entry.text = old.text
        for name in ("spent_on", "amount", "currency", "text", "category", "activity", "commitment"):
            was, now = getattr(old, name), getattr(entry, name)
            if was != now:
                yield Move(name, was, now)
        if entry.currency == old.currency and entry.rate * old.scale != old.rate * entry.scale:
            yield Move("rate", f"{old.rate}/{old.scale}", f"{entry.rate}/{entry.scale}")


def _first_day() -> date:
    """The earliest day of an extract: what the office began with may have been paid in the year before its records."""
    first, _last = records_cover()
    return date(first.year - 1, 1, 1) if first and first.year > date.min.year else date.min


class _Rates:
    """The rates of the office: the newest that is not after a day."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Rate]] = defaultdict(list)
        for row in Rate.objects.order_by("on"):
            self.rows[row.currency].append(row)

    def on(self, currency: str, day: date) -> Rate | None:
        rows = self.rows[currency]
        at = bisect_right([row.on for row in rows], day)
        return rows[at - 1] if at else None


def ref_of(voucher: str) -> str:
    """The voucher as a ref can be written."""
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "-" for letter in voucher)
    return plain.strip("-._")[:50]


def entries_of(names: Sequence[str]) -> tuple[dict[str, Expenditure], set[str]]:
    """The entry that stands for each voucher, and vouchers whose entries were all reversed."""
    standing: dict[str, Expenditure] = {}
    seen: set[str] = set()
    for entry in _with_names(names):
        name = entry.voucher or entry.ref
        seen.add(name)
        if not hasattr(entry, "reversed_by"):
            standing[name] = entry
    return standing, seen - set(standing)


def _with_names(names: Sequence[str]) -> Iterable[Expenditure]:
    """Entries of these vouchers that reverse nothing; one from the office's own files has its ref for a voucher."""
    for at in range(0, len(names), BATCH):
        some = names[at : at + BATCH]
        named = Q(voucher__in=some) | Q(voucher="", ref__in=some)
        found = Expenditure.objects.filter(named, reverses__isnull=True)
        yield from found.select_related("category", "activity", "commitment", "reversed_by").order_by("pk")


def refs_taken(refs: Sequence[str]) -> set[str]:
    """Those of the refs that an entry of the ledger has."""
    parts = (refs[at : at + BATCH] for at in range(0, len(refs), BATCH))
    return {ref for part in parts for ref in Expenditure.objects.filter(ref__in=part).values_list("ref", flat=True)}
