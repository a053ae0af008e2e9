"""Signing in and out, and one's own password: who may, how often, where it leads, and what each then sees."""

from __future__ import annotations

import re
from smtplib import SMTPServerDisconnected
from threading import Event
from threading import enumerate as enumerate_threads

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client

from rso.accounts.actions import PLATFORM, disable_accounts, give_app, platform, set_password
from rso.accounts.example import PASSWORD, code_of, secret_of
from rso.accounts.models import Session, User
from rso.core.models import AuditEvent
from tests.web.markup import Page, words

LOGIN, OUT, CODE = "/accounts/login/", "/accounts/logout/", "/accounts/2fa/authenticate/"
NEW = "outrigger-canoe-2023"


@pytest.fixture
def naree(naree, now) -> User:
    give_app(naree, secret=secret_of(naree.ref), by=platform(), now=now)
    return set_password(naree, password=PASSWORD, by=platform(), now=now)


@pytest.fixture
def josefa(josefa, now) -> User:
    return set_password(josefa, password=PASSWORD, by=platform(), now=now)


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str):
    """With the password and, where it is asked for, the example's code."""
    headers = more.pop("headers", None)
    answer = client.post(LOGIN, {"login": email, "password": password, **more}, headers=headers)
    if answer.headers.get("Location") != CODE:
        return answer
    return client.post(CODE, {"code": code_of(User.objects.get(email=email).ref)}, headers=headers)


def who(client: Client) -> str:
    """The id of whoever is signed in."""
    return str(client.session.get("_auth_user_id", ""))


def problems(answer) -> list[str]:
    page = Page(LOGIN, answer.content)
    return [words(item) for box in page.all("div") if box.get("class") == "errsum" for item in box.iter("li")]


def people_on(client: Client) -> list[str]:
    """The heads of the table of records behind a figure of people."""
    page = Page("", client.get("/figures/people-trained/2022/").content)
    (records,) = (element for element in page.all("section") if element.get("id") == "records")
    return [words(head) for head in records.iter("th") if head.get("scope") == "col"]


# -- in ------------------------------------------------------------------------------------------------------------------


def test_the_office_signs_in_and_sees_the_people_behind_a_figure(client, naree):
    assert "Person" not in people_on(client)
    answer = sign_in(client, naree.email)

    assert (answer.status_code, answer.headers["Location"], who(client)) == (302, "/office/", str(naree.pk))
    assert "Person" in people_on(client)
    assert "Sign out, Naree Boonmee" in client.get("/").content.decode()


def test_a_focal_point_signs_in_and_sees_what_the_public_sees(client, josefa):
    before = people_on(client)
    sign_in(client, josefa.email)

    assert who(client) == str(josefa.pk)
    assert people_on(client) == before


def test_a_wrong_password_and_an_unknown_address_are_told_in_the_same_words(client, naree):
    wrong, unknown = sign_in(client, naree.email, "not-the-password"), sign_in(client, "nobody@rso.example")

    assert problems(wrong) == problems(unknown) == ["The email address and/or password you specified are not correct."]
    assert who(client) == ""


def test_a_leaver_does_not_sign_in(client, naree, now):
    disable_accounts([naree], by=platform(), now=now)
    answer = sign_in(client, naree.email)

    assert (answer.headers["Location"], who(client)) == ("/accounts/inactive/", "")


def test_whoever_is_disabled_while_signed_in_is_out(client, naree, now):
    sign_in(client, naree.email)
    assert "Person" in people_on(client)
    disable_accounts([naree], by=platform(), now=now)

    assert "Person" not in people_on(client)


def test_the_platform_itself_has_no_password(client, office):
    for password in ("", PASSWORD, "!"):
        sign_in(client, f"{PLATFORM}@rso.example", password)

        assert who(client) == ""


def test_the_public_password_of_the_example_opens_nothing_where_others_reach_the_site(client, naree, monkeypatch):
    monkeypatch.setattr(settings.ENV, "allowed_hosts", ["rso.example"])

    assert problems(sign_in(client, naree.email)) == [
        "This is the public password of the example. It signs in on the machine itself and nowhere else."
    ]
    assert who(client) == ""


@pytest.mark.parametrize(
    ("asked", "leads"),
    [
        ("/figures/people-trained/2022/#records", "/figures/people-trained/2022/#records"),
        ("/th/events/?year=2022", "/th/events/?year=2022"),
        ("https://evil.example/", "/office/"),
        ("//evil.example/", "/office/"),
        ("/\\evil.example/", "/office/"),
        ("\\\\evil.example", "/office/"),
        ("http:evil.example", "/office/"),
        ("javascript:alert(1)", "/office/"),
        ("", "/office/"),
    ],
)
def test_signing_in_leads_on_within_the_site_and_never_out_of_it(client, naree, asked, leads):
    assert sign_in(client, naree.email, next=asked).headers["Location"] == leads


def test_after_five_wrong_passwords_the_right_one_is_refused_for_a_while(client, naree):
    for _ in range(5):
        sign_in(client, naree.email, "not-the-password")

    assert problems(sign_in(client, naree.email)) == ["Too many failed login attempts. Try again later."]
    assert who(client) == ""


