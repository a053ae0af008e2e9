"""Verbs of this room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from rso.core import verbs
from rso.core.verbs import Problem, plain
from rso.publications.models import Publication, PublicationBody, PublicationState

if TYPE_CHECKING:
    from rso.accounts.models import User


def check_publications(publications: Sequence[Publication]) -> Iterable[Problem]:
    for at, work in enumerate(publications):
        if work.state == PublicationState.WITHDRAWN and not work.reason:
            yield Problem(at, "reason", _("a work that is withdrawn says why"))
        if work.part_of_series and not work.series:
            yield Problem(at, "series", _("a part belongs to a series; name it"))


publication_verbs = plain(check_publications)
edition_verbs = plain()


def set_partners(wanted: Mapping[Publication, verbs.Rows], *, by: User, now: datetime) -> None:
    verbs.relate(PublicationBody, wanted, parent="publication", verb="partners set", by=by, now=now)
