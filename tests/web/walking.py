"""Walks the site as the cast: the table of addresses, who asks, and what the site answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from unittest.mock import patch

from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from rso.accounts.actions import platform, set_password
from rso.accounts.example import PASSWORD
from rso.accounts.models import User
from rso.core import verbs
from rso.core.periods import Period
from rso.reports.actions import report_verbs, text_verbs
from rso.reports.compiler import words_in_force
from rso.reports.models import Edition, Report, ReportState, SectionText
from rso.reports.publishing import folder_of, publish, release
from rso.reports.seals import BLANK
from rso.reports.writing import Place, begun
from tests.conftest import NOW, named
from tests.papers import paper
from tests.signing_in import sign_in

#: Who asks: someone who is not signed in, the focal point of Fiji, a programme officer.
ANYONE, JOSEFA, NAREE = ROLES = ("", "josefa-waqa", "naree-boonmee")


@dataclass(frozen=True)
class Line:
    """An address of the table, and what each of ROLES is answered: a status, or the address that it leads to."""

    route: str
    address: str
    answers: tuple[int | str, ...]


@cache
def table() -> list[Line]:
    found = paper(Path(__file__).parent / "addresses.yaml")
    return [
        Line(route, address, tuple(answer) if isinstance(answer, list) else (answer,) * len(ROLES))
        for route, addresses in found.items()
        for address, answer in addresses.items()
    ]


def routes(patterns: list[URLPattern | URLResolver] | None = None) -> Iterator[str]:
    """The name of every address that the site knows."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        else:
            yield str(pattern.name)


def as_role(role: str) -> Client:
    """A browser in which the role is signed in."""
    client = Client()
    if role:
        user = User.objects.get(ref=role)
        sign_in(client, set_password(user, password=PASSWORD, by=platform(), now=timezone.now()))
    return client


def ask(client: Client, address: str) -> HttpResponse:
    """What the site answers, read to its end."""
    response = client.get(address)
    if response.streaming:
        response.body = b"".join(response.streaming_content)
    return response


def body_of(response: HttpResponse) -> str:
    return (response.body if response.streaming else response.content).decode(errors="replace")


def answer_of(response: HttpResponse) -> int | str:
    """The status, or where it leads."""
    return response.headers.get("Location", response.status_code)


def lay_editions() -> None:
    """The annual and the monthly report published, with files where they are taken from."""
    lay_files("annual-2022")
    if not Edition.objects.exists():
        bring_out("annual-2022")
        publish_month()


def lay_files(ref: str) -> None:
    """Files where those of a report lie, published and compiled; the pages only look whether they are there."""
    for folder in (settings.VAR / "reports" / ref, folder_of(ref, 1)):
        folder.mkdir(parents=True, exist_ok=True)
        for name in (f"{ref}.pdf", "data.zip"):
            (folder / name).write_bytes(b"compiled")


def bring_out(ref: str) -> Edition:
    """A first edition of what stands in a report now: its words alone, for freezing and setting all figures takes seconds."""
    report, by = Report.objects.get(ref=ref), named("harriet-lowe")
    words = {name: {"title": text.title, "text": text.text} for name, text in words_in_force(report).items()}
    edition = Edition(
        ref=f"{ref}-1", report=report, number=1, title=report.title, subtitle=report.subtitle, period=report.period, words=words,
        as_at=report.as_at or Period.parse(report.period).last_day, published_at=NOW, by=by,
        and_by=named("bagus-santoso"),
    )  # fmt: skip
    verbs.add([edition], verb="published", by=by, now=NOW)
    report.state = ReportState.PUBLISHED
    verbs.change([report], verb="published", by=by, now=timezone.now())
    return edition


def publish_month(note: str = "") -> Edition:
    """The next edition of the monthly report, its PDF not set: Typst has tests of its own."""
    report = Report.objects.get(ref="monthly-2022-09")
    by, and_by = (named(ref) for ref in ("harriet-lowe", "bagus-santoso"))
    writer = named("tran-thi-mai")
    release(report, writer=writer, co_managers=(by, and_by), now=timezone.now())
    with patch("rso.reports.editions.typeset", return_value=f"%PDF {BLANK}".encode()):
        return publish(report, by=by, and_by=and_by, now=timezone.now(), note=note)


#: A word that no record holds but what is being written.
CANARY = "zeppelinfahrt"


def write_on(ref: str, section: str) -> SectionText:
    """The canary in heading and text of a section, and below the title of its report."""
    report, by = Report.objects.get(ref=ref), named("naree-boonmee")
    place = Place(report, section)
    text = begun(place, by=by, now=timezone.now())
    text.title, text.text = f"On the {CANARY}", f"We flew a canary, the {CANARY}.\n\n{text.text}".strip()
    text_verbs.change([text], by=by, now=timezone.now())
    report.subtitle = f"The year of the {CANARY}"
    report_verbs.change([report], by=by, now=timezone.now())
    return text
