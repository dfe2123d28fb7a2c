"""What a service answers, as our values and our errors: the same sentence as it was said there."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    ServiceRequestError,
    ServiceResponseTimeoutError,
)

from shared.domain.wording import one_line
from shared.errors import DriftgateError, NotFound, Refused, Throttled, TimedOut, Unavailable

if TYPE_CHECKING:
    from azure.core.rest import HttpResponse

MOST_BYTES = 32 * 1024 * 1024
"""Of one answer; the largest of Driftgate's own, a report with many charts, has a few million."""
MOST_SECONDS = 120.0
"""Of one answer, however slowly it goes on coming."""
_LONGEST = 600
_OBJECT = re.compile(r"^\w+\([^)]*\): ")
"""What urllib3 names before it says what is wrong."""
_OTHER = "is it Driftgate's address?"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, whole."""

    status_code: int
    content: bytes


def read(response: "HttpResponse", host: str) -> Answer:
    """An answer once it is there, which nobody makes larger or slower than it may be.

    It is counted as it is kept: a little that was packed can be very much. Raises Refused and
    TimedOut.
    """
    begun, size = monotonic(), 0
    parts: list[bytes] = []
    with response:
        for part in response.iter_bytes():
            size += len(part)
            if size > MOST_BYTES:
                raise Refused(f"{host} answers with over {MOST_BYTES} bytes; ask for less.")
            if monotonic() - begun > MOST_SECONDS:
                raise TimedOut(f"{host} was not done answering after {MOST_SECONDS:g} s.")
            parts.append(part)
    return Answer(response.status_code, b"".join(parts))


def object_of(response: Answer, host: str) -> dict[str, Any]:
    """The JSON object of an answer. Raises what it is a fault of."""
    raise_for(response, host)
    value = _json(response)
    if value is None:
        raise Refused(f"{host} answers with something else than JSON; {_OTHER}")
    return value


def raise_for(response: Answer, host: str) -> None:
    """Raise what an answer tells of: whose fault it is, in the service's own sentence."""
    status = response.status_code
    if status < 300:
        return
    told = _json(response) or {}
    title = told.get("title")
    if not isinstance(title, str) or not title.strip():
        title = _unsaid(status, host)
    raise _kind(status)(one_line(title, _LONGEST))


def _kind(status: int) -> type[DriftgateError]:
    if status == 404:
        return NotFound
    if status == 429:
        return Throttled
    if status in {408, 504}:
        return TimedOut
    return Unavailable if status >= 500 else Refused


def _unsaid(status: int, host: str) -> str:
    """Of an answer that is not Driftgate's: the platform in front of it, or somebody else."""
    if status == 401:
        return (
            f"{host} does not take the token or the key that was sent; see to DRIFTGATE_AUDIENCE, "
            "or to DRIFTGATE_KEY where its access is `key`."
        )
    if status < 400:
        return f"{host} sends elsewhere ({status}), where nothing is asked; {_OTHER}"
    if status >= 500:
        return f"{host} answers with {status} and no sentence; ask again in a moment."
    return f"{host} answers with {status} and no sentence; {_OTHER}"


def _json(response: Answer) -> dict[str, Any] | None:
    try:
        value = json.loads(response.content)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


@contextmanager
def told_as_ours(host: str, audience: str | None) -> Iterator[None]:
    """What the SDK raises, as one of our errors in one sentence."""
    try:
        yield
    except ClientAuthenticationError as problem:
        raise Refused(
            f"There is no token for {audience}: {_first(problem)} Sign in with `az login`."
        ) from problem
    except ServiceResponseTimeoutError as problem:
        raise TimedOut(f"{host} did not answer in time; ask again.") from problem
    except ServiceRequestError as problem:
        raise Unavailable(
            f"{host} cannot be reached: {_first(problem)} See whether the service runs there, and "
            "to the address in --url or DRIFTGATE_URL."
        ) from problem
    except (AzureError, OSError) as problem:
        raise Unavailable(f"{host} did not answer: {_first(problem)}") from problem


def _first(problem: Exception) -> str:
    """The first line of an SDK's message, which may go on over pages."""
    lines = [_OBJECT.sub("", line.strip()) for line in str(problem).splitlines() if line.strip()]
    told = one_line(lines[0] if lines else type(problem).__name__, 300)
    return told if told.endswith((".", "!", "?")) else f"{told}."
