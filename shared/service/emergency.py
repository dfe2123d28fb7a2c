"""Who is told while the fleet's file is gone or cannot be read: nobody is known but the log."""

from shared.domain.policy import ChannelKind, Fleet, ReceiverPolicy
from shared.errors import InvalidPolicy
from shared.ports import Policies

_LOG = ReceiverPolicy(name="log", channel=ChannelKind.LOG)
EMERGENCY = Fleet(receivers=[_LOG], default=_LOG.name)
"""What stands in for a fleet's file that is wrong."""
GONE = (
    "There is no fleet.yaml any more; put it back, or write one with `receivers: []` where nobody "
    "is to be told."
)


def fleet_of(policies: Policies, *, at_work: bool) -> Fleet:
    """The fleet's file, and none as one that names nobody, unless somebody is `at_work` by it.

    People were told by a file that is gone now: a deployment may be writing it anew. Raises
    InvalidPolicy when it is wrong, or gone while it is needed.
    """
    fleet = policies.fleet()
    if fleet is None and at_work:
        raise InvalidPolicy(GONE)
    return fleet or Fleet()


def emergency_receiver(name: str) -> ReceiverPolicy | None:
    """The receiver that can be told all the same, None where its own entry has to be waited for."""
    return EMERGENCY.receiver(name)
