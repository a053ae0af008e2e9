"""The files that belong to no room: the office itself, sources, what they state, notes on figures."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from rso.core.loading.columns import columns, translations
from rso.core.loading.tables import Table, tables
from rso.core.models import Note, Office, Source, Statement
from rso.core.periods import Period, UnknownPeriod
from rso.core.verbs import Problem, plain


def check_periods(things: Sequence[Note | Statement]) -> Iterable[Problem]:
    for at, thing in enumerate(things):
        try:
            if thing.period:
                Period.parse(thing.period)
        except UnknownPeriod as error:
            yield Problem(at, "period", str(error))


def check_notes(notes: Sequence[Note]) -> Iterable[Problem]:
    yield from check_periods(notes)
    for at, note in enumerate(notes):
        if note.value and not note.dimension:
            yield Problem(at, "dimension", _("a note on a value names its dimension"))


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
        plain(),
    )
)
tables.declare(
    Table(
        "sources.csv",
        Source,
        columns(
            Source,
            "ref",
            "author",
            "title",
            "published_on",
            "publisher",
            "link",
            "note",
        ),
        plain(),
    )
)
tables.declare(
    Table(
        "statements.csv",
        Statement,
        columns(
            Statement,
            "ref",
            "source",
            "place",
            "says",
            "words",
            "number",
            "unit",
            "bound",
            "figure",
            "period",
        ),
        plain(check_periods),
    )
)
tables.declare(
    Table(
        "notes.yaml",
        Note,
        (
            *columns(Note, "ref", "figure", "period", "dimension", "value", "text"),
            *translations(Note, "text"),
        ),
        plain(check_notes),
    )
)
