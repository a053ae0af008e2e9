"""The figures of this room: events held, who was reached, who was trained, which bodies met in person."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from rso.core.figures import (
    BASIS,
    BASIS_COLUMN,
    Column,
    Dimension,
    Distinct,
    Figure,
    NamedTable,
    Share,
    Slice,
    Source,
    Total,
    month_of,
    registry,
    units,
    year_of,
)
from rso.core.figures.reading import read
from rso.core.listings import Listing, listings
from rso.core.periods import Period, known_span
from rso.events.models import (
    CAPACITY_BUILDING,
    COUNTED,
    OWN_ROLES,
    Consent,
    Event,
    EventBody,
    EventMode,
    EventState,
    EventType,
    OfficeRole,
    Participation,
    ParticipationState,
    Presence,
    Quote,
)
from rso.members.dimensions import OF_MEMBER
from rso.members.models import PROCESS_KINDS, STATE_KINDS, Body, Sex
from rso.workplan.dimensions import OF_ACTIVITY, partner
from rso.workplan.models import ENGAGED

OF_EVENT = (
    Dimension("type", _("Type of event"), "type", EventType),
    Dimension("mode", _("Mode of event"), "mode", EventMode),
    *OF_ACTIVITY,
    partner(),
    month_of("starts_on"),
    year_of("starts_on"),
)

EVENT = Source(
    "event",
    _("Events"),
    Event,
    when=("starts_on",),
    precision="precision",
    dimensions=(Dimension("event", _("Event"), "id", Event), *OF_EVENT, BASIS),
    columns=(
        Column("title", _("Event"), lambda event: event),
        Column("when", _("When"), lambda event: event.when, exact=known_span),
        Column("where", _("Where"), lambda event: event.where),
        Column("type", _("Type"), lambda event: event.get_type_display()),
        Column("role", _("The office’s role"), lambda event: event.get_office_role_display()),
        BASIS_COLUMN,
    ),
)
#: Each person once, and head counts by their number.
PEOPLE = Distinct("person", heads="number")
PARTICIPATION = Source(
    "participation",
    _("Participations"),
    Participation,
    when=("event__starts_on",),
    precision="event__precision",
    statement="statement",
    public_by="event",
    people=PEOPLE,
    related=("event", "member", "agency", "person"),
    dimensions=(
        Dimension("event", _("Event"), "event", Event),
        *(dimension.under("event") for dimension in OF_EVENT),
        *OF_MEMBER,
        Dimension("presence", _("Way of taking part"), "mode", Presence),
        Dimension("sex", _("Sex"), "sex", Sex, sensitive=True, expected=lambda _period: Sex.values),
        Dimension("agency", _("Agency"), "agency", Body, sensitive=True, others=_("Other agencies, or not known")),
        BASIS,
    ),
    columns=(
        Column("event", _("Event"), lambda row: row.event),
        Column("person", _("Person"), lambda row: row.person.name if row.person else _("Head count")),
        Column("number", _("Number"), lambda row: row.number, number=True),
        Column("member", _("Member"), lambda row: row.member or _("Not known")),
        Column("agency", _("Agency"), lambda row: row.agency or _("Not known")),
        Column("role", _("Role"), lambda row: row.get_role_display()),
        BASIS_COLUMN,
    ),
)

#: Events that the office organised, co-hosted or facilitated, and that took place.
OWN = Q(office_role__in=OWN_ROLES, state=EventState.HELD)

events_held = registry.figure(
    Figure(
        "events-held",
        _("Events held"),
        units.EVENTS,
        EVENT,
        Total(),
        _(
            "Counts events of every type that the office organised, co-hosted or facilitated and that took place, by first day."
        ),
        _(
            "Leaves out meetings of groups that the office only supported, and what it attended. Trainings are a part of it."
        ),
        where=OWN,
        headline=_("events and capacity-building activities held"),
    )
)
trainings_held = registry.figure(
    Figure(
        "trainings-held",
        _("Trainings held"),
        units.EVENTS,
        EVENT,
        Total(),
        _("Counts training courses among the events held, by first day."),
        _("Leaves out workshops, tabletop exercises, dialogues and roundtables."),
        where=OWN & Q(type=EventType.TRAINING),
    )
)
group_meetings_supported = registry.figure(
    Figure(
        "group-meetings-supported",
        _("Meetings of groups supported"),
        units.MEETINGS,
        EVENT,
        Total(),
        _("Counts meetings of the Process’s groups that the office supported and that took place, by first day."),
        _("They are in no other figure: others convened them."),
        where=Q(office_role=OfficeRole.SUPPORTED, state=EventState.HELD, group__isnull=False),
    )
)
participations = registry.figure(
    Figure(
        "participations",
        _("Participations"),
        units.ATTENDANCES,
        PARTICIPATION,
        Total("number"),
        _(
            "Counts attendances at the office’s own events, in the room or online, of participants and delegates. A person who came twice counts twice."
        ),
        _("Leaves out speakers, experts, observers and staff, and those who registered and did not come."),
        parents=OWN,
        where=COUNTED,
        public=False,
        headline=_("attendances at trainings, roundtables and events"),
    )
)
people_reached = registry.figure(
    Figure(
        "people-reached",
        _("People reached"),
        units.PEOPLE,
        PARTICIPATION,
        PEOPLE,
        _(
            "Counts the different people among the participations: each once, however many events. A delegation known only by its number counts by that number."
        ),
        _("Leaves out speakers, experts, observers and staff, and those who registered and did not come."),
        parents=OWN,
        where=COUNTED,
        public=False,
    )
)
training_participations = registry.figure(
    Figure(
        "training-participations",
        _("Training participations"),
        units.ATTENDANCES,
        PARTICIPATION,
        Total("number"),
        _("Counts attendances at training courses of the office. A person who came to two courses counts twice."),
        _("Leaves out every other type of event, trainers, observers and staff."),
        parents=OWN & Q(type=EventType.TRAINING),
        where=COUNTED,
        public=False,
        within="participations",
    )
)
people_trained = registry.figure(
    Figure(
        "people-trained",
        _("People trained"),
        units.PEOPLE,
        PARTICIPATION,
        PEOPLE,
        _("Counts the different people who attended at least one training course of the office, each once."),
        _("Leaves out every other type of event, trainers, observers and staff."),
        parents=OWN & Q(type=EventType.TRAINING),
        where=COUNTED,
        public=False,
        within="people-reached",
    )
)
share_of_women = registry.figure(
    Figure(
        "share-of-women",
        _("Share of women"),
        units.PERCENT,
        PARTICIPATION,
        Share(Slice("people-reached", "sex", ("female",)), Slice("people-reached", "sex", ("female", "male"))),
        _("Women in per cent of the people reached whose sex is known."),
        _("People whose sex is not known are in neither number; their count is shown apart."),
        public=False,
    )
)
countries_reached = registry.figure(
    Figure(
        "countries-reached-by-training",
        _("Countries reached by training"),
        units.COUNTRIES,
        PARTICIPATION,
        Distinct("member", only=Q(kind__in=STATE_KINDS) & ~Q(country=""), named="country"),
        _(
            "Counts the different countries whose officials attended a training, workshop or tabletop exercise of the office."
        ),
        _("Leaves out organisations, and members that stand for territories."),
        parents=OWN & Q(type__in=CAPACITY_BUILDING),
        where=COUNTED,
        public=False,
    )
)
bodies_in_person = registry.figure(
    Figure(
        "bodies-supported-in-person",
        _("Bodies supported in person"),
        units.BODIES,
        PARTICIPATION,
        Distinct("member", only=Q(kind__in=PROCESS_KINDS)),
        _(
            "Counts Member and Observer States and Organisations of whom someone was present in the room at an event of the office, each once."
        ),
        _("Leaves out partners, and bodies that took part online only."),
        parents=OWN,
        where=COUNTED & Q(mode=Presence.IN_ROOM),
        public=False,
        headline=_("Member and Observer States and Organisations in dialogue in person"),
    )
)
bodies_reached = registry.figure(
    Figure(
        "bodies-reached",
        _("Bodies reached"),
        units.BODIES,
        PARTICIPATION,
        Distinct("member", only=Q(kind__in=PROCESS_KINDS)),
        _(
            "Counts Member and Observer States and Organisations of whom someone attended an event of the office, in the room or online, each once."
        ),
        _("Leaves out partners."),
        parents=OWN,
        where=COUNTED,
        public=False,
    )
)

registry.table(NamedTable("events-by-type", _("Events by type"), "events-held", ("type",)))
registry.table(NamedTable("events-by-mode", _("Events by mode"), "events-held", ("mode",)))
registry.table(NamedTable("bodies-by-event", _("Bodies by event"), "bodies-supported-in-person", ("event",)))
registry.table(
    NamedTable("coverage", _("Coverage: members reached in each theme"), "bodies-reached", ("theme", "member"))
)


@registry.gives_evidence("member-activity", of="member", basis="basis", precision="event__precision")
def members_that_took_part(period: Period) -> QuerySet[Any, Any]:
    """Members of whom someone attended any event of the period, the office's own or supported."""
    inside = Event.objects.filter(starts_on__gte=period.starts, starts_on__lt=period.ends, state=EventState.HELD)
    return Participation.objects.filter(event__in=inside.values("pk"), state=ParticipationState.ATTENDED)


