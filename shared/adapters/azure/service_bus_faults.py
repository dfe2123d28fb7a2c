"""What the Service Bus SDK raises, told in Driftgate's words.

Its errors carry no HTTP status, so that they are told apart by their type; a token that the
service refuses and an entity that it does not know come as one type with the status in the text.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from shared.errors import Conflict, DriftgateError, NoPermission, NotFound, Refused, Unavailable

SENDER_ROLE = "the role Azure Service Bus Data Sender"
RECEIVER_ROLE = "the role Azure Service Bus Data Receiver"


@contextmanager
def told_of(queue: str, doing: str, *, role: str) -> Iterator[None]:
    """Turn an error of the SDK into one of ours; what is ours already passes unchanged.

    `doing` completes "Could not ...", `role` is what the identity needs on the namespace.
    Raises Conflict (lock lost), NotFound (no such queue), NoPermission (token or role), Refused
    (too large, or not a message the service takes) and Unavailable (busy, connection, time-out).
    """
    from azure.core.exceptions import AzureError

    try:
        yield
    except DriftgateError:
        raise
    except (AzureError, ValueError, OSError) as error:
        raise _ours(error, queue, doing, role) from error


def _ours(error: Exception, queue: str, doing: str, role: str) -> DriftgateError:
    from azure.servicebus import exceptions as sdk

    said = _said(error)
    match error:
        case sdk.MessageLockLostError() | sdk.SessionLockLostError() | sdk.MessageAlreadySettled():
            return Conflict(f"Could not {doing}: its lock is lost; it comes again.")
        case sdk.MessageNotFoundError():
            return Conflict(f"Could not {doing}: it is not there any longer ({said}).")
        case sdk.MessagingEntityNotFoundError():
            return _unknown(queue)
        case sdk.ServiceBusAuthenticationError() if "Status code: 404" in said:
            return _unknown(queue)
        case sdk.ServiceBusAuthenticationError() | sdk.ServiceBusAuthorizationError():
            return NoPermission(
                f"May not {doing}: Driftgate's identity needs {role} on the namespace ({said})."
            )
        case sdk.MessageSizeExceededError():
            return Refused(
                f"Could not {doing}: it is over the limit of a message on Service Bus; "
                "keep what is large as evidence and send its hash."
            )
        case ValueError() if not isinstance(error, sdk.ServiceBusError):
            return Unavailable(f"Could not {doing}: the connection was closed meanwhile ({said}).")
        case _:
            return Unavailable(f"Could not {doing}: no answer from Service Bus ({said}).")


def _unknown(queue: str) -> NotFound:
    return NotFound(f"The Service Bus namespace has no queue, topic or subscription {queue!r}.")


def _said(error: Exception) -> str:
    """What the service said, in one line: for a refused token that is only in the inner error."""
    inner = getattr(error, "inner_exception", None)
    refused = str(inner) if "CBS Token" in str(inner) else ""
    text = refused or str(getattr(error, "message", None) or error) or type(error).__name__
    return "; ".join(line.strip() for line in text.splitlines() if line.strip())[:300]
