"""The files of this room."""

from rso.core.loading.columns import column, columns, translations
from rso.core.loading.tables import Table, tables
from rso.members import actions
from rso.members.models import Body, FocalPoint, Group, GroupName, Person, Seat

tables.declare(
    Table(
        "bodies.csv",
        Body,
        (
            *columns(Body, "ref", "kind", "name", "long_name", "iso2", "country", "region", "parent", "sector"),
            *columns(Body, "joined_on", "left_on"),
            column(Body, "verified", attribute="is_verified"),
            *columns(Body, "remark", "aliases", "tile_column", "tile_line"),
            *translations(Body, "name"),
            *columns(Body, "basis", "source"),
        ),
        actions.body_verbs,
    )
)
tables.declare(
    Table(
        "people.csv",
        Person,
        columns(Person, "ref", "name", "body", "agency", "post", "account", "basis", "source"),
        actions.person_verbs,
    )
)
tables.declare(
    Table(
        "focal_points.csv",
        FocalPoint,
        columns(FocalPoint, "ref", "body", "person", "starts_on", "ends_on", "basis", "source"),
        actions.focal_point_verbs,
    )
)
tables.declare(
    Table(
        "groups.csv",
        Group,
        columns(Group, "ref", "kind", "established", "parent", "purpose", "basis", "source"),
        actions.group_verbs,
    )
)
tables.declare(
    Table(
        "group_names.csv",
        GroupName,
        columns(GroupName, "ref", "group", "name", "starts_on", "basis", "source"),
        actions.group_name_verbs,
    )
)
tables.declare(
    Table(
        "seats.csv",
        Seat,
        columns(Seat, "ref", "group", "body", "role", "starts_on", "ends_on", "basis", "source"),
        actions.seat_verbs,
    )
)