def test_whoever_tries_too_often_shuts_out_no_other_address_behind_the_proxy(client, naree, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    bad, good = ({"X-Forwarded-For": f"made.up, {address}"} for address in ("203.0.113.5", "198.51.100.7"))
    for at in range(11):
        client.post(LOGIN, {"login": f"guess{at}@rso.example", "password": "guess"}, headers=bad)

    assert (sign_in(client, naree.email, headers=bad).status_code, who(client)) == (200, "")
    assert (sign_in(client, naree.email, headers=good).status_code, who(client)) == (302, str(naree.pk))


def test_a_form_without_its_token_signs_nobody_in(naree):
    client = Client(enforce_csrf_checks=True)

    assert (sign_in(client, naree.email).status_code, who(client)) == (403, "")


def test_the_session_is_new_after_signing_in_and_its_cookie_is_kept_from_scripts_and_other_sites(client, naree):
    client.session["seen"] = "before"
    sign_in(client, naree.email)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]

    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", "")


# -- out -----------------------------------------------------------------------------------------------------------------


def test_signing_out_asks_first_and_then_shows_what_the_public_sees(client, naree):
    sign_in(client, naree.email)
    assert (client.get(OUT).status_code, who(client)) == (200, str(naree.pk))
    answer = client.post(OUT)

    assert (answer.headers["Location"], who(client)) == ("/", "")
    assert "Person" not in people_on(client)


# -- passwords -----------------------------------------------------------------------------------------------------------


def test_a_forgotten_password_is_set_anew_by_a_link_that_works_once(client, naree):
    client.post("/accounts/password/reset/", {"email": naree.email})
    (letter,) = letters()
    (link,) = re.findall(r"http://\S+", letter.body)
    assert (letter.to, letter.subject) == ([naree.email], "A new password")

    form = client.get(link, follow=True)
    done = client.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    assert done.headers["Location"] == "/accounts/password/reset/key/done/"
    sign_in(client, naree.email, NEW)
    assert who(client) == str(naree.pk)

    again = Client().get(link, follow=True)
    assert "This link no longer works" in again.content.decode()


def test_the_letter_of_a_new_password_is_written_in_the_language_of_whom_it_goes_to(client, naree):
    User.objects.filter(pk=naree.pk).update(language="th")
    client.post("/accounts/password/reset/", {"email": naree.email})
    (letter,) = letters()

    assert letter.body.startswith("มีผู้ขอรหัสผ่านใหม่")
    assert "/th/accounts/password/reset/key/" in letter.body


def test_a_letter_names_the_address_that_is_set_whatever_host_the_browser_names(client, naree, settings):
    settings.ALLOWED_HOSTS, settings.BASE_URL = ["*"], "https://office.example"
    client.post("/accounts/password/reset/", {"email": naree.email}, headers={"Host": "elsewhere.example"})
    (letter,) = letters()

    assert "https://office.example/accounts/password/reset/key/" in letter.body
    assert "elsewhere.example" not in letter.body


def test_a_forgotten_password_that_is_set_anew_ends_what_is_open(client, naree):
    there = Client()
    sign_in(there, naree.email)
    client.post("/accounts/password/reset/", {"email": naree.email})
    (link,) = re.findall(r"http://\S+", letters()[0].body)
    form = client.get(link, follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})

    assert (who(there), Session.objects.filter(user=naree).count()) == ("", 0)


def test_nobody_learns_whether_an_address_has_an_account(client, naree):
    known = client.post("/accounts/password/reset/", {"email": naree.email})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@rso.example"})

    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    assert [letter.to for letter in letters()] == [[naree.email]]


@pytest.mark.parametrize("fails", [False, True])
def test_nobody_learns_from_the_time_of_the_answer_whether_an_address_has_an_account(client, naree, monkeypatch, fails):
    answered = Event()

    def slow(letter: EmailMessage) -> None:
        answered.wait(10)
        mail.outbox.append(letter)
        if fails:
            raise SMTPServerDisconnected

    monkeypatch.setattr(EmailMessage, "send", slow)
    answer = client.post("/accounts/password/reset/", {"email": naree.email})

    assert (answer.status_code, mail.outbox) == (302, [])
    answered.set()
    assert [letter.to for letter in letters()] == [[naree.email]]


def letters() -> list[EmailMessage]:
    """The letters that went out; those that are on their way come first."""
    for thread in enumerate_threads():
        if thread.name == "letter":
            thread.join(10)
    return mail.outbox


def test_one_changes_ones_own_password_and_the_audit_trail_says_so_without_it(client, naree):
    sign_in(client, naree.email)
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    event = AuditEvent.objects.order_by("-pk")[0]

    assert (event.verb, event.actor, NEW in str(event.__dict__)) == ("password set", naree, False)
    naree.refresh_from_db()
    assert naree.check_password(NEW)


def test_whoever_has_changed_the_password_is_told(client, naree):
    sign_in(client, naree.email)
    given = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    answer = client.post("/accounts/password/change/", given, follow=True)

    assert answer.redirect_chain == [("/accounts/", 302)]
    assert "Your password is changed. Everywhere else you are signed out." in answer.content.decode()


@pytest.mark.parametrize("weak", ["Kq7!vb-9", "naree.boonmee@rso.example", "password1234"])
def test_a_weak_password_is_refused(client, naree, weak):
    sign_in(client, naree.email)
    answer = client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": weak, "password2": weak})
    naree.refresh_from_db()

    assert (len(problems(answer)), naree.check_password(PASSWORD)) == (1, True)
