"""A leaver is disabled, never deleted, is out at once, and hands over what was theirs."""

from __future__ import annotations

import pytest
from django.test import Client

from rso.accounts.actions import belongings, change_accounts, disable_accounts, hand_over, platform
from rso.accounts.models import Session, User
from rso.core.models import AuditEvent
from rso.core.verbs import Refused
from rso.reports.models import SectionText
from rso.workplan.models import Activity
from tests.signing_in import sign_in


def test_a_leaver_is_signed_out_everywhere_and_stays_in_the_records(naree, now):
    client = sign_in(Client(), naree)
    disable_accounts([naree], by=platform(), now=now)

    assert (Session.objects.filter(user=naree).count(), client.session.get("_auth_user_id")) == (0, None)
    assert User.objects.get(ref="naree-boonmee").is_active is False
    verbs = AuditEvent.objects.filter(ref="naree-boonmee").order_by("-pk").values_list("verb", flat=True)
    assert list(verbs[:2]) == ["signed out", "disabled"]


def test_whoever_is_disabled_by_a_file_is_signed_out_too(naree, now):
    sign_in(Client(), naree)
    naree.is_active = False
    change_accounts([naree], by=platform(), now=now)

    assert Session.objects.filter(user=naree).count() == 0


def test_nobody_disables_their_own_account(naree, now):
    with pytest.raises(Refused, match="their own account"):
        disable_accounts([naree], by=naree, now=now)


def test_what_was_a_leavers_becomes_anothers_and_the_audit_trail_says_from_whom(naree, somchai, now):
    hers = set(Activity.objects.filter(lead=naree))
    assert len(hers) > 1
    already = set(Activity.objects.filter(lead=somchai))

    assert hand_over(of=naree, to=somchai, by=platform(), now=now) == len(hers)
    assert set(Activity.objects.filter(lead=somchai)) == hers | already
    assert [thing for _model, _field, _title, things in belongings(naree) for thing in things] == []
    event = AuditEvent.objects.order_by("-pk")[0]
    assert (event.verb, event.before, event.after, event.reason) == (
        "handed over", {"lead": naree.pk}, {"lead": somchai.ref}, "Naree Boonmee",
    )  # fmt: skip


def test_sections_to_write_are_handed_to_someone_who_may_write_them(naree, somchai, marta, now):
    text = SectionText.objects.order_by("pk")[0]
    SectionText.objects.filter(pk=text.pk).update(writer=naree)
    may = rf"\({text.ref}\): choose someone who may open reports and write the texts of their sections"
    with pytest.raises(Refused, match=may):
        hand_over(of=naree, to=marta, by=platform(), now=now)
    assert Activity.objects.filter(lead=naree).exists()

    hand_over(of=naree, to=somchai, by=platform(), now=now)
    text.refresh_from_db()
    assert text.writer == somchai


def test_nothing_is_handed_to_oneself_to_a_leaver_or_outside_the_office(naree, somchai, josefa, now):
    somchai.is_active = False
    for to in (naree, somchai, josefa):
        with pytest.raises(Refused, match="another person of the office"):
            hand_over(of=naree, to=to, by=platform(), now=now)
