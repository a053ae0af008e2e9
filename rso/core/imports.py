"""The files that belong to no room: the office itself, sources, what they state, notes on figures."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from rso.core.figures import registry
from rso.core.loading.columns import columns, translations
from rso.core.loading.near import did_you_mean
from rso.core.loading.tables import Table, tables
from rso.core.models import Kept, Note, Office, Source, Statement
from rso.core.periods import Period, UnknownPeriod
from rso.core.verbs import Problem, plain


def check_periods(things: Sequence[Kept], field: str = "period") -> Iterable[Problem]:
    for at, thing in enumerate(things):
        try:
            if text := getattr(thing, field):
                Period.parse(text)
        except UnknownPeriod as error:
            yield Problem(at, field, str(error))


def check_figures(things: Sequence[Note | Statement]) -> Iterable[Problem]:
    for at, thing in enumerate(things):
        if thing.figure and thing.figure not in registry.figures:
            hint = did_you_mean(thing.figure, registry.figures, otherwise=_("; `rso figures 2022` lists them"))
            yield Problem(at, "figure", _("is no figure%(hint)s") % {"hint": hint})


def check_statements(statements: Sequence[Statement]) -> Iterable[Problem]:
    """One that speaks of a figure says of which period: beside another one it would be compared with what it does not mean."""
    yield from check_periods(statements)
    yield from check_figures(statements)
    for at, statement in enumerate(statements):
        if statement.figure and not statement.period:
            yield Problem(at, "period", _("a statement on a figure names its period"))


def check_notes(notes: Sequence[Note]) -> Iterable[Problem]:
    yield from check_periods(notes)
    yield from check_figures(notes)
    for at, note in enumerate(notes):
        if note.value and not note.dimension:
            yield Problem(at, "dimension", _("a note on a value names its dimension"))
        elif note.dimension and note.figure in registry.figures:
            known = [dimension.slug for dimension in registry.figures[note.figure].source.dimensions]
            if note.dimension not in known:
                yield Problem(
                    at, "dimension", _("is no dimension of the figure; it has %(known)s") % {"known": ", ".join(known)}
                )


def check_offices(offices: Sequence[Office]) -> Iterable[Problem]:
    yield from check_periods(offices, "headline_period")
    other = Office.objects.exclude(ref__in=[office.ref for office in offices]).first()
    for at, office in enumerate(offices):
        if other:
            says = _("the database holds the office “%(ref)s”; load another one into a database of its own")
            yield Problem(at, "ref", says % {"ref": other.ref})
        if office.records_from and office.records_to and office.records_to < office.records_from:
            yield Problem(at, "records_to", _("lies before the first day of the records"))


tables.declare(
    Table(
        "office.yaml",
        Office,
        (
            *columns(Office, "ref", "name", "parent"),
            *translations(Office, "name"),
            *translations(Office, "parent"),
            *columns(
                Office,
                "lead",
                "mission",
                "address",
                "email",
                "statement",
                "records_from",
                "records_to",
                "headline_period",
            ),
        ),
        plain(check_offices),
    )
)
tables.declare(
    Table(
        "sources.csv",
        Source,
        columns(Source, "ref", "author", "title", "published_on", "publisher", "link", "note"),
        plain(),
    )
)
tables.declare(
    Table(
        "statements.csv",
        Statement,
        columns(Statement, "ref", "source", "place", "says", "words", "number", "unit", "bound", "figure", "period"),
        plain(check_statements),
    )
)
tables.declare(
    Table(
        "notes.yaml",
        Note,
        (*columns(Note, "ref", "figure", "period", "dimension", "value", "text"), *translations(Note, "text")),
        plain(check_notes),
    )
)
