"""Roles and what each may do: declared by the rooms, printed by the command and on the page of the guide."""

from __future__ import annotations

from django.utils.functional import Promise

from rso.accounts.guide import as_guide
from rso.accounts.models import DESCRIBED, Role
from rso.accounts.policies import READ_AUDIT_TRAIL, SEE_THE_OFFICE
from rso.core.permissions import permissions
from rso.environment import HOUSE
from tests.unit.test_command_line import objects, rso


def test_the_page_of_the_guide_is_what_the_code_declares():
    """Renew it: rso roles --guide > docs/guide/roles.md"""
    assert (HOUSE / "docs" / "guide" / "roles.md").read_text(encoding="utf-8") == as_guide()


def test_every_role_is_described_and_every_permission_is_a_sentence_of_known_roles():
    assert set(DESCRIBED) == set(Role)
    for permission in permissions.all.values():
        assert isinstance(permission.says, Promise), f"{permission.slug} is not translated"
        assert permission.slug.count(".") == 1
        assert permission.roles
        assert permission.roles <= set(Role) - {Role.SERVICE}


def test_whoever_has_left_may_do_nothing(naree):
    assert (SEE_THE_OFFICE.allows(naree), READ_AUDIT_TRAIL.allows(naree)) == (True, False)
    naree.is_active = False
    assert SEE_THE_OFFICE.allows(naree) is False


def test_the_command_prints_who_may_do_what():
    (line,) = [line for line in objects("roles") if line["permission"] == "audit.read"]

    assert line["roles"] == "Data protection lead"
    assert rso("roles", "--guide") == as_guide()