@registry.gives_evidence("partnership", of="body", basis="event__basis", precision="event__precision")
def partners_in_events(period: Period) -> QuerySet[Any, Any]:
    inside = Event.objects.filter(starts_on__gte=period.starts, starts_on__lt=period.ends)
    inside = inside.exclude(state__in=[EventState.CANCELLED, EventState.POSTPONED])
    return EventBody.objects.filter(event__in=inside.values("pk"), part__in=ENGAGED)


def _held(period: Period) -> QuerySet[Any, Any]:
    return read("events-held", period).shown.order_by("starts_on", "pk")


def _met(period: Period) -> list[Body]:
    """The bodies that `bodies-supported-in-person` counts."""
    present = read("bodies-supported-in-person", period).records.values("member")
    return Body.objects.filter(pk__in=present).by_kind_and_name()


listings.declare(
    Listing("events", _("Events held"), EVENT.columns[:4] + EVENT.columns[5:], _held, figure="events-held")
)
listings.declare(
    Listing(
        "bodies-in-person",
        _("Bodies in person"),
        (
            Column("name", _("Name"), lambda body: body),
            Column("kind", _("Kind"), lambda body: body.get_kind_display()),
            Column("region", _("Sub-region"), lambda body: body.get_region_display() or "–"),
        ),
        _met,
        figure="bodies-supported-in-person",
    )
)


@listings.offers_quotes
def quotation(ref: str) -> Quote | None:
    """A quotation that may be printed: consent that was withdrawn takes it out."""
    return Quote.objects.exclude(consent=Consent.WITHDRAWN).filter(ref=ref).first()
