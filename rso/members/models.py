"""Nouns of this room: bodies (States, organisations, partners, agencies), people, focal points, working groups."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from rso.accounts.policies import HAVE_A_HOME, SEE_THE_OFFICE
from rso.core.models import Record, in_language, one_of
from rso.core.privacy import DataClass, Privacy, public

if TYPE_CHECKING:
    from rso.accounts.models import User


class BodyKind(models.TextChoices):
    MEMBER_STATE = "member_state", _("Member State")
    MEMBER_ORGANISATION = "member_organisation", _("Member Organisation")
    OBSERVER_STATE = "observer_state", _("Observer State")
    OBSERVER_ORGANISATION = "observer_organisation", _("Observer Organisation")
    PARTNER = "partner", _("Partner")
    AGENCY = "agency", _("Agency")


MEMBER_KINDS = (BodyKind.MEMBER_STATE, BodyKind.MEMBER_ORGANISATION)
STATE_KINDS = (BodyKind.MEMBER_STATE, BodyKind.OBSERVER_STATE)
#: Members and observers: the bodies of the Process. Partners and agencies are not.
PROCESS_KINDS = (*MEMBER_KINDS, BodyKind.OBSERVER_STATE, BodyKind.OBSERVER_ORGANISATION)


class Region(models.TextChoices):
    """Sub-regions of the United Nations standard M49 in which a member or observer lies."""

    AUSTRALIA_NEW_ZEALAND = "Australia and New Zealand", _("Australia and New Zealand")
    EASTERN_ASIA = "Eastern Asia", _("Eastern Asia")
    SOUTH_EASTERN_ASIA = "South-eastern Asia", _("South-eastern Asia")
    SOUTHERN_ASIA = "Southern Asia", _("Southern Asia")
    WESTERN_ASIA = "Western Asia", _("Western Asia")
    MELANESIA = "Melanesia", _("Melanesia")
    MICRONESIA = "Micronesia", _("Micronesia")
    POLYNESIA = "Polynesia", _("Polynesia")
    NORTHERN_AMERICA = "Northern America", _("Northern America")
    EASTERN_EUROPE = "Eastern Europe", _("Eastern Europe")
    NORTHERN_EUROPE = "Northern Europe", _("Northern Europe")
    SOUTHERN_EUROPE = "Southern Europe", _("Southern Europe")
    WESTERN_EUROPE = "Western Europe", _("Western Europe")
    SOUTHERN_AFRICA = "Southern Africa", _("Southern Africa")


class Sector(models.TextChoices):
    """Whom an agency's officials work for."""

    POLICE = "police", _("Police and law enforcement")
    IMMIGRATION_BORDER = "immigration_border", _("Immigration and border")
    FOREIGN_AFFAIRS = "foreign_affairs", _("Foreign affairs")
    JUSTICE = "justice", _("Prosecution and judiciary")
    MARITIME = "maritime", _("Coast guard, navy and maritime")
    SOCIAL_WELFARE = "social_welfare", _("Social welfare and victim protection")
    LABOUR = "labour", _("Labour")
    CIVIL_REGISTRATION = "civil_registration", _("Civil registration")
    ANTI_CORRUPTION = "anti_corruption", _("Anti-corruption")
    POLICY = "policy", _("Policy, other ministries")
    INTERNATIONAL_ORGANISATION = ("international_organisation", _("International organisation"))
    CIVIL_SOCIETY = "civil_society", _("Civil society")
    PRIVATE_SECTOR = "private_sector", _("Private sector")
    ACADEMIA = "academia", _("Academia and research")


class Sex(models.IntegerChoices):
    FEMALE = 1, pgettext_lazy("people", "Women")
    MALE = 2, pgettext_lazy("people", "Men")


def is_standing(on: date) -> Q:
    """Those that had joined by a day and had not left on it; where no day is known, they had joined."""
    return Q(Q(joined_on=None) | Q(joined_on__lte=on), Q(left_on=None) | Q(left_on__gt=on))


class BodyQuerySet(models.QuerySet["Body"]):
    def members(self, on: date) -> BodyQuerySet:
        """Member States and Organisations on a day. Not all of them are countries: say members."""
        return self.filter(kind__in=MEMBER_KINDS).standing(on)

    def standing(self, on: date) -> BodyQuerySet:
        return self.filter(is_standing(on))

    def of_the_process(self, on: date) -> BodyQuerySet:
        """Members and observers on a day, by name."""
        return self.filter(kind__in=PROCESS_KINDS).standing(on).order_by("name", "pk")

    def spoken_for_by(self, user: User | AnonymousUser, on: date) -> BodyQuerySet:
        """Those of which a person is focal point on a day."""
        if not HAVE_A_HOME.allows(user):
            return self.none()
        return self.filter(pk__in=FocalPoint.objects.in_force(on).filter(person__account=user.pk).values("body"))

    def by_kind_and_name(self) -> list[Body]:
        """By kind in the order of the Process, then by name: the same in every database."""
        return sorted(self, key=lambda body: (BodyKind.values.index(body.kind), *body.sort_key))


