"""What the words of an extract mean: which category, which activity. What is not certain is a question to the officer."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from rso.finance.models import Category, CategoryGroup
from rso.workplan.models import Activity

#: Of a title's words and the file's, how many they share: offered from here on, and asked about unbidden from there.
OFFERED, ASKED = 30, 60
REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
#: Words that nearly every title has.
EMPTY = frozenset(["and", "for", "from", "the", "with", "yang", "dan", "untuk"])


@dataclass(frozen=True)
class Candidate:
    """What a text may mean, and how sure that is in per cent."""

    ref: str
    title: str
    percent: int


@dataclass
class Question:
    """What the officer must say before rows can be entered: what a text means, or whether to enter something again."""

    kind: str
    text: str
    candidates: Sequence[Candidate] = field(default_factory=tuple)
    answer: str | None = None
    #: What was answered for the same text before, or the best candidate.
    proposed: str | None = None
    lines: list[int] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.text.casefold()

    def takes(self, answer: str) -> bool:
        """Whether a text is an answer: one of two for what comes again, a ref for the others, nothing for no activity."""
        if self.kind == "again":
            return answer in ("yes", "no")
        return bool(REF.fullmatch(answer)) or (self.kind == "activity" and not answer)

    @cached_property
    def slug(self) -> str:
        """Names the question in a form."""
        return hashlib.sha256(f"{self.kind}:{self.key}".encode()).hexdigest()[:16]


def words_of(text: str) -> set[str]:
    return {word for word in re.findall(r"\w{3,}", text.casefold()) if word not in EMPTY}


class Activities:
    """Every activity, found by ref, by title, by words of its title."""

    #: Words compared in search of misspelt ones: a file of nothing but unknown words is read all the same.
    effort = 300

    def __init__(self) -> None:
        rows = list(Activity.objects.only("pk", "ref", "title").order_by("ref"))
        self.by_ref = {row.ref.casefold(): row for row in rows}
        titles: dict[str, list[Activity]] = defaultdict(list)
        self.words: dict[str, list[str]] = defaultdict(list)
        self.length: dict[str, int] = {}
        for row in rows:
            titles[row.title.casefold()].append(row)
            found = words_of(row.title)
            self.length[row.ref] = len(found)
            for word in found:
                self.words[word].append(row.ref)
        self.by_title = {title: found[0] for title, found in titles.items() if len(found) == 1}

    def exact(self, text: str) -> Activity | None:
        return self.by_ref.get(text.casefold()) or self.by_title.get(text.casefold())

    def named_in(self, text: str) -> Activity | None:
        """The activity whose ref stands in a text."""
        words = (word.strip(".-_") for word in re.findall(r"[\w.-]+", text.casefold()))
        return next((self.by_ref[word] for word in words if word in self.by_ref), None)

    def near(self, text: str) -> list[Candidate]:
        """At most three activities whose titles share words with the text, the surest first."""
        words = words_of(text)
        hits = Counter(ref for word in words for ref in self.words.get(self._spelt(word), ()))
        sure = {ref: round(200 * number / (len(words) + self.length[ref])) for ref, number in hits.items()}
        best = sorted((ref for ref, percent in sure.items() if percent >= OFFERED), key=lambda ref: (-sure[ref], ref))
        return [Candidate(ref, self.by_ref[ref.casefold()].title, sure[ref]) for ref in best[:3]]

    def _spelt(self, word: str) -> str:
        if word in self.words or self.effort <= 0:
            return word
        self.effort -= 1
        return next(iter(difflib.get_close_matches(word, self.words, n=1, cutoff=0.84)), word)


class Categories:
    """Every category, found by ref or by any of its titles."""

    def __init__(self) -> None:
        self.rows = list(Category.objects.order_by("order", "ref"))
        self.by_name: dict[str, Category] = {}
        for row in reversed(self.rows):
            for name in (*row.titles.values(), *row.shorts.values(), row.title, row.short, row.ref):
                self.by_name[name.casefold()] = row

    def near(self, text: str) -> list[Candidate]:
        found = {
            self.by_name[name] for name in difflib.get_close_matches(text.casefold(), self.by_name, n=3, cutoff=0.5)
        }
        return [Candidate(row.ref, row.label, 0) for row in self.rows if row in found]


class Matching:
    """Reads categories and activities of rows, and gathers the questions that remain."""

    def __init__(self, answers: Mapping[str, Mapping[str, str]], remembered: Mapping[str, Mapping[str, str]]) -> None:
        self.answers, self.remembered = answers, remembered
        self.questions: dict[str, Question] = {}
        self._made: dict[tuple[str, str], Question] = {}

    @cached_property
    def activities(self) -> Activities:
        return Activities()

    @cached_property
    def categories(self) -> Categories:
        return Categories()

    def question(self, kind: str, text: str, candidates: Iterable[Candidate] = ()) -> Question:
        """The question of a text, the same one for every row that has it. It is asked once a row is put to it."""
        made = self._made.get((kind, text.casefold()))
        if made is None:
            made = Question(kind, text, list(candidates))
            made.answer = self.answers.get(kind, {}).get(made.key)
            best = next((each.ref for each in made.candidates if each.percent >= ASKED), None)
            made.proposed = self.remembered.get(kind, {}).get(made.key, best)
            self._made[kind, made.key] = made
        return made

    def ask(self, question: Question, line: int) -> str | None:
        """Puts a row to a question; returns the answer, if there is one."""
        self.questions.setdefault(question.slug, question).lines.append(line)
        return question.answer

    def category(self, text: str) -> Category | Question:
        found = self.categories.by_name.get(text.casefold())
        return found or self._known("category", text) or self.question("category", text, self.categories.near(text))

    def activity(self, cell: str, text: str, category: Category | None) -> Activity | Question | None:
        """The activity of a row, nothing, or the question which. Words of a description are asked about where they are like
        the title of an activity, and where the category is of programme costs."""
        if cell:
            return (
                self.activities.exact(cell)
                or self._known("activity", cell)
                or self.question("activity", cell, self.activities.near(cell))
            )
        if found := self.activities.named_in(text):
            return found
        if category is None or category.group == CategoryGroup.STAFF_AND_OPERATIONS:
            return None
        if known := self._known("activity", text):
            return known
        near = self.activities.near(text)
        return self.question("activity", text, near) if near and near[0].percent >= ASKED else None

    def _known(self, kind: str, text: str) -> Question | None:
        """The question of this text where it was made for another row: its candidates need not be found again."""
        return self._made.get((kind, text.casefold()))
