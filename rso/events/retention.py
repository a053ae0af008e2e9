"""What this room forgets: who took part, ten years after the last event."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from rso.accounts.actions import platform
from rso.core.models import Attachment
from rso.core.verbs import kind_of
from rso.events.models import Participation
from rso.members.actions import forget_people
from rso.members.models import FORGOTTEN, FocalPoint, Person

KEPT = timedelta(days=3653)


def forget(now: datetime) -> list[dict[str, str | int]]:
    """Forgets the names of those whom no event and no office of ten years, no account and no file holds."""
    since = timezone.localdate(now) - KEPT
    theirs = Participation.objects.filter(person=OuterRef("pk"))
    offices = FocalPoint.objects.filter(Q(ends_on=None) | Q(ends_on__gte=since), person=OuterRef("pk"))
    files = Attachment.objects.filter(of_kind=kind_of(Person), of_ref=OuterRef("ref"), withdrawn_at=None)
    people = Person.objects.exclude(name=FORGOTTEN).filter(
        ~Exists(theirs.filter(event__ends_on__gte=since)), ~Exists(offices), ~Exists(files),
        pk__in=Participation.objects.filter(event__ends_on__lt=since, person__isnull=False).values("person"),
        account=None,
    )  # fmt: skip
    gone = forget_people(list(people.order_by("pk")), by=platform(), now=now)
    return [{"what": "people forgotten", "number": len(gone)}]