class Body(Record):
    """A State, organisation, partner or agency. Everyone whom the office works with is a row of this one table."""

    named_in = ("name", "names")
    privacy = public(_("Names the States and organisations that the office serves and works with"))
    kind = models.CharField(_("kind"), max_length=25, choices=BodyKind.choices)
    name = models.CharField(_("name"), max_length=160, help_text=_("As the Process writes it, in English."))
    names = models.JSONField(_("name in other languages"), default=dict, blank=True)
    long_name = models.CharField(_("name in full"), max_length=200, blank=True)
    iso2 = models.CharField(
        _("two-letter code"), max_length=2, blank=True, help_text=_("Of ISO 3166, as TH; tiles and charts show it.")
    )
    country = models.CharField(
        _("country code"),
        max_length=3,
        blank=True,
        help_text=_("Of ISO 3166, as THA; empty for organisations and for members that stand for territories."),
    )
    region = models.CharField(_("sub-region"), max_length=40, choices=Region.choices, blank=True)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("State or organisation"),
        null=True,
        blank=True,
        related_name="agencies",
        help_text=_("The State or organisation of an agency."),
    )
    sector = models.CharField(
        _("sector"), max_length=30, choices=Sector.choices, blank=True, help_text=_("Whom its officials work for.")
    )
    joined_on = models.DateField(
        _("day of joining"), null=True, blank=True, help_text=_("Empty: it has been there from the beginning.")
    )
    left_on = models.DateField(
        _("day of leaving"), null=True, blank=True, help_text=_("The first day on which it no longer belongs.")
    )
    is_verified = models.BooleanField(
        _("proof of standing"),
        default=True,
        help_text=_("Whether a document says that it belongs to the Process; pages say where none was found."),
    )
    remark = models.CharField(_("remark"), max_length=400, blank=True)
    aliases = models.CharField(
        _("other names"),
        max_length=300,
        blank=True,
        help_text=_("Names by which lists and files may call it, parted by semicolons."),
    )
    tile_column = models.PositiveSmallIntegerField(
        _("column of its tile"), null=True, blank=True, help_text=_("In the grid of members: 1 to 15.")
    )
    tile_line = models.PositiveSmallIntegerField(
        _("line of its tile"), null=True, blank=True, help_text=_("In the grid of members: 1 to 8.")
    )

    objects = BodyQuerySet.as_manager()

    class Meta:
        verbose_name = _("body")
        indexes = [models.Index(fields=["kind", "country", "region"], name="body_kind")]
        constraints = [
            *Record.constraints("body"),
            one_of("body", "region", Region, blank=True),
            one_of("body", "sector", Sector, blank=True),
            models.CheckConstraint(
                condition=Q(joined_on__isnull=True) | Q(left_on__isnull=True) | Q(left_on__gt=F("joined_on")),
                name="body_leaves_after_it_joined",
            ),
            models.CheckConstraint(
                condition=~Q(kind=BodyKind.AGENCY) | Q(parent__isnull=False), name="body_agency_has_a_parent"
            ),
            one_of("body", "kind", BodyKind),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return in_language(self.name, self.names)

    @property
    def sort_key(self) -> tuple[Any, ...]:
        return (self.label.casefold(), self.label)

    def get_absolute_url(self) -> str:
        """Agencies have no page of their own: people would be told apart."""
        return "" if self.kind == BodyKind.AGENCY else reverse("member", args=[self.ref])


class OfABodyQuerySet(models.QuerySet[Any]):
    """Records of a body that name people: the office sees them, and the focal points of that body."""

    of = "body"

    def visible_to(self, user: User | AnonymousUser, on: date) -> Self:
        if SEE_THE_OFFICE.allows(user):
            return self
        return self.filter(**{f"{self.of}__in": Body.objects.spoken_for_by(user, on)})


class FocalPointQuerySet(OfABodyQuerySet):
    def in_force(self, on: date) -> FocalPointQuerySet:
        """Those who speak for their body on a day, their first and last days included."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on)


#: What stands for the name of someone who was forgotten, in the database and in files.
FORGOTTEN = "(forgotten)"


class Person(Record):
    """Someone who takes part in what the office does, speaks for a member, or leads a group. Never a victim or a suspect."""

    named_in = ("name",)
    privacy = Privacy(
        DataClass.PERSONAL,
        _("Counts each participant once and lets the office invite again"),
        _(
            "Name, post and body are forgotten when no participation or office of the last ten years and no account holds them"
        ),
    )
    name = models.CharField(
        _("name"), max_length=160, help_text=_("In the order in which the person writes it; one name is enough.")
    )
    body = models.ForeignKey(
        Body,
        models.PROTECT,
        verbose_name=_("State or organisation"),
        null=True,
        blank=True,
        related_name="people",
        help_text=_("For whom the person takes part; not the agency."),
    )
    agency = models.ForeignKey(Body, models.PROTECT, verbose_name=_("agency"), null=True, blank=True, related_name="+")
    post = models.CharField(_("post"), max_length=160, blank=True)
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("account"),
        null=True,
        blank=True,
        related_name="person",
        help_text=_("With which the person signs in, where there is one."),
    )

    objects = OfABodyQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        constraints = Record.constraints("person")

    def __str__(self) -> str:
        return gettext("Name forgotten") if self.name == FORGOTTEN else self.name


class FocalPoint(Record):
    """Who speaks for a body in daily matters, from when to when."""

    privacy = Privacy(
        DataClass.PERSONAL,
        _("Tells the office and the body's own officials whom to ask"),
        _("As long as the person's record"),
    )
    named_by = ("person", "body")
    body = models.ForeignKey(Body, models.PROTECT, verbose_name=_("State or organisation"), related_name="focal_points")
    person = models.ForeignKey(Person, models.PROTECT, verbose_name=_("person"), related_name="focal_points")
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"), null=True, blank=True, help_text=_("Empty while it goes on."))

    objects = FocalPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("focal point")
        constraints = [
            *Record.constraints("focal_point"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="focal_point_ends_after_it_starts",
            ),
            models.UniqueConstraint(fields=["body", "person", "starts_on"], name="focal_point_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.body}"


class GroupKind(models.TextChoices):
    CONFERENCE = "conference", _("Conference")
    MEETING_SERIES = "meeting_series", _("Series of meetings")
    STEERING_BODY = "steering_body", _("Steering body")
    WORKING_GROUP = "working_group", _("Working group")
    FORUM = "forum", _("Forum")
    MECHANISM = "mechanism", _("Mechanism")
    FRAMEWORK = "framework", _("Framework")
    OFFICE = "office", _("Office")
    NETWORK = "network", _("Network")
    NETWORK_GROUP = "network_group", _("Group of a network")
    INITIATIVE = "initiative", _("Initiative")
    OPERATION = "operation", _("Joint operation")
    PROGRAMME = "programme", _("Programme")


class Group(Record):
    """A working group, mechanism or series of meetings of the Process. Its code is stable; its names have dates."""

    privacy = public(_("Describes the groups that the office supports"))
    #: Its name is that of today.
    named_by = ("names",)
    kind = models.CharField(_("kind"), max_length=20, choices=GroupKind.choices)
    established = models.CharField(
        _("founding"), max_length=10, blank=True, help_text=_("As far as it is known: 2009, 2009-04 or 2009-04-15.")
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("group above it"), null=True, blank=True, related_name="children"
    )
    purpose = models.TextField(_("purpose"), blank=True)

    class Meta:
        verbose_name = _("group")
        constraints = [*Record.constraints("group"), one_of("group", "kind", GroupKind)]

    def __str__(self) -> str:
        return self.name_on(date.today())

    def name_on(self, day: date) -> str:
        """The name that the group bore on a day; before its first known name, that one."""
        names = sorted(self.names.all(), key=lambda name: name.starts_on or date.min)
        borne = [name for name in names if name.starts_on is None or name.starts_on <= day] or names
        return borne[-1].name if borne else self.ref


class GroupName(Record):
    privacy = public(_("Keeps the names that a group has borne"))
    group = models.ForeignKey(Group, models.CASCADE, verbose_name=_("group"), related_name="names")
    name = models.CharField(_("name"), max_length=200)
    starts_on = models.DateField(
        _("first day"), null=True, blank=True, help_text=_("Empty for its first name, where the day is not known.")
    )

    class Meta:
        verbose_name = _("name of a group")
        constraints = [
            *Record.constraints("group_name"),
            models.UniqueConstraint(fields=["group", "starts_on"], name="group_name_once_a_day"),
            # No day is unlike no day for the one above.
            models.UniqueConstraint(
                fields=["group"], condition=Q(starts_on__isnull=True), name="group_name_without_a_day_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class GroupRole(models.TextChoices):
    CO_CHAIR = "co_chair", _("Co-chair")
    MEMBER = "member", _("Member")
    OBSERVER = "observer", _("Observer")
    SECRETARIAT = "secretariat", _("Secretariat")


class Seat(Record):
    """A body's part in a group, from when to when. Co-chairs change, so they are seats too."""

    privacy = public(_("Tells who leads and who belongs to a group, and when"))
    named_by = ("body", "group__names")
    group = models.ForeignKey(Group, models.PROTECT, verbose_name=_("group"), related_name="seats")
    body = models.ForeignKey(Body, models.PROTECT, verbose_name=_("State or organisation"), related_name="seats")
    role = models.CharField(_("role"), max_length=15, choices=GroupRole.choices)
    starts_on = models.DateField(_("first day"), null=True, blank=True, help_text=_("Empty where it is not known."))
    ends_on = models.DateField(
        _("first day without it"),
        null=True,
        blank=True,
        help_text=_("The day on which it is another’s; empty while it goes on."),
    )

    class Meta:
        verbose_name = _("seat in a group")
        constraints = [
            *Record.constraints("seat"),
            one_of("seat", "role", GroupRole),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="seat_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.body}, {self.group}"
