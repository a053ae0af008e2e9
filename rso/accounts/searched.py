"""What search finds of this room: accounts, by those who keep them."""

from __future__ import annotations

from rso.accounts.models import OF_PEOPLE, User
from rso.core.search.registry import OFFICE, searched

searched.declare(User, "name", "email", visible=OFFICE, url=lambda user: "", only=OF_PEOPLE)
