"""Where letters go is one address; what is wrong with it is told before anything starts."""

from __future__ import annotations

import smtplib
import socket

import pytest

from rso import doctor
from rso.mail import CONSOLE, SMTP, settings_of
from rso.troubles import sentence


@pytest.mark.parametrize(
    ("url", "port", "user", "password", "tls", "ssl"),
    [
        ("smtp://mail.example", 25, "", "", False, False),
        ("smtp://rso%40office.example:p%3Ass@mail.example:587?tls=1", 587, "rso@office.example", "p:ss", True, False),
        ("smtp://mail.example?tls=1", 587, "", "", True, False),
        ("smtps://u:p@mail.example", 465, "u", "p", False, True),
    ],
)
def test_an_address_of_a_mail_server_is_understood(url, port, user, password, tls, ssl):
    assert settings_of(url) == {
        "EMAIL_BACKEND": SMTP, "EMAIL_HOST": "mail.example", "EMAIL_PORT": port, "EMAIL_HOST_USER": user,
        "EMAIL_HOST_PASSWORD": password, "EMAIL_USE_TLS": tls, "EMAIL_USE_SSL": ssl, "EMAIL_TIMEOUT": 20,
    }  # fmt: skip


def test_letters_are_printed_where_no_server_is_named():
    assert settings_of("console://") == settings_of("") == {"EMAIL_BACKEND": CONSOLE}


@pytest.mark.parametrize(
    "url",
    [
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://h?tls=2",
        "smtps://h?tls=1",
        "smtp://h?ssl=1",
        "smtp://h:x",
        "smtp://h/box",
    ],
)
def test_what_names_no_mail_server_is_refused(url):
    with pytest.raises(ValueError):
        settings_of(url)


def reachable(settings) -> None:
    settings.ENV = settings.ENV.model_copy(update={"allowed_hosts": ["office.example"]})


def test_the_doctor_says_where_letters_go(settings):
    settings.EMAIL_BACKEND = CONSOLE
    assert doctor._mail() == doctor.Finding("Mail", True, "letters are printed by rso serve and go to nobody")
    reachable(settings)
    assert doctor._mail() == doctor.Finding(
        "Mail", False, "letters are printed by rso serve and go to nobody. Set RSO_MAIL_URL"
    )


def test_the_doctor_says_that_a_mail_server_does_not_answer(settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", port

    assert doctor._mail() == doctor.Finding(
        "Mail", False, f"127.0.0.1:{port} cannot be used: Connection refused. Check RSO_MAIL_URL"
    )


def test_a_letter_that_is_refused_is_told_in_a_sentence():
    says = "The mail server refuses letters (SMTPDataError). Check RSO_MAIL_URL and RSO_MAIL_FROM: rso doctor."
    assert sentence(smtplib.SMTPDataError(554, b"no")) == says
