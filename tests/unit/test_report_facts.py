"""What the printed report of 2022 says, fact by fact, against what the example office keeps and counts of it."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any

import pytest

from rso.accounts.models import Role, User
from rso.core.figures.reading import read
from rso.core.models import Basis, Source, Statement
from rso.core.periods import Period
from rso.events.models import Event, Quote
from rso.members.models import Body, Person
from rso.publications.models import Publication
from rso.reports.compiler import compile_report
from rso.reports.models import Inconsistency, Report
from rso.workplan.models import CorePurpose, PriorityIssue, Theme, Undertaking
from tests.conftest import HOUSE
from tests.papers import paper

pytestmark = pytest.mark.usefixtures("office")
DOCUMENT = paper(HOUSE / "data" / "reference" / "report-2022-facts.yaml")
FACTS: dict[str, dict[str, Any]] = {fact["id"]: fact for fact in DOCUMENT["facts"]}
REPORT = "annual-report-2022"


def numbers_of(fact: dict[str, Any]) -> set[tuple[Decimal, str]]:
    return {
        (Decimal(str(value["number"])), value["bound"].replace("-", "_"))
        for value in fact.get("values", ())
        if value["number"] is not None
    }


def words_of(name: str) -> frozenset[str]:
    """A name without case, accents and order of its words."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return frozenset(re.findall(r"[a-z]+", plain))


def value_of(slug: str, period: str = "2022") -> Any:
    return read(slug, Period.parse(period)).value


# -- what the report states ----------------------------------------------------------------------------------------------


def test_every_statement_of_the_report_is_one_of_its_facts_with_its_number_and_bound():
    """The share of the budget is the one that the report gives in words, “roughly a third”."""
    by_words = {fact["evidence"]: fact for fact in FACTS.values()}
    statements = Statement.objects.filter(source__ref=REPORT).exclude(ref="st-third")

    strangers = [s.ref for s in statements if (s.number, s.bound) not in numbers_of(by_words.get(s.words, {}))]
    assert (statements.count(), strangers) == (31, [])
    third = Statement.objects.get(ref="st-third")
    assert (third.words, third.bound) == (FACTS["funding-share-of-budget"]["evidence"], "about")


def test_no_statement_borrows_more_than_fifteen_words():
    assert {s.ref: len(s.words.split()) for s in Statement.objects.all() if len(s.words.split()) > 15} == {}


def test_every_statement_of_another_paper_names_its_endnote_or_page():
    others = Statement.objects.exclude(source__ref=REPORT)

    for statement in others.exclude(source__ref__startswith="page-"):
        facts = [fact for fact in FACTS.values() if statement.source.ref in fact.get("sources", ())]
        assert (statement.number, statement.bound) in set().union(*map(numbers_of, facts)), statement.ref
    assert set(others.exclude(source__ref__startswith="page-").values_list("source__ref", flat=True)) == {
        "endnote-7",
        "endnote-8",
    }


#: Printed numbers that the records bear out, with the figure that counts them.
BORNE_OUT = {
    "participants-reached-2022": ("participations", "2022"),
    "publications-developed-2022": ("publications", "2022"),
    "events-held-2022": ("events-held", "2022"),
    "countries-reached-by-training-2022": ("countries-reached-by-training", "2022"),
    "in-person-dialogue-50": ("bodies-supported-in-person", "2022"),
    "working-group-meetings-supported": ("group-meetings-supported", "2022"),
    "dialogue-priorities-count": ("priorities-agreed", "2022-09"),
    "forum-themes-count": ("priorities-agreed", "2022-10"),
}


@pytest.mark.parametrize("fact", BORNE_OUT)
def test_a_printed_number_that_can_be_right_is_counted_from_records(fact):
    slug, period = BORNE_OUT[fact]

    assert (Decimal(value_of(slug, period)), "exact") in numbers_of(FACTS[fact])


def test_printed_shares_of_expenditure_are_counted_from_the_ledger():
    core, host = (value_of(slug) for slug in ("core-staff-share", "host-staff-share"))
    together = numbers_of(FACTS["expenditure-staffing-together"])

    assert numbers_of(FACTS["expenditure-core-staff-18"]) == {(core, "exact")}
    assert numbers_of(FACTS["expenditure-iom-staff-24"]) == {(host, "exact")}
    assert together == {(core + host, "exact"), (100 - core - host, "exact")}


