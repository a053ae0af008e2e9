"""One participation is changed by its verb, and every edition and page has the new number. Nothing else is touched."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from typer.testing import CliRunner

from rso.cli import app
from rso.events.actions import correct_participations
from rso.events.models import Participation, ParticipationState
from rso.reports.facts import facts
from tests.editions import Edition
from tests.web.walking import bring_out

WHOLE = {"figure": "participations", "period": "2022", "filter": ""}


def printed_on(page: str) -> set[int]:
    """Attendances of the year, wherever a page prints them."""
    return {fact["value"] for fact in facts(page) if all(fact[name] == value for name, value in WHOLE.items())}


def command(*words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(CliRunner().invoke(app, [*words, "--format", "json"]).stdout)
    return found


def one(found: set[int]) -> int:
    (value,) = found
    return value


def heads_of(refs: list[str]) -> int:
    return sum(Participation.objects.filter(ref__in=refs).values_list("number", flat=True))


def in_editions(folder: Path) -> dict[str, int]:
    """The year's attendances as each edition has them."""
    edition = Edition.write("annual-2022", folder)
    text = " ".join(edition.texts)
    (sentence,) = re.findall(r"They drew ([\d,]+) +attendances", text)
    (great,) = re.findall(r"The year in four figures ([\d,]+) attendances", text)
    (cover,) = re.findall(r"One line for each of ([\d,]+) attendances", text)
    (split,) = re.findall(r"Way of taking part Attendances .*? All ([\d,]+)", text)
    (attached,) = [f for f in edition.evidence["figures"] if all(f[name] == value for name, value in WHOLE.items())]
    (row,) = [row for row in edition.table("figures") if all(row[name] == value for name, value in WHOLE.items())]
    parts = [
        row for row in edition.table("breakdowns") if (row["figure"], row["dimension"]) == ("participations", "type")
    ]
    return {
        **{f"web, {name}": one(found) for name, page in edition.pages.items() if (found := printed_on(page))},
        "PDF, a sentence": int(sentence),
        "PDF, the great number": int(great),
        "PDF, the cover": int(cover),
        "PDF, the sum of a chart": int(split),
        "PDF, its evidence": attached["value"],
        "PDF, the records that its evidence names": heads_of(edition.evidence["records"][attached["records"]]),
        "data, figures": int(row["value"]),
        "data, a breakdown": sum(int(part["value"]) for part in parts),
        "data, a chart": sum(mark["value"] for mark in edition.charts["participations-by-month"]["data"]["values"]),
    }


def on_site(client: Client) -> dict[str, int]:
    """The same on the site and at the command line."""
    pages = {
        "home": "/",
        "its page": "/figures/participations/2022/",
        "a chapter": "/reports/annual-2022/summary/",
        "beside what was printed": "/reports/printed/",
        "a table": "/tables/?figure=participations&period=2022&by=type",
    }
    file = client.get("/figures/participations/2022/figure.csv").getvalue().decode().splitlines()
    return {
        **{name: one(printed_on(client.get(url).content.decode())) for name, url in pages.items()},
        "its CSV": int(next(row["value"] for row in csv.DictReader(file))),
        "rso figures": command("figures", "2022", "participations")[0]["value"],
        "rso figures --by": sum(
            row["value"] for row in command("figures", "2022", "participations", "--by", "sex")[0]["rows"]
        ),
        "rso records": sum(row["counts"] for row in command("records", "participations", "2022")),
    }


@pytest.mark.long
def test_one_participation_changed_by_its_verb_moves_the_number_in_every_edition(office, client, naree, now, tmp_path):
    bring_out("annual-2022")
    before = {**in_editions(tmp_path), **on_site(client)}
    assert (set(before.values()), len(before)) == ({600}, 20)

    came = Participation.objects.select_related("event", "member", "agency").get(ref="e2022-01-001")
    came.state = ParticipationState.ABSENT
    correct_participations([came], by=naree, now=now, reason="She had signed up and could not come")

    assert {**in_editions(tmp_path), **on_site(client)} == dict.fromkeys(before, 599)
