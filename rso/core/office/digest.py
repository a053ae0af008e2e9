"""The mail that tells each of the office, once a day, what waits and what is late, each with the verb at hand."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rso.core.models import Digest
from rso.core.office.day import due_this_week, rooms, tasks_of, today_of
from rso.core.office.desks import desks

if TYPE_CHECKING:
    from rso.accounts.models import User


logger = logging.getLogger(__name__)


def send_digests(users: Iterable[User], *, now: datetime) -> tuple[list[str], int]:
    """Sends each person the tasks of the day, if there are any and none was sent today.

    Returns the addresses written to, and how many mails could not go: one that the mail server refuses keeps nobody else
    from theirs, and is tried again next time. A second run on the same day sends nothing to those who had theirs; a run
    that is killed has sent some, and the next sends to the others but whoever's mail was just on its way.
    """
    desks.discover()
    rooms.discover()
    day, sent, unsent = timezone.localdate(now), [], 0
    for user in users:
        try:
            with translation.override(user.language):
                if _send(user, day, now):
                    sent.append(user.email)
        except OSError as error:  # of which those of SMTP are some; what they say may name the address
            logger.warning("A mail of the day could not be sent: %s", type(error).__name__)
            unsent += 1
    return sent, unsent


def _send(user: User, day: date, now: datetime) -> bool:
    tasks = list(due_this_week(tasks_of(today_of(user, day)), day))
    if not tasks:
        return False
    words = {"tasks": tasks, "user": user, "base": settings.BASE_URL, "day": day}
    subject = _("%(n)s to do: %(day)s") % {"n": len(tasks), "day": date_format(day, "j F Y")}
    text = render_to_string("office/digest.txt", words)
    try:
        with transaction.atomic():
            noted = Digest.objects.create(user=user, day=day, sent_at=now)
    except IntegrityError:
        return False
    # Outside of any transaction: however long the mail server takes, everybody else may write.
    try:
        send_mail(subject, text, None, [user.email])
    except BaseException:
        noted.delete()
        raise
    return True
