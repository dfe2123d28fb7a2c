"""Roles: each may what the ones before it may."""

import pytest

from shared.domain.roles import Role, allows, roles_named


@pytest.mark.parametrize("held", Role)
@pytest.mark.parametrize("needed", Role)
def test_a_role_may_what_the_ones_before_it_may_and_no_more(held, needed):
    order = ["viewer", "operator", "approver", "administrator"]

    assert allows({held}, needed) == (order.index(held) >= order.index(needed))


def test_without_a_role_nothing_is_allowed():
    assert not any(allows(roles_named(["Reader", "VIEWER", ""]), needed) for needed in Role)


def test_what_each_role_may_is_said():
    assert len({role.may for role in Role}) == 4
