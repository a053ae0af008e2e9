"""What everyone has for oneself: name and language, where one is signed in; and the link of an invitation."""

from __future__ import annotations

import re
from time import time

import pytest
from django.core import mail
from django.test import Client

from rso.accounts.actions import (
    accept_invitation,
    change_accounts,
    disable_accounts,
    invite,
    platform,
    send_invitation,
    set_password,
)
from rso.accounts.browsers import name_of
from rso.accounts.example import PASSWORD
from rso.accounts.invitations import token_of
from rso.accounts.models import Session, User
from rso.core.models import AuditEvent
from rso.core.verbs import Refused
from tests.signing_in import sign_in

SESSIONS = "/accounts/sessions/"
NEW = "outrigger-canoe-2023"


def who(client: Client) -> str:
    return str(client.session.get("_auth_user_id", ""))


# -- name and language ---------------------------------------------------------------------------------------------------


def test_one_changes_ones_own_name_and_language_and_nothing_else(client, naree):
    sign_in(client, naree)
    answer = client.post(
        "/accounts/", {"name": "Naree B.", "language": "th", "role": "administrator", "email": "x@y.z"}
    )
    naree.refresh_from_db()

    assert (answer.status_code, naree.name, naree.language) == (302, "Naree B.", "th")
    assert (naree.role, naree.email) == ("programme_officer", "naree.boonmee@rso.example")
    event = AuditEvent.objects.order_by("-pk")[0]
    assert (event.verb, event.before, event.after) == (
        "changed",
        {"name": "Naree Boonmee", "language": "en"},
        {"name": "Naree B.", "language": "th"},
    )


def test_signing_in_opens_ones_home_in_ones_own_language(client, josefa, now):
    josefa.language = "th"
    josefa.save()
    set_password(josefa, password=PASSWORD, by=platform(), now=now)

    answer = client.post("/accounts/login/", {"login": josefa.email, "password": PASSWORD})
    assert answer.headers["Location"] == "/th/portal/"


@pytest.mark.parametrize(
    "wrong", [{"name": "", "language": "en"}, {"name": "N", "language": "xx"}, {"name": "x" * 121}]
)
def test_a_profile_that_cannot_be_is_told_and_not_saved(client, naree, wrong):
    sign_in(client, naree)

    assert client.post("/accounts/", {"language": "en", **wrong}).context["form"].is_valid() is False
    naree.refresh_from_db()
    assert (naree.name, naree.language) == ("Naree Boonmee", "en")


# -- sessions --------------------------------------------------------------------------------------------------------------


def test_a_browser_and_its_system_are_told_in_plain_words():
    windows = (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36"
    )

    assert name_of(f"{windows} Edg/142.0") == "Edge, Windows"
    assert name_of(windows) == "Chrome, Windows"
    assert name_of("Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0") == "Firefox, Linux"
    assert (
        name_of("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1") == "Safari, iPhone"
    )
    assert name_of("curl/8.5") == ""


def test_a_session_knows_whose_it_is_its_browser_and_when_it_was_last_used(client, naree, now):
    set_password(naree, password=PASSWORD, by=platform(), now=now)
    client.force_login(naree)
    client.get("/accounts/2fa/", headers={"User-Agent": "Mozilla/5.0 (Android 15) Firefox/144.0"})
    (session,) = Session.objects.filter(user=naree)

    assert (session.browser, session.began_at == session.seen_at) == ("Firefox, Android", True)
    assert "Mozilla" not in str(session.get_decoded())


def test_a_visitor_who_is_not_signed_in_has_no_session(client, office):
    client.get("/")
    client.get("/accounts/login/")

    assert Session.objects.count() == 0


def test_one_signs_out_in_another_place_and_stays_signed_in_here(client, naree, josefa):
    here, there, other = sign_in(client, naree), sign_in(Client(), naree), sign_in(Client(), josefa)
    page = client.get(SESSIONS).content.decode()
    (named,) = re.findall(r'name="session" value="(\w{20})"', page)
    assert there.session.session_key not in page
    client.post(SESSIONS, {"session": named})

    assert [who(each) for each in (here, there, other)] == [str(naree.pk), "", str(josefa.pk)]
    assert AuditEvent.objects.order_by("-pk")[0].verb == "signed out"


def test_nobody_ends_a_session_of_someone_else(client, naree, josefa):
    sign_in(client, naree)
    other = sign_in(Client(), josefa)
    (theirs,) = Session.objects.filter(user=josefa)
    for named in (theirs.name, theirs.session_key, "", "all "):
        client.post(SESSIONS, {"session": named})

    assert (who(other), who(client)) == (str(josefa.pk), str(naree.pk))


def test_signing_out_everywhere_ends_all_sessions_of_this_user_alone(client, naree, josefa):
    here, there, other = sign_in(client, naree), sign_in(Client(), naree), sign_in(Client(), josefa)
    answer = here.post(SESSIONS, {"session": "all"})

    assert answer.headers["Location"] == "/accounts/login/"
    assert [who(each) for each in (here, there, other)] == ["", "", str(josefa.pk)]


def test_a_new_password_ends_what_is_open_elsewhere(client, naree, now):
    set_password(naree, password=PASSWORD, by=platform(), now=now)
    here, there = sign_in(client, naree), sign_in(Client(), naree)
    here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})

    assert here.get("/accounts/").status_code == 200
    assert there.get("/accounts/").status_code == 302
    assert [session.session_key for session in Session.objects.filter(user=naree)] == [here.session.session_key]
    assert AuditEvent.objects.order_by("-pk")[0].verb == "signed out elsewhere"


