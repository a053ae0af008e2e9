"""What search finds of this room. People are found by the office alone; an agency has no public page."""

from __future__ import annotations

from django.urls import reverse

from rso.core.search.registry import OFFICE, PUBLIC, searched
from rso.members.models import Body, BodyKind, Group, GroupName, Person


def names_of(body: Body) -> list[str]:
    return [body.name, *body.names.values()]


def names_borne(group: Group) -> list[str]:
    return [name.name for name in group.names.all()]


def audience_of(body: Body) -> str:
    return OFFICE if body.kind == BodyKind.AGENCY else PUBLIC


searched.declare(Body, names_of, "long_name", "aliases", visible=audience_of)
searched.declare(Person, "name", "post", url=lambda person: "")
searched.declare(
    Group, names_borne, "purpose", url=lambda group: f"{reverse('groups')}#{group.ref}", related=("names",)
)
searched.follow(GroupName, "group")