def test_what_the_report_prints_of_trainings_cannot_be_the_same_as_what_it_prints_of_all_events():
    """At most 512 were trained, by the printed numbers alone: the Forum's 88 are among the 600."""
    printed = {s.ref: s.number for s in Statement.objects.filter(source__ref=REPORT)}

    assert printed["st-reached"] - printed["st-forum-delegates"] == 512
    assert printed["st-trained"] > 512
    assert (value_of("training-participations"), value_of("people-trained"), value_of("trainings-held")) == (
        206,
        195,
        6,
    )


def test_partial_counts_that_the_report_gives_hold_in_the_records():
    events = Event.objects.filter(starts_on__year=2022)
    roundtables = events.filter(type="roundtable", parts__body__ref="UNODC")
    in_person = events.filter(type="training", mode="in_person", parts__body__ref="JCLEC")
    online = events.filter(type="training", mode="online", parts__body__ref="JCLEC")
    trainers = Body.objects.filter(event_parts__event__type="training", event_parts__part="partner").distinct()

    assert numbers_of(FACTS["national-roundtables-held"]) == {(3, "at_least"), (3, "exact")}
    assert (roundtables.count(), roundtables.values("country").distinct().count()) == (3, 3)
    assert ({(in_person.count(), "exact")}, online.count()) == (numbers_of(FACTS["jclec-in-person-activities"]), 2)
    assert {(trainers.count(), "exact")} == numbers_of(FACTS["training-partners-delivery"])
    assert numbers_of(FACTS["thematic-areas-count"]) == {(Theme.objects.filter(set="thematic_area").count(), "exact")}
    assert CorePurpose.objects.count() == FACTS["expenditure-programme-by-purpose"]["values"][0]["number"]


# -- partners, publications, priorities ----------------------------------------------------------------------------------


def known_as(body: Body) -> set[frozenset[str]]:
    names = [body.ref, body.name, body.long_name, *body.aliases.split(";")]
    return {words_of(name) for name in names if name.strip()}


def test_each_partner_that_the_report_names_is_engaged_under_one_of_its_names():
    """The Government and Business Forum is a body of the Process, and no partner."""
    engaged = {body.ref: known_as(body) for body in read("partners-engaged", Period.parse("2022")).records}
    named = [f["who"]["partner"] for f in FACTS.values() if f["kind"] == "partner" and f["id"].startswith("partner-")]
    found = {name: [ref for ref, names in engaged.items() if words_of(name) in names] for name in named}

    assert found.pop("Bali Process Government and Business Forum") == []
    assert {name: refs for name, refs in found.items() if len(refs) != 1} == {}
    assert sorted(ref for refs in found.values() for ref in refs) == sorted(engaged)


def test_each_publication_that_the_report_names_has_its_partners():
    named = [fact for fact in FACTS.values() if fact["kind"] == "publication" and "partner" in fact.get("who", {})]
    of_partner: dict[str, int] = {}
    for fact in named:
        of_partner[fact["who"]["partner"]] = of_partner.get(fact["who"]["partner"], 0) + 1
    works = Publication.objects.filter(basis=Basis.STATED, parts__part="partner")

    assert of_partner == {"NEXUS Institute": 2, "UNHCR": 3, "IOM": 1}
    assert {name: works.filter(parts__body__name=name).count() for name in of_partner} == {
        # The guide on supply chains names two partners: IOM, and a State that pays.
        **of_partner,
        "IOM": 2,
    }


def test_priorities_are_those_of_the_dialogue_and_the_forum_in_their_order():
    printed = [fact for fact in FACTS.values() if fact["kind"] == "priority" and "2022" in str(fact["when"])]
    of_dialogue = [fact for fact in printed if fact["who"]["set_by"] == "constructive-dialogue-2022"]
    kept = list(PriorityIssue.objects.order_by("order").values_list("set_by", flat=True))

    assert kept == ["20th Anniversary Constructive Dialogue"] * len(of_dialogue) + [
        "10th Anniversary Border and Technology Forum"
    ] * (len(printed) - len(of_dialogue))
    assert (len(of_dialogue), len(printed)) == (9, 14)


def test_undertakings_that_the_report_tells_are_on_record():
    told = {"undertaking-consultation-mechanism", "undertaking-visa-fees-thailand", "recommendations-fair-recruitment-cambodia"}  # fmt: skip

    assert told == {f["id"] for f in FACTS.values() if f["kind"] == "undertaking"} - {"undertakings-drive-activities"}
    assert Undertaking.objects.filter(basis=Basis.STATED).count() == len(told)


