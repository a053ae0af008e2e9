"""Invents what the example year needs and no source gives: who came to its events, and the entries of its ledger.

Reads data/office-2022/events.csv and the numbers of data/reference/example-year.yaml, and writes people.csv,
participations.csv, rates.csv and expenditure.csv beside them, the same bytes each time. Every row is illustrative.
The rules that it keeps stand in example-year.yaml under `rules_of_the_year`; tests/unit/test_example_year.py counts them.
"""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from datetime import date
from pathlib import Path

import yaml
from invent_names import names

HERE = Path(__file__).resolve().parent
OFFICE = HERE / "office-2022"
YEAR = yaml.safe_load((HERE / "reference" / "example-year.yaml").read_text())
SOURCE = "example-year"

# -- which bodies came ---------------------------------------------------------------------------------------------------
BOTH = "AUS IDN THA MYS VNM PHL KHM LAO MMR SGP BGD LKA IND PAK NZL JPN KOR FJI PNG GBR CAN CHE IOM UNHCR UNODC".split()
DIALOGUE_ONLY = "BRN TLS NPL MDV USA FRA CHN TON VUT SLB HKG DEU NOR NLD ILO".split()
FORUM_ONLY = "MNG BTN IRN ARE TUR KIR PLW MAC SWE INTERPOL".split()
TABLETOP = "AUS IDN THA MYS BGD MMR LKA PHL VNM NZL IND MDV".split()
ASEAN = "KHM IDN LAO MMR MYS PHL SGP THA VNM BRN".split()
TRAINED_ONLINE = [*TABLETOP, *"SGP KHM LAO TLS BRN PNG FJI NPL PAK MNG JPN KOR VUT CAN".split()]
SCAM = "AUS IDN THA MYS VNM PHL KHM LAO MMR SGP BGD IND JPN KOR NZL CHN FJI PNG MNG LKA NPL PAK BRN TLS GBR CAN IOM UNODC INTERPOL META NEXUS".split()

#: How many attendances each body has at an event: a weight each; the rest is spread from the first on.
GUESTS = {
    "e2022-01": TRAINED_ONLINE, "e2022-02": TRAINED_ONLINE, "e2022-03": TRAINED_ONLINE, "e2022-04": ASEAN, "e2022-05": ASEAN,
    "e2022-06": BOTH + DIALOGUE_ONLY, "e2022-07": TABLETOP, "e2022-08": "IDN MYS THA PHL VNM KHM LAO TLS AUS".split(),
    "e2022-09": BOTH + FORUM_ONLY, "e2022-10": ["VNM"], "e2022-11": ["MYS"], "e2022-12": "VNM VNM VNM KHM LAO".split(),
    "e2022-13": ["IDN"], "e2022-14": "IDN IDN MYS THA PHL BGD LKA NPL PNG FJI".split(), "e2023-01": SCAM,
}  # fmt: skip
#: Delegations known only by their number, of unknown sex: six, 42 heads in all.
HEADS = {("e2022-06", "THA"): 9, ("e2022-06", "IDN"): 8, ("e2022-06", "AUS"): 7, ("e2022-06", "MYS"): 7, ("e2022-09", "THA"): 6, ("e2022-09", "VNM"): 5}  # fmt: skip
#: People who come to two events: 40 of them, 11 to two trainings.
TWICE = {
    ("e2022-01", "e2022-08"): 4, ("e2022-03", "e2022-14"): 4, ("e2022-02", "e2022-12"): 3, ("e2022-06", "e2022-09"): 12,
    ("e2022-07", "e2022-09"): 6, ("e2022-04", "e2022-05"): 6, ("e2022-10", "e2022-12"): 2, ("e2022-11", "e2022-14"): 1,
    ("e2022-13", "e2022-14"): 2,
}  # fmt: skip
WOMEN_AMONG_KNOWN = 211
UNKNOWN_SEX_PEOPLE = 3
SECTORS = {
    "training": ["POL", "IMM", "POL", "JUS", "IMM"], "tabletop_exercise": ["IMM", "MAR", "FOR", "POL"],
    "thematic_dialogue": ["SOC", "POL", "IMM", "JUS"], "constructive_dialogue": ["FOR", "IMM", "FOR", "POL"],
    "forum": ["IMM", "POL", "IMM", "POL"], "roundtable": ["JUS", "POL", "JUS", "IMM"],
}  # fmt: skip
POSTS = {"POL": "Police officer", "IMM": "Immigration officer", "JUS": "Prosecutor", "SOC": "Social worker", "FOR": "Desk officer", "MAR": "Coast guard officer"}  # fmt: skip
#: Those who helped or did not come: they are in no headline.
BESIDE = [
    ("e2022-07", "IOM", "expert", "attended"), ("e2022-07", "UNODC", "expert", "attended"), ("e2022-07", "UNHCR", "expert", "attended"),
    ("e2022-09", "META", "speaker", "attended"), ("e2022-09", "INTERPOL", "speaker", "attended"), ("e2022-09", "AUS", "speaker", "attended"),
    ("e2022-06", "IDN", "speaker", "attended"), ("e2022-06", "AUS", "speaker", "attended"), ("e2022-04", "NEXUS", "speaker", "attended"),
    ("e2022-05", "NEXUS", "speaker", "attended"), ("e2022-10", "UNODC", "expert", "attended"), ("e2022-11", "UNODC", "expert", "attended"),
    ("e2022-13", "UNODC", "expert", "attended"), ("e2022-06", "PAK", "delegate", "absent"), ("e2022-06", "JPN", "delegate", "absent"),
    ("e2022-09", "SGP", "delegate", "absent"), ("e2022-01", "KOR", "participant", "registered"), ("e2022-03", "FJI", "participant", "absent"),
]  # fmt: skip


