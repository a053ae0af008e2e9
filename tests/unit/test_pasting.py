"""A list of participants comes in as it was copied from a spreadsheet, and nobody is entered twice."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from rso.accounts.actions import platform
from rso.core.models import AuditEvent
from rso.core.verbs import Refused, add
from rso.events.entering import Entered, enter_participants
from rso.events.matching import Proposals, Verdict, decided, propose
from rso.events.models import Event, Participation, ParticipationRole
from rso.events.pasting import MOST, read_pasted, sex_of, without_title
from rso.members.models import Body, Person, Sex
from tests.conftest import NOW

HEADER = "Name\tSex\tOrganisation\tPosition\tCountry\tRole"


@pytest.fixture
def course(office) -> Event:
    """A training that is to come."""
    event = Event(
        ref="t-course",
        title="Course",
        type="training",
        office_role="organised",
        starts_on="2023-05-02",
        ends_on="2023-05-04",
    )
    add([event], verb="added", by=platform(), now=NOW)
    return event


@pytest.fixture
def somchai(office) -> Person:
    body, agency = Body.objects.get(ref="THA"), Body.objects.get(ref="THA-POL")
    person = Person(ref="t-somchai", name="Somchai Jaidee", body=body, agency=agency)
    add([person], verb="added", by=platform(), now=NOW)
    return person


def verdicts(proposals: Proposals) -> list[str]:
    return [str(proposal.verdict) for proposal in proposals.rows]


def enter(event: Event, text: str, choices: dict[int, str] | None = None) -> Entered:
    return enter_participants(event, decided(propose(event, text), choices or {}), by=platform(), now=NOW)


# -- reading -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "fields", "first"),
    [
        (f"{HEADER}\nLan Pham\tF\tCoast guard\tOfficer\tVNM\tspeaker", "name sex agency post member role", "Lan Pham"),
        ("No.,Full name,Gender,Remarks\n1,Lan Pham,F,none", " name sex ", "Lan Pham"),
        ("First name;Surname;Country\nLan;Pham;Viet Nam", "given family member", "Lan Pham"),
        ("ชื่อ-นามสกุล\tเพศ\tประเทศ\nสมชาย ใจดี\tชาย\tTHA", "name sex member", "สมชาย ใจดี"),
        ("Lan Pham\tF\tVNM\nBen Tan\tM\tSGP", "name sex member", "Lan Pham"),
        ("1\tLan Pham\tMs\n2\tBen Tan\tMr", " name sex", "Lan Pham"),
        ("12\tFJI\tfemale\n5\tFJI\tmale", "number member sex", ""),
        ('"Pham, Lan",Coast guard\r\n"Tan, Ben",Police\r\n', "name agency", "Pham, Lan"),
        ("Lan Pham\n\n  \nBen Tan\n", "name", "Lan Pham"),
    ],
)  # fmt: skip
def test_columns_are_known_by_their_header_or_by_what_stands_in_them(text, fields, first):
    members = {"VNM", "SGP", "FJI"}

    pasted = read_pasted(text, is_member=lambda cell: cell in members)

    assert (" ".join(pasted.fields), pasted.rows[0]["name"], pasted.problems) == (fields, first, [])


def test_a_column_that_tells_nothing_known_is_named_as_left_out():
    assert read_pasted("Name\tDiet\nLan Pham\tnone").left_out == ["Diet"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("  \n ", "there is nothing to read; copy the rows in the spreadsheet and paste them here"),
        ("Sex\tCountry\nF\tFJI", "has no column of names or of numbers of people; name the columns in the first row"),
        ("Name\n" + "Lan\n" * (MOST + 1), "has 501 rows; at most 500 at once: paste it in parts"),
        (
            'Name\tCountry\n"Somchai X\tThailand\nSok B\tCambodia\nSok C\tCambodia',
            "row 2: opens a quotation mark that is never closed",
        ),
        (
            'Name\tCountry\nSok B\tCambodia\n"Somchai" X\tThailand',
            "row 3: has a quotation mark inside a quoted cell; write it twice",
        ),
    ],
)
def test_what_cannot_be_read_says_why(text, says):
    assert read_pasted(text).problems == [says]


def test_a_cell_in_quotation_marks_may_hold_lines_and_marks_written_twice():
    pasted = read_pasted('Name\tPost\n"Somchai ""Chai"" X"\t"Head,\nBorder"\nSok "Bo" B\tOfficer')

    assert [(row["name"], row["post"]) for row in pasted.rows] == [
        ('Somchai "Chai" X', "Head, Border"),
        ('Sok "Bo" B', "Officer"),
    ]


@pytest.mark.parametrize(
    ("text", "sex"),
    [
        *((word, Sex.FEMALE) for word in ("F", "female", "Ms.", "MRS", "woman", "หญิง", "perempuan")),
        *((word, Sex.MALE) for word in ("m", "Male", "Mr", "ชาย", "laki-laki")),
        *((word, None) for word in ("", "-", "n/a", "N/A", "Unknown", "?", "not stated")),
    ],
)
def test_a_sex_is_told_by_many_words_and_unknown_is_a_value_of_its_own(text, sex):
    assert sex_of(text) is sex


@pytest.mark.parametrize(
    ("text", "name", "sex"),
    [
        ("Ms. Lan Pham", "Lan Pham", Sex.FEMALE),
        ("Dr Ben Tan", "Ben Tan", None),
        ("นางสาว สมหญิง", "สมหญิง", Sex.FEMALE),
        ("Lan Pham", "Lan Pham", None),
        ("Mr", "Mr", None),
    ],
)
def test_how_someone_is_addressed_is_no_part_of_the_name_but_tells_the_sex(text, name, sex):
    assert without_title(text) == (name, sex)


@given(st.text(alphabet=st.sampled_from("ab\t\n\r,;\"'=-@012²٣é\u202e\x00ก"), max_size=60))
@settings(max_examples=60, deadline=None)
def test_whatever_is_pasted_is_read_or_refused_in_words(text):
    pasted = read_pasted(text)

    assert bool(pasted.rows) or bool(pasted.problems)
    assert {type(cell) for row in pasted.rows for cell in row.cells.values()} <= {str}


# -- whom they mean ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        ("JAIDEE, Somchai\tM\tPolice, Thailand\t\tThailand", "known"),
        ("Sömchai Jaidee\t\t\t\tTHA", "known"),
        ("Somchai Jaidee\t\t\t\t", "doubtful"),
        ("Somchai Jaidee\t\t\t\tFiji", "doubtful"),
        ("Somchai Jaidi\t\t\t\tTHA", "doubtful"),
        ("Somchai Jaidi\t\t\t\tFJI", "new"),
        ("Suharto\t\t\t\tIDN", "new"),
        ("สมหญิง ใจงาม\tหญิง\t\t\tประเทศไทย", "new"),
        ("Lan Pham\tmaybe\t\t\tVNM", "wrong"),
        ("Lan Pham\t\t\t\tAtlantis", "wrong"),
        ("Lan Pham\t\t\t\tVNM\tking", "wrong"),
        ("=1+1\t\t\t\tVNM", "wrong"),
        ("\tF\t\t\tVNM", "wrong"),
    ],
)
def test_a_row_is_someone_known_or_new_or_doubtful_or_wrong(course, somchai, row, verdict):
    Body.objects.filter(ref="THA").update(names={"th": "ประเทศไทย"})

    assert verdicts(propose(course, f"{HEADER}\n{row}")) == [verdict]


def test_one_word_is_the_name_of_many_unless_the_agency_is_the_same(course, somchai):
    batbayar = Person.objects.get(ref="batbayar")
    rows = "Batbayar\t\tMNG-POL\t\tMongolia", "Batbayar\t\t\t\tMongolia"

    found = [propose(course, f"{HEADER}\n{row}").rows[0] for row in rows]

    assert [(p.verdict, p.near) for p in found] == [(Verdict.KNOWN, []), (Verdict.DOUBTFUL, [batbayar])]
    assert found[0].entrant is not None
    assert found[0].entrant.person == batbayar


def test_an_organisation_is_the_member_itself_and_an_unknown_agency_is_left_out_and_told(course):
    rows = propose(course, "Name\tOrganisation\tCountry\nLan Pham\tIOM\t\nBen Tan\tMoonbase\tSingapore").rows

    assert [(p.entrant.member.ref, p.entrant.agency) for p in rows if p.entrant and p.entrant.member] == [
        ("IOM", None), ("SGP", None),
    ]  # fmt: skip
    assert [p.notes for p in rows] == [[], ["“Moonbase” is no agency that is known here; it is left out"]]


def test_a_member_that_is_mistyped_is_told_with_the_one_that_may_be_meant(course):
    rows = propose(course, "Name\tCountry\nLan Pham\tSri Lankka\nBen Tan\tAtlantis").rows

    assert [p.problems["member"] for p in rows] == [
        "is not known here; did you mean Sri Lanka?", "is no State or organisation that is known here",
    ]  # fmt: skip


def test_a_row_that_stands_twice_is_told_with_its_line(course):
    rows = propose(course, "Name\tCountry\nLan Pham\tVNM\nPHAM Lan\tViet Nam").rows

    assert [(p.row.line, p.problems) for p in rows] == [(2, {}), (3, {"name": "stands in line 2 already"})]


def test_what_is_doubtful_or_wrong_waits_for_the_officer(course, somchai):
    text = f"{HEADER}\nSomchai Jaidi\t\t\t\tTHA\nLan Pham\tmaybe\t\t\tVNM\nBen Tan\t\t\t\tSGP"

    with pytest.raises(Refused) as refused:
        enter(course, text)
    assert [str(problem.says) for problem in refused.value.problems] == [
        "line 2: decide who is meant",
        "line 3: Sex: is no word for a sex that is known here; write female, male or unknown",
    ]
    with pytest.raises(Refused, match="line 2: is none of those who may be meant"):
        enter(course, text, {2: "batbayar", 3: "skip"})

    enter(course, text, {2: "t-somchai", 3: "skip"})
    names = Participation.objects.filter(event=course).values_list("person__name", flat=True)
    assert sorted(names) == ["Ben Tan", "Somchai Jaidee"]


# -- entering ----------------------------------------------------------------------------------------------------------

LIST = f"""{HEADER}\tNumber
Somchai Jaidee\tM\tTHA-POL\tInspector\tThailand\t\t
Ms Lan Phạm\t\t\tOfficer\tViet Nam\tSpeaker\t
Suharto\tunknown\t\t\tIndonesia\t\t
\tF\t\t\tFiji\t\t4
\tF\t\t\tFiji\t\t4
"""


def test_a_list_makes_people_and_their_parts_and_head_counts_in_one_go(course, somchai):
    entered = enter(course, LIST)

    rows = Participation.objects.filter(event=course).order_by("ref")
    assert [(r.ref, r.person and r.person.name, r.member and r.member.ref, r.number, r.sex, r.role, r.state) for r in rows] == [
        ("t-course-001", "Somchai Jaidee", "THA", 1, Sex.MALE, ParticipationRole.PARTICIPANT, 1),
        ("t-course-002", "Lan Phạm", "VNM", 1, Sex.FEMALE, ParticipationRole.SPEAKER, 1),
        ("t-course-003", "Suharto", "IDN", 1, None, ParticipationRole.PARTICIPANT, 1),
        ("t-course-004", None, "FJI", 4, Sex.FEMALE, ParticipationRole.PARTICIPANT, 1),
        ("t-course-005", None, "FJI", 4, Sex.FEMALE, ParticipationRole.PARTICIPANT, 1),
    ]  # fmt: skip
    assert ([p.name for p in entered.people], len(entered.participations), entered.there) == (
        *(["Lan Phạm", "Suharto"], 5, 0),
    )
    assert AuditEvent.objects.filter(kind="events.participation", ref__startswith="t-course").count() == 5


def test_the_same_list_again_adds_nothing(course, somchai):
    enter(course, LIST)
    people, events = Person.objects.count(), AuditEvent.objects.count()

    assert verdicts(propose(course, LIST)) == ["there"] * 5
    entered = enter(course, LIST)

    assert (entered.people, entered.participations, entered.there) == ([], [], 5)
    assert (Person.objects.count(), AuditEvent.objects.count()) == (people, events)


def test_the_same_rows_sent_twice_add_nothing_the_second_time(course, somchai):
    """Two clicks: both have read the list before either was entered."""
    first, second = (decided(propose(course, LIST), {}) for _click in range(2))

    enter_participants(course, first, by=platform(), now=NOW)
    entered = enter_participants(course, second, by=platform(), now=NOW)

    assert (entered.people, entered.participations, entered.there) == ([], [], 5)


def test_two_people_of_one_name_are_entered_where_the_officer_says_so_and_stay_two(course, somchai):
    text = f"{HEADER}\nSomchai Jaidee\t\tTHA-POL\tInspector\tTHA\nSomchai Jaidee\t\tTHA-POL\tClerk\tTHA"
    found = propose(course, text)
    assert verdicts(found) == ["known", "new"]

    enter(course, text)

    assert Participation.objects.filter(event=course, person__name="Somchai Jaidee").count() == 2
    assert verdicts(propose(course, text)) == ["there", "there"]


def test_those_of_an_event_that_was_held_have_attended_and_online_ones_were_online(office):
    event = Event.objects.filter(state="held", mode="online").order_by("ref")[0]

    (row,) = enter(event, "Name\tCountry\nLan Pham\tVNM").participations

    assert (row.get_state_display(), row.get_mode_display()) == ("Attended", "Online")


def test_a_list_that_the_room_refuses_writes_nothing(course, somchai):
    rows = decided(propose(course, LIST), {})
    rows[1].agency = Body.objects.get(ref="THA-POL")
    people = Person.objects.count()

    with pytest.raises(Refused, match="belongs to another body"), transaction.atomic():
        enter_participants(course, rows, by=platform(), now=NOW)

    assert (Person.objects.count(), Participation.objects.filter(event=course).count()) == (people, 0)


def test_a_list_of_five_hundred_is_read_with_few_queries(course, django_assert_max_num_queries):
    text = "Name\tCountry\n" + "\n".join(f"Person {at} Number\tFJI" for at in range(MOST))

    with django_assert_max_num_queries(8):
        found = propose(course, text)

    assert found.counts == {Verdict.NEW: MOST}
