"""Two offices that differ only in what is kept from the public are the same to it, byte for byte."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.core.cache import caches
from django.urls import reverse

from rso.core.figures import registry
from rso.core.figures.reading import OFFICE, Reading
from rso.core.periods import Period
from rso.events.models import Participation
from rso.reports.compiler import compile_report
from rso.reports.evidence import as_bytes, evidence
from rso.reports.models import Report
from tests.factories.people import leave_three_women
from tests.web.walking import ANYONE, NAREE, as_role, ask, table

pytestmark = pytest.mark.usefixtures("office")
Change = Callable[[], object]


#: What only the office may ask: who came to which event, by what is kept from others.
CROSSED = [f"/tables/?figure=participations&period=2022&by={by}&across=event" for by in ("sex", "agency")]


def of_people() -> list[str]:
    """The addresses that tell of people by sex or by agency, and of whom else they might."""
    slugs = [figure.slug for figure in registry if figure.counts_people or figure.slug == "share-of-women"]
    names = ("figure", "figure-csv", "figure-records")
    return [*CROSSED, *(reverse(name, args=[slug, "2022"]) for slug in slugs for name in names)]


def told(addresses: list[str], role: str = ANYONE) -> dict[str, bytes]:
    """What is answered at each address, and the evidence of the annual report."""
    for name in settings.CACHES:
        caches[name].clear()
    client = as_role(role)
    answers = {address: ask(client, address) for address in addresses}
    found = {address: getattr(answer, "body", None) or answer.content for address, answer in answers.items()}
    return found | {"evidence": as_bytes(evidence(compile_report(Report.objects.get(ref="annual-2022"))))}


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    return {address for address, said in after.items() if said != before[address]}


def came_once(**of: object) -> list[Participation]:
    """Attendances of named people who came to one event of the office, in the order of events."""
    everyone = Reading(registry.find("participations"), Period.parse("2022"), reader=OFFICE).records
    rows = everyone.filter(person__isnull=False, **of).select_related("event").order_by("event", "pk")
    people = [row.person_id for row in everyone]
    return [row for row in rows if people.count(row.person_id) == 1]


def swap_sexes_of_two_at_different_events() -> None:
    """A woman at a course and a man at the Forum: as many of each as before, and as many at each event."""
    woman, man = came_once(sex=1, event__type="training")[0], came_once(sex=2, event__type="training")[-1]
    assert woman.event != man.event
    woman.sex, man.sex = man.sex, woman.sex
    Participation.objects.bulk_update([woman, man], ["sex"])


def swap_agencies_of_two_of_one_member() -> None:
    """Of Indonesia's: one agency's official at one course, another's at another."""
    first, *others = came_once(member__ref="IDN", agency__isnull=False, event__type="training")
    other = next(row for row in others if row.agency_id != first.agency_id and row.event_id != first.event_id)
    first.agency, other.agency = other.agency, first.agency
    Participation.objects.bulk_update([first, other], ["agency"])


def make_a_fourth_woman_of_a_man() -> None:
    man = came_once(sex=2)[0]
    Participation.objects.filter(pk=man.pk).update(sex=1)


CASES: list[tuple[Change, Change]] = [
    (lambda: None, swap_sexes_of_two_at_different_events),
    (lambda: None, swap_agencies_of_two_of_one_member),
    (leave_three_women, make_a_fourth_woman_of_a_man),
]
IDS = [change.__name__ for _first, change in CASES]


@pytest.mark.long
@pytest.mark.parametrize(("first", "change"), CASES, ids=IDS)
def test_the_pages_of_figures_tell_the_public_the_same(first, change):
    first()
    before, before_of_office = told(of_people()), told(CROSSED, NAREE)
    change()

    assert changed(before, told(of_people())) == set()
    assert changed(before_of_office, told(CROSSED, NAREE)) & set(CROSSED) != set()


@pytest.mark.long
@pytest.mark.parametrize(("first", "change"), CASES, ids=IDS)
def test_the_whole_site_tells_the_public_the_same(first, change):
    # Forms of accounts bear a token of their own each time, and the metrics count what was asked.
    addresses = [line.address for line in table() if not line.address.startswith(("/accounts/", "/metrics"))]
    first()
    before = told(addresses)
    change()

    assert changed(before, told(addresses)) == set()
