"""Verbs of this room. Bodies, groups and people have few rules beyond those of the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rso.core import history
from rso.core.forgetting import forget_words
from rso.core.verbs import Problem, change, plain, turn
from rso.members.models import FORGOTTEN, Body, BodyKind, FocalPoint, Person, Seat

if TYPE_CHECKING:
    from rso.accounts.models import User

#: Where tiles of bodies may stand.
TILE_COLUMNS, TILE_LINES = range(1, 16), range(1, 9)


def is_country(code: str) -> bool:
    """Whether a text has the form of an ISO 3166 code of a country; an unknown country has none."""
    return not code or (len(code) == 3 and code.isascii() and code.isupper())


def check_bodies(bodies: Sequence[Body]) -> Iterable[Problem]:
    known = {ref.lower(): ref for ref in Body.objects.values_list("ref", flat=True)}
    for at, body in enumerate(bodies):
        if body.pk is None and (ref := known.setdefault(body.ref.lower(), body.ref)) != body.ref:
            says = _("differs from %(ref)s in capital letters alone; write %(ref)s, or choose another")
            yield Problem(at, "ref", says % {"ref": ref})
        if body.kind == BodyKind.AGENCY and (body.parent is None or body.parent.kind == BodyKind.AGENCY):
            yield Problem(at, "parent", _("an agency belongs to a State or organisation; name it"))
        if body.joined_on and body.left_on and body.left_on <= body.joined_on:
            yield Problem(at, "left_on", _("comes before the day of joining"))
        if (body.tile_column is None) != (body.tile_line is None):
            yield Problem(at, "tile_line", _("a tile has a column and a line, or neither"))
        if body.tile_column is not None and body.tile_column not in TILE_COLUMNS:
            yield Problem(at, "tile_column", _("lies outside the grid; columns are 1 to 15"))
        if body.tile_line is not None and body.tile_line not in TILE_LINES:
            yield Problem(at, "tile_line", _("lies outside the grid; lines are 1 to 8"))
        if not is_country(body.country):
            yield Problem(at, "country", _("is no country code of three capital letters, such as THA"))
        if body.country and body.kind not in (BodyKind.MEMBER_STATE, BodyKind.OBSERVER_STATE, BodyKind.AGENCY):
            yield Problem(at, "country", _("organisations and partners have no country here"))


def check_spans(things: Sequence[FocalPoint | Seat]) -> Iterable[Problem]:
    for at, thing in enumerate(things):
        if not (thing.ends_on and thing.starts_on):
            continue
        if thing.ends_on < thing.starts_on:
            yield Problem(at, "ends_on", _("lies before the first day"))
        elif isinstance(thing, Seat) and thing.ends_on == thing.starts_on:
            yield Problem(at, "ends_on", _("is the first day itself; a seat ends after it begins"))


def check_people(people: Sequence[Person]) -> Iterable[Problem]:
    for at, person in enumerate(people):
        if not person.name.strip():
            yield Problem(at, "name", _("a person has a name; one name is enough"))
        if person.body and person.body.kind == BodyKind.AGENCY:
            yield Problem(at, "body", _("is an agency; name its State or organisation here and the agency beside it"))
        if person.agency and person.agency.kind != BodyKind.AGENCY:
            yield Problem(at, "agency", _("is no agency"))
        elif person.agency and person.agency.parent_id != person.body_id:
            yield Problem(at, "agency", _("belongs to another body than the person"))
    forgotten = {*Person.objects.filter(name=FORGOTTEN).values_list("pk", flat=True)}
    for at, person in enumerate(people):
        if person.pk in forgotten:
            says = _("is of someone whose name was forgotten in its time; it comes in no more: write “%(name)s”")
            yield Problem(at, "name", says % {"name": FORGOTTEN})


body_verbs = plain(check_bodies)
person_verbs = plain(check_people)
focal_point_verbs = plain(check_spans)
group_verbs = plain()
group_name_verbs = plain()
seat_verbs = plain(check_spans)


def forget_people(people: Sequence[Person], *, by: User, now: datetime) -> list[Person]:
    """Forgets who they were. The record stays, so that whoever came twice is still counted once, in frozen editions too.

    Offices that they held long ago go with the name.
    """
    with turn():
        held = list(FocalPoint.objects.filter(person__in=[person.pk for person in people]))
        focal_point_verbs.remove(held, by=by, now=now)
        for person in people:
            person.name, person.post, person.body, person.agency = FORGOTTEN, "", None, None
        moved = change(people, verb="forgotten", by=by, now=now)
        if moved:
            forget_words(moved, ("name", "post", "body", "agency"), desk="people")
    return moved


history.says("forgotten", gettext_lazy("%(who)s forgot who this was: the last event lies long back"))
history.says("partners set", gettext_lazy("%(who)s set the partners"))