# -- invitations -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def fetu(office, now, django_capture_on_commit_callbacks) -> User:
    """Fetu Tavita, whom the office has just invited."""
    with django_capture_on_commit_callbacks(execute=True):
        return invite(
            email="Fetu.Tavita@rso.example", name="Fetu Tavita", role="finance_officer", by=platform(), now=now
        )


def link_in(letter) -> str:
    (link,) = re.findall(r"http://localhost:8000(\S+)", letter.body)
    return link


def test_the_invited_sets_a_password_by_the_link_and_then_signs_in(client, fetu):
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == (["fetu.tavita@rso.example"], "Your account is open")
    assert client.get(link_in(letter)).status_code == 200
    answer = client.post(link_in(letter), {"password1": NEW, "password2": NEW})

    assert (answer.headers["Location"], who(client)) == ("/accounts/password/reset/key/done/", "")
    client.post("/accounts/login/", {"login": fetu.email, "password": NEW})
    assert who(client) == str(fetu.pk)
    assert client.get("/").headers["Location"] == "/accounts/2fa/"
    assert list(AuditEvent.objects.filter(ref="fetu-tavita").order_by("pk").values_list("verb", flat=True)) == [
        "opened", "invited", "password set",
    ]  # fmt: skip


def test_opening_the_link_signs_nobody_in_and_a_weak_password_is_refused(client, fetu):
    link = link_in(mail.outbox[0])
    for first, second in (("short", "short"), ("password1234", "password1234"), (NEW, f"{NEW}!"), ("", "")):
        answer = client.post(link, {"password1": first, "password2": second})
        assert (answer.status_code, answer.context["form"].is_valid()) == (200, False)
    fetu.refresh_from_db()

    assert (who(client), fetu.has_usable_password()) == ("", False)


def test_the_link_works_once(client, fetu, now):
    link = link_in(mail.outbox[0])
    client.post(link, {"password1": NEW, "password2": NEW})

    assert [client.get(link).status_code, client.post(link, {"password1": "x", "password2": "x"}).status_code] == [
        404,
        404,
    ]
    with pytest.raises(Refused, match="no longer works"):
        accept_invitation(link.split("/")[-2], password="another-canoe-2024", now=now)
    fetu.refresh_from_db()
    assert fetu.check_password(NEW)


def test_a_second_click_while_the_first_is_answered_leads_to_signing_in(client, fetu, now, monkeypatch):
    link = link_in(mail.outbox[0])

    def answered_first(of: str, **given) -> User:
        monkeypatch.undo()
        accept_invitation(of, password=NEW, now=now)
        return accept_invitation(of, **given)

    monkeypatch.setattr("rso.accounts.actions.accept_invitation", answered_first)
    answer = client.post(link, {"password1": NEW, "password2": NEW})

    assert answer.status_code == 404
    assert '<a href="/accounts/login/">Sign in</a>' in answer.content.decode()


def test_the_link_is_good_for_seven_days(client, fetu, monkeypatch):
    token = token_of(fetu)
    now, day = time(), 86_400
    for days, status in ((6.9, 200), (7.1, 404)):
        monkeypatch.setattr("django.core.signing.time.time", lambda days=days: now + days * day)
        assert client.get(f"/accounts/invitation/{token}/").status_code == status


def test_whoever_was_invited_by_a_mistaken_address_is_not_once_it_is_put_right(client, fetu, now):
    link = f"/accounts/invitation/{token_of(fetu)}/"
    assert client.get(link).status_code == 200

    fetu.email = "fetu.right@rso.example"
    change_accounts([fetu], by=platform(), now=now)
    assert client.get(link).status_code == 404


def test_another_invitation_takes_the_place_of_the_first(client, fetu, now, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        send_invitation(fetu, by=platform(), now=now)
    first, second = map(link_in, mail.outbox)

    assert [client.get(link).status_code for link in (first, second)] == [404, 200]


def test_who_has_left_and_who_has_a_password_is_not_invited(client, fetu, naree, now):
    link = link_in(mail.outbox[0])
    disable_accounts([fetu], by=platform(), now=now)
    assert client.get(link).status_code == 404
    set_password(naree, password=PASSWORD, by=platform(), now=now)

    for user in (fetu, naree):
        with pytest.raises(Refused, match="needs no invitation"):
            send_invitation(user, by=platform(), now=now)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"email": "naree.boonmee@rso.example"}, "naree.boonmee@rso.example has an account already"),
        ({"email": "no address"}, "Enter a valid email address"),
        ({"role": "service"}, "“service” is no role"),
        ({"role": "queen"}, "“queen” is no role"),
        ({"name": " "}, "name: "),
    ],
)
def test_an_invitation_that_cannot_be_is_refused_and_sends_nothing(office, now, given, says):
    asked = {"email": "fetu@rso.example", "name": "Fetu", "role": "finance_officer", **given}
    with pytest.raises(Refused, match=re.escape(says)):
        invite(**asked, by=platform(), now=now)

    assert (mail.outbox, User.objects.filter(email="fetu@rso.example").count()) == ([], 0)


def test_the_letter_is_written_in_the_language_of_the_invited(fetu, now, django_capture_on_commit_callbacks):
    fetu.language = "id"
    fetu.save()
    with django_capture_on_commit_callbacks(execute=True):
        send_invitation(fetu, by=platform(), now=now)

    assert "/id/accounts/invitation/" in mail.outbox[1].body