class Slot(dict):
    """One named attendance to be filled with a person."""


def main() -> None:
    events = {row["ref"]: row for row in csv.DictReader((OFFICE / "events.csv").open())}
    agencies = {row["ref"] for row in csv.DictReader((OFFICE / "bodies.csv").open()) if row["kind"] == "agency"}
    stated = {"e2022-07": "st-tabletop-participants", "e2022-09": "st-forum-delegates"}
    wanted = {event["ref"]: event["n"] for event in YEAR["own_events"]} | {"e2023-01": 74}
    slots = [slot for ref, number in wanted.items() for slot in slots_of(events[ref], number, agencies)]
    people = assign(slots)
    rows = []
    for ref in wanted:
        own = [slot for slot in slots if slot["event"] == ref]
        heads = [(member, number) for (event, member), number in HEADS.items() if event == ref]
        mode = "in_room" if events[ref]["mode"] == "in_person" else "online"
        role = "delegate" if events[ref]["type"] in ("constructive_dialogue", "forum") else "participant"
        base = {"event": ref, "role": role, "state": "attended", "mode": mode, "basis": "illustrative", "statement": stated.get(ref, ""), "source": SOURCE}  # fmt: skip
        lines = [{**base, "member": m, "number": n} for m, n in heads]
        lines += [{**base, "member": s["member"], "agency": s["agency"], "person": s["person"]["ref"], "number": 1, "sex": s["person"]["sex"]} for s in own]  # fmt: skip
        lines += beside(ref, base, people, agencies)
        rows += [{"ref": f"{ref}-{at:03d}", **line} for at, line in enumerate(lines, 1)]
    write(
        "participations.csv", "ref,event,member,agency,person,number,sex,role,state,mode,basis,statement,source", rows
    )
    write("people.csv", "ref,name,body,agency,post,basis,source", cast() + people)
    ledger()


