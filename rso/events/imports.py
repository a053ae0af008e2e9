"""The files of this room, and what must hold once a whole folder is in."""

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Count, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rso.core.loading.columns import columns, links
from rso.core.loading.tables import Link, Table, tables
from rso.core.models import Statement
from rso.events import actions
from rso.events.models import (
    COUNTED,
    Event,
    EventBody,
    EventState,
    Participation,
    ParticipationState,
    Quote,
    StatedNumber,
)
from rso.members.models import PROCESS_KINDS, BodyKind
from rso.workplan.models import Part

tables.declare(
    Table(
        "events.csv",
        Event,
        (
            *columns(Event, "ref", "title", "type", "mode", "state", "reason", "office_role", "group", "ordinal"),
            *columns(Event, "place", "country", "starts_on", "ends_on", "precision", "activity"),
            links("partners", EventBody, "body", where={"part": Part.PARTNER}, label=gettext_lazy("Partners")),
            links("experts", EventBody, "body", where={"part": Part.EXPERT}, label=gettext_lazy("Experts")),
            links("hosts", EventBody, "body", where={"part": Part.HOST}, label=gettext_lazy("Hosts")),
            links("funders", EventBody, "body", where={"part": Part.FUNDER}, label=gettext_lazy("Funders")),
            links("stated", StatedNumber, "statement", label=gettext_lazy("What sources state of it")),
            *columns(Event, "summary", "outcome", "basis", "source"),
        ),
        actions.event_verbs,
        (Link(EventBody, "event", actions.set_partners), Link(StatedNumber, "event", actions.set_statements)),
    )
)
tables.declare(
    Table(
        "participations.csv",
        Participation,
        columns(
            Participation,
            *("ref", "event", "member", "agency", "person", "number", "sex", "role", "state", "mode", "basis"),
            *("statement", "source"),
        ),
        actions.participation_verbs,
    )
)
tables.declare(
    Table(
        "quotes.yaml",
        Quote,
        columns(Quote, "ref", "event", "speaker", "post", "body", "words", "consent", "consent_on", "basis", "source"),
        actions.quote_verbs,
    )
)

#: Which kinds of body a statement's unit counts.
STATED_KINDS = {
    "bodies": PROCESS_KINDS,
    "member_states": (BodyKind.MEMBER_STATE,),
    "bodies_and_partners": (*PROCESS_KINDS, BodyKind.PARTNER),
}


@tables.check
def stated_totals_hold() -> Sequence[tuple[str, str, str]]:
    """Rows that point to a statement sum to its number exactly, whatever its bound."""
    found = []
    sums = Participation.objects.filter(statement__isnull=False).values_list("statement").annotate(n=Sum("number"))
    numbers = Statement.objects.in_bulk([statement for statement, _sum in sums])
    for pk, total in sums.order_by():
        statement = numbers[pk]
        if statement.number is not None and total != statement.number:
            says = _("the rows that point to it sum to %(sum)s, but the source says %(number)s")
            found.append(("statements.csv", statement.ref, says % {"sum": total, "number": f"{statement.number:.0f}"}))
    return found


@tables.check
def stated_bodies_hold() -> Sequence[tuple[str, str, str]]:
    """A statement of bodies equals the distinct members, of the kinds it names, that attended the event."""
    present: dict[int, dict[str, int]] = defaultdict(dict)
    attended = Participation.objects.filter(COUNTED, event__in=StatedNumber.objects.values("event"))
    for unit, kinds in STATED_KINDS.items():
        counted = (
            attended.filter(member__kind__in=kinds).values_list("event").annotate(n=Count("member", distinct=True))
        )
        for event, number in counted.order_by():
            present[event][unit] = number
    found = []
    for stated in StatedNumber.objects.select_related("statement", "event").order_by("pk"):
        statement = stated.statement
        number = present.get(stated.event_id, {}).get(statement.unit)
        if number is not None and statement.number is not None and number != statement.number:
            says = _("%(statement)s says %(stated)s, but %(number)s took part by the records")
            values = {"statement": statement.ref, "stated": f"{statement.number:.0f}", "number": number}
            found.append(("events.csv", stated.event.ref, says % values))
    return found


@tables.check
def who_attended_was_at_an_event_that_was_held() -> Sequence[tuple[str, str, str]]:
    """An event that was cancelled or moved after all has no attendances left."""
    rows = Participation.objects.filter(state=ParticipationState.ATTENDED).exclude(event__state=EventState.HELD)
    return [
        ("events.csv", ref, _("was not held, but its rows of participations.csv say that someone attended"))
        for ref in rows.order_by("event__ref").values_list("event__ref", flat=True).distinct()
    ]
