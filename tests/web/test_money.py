"""The finance officer's day: where the budget stands, and an extract of the ledger from upload to yes."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from rso.accounts.models import OFFICE_ROLES, User
from rso.finance.actions import keep_extract
from rso.finance.extracts import LARGEST, read_extract
from rso.finance.ledger import check
from rso.finance.models import BudgetLine, Commitment, Contribution, Expenditure, LedgerUpload
from rso.workplan.models import Activity
from tests.conftest import named
from tests.factories.extracts import EXTRACT, as_csv, as_xlsx
from tests.web.conftest import as_user
from tests.web.markup import Page
from tests.web.test_every_desk import answers_of

pytestmark = pytest.mark.usefixtures("office")
LINES, LEDGER = "/office/finance/lines/", "/office/finance/ledger/"
FORUM = "a2022-02"


@pytest.fixture
def marta(marta) -> Client:
    """Marta Ilves, finance officer, signed in."""
    return as_user(marta)


@pytest.fixture
def harriet(harriet) -> Client:
    """Harriet Lowe, co-manager, signed in: she sees the money and does not keep it."""
    return as_user(harriet)


def send(client: Client, content: bytes, name: str = "ledger.csv"):
    return client.post(LEDGER, {"file": SimpleUploadedFile(name, content)})


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def the_upload() -> LedgerUpload:
    return LedgerUpload.objects.get()


def address() -> str:
    return reverse("office-ledger-upload", args=[the_upload().ref])


def say_yes(client: Client):
    return client.post(address(), {"yes": "1", "seen": check(the_upload()).digest}, follow=True)


# -- lines ---------------------------------------------------------------------------------------------------------------


def test_each_number_of_a_line_opens_onto_the_records_that_sum_to_it(harriet):
    page = Page(LINES, harriet.get(f"{LINES}?budget=b2022&on=2022-12-31").content)
    numbers = [(a.text, a.get("href")) for a in page.all("a") if a.get("class") == "fig"]

    assert len(numbers) == 9 * 4
    for says, url in numbers:
        answer = harriet.get(url)
        totals = re.findall(r'<tfoot>.*?class="num">([\d,.-]+)</td>', answer.content.decode(), re.DOTALL)
        if "/forecast/" not in url:
            assert (totals or ["0.00"]) == [says]


def test_a_line_says_what_its_forecast_rests_on(harriet):
    told = words(harriet.get(f"{LINES}?budget=b2022&on=2022-12-31"))

    assert "11,800.00 still expected by Marta Ilves, 30 November 2022" in told
    assert "Spent and held; it has overtaken what Marta Ilves expected on 30 September 2022" in told
    assert "No forecast has been entered" in told
    assert "All lines 2,750,000.00 26,810.00 2,430,000.00" in told


def test_the_newest_annual_budget_is_shown_when_nothing_is_asked(harriet):
    assert harriet.get(LINES).context["budget"].ref == "b2022"


def test_money_is_seen_by_the_office_alone():
    answers = {user.ref: as_user(user).get(LINES).status_code for user in User.objects.filter(is_active=True)}

    assert answers == {
        user.ref: 200 if user.role in OFFICE_ROLES else 404 for user in User.objects.filter(is_active=True)
    }


# -- an extract ----------------------------------------------------------------------------------------------------------


def test_an_extract_goes_from_upload_by_questions_to_one_yes(marta):
    before = Expenditure.objects.count()
    answer = send(marta, as_csv())
    assert answer.headers["Location"] == address()
    page = marta.get(address())
    [asked] = page.context["asked"]
    assert (asked.says, asked.chosen) == ("Which activity is “Border Technology Forum”?", FORUM)
    assert "Nothing can be entered while questions are open." in words(page)

    marta.post(address(), {asked.question.slug: asked.chosen})
    page = marta.get(address())
    assert (page.context["ready"], page.context["yes"]) == (True, "Enter 3 new entries")
    assert Page(address(), page.content).faults == []
    done = marta.post(address(), {"yes": "1", "seen": page.context["seen"]}, follow=True)

    assert "The extract is in the ledger." in words(done)
    assert Expenditure.objects.count() == before + 3
    assert Expenditure.objects.get(voucher="JV/22-902").activity.ref == FORUM


def test_the_same_file_again_finds_all_there_and_offers_no_yes(marta):
    send(marta, as_csv(EXTRACT.replace("Border Technology Forum", FORUM)))
    say_yes(marta)
    first = the_upload()
    answer = marta.get(send(marta, as_csv(EXTRACT.replace("Border Technology Forum", FORUM))).headers["Location"])

    assert [group.number for group in answer.context["groups"]] == [0, 0, 3, 0]
    assert "All of it is in the ledger already." in words(answer)
    assert 'name="yes"' not in answer.content.decode()
    assert first.pk != LedgerUpload.objects.latest("pk").pk


def test_questions_are_asked_some_at_a_time_the_open_ones_first(marta):
    rows = (f"2022-12-05,JV{at},FEE,Some forum {at},1.00" for at in range(31))
    send(marta, "\n".join(["date,voucher,category,activity,amount", *rows]).encode())
    page = marta.get(address())
    assert (len(page.context["asked"]), page.context["more_asked"], page.context["open"]) == (30, True, 31)

    marta.post(address(), {asked.question.slug: "-" for asked in page.context["asked"]})

    asked = marta.get(address()).context["asked"]
    assert (asked[0].question.text, [each.question.answer for each in asked]) == ("Some forum 30", [None, *[""] * 29])


def test_two_clicks_on_yes_enter_once(marta):
    send(marta, as_csv(EXTRACT.replace("Border Technology Forum", FORUM)))
    seen, before = check(the_upload()).digest, Expenditure.objects.count()

    answers = [marta.post(address(), {"yes": "1", "seen": seen}, follow=True).status_code for _click in range(2)]

    assert (answers, Expenditure.objects.count()) == ([200, 200], before + 3)


def test_errors_stand_by_row_and_keep_the_yes_away(marta):
    send(marta, as_csv(EXTRACT.replace("2022-12-05", "5.12.2022").replace("42000.00", "=A1")))
    answer = marta.get(address())

    assert [(fault.row, fault.column) for fault in answer.context["faults"]] == [(2, "date"), (4, "amount")]
    assert "Nothing can be entered while there are errors." in words(answer)
    assert "The extract has errors or open questions" in words(say_yes(marta))


def test_a_file_that_cannot_be_read_is_told_and_not_kept(marta):
    for name, content, says in (
        ("ledger.csv", EXTRACT.encode("utf-16"), "ledger.csv: is UTF-16; save it as UTF-8"),
        ("ledger.xlsx", b"PK\3\4", "ledger.xlsx: is no workbook that can be read; save it anew as XLSX, or as CSV"),
        ("ledger.csv", b"x" * (LARGEST + 1), "ledger.csv: is larger than 10 MB; take a shorter span"),
        ("ledger.csv", b"date,colour\n", "ledger.csv, row 1, colour: is no column of this file"),
    ):
        answer = send(marta, content, name)
        assert (answer.status_code, says in words(answer)) == (422, True)
    assert "The file: is missing; choose one" in words(marta.post(LEDGER))
    assert LedgerUpload.objects.count() == 0


def test_a_workbook_is_taken_as_well(marta):
    send(marta, as_xlsx([["Date", "Voucher", "Category", "Amount"], ["2022-12-05", "JV1", "FEE", 12.5]]), "ledger.xlsx")

    assert marta.get(address()).context["yes"] == "Enter 1 new entry"


def test_an_extract_waits_for_whoever_comes_back_and_can_be_dropped(marta, harriet):
    send(marta, as_csv())

    again = as_user(named("marta-ilves"))
    assert again.get(LEDGER).context["rows"][0][0] == the_upload()
    done = again.post(address(), {"drop": "1"}, follow=True)
    assert "The extract is dropped. Nothing of it was entered." in words(done)
    assert harriet.get(address()).status_code == 200


def test_a_co_manager_sees_an_extract_and_cannot_enter_it(harriet, now):
    keep_extract(read_extract("ledger.csv", as_csv()), by=named("marta-ilves"), now=now)

    assert harriet.get(address()).status_code == 200
    assert "<form" not in harriet.get(address()).content.decode().split("<main")[1]
    assert [
        harriet.post(address(), {"yes": "1"}).status_code,
        harriet.post(address(), {"drop": "1"}).status_code,
        send(harriet, as_csv()).status_code,
    ] == [404, 404, 404]


ODD = (
    "\0",
    "x" * 70_000,
    "🙂",
    "'",
    "../..",
    "-",
    "a2022-02\n",
    "%s",
    "{{",
    "2022-02-30",
    "0000-00-00",
    "9999-12-31",
    "0001-01-01",
)


@pytest.mark.long
@pytest.mark.parametrize("odd", ODD, ids=ascii)
def test_whatever_is_asked_or_answered_is_understood_or_refused(marta, odd):
    send(marta, as_csv())
    [asked] = marta.get(address()).context["asked"]
    gone = {name: marta.get(f"{LINES}b2022/PROG-CP1/spent/", {name: odd}).status_code for name in ("on", "activity")}
    told = {name: marta.get(LINES, {name: odd}).status_code for name in ("on", "budget", "activity")}
    done = [marta.post(address(), sent).status_code for sent in ({asked.question.slug: odd}, {"yes": "1", "seen": odd})]

    assert (set(gone.values()) <= {200, 404}, set(told.values()) <= {200, 422}, done) == (True, True, [302, 302])
    assert (send(marta, odd.encode(), f"{odd}.csv").status_code, marta.get(address()).status_code) == (422, 200)


# -- desks ---------------------------------------------------------------------------------------------------------------


def test_an_entry_is_reversed_by_its_verb_and_never_edited(marta):
    entry = Expenditure.objects.get(ref="x2022-fee-01-1")
    page = marta.get(f"/office/expenditure/{entry.ref}/")
    assert ("/do/reverse/" in page.content.decode(), "/edit/" in page.content.decode()) == (True, False)

    marta.post(f"/office/expenditure/{entry.ref}/do/reverse/", {"reason": "paid twice", "yes": "1"})

    assert (entry.reversed_by.amount, entry.reversed_by.spent_on) == (-entry.amount, entry.spent_on)
    assert marta.get(f"/office/expenditure/{entry.ref}/edit/").status_code == 404
    assert "/do/reverse/" not in marta.get(f"/office/expenditure/{entry.ref}/").content.decode()


def test_the_page_of_an_entry_says_its_amount_in_its_own_currency_and_in_the_office_s(marta):
    page = words(marta.get("/office/expenditure/x2022-staff-core-12-3/"))
    ours = words(marta.get("/id/office/expenditure/x2022-staff-core-12-4/"))

    assert "Staff cost 115,998.27 THB = 4,697.93 AUD What for" in page
    assert "How much Amount 115,998.27 THB Currency THB Rate 405 Scale of the rate 10000" in page
    assert "Staff cost 18.767,79 AUD " in ours


@pytest.mark.parametrize("language", ["", "/id"])
def test_the_amounts_of_a_list_leave_as_numbers_with_their_currency(marta, language):
    asked = f"{language}/office/expenditure/export.{{}}?category=FEE"
    lines = list(csv.reader(StringIO(b"".join(marta.get(asked.format("csv"))).decode())))
    sheet = openpyxl.load_workbook(BytesIO(b"".join(marta.get(asked.format("xlsx"))))).worksheets[2]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]

    entries = Expenditure.objects.filter(category__ref="FEE")
    wanted = {e.ref: (Decimal(e.amount) / 100, e.currency, Decimal(e.office_amount) / 100) for e in entries}
    assert {line[0]: (Decimal(line[5]), line[6], Decimal(line[7])) for line in lines[1:]} == wanted
    assert {row[0]: (Decimal(str(row[5])), row[6], Decimal(str(row[7]))) for row in cells} == wanted


@pytest.mark.parametrize(
    ("language", "called"),
    [
        ("", "Programme costs: core purpose 1 (Annual budget 2022)"),
        ("/id", "Program: tanggap terhadap anggota (Annual budget 2022)"),
    ],
)
def test_a_budget_line_is_called_by_what_it_is_for_and_by_its_budget(marta, language, called):
    form = Page("/", marta.get(f"{language}/office/forecasts/new/").content)
    offered = {
        o.get("value"): str(o.text) for e in form.all("select") if e.get("name") == "line" for o in e.iter("option")
    }
    names = {str(e.text) for e in Page("/", marta.get(f"{language}/office/forecasts/").content).all("a")}

    assert (offered["b2022-prog-cp1"], called in names) == (called, True)


def test_a_budget_line_of_an_activity_names_it():
    line = BudgetLine.objects.get(ref="b2022-prog-cp1")
    line.activity = Activity.objects.get(ref=FORUM)

    forum = "10th Anniversary Border and Technology Forum"
    assert str(line) == f"Programme costs: core purpose 1: {forum} (Annual budget 2022)"


def test_a_commitment_is_closed_by_its_verb(marta):
    marta.post("/office/commitments/k2022-02/do/close/")

    commitment = Commitment.objects.get(ref="k2022-02")
    assert (commitment.state, commitment.closed_on is not None) == ("closed", True)


def test_nothing_is_posted_on_a_day_that_has_not_come(marta):
    sent = {**answers_of(marta.get("/office/expenditure/new/").content), "category": "OFFICE", "text": "Paper"}
    sent |= {"amount": "12.50", "currency": "AUD", "rate": "1", "scale": "1"}
    answer = marta.post("/office/expenditure/new/", {**sent, "spent_on": "2122-12-30"})
    assert "Day: lies after today; the ledger holds what has been spent" in words(answer)
    assert not Expenditure.objects.filter(spent_on__year=2122).exists()


def test_nothing_is_received_on_a_day_that_has_not_come(marta):
    received = Contribution.objects.filter(state="received").order_by("ref")[0]
    page = f"/office/contributions/{received.ref}/edit/"
    answer = marta.post(page, {**answers_of(marta.get(page).content), "received_on": "2122-12-30"})

    assert "Received on: lies in the future" in words(answer)


def test_an_officer_posts_an_entry_by_the_form(marta):
    form = marta.get("/office/expenditure/new/")
    hidden = dict(re.findall(r'type="hidden" name="(_token|_began)" value="([^"]*)"', form.content.decode()))
    sent = {
        **{name: value.replace("&quot;", '"') for name, value in hidden.items()},
        "spent_on": "2022-12-30", "category": "OFFICE", "text": "Paper", "amount": "12.50", "currency": "AUD",
        "rate": "1", "scale": "1", "basis": "recorded",
    }  # fmt: skip
    answer = marta.post("/office/expenditure/new/", sent)

    assert answer.status_code == 302
    entry = Expenditure.objects.get(text="Paper")
    assert (entry.ref, entry.amount) == ("x2022-01", 1250)
    assert Path(answer.headers["Location"]).name == "x2022-01"
