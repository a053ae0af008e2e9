"""The office's desks of this room."""

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rso.core.office import HOW_KNOWN, Col, Desk, Related, Section, View, desks
from rso.members.models import Body, BodyKind, FocalPoint, Group, GroupName, Person, Seat, is_standing
from rso.members.policies import KEEP_BODIES, KEEP_PEOPLE, SEE_BODIES, SEE_PEOPLE


def goes_on(day: date) -> Q:
    """What has begun by a day and has not ended on it; where no day is known, it has begun or goes on."""
    return (Q(starts_on=None) | Q(starts_on__lte=day)) & (Q(ends_on=None) | Q(ends_on__gt=day))


desks.declare(
    Desk(
        "members",
        Body,
        _("Members"),
        SEE_BODIES,
        KEEP_BODIES,
        columns="name kind region sector parent",
        filters="kind region sector is_verified basis",
        order=("name",),
        new=_("New member, partner or agency"),
        begins=True,
        sections=(
            Section(_("Who it is"), "ref kind name name_id name_th long_name aliases"),
            Section(_("Where"), "country iso2 region"),
            Section(_("An agency or partner"), "parent sector"),
            Section(_("Its standing in the Process"), "joined_on left_on verified remark"),
            Section(_("Its tile"), "tile_column tile_line"),
            HOW_KNOWN,
        ),
        more=(Col("name", _("name"), lambda body: body.label, ("name",)),),
        views=(
            View("states", _("Member States"), lambda user, day: Q(is_standing(day), kind=BodyKind.MEMBER_STATE)),
            View(
                "organisations",
                _("Member Organisations"),
                lambda user, day: Q(is_standing(day), kind=BodyKind.MEMBER_ORGANISATION),
            ),
            View("observers", _("Observers"), lambda user, day: Q(is_standing(day), kind__startswith="observer_")),
            View("partners", _("Partners"), lambda user, day: Q(kind=BodyKind.PARTNER)),
            View("agencies", _("Agencies"), lambda user, day: Q(kind=BodyKind.AGENCY)),
        ),
        tells=lambda body: body.get_kind_display(),
        related=(
            Related("focal-points", "body"),
            Related("seats", "body", "group role starts_on ends_on"),
            Related("people", "body", "name post", fits=lambda body: body.kind != BodyKind.AGENCY),
            Related(
                "people", "agency", "name post", _("People of the agency"), lambda body: body.kind == BodyKind.AGENCY
            ),
            Related("members", "parent", "name sector", _("Agencies"), lambda body: body.kind != BodyKind.AGENCY),
        ),
        blank=_("No member is recorded yet."),
    ),
    Desk(
        "people",
        Person,
        _("People"),
        SEE_PEOPLE,
        KEEP_PEOPLE,
        columns="name body agency post",
        filters="body basis",
        order=("name",),
        new=_("New person"),
        prefix="pe",
        under="members",
        sections=(Section(_("Who"), "name body agency post account"), HOW_KNOWN),
        related=(Related("focal-points", "person", "body starts_on ends_on", _("Speaks for")),),
        blank=_("Nobody has been entered yet."),
    ),
    Desk(
        "focal-points",
        FocalPoint,
        _("Focal points"),
        SEE_PEOPLE,
        KEEP_PEOPLE,
        columns="person body starts_on ends_on",
        filters="body basis",
        order=("body__name", "-starts_on"),
        new=_("New focal point"),
        prefix="fp",
        under="members",
        needs=("person", "body"),
        sections=(Section(_("Who speaks for whom"), "person body starts_on ends_on"), HOW_KNOWN),
        views=(View("today", _("In force today"), lambda user, day: goes_on(day) | Q(ends_on=day)),),
        blank=_("Nobody speaks for a member yet."),
    ),
    Desk(
        "groups",
        Group,
        _("Groups"),
        SEE_BODIES,
        KEEP_BODIES,
        columns="name kind parent established",
        filters="kind basis",
        new=_("New group"),
        under="members",
        sections=(Section(_("What it is"), "ref kind parent established purpose"), HOW_KNOWN),
        more=(Col("name", _("name"), str),),
        related=(
            Related("seats", "group", "body role starts_on ends_on"),
            Related("group-names", "group", "name starts_on", _("Its names")),
            Related("groups", "parent", "name kind established", _("Groups that report to it")),
        ),
        blank=_("No group is recorded yet."),
    ),
    Desk(
        "group-names",
        GroupName,
        _("Names of groups"),
        SEE_BODIES,
        KEEP_BODIES,
        columns="name group starts_on",
        filters="group",
        order=("group__ref", "starts_on"),
        new=_("New name"),
        prefix="gn",
        under="members",
        sections=(Section(_("Which group, which name"), "group name starts_on"), HOW_KNOWN),
        blank=_("No group has a name yet."),
    ),
    Desk(
        "seats",
        Seat,
        _("Seats in groups"),
        SEE_BODIES,
        KEEP_BODIES,
        columns="body group role starts_on ends_on",
        filters="group role body basis",
        order=("group__ref", "role", "body__name"),
        new=_("New seat"),
        prefix="seat",
        under="members",
        sections=(Section(_("Who sits where"), "group body role starts_on ends_on"), HOW_KNOWN),
        views=(
            View("today", _("Today"), lambda user, day: goes_on(day)),
            View("chairs", _("Co-chairs today"), lambda user, day: goes_on(day) & Q(role="co_chair")),
        ),
        blank=_("Nobody has a seat in a group yet."),
    ),
)
