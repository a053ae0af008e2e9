"""What every test of the site stands on."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from rso.accounts.models import User
from tests.signing_in import sign_in


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path: Path) -> None:
    """Editions that a test lays down are seen by no other."""
    settings.VAR = tmp_path


def as_user(user: User) -> Client:
    """A browser in which this person is signed in."""
    return sign_in(Client(), user)
