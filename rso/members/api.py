"""The machine door of this room: members and observers."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from rso.core.api.doing import Item, absolute, list_of, one_of
from rso.core.merging import resolve
from rso.members.models import Body, BodyKind


class MemberItem(Item):
    """A State or organisation: a member or an observer; by its ref also a partner of the office."""

    ref: str
    kind: BodyKind
    name: str
    long_name: str
    iso2: str
    country: str
    region: str
    joined_on: str | None
    left_on: str | None
    is_verified: bool
    remark: str
    page: str


def told(body: Body) -> MemberItem:
    return MemberItem(
        ref=body.ref,
        kind=BodyKind(body.kind),
        name=body.label,
        long_name=body.long_name,
        iso2=body.iso2,
        country=body.country,
        region=body.region,
        joined_on=body.joined_on.isoformat() if body.joined_on else None,
        left_on=body.left_on.isoformat() if body.left_on else None,
        is_verified=body.is_verified,
        remark=body.remark,
        page=absolute(body.get_absolute_url()),
    )


def members() -> QuerySet[Body]:
    """Those that stand on the page of members."""
    return Body.objects.of_the_process(timezone.localdate())


def member(ref: str) -> Body:
    """A body that has a page; the ref of one that was merged into another tells of that one. Agencies have none."""
    bodies = Body.objects.exclude(kind=BodyKind.AGENCY)
    found = bodies.filter(ref=ref).first() or bodies.filter(ref=resolve(Body, ref) or "").first()
    if found is None:
        raise Http404
    return found


list_of("members", MemberItem, members, told)
one_of("members", MemberItem, member, told, example="FJI")
