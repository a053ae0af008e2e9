"""What holds of every desk of the office: a new one inherits these tests by being declared."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import strip_tags

from rso.accounts.models import User
from rso.core.office import Desk, desks
from rso.core.office.cells import cells_of_stored
from rso.core.office.filters import led_to
from rso.core.office.forms import Opened
from tests.conftest import named
from tests.sampling import few
from tests.web.conftest import as_user
from tests.web.markup import CONTROLS, Page

pytestmark = pytest.mark.usefixtures("office")
reverse("office")  # finds the desks
ALL = list(desks.all.values())
CAST = ("naree-boonmee", "harriet-lowe", "marta-ilves", "tran-thi-mai", "lena-fischer", "ravi-perera", "kim-osei")
OUTSIDERS = ("josefa-waqa", "sok-dara", "aishath-nazima", "batbayar")
#: Of the office there is one; a forecast is called by its budget line.
NAMED = [desk for desk in ALL if desk.slug not in ("office", "forecasts")]
each_desk = pytest.mark.parametrize("desk", ALL, ids=[desk.slug for desk in ALL])
some_desks = pytest.mark.parametrize("desk", few(ALL, 6), ids=[desk.slug for desk in ALL])


def keeper(desk: Desk) -> User:
    """Someone of the cast who keeps the records of a desk, or sees them where nobody does."""
    may = desk.keeps or desk.sees
    return next(user for user in map(named, CAST) if may.allows(user) and desk.sees.allows(user))


def first_of(desk: Desk, user: User):
    thing = desk.rows(user).order_by("pk").first()
    if thing is None:
        pytest.skip(f"the example has no {desk.noun}")
    return thing


@pytest.mark.parametrize("desk", few(ALL, 3), ids=[desk.slug for desk in ALL])
def test_those_who_may_see_a_desk_see_it_and_for_others_there_is_none(desk):
    found = {ref: as_user(named(ref)).get(desk.url).status_code for ref in (*CAST, *OUTSIDERS)}

    assert found == {ref: 200 if desk.sees.allows(named(ref)) else 404 for ref in found}


@each_desk
def test_whoever_is_not_signed_in_is_asked_to(desk):
    answer = Client().get(desk.url)

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/accounts/login/?next={desk.url}")


@pytest.mark.long
@each_desk
def test_its_list_takes_every_filter_order_column_and_view(desk):
    client = as_user(keeper(desk))
    asked = [
        "q=nothing+of+the+kind",
        *(f"sort={sign}{name}" for name, col in desk.cols.items() if col.sort for sign in ("", "-")),
        "&".join(f"cols={name}" for name in desk.cols),
        *(f"view={view.slug}" for view in desk.views),
        "page=99999999999999999999",
    ]

    assert {query: client.get(f"{desk.url}?{query}").status_code for query in asked} == dict.fromkeys(asked, 200)


@pytest.mark.parametrize(
    "address", ["/office/", "/office/calendar/", "/office/office/", "/office/events/", "/office/seats/"]
)
def test_of_the_rooms_beside_a_page_one_is_marked_as_the_one_that_is_open(harriet, address):
    page = Page(address, as_user(harriet).get(address).content)
    rooms = next(nav for nav in page.all("nav") if nav.get("class") == "side")

    assert [link.get("href") for link in rooms.iter("a") if link.get("aria-current")] == [address]


@each_desk
def test_what_it_calls_its_columns_and_questions_can_be_translated(desk):
    called = {name: col.title for name, col in desk.cols.items()} | {c.name: c.label for c in desk.form_columns}

    assert [name for name, label in called.items() if not isinstance(label, Promise)] == []


@some_desks
def test_its_list_is_taken_away_with_every_column_each_under_a_title_of_its_own(desk):
    client = as_user(keeper(desk))
    columns = "&".join(f"cols={name}" for name in desk.cols)
    sent = [b"".join(client.get(f"{desk.url}export.{form}?{columns}")) for form in ("csv", "xlsx")]
    titles = next(csv.reader(StringIO(sent[0].decode())))

    assert len({title.casefold() for title in titles}) == len(titles) == len(desk.cols) + 1
    assert [cell.value for cell in openpyxl.load_workbook(BytesIO(sent[1])).worksheets[2][3]] == titles


def test_a_list_whose_question_cannot_be_read_says_so_before_all_else(harriet):
    answer = as_user(harriet).get("/office/events/", {"type": "nothing of the kind"})

    assert (answer.status_code, Page("/office/events/", answer.content).title.split()[:2]) == (
        422,
        ["Error:", "Events:"],
    )


@pytest.mark.parametrize("desk", NAMED, ids=[desk.slug for desk in NAMED])
def test_a_record_is_found_in_its_list_by_what_the_list_calls_it(desk):
    user = keeper(desk)
    thing = first_of(desk, user)
    called = strip_tags(str(desk.cols[desk.usual[0]].show(thing) or thing.ref))
    page = Page(desk.url, as_user(user).get(desk.url, {"q": called}).content)

    assert desk.at(thing.ref) in {link.get("href") for link in page.all("a")}


@some_desks
def test_its_list_asks_no_more_for_many_rows_than_for_few(desk, monkeypatch):
    client, counts = as_user(keeper(desk)), []
    if desk.rows(keeper(desk)).count() < 3:
        pytest.skip("too few records")
    client.get(desk.url)
    for rows in (1, 3):
        monkeypatch.setattr("rso.core.pages.PER_PAGE", rows)
        with CaptureQueriesContext(connection) as queries:
            client.get(desk.url)
        counts.append(len(queries))

    assert counts[0] == counts[1]


@some_desks
def test_a_record_has_a_page_a_history_and_a_form(desk):
    user = keeper(desk)
    client, thing = as_user(user), first_of(desk, user)
    form = 200 if desk.may_keep(user) and desk.sections else 404

    edit = 404 if desk.settled else form
    wanted = {desk.url: 200, desk.at(thing.ref): 200, f"{desk.at(thing.ref)}edit/": edit, f"{desk.url}new/": form}

    pages = {address: client.get(address) for address in wanted}

    assert {address: page.status_code for address, page in pages.items()} == wanted
    assert [
        f for address, page in pages.items() for f in Page(address, page.content).faults if page.status_code == 200
    ] == []


@some_desks
def test_a_form_sent_back_as_it_came_changes_nothing(desk):
    user = keeper(desk)
    thing = first_of(desk, user)
    if not desk.may_alter(user):
        pytest.skip("nobody changes these by a form")
    client = as_user(user)
    before = cells_of_stored(desk.table, thing.ref)
    sent = answers_of(client.get(f"{desk.at(thing.ref)}edit/").content)

    answer = client.post(f"{desk.at(thing.ref)}edit/", sent)

    assert (answer.status_code, cells_of_stored(desk.table, thing.ref)) == (302, before)


@each_desk
def test_every_question_of_its_form_has_a_label_of_its_own(desk):
    form = Opened(desk, "", None, {}, {})
    labels = [str(question.label).casefold() for _title, fields in form.sections for question in fields]

    assert sorted(labels) == sorted(set(labels))


@some_desks
def test_the_panels_of_its_records_lead_to_lists_of_just_these(desk):
    user = keeper(desk)
    thing = first_of(desk, user)
    for related in desk.related:
        other = desks.all[related.desk]
        if not other.sees.allows(user):
            continue
        address = f"{other.url}?{related.via}={thing.ref}"
        asked = as_user(user).get(address).context["asked"]
        beside = led_to(other.rows(user), related.via, thing.pk)

        assert (address, asked.found.count()) == (address, beside.count())


def answers_of(page: bytes) -> dict[str, list[str]]:
    """What a browser would send of the page's main form."""
    forms = Page("/", page).all("form")
    drafted = (f for f in forms if f.get("data-draft") is not None)
    form = next(drafted, None) or next(f for f in forms if f.get("class") == "flow")
    sent: dict[str, list[str]] = {}
    for control in (e for e in form.iter() if e.tag in CONTROLS):
        name, kind = control.get("name"), control.get("type", "text")
        if not name or (kind in ("radio", "checkbox") and control.get("checked") is None):
            continue
        if control.tag == "select":
            value = next((o.get("value") for o in control.iter("option") if o.get("selected") is not None), "")
        elif control.tag == "textarea":
            value = (control.text or "").removeprefix("\n")
        else:
            value = control.get("value", "")
        sent.setdefault(name, []).append(value)
    return sent