def slots_of(event: dict, number: int, agencies: set[str]) -> list[Slot]:
    ref, guests = event["ref"], GUESTS[event["ref"]]
    heads = sum(n for (at, _member), n in HEADS.items() if at == ref)
    unnamed = {member for (at, member), _n in HEADS.items() if at == ref}
    order = [member for member in guests if member not in unnamed] or guests
    found = []
    for at in range(number - heads):
        member = order[at % len(order)]
        sectors = SECTORS[event["type"]]
        agency = next((f"{member}-{s}" for s in sectors[at // len(order) % len(sectors) :] + sectors if f"{member}-{s}" in agencies), "")  # fmt: skip
        if at % 17 == 16:
            agency = ""
        found.append(Slot(event=ref, member=member, agency=agency, person=None))
    return found


def assign(slots: list[Slot]) -> list[dict]:
    """A person for every slot; those of TWICE for two."""
    pairs = []
    for (first, second), number in TWICE.items():
        for _ in range(number):
            a, b = next(
                (a, b)
                for a in slots
                if a["event"] == first and a["person"] is None
                for b in slots
                if b["event"] == second and b["person"] is None and b["member"] == a["member"]
            )
            a["person"] = b["person"] = pending = {"slot": a}
            pairs.append(pending)
    singles = [slot for slot in slots if slot["person"] is None]
    for slot in singles:
        slot["person"] = {"slot": slot}
    pending = list({id(slot["person"]): slot["person"] for slot in slots}.values())
    sexes(pending, {id(pair) for pair in pairs})
    return named(pending)


def sexes(pending: list[dict], twice: set[int]) -> None:
    chance = random.Random(2022)
    of_year = [person for person in pending if person["slot"]["event"].startswith("e2022")]
    once = [person for person in of_year if id(person) not in twice]
    unknown = {id(person) for person in chance.sample(once, UNKNOWN_SEX_PEOPLE)}
    known = [person for person in of_year if id(person) not in unknown]
    women = {id(person) for person in chance.sample(known, WOMEN_AMONG_KNOWN)}
    for person in pending:
        later = not person["slot"]["event"].startswith("e2022")
        is_woman = chance.random() < 0.42 if later else id(person) in women
        person["sex"] = "" if id(person) in unknown else "female" if is_woman else "male"


def named(pending: list[dict]) -> list[dict]:
    used: dict[tuple[str, str], int] = defaultdict(int)
    for at, person in enumerate(pending, 1):
        member, agency = person["slot"]["member"], person["slot"]["agency"]
        pool = names(member, person["sex"])
        turn = used[(member, person["sex"])]
        used[(member, person["sex"])] += 1
        person |= {"ref": f"pe{at:04d}", "name": pool[turn % len(pool)], "body": member, "agency": agency}
        person |= {"post": POSTS.get(agency.rpartition("-")[2], "Official"), "basis": "illustrative", "source": SOURCE}
    return pending


def beside(ref: str, base: dict, people: list[dict], agencies: set[str]) -> list[dict]:
    lines = []
    for event, member, role, state in BESIDE:
        if event != ref:
            continue
        at = len(people) + 1
        agency = f"{member}-POL" if f"{member}-POL" in agencies else ""
        sex = "female" if at % 2 else "male"
        pool = names(member, sex)
        person = {"ref": f"pe{at:04d}", "name": pool[-1 - at % 5], "body": member, "agency": agency, "post": "Expert", "sex": sex, "basis": "illustrative", "source": SOURCE}  # fmt: skip
        people.append(person)
        lines.append({**base, "member": member, "agency": agency, "person": person["ref"], "number": 1, "sex": sex, "role": role, "state": state, "statement": ""})  # fmt: skip
    return lines


def cast() -> list[dict]:
    """Those of the cast who belong to a member."""
    return [
        {"ref": "josefa-waqa", "name": "Josefa Waqa", "body": "FJI", "agency": "FJI-FOR", "post": "Focal point"},
        {"ref": "sok-dara", "name": "Sok Dara", "body": "KHM", "agency": "KHM-FOR", "post": "Focal point"},
        {"ref": "aishath-nazima", "name": "Aishath Nazima", "body": "MDV", "agency": "MDV-IMM", "post": "Practitioner"},
        {"ref": "batbayar", "name": "Batbayar", "body": "MNG", "agency": "MNG-POL", "post": "Practitioner"},
    ]


# -- the ledger ----------------------------------------------------------------------------------------------------------
RATES = {
    "THB": [(date(2022, 1, 1), 418), (date(2022, 7, 1), 405)],
    "USD": [(date(2022, 1, 1), 13800), (date(2022, 7, 1), 14600)],
}
SCALE = 10_000
ACTIVITIES = {"PROG-CP1": [1, 2, 3, 4, 7, 28, 29], "PROG-CP2": [8, 9, 10, 11], "PROG-CP3": [12, 13, 14, 15, 16, 18, 19], "PROG-CP4": [23, 24, 25, 26]}  # fmt: skip
WORDS = {"PROG": "Programme cost", "VIS": "Website and materials", "STAFF-CORE": "Staff cost", "STAFF-IOM": "Host staff cost", "OFFICE": "Office running cost", "FEE": "Service fee and overhead"}  # fmt: skip


def ledger() -> None:
    write("rates.csv", "ref,currency,on,rate,scale,source", [
        {"ref": f"{currency}-{day}", "currency": currency, "on": day, "rate": rate, "scale": SCALE, "source": SOURCE}
        for currency, found in RATES.items() for day, rate in found
    ])  # fmt: skip
    rows: list[dict] = []
    for category, total in YEAR["money"]["categories"].items():
        rows += entries(category, total * 100, random.Random(category))
    rows += correction(rows)
    write("expenditure.csv", "ref,spent_on,category,activity,amount,currency,rate,scale,rate_on,text,voucher,commitment,reverses,basis,source", rows)  # fmt: skip


def entries(category: str, total: int, chance: random.Random) -> list[dict]:
    """One to four entries a month, a few in other currencies, that sum to the category's total in the office's currency."""
    weights = [0.5 if category.startswith("PROG") and month < 9 else 1.5 if category.startswith("PROG") else 1.0 for month in range(1, 13)]  # fmt: skip
    months = [round(total * weight / sum(weights)) for weight in weights]
    months[-1] += total - sum(months)
    found = []
    for month, due in enumerate(months, 1):
        count = chance.randint(1, 4)
        for at in range(count):
            last = at == count - 1
            part = due if last else round(due * chance.uniform(0.15, 0.9 / count))
            currency = (
                "AUD" if last or category in ("FEE", "STAFF-IOM") else chance.choice(["AUD", "THB", "THB", "USD"])
            )
            amount, rate, on = part, 1, ""
            day = date(2022, month, 3 + 7 * at)
            if currency != "AUD":
                since, rate = max((d, r) for d, r in RATES[currency] if d <= day)
                on, amount = since.isoformat(), round(part * SCALE / rate)
                part = (amount * rate + SCALE // 2) // SCALE
            due -= part
            text = next(word for start, word in WORDS.items() if category.startswith(start))
            numbers = ACTIVITIES.get(category, [])
            activity = f"a2022-{numbers[(month + at) % len(numbers)]:02d}" if numbers else ""
            found.append({"ref": f"x2022-{category.lower()}-{month:02d}-{at + 1}", "spent_on": day.isoformat(), "category": category,
                "activity": activity, "amount": f"{amount / 100:.2f}", "currency": currency, "rate": rate,
                "scale": SCALE if currency != "AUD" else 1, "rate_on": on, "text": text, "reverses": "", "basis": "illustrative", "source": SOURCE})  # fmt: skip
    return found


def correction(rows: list[dict]) -> list[dict]:
    """One entry posted twice by mistake, and the entry that reverses it."""
    wrong = next(row for row in rows if row["ref"] == "x2022-office-05-1")
    again = {**wrong, "ref": "x2022-office-05-1-again", "text": "Office running cost, posted twice"}
    amount = wrong["amount"]
    back = {**again, "ref": "x2022-office-05-1-again-r", "spent_on": "2022-06-02", "amount": f"-{amount}", "reverses": again["ref"], "text": "Reverses an entry posted twice"}  # fmt: skip
    return [again, back]


def write(name: str, columns: str, rows: list[dict]) -> None:
    with (OFFICE / name).open("w", newline="") as file:
        writer = csv.DictWriter(file, columns.split(","), lineterminator="\n", restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(sorted(({"basis": "illustrative", "source": SOURCE, **row} for row in rows), key=lambda row: row["ref"]))  # fmt: skip


if __name__ == "__main__":
    main()
