"""Who is told while the fleet's file cannot be read: nobody is known then but the log."""

from shared.domain.policy import ChannelKind, Fleet, ReceiverPolicy

_LOG = ReceiverPolicy(name="log", channel=ChannelKind.LOG)
EMERGENCY = Fleet(receivers=[_LOG], default=_LOG.name)
"""What stands in for a fleet's file that is wrong."""


def emergency_receiver(name: str) -> ReceiverPolicy | None:
    """The receiver that can be told all the same, None where its own entry has to be waited for."""
    return EMERGENCY.receiver(name)
