"""What must not be seen by the public, on the pages where it could have been."""

from __future__ import annotations

import re

from django.urls import reverse

from rso.accounts.actions import platform
from rso.core.office import desks
from rso.events import states
from rso.events.actions import event_verbs
from rso.events.models import Event, EventState, Participation, ParticipationState
from rso.finance.models import ContributionActivity
from rso.members.models import Body
from rso.publications.actions import publication_verbs
from rso.publications.models import Publication, PublicationState
from rso.workplan.models import Undertaking
from tests.web.conftest import as_user


def pages_of(work: Publication, funder: Body) -> list[str]:
    return [
        reverse("publications"),
        reverse("publications-feed"),
        reverse("activity", args=[work.activity.ref]),
        reverse("funder", args=[funder.ref]),
        reverse("home"),
    ]


def test_a_draft_is_named_on_no_page(office, client, now):
    link = ContributionActivity.objects.filter(activity__publications__isnull=False).order_by("pk")[0]
    work = link.activity.publications.order_by("-first_issued_on")[0]
    pages = pages_of(work, link.contribution.funder)
    assert [page for page in pages[:4] if work.title not in client.get(page).content.decode()] == []

    work.state = PublicationState.DRAFT
    publication_verbs.change([work], by=platform(), now=now)

    assert [page for page in pages if work.title in client.get(page).content.decode()] == []
    assert client.get(reverse("publication", args=[work.ref])).status_code == 404


def test_what_was_not_held_did_not_come_of_a_contribution(office, client, now):
    link = ContributionActivity.objects.filter(activity__events__state=EventState.HELD).order_by("pk")[0]
    event = link.activity.events.filter(state=EventState.HELD).order_by("pk")[0]
    page = reverse("funder", args=[link.contribution.funder.ref])
    assert event.get_absolute_url() in client.get(page).content.decode()

    event.state, event.reason = EventState.CANCELLED, "The host withdrew"
    event_verbs.change([event], by=platform(), now=now)

    assert event.get_absolute_url() not in client.get(page).content.decode()


def test_why_an_event_was_postponed_is_told_while_it_is(office, client, naree, now):
    event = Event.objects.get(ref="e2022-01")
    Event.objects.filter(pk=event.pk).update(state=EventState.PLANNED)
    Participation.objects.filter(event=event).update(state=ParticipationState.REGISTERED)
    pages = (event.get_absolute_url(), desks.all["events"].at(event.ref))
    reader, officer, why = client, as_user(naree), "The hall was flooded"

    def told() -> list[bool]:
        shown = reader.get(pages[0]).content.decode(), officer.get(pages[1]).content.decode().partition("<aside")[0]
        return [why in page for page in shown]

    for verb, says in (("postpone", True), ("plan_again", False), ("postpone", True), ("hold", False)):
        event.refresh_from_db()
        states.events.take(states.events.step(verb), [event], by=naree, now=now, reason=why if says else "")
        assert told() == [says, says]


def test_an_agency_has_no_page_and_is_offered_by_no_filter(office, client):
    agency = Body.objects.filter(kind="agency").order_by("pk")[0]

    assert client.get(reverse("member", args=[agency.ref])).status_code == 404
    assert f'value="{agency.ref}"' not in client.get(reverse("events")).content.decode()


def test_a_list_narrowed_to_a_body_shows_what_it_took_part_in(office, client):
    fiji = Body.objects.get(ref="FJI")
    shown = client.get(reverse("events"), {"body": "FJI"}).context["rows"]

    assert list(shown) == list(Event.objects.with_body(fiji.pk).newest_first())
    assert 0 < len(shown) < Event.objects.count()


def test_what_was_asked_tells_who_asked_and_what_the_office_did_year_by_year(office, client):
    lower_fees = Undertaking.objects.get(ref="u2022-01")
    page = client.get(reverse("asked"), {"year": "2022"})
    (shown,) = (row for row in page.context["undertakings"] if row == lower_fees)

    assert [part.body.ref for part in shown.parts.all()] == ["KHM", "THA"]
    assert shown.answers == [origin.activity for origin in lower_fees.activities.all()] != []
    assert client.get(reverse("asked"), {"year": "2019"}).context["undertakings"] == []
    assert f'id="{lower_fees.ref}"' in client.get(lower_fees.get_absolute_url()).content.decode()


def test_the_page_of_a_member_says_where_there_are_more_events_than_it_shows(office, client):
    indonesia = Body.objects.get(ref="IDN")
    page = client.get(reverse("member", args=["IDN"])).content.decode()

    assert Event.objects.with_body(indonesia.pk).count() == 12
    assert re.search(r'<a href="#panel-events"><b\s*>10\+</b>', page)
    assert f'<a href="{reverse("events")}?body=IDN">All of them</a>' in page


def test_themes_that_were_replaced_at_new_year_were_in_force_in_the_year_before(office, client):
    page = client.get(reverse("work")).content.decode()

    assert [
        years
        for theme in ("Victim-centered approach", "People Smuggling")
        for years in re.findall(rf"{theme}\s*<span class=\"muted small\">([^<]*)<", page)
    ] == ["2022", "2023–"]


def test_what_rests_on_invented_records_says_so_on_every_page_that_counts_them(office, client):
    course = Event.objects.get(ref="e2022-01")
    pages = {
        reverse("home"): r"by 560 people\.\s*Opens onto its records\.\s*Partly illustrative",
        reverse("figures"): r">600</td>\s*<td>attendances</td>\s*<td>Illustrative</td>",
        course.get_absolute_url(): r'41</a\s*>\s*attendances,\s*26\s*members and observers\.\s*<span class="st">Illustrative',
        reverse("member", args=["IDN"]): r"38 attendances, illustrative",
    }

    assert [page for page, words in pages.items() if not re.search(words, client.get(page).content.decode())] == []
