"""No template lies about unused: each is rendered by an address, by a page of an error, by an edition or by a mail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.template.loader import render_to_string
from django.test import Client
from django.test.signals import template_rendered
from django.utils import timezone

from rso.accounts.actions import give_app, open_accounts, platform, set_password
from rso.accounts.example import PASSWORD, secret_of
from rso.accounts.invitations import send_link, token_of
from rso.accounts.models import User
from rso.core.history import history_of
from rso.core.office.digest import send_digests
from rso.core.verbs import change
from rso.environment import HOUSE
from rso.events.actions import event_verbs
from rso.events.models import Event, EventMode
from rso.finance.actions import keep_extract
from rso.finance.extracts import read_extract
from rso.reports.compiler import compile_report
from rso.reports.editions import write_pages
from rso.reports.models import Report
from rso.reports.outside import open_to
from tests.conftest import NOW
from tests.factories.extracts import as_csv
from tests.signing_in import sign_in
from tests.web.failing import pages_of_faults
from tests.web.walking import ANYONE, NAREE, as_role, ask, lay_editions, table


def see_ones_own_account(monkeypatch) -> None:
    """Pages that only a letter, or an account with factors, opens."""
    kim = User.objects.get(ref="kim-osei")
    give_app(kim, secret=secret_of(kim.ref), by=platform(), now=NOW)
    WebAuthn.add(kim, "phone", {"clientExtensionResults": {}})
    RecoveryCodes.activate(kim)
    signed_in, half_way = sign_in(Client(), set_password(kim, password=PASSWORD, by=platform(), now=NOW)), Client()
    key = Authenticator.objects.get(user=kim, type="webauthn").pk
    for path in (
        "app/remove/",
        "recovery-codes/",
        "recovery-codes/download/",
        f"passkeys/{key}/rename/",
        f"passkeys/{key}/remove/",
    ):
        assert signed_in.get(f"/accounts/2fa/{path}").status_code == 200
    monkeypatch.setattr("allauth.mfa.webauthn.internal.auth.get_credentials", lambda user: [])
    for path in ("reauthenticate/", "passkeys/reauthenticate/"):
        signed_in.get(f"/accounts/2fa/{path}")
    half_way.post("/accounts/login/", {"login": kim.email, "password": PASSWORD})
    half_way.get("/accounts/2fa/authenticate/")
    fetu = User(ref="fetu", name="Fetu", email="fetu@rso.example", role="practitioner")
    open_accounts([fetu], by=platform(), now=NOW)
    send_link(fetu, platform())
    half_way.get(f"/accounts/invitation/{token_of(fetu)}/")
    for path in ("accounts/new/", "accounts/naree-boonmee/do/leave/", "keys/", "keys/new/"):
        signed_in.get(f"/office/{path}")
    key = {"name": "Dashboard", "owner": kim.ref, "scope": "public", "expires_on": timezone.localdate()}
    signed_in.post("/office/keys/new/", key)


@pytest.fixture
def rendered():
    """The names of the templates that are rendered while the test runs."""
    seen: set[str] = set()

    def note(template, **_rest):
        seen.add(template.name)

    template_rendered.connect(note)
    yield seen
    template_rendered.disconnect(note)


@pytest.mark.long
def test_every_template_is_rendered(office, naree, now, rendered, tmp_path, monkeypatch):
    lay_editions()
    staff, anyone = as_role(NAREE), as_role(ANYONE)
    for line in table():
        ask(staff, line.address)
    anyone.get("/accounts/login/")
    see_ones_own_account(monkeypatch)
    anyone.post("/accounts/password/reset/", {"email": "naree.boonmee@rso.example"})
    Event.objects.filter(ref="e2022-14").update(state="planned")
    send_digests([User.objects.get(ref=NAREE)], now=NOW)
    write_pages(compile_report(Report.objects.get(ref="annual-2022")), tmp_path, "")
    pages_of_faults()
    event = Event.objects.get(ref="e2022-01")
    event.place, event.mode = "Bali", EventMode.HYBRID
    event_verbs.change([event], by=naree, now=now, reason="asked by the host")
    render_to_string("office/history.html", {"steps": history_of(event)})
    render_to_string("office/elsewhere.html")
    render_to_string("reports/photo.html", {"node": {"src": "a.png", "alt": "A hall", "caption": "", "credit": "RSO"}})
    as_role("ravi-perera").get("/office/audit/")
    as_role("tran-thi-mai").get("/office/duplicates/?kind=person&winner=batbayar&loser=batbayar")
    as_role("harriet-lowe").get("/office/published/monthly-2022-09-1/withdraw/")
    anyone.get(anyone.post("/cite/", {"figure": "participations", "period": "2022"}).headers["Location"])
    upload = keep_extract(read_extract("ledger.csv", as_csv()), by=naree, now=now)
    staff.get(f"/office/finance/ledger/{upload.ref}/")

    monthly = Report.objects.get(ref="monthly-2022-09")
    monthly.state = "approved"
    change([monthly], verb="changed", by=naree, now=now)
    day, today = timedelta(days=1), timezone.now()
    _reading, secret = open_to(monthly, "Funder", today - day, today + day, by=naree, now=today)
    anyone.get(f"/reports/advance/{secret}/")
    monthly.state = "draft"
    change([monthly], verb="changed", by=naree, now=now)
    anyone.get(f"/reports/advance/{secret}/")

    folder = HOUSE / "templates"
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - rendered == set()
