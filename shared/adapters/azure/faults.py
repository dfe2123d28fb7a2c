"""What the SDKs raise, told in Driftgate's words at the adapters' rim."""

from collections.abc import Iterator
from contextlib import contextmanager

from shared.adapters.retry_after import wait_of
from shared.errors import (
    Conflict,
    DriftgateError,
    NoPermission,
    NotFound,
    Refused,
    Throttled,
    TimedOut,
    Unavailable,
)

_CHANGED_MEANWHILE = {409, 412}
_ANSWER_LATER = {408, 425, 429}


@contextmanager
def told_as_ours(doing: str, *, thing: str, permission: str, who: str = "Azure") -> Iterator[None]:
    """Turn an azure-core error into one of ours; what is ours already passes unchanged.

    `doing` completes "Could not ...", `thing` names the resource, `permission` what the identity
    needs for it, such as `the role AzureML Data Scientist on the workspace`; `who` answers.
    Raises NotFound (404), NoPermission (401, 403), Conflict (409, 412), Refused (other 4xx),
    TimedOut (no answer in time), Throttled (429 and 503 that say how long to wait) and Unavailable
    (408, 429, 5xx, no answer, no token).
    """
    from azure.core.exceptions import AzureError

    try:
        yield
    except DriftgateError:
        raise
    except AzureError as error:
        raise _ours(error, doing, thing, permission, who) from error


def _ours(error: Exception, doing: str, thing: str, permission: str, who: str) -> DriftgateError:
    from azure.core.exceptions import (
        ResourceNotFoundError,
        ServiceRequestTimeoutError,
        ServiceResponseTimeoutError,
    )

    if isinstance(error, (ServiceRequestTimeoutError, ServiceResponseTimeoutError)):
        return TimedOut(f"Could not {doing}: no answer from {who} in time.")
    status = getattr(error, "status_code", None)
    said = _first_line(error)
    if status is None and isinstance(error, ResourceNotFoundError):
        status = 404
    if status is None:
        return Unavailable(f"Could not {doing}: no answer from {who} ({said}).")
    if status == 404:
        return NotFound(f"{who} has no {thing}.")
    if status in {401, 403}:
        return NoPermission(f"May not {doing}: Driftgate's identity needs {permission} ({said}).")
    if status in _CHANGED_MEANWHILE:
        return Conflict(f"Could not {doing}: {thing} was changed meanwhile ({said}).")
    after = wait_of(status, getattr(getattr(error, "response", None), "headers", None) or {})
    if after is not None:
        return Throttled(f"Could not {doing}: {who} answered {status} ({said}).", after)
    if status >= 500 or status in _ANSWER_LATER:
        return Unavailable(f"Could not {doing}: {who} answered {status} ({said}).")
    return Refused(f"Could not {doing}: {who} refused it with {status} ({said}).")


def is_missing(error: Exception, code: str) -> bool:
    """Whether Azure said with this code that what holds the thing is missing, not the thing."""
    return getattr(error, "error_code", None) == code


def _first_line(error: Exception) -> str:
    text = str(getattr(error, "message", None) or error).strip()
    return text.splitlines()[0][:300] if text else type(error).__name__
