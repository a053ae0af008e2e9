"""An extract of the ledger is read, compared, asked about and entered by one yes; the ledger is corrected by entries alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from rso.core.closing import close, open_again
from rso.core.models import AuditEvent, ClosedPeriod
from rso.core.periods import Period
from rso.core.verbs import Refused
from rso.finance.actions import (
    answer_extract,
    drop_extract,
    enter_ledger,
    keep_extract,
    post_expenditure,
    purge_extracts,
    reverse_expenditure,
    reverse_on_their_days,
)
from rso.finance.extracts import read_extract
from rso.finance.ledger import Check, check
from rso.finance.models import Category, Commitment, Expenditure, LedgerRows, LedgerUpload, Rate
from rso.finance.rules import check_rates
from rso.workplan.models import Activity
from tests.conftest import named
from tests.factories.extracts import as_csv

HEADER = "date,voucher,category,activity,amount,currency,rate,description"
FORUM = "a2022-02"


@pytest.fixture
def keep(marta, now):
    """Uploads an extract of these rows."""

    def kept(*rows: str, header: str = HEADER) -> LedgerUpload:
        return keep_extract(read_extract("ledger.csv", "\n".join([header, *rows]).encode()), by=marta, now=now)

    return kept


@pytest.fixture
def enter(marta, now):
    """Answers all questions as given by their texts, then says yes."""

    def entered(upload: LedgerUpload, **answers: str) -> LedgerUpload:
        given = {q.slug: answers[q.kind] for q in check(upload).questions}
        upload = answer_extract(upload, answers=given, by=marta, now=now)
        return enter_ledger(upload, seen=check(upload).digest, by=marta, now=now)

    return entered


def counts(found: Check) -> tuple[int, int, int, int]:
    return len(found.new), len(found.there), len(found.differs), len(found.faults)


def faults(upload: LedgerUpload) -> list[str]:
    return [str(fault) for fault in check(upload).faults]


# -- reading -------------------------------------------------------------------------------------------------------------


def test_every_cell_that_is_wrong_is_named_by_row_and_column(keep):
    upload = keep(
        "05/12/2022,JV1,FEE,,1.00,AUD,,x",
        "2022-12-05,JV2,FEE,,1.2.3,AUD,,x",
        "2022-12-05,JV3,FEE,,=A1*2,AUD,,x",
        "2022-12-05,JV4,FEE,,1.00,aud,,x",
        "2022-12-05,JV5,FEE,,1.00,NZD,,x",
        "2022-12-05,JV5,FEE,,1.00,AUD,,x",
        "2022-12-05,🙂,FEE,,1.00,AUD,,x",
        "2022-12-05,JV6,,,1.00",
    )

    assert faults(upload) == [
        "ledger.csv, row 2, date: “05/12/2022” is not a date as 2022-09-30, of the years 1900 to 2199",
        "ledger.csv, row 3, amount: “1.2.3” is not an amount such as 1250.00 or 1,250.00",
        "ledger.csv, row 4, amount: “=A1*2” looks like a spreadsheet formula; write the value itself",
        "ledger.csv, row 5, currency: “aud” is no currency code of three capital letters, such as AUD",
        "ledger.csv, row 6, rate: is empty, and the office has no rate of NZD of that day or before",
        "ledger.csv, row 7, voucher: “JV5” stands in row 6 already; number the lines of one voucher in a column “line”",
        "ledger.csv, row 8, voucher: “🙂” is no name of a voucher: at most 60 characters, some of them letters or digits",
        "ledger.csv, row 9: has 5 cells; the header has 8; quote a cell that holds a comma",
    ]
    assert check(upload).is_ready is False


@pytest.mark.parametrize("code", ["US1", "A-B", "ÄÖÜ", "US"])
def test_a_currency_is_three_capital_letters(keep, code):
    upload = keep(f"2022-12-05,JV1,FEE,,1.00,{code},1.5,x")

    assert faults(upload) == [
        f"ledger.csv, row 2, currency: “{code}” is no currency code of three capital letters, such as AUD"
    ]


@pytest.mark.parametrize(("code", "right"), [("US1", False), ("usd", False), ("AUD", False), ("NZD", True)])
def test_a_rate_is_of_a_currency_that_is_not_the_office_s_own(code, right):
    rate = Rate(currency=code, on=date(2022, 1, 1), rate=15, scale=10)

    assert (list(check_rates([rate])) == []) is right


def test_a_day_is_neither_to_come_nor_long_before_the_office_s_records(keep):
    upload = keep(*(f"{day},JV{day},FEE,,1.00,AUD,,x" for day in ("2100-01-01", "1950-01-01", "2021-01-01")))

    assert faults(upload) == [
        "ledger.csv, row 2, date: “2100-01-01” lies after today; the ledger holds what has been spent",
        "ledger.csv, row 3, date: “1950-01-01” lies before 2021-01-01; the office’s records begin in 2022",
    ]
    assert check(upload).is_ready is False


# -- closed periods ------------------------------------------------------------------------------------------------------

CLOSED = "lies in 2022-Q1, which is closed; a co-manager must open it again first"


@pytest.fixture
def first_quarter(now) -> ClosedPeriod:
    return close(Period.parse("2022-Q1"), by=named("harriet-lowe"), now=now, reason="Accounted for")


def test_a_row_of_a_closed_period_is_an_error_until_the_period_is_opened_again(keep, enter, first_quarter, now):
    upload = keep("2022-03-15,CLO1,FEE,,10.00,AUD,,x", "2022-04-01,CLO2,FEE,,10.00,AUD,,x")

    assert faults(upload) == [f"ledger.csv, row 2, date: “2022-03-15” {CLOSED}"]
    assert check(upload).is_ready is False
    open_again(first_quarter, by=named("harriet-lowe"), now=now)
    assert enter(upload).state == "entered"


def test_a_row_that_differs_from_an_entry_of_a_closed_period_is_an_error(keep, first_quarter):
    upload = keep("2022-04-03,x2022-fee-01-1,FEE,,3311.31,AUD,,Service fee and overhead")

    assert faults(upload) == [f"ledger.csv, row 2, date: “2022-01-03” {CLOSED}"]


def test_an_entry_of_a_closed_period_is_not_reversed_and_the_refusal_says_what_can_be_done(marta, now, first_quarter):
    entry = Expenditure.objects.get(ref="x2022-fee-01-1")

    new = Expenditure(ref="n", spent_on=entry.spent_on, category=entry.category, amount=1, currency="AUD")

    with pytest.raises(Refused, match=CLOSED):
        reverse_on_their_days([entry], by=marta, now=now, reason="twice")
    with pytest.raises(Refused, match=CLOSED):
        post_expenditure([new], by=marta, now=now)


def test_a_description_may_hold_any_letters(keep):
    upload = keep("2022-12-05,JV1,FEE,,1.00,AUD,,ค่าเช่าห้อง 🙂")

    assert check(upload).new[0].entry.text == "ค่าเช่าห้อง 🙂"


# -- comparing -----------------------------------------------------------------------------------------------------------


def test_a_new_row_becomes_an_entry_with_the_rate_of_its_day(keep):
    upload = keep("2022-12-07,JV/1,Office operations,,42000.00,THB,,Rent", "2022-12-08,JV/2,FEE,,10.00,USD,1.5,Fee")
    thb, usd = (each.entry for each in check(upload).new)

    assert (thb.category, thb.amount, thb.currency, thb.rate, thb.scale, thb.rate_on) == (
        Category.objects.get(ref="OFFICE"), 4_200_000, "THB", 405, 10_000, date(2022, 7, 1),
    )  # fmt: skip
    assert (usd.rate, usd.scale, usd.rate_on) == (15, 10, date(2022, 12, 8))


def test_an_activity_is_matched_by_ref_by_title_and_by_a_ref_in_the_description(keep):
    title = Activity.objects.get(ref=FORUM).title
    upload = keep(
        f"2022-12-05,JV1,PROG-CP1,{FORUM.upper()},1.00,AUD,,x",
        f"2022-12-05,JV2,PROG-CP1,{title.lower()},1.00,AUD,,x",
        f"2022-12-05,JV3,PROG-CP1,,1.00,AUD,,Tickets for {FORUM}.",
        "2022-12-05,JV4,PROG-CP1,,1.00,AUD,,Paper",
    )
    found = check(upload)

    refs = [each.entry.activity.ref if each.entry.activity else None for each in found.new]
    assert refs == [FORUM, FORUM, FORUM, None]
    assert found.questions == []


def test_a_text_that_is_nearly_a_title_is_asked_about_once_with_what_it_may_mean(keep):
    upload = keep(
        "2022-12-05,JV1,PROG-CP1,Border and Tecnology Forum,1.00,AUD,,x",
        "2022-12-06,JV2,PROG-CP1,border and tecnology forum,2.00,AUD,,x",
    )
    [question] = check(upload).questions

    assert (question.kind, question.text, question.lines, question.answer) == (
        "activity", "Border and Tecnology Forum", [2, 3], None,
    )  # fmt: skip
    assert (question.candidates[0].ref, question.candidates[0].percent, question.proposed) == (FORUM, 75, FORUM)
    assert check(upload).is_ready is False


def test_a_category_that_nobody_knows_is_asked_about_and_remembered(keep, enter):
    upload = keep("2022-12-05,JV1,6100,,1.00,AUD,,x")
    [question] = check(upload).questions
    assert (question.kind, question.text, question.proposed) == ("category", "6100", None)

    enter(upload, category="OFFICE")

    assert Expenditure.objects.get(voucher="JV1").category.ref == "OFFICE"
    [again] = check(keep("2022-12-06,JV2,6100,,1.00,AUD,,x")).questions
    assert (again.proposed, again.answer) == ("OFFICE", None)


def test_a_question_may_be_answered_with_no_activity(keep, enter):
    enter(keep("2022-12-05,JV1,PROG-CP1,Something else,1.00,AUD,,x"), activity="")

    assert Expenditure.objects.get(voucher="JV1").activity is None


def test_an_answer_that_names_nothing_leaves_the_question_open(keep, marta, now):
    upload = keep("2022-12-05,JV1,6100,,1.00,AUD,,x")
    [question] = check(upload).questions

    upload = answer_extract(upload, answers={question.slug: "NOBODY", "another": "FEE"}, by=marta, now=now)

    assert [q.answer for q in check(upload).questions] == [None]
    with pytest.raises(Refused, match="the extract has errors or open questions"):
        enter_ledger(upload, seen=check(upload).digest, by=marta, now=now)


def test_an_entry_of_the_offices_own_files_is_there_under_its_ref(keep):
    upload = keep("2022-01-03,x2022-fee-01-1,FEE,,3311.31,AUD,,Service fee and overhead")

    assert counts(check(upload)) == (0, 1, 0, 0)


def test_a_rule_of_the_ledger_is_told_at_its_row(keep):
    header = "date,voucher,category,amount,commitment"
    upload = keep(
        "2022-12-05,JV1,FEE,0.00,", "2022-12-05,JV2,FEE,1.00,k2022-02", "2022-12-05,JV3,FEE,1.00,k9", header=header
    )

    assert faults(upload) == [
        "ledger.csv, row 2, amount: “0.00” an entry of nothing is no entry",
        "ledger.csv, row 3, commitment: “k2022-02” k2022-02 is of another category",
        "ledger.csv, row 4, commitment: “k9” is no commitment of the office",
    ]


# -- entering ------------------------------------------------------------------------------------------------------------


def test_one_yes_enters_all_and_the_audit_trail_says_from_where(keep, enter, marta):
    before = Expenditure.objects.count()

    upload = enter(keep("2022-12-05,JV/22 901,FEE,,1.00,AUD,,x", f"2022-12-06,JV/22 902,PROG-CP1,{FORUM},2.00,AUD,,y"))

    assert Expenditure.objects.count() == before + 2
    assert list(Expenditure.objects.filter(voucher__startswith="JV/").order_by("ref").values_list("ref", "amount")) == [
        ("JV-22-901", 100),
        ("JV-22-902", 200),
    ]
    event = AuditEvent.objects.get(kind="finance.expenditure", ref="JV-22-901")
    assert (event.verb, event.actor, event.reason) == ("posted", marta, "from ledger.csv")
    assert (upload.state, LedgerRows.objects.filter(upload=upload).exists()) == ("entered", False)


def test_the_same_file_uploaded_again_is_all_there_and_changes_nothing(marta, now, enter):
    content = as_csv()
    enter(keep_extract(read_extract("ledger.csv", content), by=marta, now=now), activity=FORUM)
    entries, events = Expenditure.objects.count(), AuditEvent.objects.filter(kind="finance.expenditure").count()

    again = keep_extract(read_extract("ledger.csv", content), by=marta, now=now)
    found = check(again)

    assert (counts(found), found.questions, found.is_ready) == ((0, 3, 0, 0), [], False)
    with pytest.raises(Refused, match="nothing that is new"):
        enter_ledger(again, seen=found.digest, by=marta, now=now)
    assert (Expenditure.objects.count(), AuditEvent.objects.filter(kind="finance.expenditure").count()) == (
        entries,
        events,
    )


def test_a_second_yes_enters_nothing_twice(keep, marta, now):
    upload = keep("2022-12-05,JV1,FEE,,1.00,AUD,,x")
    seen = check(upload).digest

    first = enter_ledger(upload, seen=seen, by=marta, now=now)
    second = enter_ledger(upload, seen=seen, by=marta, now=now)

    assert (first.state, second.state, Expenditure.objects.filter(voucher="JV1").count()) == ("entered", "entered", 1)


def test_a_yes_to_what_has_moved_since_is_refused(keep, enter, marta, now):
    upload = keep("2022-12-05,JV1,FEE,,1.00,AUD,,x")
    seen = check(upload).digest
    enter(keep("2022-12-05,JV1,FEE,,9.00,AUD,,x"))

    with pytest.raises(Refused, match="the ledger has changed since you looked"):
        enter_ledger(upload, seen=seen, by=marta, now=now)


def test_an_entry_that_differs_is_reversed_on_its_own_day_and_entered_anew(keep, enter):
    enter(keep(f"2022-12-05,JV1,PROG-CP1,{FORUM},1.00,AUD,,x"))

    upload = keep(f"2022-12-06,JV1,PROG-CP1,{FORUM},3.00,AUD,,x")
    [differs] = check(upload).differs
    assert [(move.field, move.was, move.now) for move in differs.moves] == [
        ("spent_on", date(2022, 12, 5), date(2022, 12, 6)),
        ("amount", 100, 300),
    ]
    enter(upload)

    found = Expenditure.objects.filter(voucher="JV1").order_by("pk")
    assert [(e.ref, str(e.spent_on), e.amount, e.reverses and e.reverses.ref) for e in found] == [
        ("JV1", "2022-12-05", 100, None),
        ("JV1-r", "2022-12-05", -100, "JV1"),
        ("JV1-2", "2022-12-06", 300, None),
    ]
    assert counts(check(keep(f"2022-12-06,JV1,PROG-CP1,{FORUM},3.00,AUD,,x"))) == (0, 1, 0, 0)


def test_what_the_file_leaves_out_stays_as_the_office_has_it(keep, enter):
    enter(keep(f"2022-12-05,JV1,PROG-CP1,{FORUM},1.00,THB,0.05,Tickets"))

    assert counts(check(keep("2022-12-05,JV1,PROG-CP1,1.00,THB", header="date,voucher,category,amount,currency"))) == (
        0, 1, 0, 0,
    )  # fmt: skip


def test_a_description_that_the_file_leaves_empty_stays_as_well(keep, enter):
    enter(keep(f"2022-12-05,JV1,PROG-CP1,{FORUM},1.00,AUD,,Tickets"))

    assert counts(check(keep(f"2022-12-05,JV1,PROG-CP1,{FORUM},1.00,AUD,,"))) == (0, 1, 0, 0)
    enter(keep(f"2022-12-05,JV1,PROG-CP1,{FORUM},2.00,AUD,,"))
    assert Expenditure.objects.get(voucher="JV1", amount=200).text == "Tickets"


def test_an_entry_is_reversed_though_another_has_the_ref_that_its_reversal_would_get(keep, enter, marta, now):
    enter(keep("2022-12-05,V1,FEE,,1.00,AUD,,x", "2022-12-05,V1-r,FEE,,2.00,AUD,,x", "2022-12-05,V2,FEE,,3.00,AUD,,x"))
    longest = "v" * 60
    Expenditure.objects.filter(voucher="V2").update(ref=longest)

    made = reverse_on_their_days(
        list(Expenditure.objects.filter(ref__in=("V1", longest))), by=marta, now=now, reason="x"
    )
    assert {entry.reverses.ref: entry.ref for entry in made} == {"V1": "V1-r-2", longest: "v" * 54 + "-r"}


def test_an_entry_that_the_office_reversed_comes_back_only_when_the_officer_says_so(keep, enter, marta, now):
    enter(keep("2022-12-05,JV1,FEE,,1.00,AUD,,x"))
    [entry] = Expenditure.objects.filter(voucher="JV1")
    reverse_expenditure([entry], on=date(2022, 12, 9), by=marta, now=now, reason="paid by the host")

    upload = keep("2022-12-05,JV1,FEE,,1.00,AUD,,x", "2022-12-05,JV2,FEE,,1.00,AUD,,x")
    found = check(upload)
    assert ([q.kind for q in found.questions], [e.line for e in found.left_out], [e.line for e in found.new]) == (
        ["again"], [2], [3],
    )  # fmt: skip
    enter(upload, again="no")
    assert Expenditure.objects.filter(voucher="JV1").count() == 2
    enter(keep("2022-12-05,JV1,FEE,,1.00,AUD,,x"), again="yes")
    assert list(Expenditure.objects.filter(voucher="JV1").order_by("pk").values_list("ref", flat=True)) == [
        "JV1", "JV1-r", "JV1-2",
    ]  # fmt: skip


def test_lines_of_one_voucher_are_entries_of_their_own(keep, enter):
    header = "date,voucher,line,category,amount"
    enter(keep("2022-12-05,JV1,1,FEE,1.00", "2022-12-05,JV1,2,OFFICE,2.00", header=header))

    assert list(
        Expenditure.objects.filter(voucher__startswith="JV1/").order_by("voucher").values_list("ref", "voucher")
    ) == [("JV1-1", "JV1/1"), ("JV1-2", "JV1/2")]


def test_two_vouchers_that_make_the_same_ref_get_two(keep, enter):
    enter(keep("2022-12-05,JV 1,FEE,,1.00,AUD,,x", "2022-12-05,JV/1,FEE,,1.00,AUD,,x"))

    assert sorted(Expenditure.objects.filter(voucher__startswith="JV").values_list("ref", flat=True)) == [
        "JV-1",
        "JV-1-2",
    ]


def test_a_payment_that_names_a_commitment_reduces_it_and_its_reversal_takes_that_back(keep, enter, marta, now):
    header = "date,voucher,category,amount,commitment"
    enter(keep("2022-12-20,JV1,VIS,5000.00,K2022-02", header=header))
    commitment = Commitment.objects.get(ref="k2022-02")
    assert [e.amount for e in commitment.paid_by.all()] == [500_000]

    reverse_expenditure(list(commitment.paid_by.all()), on=date(2022, 12, 21), by=marta, now=now, reason="wrong payee")

    assert sum(e.amount for e in commitment.paid_by.all()) == 0


# -- between upload and yes ----------------------------------------------------------------------------------------------


def test_a_file_uploaded_twice_waits_once_with_its_answers(marta, now):
    content = as_csv()
    first = keep_extract(read_extract("ledger.csv", content), by=marta, now=now)
    [question] = check(first).questions
    answer_extract(first, answers={question.slug: FORUM}, by=marta, now=now)

    second = keep_extract(read_extract("again.csv", content), by=marta, now=now)

    assert second.pk == first.pk
    assert [q.answer for q in check(second).questions] == [FORUM]


def test_a_dropped_extract_loses_its_rows_at_once_and_is_purged_after_thirty_days(keep, marta, now):
    upload = drop_extract(keep("2022-12-05,JV1,FEE,,1.00,AUD,,x"), by=marta, now=now)

    assert (upload.state, LedgerRows.objects.count()) == ("dropped", 0)
    with pytest.raises(Refused, match="the extract is dropped already"):
        enter_ledger(upload, seen="", by=marta, now=now)
    assert purge_extracts(by=marta, now=now + timedelta(days=29)) == []
    assert purge_extracts(by=marta, now=now + timedelta(days=31), dry_run=True) == [upload]
    purge_extracts(by=marta, now=now + timedelta(days=31))
    assert LedgerUpload.objects.count() == 0
    assert AuditEvent.objects.filter(kind="finance.ledgerupload").order_by("pk").values_list("verb", flat=True)[::1] == [
        "uploaded", "dropped", "purged",
    ]  # fmt: skip


def test_comparing_costs_the_same_number_of_queries_for_one_row_and_for_many(keep, django_assert_num_queries):
    one = keep("2022-12-05,JV0,PROG-CP1,Some forum,1.00,AUD,,x")
    many = keep(*(f"2022-12-05,JV{at},PROG-CP1,Some forum {at},1.00,AUD,,x" for at in range(30)))

    for upload in (one, many):
        with django_assert_num_queries(10):
            check(LedgerUpload.objects.get(pk=upload.pk))
