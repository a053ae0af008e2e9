"""Second factors: no way in without one for the office, how each is set up, used, removed, and what the example's may do."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.test import Client

from rso.accounts.actions import change_accounts, give_app, platform, reset_factors, set_password
from rso.accounts.example import PASSWORD, code_of, secret_of
from rso.accounts.models import OFFICE_ROLES, User
from rso.accounts.second_factor import OPEN
from rso.core.models import AuditEvent
from tests.signing_in import sign_in
from tests.web.markup import Page, words
from tests.web.walking import ask, lay_editions, table

LOGIN, CODE, SET_UP = "/accounts/login/", "/accounts/2fa/authenticate/", "/accounts/2fa/"
APP = "/accounts/2fa/app/add/"


@pytest.fixture
def naree(naree, now) -> User:
    return set_password(naree, password=PASSWORD, by=platform(), now=now)


@pytest.fixture
def with_app(naree, now) -> User:
    give_app(naree, secret=secret_of(naree.ref), by=platform(), now=now)
    return naree


def by_password(user: User) -> Client:
    client = Client()
    client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    return client


def who(client: Client) -> str:
    return str(client.session.get("_auth_user_id", ""))


def codes(secret: str) -> list[str]:
    """The codes that are good now: of this half-minute and of those beside it."""
    return [format_hotp_value(hotp_value(secret, counter)) for counter in yield_hotp_counters_from_time()]


def set_up_app(client: Client) -> str:
    """Sets up an app of codes as its owner does; returns its secret."""
    (secret,) = re.findall(r"<code>(\w+)</code>", client.get(APP).content.decode())
    assert client.post(APP, {"code": codes(secret)[1]}).headers["Location"] == "/accounts/2fa/recovery-codes/"
    return secret


def problems(answer) -> list[str]:
    page = Page("", answer.content)
    return [words(item) for box in page.all("div") if box.get("class") == "errsum" for item in box.iter("li")]


# -- no other way in -----------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_office_goes_no_further_than_the_set_up_without_a_second_factor_whatever_the_address(naree):
    lay_editions()
    client = sign_in(Client(), naree, factor=False)
    closed = [line.address for line in table() if line.route not in OPEN]
    wanted = {
        address: f"{address[:3] if address in ('/id/', '/th/') else ''}{SET_UP}"
        if not address.startswith("/api/")
        else None
        for address in closed
    }

    assert {address: ask(client, address).headers.get("Location") for address in closed} == wanted
    assert {address: client.post(address).headers.get("Location") for address in closed} == wanted


@pytest.mark.parametrize("address", ["/admin/", "/admin/login/", "/nowhere/", "/th/", "/th/nowhere/", "//", "/healthz"])
def test_addresses_that_are_not_there_are_no_way_in_either(client, naree, address):
    sign_in(client, naree, factor=False)

    assert (client.get(address).status_code, client.get(address).headers["Location"][-14:]) == (302, SET_UP)


def test_there_is_no_admin(client, naree):
    assert [client.get(address).status_code for address in ("/admin/", "/admin/login/")] == [404, 404]
    sign_in(client, naree)
    assert [client.get(address).status_code for address in ("/admin/", "/admin/login/")] == [404, 404]


def test_a_machine_is_told_401(client, naree):
    sign_in(client, naree, factor=False)

    assert (client.get("/api/figures/").status_code, client.post("/api/").status_code) == (401, 401)


@pytest.mark.parametrize("role", sorted(OFFICE_ROLES))
def test_every_role_of_the_office_needs_one_and_a_focal_point_does_not(client, naree, now, role):
    naree.role = role
    change_accounts([naree], by=platform(), now=now)
    sign_in(client, naree, factor=False)
    assert client.get("/").headers.get("Location") == SET_UP

    naree.role = "focal_point"
    change_accounts([naree], by=platform(), now=now)
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("address", [SET_UP, APP, "/th/accounts/2fa/"])
def test_no_link_of_the_set_up_leads_back_to_it(naree, address):
    client = by_password(naree)
    page = Page(address, client.get(address).content)
    links = [e.get("href", "") for e in page.all("a") if not e.get("href", "").startswith("#")]

    assert [e.get("type") for e in page.all("input") if e.get("type") == "search"] == []
    assert [link for link in links if client.get(link).status_code != 200] == []
    assert "/th/accounts/2fa/" in links or address == APP
    assert [link for link in links if link.endswith("/accounts/logout/")] != []


def test_the_pages_of_the_set_up_are_open_and_no_others(client, naree):
    sign_in(client, naree, factor=False)
    addresses = {line.address for line in table() if line.route in OPEN}

    assert {address: client.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 200)
    assert addresses == {
        SET_UP, APP, "/accounts/2fa/passkeys/add/", "/accounts/reauthenticate/", "/accounts/logout/",
    }  # fmt: skip


def test_a_session_from_before_the_factor_ends_when_there_is_one(client, naree, now):
    """Or whoever knows the password alone would wait in it, and read the recovery codes."""
    sign_in(client, naree, factor=False)
    assert client.get(SET_UP).status_code == 200
    give_app(naree, secret=secret_of(naree.ref), by=platform(), now=now)

    assert (client.get(SET_UP).headers["Location"], who(client)) == (LOGIN, "")


def test_records_of_another_user_in_the_session_show_nothing(client, naree, josefa):
    sign_in(client, naree)
    session = client.session
    session["account_authentication_methods_user"] = str(josefa.pk)
    session.save()

    assert client.get("/").headers["Location"] == SET_UP


# -- an app with codes -----------------------------------------------------------------------------------------------------


def test_whoever_signs_in_for_the_first_time_sets_up_an_app_and_goes_on(naree):
    client = by_password(naree)
    assert client.get("/").headers["Location"] == SET_UP
    set_up_app(client)

    assert client.get("/").status_code == 200
    assert len(re.findall(r"<code>\d{8}</code>", client.get("/accounts/2fa/recovery-codes/").content.decode())) == 10
    event = AuditEvent.objects.order_by("-pk")[0]
    assert (event.verb, event.ref, event.actor) == ("app of codes added", "naree-boonmee", naree)


def test_the_picture_of_the_secret_is_part_of_the_page_and_brings_no_style_of_its_own(naree):
    page = by_password(naree).get(APP).content.decode()

    assert ("<svg" in page, "<?xml" in page, "style=" in page, "data:" in page) == (True, False, False, False)


def test_the_password_alone_signs_nobody_in_who_has_an_app(with_app):
    client = by_password(with_app)

    assert who(client) == ""
    assert client.get("/accounts/").headers["Location"] == "/accounts/login/?next=/accounts/"
    assert client.post(CODE, {"code": code_of(with_app.ref)}).headers["Location"] == "/office/"
    assert who(client) == str(with_app.pk)


def test_a_code_works_once(with_app):
    code = code_of(with_app.ref)
    by_password(with_app).post(CODE, {"code": code})
    again = by_password(with_app)

    assert problems(again.post(CODE, {"code": code})) == [
        "Code: This code is not right, or it has been used. Wait for the next one."
    ]
    assert who(again) == ""


def test_after_five_wrong_codes_the_right_one_is_refused_for_a_while(with_app):
    client = by_password(with_app)
    for _ in range(5):
        client.post(CODE, {"code": "000000"})

    assert problems(client.post(CODE, {"code": code_of(with_app.ref)})) == [
        "Code: Too many failed login attempts. Try again later."
    ]
    assert who(client) == ""


def test_a_recovery_code_signs_in_once(naree):
    client = by_password(naree)
    set_up_app(client)
    code = re.findall(r"\d{8}", client.get("/accounts/2fa/recovery-codes/download/").content.decode())[0]
    first, second = by_password(naree), by_password(naree)

    assert (first.post(CODE, {"code": code}).status_code, who(first)) == (302, str(naree.pk))
    assert (second.post(CODE, {"code": code}).status_code, who(second)) == (200, "")


def test_whoever_removes_the_only_factor_is_led_to_the_set_up_and_out_everywhere_else(naree):
    client, elsewhere = by_password(naree), sign_in(Client(), naree)
    set_up_app(client)
    client.post("/accounts/2fa/app/remove/")

    assert Authenticator.objects.filter(user=naree).count() == 0
    assert client.get("/").headers["Location"] == SET_UP
    assert who(elsewhere) == ""


def test_before_factors_change_the_password_or_a_code_is_asked_for_unless_one_has_just_signed_in(client, naree):
    sign_in(client, naree)
    assert client.get(APP).status_code == 200
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": 0.0, "type": "totp"}]
    session.save()

    again = client.get(APP).headers["Location"]
    assert again == "/accounts/reauthenticate/?next=%2Faccounts%2F2fa%2Fapp%2Fadd%2F"
    assert problems(client.post(again, {"password": "not-the-password"})) == ["Password: Incorrect password."]
    assert client.post(again, {"password": PASSWORD}).headers["Location"] == APP
    assert client.get(APP).status_code == 200


def test_whoever_lost_all_factors_sets_up_new_ones_when_an_administrator_has_reset_them(with_app, now):
    elsewhere = sign_in(Client(), with_app)
    reset_factors([with_app], by=platform(), now=now)

    assert who(elsewhere) == ""
    assert by_password(with_app).get("/").headers["Location"] == SET_UP


# -- passkeys --------------------------------------------------------------------------------------------------------------


def test_a_passkey_is_asked_for_by_a_page_that_brings_its_question_and_no_script_of_its_own(client, naree):
    sign_in(client, naree)
    page = client.get("/accounts/2fa/passkeys/add/").content.decode()
    scripts = re.findall(r"<script([^>]*)>", page)

    assert scripts == [
        ' src="/static/office.js" defer',
        ' src="/static/passkey.js" defer',
        ' id="passkey-options" type="application/json"',
    ]
    assert '"residentKey": "required"' in page
    assert '"userVerification": "required"' in page


def test_signing_in_by_passkey_begins_with_a_question_to_any_device(client, office):
    answer = client.get("/accounts/2fa/passkeys/sign-in/", headers={"Accept": "application/json"}).json()

    assert answer["request_options"]["publicKey"]["userVerification"] == "required"
    assert answer["request_options"]["publicKey"].get("allowCredentials", []) == []


GARBLED = '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "AA", "authenticatorData": "AA", "signature": "AA", "userHandle": "%s"}}'


@pytest.mark.parametrize(
    "credential",
    ["", "null", "{}", "[]", "[1]", '"x"', "7", '{"response": {"userHandle": "MQ"}}', '{"response": 7}', '{"response": []}',
     GARBLED % "MQ", GARBLED % "!", GARBLED % "", GARBLED % "gP8", GARBLED % "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "{"],
)  # fmt: skip
def test_what_is_no_passkey_signs_nobody_in(client, naree, credential):
    client.get("/accounts/2fa/passkeys/sign-in/", headers={"Accept": "application/json"})
    answer = client.post("/accounts/2fa/passkeys/sign-in/", {"credential": credential})

    assert (answer.status_code, answer.headers["Location"], who(client)) == (302, LOGIN, "")


# -- the example ---------------------------------------------------------------------------------------------------------


def test_the_public_codes_of_the_example_open_nothing_where_others_reach_the_site(with_app, now, monkeypatch):
    set_password(with_app, password="outrigger-canoe-2023", by=platform(), now=now)
    monkeypatch.setattr(settings.ENV, "allowed_hosts", ["rso.example"])
    client = Client()
    client.post(LOGIN, {"login": with_app.email, "password": "outrigger-canoe-2023"})

    assert problems(client.post(CODE, {"code": code_of(with_app.ref)})) == [
        "Code: This is the public code of the example. It signs in on the machine itself and nowhere else."
    ]
    assert who(client) == ""
