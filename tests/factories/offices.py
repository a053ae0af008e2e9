"""Whole offices made up at random, as folders that the loader takes: for properties that hold of any office."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import yaml

FIRST, DAYS = date(2021, 7, 1), 3 * 365
BASES = ("recorded", "stated", "estimated", "illustrative")
#: Words that a careless writer of files would spoil.
WORDS = (
    "Course",
    "O’Neill, “A”",
    'He said "no"',
    "หลักสูตร",
    "a;b:c",
    "100 % of it",
    "Línea\u2028dos",
    "two  spaces",
    "#1",
    "null",
    "007",
    "1e5",
)
COUNTRIES = ("XAA", "XBB", "", "XDD")


class MadeUp:
    """Rows by file. Every choice comes from one source of chance, so that a failing office can be made smaller."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.rows: dict[str, list[dict[str, str]]] = {}
        self.day = date.max
        self._frame()
        self._work()
        self._events()
        self._money()

    def some(self, most: int) -> range:
        return range(self.chance.randint(0, most))

    def one(self, of: Sequence[Any]) -> Any:
        return self.chance.choice(of)

    def any_of(self, file: str, least: int = 0) -> list[str]:
        refs = [row["ref"] for row in self.rows.get(file, ())]
        return self.chance.sample(refs, self.chance.randint(min(least, len(refs)), len(refs)))

    def one_of(self, file: str, or_none: bool = True) -> str:
        refs = [row["ref"] for row in self.rows.get(file, ())]
        return self.one([*refs, *([""] if or_none else [])] or [""])

    def on(self, after: str = "") -> str:
        """A day of the three years, or one not long after another."""
        if after:
            return str(date.fromisoformat(after) + timedelta(days=self.one((0, 1, 40, 400))))
        return str(FIRST + timedelta(days=self.chance.randint(0, DAYS)))

    def add(self, file: str, **row: Any) -> str:
        """Writes a row with a ref of its own; bases and precisions are chance's where the file has them."""
        known = self.rows.setdefault(file, [])
        ref = f"{file[:3]}-{len(known)}"
        known.append({"ref": ref, **{name: str(value) for name, value in row.items()}})
        return ref

    def known(self) -> dict[str, str]:
        return {"basis": self.one(BASES)}

    def dated(self) -> dict[str, str]:
        first = self.on()
        return {"starts_on": first, "ends_on": self.on(first), "precision": self.precision(), **self.known()}

    def precision(self) -> str:
        return self.one(("day", "day", "month", "year"))

    # -- who, why ------------------------------------------------------------------------------------------------------

    def _frame(self) -> None:
        first = self.one(("", "2021-10-15", "2022-01-01"))
        last = self.one(("", "2022-11-30", "2023-12-31"))
        self.add("office.yaml", name=self.one(WORDS), records_from=first, records_to=last, headline_period="2022")
        self.add("sources.csv", author=self.one(WORDS), title=self.one(WORDS), link="https://rso.example/a?b=1,2")
        kinds = (
            "member_state",
            "observer_state",
            "member_state",
            "member_state",
            "member_organisation",
            "partner",
            "partner",
        )
        for at, kind in enumerate(kinds):
            joined = self.one(("", "2002-02-28", "2022-05-01"))
            self.add(
                "bodies.csv", kind=kind, name=self.one(WORDS), country=COUNTRIES[at] if at < 4 else "", joined_on=joined,
                region=self.one(("", "Melanesia", "Western Asia")), left_on=self.one(("", "2022-08-31")), name_th=self.one(("", "รัฐ")), **self.known(),
            )  # fmt: skip
        self.members, self.partners = [f"bod-{at}" for at in range(5)], ["bod-5", "bod-6"]
        self.agencies = [
            self.add(
                "bodies.csv", kind="agency", name=self.one(WORDS), parent=self.one(self.members[:4]), sector="police"
            )
            for _ in range(3)
        ]
        for _ in self.some(6):
            self.add("people.csv", name=self.one(WORDS), body=self.one(("", *self.members)), **self.known())
        self.add("groups.csv", kind="working_group")
        for at in range(2):
            self.add("core_purposes.csv", order=at, title=self.one(WORDS), short=f"P{at}")
        for of, first, last in (("thematic_area", "2012-01-01", "2023-01-01"), ("programme", "2023-01-01", "")):
            for at in range(2):
                self.add(
                    "themes.csv",
                    order=at,
                    title=self.one(WORDS),
                    short=f"T{at}",
                    set=of,
                    valid_from=first,
                    valid_to=last,
                )

    def _work(self) -> None:
        for _ in self.some(3):
            received, answered = self.on(), self.one((True, False))
            self.add(
                "requests.csv", title=self.one(WORDS), received_on=received, precision=self.precision(), answered_precision=self.precision(),
                answered_on=self.on(received) if answered else "", state="answered" if answered else self.one(("received", "declined")),
                members=";".join(self.chance.sample(self.members, 2)), **self.known(),
            )  # fmt: skip
        for _ in self.some(2):
            self.add(
                "undertakings.csv", text=self.one(WORDS), said_on=self.on(), precision=self.precision(), members=self.one(self.members), **self.known(),
            )  # fmt: skip
            self.add(
                "priority_issues.csv",
                title=self.one(WORDS),
                set_by=self.one(WORDS),
                agreed_on=self.on(),
                precision="month",
            )
        for _ in self.some(4):
            first, second = self.chance.sample(range(4), 2)
            share = self.chance.randint(1, 99)
            self.add(
                "activities.csv", title=self.one(WORDS), purpose=self.one_of("core_purposes.csv", False), **self.dated(),
                status=self.one(("planned", "running", "done", "cancelled")), gender_marker=self.one(("0", "2", "not_screened")),
                themes=self.one(("", f"the-{first}:100", f"the-{first}:{share};the-{second}:{100 - share}")),
                requests=";".join(self.any_of("requests.csv")), undertakings=";".join(self.any_of("undertakings.csv")),
                partners=";".join(self.chance.sample(self.partners, self.one((0, 1, 2)))), summary="One\nTwo",
            )  # fmt: skip

    # -- what was done -------------------------------------------------------------------------------------------------

    def _events(self) -> None:
        for at in self.some(5):
            state = self.one(("held", "held", "held", "planned", "cancelled"))
            role = self.one(("organised", "co_hosted", "facilitated", "supported"))
            self.add(
                "events.csv", title=self.one(WORDS), type=self.one(("training", "training", "workshop", "forum")), state=state,
                reason="The room was flooded" if state == "cancelled" else "", office_role=role, mode=self.one(("", "online", "in_person")),
                group="gro-0" if role == "supported" else "", ordinal=at + 1 if role == "supported" else "",
                activity=self.one_of("activities.csv"), partners=self.one(("", *self.partners)), experts=self.one(("", *self.partners)),
                **self.dated(),
            )  # fmt: skip
        seen = set()
        held = {row["ref"] for row in self.rows.get("events.csv", ()) if row["state"] == "held"}
        for _ in self.some(14) if "events.csv" in self.rows else ():
            event, person = self.one_of("events.csv", False), self.one_of("people.csv")
            person = "" if (event, person) in seen else person
            seen.add((event, person))
            member = self.one(("", *self.members, self.partners[0]))
            agencies = [row["ref"] for row in self.rows["bodies.csv"] if member and row.get("parent") == member]
            self.add(
                "participations.csv", event=event, person=person, number=1 if person else self.one((1, 2, 7, 12)),
                member=member, agency=self.one(("", *agencies)),
                sex=self.one(("", "female", "male")), role=self.one(("participant", "delegate", "speaker", "staff")),
                state=self.one(("attended", "registered", "absent")) if event in held else "registered",
                mode=self.one(("in_room", "online")), **self.known(),
            )  # fmt: skip
        for _ in self.some(3):
            self.add(
                "publications.csv", title=self.one(WORDS), kind=self.one(("toolkit", "policy_brief")), first_issued_on=self.on(),
                state=self.one(("published", "published", "draft")), precision=self.precision(), activity=self.one_of("activities.csv"),
                partners=self.one(("", *self.partners)), **self.known(),
            )  # fmt: skip
            self.add(
                "engagements.csv", title=self.one(WORDS), kind=self.one(("media", "committee")), partners=self.one(("", *self.partners)),
                activity=self.one_of("activities.csv"), **self.dated(),
            )  # fmt: skip

    def amount(self) -> dict[str, str]:
        amount = f"{self.chance.randint(1, 10**7) / 100:.2f}"
        if self.one((True, False)):
            return {"amount": amount, "currency": "AUD"}
        return {
            "amount": amount,
            "currency": "EUR",
            "rate": str(self.chance.randint(1, 20_000)),
            "scale": "10000",
            "rate_on": self.on(),
        }

    def _money(self) -> None:
        for at in range(3):
            purpose = self.one_of("core_purposes.csv")
            self.add("categories.csv", order=at, title=self.one(WORDS), short=f"K{at}", group="programme" if purpose else "staff_and_operations", purpose=purpose)  # fmt: skip
        for _ in self.some(3):
            received, first = self.one(("", self.on())), self.on()
            self.add(
                "contributions.csv", title=self.one(WORDS), funder=self.one_of("bodies.csv", False), kind="project", starts_on=first,
                ends_on=self.on(first), received_on=received, state="received" if received else "announced", precision=self.precision(),
                activities=";".join(self.any_of("activities.csv")), **self.amount(), **self.known(),
            )  # fmt: skip
            first = self.on()
            budget = self.add(
                "budgets.csv",
                title=self.one(WORDS),
                kind=self.one(("annual", "operating")),
                starts_on=first,
                ends_on=self.on(first),
            )
            self.add(
                "budget_lines.csv",
                budget=budget,
                category=self.one_of("categories.csv", False),
                **self.amount(),
                **self.known(),
            )
        for _ in self.some(6):
            entry = {
                "category": self.one_of("categories.csv", False),
                "activity": self.one_of("activities.csv"),
                **self.amount(),
            }
            ref = self.add("expenditure.csv", spent_on=self.on(), text=self.one(WORDS), **entry, **self.known())
            if self.one((True, False, False)):
                mirrored = {**entry, "amount": f"-{entry['amount']}"}
                self.add("expenditure.csv", spent_on=self.on(), reverses=ref, **mirrored, **self.known())

    # -- on the disk ---------------------------------------------------------------------------------------------------

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        for name, rows in self.rows.items():
            if name.endswith(".yaml"):
                given = [{key: value for key, value in row.items() if value} for row in rows]
                (folder / name).write_text(yaml.safe_dump(given, allow_unicode=True), encoding="utf-8")
                continue
            with (folder / name).open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, list(dict.fromkeys(key for row in rows for key in row)), restval="")
                writer.writeheader()
                writer.writerows(rows)
