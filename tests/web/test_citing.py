"""“Cite this”, for any reader: an address named by content, and what became of what was cited."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone, translation

from rso.accounts.models import User
from rso.core.figures import registry
from rso.core.models import Note
from rso.events.actions import correct_participations, event_verbs, participation_verbs
from rso.events.models import Event, Participation
from rso.members.models import Body
from rso.reports import citing
from rso.reports.models import Citation, Edition, Frozen
from rso.reports.ready import broken
from tests.web.walking import as_role, bring_out

pytestmark = pytest.mark.usefixtures("office")
ASKED = {"figure": "participations", "period": "2022", "by": "type"}


def cited(client: Client | None = None, **asked: str) -> str:
    answer = (client or Client()).post("/cite/", {**ASKED, **asked})
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def page(address: str, client: Client | None = None) -> str:
    return " ".join((client or Client()).get(address).content.decode().split())


def count_again() -> Participation:
    row = Participation.objects.filter(event__starts_on__year=2022, person=None).order_by("ref")
    row = row.select_related("event", "member", "agency", "person")[0]
    row.number += 7
    correct_participations([row], by=User.objects.get(ref="naree-boonmee"), now=timezone.now(), reason="counted again")
    return row


def test_the_same_content_has_the_same_address_and_other_content_another():
    first = cited()

    assert cited() == first
    assert cited(by="month") != first
    assert Citation.objects.count() == 2


def test_what_was_cited_is_shown_with_a_citation_in_three_forms_and_is_unchanged():
    address = cited()

    found = page(address)
    assert "Unchanged since it was cited." in found
    assert "Attendances" in found or "attendances" in found
    assert "@techreport{rso-" in found
    assert f"http://localhost:8000{address}" in found


def test_it_says_by_how_much_it_moved_and_to_the_office_by_which_records():
    address = cited()
    row = count_again()

    public, office = page(address), page(address, as_role("tran-thi-mai"))

    assert "Moved:" in public
    assert row.ref not in public
    assert row.ref in office
    assert cited() != address


def test_records_of_a_figure_that_names_nobody_are_kept_with_it():
    address = cited(figure="events-held", by="")
    event = Event.objects.filter(starts_on__year=2022, state="held", office_role="organised").order_by("ref")[0]
    event.state, event.reason = "cancelled", "never was"
    Participation.objects.filter(event=event).update(state=3)
    event_verbs.change([event], by=User.objects.get(ref="naree-boonmee"), now=timezone.now())

    assert event.ref in page(address, as_role("tran-thi-mai")).partition("Records that are why")[2]


def test_nothing_personal_is_kept_of_what_a_stranger_cites():
    cited()
    cited(figure="people-reached", by="sex")

    assert [c.records for c in Citation.objects.all()] == [None, None]


def test_changed_notes_are_told():
    address = cited(by="")
    Note.objects.create(ref="late", figure="participations", text="Counted anew.")

    assert "The notes have changed since." in page(address)


def test_what_the_office_cites_of_its_own_view_is_for_the_office_alone():
    office = as_role("tran-thi-mai")
    address = cited(office)

    assert office.get(address).status_code == 200
    assert Client().get(address).status_code == 404


def test_the_office_is_told_so_and_cites_it_for_all_readers_where_they_may_have_it():
    office = as_role("tran-thi-mai")
    address = cited(office)
    assert "Only the office can open this address." in page(address, office)
    assert 'name="public"' in page(address, office)
    assert broken(address) == "only the office can open this citation; cite it for all readers on its page"

    for_all = cited(office, public="1")
    assert (for_all, Client().get(for_all).status_code, broken(for_all)) == (cited(), 200, "")
    assert "Only the office" not in page(for_all, office)

    withheld = cited(office, figure="people-reached", period="2022-09", by="sex")
    assert "Only the office can open this address." in page(withheld, office)
    assert 'name="public"' not in page(withheld, office)


@pytest.mark.parametrize("ref", ["marta-ilves", "lena-fischer", "kim-osei"])
def test_those_of_the_office_who_may_not_see_who_took_part_cite_people_as_the_public_does(ref):
    of_the_office = cited(as_role("naree-boonmee"), by="sex")
    reader = as_role(ref)

    assert cited(reader) == cited()
    assert reader.get(of_the_office).status_code == 404
    assert cited(reader, figure="events-held") == cited(as_role("naree-boonmee"), figure="events-held")


@pytest.mark.parametrize(
    "asked", [{"figure": "nothing"}, {"period": "never"}, {"by": "nothing"}, {"by": "sex", "across": "type"}, {"by": "sex", "period": "2022-09"}]
)  # fmt: skip
def test_what_cannot_be_read_or_may_not_be_told_is_not_frozen(asked):
    assert Client().post("/cite/", {**ASKED, **asked}).status_code == 404
    assert Citation.objects.count() == 0


@pytest.mark.long
def test_a_stranger_freezes_so_many_within_an_hour_and_an_officer_more():
    stranger, officer = Client(), as_role("tran-thi-mai")
    answers = [stranger.post("/cite/", ASKED).status_code for _time in range(31)]

    assert answers == [302] * 30 + [429]
    assert officer.post("/cite/", ASKED).status_code == 302


def test_every_figure_and_every_table_offers_to_be_cited():
    for address in ("/figures/participations/2022/", "/tables/?figure=participations&period=2022&by=type&across=mode"):
        assert 'action="/cite/"' in Client().get(address).content.decode()


def test_a_record_that_moved_within_a_table_is_named_though_the_whole_stands():
    address = cited(figure="events-held")
    event = Event.objects.filter(starts_on__year=2022, state="held", office_role="organised").order_by("ref")[0]
    event.type = "forum" if event.type != "forum" else "training"
    event_verbs.change([event], by=User.objects.get(ref="naree-boonmee"), now=timezone.now())

    assert event.ref in page(address, as_role("tran-thi-mai")).partition("Records that are why")[2]
    assert event.ref not in page(address)


def test_of_what_the_office_cites_by_sex_agency_and_basis_exactly_the_records_that_moved_are_named():
    office = as_role("tran-thi-mai")
    addresses = [cited(office, figure="people-reached", by=by) for by in ("sex", "agency", "basis")]
    row = Participation.objects.filter(event__starts_on__year=2022, person=None, state=2, sex=None).order_by("ref")
    row = row.select_related("event", "member", "agency", "person").filter(agency=None).exclude(basis=3)
    row = row.filter(member__in=Body.objects.filter(kind="agency").values("parent"))[0]
    row.sex, row.basis, row.agency = 1, 3, Body.objects.filter(kind="agency", parent=row.member).order_by("ref")[0]
    correct_participations([row], by=User.objects.get(ref="naree-boonmee"), now=timezone.now())

    told = [page(address, office).partition("touched since:")[2].partition("<")[0].strip() for address in addresses]
    assert told == [row.ref] * 3


def test_a_split_that_may_no_longer_be_told_is_said_to_be_withheld_and_what_was_cited_stays():
    address = cited(figure="training-participations", by="agency")
    of_trainings = Participation.objects.filter(event__starts_on__year=2022, event__type="training").order_by("pk")
    naree = User.objects.get(ref="naree-boonmee")
    participation_verbs.remove(list(of_trainings[3:]), by=naree, now=timezone.now(), reason="never came")

    found = page(address)
    assert "Training participations, 2022:" in found
    assert "The split is withheld now." in found
    assert "Fewer than five people could be told apart by agency, so this split is not shown." in found
    assert "could be told apart by agency" not in page(f"/th{address}")


def test_where_cells_alone_moved_the_value_is_said_to_be_the_same():
    address = cited(figure="events-held", by="mode")
    event = Event.objects.get(ref="e2022-01")
    assert event.mode == "online"
    event.mode, event.place = "in_person", "Bali"
    event_verbs.change([event], by=User.objects.get(ref="naree-boonmee"), now=timezone.now())

    found = page(address)
    assert "The value is the same, but its split has moved." in found
    assert "Moved:" not in found
    assert "when cited, " in found


def test_a_newer_edition_is_named_in_words_with_a_link_and_the_numbers_are_said_to_be_unchanged(settings, tmp_path):
    settings.VAR = tmp_path
    bring_out("monthly-2022-09")
    address = cited(figure="participations", period="2022-09", by="")
    edition = Edition.objects.get()
    edition.pk, edition.ref, edition.number, edition.note = None, "second", 2, "Corrected."
    edition.published_at = timezone.now()
    edition.save()
    Frozen.objects.create(
        edition=edition, key="participations|2022-09|", figure="participations", period="2022-09", unit="attendances",
        status="A", version=1, definition="0" * 64, as_at=edition.as_at,
    )  # fmt: skip

    found = page(address)
    assert (
        "There is a newer edition that prints it: "
        '<a href="/reports/monthly-2022-09/2/">Monthly Report September 2022, edition 2</a>'
    ) in found
    assert "Its numbers are unchanged." in found


def test_what_it_is_split_by_is_said_in_words_of_the_page():
    address = cited(figure="events-held", by="mode")
    with translation.override("th"):
        title = str(registry.find("events-held").source.dimension("mode").title).lower()

    assert (
        "Events held by mode of event, 2022" in page(address),
        '<th scope="col">Mode of event</th>' in page(address),
    ) == (True, True)
    thai = page(f"/th{address}")
    assert ("ตามmode" in thai, f"ตาม{title}" in thai) == (False, True)


def test_a_value_that_stands_among_the_others_now_is_not_said_to_be_none():
    fiji, others = ({"filter": f"agency={key}", "value": 7, "shown": "7", "label": key} for key in ("FJI-P", "other"))
    says, now = ({"title": "People", "value": 7, "shown": "7", "cells": [cell]} for cell in (fiji, others))

    assert citing._cells_moved(says, now) == [("FJI-P", "7", "–"), ("other", "0", "7")]
    assert citing._cells_moved(says, {**now, "cells": []}) == [("FJI-P", "7", "0")]