# -- names, quotations, sources, contradictions --------------------------------------------------------------------------


def real_names() -> set[frozenset[str]]:
    people = [f["who"].get("name") for f in FACTS.values() if f["kind"] in ("person", "quote") and f.get("who")]
    authors = [f["who"]["author"] for f in FACTS.values() if f["kind"] == "endnote" and "author" in f["who"]]
    return {words_of(name) for name in [*people, *authors] if name}


def test_nobody_invented_shares_a_name_with_someone_real():
    real = real_names()
    users = User.objects.exclude(role=Role.SERVICE)
    invented = [*Person.objects.values_list("name", flat=True), *users.values_list("name", flat=True)]

    known = ["David Scott", "Sukmo Yuwono", "Yaneke Fyrgie Anissa", "Parichaya Silarat", "Eun Jung Yi", "Huang Yan"]
    assert [name for name in known if words_of(name) not in real] == []
    assert [name for name in invented if words_of(name) in real] == []


def test_only_quotations_carry_real_names_in_the_very_words_of_their_source():
    printed = {fact["who"]["name"]: fact["quote"] for fact in FACTS.values() if "quote" in fact}
    quotes = Quote.objects.select_related("source")

    assert {quote.speaker: quote.words for quote in quotes if quote.speaker in printed} == printed
    assert sorted(quote.speaker for quote in quotes) == sorted([*printed, "A participant"])
    assert {quote.source.ref for quote in quotes if quote.source} == {REPORT}
    assert all(quote.source for quote in quotes)


def test_endnotes_are_the_reports_and_one_document_is_one_source():
    """The report's notes 6 and 10 are the same document."""
    printed = {f["id"]: f for f in FACTS.values() if f["kind"] == "endnote"}
    repeated = {f["id"] for f in printed.values() if "same_as" in f["who"]}
    kept = {source.ref: source for source in Source.objects.filter(ref__startswith="endnote-")}

    assert set(kept) == set(printed) - repeated
    assert repeated == {"endnote-10"}
    for ref, source in kept.items():
        assert source.published_on == str(next(iter(printed[ref]["when"].values()))), ref
        assert printed[ref]["who"]["link_host"] in source.link, ref


def test_every_contradiction_of_the_report_is_kept_with_its_kind_and_certainty():
    kept = {i.ref: (i.kind.replace("_", "-"), i.certainty, i.ruled_out_by) for i in Inconsistency.objects.all()}

    assert kept == {i["id"]: (i["type"], i["sure"], i["prevented_by"]) for i in DOCUMENT["inconsistencies"]}
    assert len(kept) == 35


# -- the outline ---------------------------------------------------------------------------------------------------------

OUTLINE = paper(HOUSE / "data" / "reference" / "report-2022-outline.yaml")
#: Sections of the printed report and where this one tells the same; the voices stand where the printed report has them.
TOLD_IN = {
    "about": "office", "imprint": "imprint", "back-cover": "contact", "endnotes": "endnotes",
    "1-intro": "summary-intro", "1-partnerships": "summary-partnerships", "1-ministerial": "summary-ministers",
    "1-looking-ahead": "summary-ahead", "1-sign-off": "summary-sign-off",
    "2-intro": "year-intro", "2-headlines": "year-headlines", "2-principle-1": "year-responsive",
    "2-principle-2": "year-capacity", "2-voices": "year-voices", "2-principle-3": "year-policy", "2-principle-4": "year-outreach",
    "3-intro": "themes-intro", **{f"3-area-{number}": f"theme-{number}" for number in range(1, 7)},
    "4-dialogue": "flagship-dialogue", "4-forum": "flagship-forum", "5-scam-centres": "issue-scam-centres", "5-sea": "issue-sea",
    "6-expenditure": "money-expenditure", "6-funding": "money-funding", "6-thanks": "money-thanks",
}  # fmt: skip
#: What every edition has without a section for it.
BY_ITSELF = {"cover", "contents"}


def test_every_part_of_the_printed_report_is_told_in_the_same_order():
    printed = [section["id"] for part in OUTLINE["parts"] for section in part["sections"]]
    chapters = compile_report(Report.objects.get(ref="annual-2022")).chapters
    told = [section.id for chapter in chapters for section in chapter.sections]

    assert set(TOLD_IN) == set(printed) - BY_ITSELF
    assert set(TOLD_IN.values()) <= set(told)
    body = [TOLD_IN[section] for section in printed if section[0].isdigit() and section != "2-headlines"]
    assert body == [section for section in told if section in body]
