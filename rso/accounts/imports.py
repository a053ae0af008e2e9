"""The accounts of an office. Passwords never come from files."""

from rso.accounts import actions
from rso.accounts.models import OF_PEOPLE, User
from rso.core.loading.columns import column, columns
from rso.core.loading.tables import Table, tables
from rso.core.verbs import Verbs

tables.declare(
    Table(
        "users.csv",
        User,
        (*columns(User, "ref", "name", "email", "role"), column(User, "active", attribute="is_active")),
        Verbs(actions.open_accounts, actions.change_accounts, actions.disable_accounts),
        only=OF_PEOPLE,
    )
)
