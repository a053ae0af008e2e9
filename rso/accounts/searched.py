"""What search finds of this room: accounts, by those who keep them."""

from __future__ import annotations

from django.db.models import Q

from rso.accounts.models import Role, User
from rso.core.search.registry import OFFICE, searched

searched.declare(User, "name", "email", visible=OFFICE, url=lambda user: "", only=~Q(role=Role.SERVICE))
