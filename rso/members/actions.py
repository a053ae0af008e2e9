"""Verbs of this room. Bodies, groups and people have few rules beyond those of the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from rso.core.verbs import Problem, plain
from rso.members.models import Body, BodyKind, FocalPoint, Person, Seat


def check_bodies(bodies: Sequence[Body]) -> Iterable[Problem]:
    for at, body in enumerate(bodies):
        if body.kind == BodyKind.AGENCY and body.parent is None:
            yield Problem(at, "parent", _("an agency belongs to a State or organisation; name it"))
        if body.joined_on and body.left_on and body.left_on <= body.joined_on:
            yield Problem(at, "left_on", _("comes before the day of joining"))
        if bool(body.tile_column) != bool(body.tile_line):
            yield Problem(at, "tile_line", _("a tile has a column and a line, or neither"))
        if body.country and body.kind not in (
            BodyKind.MEMBER_STATE,
            BodyKind.OBSERVER_STATE,
            BodyKind.AGENCY,
        ):
            yield Problem(at, "country", _("organisations and partners have no country here"))


def check_spans(things: Sequence[FocalPoint | Seat]) -> Iterable[Problem]:
    for at, thing in enumerate(things):
        if thing.ends_on and thing.starts_on and thing.ends_on < thing.starts_on:
            yield Problem(at, "ends_on", _("lies before the first day"))


def check_people(people: Sequence[Person]) -> Iterable[Problem]:
    for at, person in enumerate(people):
        if not person.name.strip():
            yield Problem(at, "name", _("a person has a name; one name is enough"))


body_verbs = plain(check_bodies)
person_verbs = plain(check_people)
focal_point_verbs = plain(check_spans)
group_verbs = plain()
group_name_verbs = plain()
seat_verbs = plain(check_spans)
