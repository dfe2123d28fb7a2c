"""Who may do what to Driftgate: four roles, each of which may what the ones before it may."""

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """A role by the name it has where roles are given, the least first."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"

    @property
    def may(self) -> str:
        """What it may besides what the ones before it may."""
        return _MAY[self]


_MAY = {
    Role.VIEWER: "read everything: status, alerts, decisions, events, reports, explanations",
    Role.OPERATOR: (
        "say and take back intents, silences and acknowledgements, hand events in, replay, send "
        "dead letters again, resume retrainings"
    ),
    Role.APPROVER: "let gates pass by overrides, and approve what others registered and started",
    Role.ADMINISTRATOR: "erase what is known of a subject, and purge dead letters",
}
_ORDER = tuple(Role)


def roles_named(names: Iterable[str]) -> frozenset[Role]:
    """Those of the names that are a role; others are another application's.

    >>> sorted(roles_named(["approver", "Reader"]))
    [<Role.APPROVER: 'approver'>]
    """
    known = {role.value: role for role in Role}
    return frozenset(known[name] for name in names if name in known)


def allows(held: Iterable[Role], needed: Role) -> bool:
    """Whether one of the roles that are held is the needed one, or above it.

    >>> allows({Role.APPROVER}, Role.OPERATOR), allows({Role.VIEWER}, Role.OPERATOR)
    (True, False)
    """
    return any(_ORDER.index(role) >= _ORDER.index(needed) for role in held)
