"""What lies in a closed period changes only by a co-manager who says why, by whichever door."""

from __future__ import annotations

from datetime import date

import pytest

from rso.accounts.actions import platform
from rso.core.closing import WHY, NotClosed, because, close, open_again
from rso.core.loading.load import BadFolder, load
from rso.core.models import AuditEvent
from rso.core.periods import Period
from rso.core.verbs import Refused
from rso.events.actions import event_verbs, set_partners, strike_participations
from rso.events.models import Event, Participation
from tests.conftest import NOW, named

SAYS = "2022 is closed: its records change only by a co-manager, who says why."


@pytest.fixture
def closed(office):
    return close(Period.year(2022), by=named("harriet-lowe"), now=NOW, reason="Annual Report 2022")


def an_event() -> Event:
    return Event.objects.filter(starts_on__year=2022).order_by("ref")[0]


def test_a_period_is_closed_by_a_co_manager_who_says_why_and_once(office):
    for by, reason, says in (
        ("tran-thi-mai", "done", "Only a co-manager closes a period."),
        ("harriet-lowe", " ", "Say why the period is closed, such as the report that accounts for it."),
    ):
        with pytest.raises(NotClosed) as refused:
            close(Period.year(2022), by=named(by), now=NOW, reason=reason)
        assert str(refused.value) == says
    close(Period.year(2022), by=named("harriet-lowe"), now=NOW, reason="done")
    with pytest.raises(NotClosed, match="closed already"):
        close(Period.year(2022), by=named("harriet-lowe"), now=NOW, reason="done")


@pytest.mark.parametrize(
    ("by", "reason", "where", "says"),
    [
        ("naree-boonmee", "mended", "ref", SAYS),
        ("harriet-lowe", "", WHY, "2022 is closed: say why its records change."),
    ],
)
def test_nothing_in_it_is_added_changed_removed_or_linked(closed, by, reason, where, says):
    event, user = an_event(), named(by)
    row = Participation.objects.filter(event=event).order_by("ref")[:1]
    event.place = "Elsewhere"
    copy = Event(
        ref="late",
        title="Late",
        type=event.type,
        mode=event.mode,
        state="held",
        starts_on=event.starts_on,
        ends_on=event.ends_on,
    )

    with because(reason):
        for verb in (
            lambda: event_verbs.change([event], by=user, now=NOW, reason=reason),
            lambda: event_verbs.add([copy], by=user, now=NOW),
            lambda: strike_participations(list(row), by=user, now=NOW, reason=reason),
            lambda: set_partners({event: []}, by=user, now=NOW),
        ):
            with pytest.raises(Refused) as refused:
                verb()
            assert [(p.index, p.field, str(p.says)) for p in refused.value.problems] == [(0, where, says)]


def test_nothing_is_moved_into_it_or_out_of_it(closed):
    event = an_event()
    event.starts_on = event.ends_on = date(2023, 5, 1)
    with pytest.raises(Refused, match="2022 is closed"):
        event_verbs.change([event], by=named("naree-boonmee"), now=NOW)


def test_a_co_manager_who_says_why_may_and_the_reason_stands_in_the_trail(closed):
    event = an_event()
    event.place = "Elsewhere"

    event_verbs.change([event], by=named("harriet-lowe"), now=NOW, reason="The hall was another.")

    last = AuditEvent.objects.order_by("-pk")[0]
    assert (last.ref, last.reason) == (event.ref, "The hall was another.")


def test_what_lies_outside_changes_as_before_and_all_does_once_it_is_opened_again(closed):
    outside = an_event()
    Event.objects.filter(pk=outside.pk).update(starts_on=date(2023, 5, 1), ends_on=date(2023, 5, 1))
    outside.refresh_from_db()
    outside.place = "Elsewhere"
    assert event_verbs.change([outside], by=named("naree-boonmee"), now=NOW) == [outside]

    with pytest.raises(NotClosed):
        open_again(closed, by=named("naree-boonmee"), now=NOW)
    open_again(closed, by=named("bagus-santoso"), now=NOW)
    event = an_event()
    event.place = "Elsewhere"
    assert event_verbs.change([event], by=named("naree-boonmee"), now=NOW) == [event]


def test_a_load_is_refused_by_row(closed, tmp_path):
    (tmp_path / "events.csv").write_text(
        "ref,title,type,state,office_role,starts_on,ends_on\nlate,Late,training,held,organised,2022-05-01,2022-05-01\n"
    )

    with pytest.raises(BadFolder, match="2022 is closed"):
        load(tmp_path, by=platform(), now=NOW)
    assert not Event.objects.filter(ref="late").exists()
